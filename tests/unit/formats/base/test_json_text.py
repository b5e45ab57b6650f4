"""Bounded JSON: what is refused, in words, and what is read."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midstream.formats.base import json_text
from midstream.formats.base.fault import DocumentError
from midstream.formats.base.json_text import read_json, read_object, write_json

REFUSED = {
    "not UTF-8": (b'{"a": "\xff"}', "byte 7 is not UTF-8"),
    "not JSON": (b"<html>", "not JSON"),
    "cut off": (b'{"a": [1, 2', "not JSON"),
    "nothing": (b"", "not JSON"),
    "two members of a name": (b'{"id": 1, "x": 2, "id": 3}', "two members are called 'id'"),
    "two members of a name, deep": (b'{"a": [{"b": 1, "b": 1}]}', "two members are called 'b'"),
    "too deep": (b'{"a":' * 100 + b"1" + b"}" * 100, "nested more than 64 deep"),
    "very deep": (b"[" * 1_000_000, "nested more than 64 deep"),
    "no number": (b'{"a": NaN}', "NaN is no JSON number"),
    "no number either": (b'{"a": -Infinity}', "-Infinity is no JSON number"),
    "a number too large": (b'{"a": 1e999}', "1e999 is no JSON number"),
    "a number of 5000 digits": (b'{"a": ' + b"9" * 5000 + b"}", "beyond all use"),
    "lone surrogate": (rb'{"a": "\ud800"}', "stand for no text"),
    "two documents": (b"{}{}", "not JSON"),
}


@pytest.mark.parametrize(("raw", "words"), REFUSED.values(), ids=REFUSED)
def test_bad_text_is_refused_in_words(raw: bytes, words: str) -> None:
    with pytest.raises(DocumentError, match="(?s)" + words) as found:
        read_json(raw, where="advisory.json")
    assert found.value.hint
    assert str(found.value).startswith("advisory.json")


def test_a_huge_document_is_refused_before_it_is_looked_at() -> None:
    with pytest.raises(DocumentError, match="33,554,433 bytes, more than"):
        read_json(b" " * (json_text.SIZE_LIMIT + 1))


def test_too_many_values_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_text, "VALUES_LIMIT", 10)
    with pytest.raises(DocumentError, match="more than 10 values"):
        read_json(b"[" + b"1," * 20 + b"1]")
    assert read_json(b'["' + b"1," * 20 + b'1"]')  # commas in text are no values


@pytest.mark.parametrize("raw", [b"[]", b"1", b'"text"', b"null"])
def test_an_advisory_is_an_object(raw: bytes) -> None:
    with pytest.raises(DocumentError, match="no JSON object"):
        read_object(raw)


def test_a_byte_order_mark_is_no_fault() -> None:
    assert read_json(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=15,
)


@given(VALUES)
def test_what_is_written_is_read_back(value: object) -> None:
    assert read_json(write_json(value)) == value
    assert read_json(write_json(value, is_sorted=True)) == value


@given(st.binary(max_size=200) | st.text(alphabet='[]{}",:\\u0dtrue1 ', max_size=60).map(str.encode))
def test_anything_is_read_as_json_reads_it_or_refused(raw: bytes) -> None:
    try:
        value = read_json(raw)
    except DocumentError:
        return
    assert value == json.loads(raw.decode("utf-8-sig"))
