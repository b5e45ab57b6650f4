"""The record as a CVE Record, and back.

Each component has up to two entries in ``affected``: one of versions, with a range for each branch that stays affected
until its own fix, and one of commits. They never stand in one list, because readers compare all of a list one way.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from packageurl import PackageURL

from midstream.advisories.carry.extension import write_extension
from midstream.advisories.carry.foreign import with_foreign
from midstream.advisories.carry.plain import cut, plain
from midstream.advisories.ranges import UNSURE, Span, git_events, judged, runs_of
from midstream.advisories.record import (
    BEGINNING,
    Advisory,
    Component,
    Credit,
    Foreign,
    Publisher,
    Release,
    Score,
    Verdict,
)
from midstream.formats.base.cvss import scored
from midstream.formats.base.cwe import name_of
from midstream.formats.base.moments import write_moment
from midstream.formats.base.versions import key_of
from midstream.formats.cve import document as cve

TARGET = "cve"
TAGS = {
    "advisory": "vendor-advisory",
    "fix": "patch",
    "report": "issue-tracking",
    "article": "technical-description",
    "evidence": "exploit",
    "release_notes": "release-notes",
    "mailing_list": "mailing-list",
    "web": "related",
}
"""The tag of each kind of reference."""
CREDITS = {
    "remediation_developer": "remediation developer",
    "reviewer": "remediation reviewer",
    "verifier": "remediation verifier",
}
"""The types of credit that have another name than our role."""
REPORTED = "Reported to the project"
EXPLOITS = {
    "none": "No exploitation is known.",
    "poc": "A proof of concept is public.",
    "active": "It is exploited.",
}
"""What is said of each state of exploitation."""
EXTENSION = frozenset(
    {
        "ids.ghsa",
        "ids.upstream",
        "ids.aliases",
        "ids.related",
        "ids.other",
        "weakness.role",
        "weakness.cwe",
        "score.vector",
        "score.source",
        "score.component",
        "exploitation",
        "component.key",
        "component.scheme",
        "component.kind",
        "component.fork_of",
        "component.ecosystem",
        "component.package",
        "component.config",
        "component.line",
        "component.statement",
        "credit.name",
        "credit.org",
        "credit.url",
        "credit.github",
        "credit.consent",
        "credit.role",
    }
)
"""The fields that the record format has no place for; they stand in ``x_midstream`` of the container."""


def write(*, record: Advisory, publisher: Publisher, releases: Sequence[Release], now: datetime) -> cve.CveRecord:
    """Return the record's CVE Record; one of a rejected record says why.

    It can be checked and sent only when the record has a CVE id and the publisher a CNA's organisation id.
    """
    del now  # the dates are the record's own, so that the same record has the same bytes at any time
    rejected = record.state == "rejected"
    metadata = cve.Metadata(
        cve_id=record.ids.cve,
        assigner_org_id=publisher.cna_org_id,
        assigner_short_name=publisher.cna_short,
        state="REJECTED" if rejected else "PUBLISHED",
        date_reserved=_moment(record.dates.id_reserved),
    )
    provider = cve.Provider(org_id=publisher.cna_org_id, short_name=publisher.cna_short)
    if rejected:
        reason = record.reason or "This id was reserved and describes no vulnerability."
        cna = cve.Container(provider_metadata=provider, rejected_reasons=(cve.Text(lang="en", value=reason),))
        record = msgspec.structs.replace(record, foreign=tuple(filter(_may_be_in_rejected, record.foreign)))
    else:
        cna = _container(record, provider=provider, releases=releases)
    document = cve.CveRecord(
        data_type="CVE_RECORD",
        data_version=cve.DATA_VERSION,
        cve_metadata=metadata,
        containers=cve.Containers(cna=cna),
    )
    return with_foreign(document, record, target=TARGET)


def _may_be_in_rejected(value: Foreign) -> bool:
    """Return whether a container of a rejected id may hold the value: of its members, replacedBy and ``x_`` ones."""
    return not value.path.startswith("/containers/cna/") or value.path.startswith(
        ("/containers/cna/replacedBy/", "/containers/cna/x_")
    )


def _container(record: Advisory, *, provider: cve.Provider, releases: Sequence[Release]) -> cve.Container:
    affected: list[cve.Affected] = []
    for component in record.component:
        affected += _entries(record, component, releases=releases)
    return cve.Container(
        provider_metadata=provider,
        title=cut(record.title.get("en", ""), 256),
        date_public=_moment(record.dates.public),
        descriptions=_descriptions(record),
        affected=tuple(affected),
        problem_types=tuple(_problem(weakness.cwe) for weakness in record.weakness),
        impacts=_impacts(record),
        metrics=tuple(metric for score in record.score if (metric := _metric(score)) is not None),
        workarounds=tuple(
            _text(lang, text) for advice in record.workaround for lang, text in _english_first(advice.text)
        ),
        solutions=tuple(
            _text(lang, text) for advice in record.mitigation for lang, text in _english_first(advice.text)
        ),
        exploits=_exploits(record),
        timeline=_timeline(record),
        credits=tuple(_credit(credit) for credit in record.credit),
        references=tuple(
            cve.Reference(url=each.url, name=each.title, tags=(TAGS[each.kind],) if each.kind else ())
            for each in record.reference
        ),
        source=cve.Source(advisory=record.id) if record.id else None,
        x_midstream=write_extension(record, kept=EXTENSION),
    )


def _moment(moment: datetime | None) -> str:
    return write_moment(moment) if moment else ""


def _english_first(texts: dict[str, str]) -> list[tuple[str, str]]:
    return sorted(texts.items(), key=lambda pair: (pair[0] != "en", pair[0]))


def _text(lang: str, markdown: str) -> cve.Text:
    """Return the text without markup, and beside it as Markdown where that says more."""
    value = cut(plain(markdown) or markdown, 4096)
    media = () if value == markdown else (cve.Media(type="text/markdown", value=cut(markdown, 16384)),)
    return cve.Text(lang=lang, value=value, supporting_media=media)


def _descriptions(record: Advisory) -> tuple[cve.Text, ...]:
    """Return one description for each language: the summary and the details in one text, and each as it was written."""
    found = []
    for lang in sorted({*record.summary, *record.details}, key=lambda name: (name != "en", name)):
        summary, details = record.summary.get(lang, ""), record.details.get(lang, "")
        value = "\n\n".join(part for part in (plain(summary) or summary, plain(details) or details) if part)
        media = [cve.Media(type="text/plain", value=cut(summary, 16384))] if summary else []
        media += [cve.Media(type="text/markdown", value=cut(details, 16384))] if details else []
        found.append(cve.Text(lang=lang, value=cut(value, 4096), supporting_media=tuple(media)))
    if not any(text.lang == "en" for text in found) and record.title.get("en"):
        found.insert(0, cve.Text(lang="en", value=cut(record.title["en"], 4096)))
    return tuple(found)


def _problem(cwe: int) -> cve.ProblemType:
    words = f"CWE-{cwe} {name_of(cwe)}".strip()
    return cve.ProblemType(descriptions=(cve.Problem(lang="en", cwe_id=f"CWE-{cwe}", type="CWE", description=words),))


def _impacts(record: Advisory) -> tuple[cve.Impact, ...]:
    texts = tuple(_text(lang, text) for lang, text in sorted(record.impact.items()))
    if not record.attack_pattern:
        return (cve.Impact(descriptions=texts),) if texts else ()
    names = [f"CAPEC-{capec}" for capec in record.attack_pattern]
    return tuple(cve.Impact(capec_id=name, descriptions=texts or (cve.Text(lang="en", value=name),)) for name in names)


def _metric(score: Score) -> cve.Metric | None:
    found = scored(score.vector)
    if found is None:
        return None
    if found.version == "4.0":
        return cve.Metric(format="CVSS", cvss_4_0=found.json)
    if found.version == "3.1":
        return cve.Metric(format="CVSS", cvss_3_1=found.json)
    return cve.Metric(format="CVSS", cvss_3_0=found.json)


def _exploits(record: Advisory) -> tuple[cve.Text, ...]:
    words = EXPLOITS.get(record.exploitation.status, "")
    return (cve.Text(lang="en", value=words),) if words else ()


def _timeline(record: Advisory) -> tuple[cve.Moment, ...]:
    reported = record.dates.reported
    return (cve.Moment(time=write_moment(reported), lang="en", value=REPORTED),) if reported else ()


def _credit(credit: Credit) -> cve.Credit:
    return cve.Credit(lang="en", value=credit.name or credit.org, type=CREDITS.get(credit.role, credit.role))


def _entries(record: Advisory, component: Component, *, releases: Sequence[Release]) -> list[cve.Affected]:
    versions = _versions(record, component, releases=releases)
    is_known = bool(component.line or component.statement)
    found = [
        cve.Affected(
            vendor=component.vendor or "n/a",
            product=component.name or "n/a",
            package_url=component.purl if _has_no_version(component.purl) else "",
            repo=component.repo,
            cpes=(component.cpe,) if component.cpe else (),
            modules=component.modules,
            program_files=component.paths,
            program_routines=tuple(cve.Routine(name=name) for name in component.routines),
            platforms=component.platforms,
            default_status="unaffected" if is_known else "unknown",
            versions=versions,
        )
    ]
    commits = _commits(component)
    if commits:
        found.append(
            cve.Affected(
                vendor=component.vendor or "n/a",
                product=component.name or "n/a",
                repo=component.repo,
                default_status="unaffected",
                versions=commits,
            )
        )
    return found


def _has_no_version(purl: str) -> bool:
    try:
        return bool(purl) and not PackageURL.from_string(purl).version
    except ValueError:
        return False


def _versions(record: Advisory, component: Component, *, releases: Sequence[Release]) -> tuple[cve.Version, ...]:
    found: list[cve.Version] = []
    words: dict[str, frozenset[Verdict]] = {"affected": frozenset({"affected"}), "unknown": UNSURE}
    rows = judged(record=record, component=component, releases=releases)
    unplaced = [row for row in rows if key_of(scheme=component.scheme, version=row.release.version) is None]
    for word, counts in words.items():
        runs = runs_of(rows, component=component, counts=counts)
        found += [_range(span, status=word, scheme=component.scheme) for span in runs]
        found += [cve.Version(version=row.release.version, status=word) for row in unplaced if row.verdict in counts]
    return tuple(found)


def _range(span: Span, *, status: str, scheme: str) -> cve.Version:
    return cve.Version(
        version=span.start,
        status=status,
        version_type="semver" if scheme in ("semver", "") else "custom",
        less_than=span.end or "*",
    )


def _commits(component: Component) -> tuple[cve.Version, ...]:
    """Return a range of commits for each branch: from where the flaw came in to the commit that fixed the branch."""
    events = git_events(component)
    if events is None:
        return ()
    found: dict[tuple[str, str], cve.Version] = {}
    for line in component.line:
        if line.status != "fixed" or not line.fix or not line.fix[-1].sha:
            continue
        start = (line.introduced or (BEGINNING,))[0]
        end = line.fix[-1].sha
        if start != end:
            found[start, end] = cve.Version(version=start, status="affected", version_type="git", less_than=end)
    if not found:
        start = events.introduced[0]
        found[start, "*"] = cve.Version(version=start, status="affected", version_type="git", less_than="*")
    return tuple(found.values())
