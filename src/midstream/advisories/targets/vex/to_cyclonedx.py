"""CycloneDX 1.7 (and 1.6) vulnerabilities: a component each, and an entry for each group of releases."""

import re
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from midstream.advisories.carry.foreign import with_foreign
from midstream.advisories.public import marking
from midstream.advisories.ranges import affected_vers
from midstream.advisories.record import Advisory, Component, Publisher, Release, Verdict
from midstream.advisories.targets.target import Target, file_stem, timeless
from midstream.advisories.targets.telling import (
    Group,
    begun_at,
    changed_at,
    english,
    groups,
    name_of,
    other_names,
    version_number,
)
from midstream.advisories.targets.vex.from_cyclonedx import PLACES, about, read
from midstream.advisories.targets.vex.properties import of_component, of_record
from midstream.formats.base.cvss import scored
from midstream.formats.base.moments import write_moment
from midstream.formats.base.vers import contains
from midstream.formats.base.visible import visible
from midstream.formats.cyclonedx import vex
from midstream.formats.cyclonedx.check_vex import check_vex

NAME: Final = "cyclonedx"
STATES: Final[dict[Verdict, str]] = {
    "affected": "exploitable",
    "fixed": "resolved",
    "not_affected": "not_affected",
    "under_investigation": "in_triage",
    "unknown": "in_triage",
}
STATUSES: Final[dict[Verdict, str]] = {
    "affected": "affected",
    "fixed": "unaffected",
    "not_affected": "unaffected",
    "under_investigation": "unknown",
    "unknown": "unknown",
}
JUSTIFICATIONS: Final = {
    "component_not_present": "code_not_present",
    "vulnerable_code_not_present": "code_not_present",
    "vulnerable_code_not_in_execute_path": "code_not_reachable",
    "vulnerable_code_cannot_be_controlled_by_adversary": "requires_environment",
    "inline_mitigations_already_exist": "protected_by_mitigating_control",
}
"""Two of the five come to the same word; the exact one stands in the properties of the component."""

_METHODS: Final = {"3.0": "CVSSv3", "3.1": "CVSSv31", "4.0": "CVSSv4"}
_TLP: Final = {"clear": "CLEAR", "green": "GREEN", "amber": "AMBER", "amber+strict": "AMBER_AND_STRICT", "red": "RED"}
_TOLD: Final = (
    *("id", "title", "summary", "details", "impact", "aliases", "upstream", "related", "other", "weakness"),
    *("attack_pattern", "score", "exploitation", "workaround", "mitigation", "reference", "credit", "revision"),
)


def write(
    *, record: Advisory, publisher: Publisher, releases: Sequence[Release], now: datetime, spec: str = "1.7"
) -> vex.Document:
    """The document of the record in version `spec`, 1.6 or 1.7; the same for the same record."""
    changed = write_moment(changed_at(record, now=now))
    found = groups(record=record, releases=releases) or (Group(verdict="unknown"),)
    tlp = _TLP.get(marking(record, now=now), "")
    document = vex.Document(
        bom_format="CycloneDX",
        spec_version=spec,
        serial_number=f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{publisher.namespace}/{record.id}')}",
        version=version_number(record),
        metadata=vex.Metadata(
            timestamp=changed,
            supplier=vex.Organization(name=publisher.name, url=(publisher.namespace,)),
            properties=(vex.Property(name=vex.LABEL, value=tlp),) if tlp and spec == "1.6" else (),
            distribution={"tlp": tlp} if tlp and spec != "1.6" else {},
        ),
        components=tuple(_component(each) for each in record.component),
        vulnerabilities=tuple(
            _entry(record, group, place=place, publisher=publisher, releases=releases, now=now)
            for place, group in enumerate(found)
        ),
    )
    return with_foreign(document, record, target=NAME)


def ref_of(component: Component) -> str:
    """The bom-ref of a component."""
    return f"component-{component.key or component.name or component.purl}"


