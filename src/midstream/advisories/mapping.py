"""What a format promises to keep of a record, and the part of a record that it so keeps.

A promise is a path without positions: ``ids.cve``, ``component.line.fix.sha``. ``title.en`` keeps the English text of
a field that has texts by language. What is promised survives writing and reading back exactly.
"""

from collections.abc import Collection, Iterable
from typing import Any, TypeVar

from midstream.advisories.record import Advisory, Part, fields_of

_Part = TypeVar("_Part", bound=Part)


def project(record: Advisory, *, kept: Collection[str]) -> Advisory:
    """Return the record with the fields that `kept` names, all others empty."""
    return _projected(record, path="", kept=frozenset(kept))


def _projected(part: _Part, *, path: str, kept: frozenset[str]) -> _Part:
    values: dict[str, Any] = {}
    for field in fields_of(type(part)):
        here = f"{path}{field.name}"
        value = getattr(part, field.name)
        if here in kept:
            values[field.name] = value
        elif isinstance(value, Part):
            values[field.name] = _projected(value, path=f"{here}.", kept=kept)
        elif isinstance(value, dict):
            values[field.name] = {name: text for name, text in value.items() if f"{here}.{name}" in kept}
        elif isinstance(value, tuple) and any(path.startswith(f"{here}.") for path in kept):
            items = (_projected(item, path=f"{here}.", kept=kept) for item in value)
            values[field.name] = tuple(_telling(items))
    return type(part)(**values)


def _telling(items: Iterable[Part]) -> list[Part]:
    """Return the items without those that say nothing and without repetitions, in their order."""
    found: list[Part] = []
    for item in items:
        if item != type(item)() and item not in found:
            found.append(item)
    return found
