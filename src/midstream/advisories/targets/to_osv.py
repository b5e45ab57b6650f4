"""The record as an OSV record, and back.

No ecosystem of OSV is for firmware, so a component without one has its repository, its commits and the tags of its
affected releases; scanners that know only tags and those that know commits come to the same answer. OSV has no word
for "not known": a release that nobody has judged, or that is being looked at, counts as affected until it is known.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from midstream.advisories.carry.extension import joined, read_extension, write_extension
from midstream.advisories.carry.foreign import Unread, entry_at, foreign_of, with_foreign
from midstream.advisories.carry.sections import read_sections, write_sections
from midstream.advisories.public import is_public, marking
from midstream.advisories.ranges import UNSURE, git_events, judged, runs_of
from midstream.advisories.reading import Provenance, Reading
from midstream.advisories.record import (
    Advice,
    Advisory,
    Component,
    Credit,
    Dates,
    Ids,
    Publisher,
    Reference,
    ReferenceKind,
    Release,
    Role,
    Score,
    Verdict,
    Weakness,
)
from midstream.formats.base.cvss import scored
from midstream.formats.base.moments import read_moment, write_moment
from midstream.formats.base.node import wrong_members
from midstream.formats.osv import document as osv
from midstream.formats.osv.names import LOCAL, has_known_prefix

TARGET = "osv"
COUNTS: frozenset[Verdict] = frozenset({"affected", *UNSURE})
"""The verdicts that count as affected."""
SECTIONS = ("Impact", "Workaround", "Mitigation")
KINDS: dict[str, str] = {
    "advisory": "ADVISORY",
    "fix": "FIX",
    "report": "REPORT",
    "article": "ARTICLE",
    "evidence": "EVIDENCE",
    "mailing_list": "DISCUSSION",
}
ROLES = {"reviewer": "REMEDIATION_REVIEWER", "verifier": "REMEDIATION_VERIFIER"}
"""The types of credit that have another name than our role."""
EXTENSION = frozenset(
    {
        "ids.other",
        "ids.cve",
        "ids.ghsa",
        "summary",
        "weakness.cwe",
        "weakness.role",
        "attack_pattern",
        "score.vector",
        "score.source",
        "score.component",
        "exploitation",
        "component",
        "reference.url",
        "reference.title",
        "reference.kind",
        "credit",
        "dates.reported",
        "dates.id_reserved",
    }
)
"""The fields that OSV has no place for; they stand in ``database_specific.midstream``."""
_EXTENSION_PLACE = "/database_specific/midstream"
PLACES = {
    **dict.fromkeys(sorted(EXTENSION), _EXTENSION_PLACE),
    "id": "/id",
    "ids.cve": "/aliases",
    "ids.ghsa": "/aliases",
    "ids.aliases": "/aliases",
    "ids.upstream": "/upstream",
    "ids.related": "/related",
    "title.en": "/summary",
    "details.en": "/details",
    "impact.en": "/details (## Impact)",
    "workaround.text.en": "/details (## Workaround)",
    "mitigation.text.en": "/details (## Mitigation)",
    "weakness.cwe": "/database_specific/cwe_ids",
    "score.vector": "/severity/*/score",
    "component": "/affected, " + _EXTENSION_PLACE,
    "reference.url": "/references/*/url",
    "reference.kind": "/references/*/type, " + _EXTENSION_PLACE,
    "credit": "/credits, " + _EXTENSION_PLACE,
    "dates.public": "/published",
    "dates.withdrawn": "/withdrawn",
}
"""Where each field that an OSV record keeps stands in it."""


def write(*, record: Advisory, publisher: Publisher, releases: Sequence[Release], now: datetime) -> osv.OsvRecord:
    """Return the record's OSV record. `modified` is the moment of the last revision, so that it moves with each."""
    del publisher
    document = osv.OsvRecord(
        schema_version=osv.SCHEMA_VERSION,
        id=identifier(record),
        modified=write_moment(_modified(record, now=now)),
        published=_moment(record.dates.public),
        withdrawn=_withdrawn(record, now=now),
        aliases=tuple(each for each in (record.ids.cve, record.ids.ghsa, *record.ids.aliases) if each),
        upstream=record.ids.upstream,
        related=record.ids.related,
        summary=record.title.get("en", ""),
        details=_details(record),
        severity=tuple(each for score in record.score if (each := _severity(score)) is not None),
        affected=tuple(
            entry for component in record.component for entry in _entries(record, component, releases=releases)
        ),
        references=tuple(osv.Reference(type=KINDS.get(each.kind, "WEB"), url=each.url) for each in record.reference),
        credits=tuple(_credit(credit) for credit in record.credit),
        database_specific=_specific(record, now=now),
    )
    return with_foreign(document, record, target=TARGET)


