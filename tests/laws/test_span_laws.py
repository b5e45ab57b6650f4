"""Laws of spans: time only goes forward, and nothing added changes nothing."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from midstream.policy.spans import Span, after, before, holidays_of, parse_span

zones = st.sampled_from(
    ["UTC", "Europe/London", "Asia/Tokyo", "America/New_York", "Pacific/Apia", "Asia/Kathmandu", "Australia/Lord_Howe"]
)
units = st.sampled_from(["minute", "hour", "day", "working day", "week", "month", "year"])
spans = st.builds(Span, count=st.integers(0, 100), unit=units)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - see timezones
regions = st.sampled_from(["", "GB", "DE-BY", "JP"])


def works(day: date, region: str) -> bool:
    return day.weekday() < 5 and not holidays_of(region)(day)


@given(moments, spans, zones, regions)
def test_a_longer_span_ends_no_earlier(moment: datetime, span: Span, zone: str, region: str) -> None:
    longer = Span(count=span.count + 1, unit=span.unit)
    ends = [after(moment, each, zone=zone, is_holiday=holidays_of(region)) for each in (span, longer)]
    assert ends[0] <= ends[1]


@given(moments, st.timedeltas(timedelta(0), timedelta(days=9)), spans, zones)
def test_what_begins_later_ends_no_earlier(moment: datetime, later: timedelta, span: Span, zone: str) -> None:
    ends = [after(start, span, zone=zone) for start in (moment, moment + later)]
    # Two moments on either side of a change of clocks may swap their hours on another day, but never their days.
    days = [end.astimezone(ZoneInfo(zone)).date() for end in ends]
    assert days[0] <= days[1]
    if zone in {"UTC", "Asia/Tokyo", "Asia/Kathmandu"} and span.unit != "working day":
        assert ends[0] <= ends[1]


@given(moments, units, zones)
def test_nothing_added_is_the_moment_itself(moment: datetime, unit: str, zone: str) -> None:
    nothing = Span(count=0, unit=unit)  # type: ignore[arg-type]
    day = moment.astimezone(ZoneInfo(zone)).date()
    if unit != "working day" or works(day, ""):
        assert after(moment, nothing, zone=zone) == moment
    else:
        assert works(after(moment, nothing, zone=zone).astimezone(ZoneInfo(zone)).date(), "")
    if unit != "working day":
        assert before(moment, nothing, zone=zone) == moment


@given(moments, st.integers(0, 60), regions)
def test_so_many_working_days_lie_between(moment: datetime, count: int, region: str) -> None:
    zone = ZoneInfo("Europe/London")
    end = after(moment, Span(count=count, unit="working day"), zone="Europe/London", is_holiday=holidays_of(region))
    first, last = moment.astimezone(zone).date(), end.astimezone(zone).date()
    between = [first + timedelta(days=number) for number in range(1, (last - first).days + 1)]
    assert works(last, region)
    # A span of no days that begins on a day without work moves to the next day with work.
    assert sum(works(day, region) for day in between) == (count or int(first != last))


@given(moments, st.integers(0, 400), zones)
def test_days_keep_the_hour_of_the_wall_clock(moment: datetime, count: int, zone: str) -> None:
    start = moment.astimezone(ZoneInfo(zone))
    end = after(moment, Span(count=count, unit="day"), zone=zone).astimezone(ZoneInfo(zone))
    wanted = start.replace(tzinfo=None) + timedelta(days=count)
    skipped = end.replace(tzinfo=None) - wanted
    assert timedelta(0) <= skipped <= timedelta(days=1)  # only where the clocks jumped over that hour
    assert skipped == timedelta(0) or wanted.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) == end.astimezone(UTC)


@given(moments, spans, zones)
def test_a_span_backwards_and_forwards(moment: datetime, span: Span, zone: str) -> None:
    if span.unit == "working day":
        return
    start = before(moment, span, zone=zone)
    assert start <= moment
    if span.unit in {"minute", "hour"}:
        assert after(start, span, zone=zone) == moment
    else:
        assert abs(after(start, span, zone=zone) - moment) <= timedelta(days=4)  # a short month, a change of clocks


@given(spans)
def test_a_span_is_written_as_it_is_read(span: Span) -> None:
    assert parse_span(str(span)) == span


@given(st.text(max_size=12))
def test_any_text_is_a_span_or_none(text: str) -> None:
    span = parse_span(text)
    assert span is None or str(span).rstrip("s") == text.strip().rstrip("s")
