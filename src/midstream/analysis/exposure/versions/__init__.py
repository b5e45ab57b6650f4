"""Sort keys of versions: one module for each scheme.

A key is exact (equal keys mean equal versions), printable ASCII, and no key of a scheme is the beginning of another.
The order of the bytes is the order of the scheme, so one predicate serves everywhere::

    ecosystem = … AND name = … AND key >= lo AND key < hi

in SQLite, in PostgreSQL (COLLATE "C"), in Polars and in Spark. "Up to and including x" is ``key < key_of(x) + " "``.
"""

import importlib
from collections.abc import Callable
from functools import cache, lru_cache

from midstream.analysis.exposure.versions.ecosystems import Scheme, scheme_of
from midstream.analysis.exposure.versions.errors import InvalidVersion

__all__ = ["HIGHEST", "LOWEST", "InvalidVersion", "Scheme", "key_function", "key_of", "scheme_of"]

LOWEST = ""
"""Lies before every key: "introduced 0" means before everything, also before pre-releases of 0."""

HIGHEST = "~~~~~~~~"
"""Lies after every key: no fix is known."""

_MODULES: dict[Scheme, str] = {
    "deb": "dpkg",
    "pep440": "pep440",
    "semver": "semver",
    "bitnami": "bitnami",
    "go": "golang",
    "rpm": "rpm",
    "apk": "apk",
    "maven": "maven",
    "gem": "gem",
    "nuget": "nuget",
    "pub": "pub",
    "git-tag": "gittag",
}


@cache
def key_function(scheme: Scheme) -> Callable[[str], str]:
    """Return the function from a version to its key in this scheme, with a memory; for loops over many versions.

    The module of a scheme is loaded when it is first asked for.
    """
    module = importlib.import_module(f"{__name__}.{_MODULES[scheme]}")
    remembered: Callable[[str], str] = lru_cache(maxsize=100_000)(module.key)
    return remembered


def key_of(*, scheme: Scheme, version: str) -> str:
    """Return the sort key of a version; raise `InvalidVersion` when the scheme's own parser would refuse it."""
    return key_function(scheme)(version)
