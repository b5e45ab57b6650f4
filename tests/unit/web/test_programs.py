"""The page of programs, the calendar, and the description of the API."""

import re
from datetime import timedelta

import pytest
from icalendar import Calendar

from midstream.desk.desk import Desk
from midstream.desk.front.tokens import holder
from tests.desks import Clock
from tests.unit.web.test_today import Visit
from tests.web import Program, visitor

NEW = {"label": "ci", "scope": ["read"], "until": "2026-12-24"}


def told(page: str) -> str:
    found = re.search(r">(mst_[0-9A-Za-z_]+)<", page)
    assert found
    return found[1]


def test_a_token_is_made_shown_once_and_good(visit: Visit, desk: Desk) -> None:
    ada = visit("ada")
    token = told(ada.post("/programs/add-token/", NEW).content.decode())
    found = holder(desk, token)
    assert found is not None
    assert (found.person, found.scopes) == ("ada", ("read",))
    assert token not in ada.get("/programs/").content.decode()
    assert Program(token).get("/me").status_code == 200


@pytest.mark.parametrize("wrong", [{"label": ""}, {"scope": []}, {"until": "soon"}, {"until": "2020-01-01"}])
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(visit: Visit, desk: Desk, wrong: dict[str, object]) -> None:
    answer = visit("ada").post("/programs/add-token/", {"label": "my label", **NEW, **wrong})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'role="alert"' in page
    assert "label" in wrong or 'value="ci"' in page
    assert desk.store.tokens("ada") == []


def test_a_token_is_revoked_by_its_person_alone(visit: Visit, desk: Desk) -> None:
    token = told(visit("ada").post("/programs/add-token/", NEW).content.decode())
    name = desk.store.tokens("ada")[0].name
    assert visit("bob").post("/programs/drop-token/", {"name": name}).status_code == 404
    assert holder(desk, token)
    assert visit("ada").post("/programs/drop-token/", {"name": name}).status_code == 302
    assert holder(desk, token) is None


def test_an_address_is_added_and_removed(visit: Visit, desk: Desk) -> None:
    ada = visit("ada")
    page = ada.post("/programs/add-address/", {"url": "https://ci.example.org/", "kinds": "fix., cve.assigned"})
    secret = re.search(r">(\w{43})<", page.content.decode())
    assert secret
    (hook,) = desk.store.hooks("ada")
    assert hook.kinds == ("fix.", "cve.assigned")
    assert secret[1] not in ada.get("/programs/").content.decode()
    assert ada.post("/programs/add-address/", {"url": "http://x.example.org/"}).status_code == 422
    assert visit("bob").post("/programs/drop-address/", {"name": hook.name}).status_code == 404
    assert ada.post("/programs/drop-address/", {"name": hook.name}).status_code == 302
    assert desk.store.hooks() == []


def test_the_calendar_has_due_tasks_and_shifts_and_no_title(visit: Visit, clock: Clock) -> None:
    token = told(visit("ada").post("/programs/add-token/", {**NEW, "scope": ["calendar"]}).content.decode())
    answer = visitor("").get(f"/calendar/{token}.ics")
    assert answer["Content-Type"].startswith("text/calendar")
    made = Calendar.from_ical(answer.content)
    events = [str(event["summary"]) for event in made.walk("VEVENT")]
    assert "acme-3: acknowledge is due" in events
    assert "On duty for Acme Boot" in events
    assert b"Key leaks" not in answer.content
    ids = [str(event["uid"]) for event in made.walk("VEVENT")]
    assert len(set(ids)) == len(ids)
    again = visitor("").get(f"/calendar/{token}.ics")
    assert again.content == answer.content
    clock.now += timedelta(days=60)
    assert visitor("").get(f"/calendar/{token}.ics").status_code == 404


def test_a_token_that_is_good_for_more_opens_no_calendar(visit: Visit, desk: Desk) -> None:
    token = told(visit("ada").post("/programs/add-token/", {**NEW, "scope": ["calendar", "read"]}).content.decode())
    assert visitor("").get(f"/calendar/{token}.ics").status_code == 404
    assert visitor("").get("/calendar/mst_a_b.ics").status_code == 404
    del desk


def test_the_description_is_for_anybody_and_names_every_operation(desk: Desk) -> None:
    del desk
    page = visitor("").get("/api-reference/").content.decode()
    assert "/api/cases/{case}/acknowledge" in page
    assert "Idempotency-Key" in page
    described = visitor("").get("/api/openapi.json")
    assert described.status_code == 200
    for path in described.json()["paths"]:
        assert path in page
