"""Instants as the formats write them: RFC 3339 in UTC, ending in ``Z``."""

import re
from datetime import UTC, datetime

_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def write_moment(moment: datetime) -> str:
    """Return `moment` in UTC with a ``Z``, to the second, or to the microsecond when it has a fraction."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"


def read_moment(text: object) -> datetime | None:
    """Return the instant in UTC, or None when `text` is no RFC 3339 date and time with a zone."""
    if not isinstance(text, str) or not _MOMENT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text.upper().replace(" ", "T")).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
