"""The committee's report: how many cases are open and overdue, how long fixes and disclosures took, branch by branch.

It is made of counts and spans alone, for the team and for auditors, and names no case.
"""

import statistics
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from midstream.cases.visibility import Viewer, may_audit
from midstream.desk.desk import Desk
from midstream.desk.errors import NotFound
from midstream.desk.views import PUBLIC_WORDS, CaseLine

QUARTERS = 8
"""How many quarters of a year the report looks back."""


class Quarter(msgspec.Struct, frozen=True, kw_only=True):
    """One quarter: how many reports came and how many cases became public in it."""

    name: str
    received: int
    published: int


class BranchStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One branch: how many cases have their fix there, how many still need one, and how many nobody looked at."""

    branch: str
    fixed: int
    open: int
    not_affected: int
    unknown: int


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """The median of some spans in days, None when there is none, and how many there were."""

    median: float | None
    count: int


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """The state of one project's security work at a moment."""

    project: str
    name: str
    at: datetime
    open: int
    embargoed: int
    overdue: int
    due_soon: int
    to_fix: Span
    to_public: Span
    to_fix_year: Span
    to_public_year: Span
    severities: tuple[tuple[str, int], ...]
    quarters: tuple[Quarter, ...]
    branches: tuple[BranchStatus, ...]


def status(desk: Desk, *, project: str, by: str, now: datetime) -> Status:
    """Return the status of a project for its team and its auditors; raise `NotFound` for everybody else."""
    who = desk.viewer(by)
    if not may_audit(who, project):
        raise NotFound(f"no project is called {project[:80]!r} here", hint="Its status is for its team and auditors.")
    everything = Viewer(person=by, teams=frozenset({project}))
    lines = [line for line in desk.store.case_lines(everything, project=project) if line.triage != "duplicate"]
    week = timedelta(days=7)
    overdue, soon, _ = desk.store.task_counts(everything, now=now, bounds=[now, now + week], project=project)
    is_open = [line for line in lines if not line.is_public and line.triage != "rejected"]
    year = now - timedelta(days=365)
    recent = [line for line in lines if line.began_at and line.began_at >= year]
    found = desk.team(project).project
    return Status(
        project=project,
        name=found.name,
        at=now,
        open=len(is_open),
        embargoed=sum(line.embargo in {"agreed", "extension asked"} for line in is_open),
        overdue=overdue,
        due_soon=soon - overdue,
        to_fix=_span(lines, "fixed_at"),
        to_public=_span(lines, "opened_at"),
        to_fix_year=_span(recent, "fixed_at"),
        to_public_year=_span(recent, "opened_at"),
        severities=tuple(Counter(line.severity for line in is_open).most_common()),
        quarters=_quarters(lines, now),
        branches=_branches(desk, everything, project, [branch.name for branch in found.branches]),
    )


def _span(lines: Iterable[CaseLine], until: str) -> Span:
    """Return the median span from the report; cases whose report nobody knows have none."""
    spans = [
        (end - line.began_at).total_seconds() / 86_400
        for line in lines
        if line.began_at and line.triage != "not reported" and (end := getattr(line, until)) and end >= line.began_at
    ]
    return Span(median=round(statistics.median(spans), 1) if spans else None, count=len(spans))


def _quarters(lines: list[CaseLine], now: datetime) -> tuple[Quarter, ...]:
    received = Counter(_quarter(line.began_at) for line in lines if line.began_at and line.triage != "not reported")
    published = Counter(_quarter(line.opened_at) for line in lines if line.opened_at)
    last = now.year * 4 + (now.month - 1) // 3
    keys = [divmod(place, 4) for place in range(last - QUARTERS + 1, last + 1)]
    return tuple(
        Quarter(name=f"{year} Q{part + 1}", received=received[year, part], published=published[year, part])
        for year, part in keys
    )


def _quarter(moment: datetime) -> tuple[int, int]:
    return moment.year, (moment.month - 1) // 3


def _branches(desk: Desk, who: Viewer, project: str, names: list[str]) -> tuple[BranchStatus, ...]:
    lines = desk.store.board_lines(who, project=project)
    found = []
    for name in names:
        words = Counter(line.cells[name].word if name in line.cells else "unknown" for line in lines)
        fixed = sum(words[word] for word in PUBLIC_WORDS - {"reverted"})
        settled = words["not affected"] + words["nothing to apply"] + words["waived"]
        unknown = words["unknown"]
        found.append(
            BranchStatus(
                branch=name,
                fixed=fixed,
                open=len(lines) - fixed - settled - unknown,
                not_affected=settled,
                unknown=unknown,
            )
        )
    return tuple(found)
