"""Publishing to a directory: a whole tree takes the place of the one before it, in one step."""

from midstream.adapters.publication.directory import DirectoryTarget

__all__ = ["DirectoryTarget"]
