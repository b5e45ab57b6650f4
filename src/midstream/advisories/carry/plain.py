"""Markdown as plain text, for formats that take no markup; and texts cut to the length that a format takes."""

import functools

from markdown_it import MarkdownIt
from markdown_it.token import Token

_ELLIPSIS = "…"


@functools.lru_cache(maxsize=512)
def plain(markdown: str) -> str:
    """Return the words of a CommonMark text: paragraphs apart, list items with a dash, links with their address."""
    parts: list[str] = []
    prefix = ""
    for token in _parser().parse(markdown):
        if token.type == "list_item_open":
            prefix = "- "
        elif token.type == "inline":
            parts.append(prefix + _words(token.children or []))
            prefix = ""
        elif token.type in ("fence", "code_block", "html_block"):
            parts.append(token.content.rstrip("\n"))
    lines = [part for part in parts if part.strip()]
    return "".join(
        line + ("\n" if _is_item(line) and _is_item(after) else "\n\n") for line, after in _pairs(lines)
    ).strip()


def cut(text: str, length: int) -> str:
    """Return the text, or its beginning with an ellipsis when it has more than `length` characters."""
    return text if len(text) <= length else text[: length - 1] + _ELLIPSIS


@functools.cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark")


def _words(children: list[Token]) -> str:
    found: list[str] = []
    links: list[str] = []
    for token in children:
        if token.type in ("text", "code_inline", "html_inline", "image"):
            found.append(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            found.append(" " if token.type == "softbreak" else "\n")
        elif token.type == "link_open":
            links.append(str(token.attrs.get("href", "")))
        elif token.type == "link_close" and links:
            address = links.pop()
            if address and address not in found[-1:]:
                found.append(f" ({address})")
    return "".join(found)


def _is_item(line: str) -> bool:
    return line.startswith("- ")


def _pairs(lines: list[str]) -> list[tuple[str, str]]:
    return [(line, lines[place + 1] if place + 1 < len(lines) else "") for place, line in enumerate(lines)]
