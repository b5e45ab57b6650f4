"""What the desk needs of the outside, as small Protocols; `store` and `adapters` fill them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec

from midstream.analysis.backports import Ref, Sha
from midstream.analysis.backports.corpus import Corpus
from midstream.analysis.backports.trial import Request, Trial
from midstream.cases.visibility import Sight, Viewer
from midstream.desk.mail import IncomingMail
from midstream.desk.views import BoardLine, CaseLine, CaseView, Hook, Read, TaskLine, Token
from midstream.formats.catalogue.document import Catalogue, Entry
from midstream.formats.csaf.places import Shown
from midstream.formats.owners import Owner
from midstream.formats.tree import NewPage, Part
from midstream.ledger.chain import Head
from midstream.ledger.fact import Fact


class Conflict(Exception):
    """A stream moved on since it was read: read again and decide anew. Nothing was written."""

    def __init__(self, *, stream: str, expected: int, found: int) -> None:
        super().__init__(f"{stream} stands at fact {found}, not {expected}")
        self.stream = stream
        self.expected = expected
        self.found = found


class Trouble(Exception):
    """The base of what goes wrong outside: `what` went wrong and where, and a `hint` what to do next."""

    def __init__(self, what: str, *, hint: str) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


class StoreTrouble(Trouble):
    """The store could not do it (disk full, no connection, damaged file). Nothing was written."""


class Facts(Protocol):
    """The ledger as it is kept: append-only."""

    def head(self, stream: str) -> Head:
        """Return where the stream stands; number 0 when it has no fact."""
        ...

    def facts(self, stream: str) -> list[Fact]:
        """Return all facts of a stream in order; empty when there is none."""
        ...

    def facts_of(self, streams: Sequence[str]) -> dict[str, list[Fact]]:
        """Return all facts of each of the streams in order, asked for at once; empty for one that has none."""
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

    def since(self, position: int, *, limit: int) -> list[tuple[int, Fact]]:
        """Return the first facts recorded after that position, each with its own; 0 is before all facts.

        A fact is never recorded later at a position before one that was returned.
        """
        ...

    def last_position(self) -> int:
        """Return the position of the fact recorded last; 0 when there is none."""
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

    def sight_of_case(self, who: Viewer, case: str) -> Sight:
        """Return how much of one case the viewer sees; of an unknown one nothing, after the same work."""
        ...

    def cases_called(self, who: Viewer, name: str) -> list[str]:
        """Return the cases, sorted, that the viewer may see and knows by that name (`desk.views.is_called`)."""
        ...

    def version(self) -> int:
        """Return a number that is another one after every recorded fact."""
        ...

    def case_lines(self, who: Viewer, *, project: str = "") -> list[CaseLine]:
        """Return the cases the viewer may see, most recently begun first."""
        ...

    def task_lines(
        self,
        who: Viewer,
        *,
        now: datetime,
        project: str = "",
        sorts: Sequence[str] | None = None,
        limit: int | None = None,
    ) -> list[TaskLine]:
        """Return the open duties of the cases on whose team, or among whose participants, the viewer is.

        Open: it opens at or before `now`, and is not lifted by then. Order: due instant (none last), severity
        from critical down, case, key; with `limit`, the first so many; with `sorts`, of those alone. Cases that are
        merely public make no task.
        """
        ...

    def task_sorts(self, *, project: str = "") -> list[str]:
        """Return the sorts of all duties there are, as they are written: what to choose from for `task_lines`."""
        ...

    def task_counts(
        self,
        who: Viewer,
        *,
        now: datetime,
        bounds: Sequence[datetime],
        project: str = "",
        sorts: Sequence[str] | None = None,
    ) -> tuple[int, ...]:
        """Return how many of the duties of `task_lines` are due before each of the bounds; last, how many in all."""
        ...

    def board_lines(self, who: Viewer, *, project: str = "") -> list[BoardLine]:
        """Return the cells of the cases the viewer may see, by case; participants' words only for those who may."""
        ...

    def cases_with_message(self, message_id: str) -> list[str]:
        """Return the cases that a mail of that Message-ID belongs to."""
        ...


