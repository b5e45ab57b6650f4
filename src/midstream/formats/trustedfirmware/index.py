"""The page that lists the advisories: a new one is added, nothing else is touched."""

import re
import textwrap
from typing import Final

from midstream.formats.base import rst
from midstream.formats.base.fault import DocumentError

_TOCTREE: Final = re.compile(r"\s*\.\. toctree::\s*")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,80}")
_BORDER: Final = re.compile(r"\+-+\+-+\+")


def place_in_index(*, index: str, name: str, id: str, title: str) -> str:  # noqa: A002 - the word of the house
    """The index with the page `name` (no folder, no suffix) at the end of its toctree, and in its table if it has one.

    An index that already lists the page comes back as it is. Raises DocumentError when there is no toctree.
    """
    if not _NAME.fullmatch(name):
        raise DocumentError(f"{name!r} is no name of a page", where="the index", hint="Use letters, digits, - and _.")
    end = "\r\n" if "\r\n" in index else "\n"
    lines = index.split(end)
    entries = _entries(lines)
    if name in {lines[place].strip().removesuffix(".rst") for place in entries}:
        return index
    model = lines[entries[-1]]
    indent = model[: len(model) - len(model.lstrip())]
    suffix = ".rst" if model.strip().endswith(".rst") else ""
    lines.insert(entries[-1] + 1, f"{indent}{name}{suffix}")
    return end.join(_in_table(lines, name=name, id_=id, title=title))


def _entries(lines: list[str]) -> list[int]:
    """The lines of the first toctree that name pages."""
    begin = next((place for place, line in enumerate(lines) if _TOCTREE.fullmatch(line)), None)
    found = []
    if begin is not None:
        for place in range(begin + 1, len(lines)):
            line = lines[place]
            if line.strip() and not line[0].isspace():
                break
            if line.strip() and not line.strip().startswith(":"):
                found.append(place)
    if not found:
        raise DocumentError("no toctree that lists pages", where="the index", hint="Add the first page by hand.")
    return found


def _in_table(lines: list[str], *, name: str, id_: str, title: str) -> list[str]:
    """The lines with a row and its substitution, where the index has a table of them as TF-M's has."""
    substitutions = [place for place, line in enumerate(lines) if re.match(r"\.\. \|[A-Z0-9-]+\| replace::", line)]
    borders = [place for place, line in enumerate(lines) if _BORDER.fullmatch(line.strip())]
    if not substitutions or not borders:
        return lines
    border = lines[borders[-1]].strip()
    left, right = border.index("+", 1) - 1, len(border) - border.index("+", 1) - 2
    cells = [f"{f'|{id_}|':^{left}}", *[" " * left] * 20]
    titles = textwrap.wrap(rst.escape(title), right - 2, break_long_words=True)
    row = [f"|{cell}| {text:<{right - 1}}|" for cell, text in zip(cells, titles, strict=False)]
    lines.insert(substitutions[-1] + 1, f".. |{id_}| replace:: :doc:`{id_} <{name}>`")
    return [*lines[: borders[-1] + 1], *row, border, *lines[borders[-1] + 1 :]]
