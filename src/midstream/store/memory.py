"""The same contract in memory, without Django: for tests and for measuring what is above the store."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from midstream.cases.visibility import Sight, Viewer
from midstream.desk.ports import Conflict, StoreTrouble
from midstream.desk.views import (
    BoardLine,
    CaseLine,
    CaseView,
    Hook,
    Read,
    TaskLine,
    Token,
    board_line,
    board_order,
    case_line,
    case_order,
    is_called,
    next_due,
    task_line,
    task_order,
)
from midstream.ledger.chain import Head, empty, head_of
from midstream.ledger.fact import FIRST, Fact


def view_sight(who: Viewer, view: CaseView) -> Sight:
    """Return how much of the case the viewer sees, by its view: `cases.visibility.sight` on what a view holds."""
    if view.project in who.teams:
        return Sight.TEAM
    invited = view.readers.get(who.person)
    belongs = any((view.project, area) in who.areas for area in view.areas) or any(
        (view.project, party) in who.parties for party in view.told
    )
    if invited or (invited is None and belongs):
        return Sight.PARTICIPANT
    return Sight.PUBLIC if view.is_public else Sight.NOTHING


class MemoryStore:
    """A store that forgets everything with the process. One thread at a time; blobs are not encrypted."""

    def __init__(self) -> None:
        self._facts: list[Fact] = []
        self._streams: dict[str, list[Fact]] = {}
        self._views: dict[str, CaseView] = {}
        self._reads: list[Read] = []
        self._runs: dict[str, datetime] = {}
        self._tokens: dict[str, Token] = {}
        self._hooks: dict[str, Hook] = {}
        self._blobs: defaultdict[str, dict[str, bytes]] = defaultdict(dict)

    # Facts

    def head(self, stream: str) -> Head:
        """Return where the stream stands; number 0 when it has no fact."""
        known = self._streams.get(stream)
        return head_of(known[-1:], stream=stream) if known else empty(stream)

    def facts(self, stream: str) -> list[Fact]:
        """Return all facts of a stream in order."""
        return list(self._streams.get(stream, ()))

    def facts_of(self, streams: Sequence[str]) -> dict[str, list[Fact]]:
        """Return all facts of each of the streams in order."""
        return {stream: self.facts(stream) for stream in streams}

    def with_key(self, stream: str, key: str) -> list[Fact]:
        """Return the facts of the stream recorded by the command of that key."""
        return [fact for fact in self._streams.get(stream, ()) if key and fact.key == key]

    def streams(self, prefix: str) -> list[str]:
        """Return the names of the streams that begin with `prefix`, sorted."""
        return sorted(stream for stream in self._streams if stream.startswith(prefix))

    def everything(self) -> Iterator[Fact]:
        """Yield every fact in the order of recording."""
        yield from tuple(self._facts)

    def since(self, position: int, *, limit: int) -> list[tuple[int, Fact]]:
        """Return the first facts recorded after that position, each with its own."""
        return list(enumerate(self._facts[position : position + limit], position + 1))

    def last_position(self) -> int:
        """Return the position of the fact recorded last; 0 when there is none."""
        return len(self._facts)

    def heads(self, prefix: str = "") -> list[Head]:
        """Return the heads of the streams of that prefix, sorted by stream."""
        return [self.head(stream) for stream in self.streams(prefix)]

    def append(
        self,
        facts: Sequence[Fact],
        *,
        views: Sequence[CaseView],
        expect: Mapping[str, int],
        blobs: Sequence[tuple[str, bytes]] = (),
    ) -> None:
        """Record facts, views and blobs, or nothing; `Conflict` when a stream stands elsewhere."""
        self._check(expect)
        self._record(facts)
        self._views.update((view.case, view) for view in views)
        for case, content in blobs:
            self.put_blob(case, content)

    def load(self, facts: Iterable[Fact]) -> int:
        """Record already chained facts, or nothing; return how many."""
        drawn = list(facts)
        self._record(drawn)
        return len(drawn)

    def _check(self, expect: Mapping[str, int]) -> None:
        for stream in sorted(expect):
            found = self.head(stream).number
            if found != expect[stream]:
                raise Conflict(stream=stream, expected=expect[stream], found=found)

    def _record(self, facts: Sequence[Fact]) -> None:
        stand: dict[str, tuple[int, str]] = {}
        for fact in facts:
            if fact.stream not in stand:
                head = self.head(fact.stream)
                stand[fact.stream] = (head.number, head.digest) if head.number else (0, FIRST)
            number, digest = stand[fact.stream]
            if fact.number != number + 1 or fact.previous != digest:
                raise Conflict(stream=fact.stream, expected=fact.number - 1, found=number)
            stand[fact.stream] = fact.number, fact.digest
        for fact in facts:
            self._facts.append(fact)
            self._streams.setdefault(fact.stream, []).append(fact)

    # Read models

    def replace_views(self, views: Iterable[CaseView], *, expect: Mapping[str, int] | None = None) -> None:
        """Put the views in place of those of the same cases; with `expect` None, of all there are."""
        self._check(expect or {})
        drawn = {view.case: view for view in views}
        self._views = drawn if expect is None else self._views | drawn

    def view(self, case: str) -> CaseView | None:
        """Return the whole view of one case, whoever asks."""
        return self._views.get(case)

    def sight_of_case(self, who: Viewer, case: str) -> Sight:
        """Return how much of one case the viewer sees; nothing of an unknown one."""
        view = self._views.get(case)
        return view_sight(who, view) if view else Sight.NOTHING

    def cases_called(self, who: Viewer, name: str) -> list[str]:
        """Return the cases that the viewer may see and knows by that name, sorted."""
        seen = self._seen(who, at_least=Sight.PUBLIC, project="")
        return sorted(view.case for view, sight in seen if is_called(view, name, seen=sight))

    def version(self) -> int:
        """Return a number that is another one after every recorded fact."""
        return len(self._facts)

    def case_lines(self, who: Viewer, *, project: str = "") -> list[CaseLine]:
        """Return the cases the viewer may see, most recently begun first."""
        lines = [
            case_line(view, seen=seen, next_due_at=next_due(view))
            for view, seen in self._seen(who, at_least=Sight.PUBLIC, project=project)
        ]
        return sorted(lines, key=case_order, reverse=True)

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
        lines = [
            task_line(view, duty)
            for view, _ in self._seen(who, at_least=Sight.PARTICIPANT, project=project)
            for duty in view.duties
            if duty.opens_at <= now and (duty.lifted_at is None or duty.lifted_at > now)
        ]
        chosen = lines if sorts is None else [line for line in lines if line.sort.write() in sorts]
        return sorted(chosen, key=task_order)[:limit]

    def task_sorts(self, *, project: str = "") -> list[str]:
        """Return the sorts of all duties there are, as they are written."""
        views = (view for view in self._views.values() if project in {"", view.project})
        return sorted({task_line(view, duty).sort.write() for view in views for duty in view.duties})

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
        dues = [line.duty.due_at for line in self.task_lines(who, now=now, project=project, sorts=sorts)]
        return (*(sum(due is not None and due < bound for due in dues) for bound in bounds), len(dues))

    def board_lines(self, who: Viewer, *, project: str = "") -> list[BoardLine]:
        """Return the cells of the cases the viewer may see, by case."""
        seen = self._seen(who, at_least=Sight.PUBLIC, project=project)
        return sorted((board_line(view, seen=sight) for view, sight in seen), key=board_order)

    def cases_with_message(self, message_id: str) -> list[str]:
        """Return the cases that a mail of that Message-ID belongs to, sorted."""
        return sorted(view.case for view in self._views.values() if message_id in view.message_ids)

    def _seen(self, who: Viewer, *, at_least: Sight, project: str) -> Iterator[tuple[CaseView, Sight]]:
        for view in self._views.values():
            seen = view_sight(who, view)
            if seen >= at_least and project in {"", view.project}:
                yield view, seen

    # Reads

    def record_reads(self, reads: Sequence[Read]) -> None:
        """Keep the reads, those of a span in which the same was kept already left out."""
        kept = {(read.person, read.case, read.how, read.span) for read in self._reads}
        for read in reads:
            if (name := (read.person, read.case, read.how, read.span)) not in kept:
                kept.add(name)
                self._reads.append(read)

    def reads(self, case: str, *, limit: int) -> list[Read]:
        """Return the last reads of the case, the latest first."""
        return [read for read in reversed(self._reads) if read.case == case][:limit]

    # Blobs

    def put_blob(self, case: str, content: bytes) -> str:
        """Keep the content and return its SHA-256 in hexadecimal."""
        digest = hashlib.sha256(content).hexdigest()
        self._blobs[case][digest] = content
        return digest

    def blob(self, case: str, digest: str) -> bytes | None:
        """Return the content; None when it is not there."""
        return self._blobs[case].get(digest) if case in self._blobs else None

    def erase(self, case: str) -> int:
        """Forget the blobs of the case; return how many there were."""
        return len(self._blobs.pop(case, ()))

    def has_key(self, case: str) -> bool:
        """Return whether the case has had a blob since it was last erased."""
        return case in self._blobs

    def blob_count(self, case: str) -> int:
        """Return how many blobs the case has."""
        return len(self._blobs[case]) if case in self._blobs else 0

    # Ways in and out

    def keep_token(self, token: Token) -> None:
        """Keep the token, in place of one of the same name."""
        self._tokens[token.name] = token

    def token(self, name: str) -> Token | None:
        """Return the token of that name."""
        return self._tokens.get(name)

    def tokens(self, person: str) -> list[Token]:
        """Return the tokens of a person, the latest first."""
        found = [token for token in self._tokens.values() if token.person == person]
        return sorted(found, key=lambda token: (token.made_at, token.name), reverse=True)

    def keep_run(self, name: str, *, at: datetime) -> None:
        """Keep that what has this name ran at that moment."""
        self._runs[name] = at

    def last_run(self, name: str) -> datetime | None:
        """Return when it last ran; None when it never did."""
        return self._runs.get(name)

    def keep_hook(self, hook: Hook) -> None:
        """Keep the hook, in place of one of the same name."""
        self._hooks[hook.name] = hook

    def hooks(self, person: str = "") -> list[Hook]:
        """Return the hooks of a person, or of everybody, the latest first."""
        found = [hook for hook in self._hooks.values() if person in {"", hook.person}]
        return sorted(found, key=lambda hook: (hook.made_at, hook.name), reverse=True)

    def remove_hook(self, name: str) -> None:
        """Forget the hook of that name."""
        self._hooks.pop(name, None)

    # The store itself

    def backup(self, to: Path) -> None:
        """Raise `StoreTrouble`: there is nothing to copy that would outlive the process."""
        raise StoreTrouble(f"{to}: a store in memory has no copy", hint="Keep the store in a file.")

    def close(self) -> None:
        """Do nothing: there is no connection."""
