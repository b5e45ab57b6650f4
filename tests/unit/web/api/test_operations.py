"""What programs can read and do."""

import json
from datetime import timedelta
from urllib.parse import quote

import jsonschema_rs
import pytest

from midstream.cases.verbs import VERBS
from midstream.desk.desk import Desk
from tests.desks import Clock, act, reported
from tests.unit.web.api.conftest import Programs

PRIVATE = "acme-1"


def test_a_program_is_told_whose_token_it_has(program: Programs) -> None:
    said = program("ada", "read").get("/me").json()
    assert (said["person"], said["scopes"], said["projects"]) == ("ada", ["read"], ["acme"])


def test_tasks_come_in_pages_and_none_twice(program: Programs) -> None:
    ada = program("ada")
    whole = ada.get("/tasks?limit=200").json()["items"]
    seen, cursor = [], ""
    while cursor is not None:
        page = ada.get(f"/tasks?limit=2&cursor={cursor}").json()
        seen += page["items"]
        cursor = page["next"]
    assert seen == whole
    assert len(whole) > 4
    assert [task["due_at"] for task in whole if task["due_at"]] == sorted(
        task["due_at"] for task in whole if task["due_at"]
    )
    named = ada.get("/tasks?kind=acknowledge&project=acme").json()["items"]
    assert {task["name"] for task in named} == {"acknowledge"}


def test_cases_come_newest_first_in_pages_that_later_ones_do_not_move(
    program: Programs, desk: Desk, clock: Clock
) -> None:
    clock.pass_(hours=1)
    reported(desk, "acme-4")
    ada = program("ada")
    first = ada.get("/cases?limit=2").json()
    assert [line["case"] for line in first["items"]] == ["acme-4", "acme-3"]
    clock.pass_(hours=1)
    reported(desk, "acme-5")
    rest = ada.get(f"/cases?limit=9&cursor={first['next']}").json()
    assert [line["case"] for line in rest["items"]] == ["acme-2", "acme-1"]
    assert rest["next"] is None


def test_a_case_is_told_with_its_etag(program: Programs) -> None:
    ada = program("ada")
    answer = ada.get(f"/cases/{PRIVATE}")
    said = answer.json()
    assert answer["ETag"] == f'"{said["number"]}"'
    assert said["states"]["embargo"]["word"] == "agreed"
    assert {cell["branch"]: cell["word"] for cell in said["branches"]}["release/1.x"] == "unknown"
    assert ada.get(f"/cases/{PRIVATE}", If_None_Match=answer["ETag"]).status_code == 304


def test_the_facts_and_the_reasons_of_a_case(program: Programs) -> None:
    ada = program("ada")
    first = ada.get(f"/cases/{PRIVATE}/facts?limit=2").json()
    rest = ada.get(f"/cases/{PRIVATE}/facts?cursor={first['next']}").json()
    assert [fact["number"] for fact in first["items"] + rest["items"]] == [1, 2, 3]
    why = {entry["name"]: entry for entry in ada.get(f"/cases/{PRIVATE}/tasks").json()}
    assert (why["triage"]["standing"], why["triage"]["closed_by"]) == ("met", 2)
    assert why["acknowledge"]["missing"] == ["report.acknowledged"]


def test_the_board_the_projects_and_the_rules(program: Programs) -> None:
    ada = program("ada")
    assert [line["case"] for line in ada.get("/board").json()["items"]] == ["acme-1", "acme-2", "acme-3"]
    (project,) = ada.get("/projects").json()
    assert project["branches"][2] == {
        "name": "release/2.x",
        "kind": "lts",
        "supported_from": None,
        "supported_until": "2027-05-31",
    }
    rules = ada.get("/projects/acme/policy").json()["rules"]
    assert any(rule["clause"] == "A1" and "acknowledge" in rule["words"] for rule in rules)


