"""Tables of the store that stand apart: duties in the order of lists, and who read what."""
