"""A value of the record as a person reads it."""

import re
from datetime import UTC, datetime
from typing import Any

from midstream.advisories.record import Part

_COMMIT = re.compile(r"[0-9a-f]{40}")


def words_of(value: Any, *, most: int) -> str:  # noqa: ANN401 (any field's value)
    """Return the value in at most so many characters: ``branch main, status fixed, fix (sha 6d07, release 2.3)``."""
    text = _words(value)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _words(value: Any) -> str:  # noqa: ANN401 (as above)
    if isinstance(value, str):
        return repr(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(sep=" ", timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, Part):
        shown = ((name, getattr(value, name)) for name in value.__struct_fields__)
        return ", ".join(f"{name.replace('_', ' ')} {_inner(each)}" for name, each in shown if _says(name, each))
    if isinstance(value, dict):
        return ", ".join(_words(each) for each in value.values())
    if isinstance(value, tuple):
        return ", ".join(_inner(each) for each in value)
    return str(value)


def _inner(value: Any) -> str:  # noqa: ANN401 (as above)
    if isinstance(value, str):
        return value[:12] if _COMMIT.fullmatch(value) else value if value.isprintable() else repr(value)
    is_of_parts = isinstance(value, tuple) and any(isinstance(each, Part) for each in value)
    return f"({_words(value)})" if isinstance(value, Part) and not is_of_parts else _words(value)


def _says(name: str, value: Any) -> bool:  # noqa: ANN401 (as above)
    """Return whether a field says anything: it is filled, and not the label that nearly everything has."""
    return value not in ("", None, (), {}, False) and (name, value) != ("label", "public")
