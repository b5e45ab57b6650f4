"""Text put into reStructuredText (docutils, "reStructuredText Markup Specification") so that it stays text."""

import re
import textwrap
import unicodedata
from typing import Final

from midstream.formats.base.visible import one_line, paragraphs, visible

_INLINE: Final = re.compile(r"[\\*`|]|(?<![^\W_])_|_(?![^\W_])")
# What would begin a list, a comment or directive, a field, a doctest, a line block, or underline a title.
_BLOCK: Final = re.compile(
    r"(?:[-*+\u2022\u2023\u2043](?:\s|$)|\(?(?:[0-9]+|[A-Za-z]|#|[ivxlcdmIVXLCDM]+)[.)](?:\s|$)"
    r"|\.\.(?:\s|$)|:|>>>|\||__(?:\s|$)|--|/|[!-/:-@\[-`{-~]+\s*$)"
)
_FENCE: Final = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
WIDTH: Final = 80
"""Columns of a line: what the pages of Zephyr and TrustedFirmware keep to."""


def escape(text: str) -> str:
    """One visible line in which no character is markup; `unescape` gives it back."""
    line = _INLINE.sub(lambda found: f"\\{found[0]}", one_line(text))
    if line.endswith("::"):
        line = f"{line[:-2]}:\\:"
    return f"\\{line}" if _BLOCK.match(line) else line


def unescape(text: str) -> str:
    """The text that docutils shows for a line of plain and escaped characters."""
    return _ESCAPED.sub(r"\1", text)


def prose(text: str, *, width: int = WIDTH) -> list[str]:
    """Lines for a text of several paragraphs: each wrapped and escaped, fenced code as a literal block.

    Between two blocks stands one empty line; there is none at the end.
    """
    lines: list[str] = []
    for block, is_code in _blocks(text):
        if lines:
            lines.append("")
        if is_code:
            lines += ["::", "", *(f"   {line}".rstrip() for line in block.split("\n"))]
        else:
            lines += wrapped(block, width=width)
    return lines


def wrapped(text: str, *, width: int = WIDTH, indent: str = "") -> list[str]:
    """Lines of one paragraph, escaped; a word longer than a line stands on its own. `indent` begins each next line."""
    words = textwrap.wrap(
        escape(text), width=width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    first, rest = words[:1], words[1:]
    return first + [f"{indent}\\{line[len(indent) :]}" if _BLOCK.match(line[len(indent) :]) else line for line in rest]


def heading(title: str, *, mark: str) -> list[str]:
    """A section title and the line under it, as long as the title is wide."""
    return [title, mark * max(columns(title), 4)]


def columns(text: str) -> int:
    """How many columns docutils counts for a text: East Asian wide characters are two, combining ones none."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text) - sum(
        1 for char in text if unicodedata.combining(char)
    )


def link(text: str, url: str) -> str:
    """A hyperlink with an embedded address; anonymous, so that two of one text do not clash.

    An address with white space, quotes or angle brackets has them percent-encoded (RFC 3986 section 2.1). What is no
    http or https address is written as text.
    """
    words = escape(text).replace("<", "\\<")
    address = re.sub(r"[\s<>`\\\"]", lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), visible(url))
    if not re.match(r"https?://", address):
        return f"{words} {escape(url)}".strip()
    if address.endswith("_"):
        address = f"{address[:-1]}\\_"
    return f"`{words} <{address}>`__"


def _blocks(text: str) -> list[tuple[str, bool]]:
    """The paragraphs of a Markdown text in their order, and which of them are fenced code."""
    found: list[tuple[str, bool]] = []
    lines: list[str] = []
    closing = ""
    for line in visible(text).split("\n"):
        fence = _FENCE.match(line)
        if not closing and fence:
            found += [(each, False) for each in paragraphs("\n".join(lines))]
            lines, closing = [], fence[1]
        elif closing and fence and fence[1].startswith(closing) and not line.strip().strip(closing[0]):
            found += [("\n".join(lines).strip("\n"), True)] if any(each.strip() for each in lines) else []
            lines, closing = [], ""
        else:
            lines.append(line.expandtabs(4))
    rest = "\n".join(lines)
    return found + ([(rest.strip("\n"), True)] if closing and rest.strip() else [(p, False) for p in paragraphs(rest)])
