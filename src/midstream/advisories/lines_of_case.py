"""What the facts of a case say of one branch, as a line of the record."""

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from midstream.advisories.record import BEGINNING, Fix, Justification, Line, LineStatus, Release
from midstream.cases.case import Case
from midstream.cases.states import cells
from midstream.formats.base.versions import key_of
from midstream.ledger.kinds.fix import (
    BackportMerged,
    BranchAffected,
    BranchNotAffected,
    FixMerged,
    FixReleased,
    IntroducedRecorded,
)
from midstream.project import Project

_STATUS: dict[str, LineStatus] = {
    "not affected": "not_affected",
    "waived": "wont_fix",
    "merged": "fixed",
    "released": "fixed",
    "nothing to apply": "investigating",
    "trial failed": "investigating",
    "applies": "investigating",
    "conflict": "investigating",
}
"""Words of the board that decide a line; a trial alone does not say that a branch has the flaw."""
_OLDER: Justification = "vulnerable_code_not_present"


class _Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where the flaw came in: the commit, and the first affected version, as far as they are known."""

    commit: str = ""
    version: str = ""


def line_of(
    case: Case,
    *,
    branch: str,
    project: Project,
    releases: Sequence[Release],
    version_of: Callable[[str], str],
    now: datetime,
) -> Line | None:
    """Return the line of a branch; None when neither a fact nor its releases say anything of it.

    A branch that no fact names has the flaw when its releases began after the flaw came in and before the fix was on
    the main line; it is free of it when all its releases are older than the flaw, and fixed when all are newer than the
    first release of the main line with the fix, from which it was cut. Otherwise nobody knows.
    """
    own = [release for release in releases if release.branch == branch]
    origin = _origin(case, version_of=version_of)
    first = _first(own, origin=origin)
    status = _status(case, branch=branch)
    fixes = _fixes(case, branch=branch, version_of=version_of)
    if not status and (inherited := _inherited(case, releases=own, version_of=version_of)):
        status, fixes = "fixed", inherited
    if not status:
        status = _derived(case, releases=own, origin=origin, first=first, branch=branch)
    if not status:
        return None
    if status == "affected" and _is_over(project, branch=branch, now=now):
        status = "eol"
    cleared = [body for _, body in case.all(BranchNotAffected) if body.branch == branch]
    affected = [body.because for _, body in case.all(BranchAffected) if body.branch == branch]
    is_clean = status == "not_affected"
    return Line(
        branch=branch,
        first="" if is_clean or status == "investigating" else first or origin.version,
        introduced=(origin.commit,) if origin.commit and not is_clean else (),
        status=status,
        fix=fixes if status == "fixed" else (),
        conflict=(cell := cells(case).get(branch)) is not None and cell.word == "conflict",
        justification=(cleared[-1].justification if cleared else _OLDER) if is_clean else "",
        note=(cleared[-1].evidence if is_clean and cleared else (affected[-1] if affected else "")),
    )


def _origin(case: Case, *, version_of: Callable[[str], str]) -> _Origin:
    told = [body for _, body in case.all(IntroducedRecorded) if body.confidence != "guess"]
    return _Origin(
        commit=next((body.commit for body in reversed(told) if body.commit), ""),
        version=next((version_of(body.release) for body in reversed(told) if body.release), ""),
    )


def _first(own: Sequence[Release], *, origin: _Origin) -> str | None:
    """Return the first affected version of the branch: ``0`` for all of it; None when all its releases are older."""
    start = key_of(scheme="semver", version=origin.version)
    keys = [key for release in own if (key := key_of(scheme="semver", version=release.version)) is not None]
    if start is None or not keys:
        return BEGINNING
    if start > max(keys):
        return None
    return BEGINNING if start < min(keys) else origin.version


def _status(case: Case, *, branch: str) -> LineStatus:
    cell = cells(case).get(branch)
    if cell is None or cell.word == "unknown":
        return ""
    status = _STATUS.get(cell.word, "affected")
    said = any(body.branch == branch for _, body in case.all(BranchAffected))
    return "affected" if status == "investigating" and said else status


def _derived(case: Case, *, releases: Sequence[Release], origin: _Origin, first: str | None, branch: str) -> LineStatus:
    if not origin.version or not releases:
        return ""
    if first is None:
        return "not_affected"
    merged = [fact.happened_at for fact, body in case.all(FixMerged) if body.into != branch]
    began = min((release.at for release in releases if release.at), default=None)
    if not merged or (began is not None and began < min(merged)):
        return "affected"
    return ""


def _inherited(case: Case, *, releases: Sequence[Release], version_of: Callable[[str], str]) -> tuple[Fix, ...]:
    """Return the main line's fix for a branch whose releases are all newer than the main line's first with it."""
    mains = {body.into for _, body in case.all(FixMerged)}
    for _, body in case.all(FixReleased):
        fixed = key_of(scheme="semver", version=version_of(body.tag))
        keys = [key_of(scheme="semver", version=release.version) for release in releases]
        placed = [key for key in keys if key is not None]
        if body.branch in mains and fixed is not None and placed and len(placed) == len(keys) and min(placed) >= fixed:
            first = releases[placed.index(min(placed))].version
            return (Fix(sha=body.commit, release=first),)
    return ()


def _is_over(project: Project, *, branch: str, now: datetime) -> bool:
    entry = project.branch(branch)
    if entry is None:
        return True
    return entry.kind != "development" and not entry.is_maintained(now)


def _fixes(case: Case, *, branch: str, version_of: Callable[[str], str]) -> tuple[Fix, ...]:
    """Return the commits that fix the branch; a release of the branch with the fix has all that came before it."""
    found: dict[str, Fix] = {}
    merged = [(fact, body.commit) for fact, body in case.all(FixMerged) if body.into == branch]
    merged += [(fact, body.commit) for fact, body in case.all(BackportMerged) if body.branch == branch]
    for fact, commit in merged:
        found[commit] = Fix(sha=commit, at=fact.happened_at.replace(microsecond=0))
    released = [body for _, body in case.all(FixReleased) if body.branch == branch]
    if released:
        version = version_of(released[0].tag)
        if released[0].commit and released[0].commit not in found:
            found[released[0].commit] = Fix(sha=released[0].commit)
        found = {sha: msgspec.structs.replace(fix, release=version) for sha, fix in found.items()}
        return tuple(found.values()) or (Fix(release=version),)
    return tuple(found.values())
