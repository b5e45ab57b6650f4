"""OSV documents (Open Source Vulnerability format 1.7): read, written and checked."""
