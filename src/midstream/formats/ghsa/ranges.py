"""Ranges of versions in GitHub's notation: bounds parted by commas, as ``>= 2.0.0, < 2.1.3`` or ``= 1.0``.

Source: GitHub Docs, "Best practices for writing repository security advisories", section Affected versions.
"""

import re
from typing import Final

from midstream.formats.base.versions import Key, key_of

ALL: Final = ">= 0"
"""The range of every version, also of those that no order places."""
_BOUND: Final = re.compile(r"\s*(>=|<=|>|<|=|)\s*(\S+)\s*")


def holds(text: str, *, version: str, scheme: str) -> bool:
    """Return whether the range holds the version, versions ordered as `scheme` does; an empty range holds none."""
    bounds = [_BOUND.fullmatch(part) for part in text.split(",")]
    return text == ALL or all(
        found is not None and _is_within(found[1], found[2], version=version, scheme=scheme) for found in bounds
    )


def _is_within(comparator: str, bound: str, *, version: str, scheme: str) -> bool:
    key, place = key_of(scheme=scheme, version=version), key_of(scheme=scheme, version=bound)
    if comparator in ("", "="):
        return version == bound or (key is not None and key == place)
    if key is None or place is None:
        return False
    return _compared(comparator, key, place)


def _compared(comparator: str, key: Key, place: Key) -> bool:
    if key == place:
        return comparator in (">=", "<=")
    return (key > place) is comparator.startswith(">")
