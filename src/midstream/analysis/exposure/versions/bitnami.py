"""Versions of Bitnami's packages (Bitnami's own comparer, go-version): semantic, and what follows "-" is a revision.

It comes after the version it revises: 7.4.1 < 7.4.1-0 < 7.4.1-1 < 7.4.2.
"""

from midstream.analysis.exposure.versions.alphabet import LENGTH_LIMIT, number, plain, refused
from midstream.analysis.exposure.versions.semver import VERSION, pre_release

_NO_REVISION = "!"


def key(version: str) -> str:
    """Return the sort key (build metadata counts for nothing), or raise `InvalidVersion`."""
    found = VERSION.fullmatch(version) if len(version) <= LENGTH_LIMIT else None
    if found is None:
        plain(version, scheme="Bitnami")
        raise refused(version, scheme="Bitnami")
    major, minor, patch, revision = found.groups()
    after = pre_release(revision) if revision else _NO_REVISION
    return number(major) + number(minor) + number(patch) + after