def test_a_verb_records_its_fact_once_for_one_key(program: Programs, desk: Desk) -> None:
    ada = program("ada")
    first = ada.post(f"/cases/{PRIVATE}/acknowledge", {}, Idempotency_Key="k1")
    again = ada.post(f"/cases/{PRIVATE}/acknowledge", {}, Idempotency_Key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["facts"] == again.json()["facts"]
    assert (first.json()["repeated"], again.json()["repeated"]) == (False, True)
    assert len(desk.store.facts(f"case/{PRIVATE}")) == 4
    third = ada.post(f"/cases/{PRIVATE}/acknowledge", {}, Idempotency_Key="k2")
    assert (third.status_code, third["Content-Type"]) == (409, "application/problem+json")


def test_a_case_that_moved_on_takes_no_verb_sent_for_how_it_was(program: Programs, desk: Desk) -> None:
    ada = program("ada")
    tag = ada.get(f"/cases/{PRIVATE}")["ETag"]
    act(desk, PRIVATE, "note", by="bob", text="news")
    answer = ada.post(f"/cases/{PRIVATE}/acknowledge", {}, If_Match=tag)
    assert answer.status_code == 412
    assert "note.added by bob" in answer.json()["detail"]
    assert ada.post(f"/cases/{PRIVATE}/acknowledge", {}, If_Match='"4"').status_code == 201


def test_a_dry_run_tells_what_would_change_and_records_nothing(program: Programs, desk: Desk) -> None:
    ada = program("ada")
    answer = ada.post("/cases/acme-3/accept?dry_run=true", {})
    assert answer.status_code == 200
    assert {"what": "triage", "before": "unacknowledged", "after": "accepted"} in answer.json()["changes"]
    assert len(desk.store.facts("case/acme-3")) == 1


def test_what_happened_earlier_is_said_with_at(program: Programs, clock: Clock) -> None:
    at = (clock.now - timedelta(hours=3)).isoformat().replace("+00:00", "Z")
    answer = program("ada").post(f"/cases/{PRIVATE}/note?at={at}", {"text": "a call"})
    assert answer.json()["facts"][0]["happened_at"] == at


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"[]", 422),
        (b"{", 422),
        (b"\xff", 422),
        (b'{"text": 7}', 422),
        (b'{"text": null}', 422),
        (b'{"nothing": "x"}', 422),
        (b"{}", 422),
        (b"[" * 100_000, 422),
    ],
)
def test_a_body_that_is_not_the_verb_s_is_told(program: Programs, desk: Desk, body: bytes, status: int) -> None:
    answer = program("ada").post(f"/cases/{PRIVATE}/note", body)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["detail"]
    assert len(desk.store.facts(f"case/{PRIVATE}")) == 3


@pytest.mark.parametrize("cursor", ["x", "!!", "W10", "WzFd", "WyJhIiwiYiIsImMiXQ", "bnVsbA", "é"])
def test_a_cursor_that_is_none_is_told(program: Programs, cursor: str) -> None:
    for path in ("/tasks", "/cases", "/board", f"/cases/{PRIVATE}/facts"):
        answer = program("ada").get(f"{path}?cursor={cursor}")
        assert answer.status_code in {200, 422}, path
        if answer.status_code == 422:
            assert answer.json()["hint"]


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", f"cursor={'a' * 1001}"])
def test_a_page_has_bounds(program: Programs, query: str) -> None:
    answer = program("ada").get(f"/cases?{query}")
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")


def test_an_address_to_tell_is_added_listed_and_removed(program: Programs, desk: Desk) -> None:
    ada = program("ada", "hooks")
    made = ada.post("/hooks", {"url": "https://ci.example.org/in", "kinds": ["fix."]})
    assert made.status_code == 201
    secret = made.json()["secret"]
    assert desk.store.blob(f"hook.{made.json()['name']}", desk.store.hooks("ada")[0].secret) == secret.encode()
    (listed,) = ada.get("/hooks").json()["items"]
    assert (listed["url"], listed["secret"]) == ("https://ci.example.org/in", None)
    assert program("bob").get("/hooks").json()["items"] == []
    assert program("bob").delete(f"/hooks/{listed['name']}").status_code == 404
    assert ada.delete(f"/hooks/{listed['name']}").status_code == 204


