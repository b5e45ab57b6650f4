"""The visibility rule is one rule: on facts (`cases`), in memory and as SQL, for any case and any viewer."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import combinations, cycle, product
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from midstream.cases import states
from midstream.cases.case import Case, replay
from midstream.cases.visibility import Sight, Viewer, readers, sight, told
from midstream.desk.ports import Store
from midstream.desk.views import CaseView, CellView
from midstream.ledger.chain import empty, record
from midstream.ledger.fact import Draft
from midstream.ledger.kinds import Body
from midstream.ledger.kinds.disclosure import AdvisoryPublished
from midstream.ledger.kinds.embargo import (
    EmbargoAgreed,
    EmbargoEnded,
    ParticipantInvited,
    ParticipantRemoved,
    PartyTold,
)
from midstream.ledger.kinds.intake import CaseOpened, FactWithdrawn, ReportReceived
from midstream.ledger.kinds.triage import ComponentNamed
from midstream.policy.duties import Duty
from midstream.store import open_store
from midstream.store.django_store import DjangoStore
from midstream.store.memory import MemoryStore
from midstream.store.visibility import seen_cases

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PROJECTS = ("tf-m", "zephyr")
AREAS = ("boot", "a'; --")
EVERYWHERE = tuple(product(PROJECTS, AREAS))
PEOPLE = ("ada", "Ada", "o'neil")
PARTIES = ("northcloud", "b'); --")
PLEDGED = tuple(product(PROJECTS, PARTIES))

access = st.one_of(
    st.builds(lambda person: ParticipantInvited(person=person, capacity="expert"), st.sampled_from(PEOPLE)),
    st.builds(lambda person: ParticipantRemoved(person=person, reason="no longer"), st.sampled_from(PEOPLE)),
)
others = st.one_of(
    st.builds(lambda area: ComponentNamed(component="c", area=area), st.sampled_from(AREAS)),
    st.builds(lambda area: ComponentNamed(component="c", area=area), st.sampled_from(("", *AREAS))),
    st.builds(lambda party: PartyTold(party=party, list="ess"), st.sampled_from(PARTIES)),
    st.just(EmbargoAgreed(until=NOW + timedelta(days=90))),
    st.just(EmbargoEnded(reason="agreed")),
    st.just(AdvisoryPublished(channel="web", advisory="A-1")),
    st.builds(lambda number: FactWithdrawn(number=number, reason="a mistake"), st.integers(1, 6)),
)
openings = st.one_of(
    st.builds(lambda project: CaseOpened(project=project, title="public words"), st.sampled_from(PROJECTS)),
    st.builds(
        lambda project: ReportReceived(project=project, channel="mail", title="secret words"), st.sampled_from(PROJECTS)
    ),
)
bodies = st.builds(lambda opening, rest: [opening, *rest], openings, st.lists(st.one_of(access, others), max_size=7))
viewers = st.builds(
    Viewer,
    person=st.sampled_from(("", *PEOPLE)),
    teams=st.sampled_from((frozenset[str](), frozenset[str](), frozenset({"tf-m"}), frozenset(PROJECTS))),
    areas=st.sampled_from([frozenset(some) for count in range(4) for some in combinations(EVERYWHERE, count)]),
    parties=st.sampled_from([frozenset(some) for count in range(3) for some in combinations(PLEDGED, count)]),
    audits=st.sampled_from((frozenset[str](), frozenset(PROJECTS))),
)


def case_of(name: str, said: list[Body], moments: list[int]) -> Case:
    """A case of these facts; they happened in any order, and were recorded in this one."""
    drafts = [
        Draft(stream=f"case/{name}", said_by="ada", happened_at=NOW - timedelta(hours=hours), body=body)
        for body, hours in zip(said, cycle(moments), strict=False)
    ]
    return replay(record(empty(f"case/{name}"), drafts, recorded_at=NOW, key=""), case=name)


def view_of(case: Case) -> CaseView:
    """What the rule needs of the case, as the desk derives it, with a duty and cells for the lists."""
    return CaseView(
        case=case.id,
        project=case.project,
        title=case.title,
        number=case.number,
        is_public=states.is_public(case),
        triage="accepted",
        embargo="agreed",
        fix="none",
        severity="high",
        began_at=case.began_at,
        areas=tuple(sorted(states.areas(case))),
        told=tuple(sorted(told(case))),
        readers=readers(case),
        duties=(
            Duty(case=case.id, key="d", name="d", clause="T1", policy="p", work="process", do=("note",), opens_at=NOW),
        ),
        cells=(CellView(branch="main", word="affected"),),
    )


@pytest.fixture(scope="module", params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    folder: Path = tmp_path_factory.mktemp("laws")
    made = open_store(url=str(folder / "store.db"), key_file=folder / "store.key")
    yield made
    made.close()


def said_by_sql(store: Store, who: Viewer, project: str) -> dict[str, Sight] | None:
    """How much of each case the SQL says the viewer sees, those of which it is nothing included."""
    if not isinstance(store, DjangoStore):
        return None
    sql, values = seen_cases(who, columns="v.case_id", at_least=Sight.NOTHING, project=project)
    with store.db.reading() as cursor:
        cursor.execute(sql, values)
        return {case: Sight(seen) for seen, case in cursor.fetchall()}


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    stories=st.lists(bodies, max_size=4),
    moments=st.lists(st.integers(1, 5), min_size=1, max_size=5),
    asking=st.lists(viewers, min_size=1, max_size=5),
    project=st.sampled_from(("", *PROJECTS)),
)
def test_the_store_shows_what_the_rule_says(
    store: Store, stories: list[list[Body]], moments: list[int], asking: list[Viewer], project: str
) -> None:
    cases = [case_of(f"c{place}", said, moments) for place, said in enumerate(stories)]
    store.replace_views([view_of(case) for case in cases])
    for who in asking:
        right = {case.id: sight(who, case) for case in cases if project in {"", case.project}}
        for seen in right.values():
            event(seen.name)
        assert said_by_sql(store, who, project) in (None, right)
        assert {case.id: store.sight_of_case(who, case.id) for case in cases} == {
            case.id: sight(who, case) for case in cases
        }
        assert store.sight_of_case(who, "no-such-case") is Sight.NOTHING
        visible = {case for case, seen in right.items() if seen >= Sight.PUBLIC}
        inside = {case for case, seen in right.items() if seen >= Sight.PARTICIPANT}
        lines = {line.case: line for line in store.case_lines(who, project=project)}
        board = {line.case: line for line in store.board_lines(who, project=project)}
        assert lines.keys() == board.keys() == visible
        assert {line.duty.case for line in store.task_lines(who, now=NOW, project=project)} == inside
        for case in visible - inside:
            assert (lines[case].title, lines[case].triage, dict(board[case].cells)) == ("", "", {})
        for case in inside:
            assert lines[case].triage == "accepted"
            assert list(board[case].cells) == ["main"]
