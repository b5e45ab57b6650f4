"""What was taken out again: reverts, reverts of reverts, and reverts of whole merges."""

from collections import defaultdict
from collections.abc import Callable

from midstream.analysis.backports.corpus import Corpus
from midstream.analysis.backports.keys import plain_subject, reverted_subject
from midstream.analysis.backports.reach import is_before


class Reverts:
    """Every revert of a history, by what it says it reverts: ``This reverts commit ID``, or only the subject."""

    def __init__(self, corpus: Corpus) -> None:
        """Gather what messages say."""
        self._corpus = corpus
        self._by_number: dict[int, list[int]] = defaultdict(list)
        self._by_start: list[tuple[int, str]] = []
        self._merges: list[tuple[int, int]] = []
        parents = corpus.parents()
        for number, said in corpus.reverting():
            target = corpus.number(said) if len(said) in {40, 64} else None
            if target is None:
                self._by_start.append((number, said))
                continue
            self._by_number[target].append(number)
            if len(parents[target]) > 1:
                self._merges.append((number, target))

    def active(self, number: int, *, origin: int, on: Callable[[int], bool]) -> int | None:
        """Return the commit that took `number` out of a branch and still stands; None when there is none.

        `origin` is the fix it brings: a revert on the branch may name that instead. `on` says what the branch has. A
        revert counts when it builds on what it reverts and was not itself taken back.
        """
        seen = {number}
        for revert in sorted(self._of(number) | self._of(origin) | self._of_merges(number)):
            if self._stands(revert, after=number, on=on, seen=seen):
                return revert
        return None

    def _stands(self, revert: int, *, after: int, on: Callable[[int], bool], seen: set[int]) -> bool:
        if revert in seen or not on(revert) or not is_before(self._corpus.parents(), after, revert):
            return False
        seen.add(revert)
        return not any(self._stands(back, after=revert, on=on, seen=seen) for back in self._of(revert))

    def _of(self, number: int) -> set[int]:
        """Return the reverts that name the commit by its id, or quote its subject and change the same files."""
        corpus, entry = self._corpus, self._corpus.entry(number)
        named = {one for one, start in self._by_start if entry.commit.startswith(start)}
        quoted = {
            one
            for quote in (f'Revert "{entry.subject}"', f'revert: "{entry.subject}"')
            for one in corpus.with_subject(plain_subject(quote))
            if self._quotes(one, entry.subject) and (corpus.entry(one).files == entry.files)
        }
        return named | quoted | set(self._by_number.get(number, ()))

    def _quotes(self, number: int, subject: str) -> bool:
        """Return whether a revert quotes that subject and names no commit, which would say more."""
        entry = self._corpus.entry(number)
        names = any(how == "reverted" for how, _ in entry.names)
        return not names and plain_subject(reverted_subject(entry.subject)) == plain_subject(subject)

    def _of_merges(self, number: int) -> set[int]:
        """Return the reverts of merges that brought the commit in."""
        parents = self._corpus.parents()
        return {
            revert
            for revert, merge in self._merges
            if merge > number
            and is_before(parents, number, merge)
            and not is_before(parents, number, parents[merge][0])
        }
