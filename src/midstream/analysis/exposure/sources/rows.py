"""The rows of the index, as a source's reader collects them."""

from typing import NamedTuple

import msgspec


class RangeRow(NamedTuple):
    """From `lo` up to but not including `hi` the package is affected, unless `state` begins with another word.

    Those are "not-affected", "fixed", and "undetermined". All other states, such as "no-dsa", only tell more.
    """

    ecosystem: str
    name: str
    lo: str
    hi: str
    advisory: str
    state: str = ""  # the source's own words, the first before a colon: "postponed: minor issue; unimportant"
    introduced: str = ""  # as the source writes it
    until: str = ""  # "< 1.2", "<= 1.1", or "" when no end is known
    line: str = ""


class ExactRow(NamedTuple):
    """One version by its text, where it has no key."""

    ecosystem: str
    name: str
    version: str
    advisory: str
    line: str = ""


class CommitRow(NamedTuple):
    """One commit of which the source itself says what it is."""

    repo: str
    commit: str
    advisory: str
    says: str  # affected | fixed; complete, of the commit "*": every affected commit is listed
    line: str = ""


class UnsureRow(NamedTuple):
    """A package whose range for this advisory cannot be compared; the reason says why."""

    ecosystem: str
    name: str
    advisory: str
    reason: str
    line: str = ""


class AdvisoryRow(NamedTuple):
    """One advisory as its source has it. `aliases` are ids of the same vulnerability, with spaces between."""

    advisory: str
    aliases: str = ""
    withdrawn: str = ""
    modified: str = ""
    summary: str = ""
    severity: str = ""
    line: str = ""


class UnreadRow(NamedTuple):
    """What could not be read, where, and why."""

    place: str
    reason: str


class Collected(msgspec.Struct, kw_only=True):
    """What a source's reader found; filled as it goes."""

    ranges: list[RangeRow] = []
    exact: list[ExactRow] = []
    commits: list[CommitRow] = []
    unsure: list[UnsureRow] = []
    advisories: list[AdvisoryRow] = []
    ecosystems: set[str] = set()
    unread: list[UnreadRow] = []

    def size(self) -> int:
        """Return how many rows wait to be written."""
        return len(self.ranges) + len(self.exact) + len(self.commits) + len(self.unsure) + len(self.advisories)

    def clear(self) -> None:
        """Forget the rows, after they were written; what is known of ecosystems stays."""
        for rows in (self.ranges, self.exact, self.commits, self.unsure, self.advisories, self.unread):
            rows.clear()