class Reads(Protocol):
    """Who read what is not public: kept like facts, apart from them."""

    def record_reads(self, reads: Sequence[Read]) -> None:
        """Keep the reads for good, those left out of which person, case, `how` and `span` are kept already."""
        ...

    def reads(self, case: str, *, limit: int) -> list[Read]:
        """Return the last reads of the case, the latest first."""
        ...


class Ways(Protocol):
    """The ways in and out that programs use: tokens of the API, and addresses that are told of new facts."""

    def keep_token(self, token: Token) -> None:
        """Keep the token, in place of one of the same name."""
        ...

    def token(self, name: str) -> Token | None:
        """Return the token of that name."""
        ...

    def tokens(self, person: str) -> list[Token]:
        """Return the tokens of a person, the latest first."""
        ...

    def keep_hook(self, hook: Hook) -> None:
        """Keep the hook, in place of one of the same name."""
        ...

    def hooks(self, person: str = "") -> list[Hook]:
        """Return the hooks of a person, or of everybody, the latest first."""
        ...

    def remove_hook(self, name: str) -> None:
        """Forget the hook of that name."""
        ...


class Runs(Protocol):
    """When what works by itself last ran: news of the moment, no facts."""

    def keep_run(self, name: str, *, at: datetime) -> None:
        """Keep that what has this name ran at that moment, in place of an earlier one."""
        ...

    def last_run(self, name: str) -> datetime | None:
        """Return when it last ran; None when it never did."""
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


class Store(Facts, ReadModels, Reads, Ways, Runs, Blobs, Protocol):
    """Everything the desk keeps, behind one connection."""

    def backup(self, to: Path) -> None:
        """Write a whole, consistent copy to a new file while others go on working."""
        ...


class MailReader(Protocol):
    """Reads mail from a file or folder."""

    def __call__(self, *, path: Path, now: datetime) -> Iterator[IncomingMail]:
        """Yield the messages one by one; raise `MailRefused` naming what cannot be read and a hint."""
        ...


class HistoryTrouble(Trouble):
    """A repository could not be read. It is never a verdict about a branch."""


class BlamedLine(NamedTuple):
    """A line before a fix, the commit that wrote it last, and whether the fix removes it or stands beside it."""

    commit: Sha
    path: str
    is_removed: bool


class History(Corpus, Protocol):
    """One git repository, read as it stood when it was opened; its commits are searched through an index.

    Everything raises `HistoryTrouble` when git cannot say; nothing is ever fetched or written to the repository.
    """

    def refs(self) -> Sequence[Ref]:
        """Return the branches, remote branches and tags that lead to commits, sorted by name."""
        ...

    def head(self) -> str:
        """Return the full name of the ref that HEAD names; empty when it names none."""
        ...

    def notices(self) -> Sequence[str]:
        """Return what a reader should know: a shallow clone, replace refs or grafts that are not followed."""
        ...

    def resolve(self, name: str) -> Sha:
        """Return the commit that a name or the beginning of an id means; raise `HistoryTrouble` when there is none."""
        ...

    def resolve_all(self, names: Sequence[str]) -> Mapping[str, Sha]:
        """Return the commit of each name, as `resolve` does, asking git once for all of them."""
        ...

    def update(self, tips: Iterable[Sha]) -> int:
        """Bring the index up to these commits and all before them; return how many commits were new to it."""
        ...

    def strict_ids(self, commits: Sequence[Sha]) -> Mapping[Sha, str]:
        """Return the patch ids of ``git patch-id --stable``, context and all; a commit without text has none."""
        ...

    def blame(self, commit: Sha) -> Sequence[BlamedLine]:
        """Return who last wrote the lines the commit removes, or those beside what it adds, in its first parent."""
        ...

    def paths(self, commit: Sha) -> frozenset[str]:
        """Return the paths of all files of a commit."""
        ...

    def show(self, commit: Sha, path: str) -> bytes | None:
        """Return a file at a commit; None when there is none, or none that is text of a common size."""
        ...


