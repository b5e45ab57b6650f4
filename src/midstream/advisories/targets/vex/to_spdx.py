"""SPDX 3.0.1, security profile: the vulnerability, a package for each release, and what holds between them."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

from midstream.advisories.carry.foreign import put_foreign
from midstream.advisories.record import Advisory, Component, Foreign, Publisher, Release, Verdict
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
    versioned,
)
from midstream.advisories.targets.vex.from_spdx import PLACES, read
from midstream.advisories.targets.vex.properties import of_component, of_record
from midstream.formats.base.cvss import scored
from midstream.formats.base.node import read_node, write_node
from midstream.formats.base.visible import visible
from midstream.formats.spdx import security as spdx
from midstream.formats.spdx.check_security import check_security

NAME: Final = "spdx"
SAYS: Final[dict[Verdict, str]] = {
    "affected": "affects",
    "fixed": "fixedIn",
    "not_affected": "doesNotAffect",
    "under_investigation": "underInvestigationFor",
    "unknown": "",
}
CLASSES: Final[dict[Verdict, str]] = {
    "affected": "security_VexAffectedVulnAssessmentRelationship",
    "fixed": "security_VexFixedVulnAssessmentRelationship",
    "not_affected": "security_VexNotAffectedVulnAssessmentRelationship",
    "under_investigation": "security_VexUnderInvestigationVulnAssessmentRelationship",
}
JUSTIFICATIONS: Final = {
    "component_not_present": "componentNotPresent",
    "vulnerable_code_not_present": "vulnerableCodeNotPresent",
    "vulnerable_code_not_in_execute_path": "vulnerableCodeNotInExecutePath",
    "vulnerable_code_cannot_be_controlled_by_adversary": "vulnerableCodeCannotBeControlledByAdversary",
    "inline_mitigations_already_exist": "inlineMitigationsAlreadyExist",
}
_REFERENCES: Final = {"advisory": "securityAdvisory", "fix": "securityFix", "release_notes": "releaseNotes"}
_IN_GRAPH: Final = "/@graph/"
_MADE: Final = "_:made"
_TOLD: Final = (
    *("id", "title", "summary", "details", "impact", "aliases", "upstream", "related", "other", "weakness"),
    *("attack_pattern", "score", "exploitation", "workaround", "mitigation", "reference", "credit", "revision"),
)
_FIELDS: Final = (
    (r".*/security_actionStatement", "component.statement.action"),
    (r".*/security_(impactStatement|statusNotes)", "component.statement.detail"),
    (r".*/security_justificationType", "component.line.justification"),
    (r".*/security_(vectorString|score|severity)", "score.vector"),
    (r".*/security_publishedTime", "dates.public"),
    (r".*/security_modifiedTime", "revision"),
    (r".*/security_withdrawnTime", "dates.withdrawn"),
    (r".*/(externalIdentifier)", "ids"),
    (r".*/externalRef", "reference"),
    (r".*/software_packageUrl", "component.purl"),
    (r".*/software_packageVersion", "component.line.fix.release"),
    (r".*/(relationshipType|to|from)", "component.line.status"),
    (r".*/(created|specVersion|createdBy|creationInfo)", "revision"),
    (r".*/name", "component.name"),
    (r".*/(summary)", "title"),
    (r".*/(description)", "details"),
    (r"/@graph$", "ids"),
)


def write(*, record: Advisory, publisher: Publisher, releases: Sequence[Release], now: datetime) -> spdx.Document:
    """The document of the record; the same for the same record."""
    base = f"{publisher.namespace.rstrip('/')}/spdx/{quote(record.id, safe='')}"
    found = groups(record=record, releases=releases)
    agent = spdx.Agent(
        type="Organization", spdx_id=f"{base}#publisher", creation_info=_MADE, name=visible(publisher.name)
    )
    vulnerability = _vulnerability(record, base=base, now=now)
    packages = [_component(each, base=base) for each in record.component]
    packages += [_release(component, release, base=base) for group in found for component, release in group.members]
    told = [_assessment(record, each, base=base, number=place + 1, now=now) for place, each in enumerate(found)]
    elements = [agent, vulnerability, *packages, *told, *_scores(record, base=base, agent=agent.spdx_id)]
    document = spdx.SpdxDocument(
        type="SpdxDocument",
        spdx_id=base,
        creation_info=_MADE,
        name=name_of(record),
        profile_conformance=("core", "software", "security", "extension"),
        root_element=(vulnerability.spdx_id,),
        element=tuple(each.spdx_id for each in elements),
    )
    made = spdx.CreationInfo(
        type="CreationInfo",
        id=_MADE,
        created=moment(changed_at(record, now=now)),
        createdBy=(agent.spdx_id,),
        spec_version=spdx.SPEC_VERSION,
    )
    foreign = [each for each in record.foreign if each.target == NAME]
    document_ = spdx.Document(
        context=spdx.CONTEXT,
        graph=(made, document, *elements, *(each.value for each in foreign if each.path.startswith(_IN_GRAPH))),
    )
    return _with_members(document_, [each for each in foreign if not each.path.startswith(_IN_GRAPH)])


def _with_members(document: spdx.Document, foreign: Sequence[Foreign]) -> spdx.Document:
    """Return the document with members that SPDX does not have, each at the element it was found at."""
    if not foreign:
        return document
    tree = write_node(document)
    put_foreign(tree, foreign)
    graph = tuple(read_node(each, spdx.type_of(each)) if isinstance(each, dict) else each for each in tree["graph"])
    other = {name: value for name, value in tree.items() if name not in {"@context", "graph"}}
    return spdx.Document(context=document.context, graph=graph, other=other)


def evaluate(document: spdx.Document, *, component: Component, release: Release) -> str:
    """The relationship type that names the package of the release; nothing when none does."""
    wanted = _release_name(component, release)
    ids = {each.spdx_id for each in document.of(spdx.Package) if each.version and each.spdx_id.endswith(wanted)}
    found = [each for each in document.of(spdx.Assessment) if "_Vex" in each.type and ids & set(each.to)]
    return found[-1].relationship if found else ""


def field_of(document: spdx.Document, path: str) -> str:
    """The field of the record that the value at the path comes from."""
    found = re.match(r"/@graph/([0-9]+)", path)
    element = document.graph[int(found[1])] if found and int(found[1]) < len(document.graph) else None
    if isinstance(element, spdx.Vulnerability) and path.endswith("/name"):
        return "ids.cve"
    return next((field for pattern, field in _FIELDS if re.match(pattern, path)), "id")


def moment(at: datetime) -> str:
    """A moment as SPDX has them: whole seconds of UTC (Core/DateTime)."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _vulnerability(record: Advisory, *, base: str, now: datetime) -> spdx.Vulnerability:
    names = (name_of(record), *other_names(record), *record.ids.upstream)
    return spdx.Vulnerability(
        type="security_Vulnerability",
        spdx_id=f"{base}#vulnerability",
        creation_info=_MADE,
        name=name_of(record),
        summary=visible(english(record.title)),
        description=visible(english(record.details)),
        external_identifier=tuple(
            spdx.ExternalIdentifier(
                type="ExternalIdentifier",
                external_identifier_type="cve" if name.startswith("CVE-") else "securityOther",
                identifier=name,
            )
            for name in names
        ),
        external_ref=(
            *(
                spdx.ExternalRef(
                    type="ExternalRef",
                    external_ref_type=_REFERENCES.get(each.kind, "other"),
                    locator=(each.url,),
                    comment=visible(each.title),
                )
                for each in record.reference
            ),
            *(
                spdx.ExternalRef(
                    type="ExternalRef",
                    external_ref_type="cwe",
                    locator=(f"https://cwe.mitre.org/data/definitions/{each.cwe}.html",),
                )
                for each in record.weakness
            ),
        ),
        extension=_extension(of_record(record, _TOLD)),
        published=moment(begun_at(record, now=now)) if record.dates.public else "",
        modified=moment(changed_at(record, now=now)),
        withdrawn=moment(record.dates.withdrawn) if record.dates.withdrawn else "",
    )


