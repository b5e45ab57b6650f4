"""Releases by branch: what is in each, and what a branch still misses, from the cells that were recorded."""

from datetime import datetime

import msgspec

from midstream.desk.desk import Desk
from midstream.desk.errors import NotFound
from midstream.desk.views import BoardLine, CellView
from midstream.project import Branch


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One case on a branch."""

    case: str
    title: str
    cve: str
    severity: str
    cell: CellView


class BranchReleases(msgspec.Struct, frozen=True, kw_only=True):
    """One branch: its releases, the latest first, with the fixes that first came with each.

    `waiting` are fixes merged and not released, `missing` those it needs and has not, `settled` those it needs not;
    `unknown` is how many cases nobody has looked at here.
    """

    branch: Branch
    is_maintained: bool
    releases: tuple[tuple[str, tuple[Entry, ...]], ...]
    waiting: tuple[Entry, ...]
    missing: tuple[Entry, ...]
    settled: tuple[Entry, ...]
    unknown: int


_MISSING = {"affected", "conflict", "applies", "trial failed", "in review", "reverted"}


def releases(desk: Desk, *, project: str, by: str, now: datetime) -> list[BranchReleases]:
    """Return the branches of a project with their releases, as far as `by` may see its cases; `NotFound` otherwise."""
    found = desk.projects().get(project)
    if found is None or found.person(by) is None:
        raise NotFound(f"no project is called {project[:80]!r} here", hint="Its releases are shown to its own people.")
    team = desk.team(project)
    lines = desk.store.board_lines(desk.viewer(by), project=project)
    return [
        _branch(branch, lines, [entry.tag for entry in team.releases if entry.branch == branch.name], now)
        for branch in found.branches
    ]


def _branch(branch: Branch, lines: list[BoardLine], tags: list[str], now: datetime) -> BranchReleases:
    entries = [
        Entry(case=line.case, title=line.title, cve=line.cve, severity=line.severity, cell=line.cells[branch.name])
        for line in lines
        if branch.name in line.cells and line.cells[branch.name].word != "unknown"
    ]
    named = {tag: tuple(e for e in entries if e.cell.word == "released" and e.cell.detail == tag) for tag in tags}
    elsewhere = {e.cell.detail for e in entries if e.cell.word == "released"} - set(tags)
    for tag in sorted(elsewhere):
        named[tag] = tuple(e for e in entries if e.cell.word == "released" and e.cell.detail == tag)
    return BranchReleases(
        branch=branch,
        is_maintained=branch.is_maintained(now) or branch.kind == "development",
        releases=tuple(reversed(named.items())),
        waiting=tuple(e for e in entries if e.cell.word == "merged"),
        missing=tuple(e for e in entries if e.cell.word in _MISSING),
        settled=tuple(e for e in entries if e.cell.word in {"not affected", "nothing to apply", "waived"}),
        unknown=len(lines) - len(entries),
    )
