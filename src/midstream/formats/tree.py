"""A tree of files to be published, in parts that are made only when they changed."""

from collections.abc import Callable, Iterable

import msgspec

Files = Callable[[], Iterable[tuple[str, bytes]]]
"""Makes the files of a part: the place of each under the root, with ``/``, and its bytes."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Some files that belong together: a key, a stamp that changes when they do, and how to make them."""

    key: str
    stamp: str
    files: Files