def _extension(values: tuple[tuple[str, str], ...]) -> tuple[spdx.Extension, ...]:
    entries = tuple(spdx.Entry(type="extension_CdxPropertyEntry", name=name, value=value) for name, value in values)
    return (spdx.Extension(type="extension_CdxPropertiesExtension", entries=entries),) if entries else ()


def _component(component: Component, *, base: str) -> spdx.Package:
    """The package that stands for all releases of a component; it has no version."""
    identifiers = [("cpe23", component.cpe)] if component.cpe.startswith("cpe:2.3:") else []
    return spdx.Package(
        type="software_Package",
        spdx_id=f"{base}#component-{quote(component.key or component.name, safe='')}",
        creation_info=_MADE,
        name=visible(component.name or component.key),
        purl=component.purl,
        download=component.repo,
        external_identifier=tuple(
            spdx.ExternalIdentifier(type="ExternalIdentifier", external_identifier_type=kind, identifier=text)
            for kind, text in identifiers
        ),
        extension=_extension(
            (
                *of_component(component),
                *((("midstream:vendor", visible(component.vendor)),) if component.vendor else ()),
                *((("midstream:cpe", component.cpe),) if component.cpe and not identifiers else ()),
            )
        ),
    )


def _release_name(component: Component, release: Release) -> str:
    key = quote(component.key or component.name, safe="")
    return f"#release-{key}@{quote(release.version, safe='')}"


