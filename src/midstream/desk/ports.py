"""What the desk needs of the outside, as small Protocols; `store` and `adapters` fill them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec

from midstream.cases.visibility import Viewer
from midstream.desk.mail import IncomingMail
from midstream.desk.views import BoardLine, CaseLine, CaseView, TaskLine
from midstream.formats.catalogue.document import Catalogue, Entry
from midstream.formats.tree import Part
from midstream.ledger.chain import Head
from midstream.ledger.fact import Fact


class Conflict(Exception):
    """A stream moved on since it was read: read again and decide anew. Nothing was written."""

    def __init__(self, *, stream: str, expected: int, found: int) -> None:
        super().__init__(f"{stream} stands at fact {found}, not {expected}")
        self.stream = stream
        self.expected = expected
        self.found = found


class StoreTrouble(Exception):
    """The store could not do it (disk full, no connection, damaged file): `what`, and a `hint`. Nothing was written."""

    def __init__(self, what: str, *, hint: str) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


class Facts(Protocol):
    """The ledger as it is kept: append-only."""

    def head(self, stream: str) -> Head:
        """Return where the stream stands; number 0 when it has no fact."""
        ...

    def facts(self, stream: str) -> list[Fact]:
        """Return all facts of a stream in order; empty when there is none."""
        ...

    def with_key(self, stream: str, key: str) -> list[Fact]:
        """Return the facts of the stream recorded by the command of that key (never the empty key)."""
        ...

    def streams(self, prefix: str) -> list[str]:
        """Return the names of the streams that begin with `prefix`, sorted."""
        ...

    def everything(self) -> Iterator[Fact]:
        """Yield every fact in the order of recording, in flat memory."""
        ...

    def heads(self, prefix: str = "") -> list[Head]:
        """Return the heads, as the store keeps them beside the facts, of the streams of that prefix, sorted."""
        ...

    def append(
        self,
        facts: Sequence[Fact],
        *,
        views: Sequence[CaseView],
        expect: Mapping[str, int],
        blobs: Sequence[tuple[str, bytes]] = (),
    ) -> None:
        """Record the facts, put the views in place and keep the blobs, (case, content), in one durable transaction.

        `expect` names the number at which each stream stood when the views were derived, those of `facts`
        included. Raises `Conflict` when one stands elsewhere, `StoreTrouble` when it cannot be written.
        """
        ...

    def load(self, facts: Iterable[Fact]) -> int:
        """Record already chained facts from an import in one transaction and flat memory; return how many.

        The facts are checked by the caller as they are drawn; whatever the iterator raises undoes all. Raises
        `Conflict` when a stream does not stand where the first of its facts follows on.
        """
        ...


class ReadModels(Protocol):
    """What can be remade from the facts, with the visibility rule applied by the store."""

    def replace_views(self, views: Iterable[CaseView], *, expect: Mapping[str, int] | None = None) -> None:
        """Put the views in place of those of the same cases; with `expect` None, of all there are."""
        ...

    def view(self, case: str) -> CaseView | None:
        """Return the whole view of one case, whoever asks."""
        ...

    def case_lines(self, who: Viewer, *, project: str = "") -> list[CaseLine]:
        """Return the cases the viewer may see, most recently begun first."""
        ...

    def task_lines(self, who: Viewer, *, now: datetime, project: str = "", limit: int | None = None) -> list[TaskLine]:
        """Return the open duties of the cases on whose team, or among whose participants, the viewer is.

        Open: it opens at or before `now`, and is not lifted by then. Order: due instant (none last), severity
        from critical down, case, key; with `limit`, the first so many. Cases that are merely public make no task.
        """
        ...

    def task_counts(
        self, who: Viewer, *, now: datetime, bounds: Sequence[datetime], project: str = ""
    ) -> tuple[int, ...]:
        """Return how many of the duties of `task_lines` are due before each of the bounds; last, how many in all."""
        ...

    def board_lines(self, who: Viewer, *, project: str = "") -> list[BoardLine]:
        """Return the cells of the cases the viewer may see, by case; participants' words only for those who may."""
        ...

    def cases_with_message(self, message_id: str) -> list[str]:
        """Return the cases that a mail of that Message-ID belongs to."""
        ...


class Blobs(Protocol):
    """Long or erasable content, encrypted under a key per case."""

    def put_blob(self, case: str, content: bytes) -> str:
        """Keep the content and return its SHA-256 in hexadecimal; the same content twice is kept once."""
        ...

    def blob(self, case: str, digest: str) -> bytes | None:
        """Return the content; None when it is not there or its key was destroyed; `StoreTrouble` when damaged."""
        ...

    def erase(self, case: str) -> int:
        """Destroy the key and the blobs of the case; return how many blobs there were."""
        ...

    def has_key(self, case: str) -> bool:
        """Return whether the case's key exists (it does from its first blob until erasure)."""
        ...

    def blob_count(self, case: str) -> int:
        """Return how many blobs the case has."""
        ...


class Store(Facts, ReadModels, Blobs, Protocol):
    """Everything the desk keeps, behind one connection."""

    def backup(self, to: Path) -> None:
        """Write a whole, consistent copy to a new file while others go on working."""
        ...


class MailReader(Protocol):
    """Reads mail from a file or folder."""

    def __call__(self, *, path: Path, now: datetime) -> Iterator[IncomingMail]:
        """Yield the messages one by one; raise `MailRefused` naming what cannot be read and a hint."""
        ...


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
