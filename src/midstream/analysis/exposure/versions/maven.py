"""Versions of Maven artifacts (maven.apache.org/pom.html, "Version Order Specification"; ComparableVersion of 3.9).

Maven reads a version as numbers and words, and opens an inner list at every "-" and between digits and letters. What
an inner list is worth against nothing depends on what stands in it; so some versions, such as "1.x.2", "0-alpha" or
"3.7.0.rc.1", are ordered in a circle (3.7 < 3.7-x < 3.7.0.rc.1 < 3.7). They have no key and are refused; of 15,000 real
versions some 40 are such.
"""

import re

from midstream.analysis.exposure.versions.alphabet import DESCENDING, number, plain
from midstream.analysis.exposure.versions.errors import InvalidVersion

_PART = re.compile(r"[.-]|[0-9]+|[^0-9.-]+")
_SEPARATORS = {".", "-"}
_RANKS = {"alpha": "a", "beta": "b", "milestone": "c", "rc": "d", "snapshot": "e", "": "f", "sp": "g"}
_UNKNOWN = "h"  # words nobody knows come after "sp", in their own order
_ALIASES = {"ga": "", "final": "", "release": "", "cr": "rc"}
_SHORT = {"a": "alpha", "b": "beta", "m": "milestone"}  # only before a digit
_NEUTRAL = _RANKS[""]
# What may stand at one place of a list, in this order; a number without zeros before it comes last.
_EARLY_WORD, _EARLY_LIST, _END, _LATE_WORD, _LATE_LIST, _ZEROS = "!", '"', "#", "$", "%", "&"


def key(version: str) -> str:
    """Return the sort key; raise `InvalidVersion` for an empty version or one without a place in the order."""
    levels = _levels(plain(version, scheme="Maven").lower())
    while len(levels) > 1 and not levels[-1]:
        levels.pop()
    is_late = [_worth(level) for level in levels]
    for place in range(len(levels) - 2, -1, -1):
        is_late[place] = is_late[place] or is_late[place + 1]
    pieces = []
    for place, level in enumerate(levels):
        if place:
            pieces.append(_LATE_LIST if is_late[place] > 0 else _EARLY_LIST)
        pieces += _atoms(level, version)
        if not level and place + 1 < len(levels) and is_late[place] < 0:
            raise _circle(version)
    return "".join(pieces) + _END


def _levels(text: str) -> list[list[str]]:
    """Return the lists of a version, each the last item of the one before, without zeros and empty words at its end.

    An item is a number of digits, or the rank of a word: a letter and, for words nobody knows, the word.
    """
    levels: list[list[str]] = [[]]
    parts = _PART.findall(text)
    before = "."
    for place, part in enumerate(parts):
        following = parts[place + 1] if place + 1 < len(parts) else ""
        if part in _SEPARATORS:
            if before in _SEPARATORS:
                levels[-1].append("0")
            if part == "-":
                levels.append([])
        elif part[0].isdigit():
            levels[-1].append(part.lstrip("0") or "0")
            if following and following not in _SEPARATORS:
                levels.append([])
        else:
            _take_word(levels, part, following)
        before = part
    for level in levels:
        while level and level[-1] in {"0", _NEUTRAL}:
            level.pop()
    return levels


def _take_word(levels: list[list[str]], word: str, following: str) -> None:
    """Add a word: at the end of a version, and before a digit, it opens a list of its own."""
    if following and following in _SEPARATORS:
        levels[-1].append(_rank(word))
        return
    if levels[-1]:
        levels.append([])
    levels[-1].append(_rank(_SHORT.get(word, word) if following else word))
    if following:
        levels.append([])


def _rank(word: str) -> str:
    word = _ALIASES.get(word, word)
    return _RANKS.get(word) or f"{_UNKNOWN}{word.replace('!', '!' + chr(34))}!!"


def _worth(level: list[str]) -> int:
    """Return how a list compares with nothing, by its own items: -1, 0 or 1."""
    for item in level:
        if item not in ("0", _NEUTRAL):
            return 1 if item[0].isdigit() or item > _NEUTRAL else -1
    return 0


def _atoms(level: list[str], version: str) -> list[str]:
    pieces = []
    zeros = 0
    for place, item in enumerate(level):
        if item == "0":
            zeros += 1
            continue
        if item[0].isdigit():
            if zeros:
                pieces.append(_ZEROS + number(str(zeros)).translate(DESCENDING))
            pieces.append(number(item))
        elif zeros or (place and item >= _NEUTRAL):
            raise _circle(version)
        else:
            pieces.append((_EARLY_WORD if item < _NEUTRAL else _LATE_WORD) + item)
        zeros = 0
    return pieces


def _circle(version: str) -> InvalidVersion:
    return InvalidVersion(f"Maven itself orders {version[:60]!r} in a circle", hint="Compare it by hand.")
