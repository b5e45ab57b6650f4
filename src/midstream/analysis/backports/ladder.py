"""The evidence ladder: by what a commit of a branch is recognised as the one of a fix.

From the top: the same commit; a message that says so (cherry-pick trailer, Change-Id); the same changed lines; a
message that names the fix, the same subject, or similar lines, each with a common file and not better explained by
another commit. What is searched is ``branch ^fix``: what the branch has and the fix did not build on. Never
``main..branch``: where release branches are merged back, that range is empty.
"""

from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from midstream.analysis.backports.corpus import Corpus, Entry
from midstream.analysis.backports.keys import plain_subject
from midstream.analysis.backports.likeness import NOT_ALIKE, Likeness, Weights, likeness, shared_files
from midstream.analysis.backports.model import Rung, Sure

ALL_RUNGS: Final = frozenset(Rung)
"""What is looked at unless a caller leaves rungs out, as one does to measure what the others are worth."""

ALIKE: Final = 0.35
"""From this weighted share of common lines on, a commit of the same file may be the fix in other clothes."""

VERY_ALIKE: Final = 0.8
"""From this share on, hardly anything was changed on the way."""

NAMESAKES: Final = 2
"""So many other commits with the subject of a fix make it a subject that tells nothing by itself."""

SURE: Final[dict[Rung, Sure]] = {
    Rung.SAME: "certain",
    Rung.TRAILER: "certain",
    Rung.CHANGE_ID: "certain",
    Rung.STRICT: "certain",
    Rung.LOOSE: "strong",
    Rung.NAMED: "likely",
    Rung.SUBJECT: "likely",
    Rung.LINES: "weak",
}
"""How sure each rung makes us on its own."""


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """A commit that may carry the change of the fix: its rungs, the strongest first, and how alike it is."""

    number: int
    rungs: tuple[Rung, ...]
    alike: Likeness = NOT_ALIKE


