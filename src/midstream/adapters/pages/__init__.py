"""Pages in a work tree: read, and replaced in one step."""

from midstream.adapters.pages.files import FilePages

__all__ = ["FilePages"]
