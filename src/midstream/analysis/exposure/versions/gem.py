"""Versions of Ruby gems (Gem::Version of RubyGems 3.2 and later)."""

import re

from midstream.analysis.exposure.versions.alphabet import DESCENDING, LENGTH_LIMIT, number, plain, refused

_VERSION = re.compile(r"[0-9]+(?:\.[0-9a-zA-Z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?")
_SEGMENTS = re.compile(r"[0-9]+|[a-zA-Z]+")
_SPACE = " \t\n\v\f\r"
# The end of a version stands for zeros without end: a word comes before it, a number other than zero after.
_WORD, _ZEROS_THEN_WORD, _END, _ZEROS_THEN_NUMBER = "!", '"', "#", "$"


def key(version: str) -> str:
    """Return the sort key; raise `InvalidVersion` for what ``Gem::Version.correct?`` refuses. "" is "0", as there."""
    text = version.strip(_SPACE) or "0"
    if len(text) > LENGTH_LIMIT or _VERSION.fullmatch(text) is None:
        plain(text, scheme="RubyGems")
        raise refused(version, scheme="RubyGems")
    pieces = []
    zeros = 0
    is_numeric = True
    for segment in _SEGMENTS.findall(text.replace("-", ".pre.")):
        if segment.isdigit():
            if not segment.strip("0"):
                zeros += 1
                continue
            if zeros:  # more zeros before a number: lower
                pieces.append(_ZEROS_THEN_NUMBER + number(str(zeros)).translate(DESCENDING))
            pieces.append(number(segment))
        elif zeros and not is_numeric:  # more zeros before a word: higher
            pieces.append(f"{_ZEROS_THEN_WORD}{number(str(zeros))}{segment}!")
        else:  # zeros between the numbers and the first word count for nothing
            pieces.append(f"{_WORD}{segment}!")
            is_numeric = False
        zeros = 0
    pieces.append(_END)
    return "".join(pieces)
