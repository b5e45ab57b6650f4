"""What people type, turned into the typed body of a fact."""

from collections.abc import Mapping
from datetime import datetime
from typing import get_type_hints

import msgspec

from midstream.desk.errors import Misuse
from midstream.formats.toml import nearest
from midstream.ledger.errors import BadFact
from midstream.ledger.kinds import NAMES, Body
from midstream.ledger.story import moment

FIRST_YEAR, LAST_YEAR = 1970, 2199
"""The years people may name: beyond them are slips of the pen, and spans from there that no calendar holds."""


def parse_fields(body: type[Body], typed: Mapping[str, object], *, now: datetime, what: str) -> Body:
    """Return the body that `typed` fills; raise `Misuse` naming the field and what it may be.

    Text is read as the field needs it: instants with their zone (or ``now + 7 days``), numbers, true or false,
    and lists with commas between their items.
    """
    hints = get_type_hints(body)
    names = set(body.__struct_fields__)
    if strange := sorted(set(typed) - names):
        raise Misuse(f"{what} has no field {strange[0]!r}", hint=nearest(strange[0], names))
    fields = {name: read_field(hints[name], value, now=now, what=f"{what}: {name}") for name, value in typed.items()}
    try:
        return msgspec.convert(fields, body, strict=False)
    except msgspec.ValidationError as error:
        raise Misuse(f"{what}: {_plain(str(error))}", hint=usage(body, what)) from None


def usage(body: type[Body], what: str) -> str:
    """Return one line that says which fields there are, those that must be given first."""
    fields = msgspec.structs.fields(body)
    parts = [f"{entry.name}=…" for entry in fields if entry.required]
    parts += [f"[{entry.name}=…]" for entry in fields if not entry.required]
    return f"Fields of {what}: {' '.join(parts) or 'none'} (recorded as {NAMES[body]})."


def read_field(hint: object, value: object, *, now: datetime, what: str) -> object:
    """Return what was typed, read as the type of its field asks; raise `Misuse` naming `what`."""
    if not isinstance(value, str):
        if isinstance(value, int | float) and "datetime" in str(hint):
            raise Misuse(
                f"{what}: a number is no instant", hint="Write the hour with its zone: 2026-11-20T09:30+01:00."
            )
        return value
    if any("\ud800" <= char <= "\udfff" for char in value):
        raise Misuse(f"{what}: not text in UTF-8", hint="Write it in UTF-8.")
    if "datetime" in str(hint):
        return read_moment(value, now=now, what=what)
    if "tuple[" in str(hint):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def read_moment(text: str, *, now: datetime, what: str) -> datetime:
    """Return the instant that `text` names: ISO 8601 with a zone, or ``now - 2 hours``; raise `Misuse` otherwise."""
    try:
        found = moment(text if text.startswith("now") else datetime.fromisoformat(text), now=now)
    except (ValueError, OverflowError):
        hint = 'Write the hour with its zone, 2026-11-20T09:30+01:00, or "now - 2 hours".'
        raise Misuse(f"{what}: {text[:40]!r} is no instant", hint=hint) from None
    except BadFact as error:
        raise Misuse(f"{what}: {error.what}", hint=error.hint) from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        hint = f"Name an instant of the years {FIRST_YEAR} to {LAST_YEAR}."
        raise Misuse(f"{what}: {text[:40]!r} is too far away to reckon with", hint=hint)
    return found


def _plain(message: str) -> str:
    text = message.replace("Object missing required field", "the field is missing:")
    text, _, path = text.partition(" - at `$.")
    return f"{path.rstrip('`')}: {text}" if path else text
