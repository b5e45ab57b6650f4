"""Typed JSON documents that lose nothing: what a type has no field for stays beside it and is written again.

A :class:`Node` is one JSON object. Its fields have plain types and empty defaults; an empty field is left out when it
is written. `other` holds what the typed fields cannot: members of unknown names, members whose value has another type
than the field, and members that are there but empty. So writing what was read gives the same JSON value, always, and
a check sees what was wrong.
"""

import functools
import json
import types
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from midstream.formats.base.fault import Fault

Json = Any
"""A value as JSON has them: dict, list, str, int, float, bool or None."""


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """One JSON object of a document."""

    other: dict[str, Json] = {}


_Node = TypeVar("_Node", bound=Node)


class _Wrong(Exception):
    """A value of another type than its field."""


def read_node(value: dict[str, Json], into: type[_Node]) -> _Node:
    """Return the node of type `into` that the JSON object `value` describes. It never fails."""
    known: dict[str, Any] = {}
    other: dict[str, Json] = {}
    members = _members(into)
    for name, entry in value.items():
        member = members.get(name)
        if member is None:
            other[name] = entry
            continue
        field, kind, default = member
        try:
            typed = _typed(entry, kind)
        except _Wrong:
            other[name] = entry
            continue
        if typed == default and type(typed) is type(default):
            other[name] = entry
        else:
            known[field] = typed
    return into(other=other, **known)


def write_node(node: Node) -> dict[str, Json]:
    """Return the JSON object of the node: its fields in their order, then the others."""
    found: dict[str, Json] = {}
    for name, (field, _, default) in _members(type(node)).items():
        value = getattr(node, field)
        if value is not default and value != default:
            found[name] = _plain(value)
    for name, value in node.other.items():
        found.setdefault(name, value)
    return found


def wrong_members(node: Node, *, path: str = "") -> list[Fault]:
    """Return a fault for each member, at any depth, that is there but empty or of another type than its field."""
    found = []
    members = _members(type(node))
    for name, value in node.other.items():
        if name in members and not (value == members[name][2] and isinstance(value, int | float)):
            word = "is empty; leave it out" if value in ("", [], {}, None) else f"has a wrong type: {_shown(value)}"
            found.append(Fault(rule="types", path=f"{path}/{_escaped(name)}", sentence=f"{name} {word}"))
    for name, step, inner in _nodes_in(node):
        found += wrong_members(inner, path=f"{path}/{name}{step}")
    return found


def unknown_members(node: Node, *, path: str = "") -> list[tuple[str, Json]]:
    """Return the JSON Pointer and the value of each member, at any depth, of a name that its node has no field for."""
    members = _members(type(node))
    found = [(f"{path}/{_escaped(name)}", value) for name, value in node.other.items() if name not in members]
    for name, step, inner in _nodes_in(node):
        found += unknown_members(inner, path=f"{path}/{name}{step}")
    return found


def repeated_items(node: Node, *, lists: AbstractSet[str], rule: str, path: str = "", names: str = "") -> list[Fault]:
    """Return a fault of the name `rule` for each list, at any depth, that holds one item twice.

    `lists` are the ends of paths without places, such as ``/affected/cpes``; other lists may repeat themselves.
    `path` and `names` are where the node stands, with places and without. Items are the same when their JSON is
    (JSON Schema, Validation, section 6.4.3).
    """
    found = []
    for name, (field, _, _) in _members(type(node)).items():
        value = getattr(node, field)
        if isinstance(value, tuple) and any(f"{names}/{name}".endswith(end) for end in lists):
            items = [json.dumps(_plain(item), sort_keys=True) for item in value]
            if len(set(items)) != len(items):
                sentence = f"{name} holds one item twice; write it once"
                found.append(Fault(rule=rule, path=f"{path}/{name}", sentence=sentence))
    for name, step, inner in _nodes_in(node):
        found += repeated_items(inner, lists=lists, rule=rule, path=f"{path}/{name}{step}", names=f"{names}/{name}")
    return found


def _nodes_in(node: Node) -> Iterator[tuple[str, str, Node]]:
    """Yield the nodes right below, each with its member's name and, in a list, its place there: ``/0``."""
    for name, (field, _, _) in _members(type(node)).items():
        value = getattr(node, field)
        if isinstance(value, Node):
            yield name, "", value
        elif isinstance(value, tuple):
            yield from ((name, f"/{place}", item) for place, item in enumerate(value) if isinstance(item, Node))


@functools.cache
def _members(node: type[Node]) -> dict[str, tuple[str, Any, Any]]:
    """Return for each member's name in JSON its field, the field's type and its default."""
    hints = get_type_hints(node)
    return {
        field.encode_name: (field.name, hints[field.name], _default(field))
        for field in msgspec.structs.fields(node)
        if field.name != "other"
    }


def _default(field: msgspec.structs.FieldInfo) -> Any:  # noqa: ANN401 (the defaults of every type)
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return None if field.default is msgspec.NODEFAULT else field.default


def _typed(value: Json, kind: Any) -> Any:  # noqa: ANN401 (a type, and what it makes)
    if kind is Any:
        return value
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _one_of(value, get_args(kind))
    if origin is tuple:
        if not isinstance(value, list):
            raise _Wrong
        inner = get_args(kind)[0]
        return tuple(_typed(item, inner) for item in value)
    if origin is dict:
        if not isinstance(value, dict):
            raise _Wrong
        inner = get_args(kind)[1]
        return {name: _typed(item, inner) for name, item in value.items()}
    if isinstance(kind, type) and issubclass(kind, Node):
        if not isinstance(value, dict):
            raise _Wrong
        return read_node(value, kind)
    return _scalar(value, kind)


def _one_of(value: Json, kinds: tuple[Any, ...]) -> Any:  # noqa: ANN401 (as _typed)
    for kind in kinds:
        if kind is type(None):
            continue
        try:
            return _typed(value, kind)
        except _Wrong:
            pass
    raise _Wrong


def _scalar(value: Json, kind: Any) -> Any:  # noqa: ANN401 (as _typed)
    if isinstance(value, bool) and kind is not bool:
        raise _Wrong
    if isinstance(value, kind) or (kind is float and isinstance(value, int)):
        return value
    raise _Wrong


def _plain(value: Any) -> Json:  # noqa: ANN401 (any field's value)
    if isinstance(value, Node):
        return write_node(value)
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return value


def _escaped(name: str) -> str:
    """Return a member's name as a JSON Pointer has it (RFC 6901, section 3)."""
    return name.replace("~", "~0").replace("/", "~1")


def _shown(value: Json) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
