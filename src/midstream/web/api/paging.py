"""Cursors: the place after the last thing of a page, so that what comes meanwhile repeats and skips nothing."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec

from midstream.desk.errors import Misuse

MOST = 200
"""Things on one page at most."""

_T = TypeVar("_T")


def page(
    things: Sequence[_T], *, key: Callable[[_T], Sequence[Any]], cursor: str, limit: int, down: bool = False
) -> tuple[list[_T], str | None]:
    """Return the things after the cursor and the next cursor, None on the last page.

    The things are sorted by `key`, whose parts JSON can hold; `down` when they are sorted the other way round.
    """
    after = _read(cursor)
    try:
        rest = [thing for thing in things if after is None or _is_after(list(key(thing)), after, down=down)]
    except TypeError:
        raise _strange() from None
    shown = rest[:limit]
    return shown, _write(list(key(shown[-1]))) if len(rest) > limit else None


def _is_after(mine: list[Any], after: list[Any], *, down: bool) -> bool:
    if len(mine) != len(after):
        raise TypeError
    return mine < after if down else mine > after


def _write(key: list[Any]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def _read(cursor: str) -> list[Any] | None:
    if not cursor:
        return None
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        return msgspec.json.decode(raw, type=list[str | int])
    except (binascii.Error, ValueError, UnicodeError):
        raise _strange() from None


def _strange() -> Misuse:
    return Misuse("that is no cursor", hint="Take the cursor of the page before as it is, or leave it out.")
