"""Versions of Bitnami's packages (Bitnami's own comparer, go-version): semantic, and what follows "-" is a revision.

It comes after the version it revises: 7.4.1 < 7.4.1-0 < 7.4.1-1 < 7.4.2.
"""

from midstream.analysis.exposure.versions.semver import parted, pre_release

_NO_REVISION = "!"


def key(version: str) -> str:
    """Return the sort key (build metadata counts for nothing), or raise `InvalidVersion`."""
    numbers, revision = parted(version, scheme="Bitnami")
    return numbers + (pre_release(revision) if revision else _NO_REVISION)
