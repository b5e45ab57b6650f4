"""Values of a target that the record has no field for: found when reading, written again to that target only."""

import json
from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec

from midstream.advisories.carry.outline import without_outline
from midstream.advisories.record import Advisory, Foreign
from midstream.formats.base.node import Node, read_node, unknown_members, write_node

_Node = TypeVar("_Node", bound=Node)


def foreign_of(document: Node, *, target: str) -> tuple[Foreign, ...]:
    """Return the members of the document that its format has no type for, in the order of their paths."""
    found = [Foreign(target=target, path=path, value=value) for path, value in unknown_members(document)]
    return tuple(sorted(found, key=lambda each: each.path))


def anchored_foreign_of(document: Node, *, target: str) -> tuple[Foreign, ...]:
    """Return as `foreign_of`, with items of lists by what names them in place of their number.

    ``/components/bom-ref=lib/x`` stays with its component when others come and go; it is written to no other.
    """
    tree = write_node(document)
    return tuple(
        msgspec.structs.replace(each, path=_anchored(tree, each.path)) for each in foreign_of(document, target=target)
    )


_NAMES = (
    *(("spdxId",), ("bom-ref",), ("@id",), ("ref",), ("id",), ("url",), ("vector",), ("version",), ("range",)),
    *(("identifier",), ("locator",), ("name",), ("extension_cdxPropName",), ("type",)),
    ("status", "justification", "impact_statement", "action_statement", "status_notes"),
)
"""The members that name an item of a list, the surest first."""


def _anchored(tree: Any, path: str) -> str:  # noqa: ANN401 (JSON)
    steps = path.split("/")[1:]
    here, found = tree, []
    for step in steps[:-1]:
        if isinstance(here, list):
            found.append(_name_in(here, int(step)))
            here = here[int(step)]
        else:
            found.append(step)
            here = here[_plain(step)]
    return "/".join(("", *found, steps[-1]))


def _name_in(items: list[Any], place: int) -> str:
    """Return the step to an item: by the members that it alone has so, else its number."""
    for names in _NAMES:
        if (word := _word(items[place], names)) and sum(_word(each, names) == word for each in items) == 1:
            return word.replace("~", "~0").replace("/", "~1")
    return str(place)


def word_of(name: str, value: str) -> str:
    """Return the step to the item of a list that `name` names so."""
    return f"{name}={json.dumps([value])}".replace("~", "~0").replace("/", "~1")


def _word(item: Any, names: tuple[str, ...]) -> str:  # noqa: ANN401 (JSON)
    values = [item.get(name, "") for name in names] if isinstance(item, dict) else []
    values = [without_outline(value) if isinstance(value, str) else value for value in values]
    return f"{names[0]}={json.dumps(values)}" if any(values) else ""


def _plain(step: str) -> str:
    return step.replace("~1", "/").replace("~0", "~")


def _item(items: list[Any], step: str) -> Any:  # noqa: ANN401 (JSON)
    """Return the item that a step leads to, None when there is none or more than one."""
    if step.isdecimal():
        return items[int(step)] if int(step) < len(items) else None
    name = step.partition("=")[0]
    names = next((each for each in _NAMES if each[0] == name), ())
    found = [each for each in items if names and _word(each, names) == step]
    return found[0] if len(found) == 1 else None


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
    if not steps:
        return
    here = tree
    for step in steps[:-1]:
        if isinstance(here, list):
            here = _item(here, step)
        elif isinstance(here, dict):
            here = here.setdefault(step, {})
        else:
            return
    if isinstance(here, dict):
        here.setdefault(steps[-1], value)
