"""From the events of an OSV range to intervals of keys (OSV format, "affected[].ranges[].events", "Evaluation")."""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from midstream.analysis.exposure.vers_ranges import Interval
from midstream.analysis.exposure.versions import HIGHEST, LOWEST, InvalidVersion, Scheme, key_function

_CLOSE, _OPEN = 0, 1  # at one and the same version what ends comes before what begins


class _Mark(NamedTuple):
    """Where something begins or ends: the key, and what is written there at which place among the events."""

    key: str
    kind: int
    text: str
    place: int


def intervals_of(events: Sequence[tuple[str, str]], *, scheme: Scheme) -> list[Interval]:
    """Return the intervals that events, as pairs of a word and a version, describe, in order.

    Words are introduced, fixed, last_affected and limit. Raise `InvalidVersion` when a version has no key, and when
    nothing is introduced. A range that begins where it ends has no interval. Events are sorted, as the format
    asks; in which order they stand counts only for what begins where something ends.
    """
    key_of = key_function(scheme)
    marks: list[_Mark] = []
    limits: list[tuple[str, str]] = []
    for place, (word, version) in enumerate(events):
        if word == "introduced":
            marks.append(_Mark(LOWEST if version == "0" else key_of(version), _OPEN, version, place))
        elif word == "fixed":
            marks.append(_Mark(key_of(version), _CLOSE, f"< {version}", place))
        elif word == "last_affected":
            marks.append(_Mark(key_of(version) + " ", _CLOSE, f"<= {version}", place))
        elif word == "limit":
            limits.append((HIGHEST if version == "*" else key_of(version), f"< {version}"))
        else:
            raise InvalidVersion(f"an event {word[:40]!r}, which the format does not have", hint="Correct the source.")
    if all(mark.kind == _CLOSE for mark in marks):
        raise InvalidVersion("a range in which nothing is introduced", hint="Correct the source.")
    return _limited(_swept(sorted(marks)), limits)


def _swept(marks: list[_Mark]) -> list[Interval]:
    found: list[Interval] = []
    opened: _Mark | None = None
    groups = [list(group) for _, group in groupby(marks, key=attrgetter("key"))]
    for here, following in zip(groups, [*groups[1:], []], strict=True):
        ends = [mark for mark in here if mark.kind == _CLOSE]
        starts = [mark for mark in here if mark.kind == _OPEN]
        if not ends:
            opened = opened or starts[0]
        elif opened is not None:
            found.append(Interval(opened.key, ends[-1].key, opened.text, ends[-1].text))
            opened = starts[0] if starts and _begins_anew(starts, ends, following) else None
        # What begins and ends at the same version holds none: it must not read as one without an end.
    if opened is not None:
        found.append(Interval(opened.key, HIGHEST, opened.text, ""))
    return found


def _begins_anew(starts: list[_Mark], ends: list[_Mark], following: list[_Mark]) -> bool:
    """Return whether what begins where something ended is the next interval, and not another word for the last.

    It is when the version after it ends something, for there is nothing else to end, and when it is written after it.
    """
    return any(mark.kind == _CLOSE for mark in following) or starts[-1].place > max(mark.place for mark in ends)


def _limited(intervals: list[Interval], limits: list[tuple[str, str]]) -> list[Interval]:
    """Return the intervals below the highest limit: a version counts when it is below any."""
    if not limits:
        return intervals
    highest, text = max(limits)
    found = [each if each.hi <= highest else each._replace(hi=highest, until=text) for each in intervals]
    return [each for each in found if each.lo < each.hi]
