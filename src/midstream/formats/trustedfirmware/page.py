"""One advisory page of TF-A or TF-M: a title, a table of two columns, and sections of prose.

The page stands in a block (`formats.base.blocks`), so that what people add below it stays.
"""

import itertools
import re
import textwrap
from typing import Final, Literal

import msgspec

from midstream.formats.base import rst
from midstream.formats.base.blocks import between_comments, ended, find_blocks, lines_of
from midstream.formats.base.fault import DocumentError
from midstream.formats.base.visible import one_line

Project = Literal["tf-a", "tf-m"]

_ROWS: Final[dict[Project, dict[str, str]]] = {
    "tf-a": {
        "title": "Title",
        "cve": "CVE ID",
        "date": "Date",
        "versions": "Versions Affected",
        "configurations": "Configurations Affected",
        "impact": "Impact",
        "fixes": "Fix Version",
        "credit": "Credit",
    },
    "tf-m": {
        "title": "Title",
        "cve": "CVE ID",
        "date": "Public Disclosure Date",
        "versions": "Versions Affected",
        "configurations": "Configurations",
        "impact": "Impact",
        "fixes": "Fix Version",
        "credit": "Credits",
    },
}
"""What the first column says, in the order of the rows."""

_WIDTHS: Final[dict[Project, tuple[int, int]]] = {"tf-a": (14, 59), "tf-m": (15, 58)}
_ID: Final = re.compile(r"[A-Z][A-Z0-9]{1,9}-[0-9]{1,6}")
_HEADING: Final = re.compile(rf"Advisory ({_ID.pattern})(?: \(.*\))?")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9]")
_CVE_PAGE: Final = "https://www.cve.org/CVERecord?id="
_BORDER: Final = re.compile(r"\+[-=]+\+[-=]+\+")
_TARGET: Final = re.compile(r"\.\. _(?P<name>[^:]+): (?P<url>\S+)")


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """What one page tells. A row with several values has a line for each.

    `links` gives names that stand in the rows as ``name`` their address: the CVE, commits, releases.
    `sections` are title and text, in their order.
    """

    id: str
    project: Project = "tf-a"
    title: str = ""
    cve: str = ""
    date: str = ""
    versions: tuple[str, ...] = ()
    configurations: tuple[str, ...] = ()
    impact: str = ""
    fixes: tuple[str, ...] = ()
    credit: tuple[str, ...] = ()
    links: dict[str, str] = {}
    sections: tuple[tuple[str, str], ...] = ()


def place_page(*, existing: str, page: Page) -> str:
    """The file with the page in its block; `existing` is what stands there now, empty for a new file.

    Raises DocumentError when the file has no block: a page that people wrote is theirs.
    """
    lines, end = lines_of(existing)
    block = ended(between_comments(page.id, page_lines(page)), end)
    if not existing.strip():
        return "\n".join([*block, ""])
    blocks = find_blocks(lines)
    if page.id not in blocks:
        raise DocumentError(
            f"the page of {page.id} was written by hand: it has no comments '.. midstream: …'",
            where="the page",
            hint="Move the file away to have it made anew, or keep it and publish elsewhere.",
        )
    first, last = blocks[page.id]
    if last == len(lines) - 1:  # a file without a line end at its end
        block[-1] = block[-1].rstrip()
    return "\n".join([*lines[:first], *block, *lines[last + 1 :]])


def page_lines(page: Page) -> list[str]:
    """The lines of the page, without the comments around it."""
    if not _ID.fullmatch(page.id):
        raise DocumentError(f"{page.id!r} is no id of an advisory", where="id", hint="Name it as TFV-18 or TFMV-12.")
    name = f"Advisory {page.id}" + (f" ({page.cve})" if page.project == "tf-a" and page.cve else "")
    lines = [*rst.heading(name, mark="="), "", *_table(page)]
    for title, text in page.sections:
        lines += ["", *rst.heading(rst.escape(title), mark="-"), "", *rst.prose(text)]
    links = {**({page.cve: _CVE_PAGE + page.cve} if page.cve else {}), **page.links}
    targets = [f".. _{name}: {url}" for name, url in links.items() if _is_target(name, url)]
    return [*lines, "", *targets] if targets else lines


