"""Every address with every role over every sort of case, against the one rule of who may see.

The addresses are those Django knows; each has a row here that says for whom it is. A new address without a row fails.
"""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from midstream.cases.verbs import VERBS
from midstream.cases.visibility import Sight, may_audit
from midstream.desk.desk import Desk
from midstream.desk.front.tokens import SCOPES, make_token
from midstream.desk.projects import activate_policy, load_project
from tests.desks import POLICY, PROJECT, Clock, act, book, reported
from tests.web import Program, new_parts, open_desk, reset, visitor

MORE = """
[[person]]
name = "sam"
roles = ["stakeholder"]
party = "northcloud"

[[person]]
name = "aud"
roles = ["auditor"]

[[person]]
name = "adm"
roles = ["administrator"]

[[person]]
name = "rosa"
roles = ["reporter"]
"""

OTHER = """
[project]
id = "other"
name = "Other Boot"
policy = "acme"

[[branch]]
name = "main"
kind = "development"

[[person]]
name = "zoe"
roles = ["response-team"]
"""

PEOPLE = ("", "ada", "mia", "rel", "sam", "aud", "adm", "rosa", "zoe", "nobody")
"""Everybody: no account, then each role of acme, the team of another project, and a name no file has."""

CASES = ("acme-1", "acme-2", "acme-3", "acme-4", "other-1", "acme-77")
"""Under embargo, public, just reported, under embargo with guests, somebody else's, and one that there is not."""

CASE, DEED, EVIDENCE, LIST, OWN, ADMIN, OPEN, POST, NEVER, LIBRARY = (
    "a case: for those who see it",
    "doing something to a case: for those who may",
    "the evidence of a case: for those who audit its project",
    "a list: for people with an account, and of nothing they may not see",
    "oneself: for people with an account",
    "accounts: for administrators",
    "open to anybody",
    "sent, not fetched",
    "nothing without a secret",
    "a page of the library that signs people in",
)

ROWS = {
    "": LIST,
    "cases/": LIST,
    "cases/<str:name>/": CASE,
    "cases/<str:name>/timeline/": CASE,
    "cases/<str:name>/do/<str:verb>/": DEED,
    "cases/<str:name>/files/<str:digest>/": NEVER,
    "cases/<str:name>/advisory/": CASE,
    "cases/<str:name>/advisory/publish/": POST,
    "advisories/": LIST,
    "board/": LIST,
    "board.csv": LIST,
    "releases/": LIST,
    "policy/": LIST,
    "reports/": LIST,
    "reports.csv": LIST,
    "reports.svg": LIST,
    "evidence/": LIST,
    "evidence/<str:name>/": EVIDENCE,
    "evidence/<str:name>.csv": EVIDENCE,
    "people/": ADMIN,
    "people/end-sessions/": POST,
    "programs/": OWN,
    "programs/add-token/": POST,
    "programs/drop-token/": POST,
    "programs/add-address/": POST,
    "programs/drop-address/": POST,
    "calendar/<str:token>.ics": NEVER,
    "api-reference/": OPEN,
    "report/": OPEN,
    "report/hints/": POST,
    "report/follow/": OPEN,
    "accounts/demo/": POST,
    "accounts/sessions/end/": POST,
    "static/<str:digest>/<path:name>": NEVER,
    "^api/?$": NEVER,
    "^api/(?P<rest>.*)$": NEVER,
    "api/openapi.json": OPEN,
    "api/": NEVER,
    "api/me": OWN,
    "api/hooks": OWN,
    "api/hooks/<name>": POST,
    "api/tasks": LIST,
    "api/cases": LIST,
    "api/board": LIST,
    "api/projects": OWN,
    "api/projects/<project>/policy": OWN,
    "api/cases/<case>": CASE,
    "api/cases/<case>/advisory": CASE,
    "api/cases/<case>/advisory/<format>": CASE,
    "api/cases/<case>/facts": CASE,
    "api/cases/<case>/tasks": CASE,
} | {f"api/cases/<case>/{name}": CASE for name in VERBS}


def addresses() -> Iterator[str]:
    """Yield every address that Django knows, as it is written."""

    def walk(patterns: list[Any], prefix: str) -> Iterator[str]:
        for entry in patterns:
            if isinstance(entry, URLResolver):
                yield from walk(entry.url_patterns, prefix + str(entry.pattern))
            elif isinstance(entry, URLPattern):
                yield prefix + str(entry.pattern)

    return walk(get_resolver().url_patterns, "")


