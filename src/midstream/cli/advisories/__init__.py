"""Parts of the commands of advisories."""
