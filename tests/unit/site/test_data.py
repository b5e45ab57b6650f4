"""The SQLite file, the feed and security.txt say what the catalogue says."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import feedparser
import msgspec
import pytest
from sectxt import Parser

from midstream.site.database import database
from midstream.site.feed import NEWEST, feed, security_txt
from tests.catalogues import NOW, PUBLISHER, catalogue, entry


def test_the_database_answers(tmp_path: Path) -> None:
    content = database(catalogue())
    assert content == database(catalogue())
    path = tmp_path / "advisories.sqlite"
    path.write_bytes(content)
    path.chmod(0o444)
    connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    try:
        asked = "SELECT id FROM affected WHERE product = 'acme' AND version = ? ORDER BY id"
        assert connection.execute(asked, ("1.0.0",)).fetchall() == [("ACME-1",)]
        assert connection.execute(asked, ("1.0.1",)).fetchall() == [("ACME-2",)]  # not known is no clean answer
        assert connection.execute(asked, ("2.0.0",)).fetchall() == [("ACME-1",), ("ACME-2",)]
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert connection.execute("SELECT count(*) FROM verdict").fetchone() == (8,)
    finally:
        connection.close()


def test_the_feed_is_read_by_others() -> None:
    many = tuple(entry(f"ACME-{number}", day=number) for number in range(NEWEST + 5))
    found = feedparser.parse(feed(catalogue(many)))
    assert not found.bozo
    assert len(found.entries) == NEWEST
    assert found.entries[0].title == "ACME-0: Length is not checked"
    assert found.entries[0].link == "https://security.acme.example.org/advisories/acme-0.html"
    assert feed(catalogue(many)) == feed(catalogue(tuple(reversed(many))))


def test_the_feed_without_an_address_still_reads() -> None:
    bare = catalogue(publisher=msgspec.structs.replace(PUBLISHER, base_url=""))
    assert len(feedparser.parse(feed(bare)).entries) == 2


@pytest.mark.parametrize("month", range(1, 13))
def test_security_txt_is_valid_and_changes_once_a_month(month: int) -> None:
    first = NOW.replace(month=month, day=1)
    content = security_txt(catalogue(), now=first)
    assert content == security_txt(catalogue(), now=first.replace(day=28))
    assert content != security_txt(catalogue(), now=first + timedelta(days=31))
    expires = next(line for line in content.decode().splitlines() if line.startswith("Expires: "))
    assert first < first.fromisoformat(expires[9:]) < first + timedelta(days=365)


def test_security_txt_is_read_by_others() -> None:
    content = security_txt(catalogue(), now=datetime.now(UTC)).decode()
    found = Parser(content.encode(), urls="https://security.acme.example.org/.well-known/security.txt")
    assert [each["code"] for each in found.errors] == []
    assert "Contact: mailto:security@acme.example.org" in content
