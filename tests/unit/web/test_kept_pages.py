"""Pages that are drawn once and sent again: to nobody else, not after a fact, and never with another's token."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.test import Client

from midstream.desk.desk import Desk
from midstream.web import kept as module
from midstream.web import whole
from midstream.web.kept import Kept
from midstream.web.models import Account
from midstream.web.whole import whole_page
from tests.desks import Clock, reported

Visit = Callable[[str], Client]
LISTS = ("/", "/cases/", "/board/", "/releases/", "/advisories/", "/reports/")


def drawings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that gets the template of each page that is drawn from now on."""
    drawn: list[str] = []
    real = whole.render_to_string

    def counted(template: str, context: object, request: object) -> str:
        drawn.append(template)
        return real(template, context, request)  # type: ignore[arg-type]

    monkeypatch.setattr(whole, "render_to_string", counted)
    return drawn


@pytest.mark.parametrize("url", LISTS)
def test_a_page_seen_again_is_sent_as_it_was_drawn(
    visit: Visit, url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn, ada = drawings(monkeypatch), visit("ada")
    first, again = (without_token(ada.get(url).content) for _ in range(2))
    assert first == again
    assert len(drawn) == 1
    clock.pass_(seconds=60)
    ada.get(url)
    assert len(drawn) == 2


@pytest.mark.parametrize("url", LISTS)
def test_what_one_person_sees_is_sent_to_nobody_else(visit: Visit, url: str) -> None:
    ada, rel = visit("ada"), visit("rel")
    ada.get(url)
    other = rel.get(url)
    assert b"<summary>ada</summary>" not in other.content
    if other.status_code == 200:
        assert b"<summary>rel</summary>" in other.content
        assert b"acme-3" not in other.content


def test_after_a_fact_every_page_is_drawn_anew(visit: Visit, desk: Desk) -> None:
    ada = visit("ada")
    ada.get("/cases/")
    reported(desk, "acme-7")
    assert b"acme-7" in ada.get("/cases/").content


def token_of(page: bytes) -> str:
    """Return the token of the page's forms."""
    found = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert found
    return found[1].decode()


def without_token(page: bytes) -> bytes:
    return re.sub(rb'(csrfmiddlewaretoken" value=")\w+', rb"\1", page)


def test_the_forms_of_a_kept_page_have_the_readers_own_token(visit: Visit) -> None:
    ada = visit("ada")
    strict = [Client(enforce_csrf_checks=True, HTTP_HOST="127.0.0.1") for _ in range(2)]
    for client in strict:  # two browsers of one person, who share what is kept and no secret
        client.cookies["midstream"] = ada.cookies["midstream"].value
    pages = [client.get("/").content for client in strict]
    tokens = [token_of(page) for page in pages]
    assert len(set(tokens)) == 2
    refused = strict[1].post("/accounts/logout/", {"csrfmiddlewaretoken": tokens[0]})
    assert refused.status_code == 403
    assert strict[0].post("/accounts/logout/", {"csrfmiddlewaretoken": tokens[0]}).status_code == 302


def test_a_message_is_shown_on_a_kept_page_and_kept_for_nobody(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    def told(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:  # noqa: ANN401 - handed on as they are
        messages.info(request, "said once")
        return whole_page(request, *args, **named)

    ada = visit("ada")
    ada.get("/cases/")
    with monkeypatch.context() as patch:
        patch.setattr("midstream.web.pages.cases.whole_page", told)
        assert b"said once" in ada.get("/cases/").content
        assert b"said once" in ada.get("/cases/?order=due").content
    assert b"said once" not in ada.get("/cases/").content
    assert b"said once" not in ada.get("/cases/?order=due").content


def test_lines_of_a_kept_page_are_recorded_each_hour(visit: Visit, desk: Desk, clock: Clock) -> None:
    ada = visit("ada")

    def lines() -> int:
        return sum(read.how == "line" for read in desk.store.reads("acme-1", limit=100))

    for _ in range(2):
        ada.get("/cases/")
        assert lines() == 1
    clock.pass_(seconds=3600)
    ada.get("/cases/")
    assert lines() == 2


def test_an_account_that_is_closed_or_loses_its_second_factor_is_out_at_once(visit: Visit) -> None:
    ada, mia = visit("ada"), visit("mia")
    assert ada.get("/").status_code == mia.get("/").status_code == 200
    Authenticator.objects.filter(user__person="ada").delete()
    assert ada.get("/")["Location"] == "/accounts/2fa/"
    Account.objects.filter(person="mia").update(is_active=False)
    assert mia.get("/")["Location"].startswith("/accounts/login/")


def test_a_session_that_ended_or_was_removed_opens_nothing(visit: Visit) -> None:
    ada = visit("ada")
    ada.get("/")
    Session.objects.all().delete()
    assert ada.get("/")["Location"].startswith("/accounts/login/")


def test_a_new_password_ends_the_sessions_there_were(visit: Visit) -> None:
    ada = visit("ada")
    ada.get("/")
    account = Account.objects.get(person="ada")
    account.set_password("another horse battery")
    account.save()
    assert ada.get("/")["Location"].startswith("/accounts/login/")


def test_what_is_kept_is_bounded_by_its_number_and_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 3)
    monkeypatch.setattr(module, "MOST_BYTES", 10)
    kept, made = Kept(), []

    def get(name: str, size: int) -> None:
        kept.get((name,), version=1, make=lambda: made.append(name), weigh=lambda _: size)

    for name, size in (("a", 1), ("b", 1), ("c", 1), ("a", 1), ("d", 1), ("a", 1), ("b", 1)):
        get(name, size)
    assert made == ["a", "b", "c", "d", "b"]
    get("large", 9)
    get("b", 1)
    get("too large", 11)
    get("b", 1)
    get("too large", 11)
    assert made[5:] == ["large", "too large", "too large"]


def test_what_could_not_be_made_is_not_kept_and_made_again() -> None:
    kept = Kept()
    with pytest.raises(ZeroDivisionError):
        kept.get(("a",), version=1, make=lambda: 1 // 0)
    assert kept.get(("a",), version=1, make=lambda: 7) == 7
