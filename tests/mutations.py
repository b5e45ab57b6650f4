"""Small changes of a JSON document, by a path from its root: what makes a wrong document of a right one."""

from collections.abc import Callable
from typing import Any, TypeAlias

Json = Any
Mutation: TypeAlias = Callable[[Json], None]


def put(*path: str | int, to: Json) -> Mutation:
    """A mutation: the value at the path becomes `to`."""

    def mutate(tree: Json) -> None:
        for step in path[:-1]:
            tree = tree[step]
        tree[path[-1]] = to

    return mutate


def without(*path: str | int) -> Mutation:
    """A mutation: nothing is at the path."""

    def mutate(tree: Json) -> None:
        for step in path[:-1]:
            tree = tree[step]
        del tree[path[-1]]

    return mutate


def more(*path: str | int, item: Json) -> Mutation:
    """A mutation: the list at the path has one more item."""

    def mutate(tree: Json) -> None:
        for step in path:
            tree = tree[step]
        tree.append(item)

    return mutate


def again(*path: str | int) -> Mutation:
    """A mutation: the first item of the list at the path is there twice."""

    def mutate(tree: Json) -> None:
        for step in path:
            tree = tree[step]
        tree.append(tree[0])

    return mutate


def both(*mutations: Mutation) -> Mutation:
    """Several mutations at once."""

    def mutate(tree: Json) -> None:
        for each in mutations:
            each(tree)

    return mutate