def _release(component: Component, release: Release, *, base: str) -> spdx.Package:
    return spdx.Package(
        type="software_Package",
        spdx_id=f"{base}{_release_name(component, release)}",
        creation_info=_MADE,
        name=visible(component.name or component.key),
        version=release.version,
        purl=versioned(component.purl, release.version) if component.purl else "",
    )


def _assessment(record: Advisory, group: Group, *, base: str, number: int, now: datetime) -> spdx.Assessment:
    return spdx.Assessment(
        type=CLASSES[group.verdict],
        spdx_id=f"{base}#assessment-{number}",
        creation_info=_MADE,
        other={"security_vexVersion": str(version_number(record))},
        from_=f"{base}#vulnerability",
        to=tuple(f"{base}{_release_name(component, release)}" for component, release in group.members),
        relationship=SAYS[group.verdict],
        published=moment(begun_at(record, now=now)),
        notes=visible(group.reason) if group.verdict != "not_affected" else "",
        action=visible(group.action),
        impact=visible(group.reason) if group.verdict == "not_affected" else "",
        justification=JUSTIFICATIONS.get(group.justification, ""),
    )


def _scores(record: Advisory, *, base: str, agent: str) -> list[spdx.Assessment]:
    """An assessment for each vector, about the components; without a component there is nothing to score."""
    to = tuple(f"{base}#component-{quote(each.key or each.name, safe='')}" for each in record.component)
    found = []
    for number, score in enumerate(record.score, 1):
        right = scored(score.vector)
        if right and to:
            found.append(
                spdx.Assessment(
                    type=f"security_CvssV{right.version[0]}VulnAssessmentRelationship",
                    spdx_id=f"{base}#score-{number}",
                    creation_info=_MADE,
                    from_=f"{base}#vulnerability",
                    to=to,
                    relationship="hasAssessmentFor",
                    supplied_by=agent,
                    score=right.score,
                    severity=right.severity,
                    vector=score.vector,
                )
            )
    return found


TARGET: Final = Target(
    name=NAME,
    title="SPDX 3.0.1",
    media_type="application/spdx+json",
    is_public=True,
    file_name=lambda record: f"{file_stem(record.id).lower()}.spdx.json",
    write=write,
    dump=spdx.write,
    load=spdx.read,
    read=read,
    check=timeless(check_security),
    field_of=field_of,
    places=PLACES,
    says=SAYS,
    evaluate=evaluate,
)
