"""What a change of policy would move: these tasks and no others."""

from datetime import timedelta

import pytest

from midstream.desk.desk import Desk
from midstream.desk.errors import Misuse, NotFound
from midstream.desk.policy_diff import Move, policy_diff
from tests.desks import POLICY, START, Clock, act, book, embargoed, everything, reported

DAY = timedelta(days=1)


def moves(desk: Desk, text: str, *, by: str = "ada") -> list[Move]:
    return policy_diff(desk, project="acme", book=book(text), by=by, now=desk.clock())


def test_the_same_policy_moves_nothing(desk: Desk) -> None:
    embargoed(desk)
    assert moves(desk, POLICY) == []
    assert moves(desk, POLICY.replace('version = "1"', 'version = "2"')) == []


def test_a_longer_span_moves_its_tasks_and_no_others(desk: Desk, clock: Clock) -> None:
    embargoed(desk)
    reported(desk, "acme-2")
    act(desk, "acme-2", "acknowledge")
    clock.pass_(days=3)
    before = everything(desk)
    assert moves(desk, POLICY.replace('within = "2 days"', 'within = "4 days"')) == [
        Move(
            case="acme-1",
            task="acknowledge",
            standing_now="overdue",
            due_now=START + 2 * DAY,
            standing_then="open",
            due_then=START + 4 * DAY,
        ),
        Move(
            case="acme-2",
            task="acknowledge",
            standing_now="met",
            due_now=START + 2 * DAY,
            standing_then="met",
            due_then=START + 4 * DAY,
        ),
    ]
    assert everything(desk) == before


def test_a_clock_moves_every_task_that_hangs_on_it(desk: Desk) -> None:
    embargoed(desk)
    found = moves(desk, POLICY.replace('length = "90 days"', 'length = "60 days"'))
    assert [(move.task, move.due_now, move.due_then) for move in found] == [
        ("draft-the-advisory", START + 76 * DAY, START + 46 * DAY),
        ("end-embargo", START + 90 * DAY, START + 60 * DAY),
    ]


def test_a_new_name_is_a_task_that_vanishes_and_one_that_appears(desk: Desk) -> None:
    reported(desk)
    found = moves(desk, POLICY.replace('name = "acknowledge"', 'name = "answer"'))
    assert [(move.task, move.standing_now, move.standing_then) for move in found] == [
        ("acknowledge", "open", ""),
        ("answer", "", "open"),
    ]
    assert (found[0].due_then, found[1].due_now) == (None, None)


def test_a_text_that_was_not_in_force_when_the_case_began_leaves_it_without_tasks(desk: Desk) -> None:
    reported(desk)
    assert {move.standing_then for move in moves(desk, POLICY.replace("2020-01-01", "2026-12-01"))} == {""}


def test_one_sees_the_moves_of_the_cases_one_sees(desk: Desk) -> None:
    longer = POLICY.replace('within = "2 days"', 'within = "4 days"')
    reported(desk, "acme-1")
    reported(desk, "acme-2")
    act(desk, "acme-2", "invite", person="xeno", capacity="expert", pledge=True)
    act(desk, "acme-1", "decline-embargo")
    assert {move.case for move in moves(desk, longer)} == {"acme-1", "acme-2"}
    assert {move.case for move in moves(desk, longer, by="xeno")} == {"acme-2"}
    assert moves(desk, longer, by="eve") == []


def test_policies_the_project_does_not_follow_are_no_change_of_its_policy(desk: Desk) -> None:
    reported(desk)
    with pytest.raises(Misuse, match="acme follows the policy 'acme', which is not among them") as caught:
        moves(desk, POLICY.replace('name = "acme"', 'name = "acne"'))
    assert caught.value.hint == "Did you mean 'acne'?"
    with pytest.raises(NotFound):
        policy_diff(desk, project="zeta", book=book(), by="ada", now=START)


def test_progress_counts_the_cases_looked_at(desk: Desk) -> None:
    reported(desk, "acme-1")
    reported(desk, "acme-2")
    ticks: list[None] = []
    policy_diff(desk, project="acme", book=book(), by="ada", now=START, tick=lambda: ticks.append(None))
    assert len(ticks) == 2
