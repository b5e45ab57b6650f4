"""Facts about code and branches as labelled lines of text, for formats that have notes and no fields for them.

``Status: fixed``, one fact a line, so that people can read it and a reader can take it apart again.
"""

from collections.abc import Sequence

from midstream.advisories.record import Component, Fix, Line, Statement
from midstream.formats.base.moments import read_moment, write_moment

LABELS = frozenset(
    {"Status", "Affected from", "Introduced by", "Why not affected", "Note", "Detail", "Action", "Range", "Since"}
)
"""The labels of what is said of a branch or a release, besides those that begin with ``Fix``."""
_CODE = {
    "Our name": "key",
    "Repository": "repo",
    "Versions": "scheme",
    "Kind": "kind",
    "Made from": "fork_of",
    "Ecosystem": "ecosystem",
    "Package": "package",
    "File": "paths",
    "Routine": "routines",
    "Module": "modules",
    "Platform": "platforms",
    "Build option": "config",
}
"""The labels of what is said of a component, and the field of each."""


def write_code(component: Component) -> str:
    """Return what is known of the component's code, one fact a line."""
    found = []
    for label, field in _CODE.items():
        value = getattr(component, field)
        found += [f"{label}: {item}" for item in (value if isinstance(value, tuple) else (value,)) if item]
    return "\n".join(found)


def read_code(text: str) -> dict[str, str | tuple[str, ...]]:
    """Return the fields of a component that :func:`write_code` wrote."""
    found: dict[str, str | tuple[str, ...]] = {}
    for label, value in _pairs(text):
        field = _CODE.get(label, "")
        if field in ("paths", "routines", "modules", "platforms", "config"):
            found[field] = (*found.get(field, ()), value)
        elif field:
            found[field] = value
    return found


def write_line(line: Line) -> str:
    """Return what is known of a branch, one fact a line; the note comes last, as it may have several lines."""
    found = [("Status", line.status.replace("_", " ")), ("Affected from", line.first)]
    found += [("Introduced by", commit) for commit in line.introduced]
    for fix in line.fix:
        found += [("Fix", fix.sha), ("Fix released in", fix.release), ("Fix review", fix.pr)]
        found += [("Fix made at", write_moment(fix.at))] if fix.at else []
    found += [("Why not affected", line.justification), ("Note", line.note)]
    return _text(found)


def read_line(text: str, *, branch: str) -> Line:
    """Return the line that :func:`write_line` wrote."""
    pairs = _pairs(text)
    fixes: list[dict[str, str]] = []
    for label, value in pairs:
        if label == "Fix" or (label.startswith("Fix ") and not fixes):
            fixes.append({})
        if label == "Fix" or label.startswith("Fix "):
            fixes[-1][label] = value
    found = dict(pairs)
    return Line(
        branch=branch,
        status=found.get("Status", "").replace(" ", "_"),  # type: ignore[arg-type]  # a word of its own stays one
        first=found.get("Affected from", ""),
        introduced=tuple(value for label, value in pairs if label == "Introduced by"),
        fix=tuple(
            Fix(
                sha=each.get("Fix", ""),
                release=each.get("Fix released in", ""),
                pr=each.get("Fix review", ""),
                at=read_moment(each.get("Fix made at")),
            )
            for each in fixes
        ),
        justification=found.get("Why not affected", ""),  # type: ignore[arg-type]  # as status
        note=found.get("Note", ""),
    )


def write_statement(statement: Statement) -> str:
    """Return an explicit word on a release or a range, one fact a line."""
    found = [("Status", statement.status.replace("_", " ")), ("Range", statement.range)]
    found += [("Why not affected", statement.justification)]
    found += [("Since", write_moment(statement.since))] if statement.since else []
    return _text([*found, ("Action", statement.action), ("Detail", statement.detail)])


def read_statement(text: str, *, release: str) -> Statement:
    """Return the statement that :func:`write_statement` wrote."""
    found = dict(_pairs(text))
    return Statement(
        release="" if found.get("Range") else release,
        range=found.get("Range", ""),
        status=found.get("Status", "unknown").replace(" ", "_"),  # type: ignore[arg-type]  # as in read_line
        justification=found.get("Why not affected", ""),  # type: ignore[arg-type]  # as in read_line
        since=read_moment(found.get("Since")),
        action=found.get("Action", ""),
        detail=found.get("Detail", ""),
    )


def _text(pairs: Sequence[tuple[str, str]]) -> str:
    return "\n".join(f"{label}: {value}" for label, value in pairs if value)


def _pairs(text: str) -> list[tuple[str, str]]:
    """Return the labelled facts; what follows the last known label's line belongs to it."""
    found: list[tuple[str, str]] = []
    for row in text.split("\n"):
        label, colon, value = row.partition(": ")
        is_known = label in LABELS or label in _CODE or label.startswith("Fix")
        if colon and is_known and not (found and found[-1][0] in ("Note", "Detail")):
            found.append((label, value))
        elif found:
            found[-1] = (found[-1][0], f"{found[-1][1]}\n{row}")
    return found
