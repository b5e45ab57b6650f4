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
