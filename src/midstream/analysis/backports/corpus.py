"""What the ladder needs of a history: commits by number, found by their keys."""

from collections.abc import Iterable, Sequence
from typing import Literal, Protocol

import msgspec

from midstream.analysis.backports.model import Sha

Naming = Literal["picked", "partly", "reverted", "named"]
"""How a message names another commit: as its origin, as one it takes a part of, as what it reverts, or in passing."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A commit as the index holds it.

    `patch` is the key of the changed lines without white space and context, empty when the commit changes no text.
    `lines` are the keys of its changed lines; of more than `keys.SAMPLE` lines the smallest so many, and `size` counts
    them all. `files` are paths; of those in `unread` only the object ids could be read, as of a file that is missing
    in the clone. When `is_whole` is False not even the paths are known. `names` are the commits
    that the message names, whole ids or the beginnings of ids.
    """

    number: int
    commit: Sha
    author: str
    authored_at: int
    committed_at: int
    subject: str
    change_ids: tuple[str, ...] = ()
    names: tuple[tuple[Naming, str], ...] = ()
    patch: str = ""
    files: frozenset[str] = frozenset()
    lines: frozenset[int] = frozenset()
    size: int = 0
    unread: frozenset[str] = frozenset()
    is_whole: bool = True


class Corpus(Protocol):
    """The commits of a history. Numbers are such that parents come before their children."""

    def number(self, commit: Sha) -> int | None:
        """Return the number of a commit; None when it is not in the index."""
        ...

    def entry(self, number: int) -> Entry:
        """Return the commit of that number."""
        ...

    def parents(self) -> Sequence[Sequence[int]]:
        """Return the numbers of the parents of every commit, by its number."""
        ...

    def cut(self) -> frozenset[int]:
        """Return the commits whose parents are not in the repository, because the clone is shallow."""
        ...

    def gaps(self) -> Sequence[int]:
        """Return the commits that could not be read whole."""
        ...

    def lines(self, numbers: Sequence[int]) -> Sequence[frozenset[int]]:
        """Return the keys of the changed lines of each commit, as in its entry, without the rest of it."""
        ...

    def with_change_id(self, change_id: str) -> list[int]:
        """Return the commits that have this Change-Id."""
        ...

    def naming(self, commit: Sha) -> list[tuple[int, Naming]]:
        """Return the commits whose messages name `commit`, and how; each at its strongest."""
        ...

    def with_patch(self, patch: str) -> list[int]:
        """Return the commits with exactly these changed lines."""
        ...

    def with_subject(self, subject: str) -> list[int]:
        """Return the commits with this subject, as `keys.plain_subject` writes it."""
        ...

    def reverting(self) -> list[tuple[int, str]]:
        """Return every commit whose message says that it reverts another, with that one's id or its beginning."""
        ...

    def touching(self, file: str) -> list[int]:
        """Return the commits that change a file of that name, whatever its folder; of many, the newest."""
        ...

    def folders(self, file: str) -> int:
        """Return in how many folders there was ever a file of that name."""
        ...

    def weigh(self, lines: Iterable[int]) -> float:
        """Return how telling lines are together: the sum of the logarithms of how rare each is in the history."""
        ...
