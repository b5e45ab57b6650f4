"""The demo through the desk: loaded once, never over somebody's own store, and worth looking at."""

import pytest

from midstream.cases.errors import Refused
from midstream.desk import reading
from midstream.desk.demo import DUTY, SHOWN, load_demo
from midstream.desk.desk import Desk
from midstream.desk.moving import verify_ledger
from midstream.desk.worker import work_once
from tests.desks import Clock, bare_desk, check_store, everything


@pytest.fixture
def demo(clock: Clock) -> Desk:
    """Serves the demo's project."""
    found = bare_desk(clock=clock)
    load_demo(found)
    return found


def test_the_demo_is_loaded_once(clock: Clock) -> None:
    desk = bare_desk(clock=clock)
    count = load_demo(desk)
    before = everything(desk)
    assert count == len(before[0]) > 100
    clock.pass_(days=1)
    assert load_demo(desk) == 0
    assert everything(desk) == before
    check_store(desk)
    assert verify_ledger(desk).complaints == ()


def test_the_demo_does_not_go_into_a_store_of_somebody_else(desk: Desk) -> None:
    before = everything(desk)
    with pytest.raises(Refused, match="the store holds project/acme"):
        load_demo(desk)
    assert everything(desk) == before


def test_the_demo_shows_tasks_that_are_overdue_and_due_and_whose_they_are(demo: Desk) -> None:
    tasks = reading.today(demo, by=DUTY, now=demo.clock()).tasks
    assert {task.case for task in tasks if task.invented} >= {"tf-m-1", SHOWN, "tf-m-3"}
    assert {task.standing for task in tasks} == {"open", "overdue"}
    assert any(DUTY in task.who for task in tasks)
    assert all(task.clause and task.because and task.kinds for task in tasks)


def test_the_demo_has_the_board_of_its_history(demo: Desk) -> None:
    lines = {line.case: line for line in reading.board(demo, by=DUTY)}
    assert {f"tfmv-{count}" for count in range(1, 12)} <= lines.keys()
    assert lines["tf-m-3"].cells["release/2.1.x"].word == "conflict"
    assert lines["tfmv-9"].cells["release/2.2.x"].detail == "TF-Mv2.2.1"


def test_the_history_is_public_and_the_cases_in_progress_are_not(demo: Desk) -> None:
    assert {line.case for line in reading.cases(demo, by="eve")} == {f"tfmv-{count}" for count in range(1, 12)}


def test_the_demo_can_be_asked_for_any_past_moment(demo: Desk, clock: Clock) -> None:
    past = clock().replace(year=2025)
    shown = reading.cases(demo, by=DUTY, as_of=past)
    assert {line.case for line in shown} <= {f"tfmv-{count}" for count in range(1, 12)}
    assert 0 < len(shown) < 11


def test_the_worker_finds_nothing_in_the_demo_that_it_cannot_do(demo: Desk) -> None:
    assert [done for done in work_once(demo) if done.outcome != "done"] == []
    check_store(demo)
