"""The command line: noun then verb; data on stdout, talk on stderr."""
