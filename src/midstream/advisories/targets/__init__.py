"""One module per format: what of the record it can tell, and what of it can be read back."""
