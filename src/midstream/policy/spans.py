"""Spans of time as a process writes them, and the instants they lead to.

Decisions, the same everywhere: a span counts from the instant itself, so "3 working days" from Friday 09:30 end on
Wednesday 09:30 in the zone that applies; the day a span begins on is not counted; a day on which work is
not done (Saturday, Sunday, a public holiday of the person) does not count; "days" and "months" keep the hour of
the wall clock in the zone across a change to or from daylight saving time; a month that is too short ends on its
last day.
"""

import calendar
import functools
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

Unit = Literal["minute", "hour", "day", "working day", "week", "month", "year"]

_SPAN = re.compile(r"(0|[1-9][0-9]{0,3}) (minute|hour|day|working day|week|month|year)s?")

_REGION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """A count of one unit of time."""

    count: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"


IsHoliday = Callable[[date], bool]


def parse_span(text: str) -> Span | None:
    """Return the span that `text` says, such as ``3 working days``, or None when it says none."""
    found = _SPAN.fullmatch(text.strip())
    if found is None or (found[2] in {"month", "year"} and int(found[1]) > 999):
        return None
    return msgspec.convert({"count": int(found[1]), "unit": found[2]}, Span)


def no_holiday(_: date) -> bool:
    """Return False: the calendar of somebody without public holidays."""
    return False


@functools.lru_cache(maxsize=256)
def holidays_of(region: str) -> IsHoliday:
    """Return whether a day is a public holiday of `region`, an ISO 3166-1 or 3166-2 code; none for the empty code.

    Raises `ValueError` for a region whose holidays are not known, so that a typo is not read as "no holidays".
    """
    if not region:
        return no_holiday
    import holidays  # noqa: PLC0415 - large, and most commands never ask for a working day

    country, _, subdivision = region.partition("-")
    try:
        days = holidays.country_holidays(country if _REGION.fullmatch(region) else "", subdiv=subdivision or None)
    except NotImplementedError:
        raise ValueError(
            f"no public holidays are known for {region!r}; use an ISO 3166 code such as GB or DE-BY"
        ) from None
    return lambda day: day in days


@functools.lru_cache(maxsize=256)
def zone_named(name: str) -> ZoneInfo:
    """Return the zone of that IANA name."""
    return ZoneInfo(name)


def after(moment: datetime, span: Span, *, zone: str = "UTC", is_holiday: IsHoliday = no_holiday) -> datetime:
    """Return the instant, in UTC, at which `span` from `moment` is over."""
    moment = moment.astimezone(UTC)
    if span.unit in {"minute", "hour"}:
        return moment + timedelta(**{f"{span.unit}s": span.count})
    if zone == "UTC" and span.unit in {"day", "week"}:
        return moment + timedelta(days=span.count * (7 if span.unit == "week" else 1))
    local = moment.astimezone(zone_named(zone))
    if span.unit == "working day":
        day = _working_days_on(local.date(), span.count, is_holiday)
    elif span.unit in {"month", "year"}:
        day = _months_on(local.date(), span.count * (12 if span.unit == "year" else 1))
    else:
        day = local.date() + timedelta(days=span.count * (7 if span.unit == "week" else 1))
    return datetime.combine(day, local.time(), local.tzinfo).astimezone(UTC)


def before(moment: datetime, span: Span, *, zone: str = "UTC") -> datetime:
    """Return the instant, in UTC, that lies `span` before `moment`; working days are not asked for backwards."""
    if span.unit in {"minute", "hour"}:
        return moment.astimezone(UTC) - timedelta(**{f"{span.unit}s": span.count})
    local = moment.astimezone(zone_named(zone))
    if span.unit in {"month", "year"}:
        day = _months_on(local.date(), -span.count * (12 if span.unit == "year" else 1))
    else:
        day = local.date() - timedelta(days=span.count * (7 if span.unit == "week" else 1))
    return datetime.combine(day, local.time(), local.tzinfo).astimezone(UTC)


def _working_days_on(day: date, count: int, is_holiday: IsHoliday) -> date:
    left = count
    while left or day.weekday() >= 5 or is_holiday(day):
        day += timedelta(days=1)
        if day.weekday() < 5 and not is_holiday(day) and left:
            left -= 1
    return day


def _months_on(day: date, count: int) -> date:
    years, month = divmod(day.month - 1 + count, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