def identifier(record: Advisory) -> str:
    """Return the record's id as OSV takes it: with ``x_`` before it, unless its prefix is registered."""
    return record.id if has_known_prefix(record.id) else f"{LOCAL}{record.id}"


def _modified(record: Advisory, *, now: datetime) -> datetime:
    moments = [revision.at for revision in record.revision if revision.at]
    moments += [moment for moment in (record.dates.public, record.dates.withdrawn) if moment]
    return max(moments, default=now)


def _withdrawn(record: Advisory, *, now: datetime) -> str:
    if record.state not in ("withdrawn", "rejected"):
        return _moment(record.dates.withdrawn)
    return _moment(record.dates.withdrawn or _modified(record, now=now))


def _moment(moment: datetime | None) -> str:
    return write_moment(moment) if moment else ""


def _details(record: Advisory) -> str:
    sections = [("Impact", record.impact.get("en", ""))]
    sections += [("Workaround", advice.text.get("en", "")) for advice in record.workaround]
    sections += [("Mitigation", advice.text.get("en", "")) for advice in record.mitigation]
    told = [(name, text) for name, text in sections if text]
    return write_sections(record.details.get("en", ""), told, names=SECTIONS)


def _severity(score: Score) -> osv.Severity | None:
    found = scored(score.vector)
    return osv.Severity(type=f"CVSS_V{found.version[0]}", score=score.vector) if found else None


def _credit(credit: Credit) -> osv.Credit:
    return osv.Credit(
        name=credit.name or credit.org,
        contact=(credit.url,) if credit.url else (),
        type=ROLES.get(credit.role, credit.role.upper()),
    )


def _specific(record: Advisory, *, now: datetime) -> dict[str, Any] | None:
    found: dict[str, Any] = {}
    if not is_public(record, now=now):
        # OSV has no place for a label; here is where our index looks before it takes an entry.
        found["tlp"] = marking(record, now=now).upper()
    if record.weakness:
        found["cwe_ids"] = [f"CWE-{weakness.cwe}" for weakness in record.weakness]
    if extension := write_extension(record, kept=EXTENSION):
        found["midstream"] = extension
    return found or None


def _entries(record: Advisory, component: Component, *, releases: Sequence[Release]) -> list[osv.Affected]:
    rows = judged(record=record, component=component, releases=releases)
    hit = [row for row in rows if row.is_real and row.verdict in COUNTS]
    runs = runs_of(rows, component=component, counts=COUNTS)
    if not hit and not runs:
        return []
    events = [
        event
        for span in runs
        for event in (osv.Event(introduced=span.start), *((osv.Event(fixed=span.end),) if span.end else ()))
    ]
    unsure = [row.release.version for row in hit if row.verdict in UNSURE]
    specific = {"component": component.key, **({"unsure": unsure} if unsure else {})}
    found = []
    if component.ecosystem:
        found.append(_of_package(component, events=events, versions=[row.release.version for row in hit], own=specific))
    if component.repo:
        tags = [row.release.tag or row.release.version for row in hit]
        found.append(_of_repository(component, events=events, tags=tags, own=specific))
    return found


