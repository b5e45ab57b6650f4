"""Doing things: nothing before its change was shown, faults beside their fields, and what moved on meanwhile."""

import re
from collections.abc import Callable, Mapping

import pytest
from django.http import HttpResponse
from django.test import Client

from midstream.desk.desk import Desk
from midstream.ledger.fact import fields_of
from tests.desks import act, check_store
from tests.web import visitor

Visit = Callable[..., Client]
PART = {"HX-Request": "true"}


def hidden(page: HttpResponse) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode()))


def send(client: Client, url: str, fields: Mapping[str, str], step: str, **more: str) -> HttpResponse:
    """Send the panel of a verb as its page would, with these fields typed."""
    page = client.get(url, headers=PART)
    typed = {f"f.{name}": value for name, value in fields.items()}
    return client.post(url, {**hidden(page), **typed, "step": step, **more}, headers=PART)


def confirm(client: Client, url: str, shown: HttpResponse, fields: Mapping[str, str]) -> HttpResponse:
    typed = {f"f.{name}": value for name, value in fields.items()}
    return client.post(url, {**hidden(shown), **typed, "step": "do"}, headers=PART)


def test_what_was_typed_since_the_last_look_is_shown_before_it_is_done(visit: Visit, desk: Desk) -> None:
    ada, url, before = visit("ada"), "/cases/acme-1/do/note/", desk.store.version()
    asked = send(ada, url, {"text": "looked at it"}, "do")
    assert asked.status_code == 200
    assert "What would change" in asked.content.decode()
    assert desk.store.version() == before
    done = confirm(ada, url, asked, {"text": "looked at it"})
    assert "Recorded." in done.content.decode()
    assert desk.store.version() == before + 1
    check_store(desk)


@pytest.mark.parametrize(
    ("verb", "fields", "said"),
    [
        ("score", {"severity": "terrible"}, "Choose one of the list"),
        ("agree-embargo", {"until": "tomorrow-ish"}, "is no instant"),
        ("assign-cve", {"cve": "CVE-nonsense"}, "not written as it must be"),
        ("withdraw", {"number": "-3", "reason": "typed wrong"}, "aria-invalid"),
        ("mark-affected", {"branch": "no-such-branch", "because": "same code"}, "has no branch"),
        ("note", {}, "needed"),
        ("accept", {}, "is accepted"),
    ],
)
def test_a_fault_is_told_beside_its_field_and_what_was_typed_is_kept(
    visit: Visit, desk: Desk, verb: str, fields: dict[str, str], said: str
) -> None:
    before = desk.store.version()
    for step in ("check", "do"):
        text = send(visit("ada"), f"/cases/acme-1/do/{verb}/", fields, step).content.decode()
        assert said in text
        for value in fields.values():
            assert value in text
    assert desk.store.version() == before


def test_a_stale_page_says_what_changed_and_offers_to_look_again(visit: Visit, desk: Desk) -> None:
    ada, url, fields = visit("ada"), "/cases/acme-1/do/note/", {"text": "from an old page"}
    shown = send(ada, url, fields, "check")
    act(desk, "acme-1", "name-component", by="bob", component="tls", area="crypto")
    before = desk.store.version()
    stale = confirm(ada, url, shown, fields)
    text = stale.content.decode()
    assert stale.status_code == 409
    assert "moved on" in text
    assert "<strong>component.named</strong> by bob" in text
    assert "component tls" in text
    assert "from an old page" in text
    assert desk.store.version() == before
    again = ada.post(url, {**hidden(stale), "f.text": "from an old page", "step": "check"}, headers=PART)
    done = confirm(ada, url, again, fields)
    assert "Recorded." in done.content.decode()


def test_what_makes_a_case_public_says_so_before(visit: Visit) -> None:
    shown = send(visit("ada"), "/cases/acme-3/do/decline-embargo/", {"reason": "harmless, and known"}, "check")
    assert "Everybody could see this case" in shown.content.decode()