class Trials(Protocol):
    """Tries backports in one repository, without touching its work tree, index or refs.

    Everything raises `HistoryTrouble` when git cannot say; what one request lacks is that request's own error.
    """

    def tip(self, name: str) -> tuple[str, Sha]:
        """Return the full name of the ref that a branch's name means and its commit: of origin, local, tag or id."""
        ...

    def commits(self, name: str) -> Sequence[Sha]:
        """Return the commits that a name or a range ``A..B`` means, oldest first; a range leaves merges out."""
        ...

    def try_all(self, requests: Sequence[Request]) -> Sequence[Trial]:
        """Return what came of each request, in their order."""
        ...

    def write(self, request: Request, *, name: str, sign_off: bool) -> Trial:
        """Return the trial, with the new branch of that name that it was written to when it is clean."""
        ...

    def text(self, commit: Sha, path: str) -> str:
        """Return a file at a commit as text; empty when there is none."""
        ...

    def files(self, commit: Sha) -> Sequence[str]:
        """Return the paths that a commit changes against its first parent."""
        ...

    def people(self, commit: Sha, path: str) -> Sequence[Owner]:
        """Return who wrote the newest changes of a file up to a commit, and who reviewed them; the busiest first."""
        ...

    def url(self) -> str:
        """Return the address the repository was cloned from; empty when none is known."""
        ...

    def user(self) -> str:
        """Return who commits here, by git's settings; empty when nothing says so."""
        ...

    def moments(self, names: Sequence[str]) -> Mapping[str, int]:
        """Return when commits were committed and tags were made, in seconds; what is unknown is left out."""
        ...

    def state(self) -> str:
        """Return a digest of all refs and the commits they lead to: another one when anything moved."""
        ...

    def newest(self) -> Sequence[tuple[str, date]]:
        """Return every branch and tag by its full name, with the day of its newest commit."""
        ...


class OpenTrials(Protocol):
    """Opens the repository at a path for trials."""

    def __call__(self, *, repo: Path) -> Trials:
        """Return it; raise `HistoryTrouble` when there is no repository, or one that cannot be read."""
        ...


class Poster(Protocol):
    """Sends a body to an address and says what went wrong, or nothing."""

    def __call__(self, *, url: str, body: bytes, headers: dict[str, str]) -> str:
        """Return an empty text when the other side took it (a status of 200 to 299), or one sentence why not."""
        ...


class PublishTrouble(Trouble):
    """It could not be signed, or the target could not take it. What stood there before stands there still."""


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

    def places(self, under: str) -> list[str]:
        """Return every place below the folder at which something stands, sorted."""
        ...

    def digest(self, place: str) -> str:
        """Return the SHA-256 of what stands at a place, read again; empty when there is nothing."""
        ...

    def drift(self) -> list[Drift]:
        """Return every file that is not as it was published."""
        ...

    def mark(self) -> str:
        """Return a text that is another one after any change of what stands there; empty when that cannot be told.

        No file is read for it.
        """
        ...


class Pages(Protocol):
    """Pages of a project's documentation that people write, and that hold blocks of ours."""

    def read(self, path: Path, *, limit: int) -> bytes | None:
        """Return what it holds, at most `limit` + 1 bytes; None for nothing; raise `PublishTrouble` for no file."""
        ...

    def write(self, pages: Sequence[NewPage]) -> None:
        """Return nothing, after each page holds its content; a link stays a link, and permissions stay.

        Raises `PublishTrouble` when one cannot be written, or is no longer what it was: then none of them was.
        """
        ...


class Signer(Protocol):
    """Signs what is published, with the secret key of the publisher."""

    @property
    def fingerprint(self) -> str:
        """Return the fingerprint of the key in hexadecimal capitals."""
        ...

    @property
    def public_key(self) -> bytes:
        """Return the armoured public key, the same for the same key."""
        ...

    @property
    def expires_at(self) -> datetime | None:
        """Return the moment from which the key signs no more; None when it has none."""
        ...

    @property
    def takes_mail(self) -> bool:
        """Return whether something can be encrypted to the key."""
        ...

    def detached(self, content: bytes) -> bytes:
        """Return an armoured detached signature of the content: another one each time."""
        ...

    def is_signed(self, content: bytes, *, signature: bytes) -> bool:
        """Return whether the signature is a right one of the content by this key; False for what is none."""
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

    def shared(self, catalogue: Catalogue, *, now: datetime, csaf: Shown | None) -> Iterable[Part]:
        """Yield the parts that say something of all advisories; `csaf` is the CSAF provider that stands beside them."""
        ...
