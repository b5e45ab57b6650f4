"""SPDX 3.0.1 security documents read back."""

import re
from typing import Any, Final

import msgspec

from midstream.advisories.carry.foreign import Unread, entry_at, foreign_of, word_of
from midstream.advisories.reading import Provenance, Reading
from midstream.advisories.record import (
    Advisory,
    Component,
    Dates,
    Foreign,
    Reference,
    ReferenceKind,
    Score,
    Statement,
    Verdict,
    Weakness,
)
from midstream.advisories.targets.vex.properties import PREFIX, enriched, ids_of, text_of, told
from midstream.formats.base.moments import read_moment
from midstream.formats.base.node import Node, write_node
from midstream.formats.spdx import security as spdx

_VULNERABILITY: Final = "/@graph/*/security_Vulnerability"
_PACKAGE: Final = "/@graph/*/software_Package"
PLACES: Final = {
    "id": f"{_VULNERABILITY}/extension",
    "ids.cve": f"{_VULNERABILITY}/externalIdentifier",
    "ids.ghsa": f"{_VULNERABILITY}/externalIdentifier",
    "ids.aliases": f"{_VULNERABILITY}/externalIdentifier",
    "ids.upstream": f"{_VULNERABILITY}/externalIdentifier",
    "ids.related": f"{_VULNERABILITY}/extension",
    "ids.other": f"{_VULNERABILITY}/extension",
    "title": f"{_VULNERABILITY}/summary",
    "details": f"{_VULNERABILITY}/description",
    "weakness": f"{_VULNERABILITY}/externalRef",
    "reference": f"{_VULNERABILITY}/externalRef",
    "dates.public": f"{_VULNERABILITY}/security_publishedTime",
    "dates.withdrawn": f"{_VULNERABILITY}/security_withdrawnTime",
    **dict.fromkeys(
        (
            *("summary", "impact", "attack_pattern", "score", "exploitation", "workaround", "mitigation"),
            *("credit", "revision"),
        ),
        f"{_VULNERABILITY}/extension",
    ),
    "component.name": f"{_PACKAGE}/name",
    "component.purl": f"{_PACKAGE}/software_packageUrl",
    "component.repo": f"{_PACKAGE}/software_downloadLocation",
    "component.cpe": f"{_PACKAGE}/externalIdentifier",
    **{
        f"component.{name}": f"{_PACKAGE}/extension"
        for name in (
            *("key", "vendor", "ecosystem", "package", "scheme", "kind", "fork_of", "paths", "routines", "modules"),
            *("platforms", "config", "line", "statement"),
        )
    },
}
_KINDS: Final[dict[str, ReferenceKind]] = {
    "securityAdvisory": "advisory",
    "securityFix": "fix",
    "releaseNotes": "release_notes",
}
_STATUS: Final[dict[str, Verdict]] = {
    "affects": "affected",
    "fixedIn": "fixed",
    "doesNotAffect": "not_affected",
    "underInvestigationFor": "under_investigation",
}
_CWE: Final = re.compile(r"https://cwe\.mitre\.org/data/definitions/([0-9]{1,6})\.html")
_ENTRIES: Final = "extension_cdxProperty"
UNREAD: Final = (
    Unread(path="/graph/*/comment"),
    Unread(path="/graph/*/extension/*", is_ours=lambda items, place: _ENTRIES in entry_at(items, place)),
    Unread(
        path=f"/graph/*/extension/*/{_ENTRIES}/*",
        is_ours=lambda items, place: str(entry_at(items, place).get("extension_cdxPropName")).startswith(PREFIX),
    ),
)
"""What an element has a name for and the record has no field for."""
_OURS: Final = "/security_vexVersion"
"""A member that we write, and that says nothing of the record."""
_KNOWN: Final = (spdx.CreationInfo, spdx.SpdxDocument, spdx.Agent, spdx.Vulnerability, spdx.Package, spdx.Assessment)


