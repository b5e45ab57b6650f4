"""Versions of Dart packages (dart.dev/tools/pub/versioning): semantic, and builds have an order: 1.0.0 < 1.0.0+1.

Packages of Flutter use the build for releases of their own. Dart reads labels more widely than semantic versions do:
numbers with zeros before them, with a sign, and hexadecimal ones.
"""

import re

from midstream.analysis.exposure.versions.alphabet import number, plain, refused, signed

_LABELS = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_VERSION = re.compile(rf"([0-9]+)\.([0-9]+)\.([0-9]+)(?:-({_LABELS}))?(?:\+({_LABELS}))?")
_WHOLE = re.compile(r"-?(?:(0[xX][0-9A-Fa-f]+)|[0-9]+)")
_LIMIT = 2**63
_RELEASE, _NO_BUILD, _BUILD = "~", "!", "+"


def key(version: str) -> str:
    """Return the sort key; raise `InvalidVersion` for what Version.parse of pub_semver refuses."""
    found = _VERSION.fullmatch(plain(version, scheme="Dart"))
    if found is None or any(int(part) >= _LIMIT for part in found.groups()[:3]):
        raise refused(version, scheme="Dart")
    major, minor, patch, pre, build = found.groups()
    before = _labels(pre) if pre else _RELEASE
    return number(major) + number(minor) + number(patch) + before + (_BUILD + _labels(build) if build else _NO_BUILD)


def _labels(text: str) -> str:
    return "".join(map(_label, text.split("."))) + "!"


def _label(text: str) -> str:
    """Return the key of one label: a number that fits 64 bits by value, else the text, and words after numbers."""
    found = _WHOLE.fullmatch(text)
    value = int(text, 16 if found[1] else 10) if found else _LIMIT
    if found and found[1] and abs(value) >= _LIMIT:  # Dart lets these run over, otherwise on each platform
        raise refused(text, scheme="Dart")
    return signed(value) if -_LIMIT <= value < _LIMIT else f"a{text}!"
