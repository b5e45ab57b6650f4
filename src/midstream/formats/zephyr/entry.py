"""One vulnerability as Zephyr's pages tell it, and what the Sphinx of a branch can do with it."""

import re
from datetime import date
from typing import Final, Literal

import msgspec

from midstream.formats.base import rst
from midstream.formats.base.fault import DocumentError
from midstream.formats.base.visible import one_line

CVE: Final = re.compile(r"CVE-([0-9]{4})-([0-9]{4,19})")
_CVE_PAGE: Final = "https://www.cve.org/CVERecord?id="


class Abilities(msgspec.Struct, frozen=True, kw_only=True):
    """What the documentation build of one branch knows."""

    has_cve_role: bool


def abilities(*, sphinx: str) -> Abilities:
    """The abilities of a Sphinx version such as ``7.4.7``; the ``:cve:`` role came with 8.1 (Sphinx, CHANGES 8.1.0)."""
    found = re.match(r"([0-9]+)(?:\.([0-9]+))?", sphinx)
    if found is None:
        raise DocumentError(
            f"{sphinx!r} is no version", where="Sphinx", hint="Give it as its requirements file has it: 7.4.7."
        )
    return Abilities(has_cve_role=(int(found[1]), int(found[2] or 0)) >= (8, 1))


class Fix(msgspec.Struct, frozen=True, kw_only=True):
    """The change that fixes one branch: a pull request by its number, or a commit when there is none."""

    branch: str
    url: str
    pr: str = ""
    sha: str = ""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of one vulnerability. With `embargo_until`, only that: the id and the day."""

    cve: str
    title: str = ""
    text: str = ""
    tracker: str = ""
    tracker_url: str = ""
    fixed: str = ""
    fixes: tuple[Fix, ...] = ()
    unfixed: tuple[str, ...] = ()
    embargo_until: date | None = None


def number_of(cve: str) -> tuple[int, int]:
    """Year and number of a CVE id, by which entries are sorted; DocumentError when it is none."""
    found = CVE.fullmatch(cve)
    if found is None:
        raise DocumentError(f"{cve!r} is no CVE id", where="ids.cve", hint="Reserve a CVE id before the page is made.")
    return int(found[1]), int(found[2])


def title_of(cve: str, *, able: Abilities) -> str:
    """The id as the branch can show it: with the role where there is one."""
    number_of(cve)
    return f":cve:`{cve.removeprefix('CVE-')}`" if able.has_cve_role else cve


def page_lines(entry: Entry, *, able: Abilities, mark: str) -> list[str]:
    """The lines of the entry on the living page, its heading underlined with `mark`."""
    lines = rst.heading(title_of(entry.cve, able=able), mark=mark)
    if entry.embargo_until is not None:
        return [*lines, "", embargo_line(entry.embargo_until)]
    lines += ["", *rst.wrapped(entry.title)]
    if entry.text:
        lines += ["", *rst.prose(entry.text)]
    if not able.has_cve_role:
        lines += ["", f"- {rst.link(entry.cve, _CVE_PAGE + entry.cve)}"]
    if entry.tracker:
        lines += ["", *_item(f"Zephyr project bug tracker {entry.tracker}", entry.tracker_url, bullet="-")]
    if entry.fixed:
        lines += ["", *rst.wrapped(entry.fixed)]
    for fix in entry.fixes:
        lines += ["", *_item(fix_words(fix), fix.url, bullet="-")]
    for branch in entry.unfixed:
        lines += ["", f"- {rst.escape(f'This issue has not been fixed in {branch}.')}"]
    return lines


def note_lines(entry: Entry, *, able: Abilities) -> list[str]:
    """The lines of the entry in the notes of a release: one item of a list."""
    name = title_of(entry.cve, able=able)
    if entry.embargo_until is not None:
        return [f"* {name}: {embargo_line(entry.embargo_until)}"]
    target = entry.tracker_url or _CVE_PAGE + entry.cve
    return [line.replace("* ", f"* {name} ", 1) for line in _item(entry.title, target, bullet="*")[:1]] + _item(
        entry.title, target, bullet="*"
    )[1:]


def embargo_line(day: date) -> str:
    """What stands for everything else until the embargo ends."""
    return f"Under embargo until {day.isoformat()}"


def fix_words(fix: Fix) -> str:
    """The words of a fix: ``PR 82289 fix for 4.0``."""
    return f"PR {fix.pr} fix for {fix.branch}" if fix.pr else f"commit {fix.sha[:12]} fix for {fix.branch}"


def _item(text: str, url: str, *, bullet: Literal["-", "*"]) -> list[str]:
    """An item that is a link, its address on a line of its own as these pages have it."""
    words, has_address, address = rst.link(text, url).rpartition(" <")
    if not has_address:
        return [f"{bullet} {rst.escape(one_line(f'{text} {url}'))}"]
    return [f"{bullet} {words}", f"  <{address}"]
