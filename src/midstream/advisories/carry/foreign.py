"""Values of a target that the record has no field for: found when reading, written again to that target only."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, TypeVar

import msgspec

from midstream.advisories.carry.anchors import END, item_at, step_to
from midstream.advisories.record import Advisory, Foreign
from midstream.formats.base.node import Node, read_node, unknown_members, write_node

_Node = TypeVar("_Node", bound=Node)
_OPEN: Final = frozenset(
    {"database_specific", "ecosystem_specific", "hashes", "identifiers", "cvss_severities", "cvss", "source"}
)
"""Objects that hold what their writers like: one is made for a value where we write none."""


def _never(_: Any, __: Any) -> bool:  # noqa: ANN401 (JSON, and a step in it)
    return False


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """A place of a format that no field of the record is read from, though the format has a name for it.

    ``*`` in the path is each item of a list, or each member of an object. `is_ours` is given the list or the object
    and the number or the name of what stands in it, and tells what we read, or write ourselves. Both come from
    others: neither need be what the format says.
    """

    path: str
    is_ours: Callable[[Any, Any], bool] = _never


def entry_at(items: Any, place: Any) -> dict[str, Any]:  # noqa: ANN401 (JSON, and a step in it)
    """Return the object that stands at the place; an empty one for whatever else stands there."""
    item = items[place]
    return item if isinstance(item, dict) else {}


def foreign_of(document: Node, *, target: str, unread: Sequence[Unread] = ()) -> tuple[Foreign, ...]:
    """Return what the record has no field for: members of unknown names at any depth, and what stands at `unread`.

    Items of lists are named by what they are in place of their number (`anchors`), so that a value stays with its item
    when others come and go; an item that is `unread` as a whole is to be added to its list.
    """
    tree = write_node(document)
    found = {tuple(map(_plain, path.split("/")[1:])): value for path, value in unknown_members(document)}
    for each in unread:
        found |= dict(_values_at(tree, each.path.split("/")[1:], is_ours=each.is_ours))
    values = [
        Foreign(target=target, path=_anchored(tree, steps), value=value)
        for steps, value in found.items()
        if not any(steps[:depth] in found for depth in range(1, len(steps)))
    ]
    return tuple(sorted(values, key=lambda each: each.path))


def _values_at(
    here: Any,  # noqa: ANN401 (JSON)
    steps: Sequence[str],
    *,
    is_ours: Callable[[Any, Any], bool],
    above: tuple[str, ...] = (),
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the steps to each value that a path of an `Unread` leads to, and the value."""
    if not isinstance(here, dict | list):
        return
    names: Iterable[Any] = here if isinstance(here, dict) else range(len(here))
    for name in [each for each in names if steps[0] in ("*", str(each))]:
        if len(steps) > 1:
            yield from _values_at(here[name], steps[1:], is_ours=is_ours, above=(*above, str(name)))
        elif not is_ours(here, name):
            yield (*above, str(name)), here[name]


def _anchored(tree: Any, steps: Sequence[str]) -> str:  # noqa: ANN401 (JSON)
    """Return the path with items by what names them; one that is itself the value is added to the end of its list."""
    here, found, of = tree, [], ""
    for step in steps[:-1]:
        if isinstance(here, list):
            found.append(step_to(here, int(step), of=of))
            here = here[int(step)]
        else:
            found.append(of := step)
            here = here[of]
    return _written([*found, END if isinstance(here, list) else steps[-1]])


def _written(steps: Iterable[str]) -> str:
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)


def _plain(step: str) -> str:
    return step.replace("~1", "/").replace("~0", "~")


def word_of(name: str, value: str) -> str:
    """Return the step, as a path has it, to the item of a list that `name` names so."""
    return _written([step_to([{name: value}], 0, of="")])[1:]


def with_foreign(document: _Node, record: Advisory, *, target: str) -> _Node:
    """Return the document with the record's foreign values of the target, where it has no value of its own."""
    values = [each for each in record.foreign if each.target == target]
    if not values:
        return document
    tree = write_node(document)
    put_foreign(tree, values)
    return read_node(tree, type(document))


def put_foreign(tree: dict[str, Any], values: Iterable[Foreign]) -> None:
    """Return nothing, after each value stands at its place in the document, unless one is there or its element gone."""
    for each in values:
        _put(tree, each.path, each.value)


def _put(tree: Any, path: str, value: Any) -> None:  # noqa: ANN401 (JSON)
    """Put the value at the JSON Pointer (RFC 6901) unless something stands there or nothing can."""
    steps = [_plain(step) for step in path.split("/")[1:]]
    here = tree
    for step, following in itertools.pairwise(steps):
        if isinstance(here, list):
            here = item_at(here, step)
        elif isinstance(here, dict):
            if step not in here and (following == END or step in _OPEN):
                here[step] = [] if following == END else {}
            here = here.get(step)
    if isinstance(here, dict) and steps:
        here.setdefault(steps[-1], value)
    elif isinstance(here, list) and steps[-1:] == [END] and value not in here:
        here.append(value)
