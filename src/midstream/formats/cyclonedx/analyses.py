"""Analyses in a CycloneDX document: its VEX (CycloneDX 1.4 to 1.7, "vulnerabilities[].analysis")."""

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from midstream.formats.cyclonedx.xml_tree import Element

_STATUSES = {
    "resolved": "fixed",
    "resolved_with_pedigree": "fixed",
    "exploitable": "affected",
    "in_triage": "under_investigation",
    "false_positive": "not_affected",
    "not_affected": "not_affected",
}


class Statement(msgspec.Struct, kw_only=True, frozen=True):
    """What the document says about one vulnerability in some of its components.

    `refs` are the bom-refs of components, or addresses of them in another document (``urn:cdx:…#ref``); `versions`, if
    any, are the only ones meant. `at` is ISO 8601 text as written.
    """

    vulnerability: str
    aliases: list[str]
    refs: list[str]
    versions: list[str]
    status: str
    state: str
    justification: str
    detail: str
    at: str


class Statements(msgspec.Struct, kw_only=True):
    """A document's analyses, and which entries could not be read."""

    statements: list[Statement]
    faults: list[str]


def read_statements(*, raw: bytes) -> Statements:
    """Return the analyses in the JSON of ``vulnerabilities``; entries without one say nothing, and are left out."""
    found = Statements(statements=[], faults=[])
    tree = msgspec.json.decode(raw) if raw else []
    for place, entry in enumerate(tree if isinstance(tree, list) else []):
        if not isinstance(entry, dict):
            found.faults.append(f"vulnerabilities[{place}] is no object")
            continue
        analysis = entry.get("analysis")
        if not isinstance(analysis, dict):
            continue
        references = [each for each in _tables(entry.get("references")) if _text(each, "id")]
        affects = _tables(entry.get("affects"))
        _take(
            found,
            where=f"vulnerabilities[{place}]",
            ids=[_text(entry, "id"), *(_text(each, "id") for each in references)],
            affects=[
                (
                    _text(each, "ref"),
                    [(_text(one, "version"), _text(one, "status")) for one in _tables(each.get("versions"))],
                )
                for each in affects
            ],
            analysis={key: _text(analysis, key) for key in ("state", "justification", "detail")},
            at=_text(analysis, "lastUpdated") or _text(analysis, "firstIssued") or _text(entry, "updated"),
        )
    return found


def read_xml_statements(*, entries: "list[Element]") -> Statements:
    """Return the analyses in the elements ``vulnerability`` of an XML document."""
    found = Statements(statements=[], faults=[])
    for place, entry in enumerate(entries):
        analysis = entry.first("analysis")
        if analysis is None:
            continue
        references, targets = entry.first("references"), entry.first("affects")
        affects = []
        for target in targets.every("target") if targets else []:
            versions = target.first("versions")
            pairs = [(one.said("version"), one.said("status")) for one in versions.every("version")] if versions else []
            affects.append((target.said("ref"), pairs))
        others = [one.said("id") for one in references.every("reference")] if references else []
        _take(
            found,
            where=f"vulnerability {place + 1}",
            ids=[entry.said("id"), *filter(None, others)],
            affects=affects,
            analysis={key: analysis.said(key) for key in ("state", "justification", "detail")},
            at=analysis.said("lastUpdated") or analysis.said("firstIssued") or entry.said("updated"),
        )
    return found


def _take(
    found: Statements,
    *,
    where: str,
    ids: list[str],
    affects: list[tuple[str, list[tuple[str, str]]]],
    analysis: dict[str, str],
    at: str,
) -> None:
    """Add one entry: a statement for each component it affects, since each may name versions of its own."""
    state = analysis["state"]
    if not ids[0]:
        found.faults.append(f"{where}: it names no vulnerability")
    elif state and state not in _STATUSES:
        found.faults.append(f"{where}: {state[:40]!r} is no state")
    elif state:
        for ref, versions in affects:
            if versions and not any(version for version, _ in versions):
                found.faults.append(f"{where}: it speaks of ranges of versions, which are not read")
                continue
            found.statements.append(
                Statement(
                    vulnerability=ids[0],
                    aliases=ids[1:],
                    refs=[ref],
                    versions=[version for version, status in versions if version and status != "unaffected"],
                    status=_STATUSES[state],
                    state=state,
                    justification=analysis["justification"],
                    detail=analysis["detail"],
                    at=at,
                )
            )


def _tables(value: object) -> list[dict[str, object]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _text(tree: dict[str, object], key: str) -> str:
    value = tree.get(key)
    return value if isinstance(value, str) else ""