def evaluate(document: vex.Document, *, component: Component, release: Release) -> str:
    """The status of the release: of an entry that names its version, else of one whose range holds it; else unknown."""
    ref = ref_of(component)
    told = [
        version
        for entry in document.vulnerabilities
        for affects in entry.affects
        if affects.ref == ref
        for version in affects.versions
    ]
    for version in told:
        if version.version == release.version:
            return version.status or "affected"
    in_range = ""
    for version in told:
        if version.range and contains(version.range, release.version):
            in_range = version.status or "affected"
    return in_range or "unknown"


def field_of(_: vex.Document, path: str) -> str:
    """The field of the record that the value at the path comes from."""
    return next((field for pattern, field in _FIELDS if re.match(pattern, path)), "")


_ENTRY: Final = "/vulnerabilities/[0-9]+"
_FIELDS: Final = (
    (f"{_ENTRY}/id", "ids.cve"),
    (f"{_ENTRY}/references", "ids.aliases"),
    (f"{_ENTRY}/ratings", "score"),
    (f"{_ENTRY}/cwes", "weakness"),
    (f"{_ENTRY}/description", "title"),
    (f"{_ENTRY}/detail", "details"),
    (f"{_ENTRY}/recommendation", "mitigation"),
    (f"{_ENTRY}/workaround", "workaround"),
    (f"{_ENTRY}/advisories", "reference"),
    (f"{_ENTRY}/created", "dates.reported"),
    (f"{_ENTRY}/published", "dates.public"),
    (f"{_ENTRY}/updated", "revision"),
    (f"{_ENTRY}/rejected", "dates.withdrawn"),
    (f"{_ENTRY}/credits", "credit"),
    (f"{_ENTRY}/analysis/justification", "component.line.justification"),
    (f"{_ENTRY}/analysis", "component.line.status"),
    (f"{_ENTRY}/affects/[0-9]+/ref", "component.key"),
    (f"{_ENTRY}/affects", "component.line"),
    (f"{_ENTRY}/properties", "foreign"),
    ("/vulnerabilities", "component.line"),
    ("/components/[0-9]+/purl", "component.purl"),
    ("/components/[0-9]+/cpe", "component.cpe"),
    ("/components", "component.name"),
    ("/serialNumber", "id"),
    ("/version", "revision"),
    ("/metadata/(distributionConstraints|properties)", "distribution.tlp"),
    ("/metadata", "revision"),
)


def _component(component: Component) -> vex.Component:
    return vex.Component(
        type="firmware" if component.kind != "module" else "library",
        bom_ref=ref_of(component),
        supplier=vex.Organization(name=component.vendor) if component.vendor else None,
        name=component.name or component.key,
        cpe=component.cpe,
        purl=component.purl,
        external=({"type": "vcs", "url": component.repo},) if component.repo else (),
        properties=tuple(vex.Property(name=name, value=value) for name, value in of_component(component)),
    )


def _entry(
    record: Advisory, group: Group, *, place: int, publisher: Publisher, releases: Sequence[Release], now: datetime
) -> vex.Vulnerability:
    """One entry; the first tells everything about the vulnerability, the others only what holds for their releases."""
    entry = vex.Vulnerability(
        bom_ref=f"{name_of(record)}-{place + 1}",
        id=name_of(record),
        source=vex.Source(name=publisher.name, url=publisher.namespace),
        analysis=_analysis(record, group, now=now),
        affects=_affects(record, group, releases=releases),
    )
    return _with_words(entry, record, publisher=publisher, now=now) if place == 0 else entry


def _with_words(
    entry: vex.Vulnerability, record: Advisory, *, publisher: Publisher, now: datetime
) -> vex.Vulnerability:
    dates = record.dates
    return vex.Vulnerability(
        bom_ref=entry.bom_ref,
        id=entry.id,
        source=entry.source,
        references=tuple(
            vex.Reference(id=each, source=vex.Source(name=_source(each, publisher=publisher)))
            for each in (*other_names(record), *record.ids.upstream)
        ),
        ratings=_ratings(record, publisher=publisher),
        cwes=tuple(each.cwe for each in record.weakness),
        description=visible(english(record.title)),
        detail=visible(english(record.details)),
        recommendation=visible("\n\n".join(english(each.text) for each in record.mitigation)),
        workaround=visible("\n\n".join(english(each.text) for each in record.workaround)),
        advisories=tuple(vex.Link(title=visible(each.title), url=each.url) for each in record.reference),
        created=write_moment(dates.reported) if dates.reported else "",
        published=write_moment(dates.public) if dates.public else "",
        updated=write_moment(changed_at(record, now=now)),
        rejected=write_moment(dates.withdrawn) if dates.withdrawn else "",
        credits=_credits(record),
        analysis=entry.analysis,
        affects=entry.affects,
        properties=tuple(vex.Property(name=name, value=value) for name, value in of_record(record, _TOLD)),
    )


