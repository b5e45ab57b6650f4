"""git repositories: their history, through the git program and an index of one file."""
