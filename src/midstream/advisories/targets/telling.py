"""What several targets tell of a record in the same words: names, moments, and what holds for which releases."""

import functools
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
from packageurl import PackageURL

from midstream.advisories.public import is_public, public_part
from midstream.advisories.ranges import judged
from midstream.advisories.record import Advisory, Component, Justification, Line, Release, Verdict
from midstream.advisories.verdicts import fixed_from, statement_on

ORDER: Final[tuple[Verdict, ...]] = ("affected", "fixed", "under_investigation", "not_affected")
"""How groups are told: first what asks for something."""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Releases for which the same holds. `reason` says why it is not affected, `action` what to do when it is."""

    verdict: Verdict
    justification: Justification = ""
    reason: str = ""
    action: str = ""
    will_not_fix: bool = False
    members: tuple[tuple[Component, Release], ...] = ()


def groups(*, record: Advisory, releases: Sequence[Release]) -> tuple[Group, ...]:
    """The releases of the calendar of which the record says something, grouped, in the order of `ORDER`."""
    found: dict[Group, list[tuple[Component, Release]]] = {}
    for component in record.component:
        for row in judged(record=record, component=component, releases=releases):
            if row.is_real and row.verdict != "unknown":
                group = _group(record, component, row.release, row.verdict)
                found.setdefault(group, []).append((component, row.release))
    made = [msgspec.structs.replace(group, members=tuple(rows)) for group, rows in found.items()]
    return tuple(sorted(made, key=lambda group: ORDER.index(group.verdict)))


def _group(record: Advisory, component: Component, release: Release, verdict: Verdict) -> Group:
    """The group of one release, without its members."""
    statement = statement_on(component=component, release=release)
    line = next((each for each in component.line if each.branch == release.branch), None)
    if verdict == "affected":
        action = statement.action if statement and statement.action else action_for(record, component, line)
        return Group(
            verdict=verdict, action=action, will_not_fix=line is not None and line.status in ("wont_fix", "eol")
        )
    if verdict == "not_affected":
        justification: Justification = statement.justification if statement else line.justification if line else ""
        reason = statement.detail if statement else line.note if line else ""
        return Group(
            verdict=verdict,
            justification=justification,
            reason=reason or ("" if justification else _why(record, line, release)),
        )
    return Group(verdict=verdict, reason=statement.detail if statement else "")


def _why(record: Advisory, line: Line | None, release: Release) -> str:
    """Why a release is not affected where nobody wrote it down: what follows from the lines."""
    if record.state in ("withdrawn", "rejected"):
        return record.reason or f"The advisory was {record.state}."
    if line is not None and line.first:
        return f"The flaw came into {line.branch} with {line.first}, after {release.version}."
    return f"{release.version} does not have the flaw."


def action_for(record: Advisory, component: Component, line: Line | None) -> str:
    """What users of an affected release should do: update, work around, or move to a branch that has a fix."""
    parts = []
    fixed = fixed_from(line, scheme=component.scheme) if line else ""
    if line is None:
        pass
    elif fixed:
        parts.append(f"Update to {fixed}.")
    elif line.status == "eol":
        parts.append(f"{line.branch} is no longer supported and gets no fix; move to a supported branch.")
    elif line.status == "wont_fix":
        parts.append(f"No fix is planned for {line.branch}.")
    else:
        parts.append(f"No release of {line.branch} has the fix yet.")
    parts += [text for advice in (*record.workaround, *record.mitigation) if (text := english(advice.text))]
    return " ".join(parts) or "No fix and no workaround is known yet."


def publishable(record: Advisory, *, now: datetime) -> Advisory:
    """What will be public of the record once it is: for documents that are handed out or drafted under embargo.

    Nothing private stands in them, and nobody is named who did not agree.
    """
    if is_public(record, now=now):
        return public_part(record, now=now)
    opened = msgspec.structs.replace(
        record, state="published", dates=msgspec.structs.replace(record.dates, public=None)
    )
    found = public_part(opened, now=now)
    dates = msgspec.structs.replace(found.dates, public=record.dates.public)
    return msgspec.structs.replace(found, state=record.state, dates=dates)


def english(texts: dict[str, str]) -> str:
    """The English text, or the first there is; empty when there is none."""
    return texts.get("en") or next(iter(texts.values()), "")


def name_of(record: Advisory) -> str:
    """What the vulnerability is called: its CVE id, else its GHSA id, else ours."""
    return record.ids.cve or record.ids.ghsa or record.id


def other_names(record: Advisory) -> tuple[str, ...]:
    """The other ids of the same flaw, without `name_of`."""
    found = (record.ids.cve, record.ids.ghsa, *record.ids.aliases)
    return tuple(dict.fromkeys(each for each in found if each and each != name_of(record)))


def begun_at(record: Advisory, *, now: datetime) -> datetime:
    """When the record was first published; `now` while it was not."""
    moments = [record.dates.public, *(each.at for each in record.revision)]
    return min((moment for moment in moments if moment is not None), default=now)


def changed_at(record: Advisory, *, now: datetime) -> datetime:
    """When what is published of the record last changed; never the moment a document was made again."""
    moments = [record.dates.public, record.dates.withdrawn, *(each.at for each in record.revision)]
    return max((moment for moment in moments if moment is not None), default=now)


def version_number(record: Advisory) -> int:
    """How many published states there are, counted from 1: for formats whose versions are whole numbers."""
    return max(1, len(record.revision))


@functools.lru_cache(maxsize=8192)  # every advisory of a product names the same releases
def versioned(purl: str, version: str) -> str:
    """The package URL of one release; as it was when it cannot be read."""
    try:
        return PackageURL.from_string(purl)._replace(version=version).to_string()
    except ValueError:
        return purl
