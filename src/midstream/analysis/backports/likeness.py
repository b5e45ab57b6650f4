"""How alike two commits are: the lines they change, weighed by how rare these are, and the files they touch."""

import functools
from typing import Final

import msgspec

from midstream.analysis.backports.corpus import Corpus, Entry
from midstream.analysis.backports.keys import SAMPLE

FOLDERS: Final = 3
"""A file name found in more folders than this, such as ``platform.mk``, does not say that two files are the same."""


class Likeness(msgspec.Struct, frozen=True, kw_only=True):
    """How much the changed lines of two commits have in common, between 0 and 1.

    `both` is the weight of the common lines by that of all lines (Jaccard).
    """

    both: float


NOT_ALIKE: Final = Likeness(both=0.0)


class Weights:
    """The lines of a fix with their weight, to see quickly what cannot be like it."""

    def __init__(self, corpus: Corpus, fix: Entry) -> None:
        """Weigh them once."""
        self._lines = fix.lines
        self._weigh = corpus.weigh
        self._own = corpus.weigh(fix.lines)
        # Of a sampled commit only a part can be compared, and what is common weighs more in it.
        self._is_sampled = fix.size > SAMPLE

    def may_reach(self, share: float, lines: frozenset[int]) -> bool:
        """Return whether commits with these lines may have that share in common: never wrong when it says no."""
        common = self._lines & lines
        if not common:
            return False
        if self._is_sampled or len(lines) >= SAMPLE:
            return True
        return self._weigh(common) >= share * self._own


def likeness(corpus: Corpus, fix: Entry, other: Entry) -> Likeness:
    """Return how alike the changed lines are; of sampled commits, the part of both samples that can be compared."""
    mine, theirs = fix.lines, other.lines
    if not mine or not theirs or mine.isdisjoint(theirs):
        return NOT_ALIKE
    ends = [max(entry.lines) for entry in (fix, other) if entry.size > SAMPLE]
    if ends:
        end = min(ends)
        mine, theirs = (
            frozenset(line for line in mine if line <= end),
            frozenset(line for line in theirs if line <= end),
        )
    common = corpus.weigh(mine & theirs)
    own, other_own = corpus.weigh(mine), corpus.weigh(theirs)
    return Likeness(both=common / (own + other_own - common)) if common else NOT_ALIKE


def shared_files(corpus: Corpus, fix: Entry, other: Entry) -> frozenset[str]:
    """Return the files of the fix that the other commit changes too, also after the file moved to another folder."""
    same = fix.files & other.files
    if same:
        return same
    names = {name_of(path) for path in other.files}
    return frozenset(path for path in fix.files if name_of(path) in names and corpus.folders(name_of(path)) <= FOLDERS)


@functools.lru_cache(maxsize=65_536)
def name_of(path: str) -> str:
    """Return the name of a file without its folder."""
    return path.rpartition("/")[2]
