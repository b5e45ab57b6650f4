"""Who comes in, with what, and what they learn."""

import pytest

from midstream.desk.desk import Desk
from midstream.desk.front.tokens import revoke_token
from tests.desks import Clock
from tests.unit.web.api.conftest import Programs
from tests.web import Program, visitor

SCOPE_OF = {
    "/me": "read",
    "/tasks": "read",
    "/cases": "read",
    "/cases/acme-1": "read",
    "/board": "read",
    "/hooks": "hooks",
}


@pytest.mark.parametrize("token", ["", "x", "mst_0000000000000001_wrong", "mst", "mst__", "ü" * 300])
def test_without_a_good_token_nothing_is_told(desk: Desk, token: str) -> None:
    del desk
    answer = Program(token.encode().decode("latin-1")).get("/cases")
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_session_is_no_token(desk: Desk) -> None:
    del desk
    assert visitor("ada").get("/api/cases").status_code == 401


def test_an_expired_or_revoked_token_is_none(program: Programs, desk: Desk, clock: Clock) -> None:
    ada, bob = program("ada"), program("bob")
    revoke_token(desk, person="ada", name=desk.store.tokens("ada")[0].name)
    assert ada.get("/me").status_code == 401
    assert bob.get("/me").status_code == 200
    clock.pass_(days=30)
    assert bob.get("/me").status_code == 401


@pytest.mark.parametrize("path", SCOPE_OF)
def test_a_token_is_for_its_scopes_alone(program: Programs, path: str) -> None:
    wanted = SCOPE_OF[path]
    others = [scope for scope in ("read", "write", "hooks") if scope != wanted]
    assert program("ada", wanted).get(path).status_code == 200
    refused = program("ada", *others).get(path)
    assert refused.status_code == 403
    assert wanted in refused.json()["hint"]


def test_reading_is_not_writing(program: Programs, desk: Desk) -> None:
    assert program("ada", "read", "hooks").post("/cases/acme-1/note", {"text": "x"}).status_code == 403
    assert len(desk.store.facts("case/acme-1")) == 3


@pytest.mark.parametrize("way", ["", "/facts", "/tasks"])
def test_unknown_and_forbidden_are_one_answer(program: Programs, way: str) -> None:
    rel = program("rel")
    unknown, forbidden = rel.get(f"/cases/acme-77{way}"), rel.get(f"/cases/acme-1{way}")
    assert unknown.status_code == forbidden.status_code == 404
    assert unknown.content == forbidden.content
    assert dict(unknown.headers) == dict(forbidden.headers)


def test_unknown_and_forbidden_are_one_answer_to_a_verb(program: Programs, desk: Desk) -> None:
    rel = program("rel")
    unknown, forbidden = rel.post("/cases/acme-77/note", {"text": "x"}), rel.post("/cases/acme-1/note", {"text": "x"})
    assert (unknown.status_code, unknown.content) == (forbidden.status_code, forbidden.content)
    assert unknown.status_code == 404
    assert len(desk.store.facts("case/acme-1")) == 3


def test_answers_are_kept_by_nobody(program: Programs) -> None:
    assert program("ada").get("/cases/acme-1")["Cache-Control"] == "no-store"


def test_a_look_at_a_private_case_is_recorded(program: Programs, desk: Desk) -> None:
    program("mia").get("/cases/acme-1")
    assert desk.store.reads("acme-1", limit=9) == []
    program("ada").get("/cases/acme-1")
    program("ada").get("/cases/acme-2")
    assert [(read.person, read.how) for read in desk.store.reads("acme-1", limit=9)] == [("ada", "api case")]
    assert desk.store.reads("acme-2", limit=9) == []


@pytest.mark.parametrize("path", ["/", "/nothing", "/cases/acme-1/nothing", "/cases/a/b/c"])
def test_an_address_that_is_none_is_told_as_a_problem(program: Programs, path: str) -> None:
    answer = program("ada").get(path)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