def _source(name: str, *, publisher: Publisher) -> str:
    return {"CVE": "CVE Program", "GHSA": "GitHub"}.get(name.partition("-")[0], publisher.name)


def _ratings(record: Advisory, *, publisher: Publisher) -> tuple[vex.Rating, ...]:
    found = []
    for score in record.score:
        right = scored(score.vector)
        found.append(
            vex.Rating(
                source=vex.Source(name=score.source or publisher.name),
                score=right.score if right else None,
                severity=right.severity if right else "unknown",
                method=_METHODS[right.version] if right else "other",
                vector=score.vector,
            )
        )
    return tuple(found)


def _credits(record: Advisory) -> vex.Credits | None:
    people = tuple(vex.Contact(name=visible(each.name)) for each in record.credit if each.name)
    organisations = tuple(
        vex.Organization(name=visible(each.org)) for each in record.credit if not each.name and each.org
    )
    return vex.Credits(organizations=organisations, individuals=people) if people or organisations else None


def _analysis(record: Advisory, group: Group, *, now: datetime) -> vex.Analysis:
    response = []
    if group.verdict == "affected":
        response.append("will_not_fix" if group.will_not_fix else "update")
        response += ["workaround_available"] if record.workaround else []
    return vex.Analysis(
        state=STATES[group.verdict],
        justification=JUSTIFICATIONS.get(group.justification, ""),
        response=tuple(response),
        detail=visible(group.reason or group.action),
        first_issued=write_moment(begun_at(record, now=now)),
        last_updated=write_moment(changed_at(record, now=now)),
    )


def _affects(record: Advisory, group: Group, *, releases: Sequence[Release]) -> tuple[vex.Affects, ...]:
    """The releases of the group by component; the affected ones also as a range, which holds for those to come."""
    found: dict[str, list[vex.Version]] = {}
    for component, release in group.members:
        versions = found.setdefault(ref_of(component), [])
        versions.append(vex.Version(version=release.version, status=STATUSES[group.verdict]))
    if group.verdict == "affected":
        for component in record.component:
            text = affected_vers(record=record, component=component, releases=releases)
            if text and ref_of(component) in found:
                found[ref_of(component)].append(vex.Version(range=text, status="affected"))
    if not group.members:
        return tuple(vex.Affects(ref=ref_of(each)) for each in record.component)
    return tuple(vex.Affects(ref=ref, versions=tuple(versions)) for ref, versions in found.items())


def _write_1_6(*, record: Advisory, publisher: Publisher, releases: Sequence[Release], now: datetime) -> vex.Document:
    return write(record=record, publisher=publisher, releases=releases, now=now, spec="1.6")


TARGET: Final = Target(
    name=NAME,
    title="CycloneDX 1.7",
    media_type="application/vnd.cyclonedx+json; version=1.7",
    is_public=True,
    file_name=lambda record: f"{file_stem(record.id).lower()}.cdx.json",
    write=write,
    dump=vex.write,
    load=vex.read,
    read=read,
    about=about,
    check=timeless(check_vex),
    field_of=field_of,
    places=PLACES,
    says=STATUSES,
    evaluate=evaluate,
)
TARGET_1_6: Final = msgspec.structs.replace(
    TARGET,
    name="cyclonedx-1.6",
    title="CycloneDX 1.6",
    media_type="application/vnd.cyclonedx+json; version=1.6",
    file_name=lambda record: f"{file_stem(record.id).lower()}.cdx-1.6.json",
    write=_write_1_6,
    places=PLACES | {"distribution.tlp": f"/metadata/properties ({vex.LABEL})"},
)
"""The same for those who cannot read 1.7 yet: it has no place for the Traffic Light Protocol but a property."""
