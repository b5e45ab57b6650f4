"""Laws of the ledger: one way to write a fact, and no change that a check does not find."""

import json
from collections.abc import Sequence
from datetime import datetime
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midstream.ledger.chain import digest_of_fact, read_line, verify, write_line
from midstream.ledger.errors import LedgerError
from midstream.ledger.fact import Fact, decode_body, encode_body, encode_fields, read_time, write_time
from midstream.ledger.kinds import KINDS, NAMES, Body
from tests.strategies import any_body, changed, moments, streams

# RFC 8785 sorts keys by UTF-16 code units, which differs from the order of code points above U+FFFF only.
words = st.text(st.characters(codec="utf-8", max_codepoint=0xFFFF), max_size=8)
trees: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)
objects = st.dictionaries(words, trees, max_size=6)

_SHORT = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}

_WORDS = {None: "null", True: "true", False: "false"}


def canonical(value: object) -> str:
    """JSON as RFC 8785 section 3.2 writes it, for values without floating-point numbers."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(key)}:{canonical(value[key])}" for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, str):
        return '"' + "".join(_SHORT.get(c) or (c if c >= " " else f"\\u{ord(c):04x}") for c in value) + '"'
    return _WORDS[value] if value is None or isinstance(value, bool) else str(value)


@given(objects)
def test_unknown_bodies_are_written_as_rfc_8785_says(fields: dict[str, Any]) -> None:
    assert encode_fields(fields).decode() == canonical(fields)


@given(any_body)
def test_known_bodies_are_written_as_rfc_8785_says(body: Body) -> None:
    raw = encode_body(body).decode()
    assert raw == canonical(json.loads(raw))


@given(objects, st.randoms(use_true_random=False))
def test_the_order_of_keys_does_not_matter(fields: dict[str, Any], chance: Random) -> None:
    keys = list(fields)
    chance.shuffle(keys)
    assert encode_fields({key: fields[key] for key in keys}) == encode_fields(fields)


@given(any_body)
def test_writing_reading_and_writing_again_changes_no_byte(body: Body) -> None:
    raw = encode_body(body)
    assert encode_body(decode_body(NAMES[type(body)], raw)) == raw


@given(st.sampled_from(sorted(KINDS)) | st.just("later.invented"), objects)
def test_a_body_that_is_no_type_of_ours_goes_through_unchanged(kind: str, fields: dict[str, Any]) -> None:
    raw = encode_fields(fields)
    fact = Fact(
        stream="case/c-1",
        number=1,
        kind=kind,
        said_by="mara",
        happened_at=read_time("2026-01-01T00:00:00.000000Z"),
        recorded_at=read_time("2026-01-01T00:00:00.000000Z"),
        key="",
        body=decode_body(kind, raw),
        raw=raw,
        previous="0" * 64,
        digest="",
    )
    sealed = changed(fact, digest=digest_of_fact(fact))
    again = read_line(write_line(sealed))
    assert (again, again.raw) == (sealed, raw)
    assert list(verify([again], heads={})) == [again]


@given(moments, moments)
def test_times_as_text_are_in_the_order_of_time(one: datetime, other: datetime) -> None:
    assert read_time(write_time(one)) == one
    assert (write_time(one) < write_time(other)) == (one < other)
    assert len(write_time(one)) == len("2026-01-01T00:00:00.000000Z")


@given(streams())
def test_a_stream_is_read_back_and_follows(facts: Sequence[Fact]) -> None:
    again = [read_line(write_line(fact)) for fact in facts]
    assert again == list(facts)
    assert list(verify(again, heads={})) == again
    assert [write_line(fact) for fact in again] == [write_line(fact) for fact in facts]


def is_taken(lines: Sequence[bytes]) -> bool:
    try:
        list(verify([read_line(line) for line in lines], heads={}))
    except LedgerError:
        return False
    return True


@given(streams(max_size=4), st.data())
@settings(max_examples=300)
def test_one_changed_byte_is_found(facts: Sequence[Fact], data: st.DataObject) -> None:
    lines = [write_line(fact) for fact in facts]
    assert is_taken(lines)
    index = data.draw(st.integers(0, len(lines) - 1), label="line")
    line = bytearray(lines[index])
    place = data.draw(st.integers(0, len(line) - 1), label="place")
    line[place] ^= data.draw(st.integers(1, 255), label="flip")
    assert not is_taken([*lines[:index], bytes(line), *lines[index + 1 :]])


@given(streams(max_size=5), st.data())
def test_lines_left_out_repeated_or_moved_are_found(facts: Sequence[Fact], data: st.DataObject) -> None:
    lines = [write_line(fact) for fact in facts]
    order = data.draw(st.lists(st.integers(0, len(lines) - 1), min_size=1, max_size=7), label="order")
    # What is lost at the end leaves a whole beginning: the head kept beside the stream finds that.
    assert is_taken([lines[index] for index in order]) == (order == list(range(len(order))))


CHANGES: dict[str, st.SearchStrategy[Any]] = {
    "stream": st.just("case/c-3"),
    "number": st.integers(1, 9),
    "kind": st.sampled_from(sorted(KINDS)),
    "said_by": words,
    "happened_at": moments,
    "recorded_at": moments,
    "key": words,
    "raw": objects.map(encode_fields),
    "previous": st.sampled_from(["0" * 64, "1" * 64, ""]),
    "digest": st.sampled_from(["0" * 64, ""]),
}


@pytest.mark.parametrize("field", sorted(CHANGES))
def test_one_changed_field_is_found(field: str) -> None:
    @settings(max_examples=25)
    @given(streams(max_size=3), CHANGES[field], st.integers(0, 3))
    def law(facts: Sequence[Fact], value: object, place: int) -> None:
        index = place % len(facts)
        if getattr(facts[index], field) == value:
            return
        other = changed(facts[index], **{field: value})
        with pytest.raises(LedgerError):
            list(verify([*facts[:index], other, *facts[index + 1 :]], heads={}))

    law()
