"""Advisories on the desk: what is public, and what each would say."""
