"""Every page is there, for those who may see it."""

import pytest

from tests.unit.web.test_today import Visit


@pytest.mark.parametrize(
    "url",
    [
        "/",
        "/cases/",
        "/cases/acme-1/",
        "/cases/acme-1/timeline/",
        "/cases/acme-1/do/note/",
        "/?whose=team",
        "/report/",
        "/report/follow/",
        "/board/",
        "/board.csv",
        "/releases/",
        "/advisories/",
        "/cases/acme-1/advisory/",
        "/policy/",
        "/reports/",
        "/reports.csv",
        "/reports.svg",
        "/evidence/",
        "/evidence/acme-1/",
        "/evidence/acme-1.csv",
    ],
)
def test_a_member_of_the_team_sees_every_page(visit: Visit, url: str) -> None:
    response = visit("ada").get(url)
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("asked", "own"),
    [
        ("/cases/ACME-1/", "/cases/acme-1/"),
        ("/cases/Acme-1/timeline/?before=3", "/cases/acme-1/timeline/?before=3"),
        ("/cases/acme-%31/advisory/", None),
        ("/cases/ACME-1/advisory/?as=public", "/cases/acme-1/advisory/?as=public"),
        ("/cases/ACME-1/do/note/", "/cases/acme-1/do/note/"),
        ("/cases/ACME-77/", "not found"),
    ],
)
def test_a_page_of_a_case_by_another_name_is_at_its_own_address(visit: Visit, asked: str, own: str | None) -> None:
    response = visit("ada").get(asked)
    if own is None:
        assert response.status_code == 200
    elif own == "not found":
        assert response.status_code == 404
    else:
        assert (response.status_code, response["Location"]) == (302, own)


@pytest.mark.parametrize("name", ["acme-1", "ACME-1", "acme-99", "ACME-99"])
def test_a_page_that_is_not_for_somebody_is_at_no_address(visit: Visit, name: str) -> None:
    assert visit("eve").get(f"/cases/{name}/").status_code == 404
