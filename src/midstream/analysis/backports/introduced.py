"""Where a flaw probably came in: the commits that wrote what the fix changes. Always a suggestion.

The most blamed commit of the removed lines, as SZZ does (Śliwerski, Zimmermann, Zeller 2005); a fix that only adds
has the lines beside what it adds. Tests and documentation say nothing about where a flaw is.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final, Protocol

import msgspec

from midstream.analysis.backports.model import Sha

_ASIDE: Final = re.compile(
    r"(^|/)(tests?|docs?|documentation|changelog(\.d)?)/|(^|/)(changelog|release-?notes)[^/]*$|\.(md|rst|txt)$",
    re.IGNORECASE,
)


class Blamed(Protocol):
    """A line before the fix: who wrote it last, in which file, and whether the fix removes it or stands beside it."""

    @property
    def commit(self) -> Sha:
        """Return who wrote it last."""
        ...

    @property
    def path(self) -> str:
        """Return its file."""
        ...

    @property
    def is_removed(self) -> bool:
        """Return whether the fix removes it."""
        ...


class Suspect(msgspec.Struct, frozen=True, kw_only=True):
    """A commit that may have brought the flaw in: how many of the lines it wrote, and whether these are removed."""

    commit: Sha
    count: int
    of: int
    is_removed: bool


def suspects(lines: Sequence[Blamed]) -> list[Suspect]:
    """Return the commits that wrote the lines the fix removes, the most blamed first; else those beside its additions.

    Empty when the fix touches only tests and documentation, or only new files: then nothing can be suggested.
    """
    code = [line for line in lines if not _ASIDE.search(line.path)]
    removed = [line for line in code if line.is_removed]
    chosen = removed or code
    counts = Counter(line.commit for line in chosen)
    return [
        Suspect(commit=commit, count=count, of=len(chosen), is_removed=bool(removed))
        for commit, count in counts.most_common()
    ]
