"""GitHub repository advisories read back: a payload of ours, or what GitHub answers."""

import re
from typing import Final, cast, get_args

from midstream.advisories.carry.foreign import Unread, foreign_of
from midstream.advisories.reading import Provenance, Reading
from midstream.advisories.record import (
    Advisory,
    Component,
    Credit,
    Dates,
    Fix,
    Foreign,
    Ids,
    Line,
    LineStatus,
    Reference,
    ReferenceKind,
    Revision,
    Role,
    Score,
    Weakness,
)
from midstream.formats.base.moments import read_moment
from midstream.formats.ghsa import description as md
from midstream.formats.ghsa import document as ghsa

ROLES: Final[dict[str, Role]] = {
    "analyst": "analyst",
    "finder": "finder",
    "reporter": "reporter",
    "coordinator": "coordinator",
    "remediation_developer": "remediation_developer",
    "remediation_reviewer": "reviewer",
    "remediation_verifier": "verifier",
    "tool": "tool",
    "sponsor": "sponsor",
}
"""GitHub's types of credit, and the role of ours."""

PLACES: Final = {
    "id": "/description (Identifiers)",
    "ids.cve": "/cve_id",
    "ids.aliases": "/description (Identifiers)",
    "ids.upstream": "/description (Identifiers)",
    "ids.related": "/description (Identifiers)",
    "title.en": "/summary",
    "details.en": "/description (Details)",
    "impact.en": "/description (Impact)",
    "weakness.cwe": "/cwe_ids",
    "score.vector": "/description (Identifiers)",
    "score.source": "/description (Identifiers)",
    "component.name": "/vulnerabilities/*/package/name",
    "component.routines": "/vulnerabilities/*/vulnerable_functions",
    "component.line.branch": "/description (Versions)",
    "component.line.status": "/description (Versions)",
    "component.line.first": "/description (Versions)",
    "component.line.introduced": "/description (Versions)",
    "component.line.fix.sha": "/description (Versions)",
    "component.line.fix.release": "/description (Versions)",
    "component.line.note": "/description (Versions)",
    "reference.url": "/description (References)",
    "reference.title": "/description (References)",
    "reference.kind": "/description (References)",
    "dates.reported": "/description (Dates)",
    "dates.public": "/description (Dates)",
    "dates.withdrawn": "/description (Dates)",
    "revision.number": "/description (Revisions)",
    "revision.at": "/description (Revisions)",
    "revision.summary": "/description (Revisions)",
}
_CWE: Final = re.compile(r"CWE-[0-9]{1,6}")
_STATUSES: Final = get_args(LineStatus)
_KINDS: Final = get_args(ReferenceKind)


def read(document: ghsa.Payload | ghsa.Advisory) -> Reading:
    """The partial record of a payload, or of the answer of GitHub."""
    before, sections = md.parse(document.description)
    bodies = {section.heading: section.body for section in sections}
    names = _named(bodies.get("Identifiers", ""))
    dates = {name: read_moment(at) for name, at in _named(bodies.get("Dates", ""))}
    components, doubts = _components(document, bodies.get("Versions", ""))
    details = md.read_text(bodies.get("Details", "")) or md.read_text(before)
    impact = md.read_text(bodies.get("Impact", ""))
    partial = Advisory(
        id=next((text for name, text in names if name == "Advisory"), ""),
        ids=Ids(
            cve=document.cve_id,
            ghsa=document.ghsa_id if isinstance(document, ghsa.Advisory) else "",
            aliases=_all(names, "Alias"),
            upstream=_all(names, "Upstream"),
            related=_all(names, "Related"),
        ),
        title={"en": document.summary} if document.summary else {},
        details={"en": details} if details else {},
        impact={"en": impact} if impact else {},
        weakness=tuple(
            Weakness(cwe=int(each[4:])) for each in document.cwe_ids if re.fullmatch(r"CWE-[0-9]{1,6}", each)
        ),
        score=_scores(document, names),
        component=components,
        reference=_references(bodies.get("References", "")),
        credit=tuple(
            Credit(github=each.login, role=ROLES.get(each.type, ""))
            for each in document.credits
            if isinstance(document, ghsa.Advisory)
        ),
        dates=Dates(reported=dates.get("Reported"), public=dates.get("Public"), withdrawn=dates.get("Withdrawn")),
        revision=_revisions(bodies.get("Revisions", "")),
        foreign=_foreign(document),
    )
    return Reading(partial=partial, provenance=Provenance(target="ghsa", places=dict(PLACES)), doubts=tuple(doubts))


