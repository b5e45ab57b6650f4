"""OpenVEX read back: what a document tells of the record, ours or another's."""

from collections.abc import Set as AbstractSet
from typing import Final, cast
from urllib.parse import unquote

import msgspec
from packageurl import PackageURL

from midstream.advisories.carry.foreign import Unread, foreign_of
from midstream.advisories.carry.outline import read_outline
from midstream.advisories.reading import Provenance, Reading
from midstream.advisories.record import Advisory, Component, Justification, Statement, Verdict
from midstream.advisories.targets.vex.properties import ids_of
from midstream.formats.openvex import document as openvex

NAME: Final = "openvex"
_OUTLINE: Final = "/statements/0/status_notes"
PLACES: Final = {
    "id": "/@id",
    "ids.cve": "/statements/*/vulnerability/name",
    "ids.ghsa": "/statements/*/vulnerability/aliases",
    "ids.aliases": "/statements/*/vulnerability/aliases",
    "summary.en": "/statements/*/vulnerability/description",
    "component.line": f"/statements/*/status, {_OUTLINE} (Branch …)",
    "component.statement": f"/statements/*/status, {_OUTLINE} (Release …)",
    "component.purl": f"/statements/*/products/*/identifiers/purl, {_OUTLINE} (Purl …)",
    "component.name": f"{_OUTLINE} (Component …)",
    **{
        f"component.{field}": f"{_OUTLINE} (Code)"
        for field in (
            *("key", "repo", "scheme", "kind", "fork_of", "ecosystem", "package"),
            *("paths", "routines", "modules", "platforms", "config"),
        )
    },
}
"""Where each field that a document keeps stands in it."""
UNREAD: Final = (
    Unread(path="/statements/*/products/*/hashes/*"),
    Unread(path="/statements/*/products/*/identifiers/*", is_ours=lambda _, name: name == "purl"),
    Unread(path="/statements/*/products/*/subcomponents/*"),
    Unread(path="/statements/*/supplier"),
    Unread(path="/statements/*/vulnerability/@id"),
)
"""What a document has a name for and the record has no field for."""


def read(document: openvex.Document) -> Reading:
    """Return what the document tells of the record: its ids, its summary and what it says of components."""
    flaws = [each.vulnerability for each in document.statements if each.vulnerability is not None]
    found = [each for each in flaws if _names(each) & _names(flaws[0])]
    names = [name for each in found for name in (each.name, *each.aliases) if name]
    first = found[0].name if found else ""
    id_ = unquote(document.id.rpartition("/openvex/")[2]) if "/openvex/" in document.id else ""
    summary = next((each.description for each in found if each.description), "")
    outlined = read_outline(document.statements[0].status_notes) if document.statements else ()
    partial = Advisory(
        id=id_,
        ids=ids_of(names, {"id": id_}, is_any_cve=False),
        summary={"en": summary} if summary else {},
        component=outlined or _stated(about(document, {first} - {""})),
        foreign=foreign_of(document, target=NAME, unread=UNREAD),
    )
    others = {each.name for each in flaws} - {each.name for each in found}
    doubts = (f"the document is about {len(others)} more vulnerabilities; only {first} was read",) if others else ()
    return Reading(partial=partial, provenance=Provenance(target=NAME, places=dict(PLACES)), doubts=doubts)


def about(document: openvex.Document, ids: AbstractSet[str]) -> openvex.Document:
    """Return the document with those statements alone that are about one of the ids; the whole when none is."""
    found = tuple(each for each in document.statements if each.vulnerability and ids & _names(each.vulnerability))
    return msgspec.structs.replace(document, statements=found) if found else document


def _names(flaw: openvex.Vulnerability) -> set[str]:
    return {flaw.name, *flaw.aliases} - {""}


def _stated(document: openvex.Document) -> tuple[Component, ...]:
    """Return the components that a document without our outline names by package URLs, with its word on each release.

    A later statement on a product replaces an earlier one (OpenVEX 0.2.0, section Updating Statements).
    """
    found: dict[str, dict[str, Statement]] = {}
    for each in document.statements:
        if each.status not in openvex.STATUSES:
            continue
        for product in each.products:
            try:
                purl = PackageURL.from_string(product.identifiers.get("purl") or product.id)
            except ValueError:
                continue
            statements = found.setdefault(purl._replace(version=None).to_string(), {})
            if purl.version:
                statements[purl.version] = Statement(
                    release=purl.version,
                    status=cast("Verdict", each.status),
                    justification=_justification(each.justification),
                    detail=each.impact_statement or each.status_notes,
                    action=each.action_statement,
                )
    return tuple(
        Component(name=PackageURL.from_string(purl).name, purl=purl, statement=tuple(statements.values()))
        for purl, statements in found.items()
    )


def _justification(text: str) -> Justification:
    return cast("Justification", text) if text in openvex.JUSTIFICATIONS else ""
