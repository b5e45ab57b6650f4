"""The chain: numbering, moments and digests when facts are recorded, and what a check of stored facts finds."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from midstream.ledger.chain import SKEW, Head, empty, head_of, read_line, record, verify, write_line
from midstream.ledger.errors import BadFact, BrokenChain, ClockBackwards, LedgerError
from midstream.ledger.fact import FIRST, Draft, Fact, fields_of, write_time
from midstream.ledger.kinds import Audience, Body, Unknown
from midstream.ledger.kinds.embargo import EmbargoAgreed
from midstream.ledger.kinds.intake import NoteAdded, ReportReceived
from tests.strategies import changed
from tests.telling import HOUR, START, facts

MICROSECOND = timedelta(microseconds=1)


def note(text: str = "a", *, happened: datetime = START, stream: str = "case/c-1", by: str = "mara") -> Draft:
    return Draft(stream=stream, said_by=by, happened_at=happened, body=NoteAdded(text=text))


def stream_of(name: str, size: int = 3) -> tuple[Fact, ...]:
    return facts([NoteAdded(text=f"{name} {count}") for count in range(size)], stream=name)


def test_facts_are_numbered_from_one_and_follow_each_other() -> None:
    first = record(empty("case/c-1"), [note("a"), note("b")], recorded_at=START, key="k1")
    second = record(head_of(first, stream="case/c-1"), [note("c")], recorded_at=START + HOUR, key="k2")
    made = (*first, *second)
    assert [fact.number for fact in made] == [1, 2, 3]
    assert [fact.previous for fact in made] == [FIRST, made[0].digest, made[1].digest]
    assert [fact.key for fact in made] == ["k1", "k1", "k2"]
    assert [fact.recorded_at for fact in made] == [START, START, START + HOUR]
    assert record(empty("case/c-1"), [], recorded_at=START, key="k") == ()


def test_the_digest_is_that_of_the_previous_one_and_the_canonical_rest() -> None:
    report = ReportReceived(project="tf-m", channel="mail", title="Überlauf")
    fact = facts([NoteAdded(text="a"), report])[1]
    rest = (
        '{"body":{"channel":"mail","project":"tf-m","title":"Überlauf"},"happened_at":"2026-03-02T10:00:00.000000Z",'
        '"key":"k","kind":"report.received","number":2,"recorded_at":"2026-03-02T10:00:00.000000Z","said_by":"mara",'
        '"stream":"case/c-1"}'
    )
    assert fact.digest == hashlib.sha256((fact.previous + rest).encode()).hexdigest()
    assert json.loads(write_line(fact)) == {**json.loads(rest), "previous": fact.previous, "digest": fact.digest}


def test_the_head_of_a_stream() -> None:
    made = stream_of("case/c-1")
    assert head_of((), stream="case/c-1") == empty("case/c-1")
    assert empty("case/c-1") == Head(stream="case/c-1", number=0, digest=FIRST, recorded_at=None)
    assert head_of(made, stream="case/c-1") == Head(
        stream="case/c-1", number=3, digest=made[2].digest, recorded_at=START + 2 * HOUR
    )


def test_times_are_kept_in_utc_whatever_zone_they_came_in() -> None:
    tokyo = START.astimezone(ZoneInfo("Asia/Tokyo"))
    fact = record(empty("case/c-1"), [note(happened=tokyo)], recorded_at=tokyo, key="k")[0]
    assert (fact.happened_at.tzinfo, fact.recorded_at.tzinfo) == (UTC, UTC)
    assert fact == facts([NoteAdded(text="a")])[0]


class TestAppend:
    head = head_of(stream_of("case/c-1"), stream="case/c-1")
    last = START + 2 * HOUR

    @pytest.mark.parametrize("back", [timedelta(0), MICROSECOND, SKEW])
    def test_a_clock_a_little_behind_takes_the_later_moment(self, back: timedelta) -> None:
        made = record(self.head, [note()], recorded_at=self.last - back, key="k")
        assert made[0].recorded_at == self.last

    def test_a_clock_far_behind_is_refused(self) -> None:
        with pytest.raises(ClockBackwards) as caught:
            record(self.head, [note()], recorded_at=self.last - SKEW - MICROSECOND, key="k")
        assert caught.value.what == (
            "it is 2026-03-02T10:59:54.999999Z, but case/c-1 has a fact of 2026-03-02T11:00:00.000000Z"
        )
        assert "nothing was recorded" in caught.value.hint

    def test_what_happens_a_little_ahead_is_taken(self) -> None:
        assert record(self.head, [note(happened=self.last + SKEW)], recorded_at=self.last, key="k")

    def test_what_would_happen_later_is_refused(self) -> None:
        with pytest.raises(BadFact) as caught:
            record(self.head, [note(), note(happened=self.last + SKEW + MICROSECOND)], recorded_at=self.last, key="k")
        assert caught.value.what == "note.added would happen at 2026-03-02T11:00:05.000001Z, after now"

    def test_a_moment_without_a_zone_is_refused(self) -> None:
        with pytest.raises(BadFact, match="a moment without a zone"):
            record(self.head, [note(happened=START.replace(tzinfo=None))], recorded_at=self.last, key="k")

    @pytest.mark.parametrize("body", [Unknown(fields={}), Body()])
    @pytest.mark.parametrize("happened", [START, START + 9 * HOUR])
    def test_an_unknown_kind_is_refused(self, body: Body, happened: datetime) -> None:
        draft = Draft(stream="case/c-1", said_by="mara", happened_at=happened, body=body)
        with pytest.raises(BadFact, match="a kind this version does not know"):
            record(self.head, [draft], recorded_at=self.last, key="k")

    @pytest.mark.parametrize(
        "stream", ["", "case/", "case/C-1", "case/a b", "case/-a", "other/a", "case/" + "a" * 82, "case/a\n", "case/ä"]
    )
    def test_a_name_that_is_no_stream_is_refused(self, stream: str) -> None:
        with pytest.raises(BadFact, match="is not a stream"):
            record(empty(stream), [note(stream=stream)], recorded_at=self.last, key="k")

    @pytest.mark.parametrize(
        ("by", "what"), [("", "needs the name"), ("a" * 121, "needs the name"), ("\udc80", "UTF-8")]
    )
    def test_a_name_nobody_has_is_refused(self, by: str, what: str) -> None:
        with pytest.raises(BadFact, match=what):
            record(self.head, [note(by=by)], recorded_at=self.last, key="k")

    def test_a_key_that_is_no_text_is_refused(self) -> None:
        with pytest.raises(BadFact, match="UTF-8"):
            record(self.head, [note()], recorded_at=self.last, key="\udc80")


def broken(made: Sequence[Fact]) -> BrokenChain:
    with pytest.raises(BrokenChain) as caught:
        list(verify(made, heads={}))
    return caught.value


class TestVerify:
    one = stream_of("case/c-1", 4)
    two = stream_of("project/tf-m", 3)

    def test_whole_streams_pass_in_any_mixture(self) -> None:
        for made in (self.one, (*self.one, *self.two), [*self.two[:1], *self.one[:3], *self.two[1:], self.one[3]]):
            heads: dict[str, Head] = {}
            assert list(verify(made, heads=heads)) == list(made)
            for stream, head in heads.items():
                own = [fact for fact in made if fact.stream == stream]
                assert head == head_of(own, stream=stream)

    def test_a_check_goes_on_from_where_an_earlier_one_ended(self) -> None:
        heads = {"case/c-1": head_of(self.one[:2], stream="case/c-1")}
        assert list(verify(self.one[2:], heads=heads)) == list(self.one[2:])

    def test_what_stands_before_the_fault_is_yielded(self) -> None:
        seen: list[Fact] = []
        with pytest.raises(BrokenChain):
            seen.extend(verify(self.one[:2] + self.one[3:], heads={}))
        checked = verify(self.one[:2] + self.one[3:], heads={})
        assert [next(checked), next(checked)] == list(self.one[:2])

    @pytest.mark.parametrize(
        ("order", "number", "what"),
        [
            ([1, 2, 3], 2, "fact 1 is missing before it"),
            ([0, 2, 3], 3, "fact 2 is missing before it"),
            ([0, 1, 1, 2], 2, "this number is there twice"),
            ([0, 1, 2, 0], 1, "this number is there twice"),
            ([0, 2, 1, 3], 3, "fact 2 is missing before it"),
            ([3, 2, 1, 0], 4, "fact 1 is missing before it"),
        ],
    )
    def test_facts_missing_repeated_or_out_of_order(self, order: list[int], number: int, what: str) -> None:
        error = broken([*self.two, *(self.one[index] for index in order)])
        assert (error.stream, error.number) == ("case/c-1", number)
        assert error.what == f"case/c-1 fact {number}: {what}"
        assert "backup" in error.hint

    def test_a_fact_of_another_history_does_not_follow(self) -> None:
        other = facts([NoteAdded(text=text) for text in ("x", "y", "z")])
        assert broken([self.one[0], other[1]]).what == "case/c-1 fact 2: it does not follow the fact before it"

    @pytest.mark.parametrize(
        "fields",
        [
            {"kind": "note.removed"},
            {"said_by": "ines"},
            {"happened_at": START + MICROSECOND},
            {"recorded_at": START + 9 * HOUR},
            {"key": "other"},
            {"raw": b'{"text":"other"}'},
            {"digest": "0" * 64},
        ],
    )
    def test_a_changed_field_is_found(self, fields: dict[str, object]) -> None:
        error = broken([self.one[0], changed(self.one[1], **fields), *self.one[2:]])
        assert error.what == "case/c-1 fact 2: its content does not match its digest"


class TestLines:
    fact = facts([ReportReceived(project="tf-m", channel="mail", title="A title", reporter="jo")])[0]
    line = write_line(fact)

    def read_changed(self, old: bytes, new: bytes) -> LedgerError:
        assert self.line.count(old) == 1
        with pytest.raises(LedgerError) as caught:
            list(verify([read_line(self.line.replace(old, new))], heads={}))
        return caught.value

    def test_a_line_is_read_back(self) -> None:
        assert read_line(self.line) == self.fact

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (b'"A title"', b'"A\\u0020title"'),
            (b'"A title"', b'"A title" '),
            (b'"number":1', b'"number":1.0'),
            (b'"happened_at":"2026-03-02T', b'"happened_at":"2026-03-02 '),
            (b'"happened_at":"2026-03-02T09:00:00.000000Z"', b'"happened_at":"2026-03-02T10:00:00.00+01:00"'),
            (b'"happened_at":"2026-03-02T09:00:00.000000Z"', b'"happened_at":"2026-03-02T09:00:00,000000Z"'),
            (b'"happened_at":"2026-03-02T09:00:00.000000Z"', b'"happened_at":"2026-02-30T09:00:00.000000Z"'),
            (b'"happened_at":"2026-03-02T09:00:00.000000Z"', b'"happened_at":"2026-03-01T33:00:00.000000Z"'),
            (b'"happened_at":"2026-03-02T09:00:00.000000Z"', b'"happened_at":"yesterday"'),
            (b'"key":"k",', b'"key":"k","key":"k",'),
            (b'"key":"k",', b""),
            (b'"key":"k",', b'"key":"k","more":1,'),
            (b'"key":"k"', b'"key":7'),
            (b"report.received", b"Report.received"),
            (b"report.received", b"received"),
            (b"report.received", b"report.received" + b"x" * 80),
            (b'"said_by":"mara"', b'"said_by":""'),
            (b"case/c-1", b"case/C-1"),
            (b'"reporter":"jo"', b'"reporter":0.5'),
            (b'"reporter":"jo"', b'"reporter":' + b"[" * 60 + b"]" * 60),
            (b'"reporter":"jo"', b'"reporter":' + b"[" * 9_999 + b"]" * 9_999),
            (b'"reporter":"jo"', b'"reporter":"\\ud800"'),
            (b'"reporter":"jo"', b'"reporter":"\xff"'),
            (b'"number":1', b'"number":-1'),
            (b'"number":1', b'"number":99999999999999999999'),
        ],
    )
    def test_a_line_that_is_not_as_it_was_written_is_refused(self, old: bytes, new: bytes) -> None:
        error = self.read_changed(old, new)
        assert isinstance(error, BadFact)
        assert error.what
        assert error.hint

    @pytest.mark.parametrize(
        "line", [b"", b"{}", b"null", b"[]", line[:-1], b" " + line, line + b"\n", b"\xef\xbb\xbf" + line]
    )
    def test_what_is_no_line_is_refused(self, line: bytes) -> None:
        with pytest.raises(BadFact):
            read_line(line)

    @pytest.mark.parametrize("moment", ["0001-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z"])
    def test_the_first_and_the_last_year_can_be_written(self, moment: str) -> None:
        happened = datetime.fromisoformat(moment)
        line = write_line(changed(self.fact, happened_at=happened))
        assert moment.encode() in line
        assert read_line(line).happened_at == happened


class TestNewerVersions:
    """Facts that a newer version wrote go through this one unchanged."""

    def sealed(self, kind: str, raw: bytes) -> tuple[bytes, Fact]:
        """A line as a newer version writes it, with a digest that is right."""
        fact = changed(facts([NoteAdded(text="a")])[0], kind=kind, raw=raw)
        digest = json.loads(write_line(fact))
        rest = {key: value for key, value in digest.items() if key not in {"digest", "previous"}}
        text = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        fact = changed(fact, digest=hashlib.sha256((FIRST + text).encode()).hexdigest())
        return write_line(fact), fact

    @pytest.mark.parametrize(
        ("kind", "raw", "body", "audience"),
        [
            ("later.invented", b'{"a":[1,{"b":null}],"z":"\xc3\xa9"}', Unknown, Audience.TEAM),
            ("fix.merged.again", b"{}", Unknown, Audience.TEAM),
            # a field was added: the body is read, the field is kept
            ("fix.merged", b'{"commit":"' + b"c" * 40 + b'","signed":true}', None, Audience.PUBLIC),
            # a word was added: this version has no type for it, so the fact is for the team alone
            ("embargo.ended", b'{"reason":"court order"}', Unknown, Audience.TEAM),
        ],
    )
    def test_they_are_kept_byte_for_byte(self, kind: str, raw: bytes, body: type | None, audience: Audience) -> None:
        line, fact = self.sealed(kind, raw)
        again = read_line(line)
        assert again.raw == raw
        assert write_line(again) == line
        assert fields_of(again) == json.loads(raw)
        assert isinstance(again.body, Unknown) is (body is Unknown)
        assert again.audience is audience
        assert list(verify([again], heads={})) == [again]
        assert again.digest == fact.digest


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/St_Johns"])
def test_a_time_is_written_in_utc_with_six_decimals(zone: str) -> None:
    told = datetime(2026, 3, 2, 9, 0, 0, 120_000, tzinfo=UTC).astimezone(ZoneInfo(zone))
    assert write_time(told) == "2026-03-02T09:00:00.120000Z"


def test_an_instant_in_a_body_keeps_its_zone() -> None:
    until = datetime(2026, 5, 1, 9, tzinfo=timezone(HOUR))
    fact = facts([EmbargoAgreed(until=until)])[0]
    assert fact.raw == b'{"until":"2026-05-01T09:00:00+01:00"}'
    assert read_line(write_line(fact)) == fact