def _of_package(
    component: Component, *, events: list[osv.Event], versions: list[str], own: dict[str, Any] | None
) -> osv.Affected:
    kind = "SEMVER" if component.scheme == "semver" else "ECOSYSTEM"
    return osv.Affected(
        package=osv.Package(
            ecosystem=component.ecosystem, name=component.package or component.name, purl=component.purl
        ),
        ranges=(osv.Range(type=kind, events=tuple(events)),) if events else (),
        versions=() if kind == "SEMVER" else tuple(dict.fromkeys(versions)),
        database_specific=own,
    )


def _of_repository(
    component: Component, *, events: list[osv.Event], tags: list[str], own: dict[str, Any] | None
) -> osv.Affected:
    commits = git_events(component)
    ranges: tuple[osv.Range, ...] = ()
    if commits is not None:
        given = [osv.Event(introduced=commit) for commit in commits.introduced]
        given += [osv.Event(fixed=commit) for commit in commits.fixed]
        versions = [{name: text for name, text in _pairs(event) if text} for event in events]
        ranges = (
            osv.Range(
                type="GIT",
                repo=component.repo,
                events=tuple(given),
                database_specific={"versions": versions} if versions else None,
            ),
        )
    return osv.Affected(ranges=ranges, versions=tuple(dict.fromkeys(tags)), database_specific=own)


def _pairs(event: osv.Event) -> tuple[tuple[str, str], ...]:
    return (("introduced", event.introduced), ("fixed", event.fixed))


_ROLES: dict[str, Role] = {
    "FINDER": "finder",
    "REPORTER": "reporter",
    "ANALYST": "analyst",
    "COORDINATOR": "coordinator",
    "REMEDIATION_DEVELOPER": "remediation_developer",
    "REMEDIATION_REVIEWER": "reviewer",
    "REMEDIATION_VERIFIER": "verifier",
    "TOOL": "tool",
    "SPONSOR": "sponsor",
}
_KINDS: dict[str, ReferenceKind] = {
    "ADVISORY": "advisory",
    "FIX": "fix",
    "REPORT": "report",
    "ARTICLE": "article",
    "EVIDENCE": "evidence",
    "DISCUSSION": "mailing_list",
}


def _is_scored(items: Sequence[Any], place: int) -> bool:
    return scored(str(entry_at(items, place).get("score"))) is not None


UNREAD = (
    # what others keep here is whatever they like (sections database_specific and ecosystem_specific)
    Unread(path="/database_specific/*", is_ours=lambda _, name: name in ("cwe_ids", "midstream", "tlp")),
    Unread(path="/affected/*/database_specific/*", is_ours=lambda _, name: name in ("component", "unsure")),
    Unread(path="/affected/*/ecosystem_specific/*"),
    Unread(path="/affected/*/ranges/*/database_specific/*", is_ours=lambda _, name: name == "versions"),
    Unread(
        path="/affected/*/ranges/*/database_specific/versions/*/*",
        is_ours=lambda _, name: name in ("introduced", "fixed"),
    ),
    Unread(path="/affected/*/severity/*"),
    Unread(path="/credits/*/contact/*", is_ours=lambda _, place: place == 0),
    Unread(path="/severity/*", is_ours=_is_scored),
)
"""What an OSV record has a name for and the record has no field for."""


