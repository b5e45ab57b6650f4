"""GitHub repository advisories: the payload that creates or changes one, its description in sections."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from midstream.advisories.carry.foreign import with_foreign
from midstream.advisories.ranges import judged, runs_of, unplaced
from midstream.advisories.record import BEGINNING, Advisory, Component, Credit, Line, Publisher, Release, Score
from midstream.advisories.targets.from_ghsa import PLACES, ROLES, read
from midstream.advisories.targets.target import NOT_LISTED, ONLY_AFFECTED, Target, file_stem, timeless
from midstream.advisories.targets.telling import english, publishable
from midstream.formats.base.cvss import scored
from midstream.formats.base.moments import write_moment
from midstream.formats.base.visible import one_line
from midstream.formats.ghsa import description as md
from midstream.formats.ghsa import document as ghsa
from midstream.formats.ghsa.ranges import ALL, holds

NAME: Final = "ghsa"
VERSIONS_HEAD: Final = (
    "Component",
    "Branch",
    "Status",
    "First affected",
    "Introduced by",
    "Fixed by",
    "Fixed in",
    "Note",
)
_CREDIT_TYPES: Final = {ours: theirs for theirs, ours in ROLES.items()}
_FIELDS: Final = (
    ("/summary", "title.en"),
    ("/description", "details.en"),
    ("/cve_id", "ids.cve"),
    ("/severity", "score"),
    ("/cvss_vector_string", "score.vector"),
    ("/cwe_ids", "weakness.cwe"),
    ("/credits", "credit"),
    ("/state", "state"),
    (r"/vulnerabilities/[0-9]+/package", "component.name"),
    (r"/vulnerabilities/[0-9]+/vulnerable_functions", "component.routines"),
    ("/vulnerabilities", "component.line"),
)


def write(*, record: Advisory, publisher: Publisher, releases: Sequence[Release], now: datetime) -> ghsa.Payload:  # noqa: ARG001 - GitHub names the publisher
    """The payload of the record. It has no severity beside the vector; the state is left to the one who sends."""
    record = publishable(record, now=now)
    payload = ghsa.Payload(
        summary=one_line(english(record.title))[: ghsa.SUMMARY_LIMIT],
        description=md.compose(_sections(record)),
        cve_id=record.ids.cve,
        vulnerabilities=tuple(
            each for component in record.component for each in _vulnerabilities(record, component, releases)
        ),
        cwe_ids=tuple(f"CWE-{each.cwe}" for each in record.weakness),
        credits=tuple(
            ghsa.Credit(login=each.github, type=_CREDIT_TYPES.get(each.role, "other"))
            for each in record.credit
            if each.github
        ),
        cvss_vector_string=_vector(record),
    )
    return with_foreign(payload, record, target=NAME)


def lacks(record: Advisory, _: Publisher) -> str:
    """Why no payload is written: the record is scored, but by no vector that GitHub can read. Empty when it is."""
    if record.score and not _vector(record):
        return "the record lacks a vector that GitHub can read (score); score the whole case by CVSS 3.1 or 4.0"
    return ""


def _vector(record: Advisory) -> str:
    return next((each.vector for each in record.score if not each.component and scored(each.vector)), "")


def field_of(_: ghsa.Payload, path: str) -> str:
    """The field of the record that the value at the path comes from."""
    return next((field for pattern, field in _FIELDS if re.match(pattern, path)), "")


def _vulnerabilities(
    record: Advisory, component: Component, releases: Sequence[Release]
) -> tuple[ghsa.Vulnerability, ...]:
    """One entry for each range of affected versions, in GitHub's notation; one without a range when none is."""
    package = ghsa.Package(ecosystem="other", name=one_line(component.name or component.key))
    rows = judged(record=record, component=component, releases=releases)
    told = []
    for span in runs_of(rows, component=component, counts={"affected"}):
        bounds = [f">= {span.start}"] if span.start != BEGINNING else []
        bounds += [f"< {span.end}"] if span.end else []
        told.append((", ".join(bounds) or ALL, span.end if span.is_fixed else ""))
    told += [(f"= {each.version}", "") for each in unplaced(rows, counts={"affected"})]
    return tuple(
        ghsa.Vulnerability(
            package=package,
            vulnerable_version_range=text,
            patched_versions=patched,
            vulnerable_functions=component.routines,
        )
        for text, patched in told or [("", "")]
    )


