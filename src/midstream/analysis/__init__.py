"""Pure analyses, unknown to one another; each could be a library."""
