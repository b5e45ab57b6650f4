"""Today: the tasks of a person and of the team, and doing one of them."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from midstream.desk.desk import WORKER, Desk
from tests.desks import COMMIT, Clock, act, reported

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


def carry_out(client: Client, url: str, *, on: str, **typed: str) -> Any:  # noqa: ANN401 - Django's test response
    """Return the answer to a verb that was done from its panel on the page of that address, as htmx asks for it."""
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://127.0.0.1{on}"}
    panel = client.get(url, headers=headers).content.decode()
    typed |= dict(re.findall(r'<input id="[^"]*" name="(f\.\w+)" value="([^"]+)"', panel))
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', panel))
    if typed:
        checked = client.post(url, {**fields, **typed, "step": "check"}, headers=headers).content.decode()
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', checked))
    return client.post(url.partition("?")[0], {**fields, **typed, "step": "do"}, headers=headers)


@pytest.mark.parametrize(
    "on", ["https://[x", "http://127.0.0.1:8000]/", "//", "javascript:0", "http://elsewhere.example/"]
)
def test_a_page_that_is_none_of_ours_gets_the_receipt_alone(visit: Visit, on: str) -> None:
    ada = visit("ada")
    headers = {"HX-Request": "true", "HX-Current-URL": on}
    url = link(ada.get("/").content.decode(), "acknowledge", "acme-3")
    panel = ada.get(url, headers=headers).content.decode()
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', panel))
    done = ada.post(url.partition("?")[0], {**fields, "step": "do"}, headers=headers)
    assert done.status_code == 200
    assert "HX-Retarget" not in done.headers


def counts(page: str) -> dict[str, int]:
    """Return the groups of a page with the number each says it has."""
    return {name: int(count) for name, count in re.findall(r'<h2[^>]*>([^<]+) <span class="count">(\d+)</span>', page)}


def link(page: str, verb: str, case: str) -> str:
    """Return the address of a button of a page."""
    found = re.search(rf'href="(/cases/{case}/do/{verb}/[^"]*)"', page)
    assert found
    return found[1].replace("&amp;", "&")


def test_after_a_verb_the_list_is_as_a_new_page_would_be_with_the_receipt_where_the_task_stood(
    visit: Visit, desk: Desk
) -> None:
    reported(desk, "acme-4", title="A fourth one")
    ada = visit("ada")
    page = ada.get("/").content.decode()
    before = list(re.findall(r'<li class="row" id="(\w+)"', page))
    url = link(page, "acknowledge", "acme-3")
    done = carry_out(ada, url, on="/")
    assert (done["HX-Retarget"], done["HX-Reswap"]) == ("#tasks", "innerHTML")
    text = done.content.decode()
    fresh = ada.get("/").content.decode()
    assert counts(text) == counts(fresh) != counts(page)
    said = re.search(r'id="today-count" hx-swap-oob="true">(\d+) task', text)
    assert said
    assert int(said[1]) == sum(counts(fresh).values())
    rows = re.findall(r'<li class="row" id="([\w-]+)"', text)
    [receipt] = [row for row in rows if row.startswith("d-")]
    assert [row for row in rows if row != receipt] == re.findall(r'<li class="row" id="([\w-]+)"', fresh)
    old = before.index(receipt.removeprefix("d-"))
    stayed = [row for row in before[:old] if row in rows]
    assert rows[: rows.index(receipt)][-1:] == stayed[-1:]
    assert text.count("Recorded.") == 1


def test_the_last_task_leaves_its_receipt_and_the_word_that_nothing_is_left(visit: Visit, desk: Desk) -> None:
    reported(desk, "acme-9")
    ada = visit("ada")
    kind = "/?kind=process"
    page = ada.get(kind).content.decode()
    while "/do/acknowledge/" in page:
        case = re.search(r"/cases/(acme-\d)/do/acknowledge/", page)
        assert case
        text = carry_out(ada, link(page, "acknowledge", case[1]), on=kind).content.decode()
        page = ada.get(kind).content.decode()
        assert counts(text).items() >= {name: count for name, count in counts(page).items() if count}.items()
    assert "Recorded." in text
    assert ("Nothing is to be done" in text) is not bool(sum(counts(page).values()))


def test_a_filter_of_the_page_is_the_filter_of_the_list_after_it(visit: Visit, desk: Desk) -> None:
    del desk
    ada = visit("ada")
    page = ada.get("/?whose=team&kind=process").content.decode()
    done = carry_out(ada, link(page, "acknowledge", "acme-3"), on="/?whose=team&kind=process").content.decode()
    assert counts(done) == counts(ada.get("/?whose=team&kind=process").content.decode())
    assert "of everybody" in done


@pytest.mark.parametrize("elsewhere", ["/cases/acme-3/", "/board/", "//evil.example/"])
def test_elsewhere_the_receipt_comes_alone(visit: Visit, desk: Desk, elsewhere: str) -> None:
    del desk
    ada = visit("ada")
    url = link(ada.get("/").content.decode(), "acknowledge", "acme-3")
    done = carry_out(ada, url, on=elsewhere)
    assert "HX-Retarget" not in done
    assert "Recorded." in done.content.decode()
    assert 'id="today-count"' not in done.content.decode()


def test_taking_back_brings_the_task_back_into_the_list(visit: Visit, desk: Desk) -> None:
    del desk
    ada = visit("ada")
    page = ada.get("/").content.decode()
    done = carry_out(ada, link(page, "acknowledge", "acme-3"), on="/").content.decode()
    back = re.search(r'href="(/cases/acme-3/do/withdraw/[^"]*)"', done)
    assert back
    text = carry_out(ada, back[1], on="/", **{"f.reason": "a slip"}).content.decode()
    assert "Recorded." in text
    assert counts(text) == counts(page)
    assert "/cases/acme-3/do/acknowledge/" in text


def test_what_a_task_is_about_stands_with_its_name(demo: Desk) -> None:
    del demo
    from tests.web import visitor  # noqa: PLC0415 - the demo has visitors of its own

    client = visitor("")
    client.post("/accounts/demo/", {"person": "yuki"})
    page = client.get("/?whose=team").content.decode()
    heads = [re.sub(r"<[^>]+>", "", head).strip() for head in re.findall(r"<h3[^>]*>(.*?)</h3>", page)]
    assert "tf-m-3 tell the reporter what is new: advisory drafted" in heads
    assert len(heads) == len(set(heads)), "two rows read the same"


def test_a_worker_that_stopped_is_told_of_on_the_page(visit: Visit, desk: Desk, clock: Clock) -> None:
    act(desk, "acme-1", "assign-cve")
    ada, rel = visit("ada"), visit("rel")
    assert "The worker" not in ada.get("/").content.decode()
    clock.now += timedelta(days=91)
    page = ada.get("/").content.decode()
    assert "The worker never ran here" in page
    assert re.search(r"\d+ tasks? waits? for it since", page)
    assert "The worker" not in rel.get("/").content.decode()  # who may not see the cases
    clock.pass_(minutes=1)
    desk.store.keep_run(WORKER, at=clock.now - timedelta(days=2))
    assert re.search(r"The worker last ran .*2 days ago", ada.get("/").content.decode(), re.DOTALL)
    clock.pass_(minutes=1)
    desk.store.keep_run(WORKER, at=clock.now)
    assert "The worker" not in ada.get("/").content.decode()


def test_nobody_is_offered_a_verb_that_is_not_for_them(desk: Desk, visit: Visit) -> None:
    act(desk, "acme-1", "name-component", component="loader", area="crypto")
    act(desk, "acme-1", "mark-affected", branch="release/1.x")
    act(desk, "acme-1", "record-fix", commit=COMMIT)
    for url in ("/", "/cases/acme-1/"):
        links = {
            person: set(
                re.findall(r'href="(/cases/acme-1/do/[a-z-]+/)\?task=backport', visit(person).get(url).content.decode())
            )
            for person in ("mia", "bob")
        }
        assert links["mia"] == {"/cases/acme-1/do/record-backport/"}
        assert links["bob"] == {"/cases/acme-1/do/record-backport/", "/cases/acme-1/do/waive/"}
    done = carry_out(visit("mia"), "/cases/acme-1/do/note/", on="/", **{"f.text": "Looked at it"}).content.decode()
    assert "note.added" in done
    assert "do/withdraw/" not in done
    assert "The response team can take it back." in done


def test_a_button_says_of_which_task_it_is(visit: Visit) -> None:
    for url in ("/", "/cases/acme-3/"):
        page = visit("ada").get(url).content.decode()
        named = re.findall(r'<a class="button[^>]* aria-describedby="([^"]+)"', page)
        assert named
        heads = dict(re.findall(r'<h3 id="([^"]+)">(.*?)</h3>', page))
        assert {re.sub(r"<[^>]+>", "", heads[name]) for name in named} >= {
            "acme-3 acknowledge" if url == "/" else "acknowledge"
        }
