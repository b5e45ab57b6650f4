"""Zephyr's pages: the entry of a record for the living page and for the notes of a release."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from midstream.advisories.public import is_public
from midstream.advisories.reading import Provenance, Reading
from midstream.advisories.record import Advisory, Component, Dates, Fix, Ids, Publisher, Release
from midstream.advisories.targets.target import Target, file_stem, timeless
from midstream.advisories.targets.telling import english, publishable
from midstream.advisories.verdicts import fixed_from, own_fixes
from midstream.formats.base.blocks import find_blocks
from midstream.formats.base.fault import DocumentError, Fault
from midstream.formats.base.visible import one_line
from midstream.formats.zephyr import entry as zephyr
from midstream.formats.zephyr.page import place
from midstream.formats.zephyr.read import read_entry

NAME: Final = "zephyr"
PLACES: Final = {
    "ids.cve": "heading",
    "ids.ghsa": "bug tracker line",
    "title.en": "first paragraph",
}
_GHSA_PAGE: Final = "/security/advisories/"
_UPSTREAM: Final = {"main", "master"}


def write(*, record: Advisory, publisher: Publisher, releases: Sequence[Release], now: datetime) -> zephyr.Entry:  # noqa: ARG001 - the lines say which releases
    """The entry of the record; before it is public, the id and the day the embargo ends and nothing else."""
    if not is_public(record, now=now):
        until = record.dates.embargo_until
        if until is None or not record.distribution.placeholder:
            raise DocumentError(
                "the record is not public, and nothing may stand in its place",
                where=record.id,
                hint="Wait until it is public, or let the record have a placeholder with the end of its embargo.",
            )
        return zephyr.Entry(cve=record.ids.cve, embargo_until=until.astimezone(UTC).date())
    record = publishable(record, now=now)
    tracker, url = _tracker(record)
    return zephyr.Entry(
        cve=record.ids.cve,
        title=one_line(english(record.title)),
        text="\n\n".join(text for text in (english(record.details), english(record.impact)) if text),
        tracker=tracker,
        tracker_url=url,
        fixed=_fixed(record),
        fixes=tuple(
            zephyr.Fix(branch=_branch(line.branch), url=_url(component, fix), pr=_number(fix.pr), sha=fix.sha)
            for component, line, fix in own_fixes(record)
            if _url(component, fix)
        ),
        unfixed=tuple(
            line.branch
            for component in record.component
            for line in component.line
            if line.status in ("affected", "wont_fix", "eol")
        ),
    )


def read(entry: zephyr.Entry) -> Reading:
    """What the entry tells: ids, title, the end of an embargo; whose branches the fixes are it does not tell."""
    until = entry.embargo_until
    partial = Advisory(
        ids=Ids(cve=entry.cve, ghsa=entry.tracker if entry.tracker.startswith("GHSA-") else ""),
        title={"en": entry.title} if entry.title else {},
        dates=Dates(embargo_until=datetime(until.year, until.month, until.day, tzinfo=UTC) if until else None),
    )
    return Reading(partial=partial, provenance=Provenance(target=NAME, places=dict(PLACES)))


def check(entry: zephyr.Entry) -> tuple[Fault, ...]:
    """What the page cannot show: no CVE id, no title, more than the day under embargo, a fix without an address."""
    found = []
    if not zephyr.CVE.fullmatch(entry.cve):
        found.append(Fault(rule="zephyr.cve", path="heading", sentence="the page sorts by CVE id, and there is none"))
    if entry.embargo_until is None and not entry.title:
        found.append(Fault(rule="zephyr.title", path="first paragraph", sentence="the entry has no title"))
    if entry.embargo_until is not None and entry != zephyr.Entry(cve=entry.cve, embargo_until=entry.embargo_until):
        found.append(
            Fault(rule="zephyr.embargo", path="first paragraph", sentence="under embargo only id and day are told")
        )
    for number, fix in enumerate(entry.fixes):
        if not re.match(r"https?://", fix.url):
            found.append(
                Fault(rule="zephyr.fix", path=f"fix {number}", sentence=f"the fix for {fix.branch} has no address")
            )
    return tuple(found)


def field_of(_: zephyr.Entry, path: str) -> str:
    """The field of the record that a part of the entry comes from."""
    if path.startswith("fix "):
        return "component.line.fix.pr"
    return {"heading": "ids.cve", "first paragraph": "title.en", "bug tracker line": "ids.ghsa"}.get(path, "details")


def dump(entry: zephyr.Entry) -> bytes:
    """A page that holds nothing but the entry, in its chapter."""
    year, _ = zephyr.number_of(entry.cve)
    empty = f"CVE-{year}\n########\n"
    able = zephyr.Abilities(has_cve_role=True)
    return place(page=empty, entry=entry, able=able).encode()


def load(raw: bytes) -> zephyr.Entry:
    """The entry of such a page, or of the first block of another; DocumentError when there is none."""
    try:
        lines = raw.decode().replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError as error:
        raise DocumentError(f"byte {error.start} is not UTF-8", where="the page", hint="Save it in UTF-8.") from None
    for name, (first, last) in find_blocks(lines).items():
        if zephyr.CVE.fullmatch(name):
            return msgspec.structs.replace(read_entry("\n".join(lines[first + 2 : last - 1])), cve=name)
    raise DocumentError("the page has no block of ours", where="the page", hint="Look for '.. midstream: begin CVE-'.")


def _tracker(record: Advisory) -> tuple[str, str]:
    """The id and the address for the line of the bug tracker; empty without an advisory at GitHub."""
    if not record.ids.ghsa:
        return "", ""
    pages = [each.url for each in record.reference if _GHSA_PAGE in each.url]
    known = next((url for url in pages if record.ids.ghsa.lower() in url.lower()), "")
    repo = next((each.repo for each in record.component if each.repo.startswith("https://github.com/")), "")
    if repo:
        return record.ids.ghsa, known or f"{repo.removesuffix('.git')}{_GHSA_PAGE}{record.ids.ghsa}"
    return record.ids.ghsa, known or f"https://github.com/advisories/{record.ids.ghsa}"


def _fixed(record: Advisory) -> str:
    """The sentence about the releases that have the fix."""
    own = {id(line) for _, line, _ in own_fixes(record)}
    found = [
        (line.branch, fixed)
        for component in record.component
        for line in component.line
        if id(line) in own and (fixed := fixed_from(line, scheme=component.scheme))
    ]
    main = [version for branch, version in found if branch in _UPSTREAM]
    others = list(dict.fromkeys(version for branch, version in found if version not in main))
    words = [f"main for v{main[0].removeprefix('v')}"] if main else []
    words += [f"v{version.removeprefix('v')}" for version in others]
    if not words:
        return ""
    return f"This has been fixed in {words[0] if len(words) == 1 else ', '.join(words[:-1]) + ' and ' + words[-1]}"


def _branch(name: str) -> str:
    """A branch as the page names it: ``v4.0-branch`` is 4.0."""
    found = re.fullmatch(r"v([0-9]+\.[0-9]+)-branch", name)
    return found[1] if found else name


def _number(pr: str) -> str:
    found = re.search(r"(?:/pull/|^#?)([0-9]+)/?$", pr)
    return found[1] if found else ""


def _url(component: Component, fix: Fix) -> str:
    repo = component.repo.removesuffix(".git").rstrip("/")
    if re.match(r"https?://", fix.pr):
        return fix.pr
    if _number(fix.pr) and repo:
        return f"{repo}/pull/{_number(fix.pr)}"
    return f"{repo}/commit/{fix.sha}" if repo and fix.sha else ""


def lacks(record: Advisory, publisher: Publisher) -> str:
    """Why the record can have no place on the page, in a sentence; empty when it can."""
    del publisher
    if not zephyr.CVE.fullmatch(record.ids.cve):
        return "the page sorts by CVE id, and the record has none (ids.cve)"
    is_told = record.state in ("published", "withdrawn", "rejected")
    if not is_told and not (record.distribution.placeholder and record.dates.embargo_until):
        return "the record is not public, and has no placeholder (distribution.placeholder)"
    return ""


TARGET: Final = Target(
    name=NAME,
    title="Zephyr's vulnerability page",
    media_type="text/x-rst",
    is_public=True,
    file_name=lambda record: f"{file_stem(record.ids.cve or record.id).lower()}.zephyr.rst",
    write=write,
    dump=dump,
    load=load,
    read=read,
    check=timeless(check),
    field_of=field_of,
    places=PLACES,
    lacks=lacks,
)
