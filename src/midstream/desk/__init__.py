"""The desk: the verbs, one function each, and the only door to what is recorded."""
