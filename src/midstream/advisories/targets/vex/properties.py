"""Values of the record that a format has no exact place for, as properties: a name and compact JSON in ASCII.

A property never speaks alone where the format has a place of its own: there the document's list says which items
there are, and the property only tells the rest of each item. So a change that a person makes to the document is seen.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

import msgspec

from midstream.advisories.record import (
    Advice,
    Advisory,
    Component,
    Credit,
    Exploitation,
    Ids,
    Line,
    OtherId,
    Reference,
    Revision,
    Score,
    Statement,
    Weakness,
)
from midstream.formats.base.visible import visible

_CVE: Final = re.compile(r"CVE-[0-9]{4}-[0-9]{4,19}")
_GHSA: Final = re.compile(r"GHSA(-[0-9a-z]{4}){3}")
PREFIX: Final = "midstream:"
_TYPES: Final[dict[str, Any]] = {
    "id": str,
    "title": dict[str, str],
    "summary": dict[str, str],
    "details": dict[str, str],
    "impact": dict[str, str],
    "aliases": tuple[str, ...],
    "upstream": tuple[str, ...],
    "related": tuple[str, ...],
    "other": tuple[OtherId, ...],
    "weakness": tuple[Weakness, ...],
    "attack_pattern": tuple[int, ...],
    "score": tuple[Score, ...],
    "exploitation": Exploitation,
    "workaround": tuple[Advice, ...],
    "mitigation": tuple[Advice, ...],
    "reference": tuple[Reference, ...],
    "credit": tuple[Credit, ...],
    "revision": tuple[Revision, ...],
    "line": tuple[Line, ...],
    "statement": tuple[Statement, ...],
    "kind": str,
    "key": str,
    "name": str,
    "fork_of": str,
    "scheme": str,
    "repo": str,
    "ecosystem": str,
    "package": str,
    "paths": tuple[str, ...],
    "routines": tuple[str, ...],
    "modules": tuple[str, ...],
    "platforms": tuple[str, ...],
    "config": tuple[str, ...],
}
OF_COMPONENT: Final = (
    *("key", "kind", "fork_of", "scheme", "repo", "ecosystem", "package"),
    *("paths", "routines", "modules", "platforms", "config", "line", "statement"),
)
"""The fields of a component that become its properties."""

_Item = TypeVar("_Item")


def of_record(record: Advisory, names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Name and value of each of the fields that is not empty, in the order of `names`; ids by their own names."""
    values = {name: getattr(record.ids if name in _IDS else record, name) for name in names}
    return _written(values)


def of_component(component: Component) -> tuple[tuple[str, str], ...]:
    """Name and value of each field of `OF_COMPONENT` that is not empty."""
    unnamed = () if component.name else ((f"{PREFIX}name", '""'),)
    return (*unnamed, *_written({name: getattr(component, name) for name in OF_COMPONENT}))


def told(properties: Sequence[tuple[str, str]]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The values of our properties by their names, and in sentences those that cannot be read."""
    found: dict[str, Any] = {}
    doubts = []
    for name, value in properties:
        field = name.removeprefix(PREFIX)
        if not name.startswith(PREFIX) or field not in _TYPES:
            continue
        try:
            found[field] = msgspec.json.decode(value, type=_TYPES[field])
        except (msgspec.DecodeError, RecursionError, ValueError):
            doubts.append(f"the property {name} cannot be read and is passed over")
    return found, tuple(doubts)


def enriched(native: Sequence[_Item], whole: Sequence[_Item], *, alike: tuple[str, ...]) -> tuple[_Item, ...]:
    """The items that the document has, each as the property tells it in full where the fields of `alike` agree.

    An item of the property that the document no longer has is gone; one that only the document has stays as it is.
    """
    rest = list(whole)
    found = []
    for item in native:
        match = next((one for one in rest if all(_is_alike(one, item, key) for key in alike)), None)
        if match is not None:
            rest.remove(match)
        found.append(item if match is None else match)
    return tuple(found)


def _is_alike(whole: object, native: object, key: str) -> bool:
    ours, theirs = getattr(whole, key), getattr(native, key)
    return bool(ours == theirs or (isinstance(ours, str) and visible(ours) == theirs))


_IDS: Final = frozenset({"aliases", "upstream", "related", "other"})


def _written(values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (f"{PREFIX}{name}", json.dumps(msgspec.to_builtins(value), separators=(",", ":")))
        for name, value in values.items()
        if value not in ("", (), {}, None, Exploitation())
    )


def ids_of(names: Sequence[str], mine: Mapping[str, Any], *, is_any_cve: bool = True) -> Ids:
    """Return the ids a document gives, as the properties sort them; the first of `names` is what it is called.

    A name of which the properties say nothing is an alias. Unless `is_any_cve`, only the first may be the CVE id.
    """
    upstream = tuple(name for name in mine.get("upstream", ()) if name in names)
    known = [name for name in dict.fromkeys(names) if name and name != mine.get("id") and name not in upstream]
    aliases = tuple(name for name in mine.get("aliases", ()) if name in known)
    rest = [name for name in known if name not in aliases]
    cve = next((name for name in rest if _CVE.fullmatch(name) and (is_any_cve or name == names[0])), "")
    ghsa = next((name for name in rest if _GHSA.fullmatch(name)), "")
    return Ids(
        cve=cve,
        ghsa=ghsa,
        upstream=upstream,
        aliases=(*aliases, *(name for name in rest if name not in {cve, ghsa})),
        related=mine.get("related", ()),
        other=mine.get("other", ()),
    )


def text_of(field: str, native: str, mine: Mapping[str, Any]) -> dict[str, str]:
    """Return the texts by language: as the property has them while the document says the same, else the document's."""
    texts: dict[str, str] = mine.get(field, {})
    shown = texts.get("en") or next(iter(texts.values()), "")
    return {"en": native} if native and native != visible(shown) else texts
