"""Versions of Go modules (golang.org/ref/mod, "Versions"): with or without "v", pseudo-versions, ``+incompatible``.

The toolchain's own names (go1.22rc1, golang.org/doc/toolchain) are read as the Go vulnerability database writes them
(1.22.0-rc.1), since software lists name the standard library so, also without "go" before them.
"""

import re

from midstream.analysis.exposure.versions.alphabet import LENGTH_LIMIT, number, plain, refused
from midstream.analysis.exposure.versions.semver import VERSION, pre_release

_SHORT = re.compile(r"v?(0|[1-9][0-9]*)(?:\.(0|[1-9][0-9]*))?")
_TOOLCHAIN = re.compile(r"(?:go)?(0|[1-9][0-9]*)(?:\.(0|[1-9][0-9]*))?(?:\.(0|[1-9][0-9]*))?(?:(rc|beta)([0-9]+))?")


def key(version: str) -> str:
    """Return the sort key, that of semantic versions; raise `InvalidVersion` for others, such as "(devel)".

    "v1" and "v1.2" are v1.0.0 and v1.2.0, as in Go's own comparer.
    """
    if len(version) <= LENGTH_LIMIT:
        if found := VERSION.fullmatch(version):
            major, minor, patch, pre = found.groups()
            return number(major) + number(minor) + number(patch) + pre_release(pre or "")
        if found := _SHORT.fullmatch(version):
            return number(found[1]) + number(found[2] or "") + number("") + pre_release("")
        if found := _TOOLCHAIN.fullmatch(version):
            major, minor, patch, word, count = found.groups("")
            pre = f"{word}.{count.lstrip('0') or '0'}" if word else ""
            return number(major) + number(minor) + number(patch) + pre_release(pre)
    plain(version, scheme="Go")
    raise refused(version, scheme="Go")
