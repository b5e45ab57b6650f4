"""Which fixes the board asks about: those on record, or those of a list."""

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import msgspec

from midstream.analysis.backports import Fix
from midstream.cases.case import Case, replay
from midstream.cases.states import cells
from midstream.cases.visibility import Sight, sight
from midstream.desk.desk import Desk
from midstream.desk.errors import Misuse
from midstream.desk.ports import History
from midstream.formats.toml import read_toml
from midstream.ledger.kinds.cve import CveAssigned
from midstream.ledger.kinds.fix import BackportWaived, BranchNotAffected, FixMerged, IntroducedRecorded
from midstream.project import Project


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A fix in a list: its name, its commits in the order in which they apply, and where the flaw came in."""

    name: str
    commits: tuple[str, ...]
    title: str = ""
    introduced: tuple[str, ...] = ()


class _File(msgspec.Struct, frozen=True, kw_only=True):
    fix: tuple[Listed, ...] = ()


def read_list(text: str, *, where: str) -> tuple[Listed, ...]:
    """Return the fixes of a list in TOML, each a table ``[[fix]]``; raise `TomlError` or `Misuse` with the place."""
    found = read_toml(text, into=_File, where=where).fix
    names = [listed.name for listed in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if not found or twice:
        what = f"two fixes are called {twice!r}" if twice else "there is no fix in it"
        raise Misuse(f"{where}: {what}", hint='Write a table for each: [[fix]], name = "…", commits = ["…"].')
    return found


def resolve(listed: Sequence[Listed], history: History) -> list[Fix]:
    """Return the fixes with whole commit ids; raise `HistoryTrouble` for a commit that is not in the repository."""
    ids = history.resolve_all([name for entry in listed for name in (*entry.commits, *entry.introduced)])
    return [
        Fix(
            name=entry.name,
            title=entry.title,
            commits=tuple(ids[name] for name in entry.commits),
            introduced=tuple(ids[name] for name in entry.introduced),
        )
        for entry in listed
    ]


def repository_at(projects: Iterable[Project], *, path: Path, url: str) -> frozenset[str]:
    """Return what facts call the repository at `path`, cloned from `url`: its name and its URL in a project's file.

    Empty when no project's file tells which of its repositories it is.
    """
    here = path.resolve()
    return frozenset(
        word
        for project in projects
        for known in project.repositories
        if (url and known.url == url) or (known.path and Path(known.path).resolve() == here)
        for word in (known.name, known.url)
        if word
    )


def commits_in(case: Case, repository: Collection[str]) -> tuple[str, ...]:
    """Return the commits of the case's fix in the repository of one of these names, in the order they were recorded.

    A commit recorded without a repository may be in any; without a name to compare, all are returned.
    """
    merged = [body for _, body in case.all(FixMerged)]
    here = [body for body in merged if not repository or body.repository in {"", *repository}]
    return tuple(dict.fromkeys(body.commit for body in here))


def fixes_on_record(desk: Desk, *, by: str, project: str = "", repository: Collection[str] = ()) -> list[Fix]:
    """Return the fixes of the cases that `by` may see, as the facts name them; cases without a merged fix have none.

    With `repository`, what facts call a repository, only the commits that may be in it count.
    """
    viewer = desk.viewer(by)
    found: list[Fix] = []
    for line in desk.store.case_lines(viewer, project=project):
        case = replay(desk.store.facts(f"case/{line.case}"), case=line.case)
        fix = fix_of(case, name=line.case, seen=sight(viewer, case), repository=repository)
        found += [fix] if fix is not None else []
    return found


def fix_of(case: Case, *, name: str, seen: Sight, repository: Collection[str] = ()) -> Fix | None:
    """Return the fix of a case, as somebody knows it who sees that much; None when no commit of it is on record."""
    commits = commits_in(case, repository)
    if not commits:
        return None
    inside = seen >= Sight.PARTICIPANT
    said = cells(case)
    cves = [body.cve for _, body in case.all(CveAssigned)]
    return Fix(
        name=name,
        title=", ".join(cves),
        commits=commits,
        # From a guess nothing may follow, and what was said of a branch may have been taken back since.
        introduced=tuple(
            dict.fromkeys(
                body.commit for _, body in case.all(IntroducedRecorded) if body.commit and body.confidence != "guess"
            )
        ),
        waived={
            body.branch: body.reason
            for _, body in case.all(BackportWaived)
            if inside and said[body.branch].word == "waived"
        },
        not_affected={
            body.branch: body.evidence
            for _, body in case.all(BranchNotAffected)
            if inside and said[body.branch].word == "not affected"
        },
    )
