"""Text of strangers made harmless: nothing hidden, nothing that ends a line, a cell or a header before its time."""

import re
import unicodedata
from typing import Final

_LINE_ENDS: Final = re.compile(r"\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_HIDDEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
# Joiners shape words of several scripts and emoji; beside a letter of ASCII they only hide.
_JOINERS: Final = re.compile(r"(?<=[^\x00-\x7f])[\u200c\u200d](?=[^\x00-\x7f])")
_INVISIBLE_LETTERS: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5")
_PLAIN_BLANKS: Final = {0x09: None, 0x0A: None}
"""White space that stays as it is."""
_FORMULA: Final = ("=", "+", "-", "@", "\t")


def visible(text: str) -> str:
    """The text with each hidden character written out, such as ``[U+202E]``, and every line end a line feed.

    Hidden are control, direction, zero-width, surrogate and unassigned characters (Unicode general categories Cc, Cf,
    Cs, Co, Cn), and letters that have no shape. A reader then sees what stands there, as CVE-2021-42574 taught.
    Making a visible text visible again changes nothing.
    """
    if text.isascii() and text.translate(_PLAIN_BLANKS).isprintable():
        return text
    joined = _LINE_ENDS.sub("\n", text)
    kept = {found.start() for found in _JOINERS.finditer(joined)}
    return "".join(char if place in kept else _shown(char) for place, char in enumerate(joined))


def one_line(text: str) -> str:
    """The text as one visible line: white space of any kind becomes one blank, and none stands at either end."""
    return " ".join(visible(text).split())


def paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs of a text, each visible, without the blank lines between them."""
    parts = re.split(r"\n[ \t]*\n", visible(text))
    return tuple(part.strip("\n") for part in parts if part.strip())


def csv_cell(text: str) -> str:
    """One cell of a CSV row (RFC 4180): quoted, and never a formula to the spreadsheet that opens it."""
    line = one_line(text)
    if line.startswith(_FORMULA):
        line = f"'{line}"
    return '"' + line.replace('"', '""') + '"'


def _shown(char: str) -> str:
    if char in "\n\t":
        return char
    if char in _INVISIBLE_LETTERS or unicodedata.category(char) in _HIDDEN_CATEGORIES:
        return f"[U+{ord(char):04X}]"
    return char
