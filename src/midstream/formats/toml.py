"""Typed TOML (toml.io, v1.0.0) whose errors name file, line and what was probably meant."""

import functools
import re
import tomllib
from collections.abc import Iterator
from typing import TypeVar, get_args, get_type_hints

import msgspec

_Type = TypeVar("_Type")
_PATH = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)|\[([0-9]+)\]")
_QUOTES = re.compile(r"'''|\"\"\"")
_TOML_LINE = re.compile(r"\(at line ([0-9]+), column [0-9]+\)|\(at end of document\)")

SIZE_LIMIT = 1024 * 1024
"""Characters a file may have: a policy or a project file written by people stays far below."""


class TomlError(Exception):
    """A file that cannot be read: `where` is ``FILE:LINE``, with what went wrong and a hint."""

    def __init__(self, what: str, *, where: str, hint: str) -> None:
        super().__init__(f"{where}: {what}")
        self.what = f"{where}: {what}"
        self.where = where
        self.hint = hint


def read_toml(text: str, *, into: type[_Type], where: str) -> _Type:
    """Return the Struct `into` that `text` describes; raise `TomlError` naming `where`, the line and a hint.

    A key that the Struct does not have is an error with the nearest key as a suggestion, so that a typo
    never silently switches a rule off.
    """
    if len(text) > SIZE_LIMIT:
        raise TomlError(
            f"{len(text)} characters, more than {SIZE_LIMIT}", where=where, hint="This is no file written by hand."
        )
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _TOML_LINE.search(str(error))
        line = int(found[1]) if found and found[1] else text.count("\n") + 1
        what = _TOML_LINE.sub("", str(error)).strip()
        raise TomlError(what, where=f"{where}:{line}", hint="See toml.io for how TOML is written.") from None
    except ValueError:
        raise TomlError("a number with thousands of digits", where=where, hint="Write it as a string.") from None
    except RecursionError:
        raise TomlError("nested too deeply", where=where, hint="Write plain tables.") from None
    _check_keys(tree, into, path=(), text=text, where=where)
    try:
        return msgspec.convert(tree, into)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        steps = tuple(int(number) if number else name for name, number in _PATH.findall(path))
        raise TomlError(
            _plain(message, steps), where=f"{where}:{line_of(text, steps)}", hint="Compare with the shipped examples."
        ) from None


def nearest(word: str, words: list[str] | tuple[str, ...] | set[str]) -> str:
    """Return ``Did you mean X?`` for the nearest of `words`, or which there are when none is near."""
    import difflib  # noqa: PLC0415 - only a person's typo needs it

    close = difflib.get_close_matches(word, list(words), n=1, cutoff=0.6)
    if close:
        return f"Did you mean {close[0]!r}?"
    return f"There is: {', '.join(sorted(words))}." if words else "There is none yet."


def line_of(text: str, path: tuple[str | int, ...]) -> int:
    """Return the line (from 1) where the value at `path` is written, or the nearest line above it.

    `path` is such as ``("obligation", 2, "within")``: the third ``[[obligation]]`` table, its key ``within``.
    """
    table = str(path[0]) if path else ""
    index = path[1] if len(path) > 1 and isinstance(path[1], int) else 0
    key = next((step for step in path[1:] if isinstance(step, str)), None)
    header = re.compile(rf"\s*\[\[?\s*{re.escape(table)}\s*\]\]?\s*(#.*)?")
    wanted = re.compile(rf"\s*\"?{re.escape(key or table)}\"?\s*=")
    seen, line, is_inside = -1, 1, key is None
    for number, content in _lines_outside_strings(text):
        if content.lstrip().startswith("["):
            if is_inside and key is not None:
                return line
            is_inside = header.fullmatch(content) is not None
            seen += is_inside
            is_inside = is_inside and seen == index
            if is_inside:
                line = number
                if key is None:
                    return line
        elif is_inside and wanted.match(content):
            return number
    return line


def _lines_outside_strings(text: str) -> Iterator[tuple[int, str]]:
    """Yield each line with its number (from 1), without comments and lines that begin inside a multi-line string."""
    closing = ""
    for number, content in enumerate(text.split("\n"), 1):
        if not closing and content.lstrip().startswith("#"):
            continue
        if not closing:
            yield number, content
        for mark in _QUOTES.findall(content):
            closing = mark if not closing else "" if mark == closing else closing


def _check_keys(tree: object, into: object, *, path: tuple[str | int, ...], text: str, where: str) -> None:
    """Raise `TomlError` for the first key that no field of the Struct answers to."""
    struct = _struct_in(into)
    if struct is None:
        return
    if isinstance(tree, list):
        for count, item in enumerate(tree):
            _check_keys(item, struct, path=(*path, count), text=text, where=where)
    if not isinstance(tree, dict):
        return
    hints = _hints(struct)
    for key, value in tree.items():
        if key not in hints:
            line = line_of(text, (*path, key))
            raise TomlError(f"no key is called {key!r} here", where=f"{where}:{line}", hint=nearest(key, set(hints)))
        _check_keys(value, hints[key], path=(*path, key), text=text, where=where)


@functools.cache
def _hints(struct: type[msgspec.Struct]) -> dict[str, object]:
    """Return the type of each field of the Struct, by the name it is written with."""
    hints = get_type_hints(struct)
    return {field.encode_name: hints[field.name] for field in msgspec.structs.fields(struct)}


def _struct_in(hint: object) -> type[msgspec.Struct] | None:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return hint
    return next((found for inner in get_args(hint) if (found := _struct_in(inner))), None)


def _plain(message: str, steps: tuple[str | int, ...]) -> str:
    name = next((step for step in reversed(steps) if isinstance(step, str)), "")
    words = message.replace("Object missing required field", "the key is missing:").replace("`", "'")
    return f"{name}: {words}" if name else words
