"""Advisories as plain-text mail."""
