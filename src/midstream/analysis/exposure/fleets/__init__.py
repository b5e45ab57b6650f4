"""Fleets: many inputs kept in one file, and the questions asked of all of them at once."""
