"""Stories: what is written by hand is told as chained facts, and every fault names the entry it is in."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from midstream.ledger.chain import verify
from midstream.ledger.errors import BadFact
from midstream.ledger.fact import Fact
from midstream.ledger.kinds.embargo import EmbargoAgreed
from midstream.ledger.kinds.intake import NoteAdded
from midstream.ledger.story import moment, tell

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
NOTE = {"stream": "case/c-1", "at": "now - 2 days", "said_by": "mara", "kind": "note.added", "body": {"text": "a"}}


def told(*entries: Mapping[str, Any]) -> list[Fact]:
    return tell(list(entries), now=NOW, key="story", where="story.toml")


def test_entries_are_told_in_the_order_of_recording() -> None:
    facts = told(
        {**NOTE, "body": {"text": "last"}, "recorded": "now"},
        {**NOTE, "body": {"text": "second"}, "at": "now - 1 day"},
        {**NOTE, "stream": "case/c-2", "body": {"text": "other"}, "at": "now - 30 hours"},
        {**NOTE, "body": {"text": "first"}},
    )
    assert [(fact.stream, fact.number, fact.body) for fact in facts] == [
        ("case/c-1", 1, NoteAdded(text="first")),
        ("case/c-2", 1, NoteAdded(text="other")),
        ("case/c-1", 2, NoteAdded(text="second")),
        ("case/c-1", 3, NoteAdded(text="last")),
    ]
    assert facts[3].happened_at == NOW - timedelta(days=2)
    assert facts[3].recorded_at == NOW
    assert {(fact.key, fact.said_by) for fact in facts} == {("story", "mara")}
    assert list(verify(facts, heads={})) == facts


def test_entries_of_one_moment_stay_in_the_order_written() -> None:
    facts = told(*({**NOTE, "body": {"text": str(count)}} for count in range(5)))
    assert [fact.body for fact in facts] == [NoteAdded(text=str(count)) for count in range(5)]


def test_an_instant_in_a_body_may_be_reckoned_from_now() -> None:
    fact = told({**NOTE, "kind": "embargo.agreed", "body": {"until": "now + 90 days", "reason": "now and then"}})[0]
    assert fact.body == EmbargoAgreed(until=NOW + timedelta(days=90), reason="now and then")


GOOD = datetime(2026, 11, 1, 8, tzinfo=UTC)

FAULTS: list[tuple[dict[str, Any], str, str]] = [
    ({"kind": "note.aded"}, "no kind 'note.aded'", "Did you mean 'note.added'?"),
    ({"body": {"txt": "a"}}, "note.added has no field 'txt'", "Did you mean 'text'?"),
    ({"body": {}}, "note.added: Object missing required field `text`", ""),
    ({"body": {"text": 7}}, "note.added: Expected `str`, got `int` - at `$.text`", ""),
    ({"body": {"text": "now"}}, "note.added: Expected `str`, got `datetime`", ""),
    (
        {"kind": "embargo.agreed", "body": {"until": datetime(2027, 1, 1)}},  # noqa: DTZ001 - that is the fault
        "embargo.agreed: Expected `datetime` with a timezone",
        "",
    ),
    ({"said_by": None}, "Expected `str`, got `null` - at `$.said_by`", "See the fields of a story fact."),
    ({"said_by": ""}, "a fact needs the name of who says it", ""),
    ({"sayd_by": "mara"}, "Object contains unknown field `sayd_by`", ""),
    ({"stream": "tf-m-1"}, "'tf-m-1' is not a stream", ""),
    ({"at": "yesterday"}, "'yesterday' is no moment", 'Write an instant, or "now - 3 days 2 hours".'),
    ({"at": 7}, "7 is no moment", ""),
    ({"at": datetime(2026, 11, 1, 8)}, "2026-11-01 08:00:00 has no zone", ""),  # noqa: DTZ001 - that is the fault
    ({"at": GOOD, "recorded": "soon"}, "'soon' is no moment", ""),
    ({"at": GOOD, "recorded": datetime(2026, 10, 1, tzinfo=UTC)}, "note.added would happen at 2026-11-01T08:00", ""),
    ({"at": "now - 999999 weeks"}, "'now - 999999 weeks' lies before the first or after the last year", ""),
    ({"at": "now + 999999 weeks"}, "'now + 999999 weeks' lies before the first or after the last year", ""),
]


@pytest.mark.parametrize(("fields", "what", "hint"), FAULTS)
def test_a_fault_names_its_entry(fields: dict[str, Any], what: str, hint: str) -> None:
    with pytest.raises(BadFact) as caught:
        told(NOTE, {**NOTE, **fields}, NOTE)
    assert caught.value.what.startswith(f"story.toml, fact 2: {what}")
    assert caught.value.hint.startswith(hint)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("now", timedelta(0)),
        ("now - 1 minute", -timedelta(minutes=1)),
        ("now - 3 days 2 hours", -timedelta(days=3, hours=2)),
        ("now + 2 weeks", timedelta(weeks=2)),
    ],
)
def test_a_moment_reckoned_from_now(text: str, span: timedelta) -> None:
    assert moment(text, now=NOW) == NOW + span


@pytest.mark.parametrize("text", ["now-1 day", "now - 1 month", "now - days", "now - 1234567 hours", "", "2026-11-01"])
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(BadFact, match="is no moment"):
        moment(text, now=NOW)


def test_an_instant_is_told_in_utc() -> None:
    assert moment(datetime.fromisoformat("2026-11-20T10:30+01:00"), now=NOW).isoformat() == "2026-11-20T09:30:00+00:00"