def row_of(address: str) -> str | None:
    """Return whom an address is for; those under accounts/ that are not ours are the library's."""
    return ROWS.get(address) or (LIBRARY if address.startswith("accounts/") else None)


def title(case: str) -> str:
    """Return the title of a case, which stands nowhere else."""
    return f"Sealed words of {case.replace('-', ' number ')}"


@pytest.fixture(scope="module")
def world(copies: dict[str, Any]) -> Desk:
    """Two projects with people of every role and cases of every sort."""
    clock = Clock()
    reset(copies["bare"])
    settings.MIDSTREAM = new_parts(clock)
    desk = open_desk(clock)
    load_project(desk, text=PROJECT + MORE, where="midstream.toml", by="ada")
    load_project(desk, text=OTHER, where="midstream.toml", by="zoe")
    for project, by in (("acme", "ada"), ("other", "zoe")):
        activate_policy(desk, project=project, book=book(POLICY), by=by)
    for case, by in (("acme-1", "ada"), ("acme-2", "ada"), ("acme-3", "ada"), ("acme-4", "ada"), ("other-1", "zoe")):
        reported(desk, case, title=title(case))
        if case != "acme-3":
            act(desk, case, "accept", by)
            act(desk, case, "decline-embargo" if case == "acme-2" else "agree-embargo", by)
    act(desk, "acme-1", "name-component", component="acme/crypto", area="crypto")
    act(desk, "acme-4", "invite", person="rosa", capacity="reporter")
    act(desk, "acme-4", "notify", party="northcloud", list="ess")
    return desk


@pytest.fixture(scope="module")
def clients(world: Desk) -> dict[str, Client]:
    """Everybody's browser."""
    del world
    return {person: visitor(person) for person in PEOPLE}


@pytest.fixture(scope="module")
def programs(world: Desk) -> dict[str, Program]:
    """Everybody's program, with a token for everything."""
    found = {"": Program("")}
    for number, person in enumerate(PEOPLE[1:]):
        _, told = make_token(
            world,
            person=person,
            label="walk",
            scopes=SCOPES,
            expires_at=world.clock() + timedelta(days=9),
            name=f"{number:016x}",
            secret="s" * 43,
        )
        found[person] = Program(told)
    return found


def sight(world: Desk, person: str, case: str) -> Sight:
    """Return how much of the case the rule lets the person see."""
    return world.store.sight_of_case(world.viewer(person), case)


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    known = set(addresses())
    assert [address for address in known if row_of(address) is None] == []
    assert set(ROWS) - known == set()


def fetch(address: str, case: str, client: Client, program: Program) -> Any:  # noqa: ANN401 - a test response
    """Return the answer to an address with the case put in."""
    path = address.replace("<str:name>", case).replace("<case>", case)
    path = path.replace("<str:verb>", "note").replace("<project>", "acme").replace("<format>", "osv")
    if not path.startswith("api/"):
        return client.get(f"/{path}")
    verb = path.rpartition("/")[2]
    if verb in VERBS:
        return program.post(f"{path.removeprefix('api')}?dry_run=true")
    return program.get(path.removeprefix("api"))


OF_CASES = [address for address, row in ROWS.items() if row in {CASE, DEED, EVIDENCE}]


@pytest.mark.parametrize("address", OF_CASES)
def test_a_case_is_there_for_those_who_see_it_and_unknown_to_all_others(
    world: Desk, clients: dict[str, Client], programs: dict[str, Program], address: str
) -> None:
    for person, case in itertools.product(PEOPLE, CASES):
        answer = fetch(address, case, clients[person], programs[person])
        said = answer.content.decode(errors="replace")
        if not person:
            assert answer.status_code in {302, 401}, (address, case)
        elif ROWS[address] == EVIDENCE:
            project = case.partition("-")[0]
            may = case != "acme-77" and may_audit(world.viewer(person), project)
            assert (answer.status_code == 200) is may, (address, person, case)
            assert answer.status_code in {200, 404}
        else:
            least = VERBS["note"].least if ROWS[address] == DEED else Sight.PUBLIC
            may = sight(world, person, case) >= least
            assert (answer.status_code != 404) is may, (address, person, case, answer.status_code)
            assert answer.status_code < 500
        if not person or ROWS[address] == EVIDENCE or sight(world, person, case) < Sight.PARTICIPANT:
            assert title(case) not in said, (address, person, case)


