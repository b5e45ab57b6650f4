"""A CVE Record as a partial record, and where each field of a record stands in one."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from midstream.advisories.carry.extension import joined, read_extension
from midstream.advisories.carry.foreign import Unread, entry_at, foreign_of
from midstream.advisories.reading import Provenance, Reading
from midstream.advisories.record import (
    Advice,
    Advisory,
    Component,
    Credit,
    Dates,
    Ids,
    Reference,
    ReferenceKind,
    Role,
    Score,
    Statement,
    Verdict,
    Weakness,
)
from midstream.advisories.targets.to_cve import EXPLOITS, EXTENSION, REPORTED, TARGET
from midstream.formats.base.cvss import is_computed
from midstream.formats.base.moments import read_moment
from midstream.formats.base.node import read_node, wrong_members
from midstream.formats.cve import document as cve
from midstream.formats.cve.versions import is_of_commits

_CNA = "/containers/cna"
PLACES = {
    "id": f"{_CNA}/source/advisory",
    "ids.cve": "/cveMetadata/cveId",
    "title.en": f"{_CNA}/title",
    "summary": f"{_CNA}/descriptions/*/supportingMedia (text/plain)",
    "details": f"{_CNA}/descriptions/*/supportingMedia (text/markdown)",
    "impact": f"{_CNA}/impacts/*/descriptions",
    "attack_pattern": f"{_CNA}/impacts/*/capecId",
    "component.vendor": f"{_CNA}/affected/*/vendor",
    "component.name": f"{_CNA}/affected/*/product",
    "component.purl": f"{_CNA}/affected/*/packageURL",
    "component.repo": f"{_CNA}/affected/*/repo",
    "component.cpe": f"{_CNA}/affected/*/cpes",
    "component.modules": f"{_CNA}/affected/*/modules",
    "component.paths": f"{_CNA}/affected/*/programFiles",
    "component.routines": f"{_CNA}/affected/*/programRoutines",
    "component.platforms": f"{_CNA}/affected/*/platforms",
    "workaround.text": f"{_CNA}/workarounds",
    "mitigation.text": f"{_CNA}/solutions",
    "reference.url": f"{_CNA}/references/*/url",
    "reference.title": f"{_CNA}/references/*/name",
    "reference.kind": f"{_CNA}/references/*/tags",
    "dates.reported": f"{_CNA}/timeline",
    "dates.public": f"{_CNA}/datePublic",
    "dates.id_reserved": "/cveMetadata/dateReserved",
    **dict.fromkeys(sorted(EXTENSION), f"{_CNA}/x_midstream"),
    "weakness.cwe": f"{_CNA}/problemTypes",
    "score.vector": f"{_CNA}/metrics",
    "credit.name": f"{_CNA}/credits/*/value",
    "credit.role": f"{_CNA}/credits/*/type",
    "component.line": f"{_CNA}/affected/*/versions, {_CNA}/x_midstream",
}
"""Where each field that a CVE Record keeps stands in it."""

_KINDS: dict[str, ReferenceKind] = {
    "vendor-advisory": "advisory",
    "patch": "fix",
    "issue-tracking": "report",
    "technical-description": "article",
    "exploit": "evidence",
    "release-notes": "release_notes",
    "mailing-list": "mailing_list",
    "related": "web",
}
_ROLES: dict[str, Role] = {
    "finder": "finder",
    "reporter": "reporter",
    "analyst": "analyst",
    "coordinator": "coordinator",
    "remediation developer": "remediation_developer",
    "remediation reviewer": "reviewer",
    "remediation verifier": "verifier",
    "tool": "tool",
    "sponsor": "sponsor",
}
_STATUSES: dict[str, Verdict] = {"affected": "affected", "unaffected": "not_affected"}
_CAPEC = re.compile(r"CAPEC-([1-9][0-9]{0,4})")
_CWE = re.compile(r"CWE-([1-9][0-9]{0,4})")


def _is_first(_: Sequence[Any], place: int) -> bool:
    return place == 0


def _is_kind(tags: Sequence[Any], place: int) -> bool:
    return place == next((number for number, tag in enumerate(tags) if str(tag) in _KINDS), -1)


def _is_weakness(items: Sequence[Any], place: int) -> bool:
    return bool(_weaknesses([read_node(entry_at(items, place), cve.ProblemType)]))


def _is_score(items: Sequence[Any], place: int) -> bool:
    return bool(_vectors(read_node(entry_at(items, place), cve.Metric)))


UNREAD = (
    Unread(path=f"{_CNA}/affected/*/cpes/*", is_ours=_is_first),
    Unread(path=f"{_CNA}/configurations/*"),
    Unread(path=f"{_CNA}/dateAssigned"),
    Unread(
        path=f"{_CNA}/exploits/*", is_ours=lambda items, place: entry_at(items, place).get("value") in EXPLOITS.values()
    ),
    Unread(path=f"{_CNA}/metrics/*", is_ours=_is_score),
    *(Unread(path=f"{_CNA}/metrics/*/cvssV{name}/*", is_ours=is_computed) for name in ("4_0", "3_1", "3_0")),
    Unread(path=f"{_CNA}/metrics/*/scenarios/*"),
    Unread(path=f"{_CNA}/problemTypes/*", is_ours=_is_weakness),
    Unread(path=f"{_CNA}/references/*/tags/*", is_ours=_is_kind),
    Unread(path=f"{_CNA}/replacedBy/*"),
    Unread(path=f"{_CNA}/source/discovery"),
    Unread(path=f"{_CNA}/tags/*"),
    Unread(path=f"{_CNA}/timeline/*", is_ours=lambda items, place: entry_at(items, place).get("value") == REPORTED),
)
"""What a CVE Record has a name for and the record has no field for."""


def read(document: cve.CveRecord) -> Reading:
    """Return what the record tells, with our own extension where there is one."""
    cna = document.cna
    rejected = document.metadata.state == "REJECTED"
    extension = read_extension(cna.x_midstream, kept=EXTENSION)
    plain = Advisory(
        id=cna.source.advisory if cna.source else "",
        ids=Ids(cve=document.metadata.cve_id),
        state="rejected" if rejected else "",
        reason=cna.rejected_reasons[0].value if rejected and cna.rejected_reasons else "",
        title={"en": cna.title} if cna.title else {},
        summary={text.lang: words for text in cna.descriptions if (words := _media(text, "text/plain"))},
        details=_details(cna.descriptions),
        impact=_impact(cna.impacts),
        weakness=_weaknesses(cna.problem_types),
        attack_pattern=tuple(int(found[1]) for each in cna.impacts if (found := _CAPEC.fullmatch(each.capec_id))),
        score=tuple(Score(vector=vector) for metric in cna.metrics for vector in _vectors(metric)),
        component=_components(cna.affected, is_ours=bool(extension.component)),
        workaround=_advice(cna.workarounds),
        mitigation=_advice(cna.solutions),
        reference=tuple(_reference(each) for each in cna.references),
        credit=tuple(Credit(name=each.value, role=_ROLES.get(each.type, "")) for each in cna.credits),
        dates=Dates(
            reported=next((read_moment(each.time) for each in cna.timeline if each.value == REPORTED), None),
            public=read_moment(cna.date_public),
            id_reserved=read_moment(document.metadata.date_reserved),
        ),
        foreign=foreign_of(document, target=TARGET, unread=UNREAD),
    )
    return Reading(
        partial=_named(joined(plain, extension)),
        provenance=Provenance(target=TARGET, places=PLACES),
        doubts=tuple(str(fault) for fault in wrong_members(document)),
    )


def field_of(document: cve.CveRecord, path: str) -> str:
    """Return the record's field that the path in the document comes from; empty for what comes from none."""
    found = re.match(r"/containers/cna/affected/([0-9]+)(/[A-Za-z]+)?", path)
    if found:
        place = int(found[1])
        entries = document.cna.affected
        name = entries[place].product if place < len(entries) else str(place)
        part = {"/vendor": "vendor", "/product": "name", "/packageURL": "purl", "/repo": "repo", "/cpes": "cpe"}
        return f"component[{name}].{part.get(found[2] or '', 'line')}"
    if path.startswith(f"{_CNA}/descriptions"):
        return "details"
    for field, place_of in PLACES.items():
        if path.startswith(place_of.partition("/*")[0].partition(",")[0]) and place_of != f"{_CNA}/x_midstream":
            return field.removesuffix(".en")
    return {"/cveMetadata/state": "state", f"{_CNA}/affected": "component", f"{_CNA}/exploits": "exploitation"}.get(
        path, ""
    )


