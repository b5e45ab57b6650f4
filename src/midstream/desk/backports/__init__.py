"""What the desk does with the answers of a repository: tries backports, plans them, makes facts of what changed."""
