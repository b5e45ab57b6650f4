"""Versions of NuGet packages (learn.microsoft.com, "NuGet package version reference"): semantic, up to four numbers."""

import re

from midstream.analysis.exposure.versions.alphabet import number, plain, refused

_LABELS = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_VERSION = re.compile(rf"([0-9]+(?:\.[0-9]+){{0,3}})(?:-({_LABELS}))?(?:\+{_LABELS})?")
_LARGEST = 2**31 - 1
_RELEASE = "~"


def key(version: str) -> str:
    """Return the sort key: missing numbers are zero, case and build metadata count for nothing.

    Raise `InvalidVersion` for what NuGetVersion.Parse refuses.
    """
    text = plain(version.strip(" \t"), scheme="NuGet")
    found = _VERSION.fullmatch(text)
    if found is None:
        raise refused(version, scheme="NuGet")
    parts = found[1].split(".")
    if any(int(part) > _LARGEST for part in parts):
        raise refused(version, scheme="NuGet")
    numbers = "".join(number(part) for part in [*parts, "0", "0", "0"][:4])
    if not found[2]:
        return numbers + _RELEASE
    return numbers + "".join(map(_label, found[2].upper().split("."))) + "!"


def _label(text: str) -> str:
    """Return the key of one label: a number that fits 32 bits by value, else the text, and words after numbers."""
    return number(text) if text.isdigit() and int(text) <= _LARGEST else f"a{text}!"