def _media(text: cve.Text, kind: str) -> str:
    return next((media.value for media in text.supporting_media if media.type == kind and not media.base64), "")


def _details(texts: Sequence[cve.Text]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        markdown = _media(text, "text/markdown")
        if markdown or not _media(text, "text/plain"):  # with which we have a summary, and no details, beside it
            found.setdefault(text.lang, markdown or text.value)
    return found


def _impact(impacts: Sequence[cve.Impact]) -> dict[str, str]:
    found: dict[str, str] = {}
    for impact in impacts:
        for text in impact.descriptions:
            words = _media(text, "text/markdown") or text.value
            if words != impact.capec_id:
                found.setdefault(text.lang, words)
    return found


def _weaknesses(kinds: Sequence[cve.ProblemType]) -> tuple[Weakness, ...]:
    numbers = [found[1] for kind in kinds for each in kind.descriptions if (found := _CWE.fullmatch(each.cwe_id))]
    return tuple(Weakness(cwe=int(number)) for number in dict.fromkeys(numbers))


def _vectors(metric: cve.Metric) -> tuple[str, ...]:
    scores = (metric.cvss_4_0, metric.cvss_3_1, metric.cvss_3_0)
    found = [score.get("vectorString") for score in scores if score]
    return tuple(vector for vector in found if isinstance(vector, str) and vector)


def _advice(texts: Sequence[cve.Text]) -> tuple[Advice, ...]:
    """Return the texts, those of other languages joined to the English one they follow."""
    found: list[dict[str, str]] = []
    for text in texts:
        words = _media(text, "text/markdown") or text.value
        if not found or text.lang == "en" or text.lang in found[-1]:
            found.append({})
        found[-1][text.lang] = words
    return tuple(Advice(text=each) for each in found)


def _reference(reference: cve.Reference) -> Reference:
    kinds = [_KINDS[tag] for tag in reference.tags if tag in _KINDS]
    return Reference(url=reference.url, title=reference.name, kind=kinds[0] if kinds else "")


def _components(affected: Sequence[cve.Affected], *, is_ours: bool) -> tuple[Component, ...]:
    """Return a component for each product; its versions as statements, unless our extension has the lines."""
    grouped: dict[tuple[str, str], list[cve.Affected]] = {}
    for entry in affected:
        named = (entry.vendor or entry.collection_url, entry.product or entry.package_name)
        grouped.setdefault(named, []).append(entry)
    found = []
    for (vendor, name), entries in grouped.items():
        first = entries[0]
        ranged = [entry for entry in entries if not is_of_commits(entry)]
        types = {version.version_type for entry in ranged for version in entry.versions if version.is_range}
        found.append(
            Component(
                vendor="" if vendor == "n/a" else vendor,
                name="" if name == "n/a" else name,
                purl=first.package_url,
                repo=next((entry.repo for entry in entries if entry.repo), ""),
                cpe=first.cpes[0] if first.cpes else "",
                modules=first.modules,
                paths=first.program_files,
                routines=tuple(routine.name for routine in first.program_routines),
                platforms=first.platforms,
                scheme="" if is_ours else ("semver" if types <= {"semver"} else "custom"),
                statement=() if is_ours else tuple(_statement(each) for entry in ranged for each in entry.versions),
            )
        )
    return tuple(found)


def _statement(version: cve.Version) -> Statement:
    status = _STATUSES.get(version.status, "unknown")
    if not version.is_range:
        return Statement(release=version.version, status=status)
    scheme = "semver" if version.version_type == "semver" else "generic"
    bounds = [] if version.version == "0" else [f">={version.version}"]
    if version.less_than not in ("", "*"):
        bounds.append(f"<{version.less_than}")
    if version.less_than_or_equal not in ("", "*"):
        bounds.append(f"<={version.less_than_or_equal}")
    return Statement(range=f"vers:{scheme}/{'|'.join(bounds) or '*'}", status=status)


def _named(partial: Advisory) -> Advisory:
    """Return the partial with those credits whose organisation stood where the name would."""
    credit = tuple(
        Credit(role=each.role, org=each.org, consent=each.consent)
        if each.consent == "org" and each.name == each.org
        else each
        for each in partial.credit
    )
    return msgspec.structs.replace(partial, credit=credit)
