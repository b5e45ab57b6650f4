"""git repositories: their history, through the git program and an index of one file."""

from midstream.adapters.git.repository import GitHistory

__all__ = ["GitHistory"]
