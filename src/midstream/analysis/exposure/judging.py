"""What the rows of one package mean for one version: one answer for each source and advisory."""

from typing import TYPE_CHECKING

import msgspec

from midstream.analysis.exposure.findings import By, Told, Verdict
from midstream.analysis.exposure.package import EXACT, RANGE, UNSURE, Package, Row
from midstream.analysis.exposure.versions import HIGHEST, LOWEST

if TYPE_CHECKING:
    from collections.abc import Iterable

    from midstream.analysis.exposure.index import Commit, Index

_STATES: dict[str, Verdict] = {
    "not-affected": "not affected",
    "fixed": "fixed in this version",
    "undetermined": "no data",
}


class Group(msgspec.Struct, gc=False):
    """What the sources tell of one vulnerability, and what they call it."""

    told: list[Told]
    beside: str
    summary: str
    severity: str


Groups = dict[str, Group]
"""What the sources tell, by vulnerability."""


def judge(
    into: Groups,
    package: Package,
    index: "Index",
    *,
    version: str,
    key: str | None,
    everything: bool,
    only: str = "",
) -> None:
    """Return nothing, after what all sources tell about a version with this key (None for none) was added to `into`.

    Vulnerabilities of which nothing speaks against the version are left out unless `everything`; with `only` all others
    are.
    """
    names: Iterable[str] = package.groups if everything else package.against(version=version, key=key)
    for name in names if not only else package.groups.keys() & {only}:
        _add(into, name, package.groups[name], [_one(rows, index, version, key) for rows in package.groups[name]])


def _add(into: Groups, name: str, groups: list[list[Row]], told: list[Told]) -> None:
    group = into.get(name)
    first = groups[0][0]
    if group is None:
        group = into[name] = Group(told, first.beside, first.summary, first.severity)
    else:
        group.told += told
    for rows in groups if not (group.summary and group.severity) else ():
        group.summary = group.summary or rows[0].summary
        group.severity = group.severity or rows[0].severity


def _one(rows: list[Row], index: "Index", version: str, key: str | None) -> Told:
    """Return what one source tells of one advisory: affected when any of its rows says so."""
    ranges = [row for row in rows if row.kind == RANGE] if len(rows) > 1 or rows[0].kind != RANGE else rows
    exact = None
    if ranges is not rows:
        exact = next((row for row in rows if row.kind == EXACT and row.lo == version and version), None)
    inside = [row for row in ranges if row.holds(key)]
    plain = next((row for row in inside if not row.state or _verdict_of(row) == "affected"), None)
    if plain is not None:
        return _inside(plain, index, version, key)
    if exact is not None:
        return _made(exact, index, "affected", f"{version} is listed as affected", key, by="version")
    unsure = next((row for row in rows if row.kind == UNSURE), None)
    if unsure is not None:
        return _made(unsure, index, "unknown version", f"its range cannot be compared: {unsure.lo}", key, by="none")
    if inside:
        return _inside(inside[0], index, version, key)
    return _beside(rows, ranges, index, version, key)


def _beside(rows: list[Row], ranges: list[Row], index: "Index", version: str, key: str | None) -> Told:
    """Return what a source tells of a version that lies in none of its ranges."""
    if key is None and (ranges or not version):
        return _unknown(rows[0], index, version)
    if ranges:
        return _outside(ranges, index, version, key or "")
    return _made(rows[0], index, "not affected", f"{version} is not among the versions listed", key, by="version")


def _verdict_of(row: Row) -> Verdict:
    return _STATES.get(row.state.partition(":")[0].partition(";")[0], "affected")


def _inside(row: Row, index: "Index", version: str, key: str | None) -> Told:
    verdict: Verdict = _verdict_of(row) if row.state else "affected"
    if verdict == "affected" and row.until and row.until == f"<= {row.introduced}":
        return _made(row, index, verdict, f"{version} is listed as affected", key, by="version")
    if verdict == "affected":
        return _made(row, index, verdict, f"{version or 'any version'} lies in {row.in_words()}", key)
    what = "" if row.lo == LOWEST and row.hi == HIGHEST else f" for {row.in_words()}"
    return _made(row, index, verdict, f"the source says {row.state}{what}", key, by="state")


