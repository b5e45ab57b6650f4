"""OSV documents read leniently, for matching: what one entry of a feed says, and what of it cannot be read.

A feed is written by many hands. One field of the wrong shape must not hide the rest of the entry, so each part is
decoded by itself, and what fails is told as a fault. (OSV format 1.7, "affected".)
"""

from collections.abc import Iterator
from typing import TypeVar

import msgspec

_Found = TypeVar("_Found")
_Else = TypeVar("_Else")


class Feed(msgspec.Struct, kw_only=True):
    """One entry: what matching needs, and the faults found on the way."""

    id: str
    modified: str = ""
    withdrawn: str = ""
    aliases: list[str] = []
    summary: str = ""
    severity: str = ""
    affected: list["Affected"] = []
    label: str = ""  # the TLP label, where the entry says one
    faults: list[str] = []


class Affected(msgspec.Struct, kw_only=True):
    """One package, or none for a repository alone, with its ranges and versions."""

    ecosystem: str
    name: str
    ranges: list["Range"] = []
    versions: list[str] = []
    commits: list[str] = []  # precomputed: every affected commit, by its id
    faults: list[str] = []


class Range(msgspec.Struct, kw_only=True):
    """One range: its type (SEMVER, ECOSYSTEM, GIT), the repository of a GIT one, and its events as word and version."""

    type: str
    repo: str = ""
    events: list[tuple[str, str]] = []
    tagged: list[tuple[str, str]] = []  # the same events by tag, as converters of CVE records add them


class _Entry(msgspec.Struct):
    id: str
    modified: str | None = None
    withdrawn: str | None = None
    aliases: msgspec.Raw = msgspec.Raw(b"[]")
    upstream: msgspec.Raw = msgspec.Raw(b"[]")
    summary: msgspec.Raw = msgspec.Raw(b'""')
    severity: msgspec.Raw = msgspec.Raw(b"[]")
    affected: msgspec.Raw = msgspec.Raw(b"[]")
    database_specific: msgspec.Raw = msgspec.Raw(b"{}")


class _Package(msgspec.Struct):
    ecosystem: str
    name: str


class _Affected(msgspec.Struct):
    package: msgspec.Raw = msgspec.Raw(b"null")
    ranges: msgspec.Raw = msgspec.Raw(b"[]")
    versions: msgspec.Raw = msgspec.Raw(b"[]")
    database_specific: msgspec.Raw = msgspec.Raw(b"{}")


class _Versions(msgspec.Struct):
    versions: list[dict[str, str]] = []


class _Range(msgspec.Struct):
    type: str
    events: list[dict[str, str]]
    repo: str | None = None
    database_specific: msgspec.Raw = msgspec.Raw(b"{}")


class _Severity(msgspec.Struct):
    score: str
    type: str = ""


class _Label(msgspec.Struct):
    tlp: str = ""
    severity: str = ""


class _Commits(msgspec.Struct):
    commits: list[str] = []


_ENTRY = msgspec.json.Decoder(_Entry)
_AFFECTED = msgspec.json.Decoder(list[_Affected])
_RAWS: msgspec.json.Decoder[list[msgspec.Raw]] = msgspec.json.Decoder(list[msgspec.Raw])
_ONE_AFFECTED = msgspec.json.Decoder(_Affected)
_PACKAGE = msgspec.json.Decoder(_Package | None)
_RANGES = msgspec.json.Decoder(list[_Range])
_ONE_RANGE = msgspec.json.Decoder(_Range)
_TEXTS = msgspec.json.Decoder(list[str])
_TEXT = msgspec.json.Decoder(str)
_SEVERITIES = msgspec.json.Decoder(list[_Severity])
_LABEL = msgspec.json.Decoder(_Label)
_TAGGED = msgspec.json.Decoder(_Versions)
_COMMIT_LIST = msgspec.json.Decoder(_Commits)


def read_entry(data: bytes) -> Feed:
    """Return one entry from its JSON; raise `ValueError` when it is none at all: no JSON, or no id."""
    try:
        entry = _ENTRY.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(str(error)) from None
    faults: list[str] = []
    label = _tried(_LABEL, entry.database_specific, _Label(), "", [])
    severities = _tried(_SEVERITIES, entry.severity, [], "severity", faults)
    return Feed(
        id=entry.id,
        modified=entry.modified or "",
        withdrawn=entry.withdrawn or "",
        aliases=[*_tried(_TEXTS, entry.aliases, [], "aliases", faults), *_copied(entry, faults)],
        summary=_tried(_TEXT, entry.summary, "", "summary", faults),
        severity=severities[-1].score if severities else label.severity,
        affected=list(_affected(entry.affected, faults)),
        label=label.tlp,
        faults=faults,
    )


def _copied(entry: _Entry, faults: list[str]) -> list[str]:
    """Return the upstream id that an entry is a distribution's copy of: CVE-2026-1 for DEBIAN-CVE-2026-1.

    Such an entry is the same vulnerability, told of the distribution's packages. Other upstream ids are others: an
    advisory may have many.
    """
    if "-CVE-" not in entry.id:
        return []
    upstream = _tried(_TEXTS, entry.upstream, [], "upstream", faults)
    return [name for name in upstream if entry.id.endswith(f"-{name}")]


def _affected(raw: msgspec.Raw, faults: list[str]) -> Iterator[Affected]:
    try:
        entries = _AFFECTED.decode(raw)
    except (msgspec.MsgspecError, RecursionError):
        entries = []
        parts: list[msgspec.Raw] = _tried(_RAWS, raw, [], "affected", faults)
        for place, part in enumerate(parts):
            found = _tried(_ONE_AFFECTED, part, None, f"affected[{place}]", faults)
            if found is not None:
                entries.append(found)
    for place, found in enumerate(entries):
        yield _one(found, f"affected[{place}]", faults)


def _one(entry: _Affected, place: str, faults: list[str]) -> Affected:
    own: list[str] = []
    package = _tried(_PACKAGE, entry.package, None, f"{place}.package", own)
    specific = bytes(entry.database_specific)
    found = Affected(
        ecosystem=package.ecosystem if package else "",
        name=package.name if package else "",
        ranges=list(_ranges(entry.ranges, f"{place}.ranges", own)),
        versions=_tried(_TEXTS, entry.versions, [], f"{place}.versions", own),
        commits=_tried(_COMMIT_LIST, specific, _Commits(), "", []).commits if b'"commits"' in specific else [],
        faults=own,
    )
    faults += own
    return found


def _ranges(raw: msgspec.Raw, place: str, faults: list[str]) -> Iterator[Range]:
    try:
        ranges = _RANGES.decode(raw)
    except (msgspec.MsgspecError, RecursionError):
        parts: list[msgspec.Raw] = _tried(_RAWS, raw, [], place, faults)
        tried = [_tried(_ONE_RANGE, part, None, f"{place}[{count}]", faults) for count, part in enumerate(parts)]
        ranges = [each for each in tried if each is not None]
    for each in ranges:
        specific = bytes(each.database_specific)
        tagged = _tried(_TAGGED, specific, _Versions(), "", []).versions if b'"versions"' in specific else []
        yield Range(
            type=each.type,
            repo=each.repo or "",
            events=[pair for event in each.events for pair in event.items()],
            tagged=[pair for event in tagged for pair in event.items()],
        )


def _tried(
    decoder: msgspec.json.Decoder[_Found], raw: bytes | msgspec.Raw, otherwise: _Else, place: str, faults: list[str]
) -> _Found | _Else:
    """Return what decodes, else `otherwise` after the fault was noted."""
    try:
        return decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        faults.append(f"{place}: {error}")
        return otherwise
