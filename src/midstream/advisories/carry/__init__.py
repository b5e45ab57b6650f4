"""How a format carries what it has no field for: extensions, foreign values, sections, plain text."""
