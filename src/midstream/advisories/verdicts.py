"""What the record says of one release."""

from collections.abc import Sequence

import msgspec

from midstream.advisories.record import BEGINNING, Advisory, Component, Fix, Line, Release, Statement, Verdict
from midstream.formats.base.vers import contains
from midstream.formats.base.versions import Key, key_of

_PLAIN: dict[str, Verdict] = {"not_affected": "not_affected", "investigating": "under_investigation"}


def verdicts_of(*, record: Advisory, component: Component, releases: Sequence[Release]) -> tuple[Verdict, ...]:
    """Return what the record says of each release of the component, in their order; ``unknown`` where it says nothing.

    An explicit statement outweighs the line of the release's branch, one about the release itself one about a range. A
    withdrawn or rejected record says of no release that it is affected.
    """
    if record.state in ("withdrawn", "rejected"):
        return tuple("not_affected" for _ in releases)
    lines: dict[str, Line] = {}
    for line in component.line:
        lines.setdefault(line.branch, line)
    bounds: dict[str, _Bounds] = {}
    found: list[Verdict] = []
    for release in releases:
        branch = release.branch
        if component.statement and (statement := statement_on(component=component, release=release)) is not None:
            found.append(statement.status)
        elif branch not in lines:
            found.append("unknown")
        else:
            if branch not in bounds:
                bounds[branch] = _bounds(lines[branch], scheme=component.scheme)
            found.append(_of_line(lines[branch], bounds[branch], scheme=component.scheme, version=release.version))
    return tuple(found)


def statement_on(*, component: Component, release: Release) -> Statement | None:
    """Return the explicit statement about the release, or None."""
    names = {release.version, release.tag} - {""}
    for statement in component.statement:
        if statement.release in names:
            return statement
    for statement in component.statement:
        if statement.range and contains(statement.range, release.version):
            return statement
    return None


def own_fixes(record: Advisory) -> tuple[tuple[Component, Line, Fix], ...]:
    """Return the fixes of the record, each with its line: the first that has the commit, none that was cut with it."""
    found: list[tuple[Component, Line, Fix]] = []
    for component in record.component:
        seen: set[str] = set()
        for line in component.line:
            found += [(component, line, fix) for fix in line.fix if not fix.sha or fix.sha not in seen]
            seen |= {fix.sha for fix in line.fix}
    return tuple(found)


def fixed_from(line: Line, *, scheme: str) -> str:
    """Return the first version of the branch that has every fix; empty when there is none yet."""
    if line.status != "fixed" or not line.fix or not all(fix.release for fix in line.fix):
        return ""
    placed = [(key, fix.release) for fix in line.fix if (key := key_of(scheme=scheme, version=fix.release)) is not None]
    if len(placed) == len(line.fix):
        return max(placed)[1]
    same = {fix.release for fix in line.fix}
    return line.fix[-1].release if len(same) == 1 else ""


class _Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """Where a line begins and where it is fixed; the keys are None where no order places the version."""

    first: Key | None
    fixed: str
    fixed_key: Key | None


def _bounds(line: Line, *, scheme: str) -> _Bounds:
    fixed = fixed_from(line, scheme=scheme)
    return _Bounds(
        first=key_of(scheme=scheme, version=line.first),
        fixed=fixed,
        fixed_key=key_of(scheme=scheme, version=fixed),
    )


def _of_line(line: Line, bounds: _Bounds, *, scheme: str, version: str) -> Verdict:
    if line.status in _PLAIN:
        return _PLAIN[line.status]
    if not line.status or (not line.first and line.status != "fixed"):
        return "affected" if line.status else "unknown"
    key = key_of(scheme=scheme, version=version)
    if line.first not in ("", BEGINNING):
        if key is None or bounds.first is None:
            return "unknown"
        if key < bounds.first:
            return "not_affected"
    return _before_or_after(key, bounds, version=version) if bounds.fixed else "affected"


def _before_or_after(key: Key | None, bounds: _Bounds, *, version: str) -> Verdict:
    if version == bounds.fixed:
        return "fixed"
    if key is None or bounds.fixed_key is None:
        return "unknown"
    return "fixed" if key >= bounds.fixed_key else "affected"
