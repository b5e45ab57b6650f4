"""Atom feeds: what feedparser reads is what was written, and nothing in it is HTML."""

from datetime import UTC, date, datetime, timedelta

import feedparser
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midstream.formats.atom.feed import Entry, Feed, Link, check, read, tag_uri, write
from midstream.formats.base.fault import DocumentError
from midstream.formats.base.visible import one_line, visible

AT = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
ENTRY = Entry(
    id=tag_uri(authority="example.org", on=date(2026, 1, 2), specific="advisory/TFMV-9"),
    title="A <b>title</b> & more",
    updated=AT,
    published=AT - timedelta(days=1),
    links=(Link(href="https://example.org/tfmv-9/?a=1&b=2", type="text/html"),),
    categories=("CVE-2026-1234",),
    summary="Text with <script>alert(1)</script>.",
)
FEED = Feed(
    id=tag_uri(authority="example.org", on=date(2026, 1, 1), specific="advisories"),
    title="Advisories",
    author="Example",
    self_link="https://example.org/feed.atom",
    founded=AT - timedelta(days=99),
    entries=(ENTRY, msgspec.structs.replace(ENTRY, id=ENTRY.id + "x", updated=AT + timedelta(days=1))),
)


def test_feedparser_reads_what_was_written() -> None:
    assert check(FEED) == ()
    found = feedparser.parse(write(FEED))
    assert not found.bozo
    assert found.feed.id == FEED.id
    assert found.feed.updated == "2026-11-02T12:00:00Z"
    assert [link.href for link in found.feed.links if link.rel == "self"] == [FEED.self_link]
    assert [entry.id for entry in found.entries] == [FEED.entries[1].id, ENTRY.id]
    assert found.entries[1].title_detail.type == "text/plain"
    assert found.entries[1].title_detail.value == ENTRY.title
    assert found.entries[1].link == ENTRY.links[0].href


def test_of_those_that_changed_at_once_the_newest_comes_first() -> None:
    older = msgspec.structs.replace(ENTRY, id=ENTRY.id + "-1", published=AT - timedelta(days=900))
    newer = msgspec.structs.replace(ENTRY, id=ENTRY.id + "-2")
    for entries in ((older, newer), (newer, older)):
        found = read(write(msgspec.structs.replace(FEED, entries=entries)))
        assert [each.id for each in found.entries] == [newer.id, older.id]


def test_updated_moves_only_with_an_entry() -> None:
    again = msgspec.structs.replace(FEED, founded=AT + timedelta(days=500), entries=FEED.entries[::-1])
    assert write(again) == write(FEED)
    assert msgspec.structs.replace(FEED, entries=()).updated() == FEED.founded


@given(st.text(max_size=80))
def test_any_text_comes_back_as_it_is_visible(text: str) -> None:
    entry = msgspec.structs.replace(ENTRY, title=text, summary=text, categories=(text,))
    (found,) = read(write(msgspec.structs.replace(FEED, entries=(entry,)))).entries
    assert found.title == one_line(text)
    assert found.summary == visible(text)
    assert found.categories == (one_line(text),)
    assert found.links == entry.links


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"author": " "}, "atom.author"),
        ({"id": "https://example.org/"}, "atom.id"),
        ({"self_link": ""}, "atom.self"),
        ({"entries": (ENTRY, ENTRY)}, "atom.twice"),
        ({"entries": (msgspec.structs.replace(ENTRY, title=""),)}, "atom.title"),
        ({"entries": (msgspec.structs.replace(ENTRY, links=()),)}, "atom.alternate"),
        ({"entries": (msgspec.structs.replace(ENTRY, published=AT + timedelta(days=1)),)}, "atom.updated"),
        (
            {"entries": (msgspec.structs.replace(ENTRY, updated=AT.replace(tzinfo=None)),)},
            "atom.updated",
        ),
    ],
)
def test_each_mutant_is_found(change: dict[str, object], rule: str) -> None:
    assert rule in [fault.rule for fault in check(msgspec.structs.replace(FEED, **change))]


BOMB = b'<!DOCTYPE f [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><feed xmlns="http://www.w3.org/2005/Atom"><id>&b;</id></feed>'


@pytest.mark.parametrize("raw", [b"", b"<a>", b"{}", b"<feed/>", BOMB, b"\xff\xfe<feed/>"])
def test_what_is_no_feed_is_refused(raw: bytes) -> None:
    with pytest.raises(DocumentError):
        read(raw)
