"""The index: one immutable SQLite file of all that the sources say."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

Label = Literal["public", "embargoed"]


class BuiltSource(msgspec.Struct, frozen=True, kw_only=True):
    """One source as the index holds it."""

    name: str
    kind: str
    digest: str
    newest: str  # the newest date the source's own entries bear, ISO; "" when they bear none
    advisories: int
    unread: int
    is_taken_over: bool


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """What a build came to."""

    sources: tuple[BuiltSource, ...]
    advisories: int
    ranges: int
    unread: int


class Index:
    """An open index."""


def build_index(*, sources: Sequence[Path], to: Path, now: datetime, label: Label = "public") -> Built:
    """Return what was built, after the index at `to` was replaced as a whole by one over `sources`."""
    raise NotImplementedError


def open_index(*, path: Path) -> Index:
    """Return the index, opened read-only; it stays the same when the file is replaced meanwhile."""
    raise NotImplementedError
