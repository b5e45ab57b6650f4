"""JSON (RFC 8259) that may be hostile, read with limits; and written so that the same content has the same bytes."""

import json
import math
import re
from collections import Counter
from typing import Any

import msgspec

from midstream.formats.base.fault import DocumentError

SIZE_LIMIT = 32 * 1024 * 1024
"""Bytes a document may have: the largest CSAF documents in public have a few megabytes (CSAF 2.0, Appendix C)."""
DEPTH_LIMIT = 64
"""How deep a document may be nested: product trees are the deepest, and stay below 40."""
VALUES_LIMIT = 2_000_000
"""How many objects, lists and members a document may have."""

Json = Any
"""A value as JSON has them: dict, list, str, int, float, bool or None."""
_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},]', re.DOTALL)


def read_json(raw: bytes, *, where: str = "") -> Json:
    """Return the value that `raw` holds; raise `DocumentError` naming `where` and what is wrong.

    Refused are: more than the limits above, bytes that are no UTF-8, text that is no JSON, two members of one name
    (RFC 8259 section 4: "the names within an object SHOULD be unique"; readers differ on which one counts), numbers
    that are no JSON (NaN, Infinity) or that no double holds, and characters that stand for no text (lone surrogates).
    """
    if len(raw) > SIZE_LIMIT:
        raise DocumentError(
            f"{len(raw):,} bytes, more than {SIZE_LIMIT:,}",
            where=where,
            hint="No advisory is that large; take the one document out of the collection.",
        )
    _check_shape(raw, where=where)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(
            f"byte {error.start} is not UTF-8", where=where, hint="JSON is UTF-8 (RFC 8259, section 8.1)."
        ) from None
    try:
        value = json.loads(text, object_pairs_hook=_members, parse_constant=_no_number, parse_float=_finite)
    except DocumentError as error:
        raise DocumentError(error.what, where=where, hint=error.hint) from None
    except json.JSONDecodeError as error:
        raise DocumentError(
            f"not JSON: {error.msg}",
            where=f"{where}:{error.lineno}" if where else f"line {error.lineno}",
            hint="Take the document from its source again.",
        ) from None
    except (RecursionError, ValueError):
        raise DocumentError("a number or a nesting beyond all use", where=where, hint="Look at it by hand.") from None
    if b"\\u" in raw and not _is_text(value):
        raise DocumentError(
            "it holds characters that stand for no text (lone surrogates)", where=where, hint="Write it anew in UTF-8."
        )
    return value


def read_object(raw: bytes, *, where: str = "") -> dict[str, Json]:
    """Return the object that `raw` holds; raise `DocumentError` for anything else."""
    value = read_json(raw, where=where)
    if not isinstance(value, dict):
        raise DocumentError("no JSON object", where=where, hint="An advisory is an object: it begins with {.")
    return value


def write_json(value: Json, *, is_sorted: bool = False) -> bytes:
    """Return `value` as UTF-8 JSON, indented by two, members in their order or sorted, with a newline at its end."""
    # The standard library writes short JSON in C, and indented JSON in Python; so it is indented afterwards.
    short = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=is_sorted, separators=(",", ":"))
    return msgspec.json.format(short.encode(), indent=2) + b"\n"


def _check_shape(raw: bytes, *, where: str) -> None:
    """Refuse nesting and numbers of values beyond the limits, before anything is built from them."""
    depth = values = 0
    for found in _TOKENS.finditer(raw):
        token = found[0][0]
        if token in b"[{":
            depth += 1
            if depth > DEPTH_LIMIT:
                raise DocumentError(
                    f"nested more than {DEPTH_LIMIT} deep", where=where, hint="No advisory is; look at it by hand."
                )
        elif token in b"]}":
            depth -= 1
        elif token in b",":
            values += 1
    if values > VALUES_LIMIT:
        raise DocumentError(f"more than {VALUES_LIMIT:,} values", where=where, hint="Take one document at a time.")


def _members(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise DocumentError(
            f"two members are called {twice[:80]!r}", hint="Readers differ on which one counts; remove one."
        )
    return found


def _finite(text: str) -> float:
    value = float(text)
    return _no_number(text[:40]) if math.isinf(value) else value


def _no_number(text: str) -> Json:
    raise DocumentError(f"{text} is no JSON number", hint="Leave the member out.")


def _is_text(value: Json) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True
