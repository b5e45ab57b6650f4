"""Who sees what: on every page the one rule, and one answer for what is unknown and what is forbidden."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from midstream.desk.desk import Desk
from tests.desks import act

Visit = Callable[..., Client]

PAGES = (
    "/cases/{}/",
    "/cases/{}/timeline/",
    "/cases/{}/do/note/",
    "/cases/{}/files/" + "ab" * 32 + "/",
    "/evidence/{}/",
    "/evidence/{}.csv",
)


def _bare(text: str, *names: str) -> str:
    """Return a page without what differs from one request to the next."""
    for name in names:
        text = text.replace(name, "NAME")
    return re.sub(r'value="[A-Za-z0-9]{60,}"', "", text)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("person", ["rel", "stranger", "mia"])
def test_unknown_and_forbidden_are_one_answer(visit: Visit, page: str, person: str) -> None:
    client = visit(person)
    unknown, forbidden = client.get(page.format("acme-77")), client.get(page.format("acme-3"))
    assert unknown.status_code == forbidden.status_code == 404
    assert _bare(unknown.content.decode()) == _bare(forbidden.content.decode())
    assert sorted(unknown.headers.items()) == sorted(forbidden.headers.items())


def test_forbidden_takes_no_more_of_the_store_than_unknown(visit: Visit, desk: Desk) -> None:
    from django.db import connection  # noqa: PLC0415 - needs Django set up
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 - as above

    for number in range(50):
        act(desk, "acme-3", "note", text=f"note {number}")
    rel, counts = visit("rel"), []
    rel.get("/cases/")
    for name in ("acme-77", "acme-3", "acme-77", "acme-3"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            rel.get(f"/cases/{name}/")
        counts.append([query["sql"].split("WHERE")[0] for query in queries])
    assert counts[0] == counts[1] == counts[2] == counts[3]
    assert not any("FROM fact" in sql and "case" in sql for sql in counts[1])


def test_a_public_case_is_shown_to_others_without_what_is_not_public(visit: Visit) -> None:
    page = visit("rel").get("/cases/acme-2/").content.decode()
    assert "embargo.declined" in page
    assert "rosa@example.org" not in page
    assert "A public one" not in page  # the title came with the report, which is for the team
    assert "/do/" not in page


@pytest.mark.parametrize("url", ["/", "/cases/", "/board/", "/board.csv", "/releases/", "/policy/", "/?whose=team"])
def test_no_list_names_a_case_that_is_not_for_the_reader(visit: Visit, url: str) -> None:
    page = visit("rel").get(url, follow=True).content.decode()
    assert "acme-1" not in page
    assert "acme-3" not in page
    assert "Key leaks" not in page


def test_whoever_is_invited_sees_it_from_then_on_and_until_removed(visit: Visit, desk: Desk) -> None:
    rel = visit("rel")
    assert rel.get("/cases/acme-1/").status_code == 404
    act(desk, "acme-1", "invite", person="rel", capacity="release-manager", pledge="true")
    page = rel.get("/cases/acme-1/").content.decode()
    assert "Key leaks" in page
    assert "rosa@example.org" not in page
    assert "acme-1" in rel.get("/cases/").content.decode()
    act(desk, "acme-1", "remove", person="rel", reason="left the project")
    assert rel.get("/cases/acme-1/").status_code == 404
    assert "acme-1" not in rel.get("/cases/").content.decode()


def test_a_stakeholder_sees_a_case_from_when_their_party_was_told(demo: Desk) -> None:
    from tests.web import visitor  # noqa: PLC0415 - needs Django set up

    lena = visitor("")
    lena.post("/accounts/demo/", {"person": "lena"})
    assert lena.get("/cases/tf-m-2/").status_code == 200  # told, says its timeline
    assert lena.get("/cases/tf-m-1/").status_code == 404
    assert "noor.adler" not in lena.get("/cases/tf-m-2/").content.decode()
    act(demo, "tf-m-2", "remove", by="mara", person="lena", reason="spoke of it")
    assert lena.get("/cases/tf-m-2/").status_code == 404


def test_an_auditor_reads_evidence_and_no_content(demo: Desk) -> None:
    from tests.web import visitor  # noqa: PLC0415 - needs Django set up

    del demo
    otto = visitor("")
    otto.post("/accounts/demo/", {"person": "otto"})
    assert otto.get("/")["Location"] == "/evidence/"
    assert "tf-m-2" in otto.get("/evidence/").content.decode()
    page = otto.get("/evidence/tf-m-2/").content.decode()
    assert "report.received" in page
    assert "key derivation" not in page
    assert otto.get("/reports/").status_code == 200
    for url in ("/cases/tf-m-2/", "/cases/tf-m-2/timeline/", "/cases/tf-m-2/do/note/", "/people/"):
        assert otto.get(url).status_code == 404
    assert "tf-m-2" not in otto.get("/cases/").content.decode()


def test_an_administrator_sees_accounts_and_no_case(demo: Desk) -> None:
    from tests.web import visitor  # noqa: PLC0415 - needs Django set up

    del demo
    petra, yuki = visitor(""), visitor("")
    petra.post("/accounts/demo/", {"person": "petra"})
    yuki.post("/accounts/demo/", {"person": "yuki"})
    assert petra.get("/")["Location"] == "/people/"
    assert "yuki" in petra.get("/people/").content.decode()
    for url in ("/cases/tf-m-2/", "/evidence/", "/evidence/tf-m-2/", "/reports/"):
        assert petra.get(url).status_code == 404
    assert petra.post("/people/end-sessions/", {"person": "yuki"}).status_code == 302
    assert yuki.get("/")["Location"].startswith("/accounts/login/")
    assert yuki.post("/people/end-sessions/", {"person": "petra"}).status_code == 403  # signed out, and not done
    assert petra.get("/people/").status_code == 200


def test_every_read_of_a_private_case_is_recorded(visit: Visit, desk: Desk) -> None:
    ada = visit("ada")
    for url in (
        "/cases/acme-1/",
        "/cases/acme-1/timeline/",
        "/cases/acme-1/do/note/",
        "/evidence/acme-1/",
        "/",
        "/cases/",
    ):
        ada.get(url)
        ada.get(url)
    reads = desk.store.reads("acme-1", limit=50)
    assert {read.person for read in reads} == {"ada"}
    kinds = [read.how for read in reads]
    assert set(kinds) == {"page", "timeline", "deed", "evidence", "line"}
    assert kinds.count("line") == 1  # in lists, once an hour
    visit("rel").get("/cases/acme-1/")
    assert {read.person for read in desk.store.reads("acme-1", limit=50)} == {"ada"}  # who saw nothing read nothing
    ada.get("/cases/acme-2/")
    assert [read.how for read in desk.store.reads("acme-2", limit=9)] in ([], ["line"])  # it is public