def test_a_receipt_offers_to_take_back_what_can_be_taken_back(visit: Visit, desk: Desk) -> None:
    ada, url = visit("ada"), "/cases/acme-1/do/note/"
    fields = {"text": "by mistake"}
    done = confirm(ada, url, send(ada, url, fields, "check"), fields).content.decode()
    back = re.search(r'href="(/cases/acme-1/do/withdraw/\?f.number=(\d+))"', done)
    assert back
    fields = {"number": back[2], "reason": "a mistake"}
    shown = ada.get(back[1], headers=PART)
    shown = ada.post(
        "/cases/acme-1/do/withdraw/",
        {**hidden(shown), "f.number": back[2], "f.reason": "a mistake", "step": "check"},
        headers=PART,
    )
    gone = confirm(ada, "/cases/acme-1/do/withdraw/", shown, fields).content.decode()
    assert "fact.withdrawn" in gone
    assert "cannot be taken back" in gone
    assert desk.store.facts("case/acme-1")[-1].kind == "fact.withdrawn"


@pytest.mark.parametrize("verb", ["accept", "invite", "erase", "no-such-verb"])
def test_a_verb_that_is_not_for_somebody_is_not_there_for_them(visit: Visit, desk: Desk, verb: str) -> None:
    act(desk, "acme-1", "invite", person="rel", capacity="release-manager", pledge="true")
    rel, before = visit("rel"), desk.store.version()
    assert rel.get(f"/cases/acme-1/do/{verb}/").status_code == 404
    assert rel.post(f"/cases/acme-1/do/{verb}/", {"step": "do"}).status_code == 404
    assert rel.get("/cases/acme-1/do/note/").status_code == 200
    assert desk.store.version() == before


def test_a_form_of_somebody_elses_page_is_not_taken(desk: Desk) -> None:
    from tests.web import visitor  # noqa: PLC0415 - needs Django set up

    ada = visitor("ada")
    ada.handler.enforce_csrf_checks = True
    before = desk.store.version()
    refused = ada.post("/cases/acme-1/do/note/", {"f.text": "x", "step": "do"})
    assert refused.status_code == 403
    assert "Nothing was recorded" in refused.content.decode()
    assert desk.store.version() == before


def test_it_works_without_a_script(visit: Visit, desk: Desk) -> None:
    ada, url, before = visit("ada"), "/cases/acme-1/do/note/", desk.store.version()
    page = ada.get(url)
    shown = ada.post(url, {**hidden(page), "f.text": "plain", "step": "check"})
    done = ada.post(url, {**hidden(shown), "f.text": "plain", "step": "do"})
    assert "<title>Recorded" in done.content.decode()
    assert desk.store.version() == before + 1


def test_what_was_asked_for_stands_in_the_form_that_decides_about_it(demo: Desk) -> None:
    del demo
    client = visitor("")
    client.post("/accounts/demo/", {"person": "yuki"})
    page = client.get("/").content.decode()
    url = re.search(r'href="(/cases/tf-m-2/do/grant-deferral/[^"]*)"', page)
    assert url
    panel = client.get(url[1].replace("&amp;", "&"), headers=PART).content.decode()
    assert re.search(r'name="f.until" value="2026-[^"]+Z"', panel)
    assert "<option selected>secondary</option>" in panel
    assert "What would change" in panel  # nothing is left to be typed
    assert not re.search(r'name="f.reason"[^>]*>\n[^<\n]', panel)  # the reason of the one who asked is not ours


@pytest.mark.parametrize(("typed", "is_taken"), [("now + 7 days", True), ("next week", False)])
def test_an_instant_may_be_told_from_now_on(visit: Visit, desk: Desk, typed: str, *, is_taken: bool) -> None:
    del desk
    page = send(visit("ada"), "/cases/acme-1/do/extend-embargo/", {"until": typed, "reason": "devices"}, "check")
    text = page.content.decode()
    assert ("What would change" in text) is is_taken
    assert "or now + 7 days" in text


def test_a_draft_is_of_the_advisory_as_it_stands_unless_another_is_named(visit: Visit, desk: Desk) -> None:
    ada, url = visit("ada"), "/cases/acme-1/do/draft-advisory/"
    page = ada.get(url, headers=PART)
    assert re.search(r'name="f.digest" value="[0-9a-f]{64}"', page.content.decode())
    assert (
        "Recorded."
        in confirm(ada, url, send(ada, url, {"digest": "ab" * 32}, "check"), {"digest": "ab" * 32}).content.decode()
    )
    assert fields_of(desk.store.facts("case/acme-1")[-1])["digest"] == "ab" * 32
