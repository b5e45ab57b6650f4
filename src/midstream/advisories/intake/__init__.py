"""Reading documents of others in: the merge, and what of it is taken."""
