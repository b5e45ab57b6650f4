"""Spans of time: what a process writes, and the instant at which it is over."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from midstream.policy.spans import Span, after, before, holidays_of, no_holiday, parse_span


@pytest.mark.parametrize(
    ("text", "count", "unit"),
    [
        ("0 days", 0, "day"),
        ("1 day", 1, "day"),
        ("24 hours", 24, "hour"),
        ("90 minutes", 90, "minute"),
        ("3 working days", 3, "working day"),
        ("1 working day", 1, "working day"),
        ("2 weeks", 2, "week"),
        ("1 month", 1, "month"),
        ("999 years", 999, "year"),
        ("9999 days", 9999, "day"),
        (" 7 days ", 7, "day"),
    ],
)
def test_a_span_is_read_and_written(text: str, count: int, unit: str) -> None:
    span = parse_span(text)
    assert span is not None
    assert (span.count, span.unit) == (count, unit)
    assert parse_span(str(span)) == span


@pytest.mark.parametrize("text", ["1 day", "2 days", "0 hours", "1 working day", "5 working days"])
def test_a_span_is_written_as_people_say_it(text: str) -> None:
    assert str(parse_span(text)) == text


WRONG = ["", "days", "3", "three days", "3 dayss", "03 days", "-3 days", "1.5 days", "3  days", "3 Days", "3 workdays"]


@pytest.mark.parametrize("text", [*WRONG, "10000 days", "1000 years", "1000 months", "3 days ago", "3\ndays", "٣ days"])
def test_what_is_no_span(text: str) -> None:
    assert parse_span(text) is None


def local(moment: datetime, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime("%a %Y-%m-%d %H:%M")


# From, span, zone, holidays: until, on the clocks of that zone.
TABLE = [
    # hours and minutes count as they pass
    ("2026-11-20T17:30+00:00", "24 hours", "Europe/London", "", "Sat 2026-11-21 17:30"),
    ("2026-11-20T17:30+00:00", "45 minutes", "Europe/London", "", "Fri 2026-11-20 18:15"),
    # working days: Friday evening in London is Saturday in Tokyo
    ("2026-11-20T09:30+00:00", "3 working days", "Europe/London", "", "Wed 2026-11-25 09:30"),
    ("2026-11-20T17:30+00:00", "1 working day", "Europe/London", "", "Mon 2026-11-23 17:30"),
    ("2026-11-20T17:30+00:00", "1 working day", "Asia/Tokyo", "", "Mon 2026-11-23 02:30"),
    ("2026-11-20T17:30+00:00", "2 working days", "Asia/Tokyo", "", "Tue 2026-11-24 02:30"),
    ("2026-11-20T14:30+00:00", "1 working day", "Asia/Tokyo", "", "Mon 2026-11-23 23:30"),
    ("2026-11-16T09:30+00:00", "4 working days", "UTC", "", "Fri 2026-11-20 09:30"),
    ("2026-11-16T09:30+00:00", "5 working days", "UTC", "", "Mon 2026-11-23 09:30"),
    # a span that begins on a day without work counts from the next one with work
    ("2026-11-21T10:00+00:00", "1 working day", "UTC", "", "Mon 2026-11-23 10:00"),
    ("2026-11-22T10:00+00:00", "1 working day", "UTC", "", "Mon 2026-11-23 10:00"),
    ("2026-11-22T10:00+00:00", "3 working days", "UTC", "", "Wed 2026-11-25 10:00"),
    ("2026-11-21T10:00+00:00", "0 working days", "UTC", "", "Mon 2026-11-23 10:00"),
    ("2026-11-20T10:00+00:00", "0 working days", "UTC", "", "Fri 2026-11-20 10:00"),
    # public holidays: Christmas and Boxing Day of 2026, the latter kept on Monday the 28th
    ("2026-12-24T10:00+00:00", "1 working day", "Europe/London", "GB", "Tue 2026-12-29 10:00"),
    ("2026-12-24T10:00+00:00", "1 working day", "Europe/London", "", "Fri 2026-12-25 10:00"),
    ("2026-12-24T10:00+00:00", "1 working day", "Europe/Berlin", "DE", "Mon 2026-12-28 11:00"),
    ("2026-01-05T10:00+00:00", "1 working day", "Europe/Berlin", "DE-BY", "Wed 2026-01-07 11:00"),
    ("2026-01-05T10:00+00:00", "1 working day", "Europe/Berlin", "DE", "Tue 2026-01-06 11:00"),
    ("2026-12-25T10:00+00:00", "0 working days", "Europe/London", "GB", "Tue 2026-12-29 10:00"),
    # days keep the hour of the wall clock when the clocks change
    ("2026-10-24T11:00+00:00", "1 day", "Europe/London", "", "Sun 2026-10-25 12:00"),
    ("2026-10-24T11:00+00:00", "24 hours", "Europe/London", "", "Sun 2026-10-25 11:00"),
    ("2026-03-28T12:00+00:00", "1 day", "Europe/London", "", "Sun 2026-03-29 12:00"),
    ("2026-03-28T12:00+00:00", "24 hours", "Europe/London", "", "Sun 2026-03-29 13:00"),
    ("2026-10-23T11:00+00:00", "1 working day", "Europe/London", "", "Mon 2026-10-26 12:00"),
    ("2026-10-21T11:00+00:00", "1 week", "Europe/London", "", "Wed 2026-10-28 12:00"),
    # 01:30 does not exist on the last Sunday of March: the instant is the one an hour later on the clocks
    ("2026-03-28T01:30+00:00", "1 day", "Europe/London", "", "Sun 2026-03-29 02:30"),
    # 01:30 comes twice on the last Sunday of October: the first one counts
    ("2026-10-24T00:30+00:00", "1 day", "Europe/London", "", "Sun 2026-10-25 01:30"),
    # the ends of months
    ("2026-01-31T10:00+00:00", "1 month", "UTC", "", "Sat 2026-02-28 10:00"),
    ("2028-01-31T10:00+00:00", "1 month", "UTC", "", "Tue 2028-02-29 10:00"),
    ("2026-01-31T10:00+00:00", "2 months", "UTC", "", "Tue 2026-03-31 10:00"),
    ("2026-11-30T10:00+00:00", "1 month", "UTC", "", "Wed 2026-12-30 10:00"),
    ("2026-12-31T10:00+00:00", "2 months", "UTC", "", "Sun 2027-02-28 10:00"),
    ("2028-02-29T10:00+00:00", "1 year", "UTC", "", "Wed 2029-02-28 10:00"),
    ("2026-01-31T23:30+00:00", "1 month", "Asia/Tokyo", "", "Sun 2026-03-01 08:30"),
    # weeks and days without a change of clocks
    ("2026-11-20T09:30+00:00", "90 days", "Europe/London", "", "Thu 2027-02-18 09:30"),
    ("2026-11-20T09:30+00:00", "2 weeks", "UTC", "", "Fri 2026-12-04 09:30"),
]


@pytest.mark.parametrize(("start", "span", "zone", "region", "until"), TABLE)
def test_when_a_span_is_over(start: str, span: str, zone: str, region: str, until: str) -> None:
    wanted = parse_span(span)
    assert wanted is not None
    found = after(datetime.fromisoformat(start), wanted, zone=zone, is_holiday=holidays_of(region))
    assert local(found, zone) == until
    assert found.tzinfo is UTC


def test_the_first_of_two_equal_hours_is_an_hour_before_the_second() -> None:
    twice = datetime.fromisoformat("2026-10-24T00:30+00:00")
    assert after(twice, Span(count=1, unit="day"), zone="Europe/London") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    # and a moment in the second of them stays there when nothing is added
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert after(second, Span(count=0, unit="day"), zone="Europe/London") == second


@pytest.mark.parametrize("count", [after, before])
def test_hours_pass_evenly_whatever_zone_the_moment_is_told_in(count: Callable[..., datetime]) -> None:
    told = datetime(2026, 3, 29, 0, 30, tzinfo=ZoneInfo("Europe/London"))
    span = Span(count=24, unit="hour")
    assert count(told, span) == count(told.astimezone(UTC), span)
    assert abs(count(told, span) - told.astimezone(UTC)) == timedelta(hours=24)


@pytest.mark.parametrize(
    ("end", "span", "zone", "start"),
    [
        ("2027-02-18T09:30+00:00", "90 days", "Europe/London", "Fri 2026-11-20 09:30"),
        ("2026-10-26T11:00+00:00", "2 days", "Europe/London", "Sat 2026-10-24 11:00"),
        ("2026-10-26T11:00+00:00", "48 hours", "Europe/London", "Sat 2026-10-24 12:00"),
        ("2026-03-31T10:00+00:00", "1 month", "UTC", "Sat 2026-02-28 10:00"),
        ("2026-01-15T10:00+00:00", "1 month", "UTC", "Mon 2025-12-15 10:00"),
        ("2028-02-29T10:00+00:00", "1 year", "UTC", "Sun 2027-02-28 10:00"),
        ("2026-03-16T10:00+00:00", "2 weeks", "UTC", "Mon 2026-03-02 10:00"),
        ("2026-03-16T10:00+00:00", "90 minutes", "UTC", "Mon 2026-03-16 08:30"),
    ],
)
def test_a_span_reckoned_backwards(end: str, span: str, zone: str, start: str) -> None:
    wanted = parse_span(span)
    assert wanted is not None
    found = before(datetime.fromisoformat(end), wanted, zone=zone)
    assert local(found, zone) == start
    assert found.tzinfo is UTC


def test_somebody_without_a_region_has_no_holidays() -> None:
    assert holidays_of("") is no_holiday
    assert not no_holiday(date(2026, 12, 25))
    assert holidays_of("GB")(date(2026, 12, 25))
    assert holidays_of("GB") is holidays_of("GB")


@pytest.mark.parametrize("region", ["XX", "GB-XX", "gb", "utils", "HolidayBase", "country_holidays", "DE-", "-"])
def test_a_region_whose_holidays_nobody_knows_is_an_error(region: str) -> None:
    with pytest.raises(ValueError, match=f"no public holidays are known for '{region}'"):
        holidays_of(region)
