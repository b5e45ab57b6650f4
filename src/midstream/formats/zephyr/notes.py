"""The section "Security Vulnerability Related" in the notes of a Zephyr release.

All items stand in one block, so that the list stays one list::

    .. midstream: begin vulnerabilities
    .. midstream: end vulnerabilities
"""

import itertools
import re
from typing import Final

from midstream.formats.base.blocks import appended, between_comments, ended, find_blocks, lines_of, top_of_heading
from midstream.formats.base.fault import DocumentError
from midstream.formats.zephyr.entry import Abilities, Entry, note_lines, number_of

SECTION: Final = "Security Vulnerability Related"
_NAME: Final = "vulnerabilities"
_ITEM: Final = re.compile(r"\* (?::cve:`|CVE-)([0-9]{4}-[0-9]{4,19})")
_UNDERLINE: Final = re.compile(r"([!-/:-@\[-`{-~])\1{3,}")


def place_note(*, notes: str, entry: Entry, able: Abilities) -> str:
    """The notes with the item of the entry in the block, sorted by CVE; a placeholder is replaced by what it stood for.

    Items of other entries and all text around the block stay byte for byte. Raises DocumentError when the notes have
    no section of that name, or when they name the CVE outside of the block.
    """
    lines, end = lines_of(notes)
    blocks = find_blocks(lines)
    fresh = ended(note_lines(entry, able=able), end)
    if _NAME in blocks:
        first, last = blocks[_NAME]
        items = _items(lines[first + 1 : last])
    else:
        first = _end_of_section(lines)
        last = first - 1
        items = {}
    outside = [*lines[:first], *lines[last + 1 :]]
    named = re.compile(rf"\* (?::cve:`|CVE-){re.escape(entry.cve.removeprefix('CVE-'))}(?![0-9])")
    if any(named.match(line.strip()) for line in outside):
        raise DocumentError(
            f"the notes name {entry.cve} outside of the block", where="the notes", hint="Remove that item first."
        )
    items[number_of(entry.cve)] = fresh
    body = [line for _, item in sorted(items.items()) for line in (end, *item)][1:]
    block = [line if line.endswith("\r") else f"{line}{end}" for line in between_comments(_NAME, body)]
    if _NAME in blocks and last == len(lines) - 1:  # notes without a line end at their end
        block[-1] = block[-1].rstrip()
    if _NAME in blocks:
        return "\n".join([*lines[:first], *block, *lines[last + 1 :]])
    if first == len(lines):
        return "\n".join(appended(lines, block, end=end))
    return "\n".join([*lines[:first], *block, *ended([""], end), *lines[first:]])


def _items(lines: list[str]) -> dict[tuple[int, int], list[str]]:
    """The items of the block by year and number; a line that belongs to none stays with the item above it."""
    found: dict[tuple[int, int], list[str]] = {}
    current: list[str] = []
    for line in lines:
        if begun := _ITEM.match(line):
            year, _, number = begun[1].partition("-")
            current = found.setdefault((int(year), int(number)), [])
        elif not current and line.strip():
            raise DocumentError(
                f"the block holds {line.strip()[:40]!r}, which is no item of a CVE",
                where="the notes",
                hint="Move it out of the block: what stands there is written anew.",
            )
        current.append(line)
    for item in found.values():
        while item and not item[-1].strip():
            item.pop()
    return found


def _end_of_section(lines: list[str]) -> int:
    """The line of the next heading after that of the section, or the number of lines when it is the last."""
    titles = [
        place
        for place, (title, under) in enumerate(itertools.pairwise(lines))
        if title.strip() and _UNDERLINE.fullmatch(under.rstrip()) and len(under.rstrip()) >= len(title.rstrip())
    ]
    begun = next((place for place in titles if lines[place].strip() == SECTION), None)
    if begun is None:
        raise DocumentError(
            f"the notes have no section {SECTION!r}", where="the notes", hint="Add the section and its underline first."
        )
    return next((top_of_heading(lines, place) for place in titles if place > begun), len(lines))
