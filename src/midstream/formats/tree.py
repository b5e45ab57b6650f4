"""Files to be written: a tree in parts that are made only when they changed, and single pages."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import msgspec

Files = Callable[[], Iterable[tuple[str, bytes]]]
"""Makes the files of a part: the place of each under the root, with ``/``, and its bytes."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Some files that belong together: a key, a stamp that changes when they do, and how to make them."""

    key: str
    stamp: str
    files: Files


class NewPage(NamedTuple):
    """A page to be written: where, what it will hold, and what it was when that was decided; None for a new one."""

    path: Path
    content: bytes
    before: bytes | None
