"""When something outside fails, one plain page says so, and nothing is lost; and hostile text is only text."""

import html
import re
import sqlite3
from collections.abc import Callable

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from midstream.desk.desk import Desk
from midstream.desk.ports import StoreTrouble
from midstream.web.templatetags.desk import said, seen
from tests.desks import act, reported

Visit = Callable[..., Client]


def _caused(error: Exception, cause: Exception, **marks: str) -> Exception:
    """Return an error with its cause, on which the database's driver left its marks."""
    for name, value in marks.items():
        setattr(cause, name, value)
    error.__cause__ = cause
    return error


class Broken:
    """A store in trouble: whatever is asked of it."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> object:
        raise self._error


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (StoreTrouble("/srv/secret/store.db: the disk is full", hint="Make space"), 503),
        (OperationalError("connection to server at 10.0.0.7 lost"), 503),
        (OSError(28, "No space left on device", "/srv/secret/store.db"), 503),
        (ZeroDivisionError("embargoed words"), 500),
    ],
)
@pytest.mark.parametrize("url", ["/", "/cases/", "/cases/acme-1/", "/cases/acme-1/do/note/", "/report/"])
def test_trouble_is_one_plain_page_without_a_word_of_the_inside(
    visit: Visit, desk: Desk, error: Exception, status: int, url: str
) -> None:
    import msgspec  # noqa: PLC0415 - only here

    client = visit("ada")
    parts = settings.MIDSTREAM
    settings.MIDSTREAM = msgspec.structs.replace(
        parts, open_desk=lambda: msgspec.structs.replace(desk, store=Broken(error))
    )
    answer = client.get(url)
    text = answer.content.decode()
    assert answer.status_code == status
    assert "othing was recorded" in text
    for word in ("secret", "10.0.0.7", "embargoed words", "Traceback"):
        assert word not in text
    assert answer["Cache-Control"] == "no-store"
    settings.MIDSTREAM = parts
    assert client.get(url).status_code == 200  # and it goes on once the trouble is over


NEVER_SHOWN = ("secret", "10.0.0.7")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (_caused(OperationalError("x"), sqlite3.OperationalError(), sqlite_errorname="SQLITE_FULL"), "disk"),
        (_caused(OperationalError("x"), sqlite3.OperationalError(), sqlite_errorname="SQLITE_BUSY"), "Another program"),
        (OSError(28, "No space left on device", "/srv/secret/store.db"), "disk"),
        (OperationalError("connection to server at 10.0.0.7 lost"), "does not answer"),
        (_caused(OperationalError("x"), OSError("10.0.0.7"), sqlstate="57P01"), "does not answer"),
        (_caused(OperationalError("x"), sqlite3.OperationalError(), sqlite_errorname="SQLITE_NOTADB"), "cannot reach"),
    ],
    ids=str,
)
def test_trouble_says_which_and_keeps_what_was_typed_to_send_it_again(
    visit: Visit, desk: Desk, monkeypatch: pytest.MonkeyPatch, error: Exception, says: str
) -> None:
    client = visit("")
    page = client.get("/report/").content.decode()
    fields = {"poc": "Send <b>7</b> bytes", "happens": "It stops", "version": "1.0", "title": "Short packet stops it"}
    fields |= {"who": "somebody on the network", "gains": "stop the device", "key": "k" * 32, "project": "acme"}

    def fail(*_: object, **__: object) -> None:
        raise error

    before = desk.store.version()
    with monkeypatch.context() as broken:
        broken.setattr("midstream.web.pages.report.take_web_report", fail)
        answer = client.post("/report/", fields)
    text = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert says in text
    assert not [word for word in NEVER_SHOWN if word in text]
    assert "Send &lt;b&gt;7&lt;/b&gt; bytes" in text
    assert desk.store.version() == before
    again = {
        name: html.unescape(value) for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', text)
    }
    assert again == fields
    done = client.post("/report/", again)
    assert done.status_code == 200
    assert desk.store.version() > before
    assert page


def test_nothing_that_signs_in_is_shown_again(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    client = visit("")

    def fail(*_: object, **__: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr("allauth.account.forms.LoginForm.clean", fail)
    answer = client.post("/accounts/login/", {"login": "ada", "password": "correct horse"})
    assert answer.status_code == 503
    assert "correct horse" not in answer.content.decode()


def test_a_full_disk_shows_no_private_case_that_it_cannot_record_the_reading_of(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise StoreTrouble("the disk is full", hint="Make space.")

    ada = visit("ada")
    monkeypatch.setattr("midstream.store.rows.reads.record_reads", full)
    answer = ada.get("/cases/acme-1/")
    assert answer.status_code == 503
    assert "Key leaks" not in answer.content.decode()


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7|add:7 }}{% debug %}",
    "\u202egpj.exe\u202c",
    "zero\u200bwidth\u2066isolated\u2069",
    "javascript:alert(1)",
    "\x1b[31mred\x07",
    "é中文🙂" * 20,
)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_shows_as_text_wherever_it_stands(visit: Visit, desk: Desk, text: str) -> None:
    reported(desk, "acme-5", title=text)
    act(desk, "acme-5", "note", text=text * 3)
    act(desk, "acme-5", "ask-reporter", question=text)
    act(desk, "acme-5", "name-component", component=text, area=text)
    ada = visit("ada")
    for url in ("/?whose=team", "/cases/", f"/cases/?q={text}", "/cases/acme-5/", "/cases/acme-5/timeline/", "/board/"):
        page = ada.get(url).content.decode()
        for raw in ("<script>alert", "<img src=x", "\u202e", "\u200b", "\u2066", "\x1b", "1414"):
            assert raw not in page
    assert "U+202E" in ada.get("/cases/acme-5/").content.decode() or "\u202e" not in text


def test_a_megabyte_in_one_field_is_refused_or_shown_as_text(visit: Visit, desk: Desk) -> None:
    client, before = visit("ada"), desk.store.version()
    answer = client.post("/cases/acme-1/do/note/", {"f.text": "A" * 1_000_000, "step": "do"})
    assert answer.status_code in {200, 422}
    assert desk.store.version() == before
    assert client.get("/cases/?q=" + "x" * 5_000).status_code == 200


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("<b>", "&lt;b&gt;"),
        ("a\u202eb", 'a<span class="hidden-char" title="right-to-left override">U+202E</span>b'),
        ("\x00", '<span class="hidden-char" title="control character">U+0000</span>'),
        ("a\nb", "a\nb"),
    ],
)
def test_hidden_characters_are_made_visible(text: str, shown: str) -> None:
    assert seen(text) == shown


@pytest.mark.parametrize(
    "url", ["/", "/cases/", "/cases/acme-1/", "/board/", "/releases/", "/reports/", "/evidence/acme-1/"]
)
def test_a_page_asks_the_store_at_most_twelve_times(visit: Visit, url: str) -> None:
    from django.db import connection  # noqa: PLC0415 - needs Django set up
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 - as above

    ada = visit("ada")
    ada.get("/policy/")
    with CaptureQueriesContext(connection) as queries:
        assert ada.get(url).status_code == 200
    asked = [query["sql"] for query in queries if not query["sql"].startswith(("SAVEPOINT", "BEGIN", "COMMIT"))]
    assert len(asked) <= 12, "\n".join(asked)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (
            "2026-11-30T18:46:40.230858Z",
            (
                '<time datetime="2026-11-30T18:46:40.230858Z" title="2026-11-30T18:46:40.230858Z">'
                "Tue 1 Dec 2026, 03:46 JST</time>"
            ),
        ),
        (
            "2027-01-14 19:46+00:00",
            '<time datetime="2027-01-14T19:46:00Z" title="2027-01-14T19:46:00Z">Fri 15 Jan 2027, 04:46 JST</time>',
        ),
        ("2026-02-31T18:46:40Z", "2026-02-31T18:46:40Z"),
        ("on 2026-11-30T18:46:40Z <b>", "on 2026-11-30T18:46:40Z &lt;b&gt;"),
        ("TF-Mv2.0.0", "TF-Mv2.0.0"),
    ],
)
def test_an_instant_is_told_in_the_readers_zone_with_the_exact_one_beside_it(value: str, shown: str) -> None:
    with timezone.override("Asia/Tokyo"):
        assert said(value) == shown


def test_each_reads_a_case_in_their_own_zone(visit: Visit) -> None:
    ada, rel = visit("ada"), visit("bob")
    pages = [client.get("/cases/acme-1/").content.decode() for client in (ada, rel)]
    heads = [re.findall(r'<time datetime="([^"]+)" title="\1">[^<]*, (\d\d:\d\d) (\w+)</time>', page) for page in pages]
    assert {zone for _, _, zone in heads[0]} >= {"CET"}
    assert {zone for _, _, zone in heads[1]} == {"UTC"} or heads[0] != heads[1]
    assert not re.search(r">[^<]*\d\dT\d\d:\d\d:\d\d\.\d+Z", pages[0])
    assert visit("").get("/report/").status_code == 200
    assert timezone.get_current_timezone_name() == "UTC"  # nothing of a reader stays behind
