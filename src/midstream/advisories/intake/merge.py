"""Taking in what a document says: a merge with provenance, never a replacement.

What the record has stays. What it lacks is taken, with the place it came from. Where both say something and differ, it
is a conflict: the record keeps its own word, and a person decides. Reading back what we wrote changes nothing.
"""

import hashlib
import re
from typing import Any, TypeVar

import msgspec

from midstream.advisories.intake.words import words_of
from midstream.advisories.reading import Provenance
from midstream.advisories.record import Advice, Advisory, Component, Credit, Foreign, Part, Score, fields_of

_Part = TypeVar("_Part", bound=Part)


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A value that the record lacked and a document had: the record's field, and the place in the document."""

    field: str
    place: str
    value: Any


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """A field about which the record and a document differ."""

    field: str
    place: str
    ours: Any
    theirs: Any

    def __str__(self) -> str:
        """Return it as a person reads it."""
        ours, theirs = words_of(self.ours, most=80), words_of(self.theirs, most=80)
        return f"{self.field}: the record says {ours}, the document says {theirs}"


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """The record after a merge, what was taken and from where, and what is in dispute."""

    record: Advisory
    taken: tuple[Taken, ...]
    conflicts: tuple[Conflict, ...]


def merge(*, record: Advisory, partial: Advisory, provenance: Provenance) -> Merged:
    """Return the record with what it lacked of `partial`."""
    work = _Merge(provenance)
    found = work.parts(record, partial, path="")
    return Merged(record=found, taken=tuple(work.taken), conflicts=tuple(work.conflicts))


class _Merge:
    """One merge: what was taken and what is in dispute is gathered on the way."""

    def __init__(self, provenance: Provenance) -> None:
        self.places = provenance.places
        self.taken: list[Taken] = []
        self.conflicts: list[Conflict] = []

    def parts(self, ours: _Part, theirs: _Part, *, path: str) -> _Part:
        """Return `ours` with what it lacks of `theirs`."""
        if ours == theirs:
            return ours
        changes: dict[str, Any] = {}
        for field in fields_of(type(ours)):
            mine, other = getattr(ours, field.name), getattr(theirs, field.name)
            if mine != other:
                here = f"{path}.{field.name}" if path else field.name
                changes[field.name] = self._values(mine, other, path=here, empty=_default(field))
        return msgspec.structs.replace(ours, **changes)

    def _values(self, ours: Any, theirs: Any, *, path: str, empty: Any) -> Any:  # noqa: ANN401 (any field's value)
        if theirs == empty or theirs in ((), {}, "", None):
            return ours
        if isinstance(ours, Part):
            return self.parts(ours, theirs, path=path)
        if isinstance(ours, tuple):
            return self._lists(ours, theirs, path=path)
        if isinstance(ours, dict):
            return self._texts(ours, theirs, path=path)
        if ours == empty or ours in ("", None):
            self._take(path, theirs)
            return theirs
        self._dispute(path, ours, theirs)
        return ours

    def _texts(self, ours: dict[str, str], theirs: dict[str, str], *, path: str) -> dict[str, str]:
        found = dict(ours)
        for language, text in theirs.items():
            here = f"{path}.{language}"
            if language not in found:
                self._take(here, text)
                found[language] = text
            elif found[language] != text:
                self._dispute(here, found[language], text)
        return found

    def _lists(self, ours: tuple[Any, ...], theirs: tuple[Any, ...], *, path: str) -> tuple[Any, ...]:
        found = list(ours)
        for item in theirs:
            place = next((place for place, own in enumerate(found) if is_same(own, item)), None)
            if place is None:
                added = _with_key(item, taken={getattr(own, "key", "") for own in found})
                self._take(_named(path, added), added)
                found.append(added)
            elif isinstance(item, Foreign):
                found[place] = item
            elif isinstance(item, Part):
                found[place] = self.parts(found[place], item, path=_named(path, found[place]))
        return tuple(found)

    def _take(self, path: str, value: Any) -> None:  # noqa: ANN401 (any field's value)
        self.taken.append(Taken(field=path, place=self._place(path), value=value))

    def _dispute(self, path: str, ours: Any, theirs: Any) -> None:  # noqa: ANN401 (any field's value)
        self.conflicts.append(Conflict(field=path, place=self._place(path), ours=ours, theirs=theirs))

    def _place(self, path: str) -> str:
        """Return where the document had it: the place of the path itself, or of what it is a part of."""
        if path in self.places:
            return self.places[path]
        plain = re.sub(r"\[[^\]]*\]", "", path)
        while plain:
            if plain in self.places:
                return self.places[plain]
            plain = plain.rpartition(".")[0]
        return ""


def is_same(ours: Any, theirs: Any) -> bool:  # noqa: ANN401 (items of any list of the record)
    """Return whether two list items are about the same thing."""
    if isinstance(ours, Component):
        return _is_same_component(ours, theirs)
    if isinstance(ours, Advice):
        same_key = bool(ours.key) and ours.key == theirs.key
        return same_key or any(ours.text.get(language) == text for language, text in theirs.text.items())
    if isinstance(ours, Score):
        return (
            ours.vector.partition("/")[0] == theirs.vector.partition("/")[0]
            and _fits(ours.source, theirs.source)
            and _fits(ours.component, theirs.component)
        )
    if isinstance(ours, Credit):
        return _is_same_credit(ours, theirs)
    if isinstance(ours, Part):
        return bool(ours.key == theirs.key)  # type: ignore[attr-defined]  # every part in a list has a key
    return bool(ours == theirs)


def _is_same_component(ours: Component, theirs: Component) -> bool:
    if ours.key and theirs.key:
        return ours.key == theirs.key
    for mine, other in ((ours.purl, theirs.purl), (ours.cpe, theirs.cpe)):
        if mine and other:
            return mine == other
    if ours.name and theirs.name:
        return ours.name == theirs.name and _fits(ours.vendor, theirs.vendor)
    return bool(ours.repo) and ours.repo == theirs.repo


def _is_same_credit(ours: Credit, theirs: Credit) -> bool:
    """Return whether two credits are of one person; the document may know an organisation or an account alone."""
    if theirs.name:
        alike = ours.name == theirs.name
    elif theirs.org:
        alike = ours.org == theirs.org
    else:
        alike = ours.github == theirs.github and bool(ours.github)
    return alike and _fits(ours.role, theirs.role)


def _fits(ours: str, theirs: str) -> bool:
    return ours == theirs or not theirs


def _with_key(item: Any, *, taken: set[str]) -> Any:  # noqa: ANN401 (an item of any list)
    """Return the item with a key of our own where it needs one and has none."""
    if not isinstance(item, Component | Advice) or item.key:
        return item
    if isinstance(item, Component):
        base = re.sub(r"[^a-z0-9]+", "-", (item.name or item.purl or item.repo).lower()).strip("-")[:60] or "component"
    else:
        base = hashlib.sha256(repr(sorted(item.text.items())).encode()).hexdigest()[:8]
    key = next(
        name for count in range(1, len(taken) + 2) if (name := base if count == 1 else f"{base}-{count}") not in taken
    )
    return msgspec.structs.replace(item, key=key)


def _named(path: str, item: Any) -> str:  # noqa: ANN401 (an item of any list)
    return f"{path}[{getattr(item, 'key', item)}]"


def _default(field: msgspec.structs.FieldInfo) -> Any:  # noqa: ANN401 (the defaults of every type)
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return None if field.default is msgspec.NODEFAULT else field.default
