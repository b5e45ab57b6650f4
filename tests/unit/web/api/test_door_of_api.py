"""Who comes in, with what, and what they learn."""

import pytest
from django.test import Client

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


def bare(*, token: str = "") -> Client:
    """Return a program of which nothing is known but its token, and that comes from a page of somebody else's."""
    headers = {"Origin": "https://elsewhere.example"} | ({"Authorization": f"Bearer {token}"} if token else {})
    return Client(enforce_csrf_checks=True, headers=headers, HTTP_HOST="127.0.0.1", REMOTE_ADDR="127.0.0.1")


@pytest.mark.parametrize("path", ["/nothing", "/cases/acme-1/explode"])
def test_a_verb_that_is_none_is_told_as_a_problem_whoever_asks(path: str, desk: Desk) -> None:
    del desk
    answer = bare().post(f"/api{path}", b"{}", content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("path", ["/tasks", "/cases/acme-2", "/openapi.json"])
def test_head_is_answered_as_get_is_without_a_body(program: Programs, path: str) -> None:
    program("ada")
    client = bare(token=f"mst_{1:016x}_{'s' * 43}")
    head, get = client.head(f"/api{path}"), client.get(f"/api{path}")
    assert (head.status_code, head.content) == (200, b"")
    assert head.get("ETag") == get.get("ETag")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/tasks", "GET, HEAD"),
        ("PUT", "/cases/acme-1", "GET, HEAD"),
        ("OPTIONS", "/cases", "GET, HEAD"),
        ("GET", "/cases/acme-1/note", "POST"),
        ("HEAD", "/cases/acme-1/note", "POST"),
    ],
)
def test_a_method_that_is_not_taken_is_a_problem_that_says_which_are(
    desk: Desk, method: str, path: str, allowed: str
) -> None:
    del desk
    answer = bare().generic(method, f"/api{path}")
    assert (answer.status_code, answer["Allow"]) == (405, allowed)
    assert answer["Content-Type"] == "application/problem+json"
    assert not [name for name in answer.headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"CONTENT_TYPE": "application/x-www-form-urlencoded"}, 415),
        ({"CONTENT_TYPE": "text/plain"}, 415),
        ({"CONTENT_TYPE": ""}, 415),
        ({"CONTENT_LENGTH": str(3 << 20)}, 413),
        ({"CONTENT_LENGTH": str(13 << 20)}, 413),
        ({"HTTP_TRANSFER_ENCODING": "chunked"}, 411),
        ({"CONTENT_TYPE": "application/json; charset=utf-8"}, 201),
    ],
)
def test_a_body_that_is_not_taken_is_a_problem_and_records_nothing(
    program: Programs, desk: Desk, changed: dict[str, str], status: int
) -> None:
    program("ada")
    before = desk.store.version()
    client = bare(token=f"mst_{1:016x}_{'s' * 43}")
    sent = {"content_type": "application/json", "data": b'{"text": "Looked at it"}'}
    answer = client.generic("POST", "/api/cases/acme-1/note", **sent, **changed)
    assert answer.status_code == status
    assert (desk.store.version() == before) is (status != 201)
    if status != 201:
        assert answer["Content-Type"] == "application/problem+json"


def test_a_key_is_for_one_command_and_other_fields_are_another(program: Programs, desk: Desk) -> None:
    ada = program("ada")
    end = "2027-03-24T12:00:00.5Z"
    sent = {"until": end, "reason": "They need time."}
    assert ada.post("/cases/acme-1/extend-embargo", sent, Idempotency_Key="k1").status_code == 201
    before = desk.store.version()
    again = ada.post(
        "/cases/acme-1/extend-embargo",
        {**sent, "until": end.replace("Z", "+00:00").replace(".5", ".500")},
        Idempotency_Key="k1",
    )
    assert (again.status_code, again.json()["repeated"]) == (201, True)
    for other in ({"reason": "Another one."}, {"until": "2027-03-25T12:00:00Z"}):
        refused = ada.post("/cases/acme-1/extend-embargo", {**sent, **other}, Idempotency_Key="k1")
        assert refused.status_code == 422
        assert "with other fields" in refused.json()["detail"]
    assert desk.store.version() == before


def test_who_is_late_is_told_what_a_program_does_about_it(program: Programs) -> None:
    late = program("ada").post("/cases/acme-1/note", {"text": "Looked"}, If_Match='"1"')
    assert late.status_code == 412
    assert "ETag" in late.json()["hint"]