class Trace:
    """Everything in the history that looks like one commit of a fix, on whatever branch; gathered once."""

    def __init__(
        self,
        corpus: Corpus,
        number: int,
        *,
        rungs: frozenset[Rung] = ALL_RUNGS,
        among: Callable[[Iterable[int]], list[int]] = list,
    ) -> None:
        """Gather the matches of the strong rungs; those of the weak ones are gathered when they are asked for.

        `among` returns which commits are of interest at all, so that the lines of the others need not be looked at.
        """
        self._among = among
        self.corpus = corpus
        self.fix = corpus.entry(number)
        self.rungs = rungs
        self._likely: dict[int, Match] | None = None
        named = Rung.NAMED in rungs
        self.partial = {one for one, how in corpus.naming(self.fix.commit) if how == "partly" and named}
        self.strong = self._gather_strong()

    def best(
        self, *, on: Callable[[int], bool], before: Callable[[int], bool], beside: Callable[[int], bool]
    ) -> list[Match]:
        """Return the matches on a branch, the best first.

        `on` says whether the branch has a commit, `before` whether the fix builds on it, and `beside` whether it is
        on a branch that has the fix itself, where the originals of other backports are.
        """
        number = self.fix.number
        if on(number):
            return [Match(number=number, rungs=(Rung.SAME,))]
        found = [match for match in self.strong.values() if on(match.number) and not before(match.number)]
        if not found:
            found = [
                match
                for match in self.likely.values()
                if on(match.number)
                and not before(match.number)
                and not self.is_common(match, on=on, beside=beside)
                and self.claimed_by(match, on=on, beside=beside) is None
            ]
        return sorted(found, key=lambda match: (_place(match.rungs[0]), -match.alike.both, match.number))

    def _gather_strong(self) -> dict[int, Match]:
        found: dict[int, list[Rung]] = {}
        for rung, numbers in (
            (Rung.TRAILER, self._picked()),
            (Rung.CHANGE_ID, (one for key in self.fix.change_ids for one in self.corpus.with_change_id(key))),
            (Rung.LOOSE, self.corpus.with_patch(self.fix.patch) if self.fix.patch else ()),
        ):
            for number in numbers if rung in self.rungs else ():
                if number != self.fix.number and number not in self.partial and rung not in found.get(number, ()):
                    found.setdefault(number, []).append(rung)
        return {number: Match(number=number, rungs=tuple(rungs)) for number, rungs in found.items()}

    def _picked(self) -> Iterable[int]:
        """Return the commits whose message says they were picked from the fix, or as it was, from one original."""
        origins = [name for how, name in self.fix.names if how == "picked"]
        for origin in [self.fix.commit, *(name for name in origins if len(name) >= 40)]:
            number = self.corpus.number(origin)
            if number is not None:
                yield number
            yield from (one for one, how in self.corpus.naming(origin) if how == "picked")

    @property
    def likely(self) -> dict[int, Match]:
        """Return the matches of the weak rungs: named, same subject, similar lines, each with a common file."""
        if self._likely is None:
            self._likely = self._gather_likely()
        return self._likely

    def _gather_likely(self) -> dict[int, Match]:
        corpus, fix = self.corpus, self.fix
        named = {one for one, how in corpus.naming(fix.commit) if how == "named"} if Rung.NAMED in self.rungs else set()
        titled = set(corpus.with_subject(plain_subject(fix.subject))) if Rung.SUBJECT in self.rungs else set()
        pool = {one for path in fix.files for one in corpus.touching(path)} if Rung.LINES in self.rungs else set()
        weights = Weights(corpus, fix)
        found: dict[int, Match] = {}
        numbers = self._among((named | titled | pool) - self.partial - {fix.number})
        for number, lines in zip(numbers, corpus.lines(numbers), strict=True):
            is_told = number in named or number in titled
            if not is_told and not weights.may_reach(ALIKE, lines):
                continue
            alike = likeness(corpus, fix, corpus.entry(number))
            if not is_told and alike.both < ALIKE:
                continue
            if not shared_files(corpus, fix, corpus.entry(number)):
                continue
            rungs = [
                *([Rung.NAMED] if number in named and (alike.both >= ALIKE or number in titled) else []),
                *([Rung.SUBJECT] if number in titled else []),
                *([Rung.LINES] if alike.both >= ALIKE else []),
            ]
            if rungs:
                found[number] = Match(number=number, rungs=tuple(rungs), alike=alike)
        return found

    def is_common(self, match: Match, *, on: Callable[[int], bool], beside: Callable[[int], bool]) -> bool:
        """Return whether the match rests on a subject alone that other commits beside the fix have as well.

        ``Update the change log`` names none of those that are called so, unless it was written at the same moment.
        """
        entry = self.corpus.entry(match.number)
        if match.rungs != (Rung.SUBJECT,) or entry.authored_at == self.fix.authored_at:
            return False
        namesakes = (
            number
            for number in self.corpus.with_subject(plain_subject(self.fix.subject))
            if number not in {self.fix.number, match.number} and number not in self.strong
        )
        return sum(beside(number) and not on(number) for number in namesakes) >= NAMESAKES

    # Claims

    def claimed_by(self, match: Match, *, on: Callable[[int], bool], beside: Callable[[int], bool]) -> int | None:
        """Return the commit beside the fix that explains the match better than the fix does; None when none does."""
        entry = self.corpus.entry(match.number)
        for number in dict.fromkeys(self._rivals(entry)):
            # Another backport of the same fix is no rival of it.
            is_rival = number not in {self.fix.number, match.number} and number not in self.strong
            if is_rival and beside(number) and not on(number):
                rival = self.corpus.entry(number)
                if self._is_better(entry, rival, match.alike):
                    return number
        return None

    def _rivals(self, entry: Entry) -> Iterable[int]:
        corpus = self.corpus
        if Rung.TRAILER in self.rungs:
            picked = (corpus.number(name) for how, name in entry.names if how == "picked" and len(name) >= 40)
            yield from (number for number in picked if number is not None)
        if Rung.CHANGE_ID in self.rungs:
            yield from (one for key in entry.change_ids for one in corpus.with_change_id(key))
        if entry.patch:
            yield from corpus.with_patch(entry.patch)
        yield from corpus.with_subject(plain_subject(entry.subject))

    def _is_better(self, entry: Entry, rival: Entry, alike: Likeness) -> bool:
        """Return whether `rival`, rather than the fix, is what `entry` brings to its branch."""
        fix, title = self.fix, plain_subject(entry.subject)
        if _says(entry, rival, self.rungs) or (entry.patch and entry.patch == rival.patch):
            return True
        theirs = likeness(self.corpus, rival, entry)
        if title == plain_subject(fix.subject):
            # Both have the subject: the moment it was written tells them apart, or else the lines.
            if entry.authored_at in {fix.authored_at, rival.authored_at}:
                return fix.authored_at != entry.authored_at
            return theirs.both > alike.both
        # The rival alone has the subject: only lines that are hardly changed from the fix's speak against it.
        return alike.both < VERY_ALIKE or theirs.both >= VERY_ALIKE


def _says(entry: Entry, origin: Entry, rungs: frozenset[Rung]) -> bool:
    """Return whether the message of `entry` says that it is `origin`."""
    picked = Rung.TRAILER in rungs and ("picked", origin.commit) in entry.names
    return picked or (Rung.CHANGE_ID in rungs and not set(entry.change_ids).isdisjoint(origin.change_ids))


_ORDER: Final = list(Rung)


def _place(rung: Rung) -> int:
    return _ORDER.index(rung)