def _outside(ranges: list[Row], index: "Index", version: str, key: str) -> Told:
    below = [row for row in ranges if row.hi <= key]
    if not below:
        row = min(ranges, key=lambda row: row.lo)
        return _made(row, index, "not affected", f"{version} comes before {row.in_words()}", key)
    row = max(below, key=lambda row: row.hi)
    if row.until.startswith("<= ") or (row.state and _verdict_of(row) != "affected"):
        return _made(row, index, "not affected", f"{version} comes after {row.in_words()}", key)
    return _made(row, index, "fixed in this version", f"{version} has the fix; affected is {row.in_words()}", key)


def _unknown(row: Row, index: "Index", version: str) -> Told:
    why = f"its ecosystem cannot order the version {version[:60]!r}" if version else "the input gives no version"
    if row.kind == RANGE:
        why += f"; affected is {row.in_words()}"
    return _made(row, index, "unknown version", why, None, by="none")


def _made(row: Row, index: "Index", verdict: Verdict, why: str, key: str | None, *, by: By = "range") -> Told:
    if row.withdrawn:
        verdict, why = "withdrawn", f"withdrawn on {row.withdrawn}; it said: {why}"
    is_range = row.kind == RANGE
    return Told(
        advisory=row.advisory,
        source=index.names[row.source],
        verdict=verdict,
        why=why,
        state=row.state,
        fixed=row.until[2:] if is_range and row.until[:2] == "< " else "",
        range=(row.lo, row.hi) if is_range else ("", ""),
        key=key or "",
        line=row.line,
        by=by,
    )


def judge_repository(
    package: Package, index: "Index", commits: "list[Commit]", *, commit: str, version: str, key: str | None
) -> Groups:
    """Return what all sources tell about a commit or a tag of a repository, by vulnerability.

    What a source says of the commit itself comes first, then a list of all affected commits, then the tag.
    """
    said = {(each.advisory, each.source, each.says) for each in commits if each.sha != "*"}
    complete = {(each.advisory, each.source) for each in commits if each.sha == "*"}
    short = commit[:12]
    found: Groups = {}
    for name, groups in package.groups.items():
        answers = []
        for rows in groups:
            first = rows[0]
            group = first.advisory, first.source
            if (*group, "affected") in said:
                told = _made(first, index, "affected", f"commit {short} is listed as affected", key, by="commit")
            elif (*group, "fixed") in said:
                told = _made(first, index, "fixed in this version", f"commit {short} is the fix", key, by="commit")
            elif commit and group in complete:
                told = _made(
                    first, index, "not affected", f"commit {short} is not among those listed", key, by="commit"
                )
            else:
                told = _by_tag(rows, index, version, key, commit)
            answers.append(told)
        _add(found, name, groups, answers)
    return found


def _by_tag(rows: list[Row], index: "Index", version: str, key: str | None, commit: str) -> Told:
    known = [row for row in rows if row.kind != UNSURE]
    spans = [row for row in known if row.kind == RANGE and row.until != f"<= {row.introduced}"]
    is_listed = any(row.holds(key) if row.kind == RANGE else row.lo == version for row in known)
    if version and (spans or is_listed):
        return _one(known, index, version, key)
    row = next((row for row in rows if row.kind == UNSURE), rows[0])
    reason = row.lo if row.kind == UNSURE else f"affected is {row.in_words()}"
    what = f"commit {commit[:12]}" if commit else f"the tag {version}" if version else ""
    more = (
        f"whether {what} is among them takes the history of the repository" if what else "no commit and no tag is given"
    )
    return _made(row, index, "unknown version", f"{reason}; {more}", key, by="none")