def read(document: osv.OsvRecord) -> Reading:
    """Return what the record tells, with our own extension where there is one."""
    own = document.database_specific or {}
    extension = read_extension(own.get("midstream"), kept=EXTENSION)
    cves = [each for each in document.aliases if re.fullmatch(r"CVE-[0-9]{4}-[0-9]{4,19}", each)]
    ghsas = [each for each in document.aliases if each.startswith("GHSA-")]
    cve, ghsa = (cves or [""])[0], (ghsas or [""])[0]
    details, sections = read_sections(document.details, names=SECTIONS)
    plain = Advisory(
        id=document.id.removeprefix(LOCAL),
        ids=Ids(
            cve=cve,
            ghsa=ghsa,
            aliases=tuple(each for each in document.aliases if each not in (cve, ghsa)),
            upstream=document.upstream,
            related=document.related,
        ),
        title={"en": document.summary} if document.summary else {},
        details={"en": details} if details else {},
        impact=dict([("en", text) for name, text in sections if name == "Impact"][:1]),
        workaround=tuple(Advice(text={"en": text}) for name, text in sections if name == "Workaround"),
        mitigation=tuple(Advice(text={"en": text}) for name, text in sections if name == "Mitigation"),
        weakness=_weaknesses(own.get("cwe_ids")),
        score=tuple(Score(vector=each.score) for each in document.severity if scored(each.score)),
        component=() if extension.component else _components(document.affected),
        reference=tuple(
            Reference(url=each.url, kind=_KINDS.get(each.type, "" if extension.reference else "web"))
            for each in document.references
        ),
        credit=tuple(
            Credit(name=each.name, role=_ROLES.get(each.type, ""), url=(each.contact or ("",))[0])
            for each in document.credits
        ),
        dates=Dates(public=read_moment(document.published), withdrawn=read_moment(document.withdrawn)),
        foreign=foreign_of(document, target=TARGET, unread=UNREAD),
    )
    return Reading(
        partial=_named(joined(plain, extension)),
        provenance=Provenance(target=TARGET, places=PLACES),
        doubts=tuple(str(fault) for fault in wrong_members(document)),
    )


def _weaknesses(names: object) -> tuple[Weakness, ...]:
    entries = names if isinstance(names, list) else []
    found = [re.fullmatch(r"CWE-([1-9][0-9]{0,4})", str(name)) for name in entries]
    return tuple(Weakness(cwe=int(each[1])) for each in found if each)


def _components(affected: Sequence[osv.Affected]) -> tuple[Component, ...]:
    """Return a component for each package and each repository that a record not of ours names."""
    found: dict[str, Component] = {}
    for entry in affected:
        if entry.package is not None:
            package = entry.package
            found[f"{package.ecosystem} {package.name}"] = Component(
                name=package.name, purl=package.purl, ecosystem=package.ecosystem, package=package.name
            )
        for each in entry.ranges:
            if each.repo:
                name = each.repo.rstrip("/").rpartition("/")[2].removesuffix(".git")
                found.setdefault(each.repo, Component(name=name, repo=each.repo))
    return tuple(found.values())


def _named(partial: Advisory) -> Advisory:
    """Return the partial with those credits whose organisation stood where the name would."""
    credit = tuple(
        msgspec.structs.replace(each, name="") if each.consent == "org" and each.name == each.org else each
        for each in partial.credit
    )
    return msgspec.structs.replace(partial, credit=credit)


def field_of(document: osv.OsvRecord, path: str) -> str:
    """Return the record's field that the path in the document comes from; empty for what comes from none."""
    found = re.match(r"/affected/([0-9]+)(/package)?", path)
    if found:
        entries, place = document.affected, int(found[1])
        name = str(place)
        if place < len(entries):
            package, ranges = entries[place].package, entries[place].ranges
            name = package.name if package else (ranges[0].repo if ranges else name)
        return f"component[{name}]" + (".ecosystem" if found[2] else ".line")
    own = {"/affected": "component", "/modified": "revision", "/severity": "score", "/aliases": "ids.aliases"}
    for start, field in own.items():
        if path.startswith(start):
            return field
    for field, place_of in PLACES.items():
        start = re.split(r"/\*|,| ", place_of)[0]
        if path.startswith(start) and start != _EXTENSION_PLACE:
            return field.removesuffix(".en")
    return ""
