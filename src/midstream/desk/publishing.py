"""What publishing needs of a target, and what it answers."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

import msgspec

from midstream.formats.catalogue.document import Catalogue, Entry
from midstream.formats.tree import Part


class PublishTrouble(Exception):
    """The target could not take it: `what`, and a `hint`. What stood there before stands there still."""

    def __init__(self, what: str, *, hint: str) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a publication changed: the places written and removed, and how many parts were as they were."""

    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0

    @property
    def is_unchanged(self) -> bool:
        """Whether nothing was written."""
        return not self.written and not self.removed


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is not as it was published: the digest that was meant and the one found; empty for none."""

    place: str
    wanted: str
    found: str


class Target(Protocol):
    """Somewhere advisories are published as a tree of files."""

    name: str

    def stamps(self) -> dict[str, str]:
        """Return the stamp of every part that stands there, by key."""
        ...

    def publish(self, parts: Iterable[Part], *, anew: bool = False) -> Outcome:
        """Return what was written, after exactly these parts stand there; raise `PublishTrouble`."""
        ...

    def read(self, place: str) -> bytes | None:
        """Return what stands at a place, None when nothing does or it is not what was published."""
        ...

    def found(self, place: str) -> bytes:
        """Return what stands at a place, whatever it is; empty when there is nothing."""
        ...

    def digest(self, place: str) -> str:
        """Return the SHA-256 of what stands at a place, read again; empty when there is nothing."""
        ...

    def drift(self) -> list[Drift]:
        """Return every file that is not as it was published."""
        ...


class SiteMaker(Protocol):
    """Makes the pages of the public site from the catalogue's documents alone."""

    def edition(self) -> str:
        """Return what changes when the same documents would make other pages."""
        ...

    def page(self, catalogue: Catalogue, entry: Entry) -> tuple[str, bytes]:
        """Return place and bytes of one advisory's page."""
        ...

    def page_place(self, name: str) -> str:
        """Return the place of an advisory's page."""
        ...

    def place(self, name: str, format_: str, ending: str) -> str:
        """Return the place of a document of an advisory."""
        ...

    def shared(self, catalogue: Catalogue, *, now: datetime, csaf: bool) -> Iterable[Part]:
        """Yield the parts that say something of all advisories; with `csaf`, a CSAF provider stands beside them."""
        ...
