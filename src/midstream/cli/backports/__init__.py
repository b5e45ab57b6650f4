"""The commands over a repository: trying backports, what is owed, the board as a page."""
