"""The store on SQLite and PostgreSQL: `desk.ports.Store`, each part from its module."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from midstream.cases.visibility import Sight, Viewer
from midstream.desk.views import BoardLine, CaseLine, CaseView, Hook, Read, TaskLine, Token
from midstream.ledger.chain import Head
from midstream.ledger.fact import Fact
from midstream.store import copies, ledger_rows, read_models
from midstream.store.blobs import Vault
from midstream.store.database import Database
from midstream.store.rows import duty_rows, runs, ways
from midstream.store.rows import reads as read_rows


class DjangoStore(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the desk keeps, in one database. Made by `midstream.store.open_store`."""

    db: Database
    vault: Vault

    # Facts

    def head(self, stream: str) -> Head:
        """Return where the stream stands; number 0 when it has no fact."""
        return ledger_rows.head(self.db, stream)

    def facts(self, stream: str) -> list[Fact]:
        """Return all facts of a stream in order."""
        return ledger_rows.facts(self.db, stream)

    def facts_of(self, streams: Sequence[str]) -> dict[str, list[Fact]]:
        """Return all facts of each of the streams in order, with one query for many."""
        return ledger_rows.facts_of(self.db, streams)

    def with_key(self, stream: str, key: str) -> list[Fact]:
        """Return the facts of the stream recorded by the command of that key."""
        return ledger_rows.with_key(self.db, stream, key)

    def streams(self, prefix: str) -> list[str]:
        """Return the names of the streams that begin with `prefix`, sorted."""
        return ledger_rows.streams(self.db, prefix)

    def everything(self) -> Iterator[Fact]:
        """Yield every fact in the order of recording; `BrokenChain` at one that cannot be read."""
        return ledger_rows.everything(self.db)

    def since(self, position: int, *, limit: int) -> list[tuple[int, Fact]]:
        """Return the first facts recorded after that position, each with its own."""
        return ledger_rows.since(self.db, position, limit=limit)

    def last_position(self) -> int:
        """Return the position of the fact recorded last; 0 when there is none."""
        return ledger_rows.last_position(self.db)

    def heads(self, prefix: str = "") -> list[Head]:
        """Return the heads of the streams of that prefix, sorted by stream."""
        return ledger_rows.heads(self.db, prefix)

    def append(
        self,
        facts: Sequence[Fact],
        *,
        views: Sequence[CaseView],
        expect: Mapping[str, int],
        blobs: Sequence[tuple[str, bytes]] = (),
    ) -> None:
        """Record facts, views and blobs in one durable transaction; `Conflict` when a stream stands elsewhere."""
        with self.db.writing() as cursor:
            ledger_rows.record(self.db, cursor, facts, expect=expect)
            read_models.put_views(self.db, cursor, views)
            for case, content in blobs:
                self.vault.put(cursor, case, content)

    def load(self, facts: Iterable[Fact]) -> int:
        """Record already chained facts in one transaction and flat memory; return how many."""
        return ledger_rows.load(self.db, facts)

    # Read models

    def replace_views(self, views: Iterable[CaseView], *, expect: Mapping[str, int] | None = None) -> None:
        """Put the views in place of those of the same cases; with `expect` None, of all there are."""
        read_models.replace_views(self.db, views, expect=expect)

    def view(self, case: str) -> CaseView | None:
        """Return the whole view of one case, whoever asks."""
        return read_models.view(self.db, case)

    def sight_of_case(self, who: Viewer, case: str) -> Sight:
        """Return how much of one case the viewer sees; of an unknown one nothing, after the same work."""
        return read_models.sight_of_case(self.db, who, case)

    def cases_called(self, who: Viewer, name: str) -> list[str]:
        """Return the cases that the viewer may see and knows by that name, sorted."""
        return read_models.cases_called(self.db, who, name)

    def version(self) -> int:
        """Return a number that is another one after every recorded fact."""
        return ledger_rows.version(self.db)

    def case_lines(self, who: Viewer, *, project: str = "") -> list[CaseLine]:
        """Return the cases the viewer may see, most recently begun first."""
        return read_models.case_lines(self.db, who, project=project)

    def task_lines(
        self,
        who: Viewer,
        *,
        now: datetime,
        project: str = "",
        sorts: Sequence[str] | None = None,
        limit: int | None = None,
    ) -> list[TaskLine]:
        """Return the open duties of the cases on whose team, or among whose participants, the viewer is."""
        return duty_rows.task_lines(self.db, who, now=now, project=project, sorts=sorts, limit=limit)

    def task_sorts(self, *, project: str = "") -> list[str]:
        """Return the sorts of all duties there are, as they are written."""
        return duty_rows.task_sorts(self.db, project=project)

    def task_counts(
        self,
        who: Viewer,
        *,
        now: datetime,
        bounds: Sequence[datetime],
        project: str = "",
        sorts: Sequence[str] | None = None,
    ) -> tuple[int, ...]:
        """Return how many open duties are due before each of the bounds; last, how many there are in all."""
        return duty_rows.task_counts(self.db, who, now=now, bounds=bounds, project=project, sorts=sorts)

    def board_lines(self, who: Viewer, *, project: str = "") -> list[BoardLine]:
        """Return the cells of the cases the viewer may see, by case."""
        return read_models.board_lines(self.db, who, project=project)

    def cases_with_message(self, message_id: str) -> list[str]:
        """Return the cases that a mail of that Message-ID belongs to, sorted."""
        return read_models.cases_with_message(self.db, message_id)

    # Blobs

    def put_blob(self, case: str, content: bytes) -> str:
        """Keep the content and return its SHA-256 in hexadecimal."""
        with self.db.writing() as cursor:
            return self.vault.put(cursor, case, content)

    def blob(self, case: str, digest: str) -> bytes | None:
        """Return the content; None when it is not there or its key was destroyed; `StoreTrouble` when damaged."""
        return self.vault.get(case, digest)

    def erase(self, case: str) -> int:
        """Destroy the key and the blobs of the case; return how many blobs there were."""
        return self.vault.erase(case)

    def has_key(self, case: str) -> bool:
        """Return whether the case's key exists."""
        return self.vault.has_key(case)

    def blob_count(self, case: str) -> int:
        """Return how many blobs the case has."""
        return self.vault.count(case)

    # Reads

    def record_reads(self, reads: Sequence[Read]) -> None:
        """Keep the reads for good, those of a span in which the same was kept already left out."""
        read_rows.record_reads(self.db, reads)

    def reads(self, case: str, *, limit: int) -> list[Read]:
        """Return the last reads of the case, the latest first."""
        return read_rows.reads(self.db, case, limit=limit)

    # Ways in and out

    def keep_token(self, token: Token) -> None:
        """Keep the token, in place of one of the same name."""
        ways.keep_token(self.db, token)

    def token(self, name: str) -> Token | None:
        """Return the token of that name."""
        return ways.token(self.db, name)

    def tokens(self, person: str) -> list[Token]:
        """Return the tokens of a person, the latest first."""
        return ways.tokens(self.db, person)

    def keep_run(self, name: str, *, at: datetime) -> None:
        """Keep that what has this name ran at that moment."""
        runs.keep_run(self.db, name, at=at)

    def last_run(self, name: str) -> datetime | None:
        """Return when it last ran; None when it never did."""
        return runs.last_run(self.db, name)

    def keep_hook(self, hook: Hook) -> None:
        """Keep the hook, in place of one of the same name."""
        ways.keep_hook(self.db, hook)

    def hooks(self, person: str = "") -> list[Hook]:
        """Return the hooks of a person, or of everybody, the latest first."""
        return ways.hooks(self.db, person)

    def remove_hook(self, name: str) -> None:
        """Forget the hook of that name."""
        ways.remove_hook(self.db, name)

    # The store itself

    def backup(self, to: Path) -> None:
        """Write a whole, consistent copy to a new file while others go on working."""
        copies.backup(self.db, to)

    def close(self) -> None:
        """Close this thread's connection; the next use opens it again."""
        self.db.close()
