"""Values of a target that the record has no field for: found when reading, written again to that target only."""

from typing import Any, TypeVar

from midstream.advisories.record import Advisory, Foreign
from midstream.formats.base.node import Node, read_node, unknown_members, write_node

_Node = TypeVar("_Node", bound=Node)


def foreign_of(document: Node, *, target: str) -> tuple[Foreign, ...]:
    """Return the members of the document that its format has no type for, in the order of their paths."""
    found = [Foreign(target=target, path=path, value=value) for path, value in unknown_members(document)]
    return tuple(sorted(found, key=lambda each: each.path))


def with_foreign(document: _Node, record: Advisory, *, target: str) -> _Node:
    """Return the document with the record's foreign values of the target, where it has no value of its own."""
    values = [each for each in record.foreign if each.target == target]
    if not values:
        return document
    tree = write_node(document)
    for each in values:
        _put(tree, each.path, each.value)
    return read_node(tree, type(document))


def _put(tree: Any, path: str, value: Any) -> None:  # noqa: ANN401 (JSON)
    """Put the value at the JSON Pointer (RFC 6901) unless something stands there or nothing can."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in path.split("/")[1:]]
    if not steps:
        return
    here = tree
    for step in steps[:-1]:
        if isinstance(here, list):
            if not step.isdecimal() or int(step) >= len(here):
                return
            here = here[int(step)]
        elif isinstance(here, dict):
            here = here.setdefault(step, {})
        else:
            return
    if isinstance(here, dict):
        here.setdefault(steps[-1], value)