@pytest.mark.parametrize(
    "body",
    [
        {"url": "ftp://x"},
        {"url": "https://[x"},
        {"url": "https://x:port/"},
        {"url": "https://x", "kinds": "fix."},
        {"url": "https://x", "kinds": [1]},
        {"url": "https://x", "kind": ["fix."]},
        {"url": 1},
        {},
    ],
)
def test_an_address_that_is_not_well_told_is_not_added(program: Programs, desk: Desk, body: object) -> None:
    answer = program("ada").post("/hooks", body)
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert desk.store.hooks("ada") == []


def test_every_verb_is_an_operation_that_its_description_types(program: Programs) -> None:
    described = json.loads(program("ada").get("/openapi.json").content)
    assert described["openapi"].startswith("3.1")
    for name, verb in VERBS.items():
        operation = described["paths"][f"/api/cases/{{case}}/{name}"]["post"]
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        assert set(schema["properties"]) == set(verb.body.__struct_fields__) - {"blobs"}, name
    assert r"\A" not in json.dumps(described)


def test_a_mistyped_parameter_does_nothing(program: Programs, desk: Desk) -> None:
    answer = program("ada").post("/cases/acme-3/accept?dryrun=true", {})
    assert answer.status_code == 422
    assert "dry_run" in answer.json()["hint"]
    assert len(desk.store.facts("case/acme-3")) == 1


@pytest.mark.parametrize(
    "query", ["dry_run=1", "dry_run=True", "dry_run=yes", "dry_run=", "dry_run=true&dry_run=false", "key=k1", "case=x"]
)
def test_what_the_address_says_is_written_as_json_writes_it(program: Programs, desk: Desk, query: str) -> None:
    answer = program("ada").post(f"/cases/acme-3/accept?{query}", {})
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert len(desk.store.facts("case/acme-3")) == 1


@pytest.mark.parametrize("number", ["1_0", "+5", " 5", "05", "5.0", "٥"])  # noqa: RUF001 - a digit that is none of JSON
def test_a_number_in_the_address_is_written_as_json_writes_it(program: Programs, number: str) -> None:
    assert program("ada").get(f"/cases?limit={quote(number)}").status_code == 422


TAKEN = [
    ("propose-fix", {"url": "https://example.org/1", "private": True}),
    ("edit-advisory", {"references": ["https://example.org/1", "https://example.org/2, the second"]}),
    ("edit-advisory", {"references": []}),
    ("extend-embargo", {"until": "2027-01-31T09:30:00+01:00", "reason": "a reason"}),
    ("extend-embargo", {"until": "2027-01-31t09:30:00.25z", "reason": "a reason"}),
    ("grant-exception", {"obligation": "acknowledge", "reason": "a reason", "publish_at": None}),
    ("withdraw", {"number": 2, "reason": "a reason"}),
    ("withdraw", {"number": 2.0, "reason": "a reason"}),
]
REFUSED = [
    ("propose-fix", {"private": 0}),
    ("propose-fix", {"private": "false"}),
    ("propose-fix", {"private": None}),
    ("propose-fix", {"url": 7}),
    ("edit-advisory", {"references": "https://example.org/1,https://example.org/2"}),
    ("edit-advisory", {"references": [7]}),
    ("edit-advisory", {"references": {"0": "https://example.org/1"}}),
    ("extend-embargo", {"until": "now + 7 days", "reason": "a reason"}),
    ("extend-embargo", {"until": "2027-01-31", "reason": "a reason"}),
    ("extend-embargo", {"until": "2027-01-31T09:30+01:00", "reason": "a reason"}),
    ("extend-embargo", {"until": "2027-01-31T09:30:00", "reason": "a reason"}),
    ("extend-embargo", {"until": "2027-02-30T09:30:00Z", "reason": "a reason"}),
    ("extend-embargo", {"until": "2299-01-31T09:30:00Z", "reason": "a reason"}),
    ("grant-exception", {"obligation": "acknowledge", "reason": "a reason", "publish_at": 0}),
    ("withdraw", {"number": "2", "reason": "a reason"}),
    ("withdraw", {"number": 2.5, "reason": "a reason"}),
    ("withdraw", {"number": True, "reason": "a reason"}),
    ("withdraw", {"number": -1, "reason": "a reason"}),
    ("score", {"severity": "HIGH"}),
    ("erase", {"reason": "a reason", "blobs": 1}),
    ("link-duplicate", {"of": "acme-2\n"}),
]


