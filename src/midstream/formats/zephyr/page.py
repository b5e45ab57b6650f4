"""Zephyr's living page of vulnerabilities, ``doc/security/vulnerabilities.rst``, or one of its chapters by year.

A block is ours when it stands between two comments that name its CVE id::

    .. midstream: begin CVE-2026-1234
    .. midstream: end CVE-2026-1234

Placing a block again replaces what stands between its comments; everything else stays byte for byte.
"""

import itertools
import re
from typing import Final

import msgspec

from midstream.formats.base import rst
from midstream.formats.base.blocks import (
    BEGIN,
    END,
    appended,
    between_comments,
    ended,
    find_blocks,
    lines_of,
    top_of_heading,
)
from midstream.formats.base.fault import DocumentError
from midstream.formats.zephyr.entry import Abilities, Entry, number_of, page_lines

SIZE_LIMIT: Final = 8 * 1024 * 1024
"""Characters of a page: ten years of vulnerabilities are 60,000."""

_CHAPTER: Final = re.compile(r"CVE-([0-9]{4})")
_TITLE: Final = re.compile(r"(?::cve:`|CVE-)([0-9]{4}-[0-9]{4,19})`?")
_UNDERLINE: Final = re.compile(r"([!-/:-@\[-`{-~])\1{3,}")


class _Heading(msgspec.Struct, frozen=True, kw_only=True):
    """A title found in the page: the line it stands on (from 0), its year, its number (0 for a chapter), its mark."""

    line: int
    year: int
    number: int
    mark: str


def place(*, page: str, entry: Entry, able: Abilities) -> str:
    """The page with the block of the entry in it, in the chapter of its year, sorted by number.

    A chapter that is missing is made, in the order of the years. New lines end as most lines of the page do.
    Raises DocumentError when the page tells of the CVE outside of a block (what a person wrote is theirs), when the
    comments of a block do not pair up, and when it has neither a chapter nor a title to stand under.
    """
    lines, end = _split(page)
    blocks = find_blocks(lines)
    headings = _headings(lines)
    year, number = number_of(entry.cve)
    if entry.cve in blocks:
        first, last = blocks[entry.cve]
        mark = next((each.mark for each in headings if first < each.line < last), _mark(headings, default="-"))
        fresh = ended(_block(entry, able=able, mark=mark), end)
        if last == len(lines) - 1:  # a page without a line end at its end
            fresh[-1] = fresh[-1].rstrip()
        return "\n".join([*lines[:first], *fresh, *lines[last + 1 :]])
    if any((each.year, each.number) == (year, number) for each in headings):
        raise DocumentError(
            f"{entry.cve} already has a section that is not between the comments of a block",
            where="the page",
            hint=f"Remove the section, or put '{BEGIN}{entry.cve}' before it and '{END}{entry.cve}' behind it.",
        )
    chapters = [each for each in headings if not each.number]
    if not chapters:
        raise DocumentError(
            "the page has no chapter such as CVE-2026",
            where="the page",
            hint="Write its first chapter by hand, or name the page that has them.",
        )
    fresh = ended([*_block(entry, able=able, mark=_mark(headings, default="-")), ""], end)
    key = year, number
    if year not in {each.year for each in chapters}:
        title = rst.heading(f"CVE-{year}", mark=chapters[0].mark)
        fresh = [*ended([*title, ""], end), *fresh]
        before = next((each for each in chapters if each.year > year), None)
    else:
        before = _next(headings, key=key)
    if before is None:
        return "\n".join(appended(lines, fresh[:-1], end=end))
    top = top_of_heading(lines, before.line)
    at = next((first for first, last in blocks.values() if first < before.line < last), top)
    return "\n".join([*lines[:at], *fresh, *lines[at:]])


def block_of(*, page: str, cve: str) -> str:
    """What stands in the block of the CVE, without its comments; empty when there is none."""
    lines, _ = _split(page)
    found = find_blocks(lines)
    if cve not in found:
        return ""
    first, last = found[cve]
    return "\n".join(line.rstrip("\r") for line in lines[first + 2 : last - 1])


def _split(page: str) -> tuple[list[str], str]:
    """The lines of the page, and how a new one ends; `formats.base.blocks.lines_of`."""
    if len(page) > SIZE_LIMIT:
        raise DocumentError(f"{len(page)} characters, more than {SIZE_LIMIT}", where="the page", hint="Is it the page?")
    return lines_of(page)


def _block(entry: Entry, *, able: Abilities, mark: str) -> list[str]:
    return between_comments(entry.cve, page_lines(entry, able=able, mark=mark))


def _headings(lines: list[str]) -> list[_Heading]:
    found = []
    for place_, (title, under) in enumerate(itertools.pairwise(lines)):
        line = _UNDERLINE.fullmatch(under.rstrip())  # too short a one makes a section too, with a warning
        if line is None:
            continue
        if entry := _TITLE.fullmatch(title.strip()):
            year, _, number = entry[1].partition("-")
            found.append(_Heading(line=place_, year=int(year), number=int(number), mark=line[1]))
        elif chapter := _CHAPTER.fullmatch(title.strip()):
            found.append(_Heading(line=place_, year=int(chapter[1]), number=0, mark=line[1]))
    return found


def _mark(headings: list[_Heading], *, default: str) -> str:
    """The mark under the titles of the entries the page already has."""
    return next((each.mark for each in headings if each.number), default)


def _next(headings: list[_Heading], *, key: tuple[int, int]) -> _Heading | None:
    """The first heading of the year with a greater number, else the chapter behind it; None when nothing follows."""
    inside = [each for each in headings if each.year == key[0]]
    later = next((each for each in inside if each.number > key[1]), None)
    return later or next((each for each in headings if each.line > inside[-1].line and not each.number), None)
