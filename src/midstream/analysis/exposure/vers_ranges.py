"""Ranges of versions as CSAF and CycloneDX write them (``vers:``, VERS specification), evaluated with exact keys."""

from itertools import pairwise
from typing import NamedTuple

from midstream.analysis.exposure.versions import HIGHEST, LOWEST, Scheme, key_function, key_of, scheme_of

_SCHEMES: dict[str, Scheme] = {
    "deb": "deb",
    "pypi": "pep440",
    "npm": "semver",
    "cargo": "semver",
    "semver": "semver",
    "bitnami": "bitnami",
    "golang": "go",
    "rpm": "rpm",
    "apk": "apk",
    "alpine": "apk",
    "maven": "maven",
    "gem": "gem",
    "nuget": "nuget",
    "pub": "pub",
    "dart": "pub",
    "hex": "semver",
    "swift": "semver",
}
"""The schemes of VERS; ``generic`` and ``intdot`` follow the ecosystem of the component, if it has one."""


class Interval(NamedTuple):
    """Keys from `lo` up to but not including `hi`, with the versions as they are written."""

    lo: str
    hi: str
    introduced: str
    until: str


def is_in_vers(text: str, /, *, version: str, ecosystem: str = "") -> bool | None:
    """Return whether a version lies in a ``vers:`` range; None when that cannot be told.

    Constraints are read as VERS says: sorted by version, ``!=`` taken out first, then each version lies between two
    neighbours, or equals one.
    """
    if not text.startswith("vers:"):
        return None
    name, slash, rest = text.removeprefix("vers:").partition("/")
    scheme = _SCHEMES.get(name) or (scheme_of(ecosystem=ecosystem) if ecosystem else None)
    if slash and rest == "*":
        return True
    if not slash or scheme is None or not version:
        return None
    try:
        key = key_of(scheme=scheme, version=version)
        return any(each.lo <= key < each.hi for each in vers_intervals(text, scheme=scheme))
    except ValueError:
        return None


def vers_intervals(text: str, /, *, scheme: Scheme | None) -> list[Interval]:
    """Return the intervals of a ``vers:`` range; raise `ValueError` for others, and for versions without a key."""
    from midstream.formats.base.vers import bounds_of  # noqa: PLC0415 - few documents have such ranges

    bounds = bounds_of("".join(text.split()))
    if bounds is None:
        raise ValueError(f"{text[:80]!r} is no range of versions")
    if not bounds:
        return [Interval(LOWEST, HIGHEST, "0", "")]
    if scheme is None:
        raise ValueError("its ecosystem has no known order")
    key_in = key_function(scheme)
    constraints = sorted((key_in(version), comparator, version) for comparator, version in bounds)
    twice = next((right for left, right in pairwise(constraints) if left[0] == right[0]), None)
    if twice is not None:  # VERS: "Versions are unique"
        raise ValueError(f"{text[:80]!r} says two things of {twice[2]}")
    return _between(constraints)


def _between(constraints: list[tuple[str, str, str]]) -> list[Interval]:
    found = [Interval(key, key + " ", text, f"<= {text}") for key, comparator, text in constraints if comparator == "="]
    cuts = [key for key, comparator, _ in constraints if comparator == "!="]
    bounds = [each for each in constraints if each[1] not in {"=", "!="}]
    starts_low = bounds[0][1][0] == "<" if bounds else bool(cuts)
    lower: tuple[str, str] | None = (LOWEST, "0") if starts_low else None
    spans: list[Interval] = []
    for key, comparator, text in bounds:
        if comparator[0] == ">":
            lower = lower or (key if comparator == ">=" else key + " ", f"{comparator} {text}")
            continue
        if lower is None:  # "<" after "<": the lesser one says nothing (VERS, "Constraints simplification")
            last = spans.pop()
            lower = last.lo, last.introduced
        spans.append(Interval(lower[0], key + " " if comparator == "<=" else key, lower[1], f"{comparator} {text}"))
        lower = None
    if lower is not None:
        spans.append(Interval(lower[0], HIGHEST, lower[1], ""))
    for cut in cuts:
        spans = [piece for span in spans for piece in _without(span, cut)]
    return found + spans


def _without(span: Interval, cut: str) -> list[Interval]:
    if not span.lo <= cut < span.hi:
        return [span]
    pieces = [span._replace(hi=cut), span._replace(lo=cut + " ")]
    return [piece for piece in pieces if piece.lo < piece.hi]
