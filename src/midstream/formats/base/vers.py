"""Version ranges as ``vers:`` writes them (package-url, VERS: a mostly universal version range specifier).

``vers:semver/>=1.3.0|<2.1.3|>=2.2.0|<2.2.1``. The scheme ``semver`` is not among the registered ones, which name a
package type each; CSAF and CycloneDX take any.
"""

import itertools
import re
from collections.abc import Sequence
from urllib.parse import quote, unquote

import msgspec

from midstream.formats.base.versions import Key, key_of

_VERS = re.compile(r"vers:([a-z][a-z0-9.-]{0,39})/(\*|[^\s|*]+(?:\|[^\s|*]+)*)")
_BOUND = re.compile(r"(>=|<=|!=|<|>|=)?(.+)")
_STRAY = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SAFE = ".-_~:+"


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """Versions from `start` (itself included, empty: from the first) to before `end` (empty: without end)."""

    start: str = ""
    end: str = ""


def write_vers(intervals: Sequence[Interval], *, scheme: str) -> str:
    """Return the ``vers:`` of the intervals, which are in order and do not touch; empty when there are none."""
    if any(not each.start and not each.end for each in intervals):
        return f"vers:{scheme}/*"
    bounds: list[str] = []
    for each in intervals:
        bounds += [f">={quote(each.start, safe=_SAFE)}"] if each.start else []
        bounds += [f"<{quote(each.end, safe=_SAFE)}"] if each.end else []
    return f"vers:{scheme}/{'|'.join(bounds)}" if bounds else ""


def scheme_of(text: str) -> str:
    """Return the scheme of a well-formed ``vers:``, else nothing."""
    found = _VERS.fullmatch(text)
    return found[1] if found and bounds_of(text) is not None else ""


def bounds_of(text: str) -> list[tuple[str, str]] | None:
    """Return the (comparator, version) of a range in its order; None when `text` is no ``vers:``. ``*`` has none."""
    found = _VERS.fullmatch(text)
    if found is None:
        return None
    if found[2] == "*":
        return []
    bounds = []
    for part in found[2].split("|"):
        bound = _BOUND.fullmatch(part)
        if bound is None or bound[2][0] in "<>=!" or _STRAY.search(bound[2]):
            return None
        bounds.append((bound[1] or "=", unquote(bound[2])))
    return bounds


def contains(text: str, version: str) -> bool | None:
    """Return whether the range holds the version; None when one of them cannot be understood.

    The algorithm is that of the specification, section "Checking if a version is contained within a range".
    """
    bounds, scheme = bounds_of(text), text.removeprefix("vers:").partition("/")[0]
    key = key_of(scheme=scheme_key(scheme), version=version)
    if bounds is None or key is None:
        return None
    if not bounds:
        return True
    keyed: list[tuple[str, Key]] = []
    for comparator, bound in bounds:
        place = key_of(scheme=scheme_key(scheme), version=bound)
        if place is None:
            return None
        keyed.append((comparator, place))
    if any(key == place for comparator, place in keyed if comparator in ("=", "<=", ">=")):
        return True
    if any(key == place for comparator, place in keyed if comparator == "!="):
        return False
    return _between(key, [pair for pair in keyed if pair[0] not in ("=", "!=")])


def scheme_key(scheme: str) -> str:
    """Return the ordering of a ``vers:`` scheme: those of package types that number semantically are ``semver``."""
    if scheme in ("deb", "git", "custom"):
        return scheme
    return "custom" if scheme in ("generic", "intdot") else "semver"


def _between(key: Key, keyed: list[tuple[str, Key]]) -> bool:
    keyed = sorted(keyed, key=lambda pair: pair[1])
    if not keyed:
        return False
    # Of "<" after "<" the last counts, of ">" after ">" the first (section "Constraints simplification").
    directions = ["", *(comparator[0] for comparator, _ in keyed), ""]
    keyed = [
        pair
        for pair, before, here, after in zip(keyed, directions, directions[1:], directions[2:], strict=False)
        if (here == "<" != after) or (here == ">" != before)
    ]
    if keyed[0][0] in ("<", "<=") and key < keyed[0][1]:
        return True
    if keyed[-1][0] in (">", ">=") and key > keyed[-1][1]:
        return True
    return any(
        low[0] in (">", ">=") and high[0] in ("<", "<=") and low[1] < key < high[1]
        for low, high in itertools.pairwise(keyed)
    )
