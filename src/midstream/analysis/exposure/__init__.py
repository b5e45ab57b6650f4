"""Exposure: which components are touched by which vulnerability, and why. Exact, and without guessing."""
