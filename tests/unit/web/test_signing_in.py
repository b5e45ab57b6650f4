"""Signing in: a second factor for everybody, throttled passwords, and the demo's open door that opens nothing else."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.management import call_command
from django.test import Client, override_settings
from django.utils import timezone

from midstream.desk.demo import is_demo
from midstream.desk.desk import Desk
from midstream.desk.projects import load_project
from midstream.web.models import Account
from midstream.wiring.accounts import StoredAccounts
from midstream.wiring.web import Oidc, Site, settings_of
from tests.desks import PROJECT
from tests.web import STORE, visitor

Visit = Callable[..., Client]
PASSWORD = "correct horse battery"  # noqa: S105 - of a test


@pytest.mark.parametrize("url", ["/", "/cases/", "/cases/acme-1/", "/cases/no-such/", "/board.csv", "/report/x/"])
def test_nobody_sees_a_page_without_an_account(visit: Visit, url: str) -> None:
    response = visit("").get(url)
    assert response.status_code in {302, 404}
    assert response.status_code == 404 or response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("url", ["/", "/cases/", "/cases/acme-1/", "/cases/acme-1/do/note/", "/board.csv", "/people/"])
@pytest.mark.parametrize("person", ["ada", "mia", "rel", "nobody-in-particular"])
def test_nobody_sees_a_page_without_a_second_factor(visit: Visit, url: str, person: str) -> None:
    client = visit(person, second_factor=False)
    response = client.get(url)
    assert (response.status_code, response["Location"]) == (302, "/accounts/2fa/")
    part = client.get(url, headers={"HX-Request": "true"})
    assert part["HX-Redirect"] == "/accounts/2fa/"
    assert not part.content
    assert client.get("/accounts/2fa/").status_code == 200


def test_an_account_begins_with_a_link_and_then_sets_up_a_second_factor(visit: Visit) -> None:
    path = StoredAccounts().add(person="ada", email="ada@example.org")
    ada = visit("")
    step = ada.get(path)
    assert step.status_code == 302
    done = ada.post(step["Location"], {"password1": PASSWORD, "password2": PASSWORD})
    assert done.status_code == 302
    assert visit("").get(path).status_code == 200  # spent: it says so, and offers no form
    signed = ada.post("/accounts/login/", {"login": "ada", "password": PASSWORD})
    assert signed.status_code == 302
    assert ada.get("/")["Location"] == "/accounts/2fa/"
    asked = ada.get("/accounts/2fa/totp/activate/")["Location"]  # for the password once more
    assert ada.get(asked).status_code == 200
    page = ada.post(asked, {"password": PASSWORD}, follow=True).content.decode()
    secret = re.search(r'value="([A-Z2-7]{16,})"', page)
    assert secret
    taken = ada.post("/accounts/2fa/totp/activate/", {"code": _code(secret[1])})
    assert taken.status_code == 302
    assert ada.get("/").status_code == 200
    again = visit("")
    half = again.post("/accounts/login/", {"login": "ada", "password": PASSWORD})
    assert half["Location"].startswith("/accounts/2fa/authenticate/")
    assert again.get("/")["Location"].startswith("/accounts/login/")  # the password alone is nothing


def _code(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


def test_second_factors_are_sealed_in_the_database() -> None:
    from midstream.web.signin.adapters import MfaAdapter  # noqa: PLC0415 - needs Django set up

    sealed = MfaAdapter().encrypt("JBSWY3DPEHPK3PXP")
    assert "JBSWY3DPEHPK3PXP" not in sealed
    assert MfaAdapter().decrypt(sealed) == "JBSWY3DPEHPK3PXP"


def test_passwords_cannot_be_tried_for_long(visit: Visit) -> None:
    visit("ada")  # makes the account
    client = visit("")
    answers = [client.post("/accounts/login/", {"login": "ada", "password": f"wrong {n}"}) for n in range(7)]
    right = client.post("/accounts/login/", {"login": "ada", "password": PASSWORD})
    assert right.status_code in {200, 429}
    assert "Too many failed" in right.content.decode() or right.status_code == 429
    assert all(answer.status_code in {200, 429} for answer in answers)


def test_an_unknown_name_reads_like_a_wrong_password(visit: Visit) -> None:
    visit("ada")
    texts = [
        re.sub(
            r'value="[^"]*"', "", visit("").post("/accounts/login/", {"login": name, "password": "x"}).content.decode()
        )
        for name in ("ada", "nobody-here")
    ]
    assert texts[0] == texts[1]


def test_nobody_signs_up(visit: Visit) -> None:
    client = visit("")
    sent = client.post("/accounts/signup/", {"username": "eve", "password1": PASSWORD, "password2": PASSWORD})
    assert sent.status_code == 404
    assert not Account.objects.filter(person="eve").exists()


def test_sessions_are_listed_and_ended(visit: Visit) -> None:
    first, second = visit("ada"), visit("ada")
    assert UserSession.objects.count() == 2
    assert first.get("/accounts/sessions/").status_code == 200
    assert first.post("/accounts/sessions/").status_code == 302
    assert second.get("/").status_code == 302
    assert first.get("/").status_code == 200


def number_of(client: Client) -> str:
    """Return what the list calls the session of that browser."""
    return str(UserSession.objects.get(session_key=client.cookies[settings.SESSION_COOKIE_NAME].value).pk)


def test_one_session_is_ended_and_the_others_stay(visit: Visit) -> None:
    first, second, third = visit("ada"), visit("ada"), visit("ada")
    page = first.get("/accounts/sessions/").content.decode()
    assert {number_of(one) for one in (first, second, third)} == set(re.findall(r'name="session" value="(\d+)"', page))
    answer = first.post("/accounts/sessions/end/", {"session": number_of(second)})
    assert answer["Location"] == "/accounts/sessions/"
    assert second.get("/").status_code == 302
    assert first.get("/").status_code == third.get("/").status_code == 200


def test_ending_this_very_session_signs_out(visit: Visit) -> None:
    first, second = visit("ada"), visit("ada")
    assert first.post("/accounts/sessions/end/", {"session": number_of(first)})["Location"] == "/accounts/login/"
    assert first.get("/").status_code == 302
    assert second.get("/").status_code == 200


@pytest.mark.parametrize("told", ["of mia", "0", "-1", "x", "", "9" * 40, "\u0663", "\0"])
def test_nobody_ends_the_session_of_somebody_else(visit: Visit, told: str) -> None:
    ada, mia = visit("ada"), visit("mia")
    answer = ada.post("/accounts/sessions/end/", {"session": number_of(mia) if told == "of mia" else told})
    assert answer.status_code == 404
    assert ada.get("/").status_code == mia.get("/").status_code == 200


def test_a_session_is_not_ended_from_another_site(visit: Visit) -> None:
    ada = visit("ada")
    strict = Client(enforce_csrf_checks=True, HTTP_HOST="127.0.0.1")
    strict.cookies[settings.SESSION_COOKIE_NAME] = ada.cookies[settings.SESSION_COOKIE_NAME].value
    assert strict.post("/accounts/sessions/end/", {"session": number_of(ada)}).status_code == 403
    assert ada.get("/").status_code == 200


def test_when_a_session_was_last_used_is_written_down_every_ten_minutes(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, start = visit("ada"), timezone.now()

    def last(minutes: int) -> int:
        monkeypatch.setattr("midstream.web.middleware.timezone.now", lambda: start + timedelta(minutes=minutes))
        assert ada.get("/").status_code == 200
        return round((UserSession.objects.get().last_seen_at - start).total_seconds() / 60)

    assert [last(minutes) for minutes in (1, 5, 10, 11, 30)] == [1, 1, 1, 11, 30]


def test_signing_in_takes_a_new_session_key_and_keeps_nothing_of_the_one_before(visit: Visit) -> None:
    visit("ada")
    Authenticator.objects.all().delete()
    client = visit("")
    client.cookies[settings.SESSION_COOKIE_NAME] = "planted0planted0planted0planted0"
    client.post("/accounts/login/", {"login": "ada", "password": PASSWORD})
    mine = client.cookies[settings.SESSION_COOKIE_NAME]
    assert mine.value != "planted0planted0planted0planted0"
    assert mine["httponly"]
    assert mine["samesite"] == "Lax"
    before = mine.value
    client.post("/accounts/logout/")
    thief = visit("")
    thief.cookies[settings.SESSION_COOKIE_NAME] = before
    assert thief.get("/accounts/sessions/").status_code == 302


@pytest.mark.parametrize("to", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(visit: Visit, to: str) -> None:
    visit("ada")
    Authenticator.objects.all().delete()
    page = visit("").get("/accounts/login/", {"next": to})
    assert "evil.example" not in page.headers.get("Location", "")
    done = visit("").post("/accounts/login/", {"login": "ada", "password": PASSWORD, "next": to})
    assert done.status_code == 302
    assert done["Location"].startswith("/")
    assert not done["Location"].startswith(("//", "/\\"))


def test_a_closed_account_is_out_at_once(visit: Visit) -> None:
    ada = visit("ada")
    assert StoredAccounts().close("ada")
    assert ada.get("/")["Location"].startswith("/accounts/login/")
    assert not StoredAccounts().close("nobody")


def test_who_lost_their_factors_chooses_new_ones(visit: Visit) -> None:
    ada = visit("ada")
    assert StoredAccounts().forget_factors("ada")
    assert ada.get("/")["Location"].startswith("/accounts/login/")
    assert [(kept.person, kept.factors) for kept in StoredAccounts().everybody()] == [("ada", ())]


# The demo's open door


def test_the_demo_lets_its_people_in_without_a_password(demo: Desk) -> None:
    assert is_demo(demo)
    page = visitor("").get("/accounts/login/").content.decode()
    people = re.findall(r'name="person" value="([^"]+)"', page)
    roles = {role for person in demo.projects()["tf-m"].people for role in person.roles}
    assert roles == {
        "response-team",
        "maintainer",
        "release-manager",
        "stakeholder",
        "reporter",
        "auditor",
        "administrator",
    }
    for person in people:
        client = visitor("")
        assert client.post("/accounts/demo/", {"person": person})["Location"] == "/"
        assert client.get("/", follow=True).status_code == 200


@pytest.mark.parametrize("person", ["ada", "mara", "yuki", "", "worker"])
def test_another_store_has_no_open_door(visit: Visit, person: str) -> None:
    client = visit("")
    assert client.post("/accounts/demo/", {"person": person}).status_code == 404
    assert client.get("/")["Location"].startswith("/accounts/login/")
    assert "accounts/demo" not in client.get("/accounts/login/").content.decode()


def test_real_work_closes_the_open_door_and_ends_its_sessions(demo: Desk) -> None:
    yuki = visitor("")
    yuki.post("/accounts/demo/", {"person": "yuki"})
    assert yuki.get("/").status_code == 200
    load_project(demo, text=PROJECT, where="midstream.toml", by="ada")  # a project of somebody's own, in the same store
    assert not is_demo(demo)
    assert yuki.get("/")["Location"].startswith("/accounts/login/")
    assert visitor("").post("/accounts/demo/", {"person": "yuki"}).status_code == 404


def test_a_project_file_of_ones_own_closes_the_open_door(demo: Desk) -> None:
    text = (
        '[project]\nid = "tf-m"\nname = "TF-M"\npolicy = "tf-m"\n[[person]]\nname = "yuki"\nroles = ["response-team"]\n'
    )
    load_project(demo, text=text, where="midstream.toml", by="yuki")
    assert not is_demo(demo)


def test_the_open_door_is_offered_to_this_machine_alone(demo: Desk) -> None:
    del demo
    assert settings.ALLOWED_HOSTS == ["127.0.0.1", "localhost", "[::1]"]
    client = Client(raise_request_exception=False, headers={"host": "desk.example.org"})
    assert client.post("/accounts/demo/", {"person": "yuki"}).status_code == 400


# What browsers are told


def test_a_page_forbids_copies_frames_and_foreign_scripts(visit: Visit) -> None:
    response = visit("ada").get("/cases/acme-1/")
    assert response["Cache-Control"] == "no-store"
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    page = response.content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>|\bstyle=|<style|\son\w+=", page)
    assert not re.search(r'(?:src|href|action)="https?://', page)


def test_over_https_the_deployment_check_is_clean() -> None:
    site = Site(
        store=str(STORE),
        url="https://desk.example.org",
        behind_proxy=True,
        oidc=Oidc(issuer="https://sso.example.org/main", client="desk", secret="x"),  # noqa: S106 - of a test
    )
    made = settings_of(site)
    kept = {name: value for name, value in made.items() if name not in {"MIDSTREAM", "DATABASES", "INSTALLED_APPS"}}
    assert made["SESSION_COOKIE_NAME"].startswith("__Host-")
    assert made["ALLOWED_HOSTS"] == ["desk.example.org"]
    with override_settings(**kept):
        call_command("check", deploy=True, fail_level="WARNING")