def read_page(text: str) -> Page:
    """The page that a file tells, ours or one that people wrote alike; DocumentError when it has no table."""
    lines = text.replace("\r\n", "\n").split("\n")
    heading = next(
        (re.fullmatch(rf"Advisory ({_ID.pattern})(?: \(.*\))?", line.strip()) for line in lines if "Adv" in line), None
    )
    borders = [place for place, line in enumerate(lines) if _BORDER.fullmatch(line.strip())]
    if heading is None or len(borders) < 2:
        raise DocumentError(
            "no title and table of an advisory", where="the page", hint="Pass the page of one advisory."
        )
    rows = _rows(lines, borders)
    project: Project = "tf-m" if any("Disclosure" in label for label in rows) else "tf-a"
    known = {label: field for field, label in _ROWS[project].items()}
    cells = {known[label]: cell for label, cell in rows.items() if label in known}
    cells.setdefault("credit", rows.get("Credit", rows.get("Credits", [])))
    links = {found["name"].strip("`"): found["url"] for line in lines if (found := _TARGET.fullmatch(line.strip()))}
    last = next((place for place in range(borders[0], len(lines)) if not lines[place].strip()), len(lines))
    cve = " ".join(cells.get("cve", []))
    return Page(
        id=heading[1],
        project=project,
        title=" ".join(cells.get("title", [])),
        cve=cve,
        date=" ".join(cells.get("date", [])),
        versions=tuple(cells.get("versions", [])),
        configurations=tuple(cells.get("configurations", [])),
        impact=" ".join(cells.get("impact", [])),
        fixes=tuple(cells.get("fixes", [])),
        credit=tuple(cells.get("credit", [])),
        links={name: url for name, url in links.items() if name != cve},
        sections=_sections(lines[last:]),
    )


def _is_target(name: str, url: str) -> bool:
    """Whether a name and an address can be a target: names of versions, commits and CVEs, addresses of the web."""
    return bool(
        re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9]", name) and re.fullmatch(r"https?://[^\s<>`\\]+", url)
    )


def _table(page: Page) -> list[str]:
    left, right = _WIDTHS[page.project]
    right = max(right, *(rst.columns(line) for field in _ROWS[page.project] for line in _cell(page, field, right)), 1)
    border = f"+{'-' * (left + 2)}+{'-' * (right + 2)}+"
    lines = [border]
    for place, (field, label) in enumerate(_ROWS[page.project].items()):
        names, values = textwrap.wrap(label, left), _cell(page, field, right)
        height = max(len(names), len(values))
        names += [""] * (height - len(names))
        values += [""] * (height - len(values))
        lines += [
            f"| {name:<{left}} | {value + ' ' * (right - rst.columns(value))} |"
            for name, value in zip(names, values, strict=True)
        ]
        lines.append(border.replace("-", "=") if place == 0 else border)
    return lines


def _cell(page: Page, field: str, width: int) -> list[str]:
    """The lines of the second column: one value as prose, several as a line block."""
    value = getattr(page, field)
    links = {page.cve, *(name for name, url in page.links.items() if _is_target(name, url))} - {""}
    if isinstance(value, str):
        return [_linked(line, links) for line in rst.wrapped(value, width=width - 3)]
    if len(value) == 1:
        return [_linked(line, links) for line in rst.wrapped(value[0], width=width - 3)]
    lines = []
    for each in value:
        lines += [
            f"{'| ' if number == 0 else '  '}{_linked(line, links)}"
            for number, line in enumerate(rst.wrapped(each, width=width - 5) or [""])
        ]
    return lines


def _linked(line: str, links: set[str]) -> str:
    """The line with each word that is the name of a link as a reference to it."""
    return re.sub(
        r"[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9]",
        lambda found: f"`{found[0]}`_" if found[0] in links else found[0],
        line,
    )


def _rows(lines: list[str], borders: list[int]) -> dict[str, list[str]]:
    """The rows of the table: label → its values, one for each line of a line block, else one in all."""
    found: dict[str, list[str]] = {}
    middle = lines[borders[0]].strip().index("+", 1)
    for first, last in itertools.pairwise(borders):
        inside = [line.strip() for line in lines[first + 1 : last] if line.strip().startswith("|")]
        label = one_line(" ".join(line[1:middle] for line in inside))
        values: list[str] = []
        for line in inside:
            cell = line[middle + 1 : -1].strip()
            if not values or cell.startswith(("| ", "- ")):
                values.append(cell)
            elif cell:
                values[-1] += f" {cell}"
        found[label] = [_plain(value.removeprefix("| ").removeprefix("- ")) for value in values if value]
    return found


def _plain(value: str) -> str:
    return rst.unescape(re.sub(r"`([^`<>]+)`_{1,2}", r"\1", value))


def _sections(lines: list[str]) -> tuple[tuple[str, str], ...]:
    """The sections below the table: title → the paragraphs as one text."""
    found: list[tuple[str, list[str]]] = []
    for place, line in enumerate(lines):
        under = lines[place + 1] if place + 1 < len(lines) else ""
        if line.strip() and re.fullmatch(r"([-=^~])\1{3,}", under.strip()) and len(under) >= len(line):
            found.append((rst.unescape(line.strip()), []))
        elif found and not line.startswith(".. ") and not re.fullmatch(r"([-=^~])\1{3,}", line.strip()):
            found[-1][1].append(line)
    return tuple((title, _text(body)) for title, body in found)


def _text(lines: list[str]) -> str:
    parts = re.split(r"\n[ \t]*\n", "\n".join(lines).strip("\n"))
    return "\n\n".join(_plain(" ".join(part.split())) for part in parts if part.strip())
