"""Filters of the templates: instants with hour and zone, distances, and text whose hidden characters can be seen."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.template import Library
from django.utils.html import conditional_escape, escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import get_current_timezone_name

register = Library()


@register.filter
def instant(moment: datetime | None, zone: str = "") -> str:
    """Return an instant with its day, hour and zone, the reader's own by default: ``Fri 27 Nov 2026, 17:30 GMT``."""
    return _instant(moment, zone or get_current_timezone_name()) if moment else ""


@register.filter
def when(moment: datetime | None, zone: str = "") -> SafeString:
    """Return an instant for people, marked with the exact one in UTC, which is shown when it is pointed at."""
    if moment is None:
        return mark_safe("")
    exact = moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return format_html('<time datetime="{}" title="{}">{}</time>', exact, exact, instant(moment, zone))


_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)")


@register.filter
def said(value: object) -> SafeString:
    """Return the value of a field: an instant for people, everything else as text."""
    text = str(value)
    if _INSTANT.fullmatch(text):
        try:
            return when(datetime.fromisoformat(text))
        except ValueError:  # the 31st of February
            pass
    return seen(text)


@lru_cache(maxsize=4096)
def _instant(moment: datetime, zone: str) -> str:
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M} {local.tzname()}"


@register.filter
def day(moment: datetime | None, zone: str = "") -> str:
    """Return the day of an instant: ``27 Nov 2026``."""
    if moment is None:
        return ""
    local = moment.astimezone(ZoneInfo(zone or get_current_timezone_name()))
    return f"{local.day} {local:%b %Y}"


@register.filter
def distance(moment: datetime | None, now: datetime) -> str:
    """Return how far an instant is: ``in 3 days``, ``20 hours ago``."""
    if moment is None:
        return ""
    span = abs(moment - now)
    for unit, length in (("day", timedelta(days=1)), ("hour", timedelta(hours=1)), ("minute", timedelta(minutes=1))):
        if span >= length * (2 if unit == "day" else 1):
            count = span // length
            words = f"{count} {unit}{'' if count == 1 else 's'}"
            return f"in {words}" if moment > now else f"{words} ago"
    return "now"


_HIDDEN = frozenset(["Cc", "Cf", "Cs", "Co", "Zl", "Zp"])


@register.filter(is_safe=True)
def seen(text: object) -> SafeString:
    """Return text as text: what would steer the line or cannot be seen stands as its code, in a mark of its own.

    Those are the characters of the categories Cc, Cf, Cs, Co, Zl and Zp of Unicode, line breaks and tabs apart.
    """
    whole = str(text)
    if whole.isprintable():
        return conditional_escape(whole)
    return mark_safe("".join(map(_character, whole)))  # noqa: S308 - every character was escaped or is a mark


@register.filter
def worded(text: object) -> SafeString:
    """Return words of ours in which names stand between backticks as the code they are, all of it escaped."""
    parts = str(text).split("`")
    if len(parts) % 2 == 0:  # one backtick is alone
        return seen(text)
    marked = (format_html("<code>{}</code>", seen(part)) if at % 2 else seen(part) for at, part in enumerate(parts))
    return format_html_join("", "{}", ((part,) for part in marked))


@lru_cache(maxsize=2048)
def _character(char: str) -> str:
    if unicodedata.category(char) not in _HIDDEN or char in "\n\t\r":
        return escape(char)
    name = unicodedata.name(char, "control character").lower()
    return f'<span class="hidden-char" title="{name}">U+{ord(char):04X}</span>'


@register.filter
def get(mapping: dict[str, object], key: str) -> object:
    """Return the entry of a mapping, or nothing."""
    return mapping.get(key, "")
