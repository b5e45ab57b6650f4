"""The commands of the web desk: serve it, and who may sign in."""
