"""What is refused before it is read: too much, too often, without a length, in no form that is taken."""

import json
from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client

from midstream.desk.desk import Desk
from midstream.web.templatetags.desk import worded

Visit = Callable[..., Client]


def test_more_than_is_taken_is_too_large_and_says_how_much_may_be_sent(visit: Visit) -> None:
    answer = visit("").generic("POST", "/report/", b"x", content_type="text/plain", CONTENT_LENGTH=str(13 << 20))
    assert answer.status_code == 413
    page = answer.content.decode()
    assert "what you typed is still there" in page
    assert "5 MB each, and 12 MB together" in page
    assert "5 MB each, and less than 12 MB together" in visit("").get("/report/").content.decode()


def test_a_text_that_is_longer_than_forms_may_be_is_too_large(visit: Visit) -> None:
    answer = visit("ada").post("/cases/acme-1/do/note/", {"f.text": "x" * (3 << 20)})
    assert answer.status_code == 413


def test_a_body_in_chunks_is_refused_and_never_taken_for_none(visit: Visit, desk: Desk) -> None:
    ada = visit("ada")
    before = desk.store.version()
    answer = ada.post("/cases/acme-3/do/acknowledge/", {"step": "do"}, HTTP_TRANSFER_ENCODING="chunked")
    assert (answer.status_code, desk.store.version()) == (411, before)


def test_too_many_tries_to_sign_in_are_told_on_a_page_of_ours(visit: Visit) -> None:
    cache.clear()
    nobody = visit("")
    said = [
        nobody.post("/accounts/login/", {"login": f"nobody{each}", "password": "wrong"}).status_code
        for each in range(31)
    ]
    answer = nobody.post("/accounts/login/", {"login": "nobody", "password": "wrong"})
    cache.clear()
    assert said[0] == 200
    assert answer.status_code == 429
    assert answer["Retry-After"] == "300"
    page = answer.content.decode()
    assert "Too many tries" in page
    assert "desk.css" in page


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("`digest` is that of `its` text.", "<code>digest</code> is that of <code>its</code> text."),
        ("None of <b>it</b> & `<i>`.", "None of &lt;b&gt;it&lt;/b&gt; &amp; <code>&lt;i&gt;</code>."),
        ("One ` alone.", "One ` alone."),
        ("", ""),
    ],
)
def test_names_between_backticks_are_shown_as_code_and_nothing_else_is_markup(words: str, shown: str) -> None:
    assert worded(words) == shown


def test_the_form_of_a_verb_shows_no_backtick(visit: Visit) -> None:
    page = visit("ada").get("/cases/acme-1/do/assign-cve/").content.decode()
    assert "<code>assigner</code> says whose" in page
    assert "`" not in page


TYPED = {"f.text": "Typed for <b>an hour</b>", "step": "check"}
SHOWN = "Typed for &lt;b&gt;an hour&lt;/b&gt;"


def test_what_was_typed_until_the_session_ended_is_shown_to_be_copied(visit: Visit, desk: Desk) -> None:
    before = desk.store.version()
    page = visit("").post("/cases/acme-1/do/note/", TYPED)
    assert page.status_code == 403
    assert SHOWN in page.content.decode()
    assert 'href="/accounts/login/"' in page.content.decode()
    assert "Send it again" not in page.content.decode()
    assert desk.store.version() == before


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_what_another_site_sends_is_not_shown_as_if_it_had_been_typed_here(visit: Visit, site: str) -> None:
    page = visit("").post("/cases/acme-1/do/note/", TYPED, HTTP_SEC_FETCH_SITE=site)
    assert page.status_code == 403
    assert "Typed for" not in page.content.decode()


def test_a_part_of_a_page_never_becomes_the_page_where_one_signs_in(visit: Visit) -> None:
    for method in ("GET", "POST"):
        box = visit("").generic(method, "/cases/acme-1/do/note/", HTTP_HX_REQUEST="true")
        assert box.status_code == 403
        assert box.content.decode().startswith('<div class="box bad" role="alert">')
        assert 'href="/accounts/login/" target="_blank"' in box.content.decode()


def test_whoever_signed_in_anew_gets_a_mark_for_the_form_that_is_open(visit: Visit) -> None:
    client = visit("ada")
    client.handler.enforce_csrf_checks = True
    sent = {**TYPED, "csrfmiddlewaretoken": "old"}
    plain = client.post("/cases/acme-1/do/note/", sent)
    assert plain.status_code == 403
    assert SHOWN in plain.content.decode()
    assert "HX-Trigger" not in plain.headers
    box = client.post("/cases/acme-1/do/note/", sent, HTTP_HX_REQUEST="true")
    assert (box.status_code, "now as ada" in box.content.decode()) == (403, True)
    mark = json.loads(box["HX-Trigger"])["new-mark"]
    done = client.post("/cases/acme-1/do/note/", {**sent, "csrfmiddlewaretoken": mark}, HTTP_HX_REQUEST="true")
    assert (done.status_code, "What would change" in done.content.decode()) == (200, True)
