"""Formats that Midstream reads and writes; they know no case."""
