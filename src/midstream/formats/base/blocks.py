"""Blocks of a page in reStructuredText that belong to us: they stand between two comments with their name.

Everything outside of the blocks belongs to the people who write the page.
"""

import re
from typing import Final

from midstream.formats.base.fault import DocumentError

BEGIN: Final = ".. midstream: begin "
END: Final = ".. midstream: end "
_LINE: Final = re.compile(r"([!-/:-@\[-`{-~])\1{2,}")
_LABEL: Final = ".. _"


def lines_of(page: str) -> tuple[list[str], str]:
    """The lines of a page, each without its LF, and what a new line needs before its own: a CR or nothing.

    A line that ends with CR LF keeps its CR, so that the lines joined by LF are the page again, also where both mix.
    """
    lines = page.split("\n")
    ends = sum(line.endswith("\r") for line in lines)
    return lines, "\r" if ends and 2 * ends >= len(lines) - 1 else ""


def ended(lines: list[str], end: str) -> list[str]:
    """New lines as they stand in a page whose lines end so."""
    return [f"{line}{end}" for line in lines]


def appended(lines: list[str], fresh: list[str], *, end: str) -> list[str]:
    """The lines of the page with the fresh ones at its end, after one empty line; all that was there stays."""
    above = lines[:-1] if not lines[-1] else [*lines[:-1], f"{lines[-1]}{end}"]
    gap = ended([""], end) if above and above[-1].strip() else []
    return [*above, *gap, *fresh, ""]


def top_of_heading(lines: list[str], place: int) -> int:
    """The first line that belongs to the heading whose title is at `place`: its label, its line above, or the title."""
    top = place
    if top and _LINE.fullmatch(over := lines[top - 1].rstrip()) and lines[place + 1].rstrip() == over:
        top -= 1
    above = top
    while above and (not lines[above - 1].strip() or lines[above - 1].startswith(_LABEL)):
        above -= 1
        top = above if lines[above].strip() else top
    return top


def between_comments(name: str, lines: list[str]) -> list[str]:
    """The lines of a block with its comments, an empty line inside each."""
    return [f"{BEGIN}{name}", "", *lines, "", f"{END}{name}"]


def find_blocks(lines: list[str]) -> dict[str, tuple[int, int]]:
    """The blocks of a page: name → its first and last line (from 0, both comments).

    Raises DocumentError when a comment lacks its other half, when blocks overlap, or when two have one name.
    """
    found: dict[str, tuple[int, int]] = {}
    opened: tuple[str, int] | None = None
    for place, line in enumerate(lines):
        if line.startswith(BEGIN):
            name = line.removeprefix(BEGIN).strip()
            if opened is not None or name in found:
                raise _clash(f"line {place + 1} begins a block of {name}, but one is open or was there before")
            opened = (name, place)
        elif line.startswith(END):
            name = line.removeprefix(END).strip()
            if opened is None or opened[0] != name:
                raise _clash(f"line {place + 1} ends a block of {name} that was not begun")
            found[name] = (opened[1], place)
            opened = None
    if opened is not None:
        raise _clash(f"the block of {opened[0]} that line {opened[1] + 1} begins has no end")
    return found


def _clash(what: str) -> DocumentError:
    return DocumentError(what, where="the page", hint="Repair the comments '.. midstream: …' by hand, then try again.")
