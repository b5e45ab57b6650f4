"""Versions of RPM packages (rpm-version(7)): ``[epoch:]version[-release]``."""

import re

from midstream.analysis.exposure.versions.alphabet import number, sized
from midstream.analysis.exposure.versions.errors import InvalidVersion

_EPOCH = re.compile(r"([0-9]*):(.*)", re.DOTALL)
_PIECES = re.compile(r"([0-9]+)|([A-Za-z]+)|(~)|(\^)")
_TILDE, _END, _CARET, _LETTERS = "!", '"', "#", "$"  # in this order, and numbers after them
_NO_RELEASE, _RELEASE = "!", "r"


def key(version: str) -> str:
    """Return the sort key; raise `InvalidVersion` for an empty version or one with spaces or control characters.

    rpm itself takes every text: what is no ASCII letter, digit, "~" or "^" only separates. No release comes before any.
    """
    text = sized(version, scheme="RPM")
    if not text.isprintable() or " " in text:
        raise InvalidVersion("a version with spaces or control characters", hint="No RPM package is named like this.")
    epoch, rest = "", text
    if found := _EPOCH.fullmatch(text):
        epoch, rest = found.groups()
    upstream, hyphen, release = rest.rpartition("-")
    if not hyphen:
        return number(epoch) + _part(rest) + _NO_RELEASE
    return number(epoch) + _part(upstream) + _RELEASE + _part(release)


def _part(text: str) -> str:
    pieces = []
    for digits, letters, tilde, _ in _PIECES.findall(text):
        if digits:
            pieces.append(number(digits))
        elif letters:
            pieces.append(f"{_LETTERS}{letters}!")
        else:
            pieces.append(_TILDE if tilde else _CARET)
    pieces.append(_END)
    return "".join(pieces)
