"""Uploads, held in memory and limited: what is too large is left out, and the form says so."""

from typing import Any

from django.core.files.uploadhandler import MemoryFileUploadHandler, SkipFile

LIMIT = 5 * 1024 * 1024
"""Bytes one file may have."""


class Limited(MemoryFileUploadHandler):
    """Holds a file in memory up to the limit; a larger one is skipped and named in ``request.too_large``."""

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        """Take every file into memory: the size of the whole request is limited before this is reached."""
        del args, kwargs
        self.activated = True

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        self._size = 0
        super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep a part of the file; past the limit, let go of it and skip what is left."""
        self._size += len(raw_data)
        if self._size > LIMIT:
            self.file.seek(0)
            self.file.truncate()
            named = getattr(self.request, "too_large", ())
            self.request.too_large = (*named, str(self.file_name)[:200])
            raise SkipFile
        super().receive_data_chunk(raw_data, start)