def read(document: spdx.Document) -> Reading:
    """The partial record; packages of another's document become components with a statement for each."""
    first = next(iter(document.of(spdx.Vulnerability)), spdx.Vulnerability())
    mine, doubts = told(_entries(first))
    refs = [(ref.locator[0], ref) for ref in first.external_ref if ref.locator]
    weakness = [Weakness(cwe=int(found[1])) for url, _ in refs if (found := _CWE.fullmatch(url))]
    pages = [
        Reference(url=url, title=ref.comment, kind=_KINDS.get(ref.external_ref_type, ""))
        for url, ref in refs
        if ref.external_ref_type != "cwe"
    ]
    vectors = [Score(vector=each.vector) for each in document.of(spdx.Assessment) if each.vector]
    components, more = _components(document)
    partial = Advisory(
        id=mine.get("id", ""),
        ids=ids_of((first.name, *(each.identifier for each in first.external_identifier)), mine),
        title=text_of("title", first.summary, mine),
        summary=mine.get("summary", {}),
        details=text_of("details", first.description, mine),
        impact=mine.get("impact", {}),
        weakness=enriched(weakness, mine.get("weakness", ()), alike=("cwe",)),
        attack_pattern=mine.get("attack_pattern", ()),
        score=mine.get("score", tuple(vectors)),
        component=components,
        workaround=mine.get("workaround", ()),
        mitigation=mine.get("mitigation", ()),
        reference=enriched(pages, mine.get("reference", ()), alike=("url",)),
        credit=mine.get("credit", ()),
        dates=Dates(public=read_moment(first.published), withdrawn=read_moment(first.withdrawn)),
        revision=mine.get("revision", ()),
        foreign=(*_members(document), *_elements(document)),
    )
    if "exploitation" in mine:
        partial = msgspec.structs.replace(partial, exploitation=mine["exploitation"])
    return Reading(partial=partial, provenance=Provenance(target="spdx", places=dict(PLACES)), doubts=(*doubts, *more))


def _members(document: spdx.Document) -> tuple[Foreign, ...]:
    """Members beside the graph and of the elements in it that we know, whose names SPDX does not have."""
    return tuple(
        each
        for each in foreign_of(document, target="spdx", unread=UNREAD)
        if not each.path.endswith(_OURS) and _is_known(document, each.path)
    )


def _is_known(document: spdx.Document, path: str) -> bool:
    """Return whether the path is not into an element that is kept whole."""
    strange = {each.spdx_id for each in document.graph if isinstance(each, spdx.Element) and type(each) not in _KNOWN}
    return not any(path.startswith(f"/graph/{word_of('spdxId', name)}/") for name in strange)


def _elements(document: spdx.Document) -> tuple[Foreign, ...]:
    """Elements of other profiles, and what is none."""
    return tuple(
        Foreign(target="spdx", path=f"/@graph/{place}", value=write_node(each) if isinstance(each, Node) else each)
        for place, each in enumerate(document.graph)
        if type(each) not in _KNOWN
    )


def _entries(element: spdx.Element) -> list[tuple[str, str]]:
    return [(entry.name, entry.value) for extension in element.extension for entry in extension.entries]


def _components(document: spdx.Document) -> tuple[tuple[Component, ...], tuple[str, ...]]:
    found = []
    doubts: list[str] = []
    ours = [package for package in document.of(spdx.Package) if _entries(package)]
    for package in ours or document.of(spdx.Package):
        entries = _entries(package)
        mine, more = told(entries)
        doubts += more
        plain = {name.removeprefix("midstream:"): value for name, value in entries}
        cpes = [each.identifier for each in package.external_identifier if "cpe" in each.external_identifier_type]
        values: dict[str, Any] = {"name": package.name, "repo": package.download, **mine}
        if not entries:
            values["statement"] = _statements(document, package)
        values["cpe"] = next(iter(cpes), plain.get("cpe", ""))
        found.append(Component(purl=package.purl, vendor=plain.get("vendor", ""), **values))
    return tuple(found), tuple(doubts)


def _statements(document: spdx.Document, package: spdx.Package) -> tuple[Statement, ...]:
    return tuple(
        Statement(
            release=package.version,
            status=_STATUS[each.relationship],
            detail=each.impact or each.notes,
            action=each.action,
        )
        for each in document.of(spdx.Assessment)
        if each.relationship in _STATUS and package.spdx_id in each.to
    )
