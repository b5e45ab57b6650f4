"""The file ``/.well-known/security.txt``."""
