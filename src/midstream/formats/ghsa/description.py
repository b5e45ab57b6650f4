"""The grammar of a description in Markdown: sections under fixed headings, which are read back exactly.

    ## Impact            text
    ## Details           text
    ## Versions          a table, one row for each branch
    ## References        a list of links
    …

Text of people is escaped so that it cannot pretend to be a section, a cell or HTML, and unescaped when it is read.
"""

import re
from typing import Final

import msgspec
from markdown_it import MarkdownIt

from midstream.formats.base.visible import one_line, visible

HEADINGS: Final = (
    *("Impact", "Details", "Versions", "Workarounds", "Mitigations", "References", "Credits", "Dates"),
    *("Identifiers", "Revisions"),
)
"""Every heading there is, in their order."""

_HEADING: Final = re.compile(rf"## ({'|'.join(HEADINGS)})[ \t]*")
_LIKE_HEADING: Final = re.compile(rf"^(\\*)(## (?:{'|'.join(HEADINGS)})[ \t]*)$")
_ITEM: Final = re.compile(
    r"- (?:\[(?P<words>.*)\]\(<(?P<url>[^<>]*)>\)|(?P<plain>.*?))(?: \((?P<note>(?:[^()\\]|\\.)*)\))?"
)
_TAG: Final = re.compile(r"<(?=[A-Za-z/!?])|&(?=(?:amp;)*lt;)")
_ENTITY: Final = re.compile(r"&((?:amp;)*)lt;")


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One section: its heading, and its body as it stands (not unescaped)."""

    heading: str
    body: str


def compose(sections: tuple[Section, ...]) -> str:
    """The description of the sections, in the order of `HEADINGS`; those without a body are left out."""
    parts = [
        f"## {section.heading}\n\n{section.body}"
        for section in sorted(sections, key=lambda each: HEADINGS.index(each.heading))
        if section.body
    ]
    return "\n\n".join(parts)


def parse(description: str) -> tuple[str, tuple[Section, ...]]:
    """What stands before the first heading of ours, and the sections; line ends become line feeds.

    A heading that stands twice is read once: what follows the second belongs to the body of the section before it.
    """
    before: list[str] = []
    found: dict[str, list[str]] = {}
    body = before
    for line in re.split(r"\r\n|\n|\r", description):
        heading = _HEADING.fullmatch(line)
        if heading and heading[1] not in found:
            body = found.setdefault(heading[1], [])
        else:
            body.append(line)
    sections = tuple(Section(heading=name, body="\n".join(lines).strip("\n")) for name, lines in found.items())
    return "\n".join(before).strip("\n"), sections


def write_text(text: str) -> str:
    """Markdown of people made safe: visible, no HTML outside of code blocks, no line that is a heading of ours."""
    lines = [_LIKE_HEADING.sub(r"\\\1\2", line) for line in visible(text).strip("\n").split("\n")]
    code = _code_lines("\n".join(lines))
    return "\n".join(line if place in code else _TAG.sub(_as_entity, line) for place, line in enumerate(lines))


def read_text(body: str) -> str:
    """The text that `write_text` wrote."""
    code = _code_lines(body)
    lines = (line if place in code else _ENTITY.sub(_from_entity, line) for place, line in enumerate(body.split("\n")))
    return "\n".join(line[1:] if line.startswith("\\") and _LIKE_HEADING.match(line) else line for line in lines)


def write_row(cells: tuple[str, ...]) -> str:
    """One row of a table; a cell is one visible line without markup."""
    return "| " + " | ".join(_plain(cell) for cell in cells) + " |"


def write_table(head: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> str:
    """A table with its head, as GitHub Flavored Markdown has them (section 4.10); empty without rows."""
    if not rows:
        return ""
    return "\n".join([write_row(head), "|" + " --- |" * len(head), *(write_row(row) for row in rows)])


def read_table(body: str) -> tuple[tuple[str, ...], ...]:
    """The rows of a table without its head; what is no row is passed over."""
    rows = [line.strip() for line in body.split("\n") if line.strip().startswith("|")]
    cells = [re.split(r"(?<!\\)\|", row.strip("|") if row != "||" else "") for row in rows[2:]]
    return tuple(tuple(_unplain(cell.strip()) for cell in row) for row in cells)


def write_item(words: str, *, url: str = "", note: str = "") -> str:
    """One item of a list: a link where `url` is of the web, plain words else; the note stands in parentheses."""
    name = _plain(words)
    is_web = re.fullmatch(r"https?://[^\s<>()\\]+", url)
    target = f"[{name or _plain(url)}](<{url}>)" if is_web else f"{name} {_plain(url)}".strip()
    return f"- {target}" + (f" ({_plain(note)})" if note else "")


def read_items(body: str) -> tuple[tuple[str, str, str], ...]:
    """The items of a list as words, address and note; what is no item is passed over."""
    found = []
    for line in body.split("\n"):
        if item := _ITEM.fullmatch(line):
            words = item["words"] if item["url"] else item["plain"]
            found.append((_unplain(words or ""), item["url"] or "", _unplain(item["note"] or "")))
    return tuple(found)


_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>|~#&!()])")


def _plain(text: str) -> str:
    """One visible line in which Markdown finds nothing."""
    return _SPECIAL.sub(r"\\\1", one_line(text))


def _unplain(text: str) -> str:
    return re.sub(r"\\([\\`*_\[\]<>|~#&!()])", r"\1", text)


def _as_entity(found: re.Match[str]) -> str:
    return "&lt;" if found[0] == "<" else "&amp;"


def _from_entity(found: re.Match[str]) -> str:
    return "<" if not found[1] else f"&{found[1].removeprefix('amp;')}lt;"


def _code_lines(text: str) -> set[int]:
    """The lines that are inside of code blocks (CommonMark 0.31, sections 4.4 and 4.5); HTML means nothing there."""
    tokens = MarkdownIt("commonmark", {"html": False}).parse(text)
    blocks = [token.map for token in tokens if token.type in {"fence", "code_block"} and token.map]
    return {line for first, last in blocks for line in range(first, last)}