@pytest.mark.parametrize(
    ("verb", "body", "is_taken"), [(*case, True) for case in TAKEN] + [(*case, False) for case in REFUSED]
)
def test_a_body_is_taken_when_its_description_allows_it(
    program: Programs,
    desk: Desk,
    verb: str,
    body: dict[str, object],
    is_taken: bool,  # noqa: FBT001 - a column of the table
) -> None:
    ada = program("ada")
    described = json.loads(ada.get("/openapi.json").content)["paths"][f"/api/cases/{{case}}/{verb}"]["post"]
    schema = described["requestBody"]["content"]["application/json"]["schema"]
    assert jsonschema_rs.validator_for(schema, validate_formats=True).is_valid(body) == is_taken
    answer = ada.post(f"/cases/{PRIVATE}/{verb}?dry_run=true", body)
    assert answer.status_code == (200 if is_taken else 422), answer.content
    assert is_taken or answer.json()["hint"]
    assert len(desk.store.facts(f"case/{PRIVATE}")) == 3


@pytest.mark.parametrize("at", ["now", "2026-11-20", "2026-11-20T09:30:00", "1969-12-31T23:00:00Z", "1000"])
def test_what_happened_earlier_is_said_as_an_instant(program: Programs, at: str) -> None:
    assert program("ada").post(f"/cases/{PRIVATE}/note?at={at}", {"text": "a call"}).status_code == 422


@pytest.mark.parametrize(("tag", "status"), [("*", 201), ('W/"3"', 201), ("3", 201), ('"x"', 422), ("-1", 422)])
def test_an_etag_is_a_number_of_a_fact(program: Programs, tag: str, status: int) -> None:
    assert program("ada").post(f"/cases/{PRIVATE}/acknowledge", {}, If_Match=tag).status_code == status


def test_a_number_is_no_instant(program: Programs) -> None:
    answer = program("ada").post("/cases/acme-1/extend-embargo", {"until": 0, "reason": "a reason"})
    assert (answer.status_code, "instant" in answer.json()["detail"]) == (422, True)


def test_a_command_sent_again_has_to_be_well_written_too(program: Programs) -> None:
    ada = program("ada")
    assert ada.post("/cases/acme-1/note", {"text": "x"}, Idempotency_Key="k1").status_code == 201
    assert ada.post("/cases/acme-1/note", {"text": 7}, Idempotency_Key="k1").status_code == 422
    assert ada.post("/cases/acme-1/note", {"words": "x"}, Idempotency_Key="k1").status_code == 422
    assert ada.post("/cases/acme-1/note", {}, Idempotency_Key="k1").status_code == 422


def test_a_program_finds_a_case_by_any_of_its_names(program: Programs, desk: Desk) -> None:
    act(desk, PRIVATE, "assign-cve", cve="CVE-2026-1000", assigner="acme")
    ada, eve = program("ada"), program("eve")
    for name in ("ACME-1", "cve-2026-1000"):
        assert ada.get(f"/cases/{name}").json()["case"] == PRIVATE
        assert ada.post(f"/cases/{name}/note", {"text": "A word."}).json()["case"] == PRIVATE
        assert eve.get(f"/cases/{name}").status_code == 404
    assert desk.store.facts("case/ACME-1") == []


def test_an_address_that_cannot_be_taken_apart_is_told_not_stumbled_over(program: Programs) -> None:
    ada = program("ada")
    assert ada.post("/cases/acme-1/edit-advisory", {"references": ["https://[x"]}).status_code == 201
    assert ada.get("/cases/acme-1/advisory").status_code == 200