@pytest.mark.parametrize(
    ("address", "person"),
    [
        (address, person)
        for address, person in itertools.product(OF_CASES, ("rel", "nobody", "adm"))
        if person == "rel" or address.rpartition("/")[2] not in VERBS
    ],
)
def test_unknown_and_forbidden_are_one_answer_after_the_same_work(
    clients: dict[str, Client], programs: dict[str, Program], address: str, person: str
) -> None:
    fetch(address, "acme-77", clients[person], programs[person])  # what is looked up once, such as a desk
    answers, queries = [], []
    for case in ("acme-1", "acme-77"):
        with CaptureQueriesContext(connection) as asked:
            answer = fetch(address, case, clients[person], programs[person])
        answers.append((answer.status_code, answer.content.replace(case.encode(), b"CASE"), dict(answer.headers)))
        queries.append([query["sql"].replace(case, "CASE") for query in asked if "case_read" not in query["sql"]])
    for _, _, headers in answers:
        headers.pop("Content-Length", None)
    assert answers[0] == answers[1]
    assert len(queries[0]) == len(queries[1])


@pytest.mark.parametrize("address", [address for address, row in ROWS.items() if row in {LIST, OWN, OPEN}])
def test_no_list_shows_what_its_reader_may_not_see(
    world: Desk, clients: dict[str, Client], programs: dict[str, Program], address: str
) -> None:
    for person in PEOPLE:
        answer = fetch(address, "", clients[person], programs[person])
        assert answer.status_code in {200, 302, 401, 404}, (address, person)
        if not person and ROWS[address] != OPEN:
            assert answer.status_code in {302, 401}, address
        said = answer.content.decode(errors="replace")
        for case in CASES[:-1]:
            seen = sight(world, person, case) if person else Sight.NOTHING
            audits = bool(person) and may_audit(world.viewer(person), case.partition("-")[0])
            if seen < Sight.PARTICIPANT:
                assert title(case) not in said, (address, person, case)
            if seen is Sight.NOTHING and not (address.startswith("evidence") and audits):
                assert case not in said, (address, person, case)


@pytest.mark.parametrize("address", [address for address, row in ROWS.items() if row == ADMIN])
def test_accounts_are_for_administrators(clients: dict[str, Client], address: str) -> None:
    for person in PEOPLE:
        status = clients[person].get(f"/{address}").status_code
        assert status == (200 if person == "adm" else 404 if person else 302), (address, person)


@pytest.mark.parametrize("address", [address for address, row in ROWS.items() if row == POST])
def test_what_is_sent_is_not_fetched(clients: dict[str, Client], programs: dict[str, Program], address: str) -> None:
    for person in PEOPLE:
        answer = fetch(address, "", clients[person], programs[person])
        assert answer.status_code in {302, 401, 404, 405}, (address, person)


@pytest.mark.parametrize("address", [address for address, row in ROWS.items() if row == NEVER])
def test_nothing_is_there_without_a_secret(
    clients: dict[str, Client], programs: dict[str, Program], address: str
) -> None:
    for person, case in itertools.product(PEOPLE, CASES):
        path = address.replace("<str:digest>", "ab" * 32).replace("<path:name>", "x.css")
        path = path.replace("<str:token>", "mst_x_y").replace("(?P<rest>.*)", "nothing").strip("^$").replace("/?", "/")
        answer = fetch(path, case, clients[person], programs[person])
        assert answer.status_code in {302, 404}, (address, person, case)


def test_the_pages_of_the_library_name_no_case(clients: dict[str, Client]) -> None:
    for address in addresses():
        if row_of(address) == LIBRARY and "<" not in address and "^" not in address:
            for person in ("", "ada", "nobody"):
                answer = clients[person].get(f"/{address}")
                assert answer.status_code in {200, 301, 302, 401, 403, 404, 405}, (address, person)
                assert "acme-" not in answer.content.decode(errors="replace"), (address, person)


def test_somebody_without_a_second_factor_gets_to_nothing(world: Desk) -> None:
    del world
    from midstream.web.models import Account  # noqa: PLC0415 - needs Django set up

    Account.objects.filter(person="halfway").delete()
    halfway = visitor("halfway", second_factor=False)
    for address, row in ROWS.items():
        if row in {CASE, DEED, LIST, EVIDENCE, ADMIN, OWN} and not address.startswith("api"):
            answer = fetch(address, "acme-2", halfway, Program(""))
            assert (answer.status_code, answer.headers.get("Location")) == (302, "/accounts/2fa/"), address
