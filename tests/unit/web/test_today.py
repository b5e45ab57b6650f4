"""Today: the tasks of a person and of the team, and doing one of them."""

import re
from collections.abc import Callable

from django.test import Client

from midstream.desk.desk import Desk
from tests.desks import Clock, reported

Visit = Callable[[str], Client]


def test_today_shows_ones_own_tasks_in_groups(visit: Visit) -> None:
    page = visit("ada").get("/").content.decode()
    assert "acknowledge" in page
    assert "This week" in page
    assert "acme-3" in page


def test_a_task_is_done_from_today_and_the_receipt_says_what_was_written(visit: Visit, desk: Desk) -> None:
    ada = visit("ada")
    page = ada.get("/").content.decode()
    url = re.search(r'href="(/cases/acme-3/do/acknowledge/[^"]*)"', page)
    assert url
    panel = ada.get(url[1].replace("&amp;", "&"), headers={"HX-Request": "true"}).content.decode()
    assert "What would change" in panel
    assert "report.acknowledged" in panel
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', panel))
    before = desk.store.version()
    sent = {**fields, "step": "do"}
    done = ada.post("/cases/acme-3/do/acknowledge/", sent, headers={"HX-Request": "true"})
    assert done.status_code == 200
    assert "Recorded." in done.content.decode()
    assert "Take it back" in done.content.decode()
    assert desk.store.version() == before + 1
    again = ada.post("/cases/acme-3/do/acknowledge/", sent, headers={"HX-Request": "true"})
    assert "Recorded before" in again.content.decode()
    assert desk.store.version() == before + 1
    assert "acme-3/do/acknowledge" not in ada.get("/").content.decode()


def test_a_report_of_this_very_minute_is_on_the_page(visit: Visit, desk: Desk, clock: Clock) -> None:
    ada = visit("ada")
    ada.get("/")
    clock.pass_(seconds=20)
    reported(desk, "acme-7")
    clock.pass_(seconds=10)
    assert "acme-7" in ada.get("/").content.decode()
