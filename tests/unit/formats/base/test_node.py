"""Typed documents lose nothing, whatever they hold."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midstream.formats.base.node import Node, read_node, unknown_members, write_node, wrong_members


class Leaf(Node, frozen=True, kw_only=True, rename="camel"):
    """A small object."""

    full_name: str = ""
    count: int = 0
    weight: float | None = None
    is_open: bool = False
    tags: tuple[str, ...] = ()


class Tree(Node, frozen=True, kw_only=True):
    """An object of objects."""

    id: str = ""
    leaf: Leaf | None = None
    leaves: tuple[Leaf, ...] = ()
    named: dict[str, Leaf] = msgspec.field(default_factory=dict)
    any_of: Any = None


WORDS = ["id", "leaf", "leaves", "named", "any_of", "fullName", "count", "weight", "isOpen", "tags", "x/y~z"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=20,
)


def same(one: object, other: object) -> bool:
    """Equal, and of equal types all the way down: 1 is neither 1.0 nor true."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


@given(st.dictionaries(st.sampled_from(WORDS), VALUES, max_size=6))
def test_writing_what_was_read_gives_the_same_value(value: dict[str, Any]) -> None:
    assert same(write_node(read_node(value, Tree)), value)


def test_values_are_typed() -> None:
    tree = read_node(
        {"id": "a", "leaf": {"fullName": "b", "weight": 7}, "leaves": [{"count": 2}], "named": {"c": {"tags": ["d"]}}},
        Tree,
    )
    assert tree == Tree(
        id="a",
        leaf=Leaf(full_name="b", weight=7),
        leaves=(Leaf(count=2),),
        named={"c": Leaf(tags=("d",))},
    )


@pytest.mark.parametrize(
    ("value", "path", "words"),
    [
        ({"id": 7}, "/id", "id has a wrong type: 7"),
        ({"id": ""}, "/id", "id is empty"),
        ({"leaves": []}, "/leaves", "leaves is empty"),
        ({"leaf": {"count": True}}, "/leaf/count", "count has a wrong type: True"),
        ({"leaves": [{"count": 1}, {"tags": [1]}]}, "/leaves/1/tags", "tags has a wrong type"),
        ({"leaf": {"fullName": None}}, "/leaf/fullName", "fullName is empty"),
        ({"leaf": "a" * 100}, "/leaf", "…"),
    ],
)
def test_a_wrong_member_is_kept_and_named(value: dict[str, Any], path: str, words: str) -> None:
    tree = read_node(value, Tree)
    (fault,) = wrong_members(tree)
    assert fault.path == path
    assert words in fault.sentence
    assert write_node(tree) == value
    assert not unknown_members(tree)


def test_a_number_that_is_nothing_is_not_wrong() -> None:
    assert wrong_members(read_node({"leaf": {"count": 0, "isOpen": False}}, Tree)) == []


def test_unknown_members_are_named_by_json_pointers() -> None:
    tree = read_node({"x/y~z": 1, "leaf": {"hue": [2]}, "leaves": [{"count": 1}, {"hue": 3}]}, Tree)
    assert unknown_members(tree) == [("/x~1y~0z", 1), ("/leaf/hue", [2]), ("/leaves/1/hue", 3)]
    assert wrong_members(tree) == []
