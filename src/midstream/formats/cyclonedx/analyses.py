"""Analyses in a CycloneDX document: its VEX (CycloneDX 1.4 to 1.7, "vulnerabilities[].analysis")."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from midstream.formats.base.vers import bounds_of

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

_OF_VERSIONS = {"affected": "", "unaffected": "not_affected", "unknown": "under_investigation"}


class Statement(msgspec.Struct, kw_only=True, frozen=True):
    """What the document says about one vulnerability in some of its components.

    `refs` are the bom-refs of components, or addresses of them in another document (``urn:cdx:…#ref``); `versions`, if
    any, are the only ones meant, or those in `range`, which is a ``vers:``. `at` is ISO 8601 text as written.
    """

    vulnerability: str
    aliases: list[str]
    refs: list[str]
    versions: list[str]
    range: str = ""
    status: str
    state: str
    justification: str
    detail: str
    at: str


class _Versions(NamedTuple):
    """An entry of ``affects[].versions``: a version or a range, and whether it is affected (the standard's default)."""

    version: str
    range: str
    status: str


class Statements(msgspec.Struct, kw_only=True):
    """A document's analyses, and which entries could not be read."""

    statements: list[Statement]
    faults: list[str]


def read_claims(*, held: "bytes | list[Element]") -> Statements:
    """Return what ``vulnerabilities`` say, also without an analysis: then what they affect is affected."""
    if isinstance(held, bytes):
        return read_statements(raw=held, unsaid="exploitable")
    return read_xml_statements(entries=held, unsaid="exploitable")


def read_statements(*, raw: bytes, unsaid: str = "") -> Statements:
    """Return the analyses in the JSON of ``vulnerabilities``.

    Entries without one say nothing, and are left out, unless `unsaid` is the state that counts for them.
    """
    found = Statements(statements=[], faults=[])
    tree = msgspec.json.decode(raw) if raw else []
    for place, entry in enumerate(tree if isinstance(tree, list) else []):
        if not isinstance(entry, dict):
            found.faults.append(f"vulnerabilities[{place}] is no object")
            continue
        analysis = entry.get("analysis")
        if not isinstance(analysis, dict):
            analysis = {"state": unsaid}
        references = [each for each in _tables(entry.get("references")) if _text(each, "id")]
        affects = _tables(entry.get("affects"))
        _take(
            found,
            where=f"vulnerabilities[{place}]",
            ids=[_text(entry, "id"), *(_text(each, "id") for each in references)],
            affects=[
                (
                    _text(each, "ref"),
                    [
                        _Versions(_text(one, "version"), _text(one, "range"), _text(one, "status"))
                        for one in _tables(each.get("versions"))
                    ],
                )
                for each in affects
            ],
            analysis={key: _text(analysis, key) for key in ("state", "justification", "detail")},
            at=_text(analysis, "lastUpdated") or _text(analysis, "firstIssued") or _text(entry, "updated"),
        )
    return found


def read_xml_statements(*, entries: "list[Element]", unsaid: str = "") -> Statements:
    """Return the analyses in the elements ``vulnerability`` of an XML document, as `read_statements` does."""
    found = Statements(statements=[], faults=[])
    for place, entry in enumerate(entries):
        analysis = entry.first("analysis")
        references, targets = entry.first("references"), entry.first("affects")
        affects = []
        for target in targets.every("target") if targets else []:
            versions = target.first("versions")
            entries_ = versions.every("version") if versions else []
            told = [_Versions(one.said("version"), one.said("range"), one.said("status")) for one in entries_]
            affects.append((target.said("ref"), told))
        others = [one.said("id") for one in references.every("reference")] if references else []
        _take(
            found,
            where=f"vulnerability {place + 1}",
            ids=[entry.said("id"), *filter(None, others)],
            affects=affects,
            analysis={
                key: analysis.said(key) if analysis else unsaid if key == "state" else ""
                for key in ("state", "justification", "detail")
            },
            at=next((at for at in _moments(analysis) if at), "") or entry.said("updated"),
        )
    return found


def _moments(analysis: "Element | None") -> list[str]:
    return [analysis.said("lastUpdated"), analysis.said("firstIssued")] if analysis else []


def _take(
    found: Statements,
    *,
    where: str,
    ids: list[str],
    affects: list[tuple[str, list[_Versions]]],
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
        for ref, told in affects:
            for status, versions, range_ in _meant(told, _STATUSES[state], found.faults, where):
                statement = Statement(
                    vulnerability=ids[0],
                    aliases=ids[1:],
                    refs=[ref],
                    versions=versions,
                    range=range_,
                    status=status,
                    state=state,
                    justification=analysis["justification"] if status == _STATUSES[state] else "",
                    detail=analysis["detail"],
                    at=at,
                )
                found.statements.append(statement)


def _meant(told: list[_Versions], status: str, faults: list[str], where: str) -> Iterator[tuple[str, list[str], str]]:
    """Yield status, versions and range of what a component's entry says: the analysis is about its affected versions.

    An entry of versions that holds neither a version nor a range is a fault, and does not count.
    """
    if not told:
        yield status, [], ""
    listed: dict[str, list[str]] = {}
    for each in told:
        own = _OF_VERSIONS.get(each.status or "affected")
        if own is None:
            faults.append(f"{where}: {each.status[:40]!r} is no status of versions")
        elif each.version:
            listed.setdefault(own or status, []).append(each.version)
        elif bounds_of("".join(each.range.split())) is not None:
            yield own or status, [], each.range
        elif each.range:
            faults.append(f"{where}: {each.range[:80]!r} is no range as vers: writes it")
        else:
            faults.append(f"{where}: an entry of versions has neither a version nor a range")
    for own, versions in listed.items():
        yield own, versions, ""


def _tables(value: object) -> list[dict[str, object]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _text(tree: dict[str, object], key: str) -> str:
    value = tree.get(key)
    return value if isinstance(value, str) else ""
