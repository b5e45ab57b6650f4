"""A span of keys that a source speaks of."""

from typing import NamedTuple


class Interval(NamedTuple):
    """Keys from `lo` up to but not including `hi`, with the versions as they are written."""

    lo: str
    hi: str
    introduced: str
    until: str
