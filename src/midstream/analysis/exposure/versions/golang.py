"""Versions of Go modules (golang.org/ref/mod, "Versions"): with or without "v", pseudo-versions, ``+incompatible``.

The toolchain's own names (go1.22rc1, golang.org/doc/toolchain) are read as the Go vulnerability database writes them
(1.22.0-rc.1), since software lists name the standard library so.
"""

import re

from midstream.analysis.exposure.versions.alphabet import LENGTH_LIMIT, number, plain, refused
from midstream.analysis.exposure.versions.semver import BUILD, PRE_RELEASE, pre_release

_NUMBER = r"(?:0|[1-9][0-9]*)"
_VERSION = re.compile(rf"v?({_NUMBER})(?:\.({_NUMBER})(?:\.({_NUMBER})(?:-({PRE_RELEASE}))?(?:\+{BUILD})?)?)?")
_TOOLCHAIN = re.compile(rf"go({_NUMBER})(?:\.({_NUMBER}))?(?:\.({_NUMBER}))?(?:(rc|beta)([0-9]+))?")


def key(version: str) -> str:
    """Return the sort key, that of semantic versions; raise `InvalidVersion` for others, such as "(devel)".

    "v1" and "v1.2" are v1.0.0 and v1.2.0, as in Go's own comparer.
    """
    found = None
    if len(version) <= LENGTH_LIMIT:
        found = _VERSION.fullmatch(version) or _TOOLCHAIN.fullmatch(version)
    if found is None:
        plain(version, scheme="Go")
        raise refused(version, scheme="Go")
    major, minor, patch, pre = found.groups("")[:4]
    if version.startswith("go") and pre:
        pre = f"{pre}.{found[5].lstrip('0') or '0'}"
    return number(major) + number(minor) + number(patch) + pre_release(pre)
