"""Advisories at the desk: their documents, their checks, and their publication."""
