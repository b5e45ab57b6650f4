"""Which commits can be reached from which: for many sources in one pass over the graph."""

from collections.abc import Iterable, Sequence


class Reach:
    """What can be reached from each of the sources, themselves included.

    `parents` names for every commit its parents, which come before it; one pass from the newest commit to the oldest
    hands the set of sources on, as the bits of a number.
    """

    def __init__(self, *, parents: Sequence[Sequence[int]], sources: Iterable[int]) -> None:
        """Walk the graph once."""
        self._bit = {source: 1 << place for place, source in enumerate(dict.fromkeys(sources))}
        masks = [0] * len(parents)
        for source, bit in self._bit.items():
            masks[source] = bit
        for number in range(max(self._bit, default=-1), -1, -1):
            mask = masks[number]
            if mask:
                for parent in parents[number]:
                    masks[parent] |= mask
        self._masks = masks

    def has(self, source: int, number: int) -> bool:
        """Return whether `number` can be reached from `source`, one of the sources."""
        return bool(self._masks[number] & self._bit[source])

    def only(self, numbers: Iterable[int], *, of: int, not_of: int) -> list[int]:
        """Return those that a source of the mask `of` reaches, and none of the mask `not_of`."""
        masks = self._masks
        return [number for number in numbers if masks[number] & of and not masks[number] & not_of]

    def mask(self, sources: Iterable[int]) -> int:
        """Return the bits of some of the sources, for `only`."""
        total = 0
        for source in sources:
            total |= self._bit[source]
        return total

    def first_of(self, sources: Iterable[int], number: int) -> int | None:
        """Return the first of the sources that reach `number`; None when none does."""
        mask = self._masks[number]
        return next((source for source in sources if mask & self._bit[source]), None)


def is_before(parents: Sequence[Sequence[int]], old: int, new: int) -> bool:
    """Return whether `old` can be reached from `new`; for a single question, where a `Reach` would be too much."""
    waiting, seen = [new], {new}
    while waiting:
        number = waiting.pop()
        if number == old:
            return True
        for parent in parents[number]:
            # Parents have smaller numbers: what is smaller than `old` cannot lead to it.
            if parent >= old and parent not in seen:
                seen.add(parent)
                waiting.append(parent)
    return False
