"""What is refused before it is read: too much, too often, without a length, in no form that is taken."""

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
    assert "5 MB each" in page


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
