"""The fields of a record that a format has no place for, as one JSON object of our own (``x_midstream``)."""

from collections.abc import Collection
from typing import Any

import msgspec

from midstream.advisories.mapping import project
from midstream.advisories.record import Advisory


def write_extension(record: Advisory, *, kept: Collection[str]) -> dict[str, Any] | None:
    """Return the fields `kept` of the record as JSON, or None when none of them says anything."""
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(project(record, kept=kept)))
    return {name: value for name, value in found.items() if value != {}} or None


def read_extension(value: object, *, kept: Collection[str]) -> Advisory:
    """Return the partial record that an extension holds; nothing of it when it is not as we write it.

    Only the fields that we put there are believed: an extension cannot tell what the format itself says.
    """
    if not isinstance(value, dict):
        return Advisory()
    try:
        return project(msgspec.convert(value, Advisory), kept=kept)
    except (msgspec.ValidationError, RecursionError):
        return Advisory()


def joined(plain: Advisory, extension: Advisory) -> Advisory:
    """Return what a format says, with what its extension adds; components and credits are joined by their place."""
    changes: dict[str, Any] = {}
    for name in plain.__struct_fields__:
        changes[name] = _joined(getattr(plain, name), getattr(extension, name))
    return msgspec.structs.replace(plain, **changes)


def _joined(ours: Any, theirs: Any) -> Any:  # noqa: ANN401 (any field's value)
    if isinstance(ours, msgspec.Struct):
        changes = {
            name: _joined(getattr(ours, name), getattr(theirs, name))
            for name in ours.__struct_fields__
            if getattr(theirs, name) != getattr(ours, name)
        }
        return msgspec.structs.replace(ours, **changes)
    if isinstance(ours, tuple) and ours and isinstance(ours[0], msgspec.Struct) and len(ours) == len(theirs):
        return tuple(_joined(mine, other) for mine, other in zip(ours, theirs, strict=True))
    if isinstance(ours, dict):
        return {**theirs, **ours}
    default = type(ours)() if isinstance(ours, tuple | str | int) else None
    return theirs if ours in (default, "", None) else ours
