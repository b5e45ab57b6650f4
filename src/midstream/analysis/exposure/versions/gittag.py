"""Names of tags: TF-Mv2.1.1, v2.10.3, lts-v2.10.5, mbedtls-3.6.2, v3.7.0-rc1, OpenSSL_1_1_1k, v3.7.0-12-g0123abc.

No standard orders them. The order is that of the projects whose tags these are: the numbers of the release, then
candidates before the release, and patch letters, patch levels and commits on top of it (git-describe(1)) after it.
"""

import re

from midstream.analysis.exposure.versions.alphabet import number, plain, refused
from midstream.analysis.exposure.versions.errors import InvalidVersion

# A prefix without digits (or a path of such), an optional "v", the numbers, and what follows them.
_TAG = re.compile(r"(?:[A-Za-z][A-Za-z_.-]*/)*(?:[A-Za-z][A-Za-z_.-]*?[_.-]?)?[vV]?([0-9]+(?:[._][0-9]+)*)(.*)")
_REST = re.compile(r"[-._~]?([A-Za-z]+)[-._]?([0-9]*)|-([0-9]+)-g[0-9a-f]{4,64}")
_STAGES = {
    "dev": "a",
    "d": "a",  # mbedtls-2.20.0d0
    "snapshot": "a",
    "alpha": "b",
    "a": "b",
    "beta": "c",
    "b": "c",
    "eac": "c",
    "pre": "d",
    "preview": "d",
    "rc": "e",
}
_LEVELS = {"p", "pl", "patch", "post", "sp", "u", "update"}
_NOTHING = {"final", "release", "ga", "stable"}
_BEFORE, _END, _COMMITS, _LEVEL, _LETTER = "!", '"', "#", "$", "%"


def key(version: str) -> str:
    """Return the sort key; raise `InvalidVersion` for a name without numbers, or with words no order is known for."""
    text = plain(version, scheme="tag").partition("+")[0]
    found = _TAG.fullmatch(text)
    if found is None:
        raise refused(version, scheme="tag")
    numbers = re.split("[._]", found[1])
    while len(numbers) > 1 and not numbers[-1].strip("0"):
        numbers.pop()
    return "".join(map(number, numbers)) + _rest(found[2], version) + _END


def _rest(text: str, version: str) -> str:
    pieces = []
    place = 0
    while place < len(text):
        found = _REST.match(text, place)
        if found is None:
            raise refused(version, scheme="tag")
        word, digits, commits = found.groups()
        if commits:
            pieces.append(_COMMITS + number(commits))
        elif piece := _word(word.lower(), digits, is_attached=text[place].isalpha()):
            pieces.append(piece)
        elif word.lower() not in _NOTHING:
            raise InvalidVersion(
                f"nobody says where {word!r} stands in the order of tags", hint="Compare the tag by hand."
            )
        place = found.end()
    return "".join(pieces)


def _word(word: str, digits: str, *, is_attached: bool) -> str:
    """Return the key of one word after the numbers; "" for one that has no place."""
    if is_attached and not digits and len(word) <= 2 and word not in _STAGES.keys() - {"a", "b", "d"}:
        return "" if word in _NOTHING else f"{_LETTER}{word}!"  # 1.1.1k, 0.9.8zg
    if word in _STAGES:
        return _BEFORE + _STAGES[word] + number(digits)
    return _LEVEL + number(digits) if word in _LEVELS else ""
