"""Text put into reStructuredText (docutils, "reStructuredText Markup Specification") so that it stays text."""

import re
import textwrap
import unicodedata
from typing import Final

from midstream.formats.base.visible import one_line, paragraphs, visible

# Also the colon of a scheme other than http: docutils would make a link of javascript:alert(1).
_INLINE: Final = re.compile(r"[\\*`|]|(?<![^\W_])_|_(?![^\W_])|(?<=[A-Za-z])(?<!\bhttp)(?<!\bhttps):(?=\S)")
# What would begin a list, a comment or directive, a field, a doctest, a line block, or underline a title.
_BLOCK: Final = re.compile(
    r"(?:[-*+\u2022\u2023\u2043](?:\s|$)|\(?(?:[0-9]+|[A-Za-z]|#|[ivxlcdmIVXLCDM]+)[.)](?:\s|$)"
    r"|\.\.(?:\s|$)|:|>>>|\||__(?:\s|$)|--|/|[!-/:-@\[-`{-~]+\s*$)"
)
_BULLET: Final = re.compile(r"[-*+] ")
# Inline code of Markdown that can be an inline literal: white space or punctuation around it, none inside at its ends.
_CODE: Final = re.compile(r"(?<![^\s(\[{<'\"/-])`([^\s`\\](?:[^`\\]*[^\s`\\])?)`(?=$|[\s.,;:!?)\]}>'\"/-])")
_FENCE: Final = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
WIDTH: Final = 80
"""Columns of a line: what the pages of Zephyr and TrustedFirmware keep to."""


def escape(text: str) -> str:
    """One visible line in which no character is markup; `unescape` gives it back."""
    return _no_block(_no_inline(one_line(text)))


def unescape(text: str) -> str:
    """The text that docutils shows for a line of plain and escaped characters."""
    return _ESCAPED.sub(lambda found: found[1].strip(), text)


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
            lines += _paragraph(block, width=width)
    return lines


def _paragraph(block: str, *, width: int) -> list[str]:
    """Lines of a paragraph, or of the list that a paragraph of Markdown is when its first line begins an item."""
    if not _BULLET.match(block):
        return _filled(_with_code(block), width=width)
    lines: list[str] = []
    for item in re.split(r"\n(?=[-*+] )", block):
        first, *rest = _filled(_with_code(item[2:]), width=width - 2) or [""]
        lines += [f"- {first}".rstrip(), *(f"  {line}" for line in rest)]
    return lines


def _with_code(text: str) -> str:
    """One escaped line in which Markdown's inline code is an inline literal, where the rules of literals allow it."""
    parts = _CODE.split(one_line(text))
    return "".join(f"``{part}``" if place % 2 else _no_inline(part) for place, part in enumerate(parts))


def _no_inline(text: str) -> str:
    """The text with what would be inline markup escaped, and without the two colons that announce a literal block."""
    line = _INLINE.sub(lambda found: f"\\{found[0]}", text)
    return f"{line[:-2]}:\\:" if line.endswith("::") else line


def _no_block(line: str) -> str:
    """The escaped line, its first character escaped where it would begin a block."""
    if line.startswith("``") or not _BLOCK.match(line):
        return line
    if line.startswith("\\"):
        return line if line[1:2] != "\\" else f"\\ {line}"
    return f"\\{line}"


def wrapped(text: str, *, width: int = WIDTH, indent: str = "") -> list[str]:
    """Lines of one paragraph, escaped; a word longer than a line stands on its own. `indent` begins each next line."""
    return _filled(_no_inline(one_line(text)), width=width, indent=indent)


def _filled(line: str, *, width: int, indent: str = "") -> list[str]:
    """The escaped line in lines of `width`, none of which begins like a block."""
    words = textwrap.wrap(line, width=width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    indents = ["", *[indent] * len(words)]
    return [f"{begin}{_no_block(line[len(begin) :])}" for begin, line in zip(indents, words, strict=False)]


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
