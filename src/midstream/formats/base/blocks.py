"""Blocks of a page in reStructuredText that belong to us: they stand between two comments with their name.

Everything outside of the blocks belongs to the people who write the page.
"""

from typing import Final

from midstream.formats.base.fault import DocumentError

BEGIN: Final = ".. midstream: begin "
END: Final = ".. midstream: end "


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
