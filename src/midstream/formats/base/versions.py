"""How versions are ordered, for evaluating what a document says of a version.

``semver``: Semantic Versioning 2.0.0, section 11, read leniently (a leading ``v``, fewer or more than three numbers).
``deb``: deb-version(7). ``custom``: runs of digits as numbers, everything else as text.
"""

import functools
import re
from typing import TypeAlias

Key: TypeAlias = tuple[object, ...]
"""What versions of one scheme are compared by."""

_SEMVER = re.compile(
    r"[vV]?([0-9]{1,18}(?:\.[0-9]{1,18}){0,7})(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?"
)
_RUN = re.compile(r"([0-9]+)|([^0-9]+)")
_DEB = re.compile(r"(?:([0-9]{1,9}):)?([0-9A-Za-z.+~-]+?)(?:-([0-9A-Za-z.+~]+))?")
_DEB_PART = re.compile(r"([^0-9]*)([0-9]*)")


def key_of(*, scheme: str, version: str) -> Key | None:
    """Return what the version is ordered by within its scheme; None when it is no version of that scheme.

    A commit has no place in an order of versions, so scheme ``git`` always gives None.
    """
    if len(version) > 200 or not version:
        return None
    return _key_of(scheme, version)


@functools.lru_cache(maxsize=8192)
def _key_of(scheme: str, version: str) -> Key | None:
    """Return the key, kept: every document of a record, and every record of a product, asks for the same versions."""
    if scheme in ("semver", ""):
        return _semver(version)
    if scheme == "deb":
        return _deb(version)
    if scheme == "git":
        return None
    return tuple((0, int(digits), "") if digits else (1, 0, text) for digits, text in _RUN.findall(version))


def _semver(version: str) -> Key | None:
    found = _SEMVER.fullmatch(version)
    if found is None:
        return None
    numbers = [int(number) for number in found[1].split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    if found[2] is None:
        return tuple(numbers), (1,)
    parts = tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in found[2].split("."))
    return tuple(numbers), (0, parts)


def _deb(version: str) -> Key | None:
    found = _DEB.fullmatch(version)
    if found is None:
        return None
    return int(found[1] or 0), _deb_parts(found[2]), _deb_parts(found[3] or "0")  # none is the same as 0


def _deb_parts(text: str) -> Key:
    """Return the alternating parts: letters sort before other signs, and ``~`` before all, even the end."""
    parts: list[object] = []
    for words, digits in _DEB_PART.findall(text):
        parts.append((*(-1 if sign == "~" else ord(sign) + (0 if sign.isalpha() else 256) for sign in words), 0))
        parts.append(int(digits or 0))
    return tuple(parts)
