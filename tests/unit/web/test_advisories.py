"""What is public of advisories, and what each would say: for those who may see it, checked, and never kept."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from django.conf import settings
from django.test import Client

from midstream.adapters.publication import directory
from midstream.desk.desk import Desk
from midstream.wiring.parts import open_target
from midstream.wiring.site import PublicSite
from tests.desks import Clock, act
from tests.web import new_parts, open_desk

Visit = Callable[[str], Client]


@pytest.fixture
def site(desk: Desk, clock: Clock, tmp_path: Path) -> Path:
    """A directory in which the desk's own site stands; everything is served over it."""
    del desk
    path = tmp_path / "site"

    def opened() -> Desk:
        return msgspec.structs.replace(open_desk(clock), site=PublicSite(), open_target=open_target, site_at=str(path))

    settings.MIDSTREAM = new_parts(clock, open_desk=opened)
    return path


def page(client: Client, url: str, *, status: int = 200) -> str:
    """Return the text of a page, which nobody may keep."""
    answer = client.get(url)
    assert answer.status_code == status, answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    return answer.content.decode()


def test_without_a_site_nothing_is_said_of_what_stands_there(visit: Visit) -> None:
    said = page(visit("ada"), "/advisories/")
    assert "No site is named" in said
    assert "stands there as it was published" not in said
    assert "acme-2" in said
    assert "Nothing was published of it" in said
    assert "acme-1" not in said


def test_a_publication_is_shown_with_its_digest_and_when_it_was_sent_and_confirmed(desk: Desk, visit: Visit) -> None:
    act(desk, "acme-2", "record-publication", channel="list", advisory="ACME-2", digest="ab" * 32)
    said = page(visit("ada"), "/advisories/")
    assert "abababababababab" in said
    assert "not confirmed" in said
    act(desk, "acme-2", "confirm-publication", channel="list", digest="ab" * 32)
    assert "not confirmed" not in page(visit("ada"), "/advisories/")
    act(desk, "acme-2", "correct-publication", channel="list", reason="A version.", digest="cd" * 32)
    corrected = page(visit("ada"), "/advisories/")
    assert "cdcdcdcdcdcdcdcd" in corrected
    assert "not confirmed" in corrected


def test_publishing_on_the_site_shows_what_stands_there_and_what_differs(site: Path, visit: Visit) -> None:
    answer = visit("ada").post("/cases/acme-2/advisory/publish/")
    assert answer.status_code == 302, answer.content.decode()
    said = page(visit("ada"), "/advisories/")
    assert "Every file that was published stands there as it was published" in said
    assert "Formats on the site" in said
    assert "not confirmed" not in said
    standing = next(path for path in site.resolve().rglob("catalogue.json"))
    standing.write_text("{}")
    assert "These files are not as they were published" in page(visit("ada"), "/advisories/")
    assert "These files are not" not in page(visit("mia"), "/advisories/")


def test_the_site_is_read_again_only_when_something_changed_there(
    site: Path, visit: Visit, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    ada = visit("ada")
    assert ada.post("/cases/acme-2/advisory/publish/").status_code == 302
    monkeypatch.setattr(directory, "SETTLED", 0)
    read: list[Path] = []
    real = directory._digest
    monkeypatch.setattr(directory, "_digest", lambda path: read.append(path) or real(path))
    assert "stands there as it was published" in page(ada, "/advisories/")
    assert read
    read.clear()
    for _ in range(2):
        assert "stands there as it was published" in page(ada, "/advisories/")
        clock.pass_(seconds=60)  # drawn anew, and still nothing is read
    assert not read
    standing = next(path for path in site.resolve().rglob("catalogue.json"))
    before = standing.stat()
    time.sleep(0.05)  # longer than a tick of any file system's clock
    content = standing.read_bytes()
    standing.write_bytes(content.replace(b"acme", b"ACME", 1))
    os.utime(standing, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert "These files are not as they were published" in page(ada, "/advisories/")
    act(open_desk(clock), "acme-2", "note", text="A fact.")
    read.clear()
    page(ada, "/advisories/")
    assert read


@pytest.mark.parametrize(("person", "status"), [("mia", 404), ("rel", 404), ("ada", 422)])
def test_what_may_not_be_published_is_not(site: Path, visit: Visit, person: str, status: int) -> None:
    answer = visit(person).post("/cases/acme-1/advisory/publish/")
    assert answer.status_code == status
    assert not list(site.rglob("catalogue.json"))
    if status == 422:
        assert "acme-1 is not public" in answer.content.decode()


def test_the_preview_shows_each_format_with_its_check_and_the_public_part_beside_it(desk: Desk, visit: Visit) -> None:
    act(desk, "acme-1", "edit-advisory", summary="Sealed summary of the first case")
    said = page(visit("ada"), "/cases/acme-1/advisory/?format=mail")
    assert "Sealed summary of the first case" in said
    assert "not written" in said
    act(desk, "acme-1", "mark-affected", branch="release/1.x", because="It reads the sealed line 7")
    public = page(visit("ada"), "/cases/acme-1/advisory/?format=mail&as=public")
    assert "As you see it" in public
    assert "Sealed summary of the first case" in public  # it will be public, once the embargo ended
    assert "the sealed line 7" not in public
    assert "EMBARGOED" not in public
    assert page(visit("ada"), "/cases/acme-1/advisory/?format=nothing", status=404)
    assert {read.how for read in desk.store.reads("acme-1", limit=9)} >= {"advisory"}


def test_whoever_sees_only_what_is_public_sees_no_draft(visit: Visit) -> None:
    assert "no published advisory" in page(visit("rel"), "/cases/acme-2/advisory/")
    assert page(visit("rel"), "/cases/acme-1/advisory/", status=404)
