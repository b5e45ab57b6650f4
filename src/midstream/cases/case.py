"""Replay: the facts of one stream, those that count, by kind and in the order they happened."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import TypeVar

import msgspec

from midstream.ledger.fact import Fact
from midstream.ledger.kinds import NAMES, Body
from midstream.ledger.kinds.intake import CaseOpened, FactWithdrawn, ReportReceived

_Body = TypeVar("_Body", bound=Body)
_when = attrgetter("happened_at", "number")


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One case: `facts` in the order of recording, `by_kind` those that count in the order they happened.

    States are not kept here; each is a small function over a case (see `states`), so nothing can drift.
    """

    id: str
    facts: tuple[Fact, ...]
    by_kind: Mapping[str, Sequence[Fact]]

    def all(self, body: type[_Body]) -> Sequence[tuple[Fact, _Body]]:
        """Return the facts of one kind that count, each with its typed body, in the order they happened."""
        return [(fact, fact.body) for fact in self.by_kind.get(NAMES[body], ()) if isinstance(fact.body, body)]

    def first(self, body: type[_Body]) -> tuple[Fact, _Body] | None:
        """Return the earliest fact of a kind with its body, or None."""
        found = self.all(body)
        return found[0] if found else None

    def last(self, body: type[_Body]) -> tuple[Fact, _Body] | None:
        """Return the latest fact of a kind with its body, or None."""
        found = self.all(body)
        return found[-1] if found else None

    def has(self, body: type[Body]) -> bool:
        """Return whether a fact of the kind counts."""
        return NAMES[body] in self.by_kind

    @property
    def number(self) -> int:
        """The number of the last fact: what a command must have seen to act on this view."""
        return self.facts[-1].number if self.facts else 0

    @property
    def opening(self) -> ReportReceived | CaseOpened | None:
        """The body of the fact that began the case, or None when it has none yet."""
        for fact in self.facts:
            if isinstance(fact.body, ReportReceived | CaseOpened):
                return fact.body
        return None

    @property
    def project(self) -> str:
        """The id of the project the case belongs to; empty when nothing says so yet."""
        opening = self.opening
        return opening.project if opening else ""

    @property
    def title(self) -> str:
        """What the case is called; never shown to those who may not see it."""
        opening = self.opening
        return opening.title if opening else ""

    @property
    def began_at(self) -> datetime | None:
        """The instant the case began: the first report, or the first thing known of it."""
        reports = self.by_kind.get("report.received")
        if reports:
            return reports[0].happened_at
        return min((fact.happened_at for fact in self.facts), default=None)


def replay(facts: Iterable[Fact], *, case: str, as_of: datetime | None = None) -> Case:
    """Return the case that `facts` tell, at the moment `as_of`: only what had been recorded by then counts.

    `facts` are one stream in the order of recording. Withdrawn facts stay in `facts` but count for nothing.
    """
    known = tuple(facts) if as_of is None else tuple(fact for fact in facts if fact.recorded_at <= as_of)
    by_kind: dict[str, list[Fact]] = {}
    for fact in known:
        kept = by_kind.get(fact.kind)
        if kept is None:
            by_kind[fact.kind] = [fact]
        else:
            kept.append(fact)
            if fact.happened_at < kept[-2].happened_at:
                kept.sort(key=_when)
    if "fact.withdrawn" in by_kind:
        by_kind = _without(by_kind)
    return Case(id=case, facts=known, by_kind=by_kind)


def extend(case: Case, facts: Iterable[Fact]) -> Case:
    """Return the case after further facts; the same as replaying all of them."""
    return replay((*case.facts, *facts), case=case.id)


def _without(by_kind: dict[str, list[Fact]]) -> dict[str, list[Fact]]:
    gone = {fact.body.number for fact in by_kind["fact.withdrawn"] if isinstance(fact.body, FactWithdrawn)}
    kept = {kind: [fact for fact in facts if fact.number not in gone] for kind, facts in by_kind.items()}
    return {kind: facts for kind, facts in kept.items() if facts}
