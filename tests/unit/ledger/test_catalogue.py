"""The catalogue of kinds: every kind says what it means, has a name in the past tense, and checks its fields."""

import re
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midstream.ledger.errors import BadFact
from midstream.ledger.fact import BODY_LIMIT, decode_body, encode_body
from midstream.ledger.kinds import KINDS, NAMES, THEMES, Audience, Body, Unknown
from midstream.ledger.kinds.cve import CveAssigned, CveBlockReserved
from midstream.ledger.kinds.embargo import EmbargoAgreed, MeetingReviewed
from midstream.ledger.kinds.fix import BackportWaived, FixMerged
from midstream.ledger.kinds.intake import DuplicateSuspected, NoteAdded, ReportReceived, ReportRejected
from midstream.ledger.kinds.process import RotationShift
from tests.strategies import bodies

# Kinds whose last word is no past participle ending in -ed, and why the name still tells of something past.
OTHER_PASTS = {
    "told": "past of tell",
    "known": "past of know",
    "written": "past of write",
    "withdrawn": "past of withdraw",
    "handed_over": "past of hand over",
    "reporter_told": "past of tell",
    "active": "the exploit was seen in use",
    "severe": "the incident was found to be severe",
    "available": "the fix became available",
    "shift": "a shift was entered",
}


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_kind_says_what_happened_and_what_it_means(name: str) -> None:
    entry = KINDS[name]
    assert re.fullmatch(r"[a-z_]+\.[a-z_]+", name)
    last = name.split(".")[1]
    assert last.endswith("ed") or last in OTHER_PASTS
    assert entry.name == name == NAMES[entry.body]
    assert entry.meaning == (entry.body.__doc__ or "").strip()
    assert re.fullmatch(r"[A-Z].*[.]", entry.meaning, re.DOTALL)
    assert entry.audience in Audience
    # A body that another version wrote with fewer fields can still be read: what was added has a default.
    assert entry.body.__struct_config__.omit_defaults
    assert entry.body.__struct_config__.frozen
    assert not entry.body.__struct_config__.forbid_unknown_fields


def test_no_past_is_listed_in_vain() -> None:
    assert set(OTHER_PASTS) == {name.split(".")[1] for name in KINDS if not name.endswith("ed")}


def test_every_body_of_the_themes_is_in_the_catalogue() -> None:
    defined = {
        value
        for theme in THEMES
        for value in vars(theme).values()
        if isinstance(value, type) and issubclass(value, Body) and value is not Body
    }
    assert defined == set(NAMES)
    assert len(KINDS) == len(NAMES)


def test_only_what_an_advisory_may_say_is_for_everybody() -> None:
    private = {"report", "message", "participant", "party", "deferral", "leak", "note", "authority", "duplicate"}
    assert not {name for name, entry in KINDS.items() if entry.audience is Audience.PUBLIC} & {
        name for name in KINDS if name.split(".")[0] in private
    }


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_valid_body_is_written_and_read_again(name: str) -> None:
    @settings(max_examples=15)
    @given(bodies(name))
    def law(body: Body) -> None:
        raw = encode_body(body)
        again = decode_body(name, raw)
        assert again == body
        assert type(again) is type(body)
        assert encode_body(again) == raw

    law()


ZONELESS = datetime(2026, 3, 2, 9)  # noqa: DTZ001 - that is the fault
ZONED = datetime(2026, 3, 2, 9, tzinfo=UTC)

