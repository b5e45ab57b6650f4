"""Which ids mean the same vulnerability: those joined by "aliases", never those that are only related or upstream."""

from collections.abc import Iterable

_FIRST = ("CVE-", "GHSA-")


def canonical_ids(entries: Iterable[tuple[str, Iterable[str]]]) -> dict[str, str]:
    """Return for every id, also those only named as aliases, the one that stands for its group.

    `entries` are ids with their aliases. A CVE id stands for its group, else a GHSA id, else the first by text.
    """
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        top = parent.setdefault(name, name)
        while top != parent[top]:
            top = parent[top]
        while name != top:  # the way up is made short for the next one who asks
            parent[name], name = top, parent[name]
        return top

    for name, aliases in entries:
        for alias in aliases:
            one, two = root(name), root(alias)
            if one != two:
                parent[max(one, two, key=_rank)] = min(one, two, key=_rank)
        root(name)
    return {name: root(name) for name in list(parent)}


def _rank(name: str) -> tuple[int, str]:
    place = next((place for place, start in enumerate(_FIRST) if name.startswith(start)), len(_FIRST))
    return place, name
