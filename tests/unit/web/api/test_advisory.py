"""The advisory through the API: the record, its formats and its documents."""

from midstream.desk.desk import Desk
from tests.desks import act
from tests.unit.web.api.conftest import Programs


def test_a_program_gets_the_record_its_formats_and_one_document(desk: Desk, program: Programs) -> None:
    act(desk, "acme-1", "edit-advisory", summary="Sealed summary of the first case")
    told = program("ada", "read").get("/cases/acme-1/advisory").json()
    assert told["case"] == "acme-1"
    assert told["public"] is False
    by_name = {entry["format"]: entry for entry in told["formats"]}
    assert by_name["cve"]["left_out"]
    document = program("ada", "read").get("/cases/acme-1/advisory/mail").json()
    assert "Sealed summary of the first case" in document["content"]
    assert document["sha256"] == by_name["mail"]["sha256"]
    assert program("ada", "read").get("/cases/acme-1/advisory/cve").status_code == 409
    assert program("ada", "read").get("/cases/acme-1/advisory/none").status_code == 422
    assert program("rel", "read").get("/cases/acme-1/advisory").status_code == 404
    assert program("ada", "write").get("/cases/acme-1/advisory").status_code == 403
    assert any(read.how == "api advisory mail" for read in desk.store.reads("acme-1", limit=9))


def test_somebody_who_takes_part_gets_what_the_facts_for_them_tell(desk: Desk, program: Programs) -> None:
    act(desk, "acme-1", "invite", person="rosa", capacity="reporter")
    act(desk, "acme-1", "edit-advisory", summary="Sealed summary of the first case")
    assert "Sealed summary" in program("rosa", "read").get("/cases/acme-1/advisory/mail").json()["content"]
    anybody = program("rosa", "read").get("/cases/acme-1/advisory?public=true")
    assert anybody.status_code == 409
    assert "Sealed summary" not in anybody.content.decode()
    ahead = program("ada", "read").get("/cases/acme-1/advisory/mail?public=true").json()
    assert "Sealed summary" in ahead["content"]
