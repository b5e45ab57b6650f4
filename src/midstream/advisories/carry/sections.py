"""Texts put one after the other under headings of Markdown, so that a reader can take them apart again.

A line of a text that looks like one of our headings gets a backslash before it, which Markdown does not show, and
loses it again when it is read.
"""

import re
from collections.abc import Collection, Sequence


def write_sections(first: str, sections: Sequence[tuple[str, str]], *, names: Collection[str]) -> str:
    """Return `first` and each section under its heading of level 2 (``## Impact``), which is one of `names`."""
    line = re.compile(rf"^\\*## (?:{_any_of(names)})$", re.MULTILINE)
    parts = [first] if first else []
    guarded = [line.sub(r"\\\g<0>", part) for part in (*parts, *(text for _, text in sections))]
    headings = [""] * len(parts) + [f"## {name}\n\n" for name, _ in sections]
    return "\n\n".join(heading + text for heading, text in zip(headings, guarded, strict=True))


def read_sections(text: str, *, names: Collection[str]) -> tuple[str, list[tuple[str, str]]]:
    """Return the text before the first heading of `names`, and the sections in their order."""
    guarded = re.compile(rf"^\\(\\*## (?:{_any_of(names)}))$", re.MULTILINE)
    first, *rest = re.split(rf"(?:\A|\n\n)## ({_any_of(names)})\n\n", text)
    found = [(name, guarded.sub(r"\1", piece)) for name, piece in zip(rest[::2], rest[1::2], strict=True)]
    return guarded.sub(r"\1", first), found


def _any_of(names: Collection[str]) -> str:
    return "|".join(map(re.escape, sorted(names)))