def _named(body: str) -> list[tuple[str, str]]:
    pairs = [words.partition(": ") for words, _, _ in md.read_items(body)]
    return [(name, text) for name, colon, text in pairs if colon]


def _all(names: list[tuple[str, str]], wanted: str) -> tuple[str, ...]:
    return tuple(text for name, text in names if name == wanted)


def _scores(document: ghsa.Payload | ghsa.Advisory, names: list[tuple[str, str]]) -> tuple[Score, ...]:
    """The scores of the description while the vector of the API is among them, else that one alone."""
    vector = document.vector() if isinstance(document, ghsa.Advisory) else document.cvss_vector_string
    pairs = [text.partition(" ") for text in _all(names, "Score")]
    told = tuple(Score(vector=each, source=source) for each, _, source in pairs)
    if not vector or any(each.vector == vector for each in told):
        return told
    return (Score(vector=vector),)


def _components(document: ghsa.Payload | ghsa.Advisory, table: str) -> tuple[tuple[Component, ...], list[str]]:
    """A component for each package, with the lines of its name in the table."""
    lines: dict[str, list[Line]] = {}
    doubts = []
    for row in md.read_table(table):
        if len(row) != 8 or row[2] not in _STATUSES:
            doubts.append(f"a row of the table of versions cannot be read: {' | '.join(row)[:80]}")
            continue
        shas, found = row[5].split(), row[6].split()
        fixes = tuple(
            Fix(sha=sha.removeprefix("-"), release="" if release == "-" else release)
            for sha, release in zip(shas, found, strict=False)
        )
        lines.setdefault(row[0], []).append(
            Line(
                branch=row[1],
                status=cast("LineStatus", row[2]),
                first=row[3],
                introduced=tuple(row[4].split()),
                fix=fixes,
                note=row[7],
            )
        )
    packages = [each for each in document.vulnerabilities if each.package and each.package.name]
    routines = {each.package.name: each.vulnerable_functions for each in packages if each.package}
    names = dict.fromkeys((*routines, *lines))
    found_ = [Component(name=name, routines=routines.get(name, ()), line=tuple(lines.get(name, ()))) for name in names]
    return tuple(found_), doubts


def _references(body: str) -> tuple[Reference, ...]:
    found = []
    for words, url, note in md.read_items(body):
        address = url or words.rpartition(" ")[2]
        title = "" if words in (address, url) else words if url else words.rpartition(" ")[0]
        found.append(Reference(url=address, title=title, kind=cast("ReferenceKind", note) if note in _KINDS else ""))
    return tuple(found)


def _revisions(body: str) -> tuple[Revision, ...]:
    found = []
    for words, _, _ in md.read_items(body):
        number, _, rest = words.partition(" ")
        at, _, summary = rest.partition(" ")
        found.append(Revision(number=number, at=read_moment(at), summary=summary))
    return tuple(found)


_ANSWER: Final = frozenset(
    {
        *("author", "collaborating_teams", "collaborating_users", "credits_detailed", "cwes", "github_reviewed_at"),
        *("identifiers", "nvd_published_at", "private_fork", "publisher", "repository_advisory_url", "submission"),
        *("source_code_location", "type", "url"),
    }
)
"""Members of GitHub's answers that name accounts and links of GitHub's own, which are no one's to send back."""
UNREAD: Final = (
    Unread(path="/collaborating_teams/*"),
    Unread(path="/collaborating_users/*"),
    Unread(path="/cvss/*", is_ours=lambda _, name: name in ("vector_string", "score")),
    Unread(path="/cvss_severities/*", is_ours=lambda _, name: name in ("cvss_v3", "cvss_v4")),
    Unread(path="/cvss_severities/*/*", is_ours=lambda _, name: name in ("vector_string", "score")),
)
"""What a payload or an answer has a name for and the record has no field for."""


def _foreign(document: ghsa.Payload | ghsa.Advisory) -> tuple[Foreign, ...]:
    names = _ANSWER if isinstance(document, ghsa.Advisory) else frozenset[str]()
    found = foreign_of(document, target="ghsa", unread=UNREAD)
    return tuple(each for each in found if each.path.split("/")[1] not in names)
