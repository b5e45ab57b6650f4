"""What the record says of one release."""

from midstream.advisories.record import BEGINNING, Advisory, Component, Line, Release, Statement, Verdict
from midstream.formats.base.vers import contains
from midstream.formats.base.versions import Key, key_of

_PLAIN: dict[str, Verdict] = {"not_affected": "not_affected", "investigating": "under_investigation"}


def verdict_of(*, record: Advisory, component: Component, release: Release) -> Verdict:
    """Return what the record says of a release of the component; ``unknown`` when it says nothing.

    An explicit statement outweighs the line of the release's branch, one about the release itself one about a range. A
    withdrawn or rejected record says of no release that it is affected.
    """
    if record.state in ("withdrawn", "rejected"):
        return "not_affected"
    if (statement := statement_on(component=component, release=release)) is not None:
        return statement.status
    line = next((each for each in component.line if each.branch == release.branch), None)
    return "unknown" if line is None else _of_line(line, scheme=component.scheme, version=release.version)


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


def fixed_from(line: Line, *, scheme: str) -> str:
    """Return the first version of the branch that has every fix; empty when there is none yet."""
    if line.status != "fixed" or not line.fix or not all(fix.release for fix in line.fix):
        return ""
    placed = [(key, fix.release) for fix in line.fix if (key := key_of(scheme=scheme, version=fix.release)) is not None]
    if len(placed) == len(line.fix):
        return max(placed)[1]
    same = {fix.release for fix in line.fix}
    return line.fix[-1].release if len(same) == 1 else ""


def _of_line(line: Line, *, scheme: str, version: str) -> Verdict:
    if line.status in _PLAIN:
        return _PLAIN[line.status]
    if not line.status or (not line.first and line.status != "fixed"):
        return "affected" if line.status else "unknown"
    key = key_of(scheme=scheme, version=version)
    if line.first not in ("", BEGINNING):
        first = key_of(scheme=scheme, version=line.first)
        if key is None or first is None:
            return "unknown"
        if key < first:
            return "not_affected"
    fixed = fixed_from(line, scheme=scheme)
    return _before_or_after(key, fixed=fixed, version=version, scheme=scheme) if fixed else "affected"


def _before_or_after(key: Key | None, *, fixed: str, version: str, scheme: str) -> Verdict:
    if version == fixed:
        return "fixed"
    place = key_of(scheme=scheme, version=fixed)
    if key is None or place is None:
        return "unknown"
    return "fixed" if key >= place else "affected"
