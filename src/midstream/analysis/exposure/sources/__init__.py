"""From what a source says to the rows of the index."""
