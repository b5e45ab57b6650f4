"""CycloneDX read back: what a document of vulnerabilities tells of the record, ours or another's."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any, Final, cast

import msgspec

from midstream.advisories.carry.foreign import Unread, entry_at, foreign_of
from midstream.advisories.reading import Provenance, Reading
from midstream.advisories.record import (
    Advice,
    Advisory,
    Component,
    Credit,
    Dates,
    Distribution,
    Reference,
    Score,
    Statement,
    Tlp,
    Verdict,
    Weakness,
)
from midstream.advisories.targets.vex.properties import PREFIX, enriched, ids_of, text_of, told
from midstream.formats.base.moments import read_moment
from midstream.formats.base.visible import visible
from midstream.formats.cyclonedx import vex

BY_STATE: Final[dict[str, Verdict]] = {
    "exploitable": "affected",
    "resolved": "fixed",
    "resolved_with_pedigree": "fixed",
    "not_affected": "not_affected",
    "false_positive": "not_affected",
    "in_triage": "under_investigation",
}
_ENTRY: Final = "/vulnerabilities/0"
PLACES: Final = {
    "id": f"{_ENTRY}/properties",
    "ids.cve": f"{_ENTRY}/id",
    "ids.ghsa": f"{_ENTRY}/references",
    "ids.aliases": f"{_ENTRY}/references",
    "ids.upstream": f"{_ENTRY}/references",
    "ids.related": f"{_ENTRY}/properties",
    "ids.other": f"{_ENTRY}/properties",
    "title": f"{_ENTRY}/description",
    "summary": f"{_ENTRY}/properties",
    "details": f"{_ENTRY}/detail",
    "impact": f"{_ENTRY}/properties",
    "weakness": f"{_ENTRY}/cwes",
    "attack_pattern": f"{_ENTRY}/properties",
    "score": f"{_ENTRY}/ratings",
    "exploitation": f"{_ENTRY}/properties",
    "component.key": "/components/*/properties",
    "component.vendor": "/components/*/supplier/name",
    "component.name": "/components/*/name",
    "component.purl": "/components/*/purl",
    "component.repo": "/components/*/externalReferences",
    "component.cpe": "/components/*/cpe",
    **{
        f"component.{name}": "/components/*/properties"
        for name in (
            *("ecosystem", "package", "scheme", "kind", "fork_of", "paths", "routines", "modules", "platforms"),
            *("config", "line", "statement"),
        )
    },
    "workaround": f"{_ENTRY}/workaround",
    "mitigation": f"{_ENTRY}/recommendation",
    "reference": f"{_ENTRY}/advisories",
    "credit": f"{_ENTRY}/credits",
    "dates.reported": f"{_ENTRY}/created",
    "dates.public": f"{_ENTRY}/published",
    "dates.withdrawn": f"{_ENTRY}/rejected",
    "revision": f"{_ENTRY}/properties",
    "distribution.tlp": "/metadata/distributionConstraints/tlp",
}


def _is_ours(properties: Sequence[Any], place: int) -> bool:
    return str(entry_at(properties, place).get("name")).startswith(PREFIX)


def _is_repo(links: Sequence[Any], place: int) -> bool:
    found = (number for number, each in enumerate(links) if isinstance(each, dict) and each.get("type") == "vcs")
    return place == next(found, -1)


UNREAD: Final = (
    Unread(path="/components/*/externalReferences/*", is_ours=_is_repo),
    Unread(path="/components/*/externalReferences/*/*", is_ours=lambda _, name: name in ("type", "url")),
    Unread(path="/components/*/properties/*", is_ours=_is_ours),
    Unread(path="/components/*/supplier/contact/*"),
    Unread(path="/components/*/supplier/url/*"),
    Unread(path="/metadata/distributionConstraints/*", is_ours=lambda _, name: name == "tlp"),
    Unread(path="/metadata/properties/*", is_ours=_is_ours),
    Unread(path="/vulnerabilities/*/properties/*", is_ours=_is_ours),
    Unread(
        path="/vulnerabilities/0/ratings/*", is_ours=lambda ratings, place: bool(entry_at(ratings, place).get("vector"))
    ),
)
"""What a document has a name for and the record has no field for."""
_TLP: Final = {"CLEAR": "clear", "GREEN": "green", "AMBER": "amber", "AMBER_AND_STRICT": "amber+strict", "RED": "red"}


def read(document: vex.Document) -> Reading:
    """The partial record. Where a document has no properties of ours, its entries become statements of releases."""
    first = document.vulnerabilities[0] if document.vulnerabilities else vex.Vulnerability()
    mine, doubts = told([(each.name, each.value) for each in first.properties])
    components, more = _components(document)
    others = {each.id for each in document.vulnerabilities} - {first.id}
    more += (f"the document is about {len(others)} more vulnerabilities; only {first.id} was read",) if others else ()
    label = document.metadata.label[0] if document.metadata else ""
    partial = Advisory(
        id=mine.get("id", ""),
        ids=ids_of((first.id, *(each.id for each in first.references)), mine, is_any_cve=False),
        title=text_of("title", first.description, mine),
        summary=mine.get("summary", {}),
        details=text_of("details", first.detail, mine),
        impact=mine.get("impact", {}),
        weakness=enriched([Weakness(cwe=cwe) for cwe in first.cwes], mine.get("weakness", ()), alike=("cwe",)),
        attack_pattern=mine.get("attack_pattern", ()),
        score=enriched(
            [Score(vector=each.vector) for each in first.ratings if each.vector],
            mine.get("score", ()),
            alike=("vector",),
        ),
        component=components,
        workaround=_advice("workaround", first.workaround, mine),
        mitigation=_advice("mitigation", first.recommendation, mine),
        reference=enriched(
            [Reference(url=each.url, title=each.title) for each in first.advisories],
            mine.get("reference", ()),
            alike=("url",),
        ),
        credit=_credit(first, mine.get("credit", ())),
        dates=Dates(reported=_whole(first.created), public=_whole(first.published), withdrawn=_whole(first.rejected)),
        revision=mine.get("revision", ()),
        distribution=Distribution(tlp=cast("Tlp", _TLP.get(label, ""))),
        foreign=foreign_of(document, target="cyclonedx", unread=UNREAD),
    )
    if "exploitation" in mine:
        partial = msgspec.structs.replace(partial, exploitation=mine["exploitation"])
    return Reading(
        partial=partial, provenance=Provenance(target="cyclonedx", places=dict(PLACES)), doubts=(*doubts, *more)
    )


def about(document: vex.Document, ids: AbstractSet[str]) -> vex.Document:
    """Return the document with those entries alone that are about one of the ids; the whole when none is."""
    found = tuple(
        each for each in document.vulnerabilities if ids & {each.id, *(reference.id for reference in each.references)}
    )
    return msgspec.structs.replace(document, vulnerabilities=found) if found else document


def _advice(field: str, native: str, mine: dict[str, Any]) -> tuple[Advice, ...]:
    advice: tuple[Advice, ...] = mine.get(field, ())
    shown = "\n\n".join(each.text.get("en") or next(iter(each.text.values()), "") for each in advice)
    if native == visible(shown):
        return advice
    return (Advice(text={"en": native}),) if native else ()


def _credit(first: vex.Vulnerability, whole: Sequence[Credit]) -> tuple[Credit, ...]:
    people = [Credit(name=each.name) for each in first.credits.individuals] if first.credits else []
    organisations = [Credit(org=each.name) for each in first.credits.organizations] if first.credits else []
    named = enriched(people, [each for each in whole if each.name], alike=("name",))
    others = enriched(organisations, [each for each in whole if not each.name], alike=("org",))
    found = [*named, *others]
    return tuple(sorted(found, key=lambda each: whole.index(each) if each in whole else len(whole)))


def _components(document: vex.Document) -> tuple[tuple[Component, ...], tuple[str, ...]]:
    found = []
    doubts: list[str] = []
    for component in document.components:
        mine, more = told([(each.name, each.value) for each in component.properties])
        doubts += more
        repo = next((each["url"] for each in component.external if each.get("type") == "vcs" and "url" in each), "")
        values: dict[str, Any] = {"name": component.name, **mine, "repo": mine.get("repo", repo)}
        if not any(each.name.startswith(PREFIX) for each in component.properties):
            values["statement"] = _statements(document, component.bom_ref)
        found.append(
            Component(
                vendor=component.supplier.name if component.supplier else "",
                purl=component.purl,
                cpe=component.cpe,
                **values,
            )
        )
    return tuple(found), tuple(doubts)


def _statements(document: vex.Document, ref: str) -> tuple[Statement, ...]:
    """What the entries of another's document say of the versions of a component."""
    return tuple(
        Statement(
            release=version.version,
            range=version.range,
            status=BY_STATE.get(entry.analysis.state if entry.analysis else "", "unknown"),
            detail=entry.analysis.detail if entry.analysis else "",
        )
        for entry in document.vulnerabilities
        if entry.id == document.vulnerabilities[0].id
        for affects in entry.affects
        if affects.ref == ref
        for version in affects.versions
    )


def _whole(text: str) -> datetime | None:
    return read_moment(text) if text else None
