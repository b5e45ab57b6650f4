"""Whether an OSV record affects a version, by OSV's own algorithm (OSV 1.7.5, section "Evaluation")."""

from collections.abc import Callable, Collection, Sequence

from midstream.formats.base.versions import Key, key_of
from midstream.formats.osv.document import Affected, Event, Range


def is_affected(affected: Sequence[Affected], *, version: str, tags: Collection[str] = ()) -> bool:
    """Return whether a version is affected, by the entries of one package or repository.

    It is when it is listed in ``versions`` (there as it is, so `tags` are compared too) or lies in one of the ranges.
    Ranges of commits are passed over: see :func:`is_commit_affected`.
    """
    names = {version, *tags}
    return any(
        not names.isdisjoint(entry.versions) or any(_in_range(each, version=version) for each in entry.ranges)
        for entry in affected
    )


def is_commit_affected(found: Range, *, commit: str, is_in: Callable[[str, str], bool]) -> bool:
    """Return whether a commit lies in a range of commits.

    `is_in(ancestor, commit)` tells whether `ancestor` is `commit` or one of those it was made from.
    """

    def holds(event: str) -> bool:
        return event == "0" or is_in(event, commit)

    if not any(holds(event.introduced) for event in found.events if event.introduced):
        return False
    return not any(is_in(event.fixed, commit) for event in found.events if event.fixed)


def _in_range(found: Range, *, version: str) -> bool:
    if found.type == "GIT":
        return False
    key = _key(version)
    if key is None:
        return False
    limits = [_key(event.limit) for event in found.events if event.limit and event.limit != "*"]
    if limits and not any(limit is not None and key < limit for limit in limits):
        return False
    is_in = False
    for place, _, event in _sorted(found.events):
        if event.introduced and (place is None or key >= place):
            is_in = True
        elif place is not None and ((event.fixed and key >= place) or (event.last_affected and key > place)):
            is_in = False
    return is_in


def _sorted(events: Sequence[Event]) -> list[tuple[Key | None, int, Event]]:
    """Return the events in the order of their versions, ``0`` first; those that nothing can place are left out."""
    rows: list[tuple[Key | None, int, Event]] = []
    for place, event in enumerate(events):
        version = event.introduced or event.fixed or event.last_affected
        key = None if version == "0" else _key(version)
        if version == "0" or key is not None:
            rows.append((key, place, event))
    return sorted(rows, key=lambda row: (row[0] is not None, row[0] or (), row[1]))


def _key(version: str) -> Key | None:
    return key_of(scheme="semver", version=version)
