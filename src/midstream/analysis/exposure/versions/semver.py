"""Semantic versions (semver.org 2.0.0), with the leading "v" that node and Go allow."""

import re

from midstream.analysis.exposure.versions.alphabet import LENGTH_LIMIT, number, plain, refused

_NUMBER = r"(?:0|[1-9][0-9]*)"
IDENTIFIER = r"(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_PRE_RELEASE = rf"{IDENTIFIER}(?:\.{IDENTIFIER})*"
_BUILD = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
VERSION = re.compile(rf"v?({_NUMBER})\.({_NUMBER})\.({_NUMBER})(?:-({_PRE_RELEASE}))?(?:\+{_BUILD})?")
_RELEASE = "~"


def key(version: str) -> str:
    """Return the sort key (clause 11 of the standard; build metadata counts for nothing), or raise `InvalidVersion`."""
    numbers, pre = parted(version, scheme="semantic")
    return numbers + pre_release(pre)


def parted(version: str, *, scheme: str) -> tuple[str, str]:
    """Return the key of the three numbers, and what follows "-"; raise `InvalidVersion`, which names the scheme."""
    found = VERSION.fullmatch(version) if len(version) <= LENGTH_LIMIT else None
    if found is None:
        plain(version, scheme=scheme)
        raise refused(version, scheme=scheme)
    major, minor, patch, rest = found.groups()
    return number(major) + number(minor) + number(patch), rest or ""


def pre_release(text: str) -> str:
    """Return the key of a pre-release: numbers before words, less before more, and all of it before none, a release."""
    if not text:
        return _RELEASE
    parts = (number(part) if part.isdigit() else f"a{part}!" for part in text.split("."))
    return "".join(parts) + "!"