def evaluate(document: ghsa.Payload, *, component: Component, release: Release) -> str:
    """Whether a range of the component's package holds the release; what none holds is not listed."""
    name = one_line(component.name or component.key)
    is_held = any(
        holds(each.vulnerable_version_range, version=release.version, scheme=component.scheme)
        for each in document.vulnerabilities
        if each.package is not None and each.package.name == name
    )
    return "affected" if is_held else NOT_LISTED


def _sections(record: Advisory) -> tuple[md.Section, ...]:
    return (
        md.Section(heading="Impact", body=_text(record.impact)),
        md.Section(heading="Details", body=_text(record.details)),
        md.Section(heading="Versions", body=md.write_table(VERSIONS_HEAD, _rows(record))),
        md.Section(heading="Workarounds", body=_advice(record.workaround)),
        md.Section(heading="Mitigations", body=_advice(record.mitigation)),
        md.Section(
            heading="References",
            body="\n".join(md.write_item(each.title, url=each.url, note=each.kind) for each in record.reference),
        ),
        md.Section(heading="Credits", body="\n".join(_credit(each) for each in record.credit)),
        md.Section(heading="Dates", body=_dates(record)),
        md.Section(heading="Identifiers", body=_identifiers(record)),
        md.Section(
            heading="Revisions",
            body="\n".join(
                md.write_item(f"{each.number} {write_moment(each.at) if each.at else '-'} {each.summary}".strip())
                for each in record.revision
            ),
        ),
    )


def _text(texts: dict[str, str]) -> str:
    return md.write_text(english(texts)) if texts else ""


def _advice(advice: Sequence[object]) -> str:
    return "\n\n".join(md.write_text(english(getattr(each, "text", {}))) for each in advice)


def _rows(record: Advisory) -> tuple[tuple[str, ...], ...]:
    """A row for each branch; cells of several values are parted by blanks, fixes and their releases in one order."""
    return tuple(_row(component, line) for component in record.component for line in component.line)


def _row(component: Component, line: Line) -> tuple[str, ...]:
    return (
        component.name or component.key,
        line.branch,
        line.status,
        line.first,
        " ".join(line.introduced),
        " ".join(fix.sha or "-" for fix in line.fix),
        " ".join(fix.release or "-" for fix in line.fix),
        line.note,
    )


def _credit(credit: Credit) -> str:
    if credit.name:
        return md.write_item(credit.name + (f", {credit.org}" if credit.org else ""), url=credit.url, note=credit.role)
    return md.write_item(credit.org, url=credit.url, note=credit.role)


def _dates(record: Advisory) -> str:
    dates = record.dates
    named = (("Reported", dates.reported), ("Public", dates.public), ("Withdrawn", dates.withdrawn))
    return "\n".join(md.write_item(f"{name}: {write_moment(at)}") for name, at in named if at)


def _identifiers(record: Advisory) -> str:
    ids = record.ids
    named = [("Advisory", record.id)]
    named += [("Alias", each) for each in ids.aliases] + [("Upstream", each) for each in ids.upstream]
    named += [("Related", each) for each in ids.related]
    named += [("Score", _score(each)) for each in record.score]
    return "\n".join(md.write_item(f"{name}: {text}") for name, text in named if text)


def _score(score: Score) -> str:
    return f"{score.vector} {score.source}".strip()


TARGET: Final = Target(
    name=NAME,
    title="GitHub repository advisory",
    media_type="application/json",
    is_public=False,
    file_name=lambda record: f"{file_stem(record.id).lower()}.ghsa.json",
    write=write,
    dump=ghsa.write,
    load=ghsa.read_either,
    read=read,
    check=timeless(ghsa.check),
    field_of=field_of,
    places=PLACES,
    lacks=lacks,
    says=ONLY_AFFECTED,
    evaluate=evaluate,
)
