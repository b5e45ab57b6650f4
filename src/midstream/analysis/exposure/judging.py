"""What the rows of one package mean for one version: one judgement for each source and advisory."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal, NamedTuple

from midstream.analysis.exposure.versions import HIGHEST, LOWEST

if TYPE_CHECKING:
    from midstream.analysis.exposure.index import Commit, Row

_Verdict = Literal["affected", "not affected", "fixed in this version", "unknown version", "no data"]
_By = Literal["range", "version", "commit", "cpe", "state", "none"]
_STATES: dict[str, _Verdict] = {
    "not-affected": "not affected",
    "fixed": "fixed in this version",
    "undetermined": "no data",
}
_RANGE, _EXACT, _UNSURE = 0, 1, 2


class Judged(NamedTuple):
    """What one source says of one advisory and one version."""

    advisory: str
    source: int
    verdict: _Verdict
    why: str
    state: str
    fixed: str
    lo: str
    hi: str
    key: str
    line: str
    by: _By


def judge(rows: "Iterable[Row]", *, version: str, key: str | None, everything: bool) -> list[Judged]:
    """Return the judgements on a version with this key (None for none) by the rows of its package.

    Those that find nothing against the version are left out unless `everything`, or another row speaks against it.
    """
    hits: list[Row] = []
    for row in rows:
        if row[0] == _RANGE:
            if key is None or row[1] <= key < row[2]:
                hits.append(row)
        elif row[0] == _UNSURE or row[1] == version or not version:
            hits.append(row)
    if not hits and not everything:
        return []
    groups: dict[tuple[str, int], list[Row]] = {}
    wanted = None if everything else {(row.advisory, row.source) for row in hits}
    for row in rows:
        group = row.advisory, row.source
        if wanted is None or group in wanted:
            groups.setdefault(group, []).append(row)
    return [_one(group, version, key) for group in groups.values()]


def _one(rows: "list[Row]", version: str, key: str | None) -> Judged:
    """Return the judgement of one source on one advisory: affected when any of its rows says so."""
    ranges = [row for row in rows if row.kind == _RANGE]
    exact = next((row for row in rows if row.kind == _EXACT and row.lo == version and version), None)
    inside = [row for row in ranges if _is_inside(row, key)]
    plain = [row for row in inside if _verdict_of(row) == "affected"]
    if plain:
        return _inside(plain[0], version, key)
    if exact is not None:
        return _made(exact, "affected", f"{version} is listed as affected", key, by="version")
    unsure = next((row for row in rows if row.kind == _UNSURE), None)
    if unsure is not None:
        return _made(unsure, "unknown version", f"its range cannot be compared: {unsure.lo}", key, by="none")
    if inside:
        return _inside(inside[0], version, key)
    if key is None and (ranges or not version):
        return _unknown(rows[0], version)
    if ranges:
        return _outside(ranges, version, key or "")
    return _made(rows[0], "not affected", f"{version} is not among the versions listed as affected", key, by="version")


def _is_inside(row: "Row", key: str | None) -> bool:
    """Return whether a version lies in a range; without a key only where every version does."""
    return (row.lo == LOWEST and row.hi == HIGHEST) if key is None else row.lo <= key < row.hi


def _verdict_of(row: "Row") -> _Verdict:
    return _STATES.get(row.state.partition(":")[0], "affected") if row.state else "affected"


def _inside(row: "Row", version: str, key: str | None) -> Judged:
    verdict = _verdict_of(row)
    what = version or "any version"
    if verdict == "affected":
        why = f"{what} lies in {in_words(row)}"
    elif row.lo == LOWEST and row.hi == HIGHEST:
        why = f"the source says {row.state}"
    else:
        why = f"the source says {row.state} for {in_words(row)}"
    by: _By = "range" if verdict == "affected" else "state"
    return _made(row, verdict, why, key, by=by)


def in_words(row: "Row") -> str:
    """Return a range with its versions as the source writes them: ``>= 1.0, < 1.2``; ``every version``."""
    parts = [] if row.introduced == "0" else [row.introduced if row.introduced[:1] == ">" else f">= {row.introduced}"]
    if row.until == f"<= {row.introduced}":
        return f"= {row.introduced}"
    if row.until:
        parts.append(row.until)
    elif not parts:
        return "every version; no fix is known"
    else:
        parts.append("no fix is known")
    return ", ".join(parts)


def _outside(ranges: "list[Row]", version: str, key: str) -> Judged:
    below = [row for row in ranges if row.hi <= key]
    if not below:
        row = min(ranges, key=lambda row: row.lo)
        return _made(row, "not affected", f"{version} comes before {in_words(row)}", key)
    row = max(below, key=lambda row: row.hi)
    if row.until.startswith("<= ") or _verdict_of(row) != "affected":
        return _made(row, "not affected", f"{version} comes after {in_words(row)}", key)
    return _made(row, "fixed in this version", f"{version} has the fix: affected is {in_words(row)}", key)


def _unknown(row: "Row", version: str) -> Judged:
    if version:
        why = f"{version[:60]!r} is no version its ecosystem can order"
    else:
        why = "the input gives no version"
    if row.kind == _RANGE:
        why += f"; affected is {in_words(row)}"
    return _made(row, "unknown version", why, None, by="none")


def _made(row: "Row", verdict: _Verdict, why: str, key: str | None, *, by: _By = "range") -> Judged:
    is_range = row.kind == _RANGE
    fixed = row.until.removeprefix("< ") if is_range and row.until.startswith("< ") else ""
    lo, hi = (row.lo, row.hi) if is_range else ("", "")
    return Judged(row.advisory, row.source, verdict, why, row.state, fixed, lo, hi, key or "", row.line, by)


def judge_repository(
    rows: "list[Row]", commits: "list[Commit]", *, commit: str, version: str, key: str | None
) -> list[Judged]:
    """Return the judgements on a commit or a tag of a repository, all of them, since a range of commits decides little.

    What a source says of the commit itself comes first, then a list of all affected commits, then the tag.
    """
    said = {(each.advisory, each.source, each.says): each for each in commits if each.sha != "*"}
    complete = {(each.advisory, each.source) for each in commits if each.sha == "*"}
    groups: dict[tuple[str, int], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.advisory, row.source), []).append(row)
    found = []
    for group, own in groups.items():
        first = own[0]
        short = commit[:12]
        if (*group, "affected") in said:
            found.append(_made(first, "affected", f"commit {short} is listed as affected", key, by="commit"))
        elif (*group, "fixed") in said:
            found.append(_made(first, "fixed in this version", f"commit {short} is the fix", key, by="commit"))
        elif commit and group in complete:
            found.append(_made(first, "not affected", f"commit {short} is not among those listed", key, by="commit"))
        else:
            found.append(_by_tag(own, version, key, commit))
    return found


def _by_tag(rows: "list[Row]", version: str, key: str | None, commit: str) -> Judged:
    known = [row for row in rows if row.kind != _UNSURE]
    spans = [row for row in known if row.kind == _RANGE and row.until != f"<= {row.introduced}"]
    if version and (spans or any(_is_listed(row, version, key) for row in known)):
        return _one(known, version, key)
    row = next((row for row in rows if row.kind == _UNSURE), rows[0])
    reason = row.lo if row.kind == _UNSURE else f"affected is {in_words(row)}"
    what = f"commit {commit[:12]}" if commit else f"the tag {version}" if version else "no commit and no tag is given"
    more = f"; whether {what} is among them takes the history of the repository" if commit or version else f"; {what}"
    return _made(row, "unknown version", reason + more, key, by="none")


def _is_listed(row: "Row", version: str, key: str | None) -> bool:
    return row.lo == version if row.kind == _EXACT else _is_inside(row, key)
