"""From the events of an OSV range to intervals of keys (OSV format, "affected[].ranges[].events", "Evaluation")."""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

from midstream.analysis.exposure.vers_ranges import Interval
from midstream.analysis.exposure.versions import HIGHEST, LOWEST, InvalidVersion, Scheme, key_function

_CLOSE, _OPEN = 0, 1  # at one and the same version what ends comes before what begins


def intervals_of(events: Sequence[tuple[str, str]], *, scheme: Scheme) -> list[Interval]:
    """Return the intervals that events, as pairs of a word and a version, describe, in order.

    Words are introduced, fixed, last_affected and limit. Raise `InvalidVersion` when a version has no key, and when
    nothing is introduced. A range that begins where it ends has no interval. The order of the events counts for
    nothing: they are sorted, as the format asks.
    """
    key_of = key_function(scheme)
    marks: list[tuple[str, int, str]] = []
    limits: list[tuple[str, str]] = []
    for word, version in events:
        if word == "introduced":
            marks.append((LOWEST if version == "0" else key_of(version), _OPEN, version))
        elif word == "fixed":
            marks.append((key_of(version), _CLOSE, f"< {version}"))
        elif word == "last_affected":
            marks.append((key_of(version) + " ", _CLOSE, f"<= {version}"))
        elif word == "limit":
            limits.append((HIGHEST if version == "*" else key_of(version), f"< {version}"))
        else:
            raise InvalidVersion(f"an event {word[:40]!r}, which the format does not have", hint="Correct the source.")
    if all(kind == _CLOSE for _, kind, _ in marks):
        raise InvalidVersion("a range in which nothing is introduced", hint="Correct the source.")
    return _limited(_swept(sorted(marks)), limits)


def _swept(marks: list[tuple[str, int, str]]) -> list[Interval]:
    found: list[Interval] = []
    opened: tuple[str, str] | None = None
    for key, group in groupby(marks, key=itemgetter(0)):
        here = list(group)
        ends = [text for _, kind, text in here if kind == _CLOSE]
        starts = [text for _, kind, text in here if kind == _OPEN]
        if ends and opened is not None:
            found.append(Interval(opened[0], key, opened[1], ends.pop()))
            opened = None
        # What begins and ends at the same version holds none: it must not read as one without an end.
        if starts and not ends and opened is None:
            opened = (key, starts[0])
    if opened is not None:
        found.append(Interval(opened[0], HIGHEST, opened[1], ""))
    return found


def _limited(intervals: list[Interval], limits: list[tuple[str, str]]) -> list[Interval]:
    """Return the intervals below the highest limit: a version counts when it is below any."""
    if not limits:
        return intervals
    highest, text = max(limits)
    found = [each if each.hi <= highest else each._replace(hi=highest, until=text) for each in intervals]
    return [each for each in found if each.lo < each.hi]
