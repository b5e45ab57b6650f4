"""The building blocks of sort keys.

A key is printable ASCII (0x21 to 0x7E). Within a scheme no key is the beginning of another, so that a key can be
followed by anything, and ``key + " "`` lies between it and the next.
"""

import re

from midstream.analysis.exposure.versions.errors import InvalidVersion

LENGTH_LIMIT = 1024
"""Characters a version may have. The longest seen in public data stay below 200."""

DESCENDING = str.maketrans("0123456789", "9876543210")
"""Turns the key of a number so that larger ones come first."""

_PLAIN = re.compile(r"[!-~]+", re.ASCII)
_SMALL = {str(number): f"{len(str(number))}{number}" for number in range(1, 128)} | {"0": "0", "": "0"}


def number(digits: str) -> str:
    """Return the key of a number of any size, given as ASCII digits: "0", "17", "242" for 0, 7, 42; "" is 0.

    The first character is the count of digits; from nine on it is "9", the count as such a key, and the digits.
    """
    key = _SMALL.get(digits)
    if key is not None:
        return key
    plain = digits.lstrip("0")
    count = len(plain)
    if not count:
        return "0"
    return f"{count}{plain}" if count < 9 else f"9{number(str(count))}{plain}"


def signed(value: int) -> str:
    """Return the key of a number that may be less than zero; those that are come before all others, with a "-"."""
    return number(str(value)) if value >= 0 else "-" + number(str(-value)).translate(DESCENDING)


def sized(version: str, *, scheme: str) -> str:
    """Return the version when it is neither empty nor too long; else raise `InvalidVersion`."""
    if len(version) > LENGTH_LIMIT:
        raise InvalidVersion(
            f"a version of {len(version)} characters, more than {LENGTH_LIMIT}", hint="No release is named like this."
        )
    if not version:
        raise refused(version, scheme=scheme)
    return version


def plain(version: str, *, scheme: str) -> str:
    """Return the version when it is not empty, not too long and printable ASCII; else raise `InvalidVersion`."""
    if sized(version, scheme=scheme) and _PLAIN.fullmatch(version) is None:
        raise refused(version, scheme=scheme)
    return version


def refused(version: str, *, scheme: str) -> InvalidVersion:
    """Return the error for a version the scheme does not know; long ones are shown by their beginning."""
    shown = version if len(version) <= 60 else version[:57] + "..."
    what = f"{shown!r} is no {scheme} version" if version else f"no version, where a {scheme} version should stand"
    return InvalidVersion(what)
