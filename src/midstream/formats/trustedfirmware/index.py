"""The page that lists the advisories: a new one is added, nothing else is touched."""

import re
import textwrap
from typing import Final

from midstream.formats.base import rst
from midstream.formats.base.blocks import ended, lines_of
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
    lines, end = lines_of(index)
    entries = _entries(lines)
    if not entries:
        raise DocumentError("no toctree that lists pages", where="the index", hint="Add the first page by hand.")
    if name in {lines[place].strip().removesuffix(".rst") for place in entries}:
        return index
    model = lines[entries[-1]]
    indent = model[: len(model) - len(model.lstrip())]
    suffix = ".rst" if model.strip().endswith(".rst") else ""
    lines[entries[-1]] = f"{model.rstrip()}{end}"  # it may have been the last line, without a line end
    lines.insert(entries[-1] + 1, f"{indent}{name}{suffix}{end if entries[-1] + 1 < len(lines) else ''}")
    return "\n".join(_in_table(lines, name=name, id_=id, title=title, end=end))


def is_index(text: str) -> bool:
    """Whether a page has a toctree, be it still an empty one."""
    return any(_TOCTREE.fullmatch(line) for line in lines_of(text)[0])


def name_in_index(*, index: str, id: str) -> str:  # noqa: A002 - the word of the house
    """The page that the index has for the advisory: the one of its substitution, else the one called after the id.

    Empty when the index has none. Raises DocumentError when what it names is no page beside it.
    """
    lines, _ = lines_of(index)
    named = re.compile(rf"\.\. \|{re.escape(id)}\| replace:: :doc:`[^<`]*<([^>`]+)>`\s*")
    names = [lines[place].strip().removesuffix(".rst") for place in _entries(lines)]
    found = [hit[1] for line in lines if (hit := named.fullmatch(line))]
    found += [name for name in names if name.lower() == f"security-advisory-{id.lower()}"]
    if found and not _NAME.fullmatch(found[0]):
        raise DocumentError(
            f"the page of {id} is {found[0][:80]!r}, which is not beside the index",
            where="the index",
            hint="Name that page itself.",
        )
    return found[0] if found else ""


def _entries(lines: list[str]) -> list[int]:
    """The lines of the first toctree that name pages; none when there is no toctree."""
    begin = next((place for place, line in enumerate(lines) if _TOCTREE.fullmatch(line)), None)
    found = []
    if begin is not None:
        for place in range(begin + 1, len(lines)):
            line = lines[place]
            if line.strip() and not line[0].isspace():
                break
            if line.strip() and not line.strip().startswith(":"):
                found.append(place)
    return found


def _in_table(lines: list[str], *, name: str, id_: str, title: str, end: str) -> list[str]:
    """The lines with a row and its substitution, where the index has a table of them as TF-M's has."""
    substitutions = [place for place, line in enumerate(lines) if re.match(r"\.\. \|[A-Z0-9-]+\| replace::", line)]
    borders = [place for place, line in enumerate(lines) if _BORDER.fullmatch(line.strip())]
    if not substitutions or not borders:
        return lines
    border = lines[borders[-1]].strip()
    left, right = border.index("+", 1) - 1, len(border) - border.index("+", 1) - 2
    spare = left - len(id_) - 2
    cells = [f"{' ' * (spare - spare // 2)}|{id_}|{' ' * (spare // 2)}", *[" " * left] * 20]
    titles = textwrap.wrap(rst.escape(title), right - 2, break_long_words=True)
    row = [f"|{cell}| {text:<{right - 1}}|" for cell, text in zip(cells, titles, strict=False)]
    last = substitutions[-1]
    lines[last] = f"{lines[last].rstrip()}{end}"
    lines.insert(last + 1, f".. |{id_}| replace:: :doc:`{id_} <{name}>`{end if last + 1 < len(lines) else ''}")
    below = borders[-1] + (2 if last < borders[-1] else 1)
    return [*lines[:below], *ended([*row, border], end), *lines[below:]]
