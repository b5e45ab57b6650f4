"""The public part of a record as an entry of the catalogue, from which the public site is made."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from midstream.advisories.record import Advisory, Component, Line, Publisher, Release
from midstream.advisories.verdicts import fixed_from, own_fixes, verdicts_of
from midstream.formats.base.cvss import scored
from midstream.formats.base.cwe import name_of
from midstream.formats.catalogue import document as out


def entry_of(record: Advisory, *, releases: Sequence[Release], severity: str = "") -> out.Entry:
    """Return the entry of a public record; its documents are added by whoever makes them.

    `record` is the public part already. `severity` is the project's own word, for a record without a vector.
    """
    scores = tuple(_score(each.vector, each.source) for each in record.score)
    worst = max(scores, key=lambda each: each.score or 0.0, default=None)
    public = record.dates.public or next((each.at for each in record.revision if each.at), None)
    if public is None:
        raise ValueError(record.id)  # only public records are asked for, and each has its moment
    published = public
    moments = [each.at for each in record.revision if each.at]
    return out.Entry(
        summary=out.Summary(
            id=record.id,
            title=_english(record.title) or record.id,
            published_at=published,
            modified_at=max([*moments, published]),
            severity=_severity(worst.severity if worst else severity),
            summary=_english(record.summary),
            fix=state_of_fix(record),
            score=worst.score if worst else None,
            aliases=tuple(
                dict.fromkeys(each for each in (record.ids.cve, record.ids.ghsa, *record.ids.aliases) if each)
            ),
            withdrawn_at=record.dates.withdrawn or (published if record.state in ("withdrawn", "rejected") else None),
            affected=tuple(_affected(record, each, releases) for each in record.component),
        ),
        details=_english(record.details),
        impact=_english(record.impact),
        workarounds=tuple(_english(each.text) for each in record.workaround),
        mitigations=tuple(_english(each.text) for each in record.mitigation),
        components=tuple(dict.fromkeys(path for each in record.component for path in (*each.paths, *each.modules))),
        weaknesses=tuple(f"CWE-{each.cwe}: {name_of(each.cwe)}".rstrip(": ") for each in record.weakness),
        scores=scores,
        references=tuple(
            out.Reference(url=each.url, title=each.title, kind=each.kind or "web") for each in record.reference
        ),
        credits=tuple(
            out.Credit(name=", ".join(part for part in (each.name, each.org) if part), role=each.role)
            for each in record.credit
        ),
        revisions=tuple(
            out.Revision(number=each.number, at=each.at, summary=each.summary) for each in record.revision if each.at
        ),
    )


def state_of_fix(record: Advisory) -> str:
    """Return in sentences where the fix stands on every branch with the flaw, and never better than it is.

    Of branches that were cut with the fix, and never had the flaw, nothing is said.
    """
    if record.state in ("withdrawn", "rejected"):
        return "This advisory was withdrawn: nothing is affected."
    fixed: list[str] = []
    merged: list[str] = []
    groups: dict[str, list[str]] = {each: [] for each in _GROUPS}
    own = {id(line) for _, line, _ in own_fixes(record)}
    for component in record.component:
        for line in component.line:
            if line.status == "fixed" and (release := fixed_from(line, scheme=component.scheme)):
                fixed += [release] if id(line) in own else []
            elif line.status == "fixed":
                merged.append(line.branch)
            elif line.status in groups:
                groups[line.status].append(line.branch)
    parts: list[str] = []
    if fixed:
        parts.append(f"Fixed in {_listed(in_order(set(fixed)))}.")
    if merged:
        parts.append(f"The fix is in {_listed(merged)}, and in no release of it yet.")
    parts += [_GROUPS[each].format(_listed(names)) for each, names in groups.items() if names]
    if not parts and (clean := [line.branch for each in record.component for line in each.line if line.status]):
        parts.append(f"Not affected: {_listed(list(dict.fromkeys(clean)))}.")
    return " ".join(parts) or "Nobody has said yet which branches are affected."


_NEVER = datetime.max.replace(tzinfo=UTC)
_GROUPS = {
    "affected": "No fix on {}.",
    "wont_fix": "Will not be fixed on {}.",
    "eol": "Support ended without a fix on {}.",
    "investigating": "Being looked into: {}.",
}
"""How the branches of each status that has no fix are told, the gravest first."""


def catalogue_publisher(publisher: Publisher) -> out.Publisher:
    """Return who publishes, as the catalogue says it."""
    return out.Publisher(
        name=publisher.name, url=publisher.namespace, contact=publisher.contact, base_url=publisher.base_url
    )


def product_of(
    component: Component, *, releases: Sequence[Release], branches: Sequence[out.Branch], name: str = ""
) -> out.Product:
    """Return a component as a product of the catalogue, with its releases in the order they came out."""
    own = [each for each in releases if each.component == component.key]
    own.sort(key=lambda each: (each.at is None, each.at or _NEVER, each.version))
    return out.Product(
        key=component.key,
        name=name or component.name,
        repository=component.repo,
        purl=component.purl,
        branches=tuple(branches),
        releases=tuple(
            out.Release(
                version=each.version,
                tag=each.tag,
                branch=each.branch,
                released_on=each.at.date() if each.at else None,
                commit=each.sha,
            )
            for each in own
        ),
    )


def _affected(record: Advisory, component: Component, releases: Sequence[Release]) -> out.Affected:
    own = [each for each in releases if each.component == component.key]
    return out.Affected(
        product=component.key,
        lines=tuple(_line(line, component) for line in component.line),
        verdicts=dict(
            zip(
                (each.version for each in own),
                verdicts_of(record=record, component=component, releases=own),
                strict=True,
            )
        ),
    )


def _line(line: Line, component: Component) -> out.Line:
    note = line.note or ("" if line.status != "fixed" or fixed_from(line, scheme=component.scheme) else _UNRELEASED)
    return out.Line(
        branch=line.branch,
        status="affected" if note == _UNRELEASED else line.status or "unknown",
        introduced=line.first,
        fixed_in=fixed_from(line, scheme=component.scheme),
        commits=tuple(dict.fromkeys(fix.sha for fix in line.fix if fix.sha)),
        note=note,
    )


_UNRELEASED = "The fix is merged, and in no release of this branch yet."


def _score(vector: str, source: str) -> out.Score:
    found = scored(vector)
    if found is None:
        return out.Score(vector=vector, source=source)
    return out.Score(vector=vector, score=found.score, severity=_severity(found.severity), source=source)


_WORDS: dict[str, out.Severity] = {
    "none": "none",
    "low": "low",
    "medium": "medium",
    "high": "high",
    "critical": "critical",
}


def _severity(word: str) -> out.Severity:
    return _WORDS.get(word, "unknown")


def _english(texts: dict[str, str]) -> str:
    return texts.get("en") or next(iter(texts.values()), "")


def in_order(versions: Iterable[str]) -> list[str]:
    """Return versions by their numbers: 2.1.10 behind 2.1.9, on whatever day each came out."""
    return sorted(versions, key=lambda version: (_place(version), version))


def _place(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"[0-9]{1,18}", version)]


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
