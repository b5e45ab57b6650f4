"""The words of the analysis: refs, branches, commits, fixes, evidence and verdicts."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Literal

import msgspec

Sha = str
"""A whole object id in small hexadecimal: 40 characters, or 64 in a SHA-256 repository."""

Sure = Literal["certain", "strong", "likely", "weak"]
"""How sure a piece of evidence makes us. Below ``strong`` a person should look before anyone is told."""

Word = Literal["fixed", "partly fixed", "vulnerable", "not affected", "unknown", "waived", "past support"]
"""Where a branch stands with a fix. ``vulnerable`` means that no trace of the fix was found in a whole history."""


class Rung(StrEnum):
    """A rung of the evidence ladder, the strongest first."""

    SAME = "same commit"
    TRAILER = "cherry-pick trailer"
    CHANGE_ID = "Change-Id"
    STRICT = "same patch"
    LOOSE = "same changed lines"
    NAMED = "named in the message"
    SUBJECT = "same subject"
    LINES = "similar lines"


class Ref(msgspec.Struct, frozen=True, kw_only=True):
    """A branch or tag as it stood when it was read: its full name (``refs/tags/v1.0``) and the commit it leads to."""

    name: str
    commit: Sha

    @property
    def short(self) -> str:
        """Return the name people use: without ``refs/heads/``, ``refs/tags/`` or ``refs/remotes/origin/``."""
        for prefix in ("refs/heads/", "refs/tags/", "refs/remotes/origin/", "refs/remotes/"):
            if self.name.startswith(prefix):
                return self.name.removeprefix(prefix)
        return self.name


class BranchLine(msgspec.Struct, frozen=True, kw_only=True):
    """A branch of the project as it is in git: a real branch, or the newest tag of a series that has no branch.

    `releases` are the final release tags of the series, the earliest first. `ref` is what the tip was read from.
    With `tip` empty the branch could not be found, and `trouble` says why.
    """

    name: str
    tip: Sha
    ref: str = ""
    kind: Literal["development", "lts", "release", "archive"] = "release"
    releases: tuple[Ref, ...] = ()
    supported_from: date | None = None
    supported_until: date | None = None
    trouble: str = ""


class Fix(msgspec.Struct, frozen=True, kw_only=True):
    """A fix: one commit, or several in the order in which they apply.

    `introduced` are the commits that brought the flaw in, as a person confirmed them; empty when nobody knows.
    `waived` and `not_affected` say of a branch, by its name, why it does not get or does not need the fix.
    """

    name: str
    commits: tuple[Sha, ...]
    title: str = ""
    introduced: tuple[Sha, ...] = ()
    waived: Mapping[str, str] = {}
    not_affected: Mapping[str, str] = {}


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One rung looked at for one commit on one branch: whether it matched, and what was compared.

    `matched` is None when the rung could not be tried, as with a commit that has no Change-Id.
    """

    rung: Rung
    matched: bool | None
    sure: Sure
    detail: str
    commit: Sha = ""


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """The commit of a branch that carries a commit of the fix, and the strongest evidence that says so."""

    commit: Sha
    rung: Rung
    sure: Sure
    subject: str = ""
    also: tuple[Rung, ...] = ()


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a branch has of one commit of a fix.

    `hit` is None when nothing was found. `reverted_by` is the commit that took the hit out again and was not itself
    taken back. `nearest` says what came closest when nothing was found; it is no evidence.
    """

    fix: Sha
    hit: Hit | None = None
    reverted_by: Sha = ""
    nearest: str = ""

    @property
    def is_in(self) -> bool:
        """Return whether the branch has this commit's change at its tip."""
        return self.hit is not None and not self.reverted_by


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Where one branch stands with one fix, and why.

    `found` has an entry for each commit of the fix, in its order. `first_release` is the earliest final tag of the
    branch's series that has them all; empty when there is none yet. `because` is one sentence for people.
    `needs_look` marks what a person should look at before it is told to anybody.
    """

    fix: str
    branch: str
    word: Word
    because: str
    sure: Sure
    found: tuple[Found, ...] = ()
    first_release: str = ""
    needs_look: bool = False

    @property
    def count(self) -> int:
        """Return how many commits of the fix the branch has."""
        return sum(entry.is_in for entry in self.found)