BAD: list[tuple[Body, str]] = [
    (FixMerged(commit="c0ffee"), "fix.merged: Expected `str` matching regex"),
    (FixMerged(commit="C" * 40), "fix.merged: Expected `str` matching regex"),
    (FixMerged(commit="c" * 40 + "\n"), "fix.merged: Expected `str` matching regex"),
    (CveAssigned(cve="CVE-26-1"), "cve.assigned: Expected `str` matching regex"),
    (CveBlockReserved(year=2026, cves=("CVE-2026-1111", "x")), "cve.block_reserved: Expected `str` matching regex"),
    (ReportReceived(project="TF-M", channel="mail", title="t"), "report.received: Expected `str` matching regex"),
    (ReportReceived(project="tf-m", channel="mail", title=""), "report.received: Expected `str` of length >= 1"),
    (ReportReceived(project="tf-m", channel="fax", title="t"), "report.received: Invalid enum value 'fax'"),  # type: ignore[arg-type]
    (ReportRejected(reason="boring"), "report.rejected: Invalid enum value 'boring'"),  # type: ignore[arg-type]
    (BackportWaived(branch="main", reason="no"), "backport.waived: Expected `str` of length >= 3"),
    (NoteAdded(text="x" * 16_385), "note.added: Expected `str` of length <= 16384"),
    (NoteAdded(text=7), "note.added: Expected `str`, got `int`"),  # type: ignore[arg-type]
    (MeetingReviewed(attendees=-1), "meeting.reviewed: Expected `int` >= 0"),
    (MeetingReviewed(attendees=2**60), "meeting.reviewed: Expected `int` <= 1000000000"),
    (DuplicateSuspected(of="c-1", score=101, because="text"), "duplicate.suspected: Expected `int` <= 100"),
    (EmbargoAgreed(until=ZONELESS), "embargo.agreed: Expected `datetime` with a timezone"),
    (RotationShift(person="mara", starts_at=ZONED, ends_at=ZONELESS), "rotation.shift: Expected `datetime` with a"),
]


@pytest.mark.parametrize(("body", "what"), BAD)
def test_a_body_that_breaks_its_rule_is_refused(body: Body, what: str) -> None:
    with pytest.raises(BadFact) as caught:
        encode_body(body)
    assert caught.value.what.startswith(what)
    assert caught.value.hint == f"See the fields of {NAMES[type(body)]} in the reference of fact kinds."


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(BadFact) as caught:
        encode_body(NoteAdded(text="caf\udce9"))
    assert caught.value.what == "it holds bytes that are no UTF-8 text"


def test_a_body_may_not_be_larger_than_its_limit() -> None:
    fits = Unknown(fields={"a": "x" * (BODY_LIMIT - len('{"a":""}'))})
    assert len(encode_body(fits)) == BODY_LIMIT
    with pytest.raises(BadFact) as caught:
        encode_body(Unknown(fields={"a": fits.fields["a"] + "x"}))
    assert caught.value.what == f"the body has {BODY_LIMIT + 1} bytes, more than {BODY_LIMIT}"
    assert "blob" in caught.value.hint


def deep(levels: int) -> object:
    value: object = 1
    for level in range(levels):
        value = [value] if level % 2 else {"a": value}
    return value


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (0.5, "0.5 cannot be written the same way everywhere"),
        (2**53 + 1, "9007199254740993 cannot be written"),
        (-(2**53) - 1, "-9007199254740993 cannot be written"),
        ({"b": [1, {"c": 1.0}]}, "1.0 cannot be written"),
        (deep(50), "a body nested more than 50 deep"),
    ],
)
def test_numbers_and_depths_that_are_not_the_same_everywhere_are_refused(value: object, what: str) -> None:
    with pytest.raises(BadFact) as caught:
        encode_body(Unknown(fields={"a": value}))
    assert caught.value.what.startswith(what)


@pytest.mark.parametrize("value", [2**53, -(2**53), True, None, deep(49)])
def test_what_is_just_within_is_kept(value: object) -> None:
    raw = encode_body(Unknown(fields={"a": value}))
    assert decode_body("later.invented", raw) == Unknown(fields={"a": value})


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("later.invented", {"a": [1, {"b": None}]}),
        ("note.added", {"text": 7}),  # a newer version may have widened a type
        ("report.rejected", {"reason": "a reason of a newer version"}),
        ("fix.merged", {"into": "main"}),
    ],
)
def test_a_body_without_a_type_that_fits_is_kept_whole(kind: str, fields: dict[str, Any]) -> None:
    assert decode_body(kind, msgspec.json.encode(fields)) == Unknown(fields=fields)


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b"7", b'{"text":"\xff"}', b'{"text":"a"}x', b'{"a":' + b"[" * 9_999 + b"]" * 9_999 + b"}"]
)
@pytest.mark.parametrize("kind", ["note.added", "later.invented"])
def test_a_body_that_is_no_json_object_is_refused(kind: str, raw: bytes) -> None:
    with pytest.raises(BadFact, match=f"the body of {kind} is not JSON"):
        decode_body(kind, raw)


@given(st.sampled_from(sorted(KINDS)), st.binary(max_size=60))
def test_any_bytes_are_a_body_or_refused(kind: str, raw: bytes) -> None:
    with suppress(BadFact):
        assert isinstance(decode_body(kind, raw), Body)
