"""What people read: the order of tasks, whose they are, what was known at a past moment, why a task is there."""

from datetime import UTC, datetime, timedelta

import pytest

from midstream.desk import reading
from midstream.desk.desk import Desk
from midstream.desk.do import Order, do
from midstream.desk.errors import Misuse, NotFound
from midstream.desk.projects import load_project, record_shift
from midstream.desk.reading import Counts, Task, Today
from midstream.desk.views import BoardLine, board_order
from midstream.ledger.kinds.intake import ReportReceived
from tests.desks import COMMIT, PROJECT, START, Clock, act, embargoed, opened, reported, tell

PUBLIC = START + timedelta(days=90)


def tasks(
    desk: Desk, *, by: str = "ada", person: str = "", project: str = "", as_of: datetime | None = None
) -> list[Task]:
    return reading.today(desk, by=by, now=desk.clock(), person=person, project=project, as_of=as_of).tasks


def names(found: list[Task]) -> list[tuple[str, str]]:
    return [(task.case, task.task) for task in found]


# Today


def test_overdue_comes_before_due_and_of_two_at_once_the_graver(desk: Desk, clock: Clock) -> None:
    for count, severity in ((1, "low"), (2, "critical"), (3, "")):
        reported(desk, f"acme-{count}")
        if severity:
            act(desk, f"acme-{count}", "score", severity=severity)
    clock.pass_(days=1)
    reported(desk, "acme-4")
    act(desk, "acme-4", "score", severity="critical")
    clock.pass_(days=1, hours=1)
    found = [task for task in tasks(desk) if task.task == "acknowledge"]
    assert [(task.case, task.standing) for task in found] == [
        ("acme-2", "overdue"),
        ("acme-1", "overdue"),
        ("acme-3", "overdue"),
        ("acme-4", "open"),
    ]
    due = [task.due_at for task in tasks(desk) if task.due_at is not None]
    assert due == sorted(due)


def test_a_task_without_a_date_comes_last(desk: Desk) -> None:
    reported(desk)
    act(desk, "acme-1", "record-fix", commit=COMMIT)
    assert [task.due_at for task in tasks(desk)][-2:] == [None, None]
    assert names(tasks(desk))[-2:] == [("acme-1", "release:release/1.x"), ("acme-1", "release:release/2.x")]


@pytest.mark.parametrize("limit", [0, 1, 3, None])
def test_only_the_first_tasks_may_be_asked_for_and_all_are_counted(desk: Desk, clock: Clock, limit: int | None) -> None:
    embargoed(desk)
    act(desk, "acme-1", "record-fix", commit=COMMIT)
    clock.pass_(days=2, hours=1)
    reported(desk, "acme-2")
    whole = reading.today(desk, by="ada", now=clock())
    assert reading.today(desk, by="ada", now=clock(), limit=limit) == Today(
        tasks=whole.tasks[:limit], counts=whole.counts
    )
    assert whole.counts == Counts(overdue=3, day=0, week=2, later=3, undated=2)
    assert reading.today(desk, by="ada", now=clock(), as_of=clock(), limit=limit).counts == whole.counts
    mine = reading.today(desk, by="ada", now=clock(), person="rel", limit=limit)
    assert mine.counts == Counts(overdue=0, day=0, week=0, later=0, undated=2)
    assert reading.today(desk, by="eve", now=clock()).counts == Counts(overdue=0, day=0, week=0, later=0, undated=0)


def test_a_task_says_all_that_its_list_shows(desk: Desk) -> None:
    reported(desk)
    [triage] = [task for task in tasks(desk) if task.task == "triage"]
    assert (triage.name, triage.clause, triage.policy, triage.work) == ("triage", "A2", "acme 1", "expert")
    assert (triage.because, triage.kinds) == ((1,), ("report.received",))
    assert triage.missing == ("report.accepted", "report.rejected", "duplicate.linked")
    assert triage.commands == ("acme-1 accept", "acme-1 reject reason=…")
    # Friday 10:30 in Paris and three working days.
    assert (triage.zone, triage.due_at) == ("Europe/Paris", datetime(2026, 11, 25, 9, 30, tzinfo=UTC))
    assert (triage.who, triage.who_why) == (("ada",), "skill triage")
    assert (triage.severity, triage.title, triage.invented) == ("unscored", "Key leaks", False)


def test_a_command_names_the_branch_or_party_the_task_is_about(desk: Desk) -> None:
    embargoed(desk)
    act(desk, "acme-1", "mark-affected", branch="release/1.x")
    act(desk, "acme-1", "record-fix", commit=COMMIT)
    commands = {task.task: task.commands for task in tasks(desk)}
    assert commands["tell-ess:northcloud"] == ("acme-1 notify party=northcloud list=ess",)
    assert commands["backport:release/1.x"] == (
        "acme-1 record-backport branch=release/1.x commit=…",
        "acme-1 waive branch=release/1.x reason=…",
    )


def test_a_task_belongs_to_whoever_claimed_it_is_on_duty_or_has_the_skill(desk: Desk) -> None:
    embargoed(desk)
    act(desk, "acme-1", "name-component", component="loader", area="crypto")
    act(desk, "acme-1", "mark-affected", branch="release/1.x")
    act(desk, "acme-1", "record-fix", commit=COMMIT)
    whose = {task.task: (task.who, task.who_why) for task in tasks(desk)}
    assert whose["acknowledge"] == (("ada",), "on duty")
    assert whose["backport:release/1.x"] == (("bob", "mia"), "skill fix, code area")
    assert whose["release:release/1.x"] == (("rel",), "release-manager")
    assert whose["draft-the-advisory"] == (("bob", "mia"), "code area")
    assert {task.task for task in tasks(desk, person="mia")} == {"backport:release/1.x", "draft-the-advisory"}
    act(desk, "acme-1", "claim", by="mia", task="acknowledge")
    assert ("acme-1", "acknowledge") in names(tasks(desk, person="mia"))
    assert ("acme-1", "acknowledge") not in names(tasks(desk, person="ada"))
    act(desk, "acme-1", "hand-over", by="mia", task="acknowledge", to="bob", note="I leave at noon.")
    assert [task.who for task in tasks(desk) if task.task == "acknowledge"] == [("bob",)]
    act(desk, "acme-1", "release-task", by="bob", task="acknowledge")
    assert [task.who for task in tasks(desk) if task.task == "acknowledge"] == [("ada",)]


def test_who_is_away_has_no_tasks_and_without_anybody_a_task_says_so(desk: Desk, clock: Clock) -> None:
    reported(desk)
    record_shift(
        desk, project="acme", person="ada", starts_at=START, ends_at=START + timedelta(days=9), by="ada", absent=True
    )
    whose = {task.task: (task.who, task.who_why) for task in tasks(desk)}
    assert whose["acknowledge"] == ((), "on duty")
    assert whose["triage"] == (("bob",), "response team")
    clock.pass_(days=9)
    assert {task.task: task.who for task in tasks(desk)}["triage"] == ("ada",)


def test_today_can_be_narrowed_to_a_project(desk: Desk) -> None:
    load_project(desk, text=PROJECT.replace('"acme"', '"zeta"', 1), where="midstream.toml", by="ada")
    from midstream.desk.projects import activate_policy  # noqa: PLC0415 - one test needs it
    from tests.desks import book  # noqa: PLC0415 - as above

    activate_policy(desk, project="zeta", book=book(), by="ada")
    reported(desk, "acme-1")
    reported(desk, "zeta-1")
    now = desk.clock()
    for as_of in (None, now):
        assert {task.case for task in tasks(desk, as_of=as_of)} == {"acme-1", "zeta-1"}
        assert {task.case for task in tasks(desk, project="zeta", as_of=as_of)} == {"zeta-1"}
        lines = reading.cases(desk, by="ada", project="zeta", as_of=as_of)
        assert [line.case for line in lines] == ["zeta-1"]
    assert [line.case for line in reading.board(desk, by="ada", project="zeta")] == ["zeta-1"]


# As of


def test_a_past_moment_knows_only_what_had_been_recorded_by_then(desk: Desk, clock: Clock) -> None:
    reported(desk)
    first = clock()
    clock.pass_(days=3)
    late = clock.now - timedelta(days=2)
    do(desk, Order(verb="acknowledge", case="acme-1", fields={}, by="ada", at=late))
    act(desk, "acme-1", "accept")
    between = clock.now - timedelta(days=1)
    # By then it had happened, but nobody had written it down.
    assert ("acme-1", "acknowledge") in names(tasks(desk, as_of=between))
    assert ("acme-1", "acknowledge") not in names(tasks(desk))
    assert [fact.number for fact in reading.show(desk, "acme-1", by="ada", as_of=between).facts] == [1]
    [why] = reading.why(desk, "acme-1", by="ada", now=clock(), task="acknowledge", as_of=between)
    assert (why.standing, why.closed_by) == ("open", None)
    [why] = reading.why(desk, "acme-1", by="ada", now=clock(), task="acknowledge")
    assert (why.standing, why.duty.met_at) == ("met", late)
    assert why.closed_by is not None
    assert why.closed_by.number == 2
    [line] = reading.cases(desk, by="ada", as_of=first)
    assert (line.triage, line.number, line.next_due_at) == ("unacknowledged", 1, START + timedelta(days=2))
    assert reading.cases(desk, by="ada") == reading.cases(desk, by="ada", as_of=clock())
    assert tasks(desk) == tasks(desk, as_of=clock())


def test_before_anything_was_known_there_is_nothing_to_show(desk: Desk) -> None:
    reported(desk)
    before = START - timedelta(days=1)
    assert tasks(desk, as_of=before) == []
    assert reading.cases(desk, by="ada", as_of=before) == []
    with pytest.raises(Misuse, match="nothing was known of acme-1 at that moment"):
        reading.show(desk, "acme-1", by="ada", as_of=before)


def test_a_case_older_than_its_project_here_is_listed_from_when_the_project_was_loaded(
    desk: Desk, clock: Clock
) -> None:
    text = PROJECT.replace('"acme"', '"zeta"', 1)
    tell(desk, "case/zeta-1", ReportReceived(project="zeta", channel="mail", title="Early"))
    early = clock()
    clock.pass_(days=1)
    load_project(desk, text=text, where="midstream.toml", by="ada")
    assert reading.cases(desk, by="ada", as_of=early) == []
    assert [line.case for line in reading.cases(desk, by="ada")] == ["zeta-1"]


def test_access_is_decided_by_the_case_as_it_is_now(desk: Desk, clock: Clock) -> None:
    reported(desk)
    act(desk, "acme-1", "invite", person="xeno", capacity="expert", pledge=True)
    act(desk, "acme-1", "score", severity="high")
    invited = clock()
    clock.pass_(days=1)
    assert tasks(desk, by="xeno", as_of=invited)
    act(desk, "acme-1", "remove", person="xeno", reason="Left the company.")
    assert tasks(desk, by="xeno", as_of=invited) == []
    with pytest.raises(NotFound):
        reading.show(desk, "acme-1", by="xeno", as_of=invited)


def test_the_rotation_of_a_past_moment_decides_whose_a_task_was(desk: Desk, clock: Clock) -> None:
    reported(desk)
    clock.pass_(hours=1)
    record_shift(desk, project="acme", person="bob", starts_at=clock(), ends_at=clock() + timedelta(days=1), by="ada")
    clock.pass_(hours=1)
    assert [task.who for task in tasks(desk) if task.task == "acknowledge"] == [("bob",)]
    then = tasks(desk, as_of=START + timedelta(minutes=30))
    assert [task.who for task in then if task.task == "acknowledge"] == [("ada",)]


# Why


def test_why_names_rule_span_facts_and_what_is_missing(desk: Desk, clock: Clock) -> None:
    embargoed(desk)
    act(desk, "acme-1", "mark-affected", branch="release/1.x")
    act(desk, "acme-1", "record-fix", commit=COMMIT)
    act(desk, "acme-1", "claim", by="bob", task="backport:release/1.x")
    found = {entry.duty.key: entry for entry in reading.why(desk, "acme-1", by="ada", now=clock())}
    assert {key: found[key].span for key in ("triage", "backport:release/1.x", "keep-in-touch:1")} == {
        "triage": "within 3 working days",
        "backport:release/1.x": "by the public date",
        "keep-in-touch:1": "every 30 days",
    }
    assert found["draft-the-advisory"].span == "14 days before the public date"
    backport = found["backport:release/1.x"]
    assert [fact.kind for fact in backport.opened_by] == ["fix.merged", "branch.affected", "report.received"]
    assert backport.duty.missing == ("backport.merged", "backport.waived")
    assert (backport.claimed_by, [fact.kind for fact in backport.history]) == ("bob", ["task.claimed"])
    assert (found["triage"].standing, found["end-embargo"].standing) == ("met", "waiting")


def test_why_tells_what_met_or_lifted_a_task(desk: Desk, clock: Clock) -> None:
    embargoed(desk)
    act(desk, "acme-1", "notify", party="northcloud", list="ess")
    act(desk, "acme-1", "grant-exception", obligation="assign CVE", reason="Another authority does.")
    clock.pass_(days=3)
    act(desk, "acme-1", "acknowledge")
    found = {entry.duty.key: entry for entry in reading.why(desk, "acme-1", by="ada", now=clock())}
    closed = {key: entry.closed_by.kind for key, entry in found.items() if entry.closed_by is not None}
    assert closed["tell-ess:northcloud"] == "party.told"
    assert closed["assign-cve"] == "exception.granted"
    assert found["assign-cve"].standing == "lifted"
    assert found["acknowledge"].standing == "met late"


def test_why_of_all_rounds_of_a_task_is_asked_by_its_name(desk: Desk, clock: Clock) -> None:
    reported(desk)
    clock.pass_(days=10)
    act(desk, "acme-1", "update-reporter")
    found = reading.why(desk, "acme-1", by="ada", now=clock(), task="keep-in-touch")
    assert [(entry.duty.key, entry.standing) for entry in found] == [
        ("keep-in-touch:1", "met"),
        ("keep-in-touch:2", "open"),
    ]
    with pytest.raises(Misuse, match="acme-1 has no task 'keep'") as caught:
        reading.why(desk, "acme-1", by="ada", now=clock(), task="keep")
    assert "keep-in-touch:1" in caught.value.hint


def test_a_case_under_no_policy_has_no_tasks_and_says_so(desk: Desk, clock: Clock) -> None:
    text = PROJECT.replace('"acme"', '"zeta"', 1)
    load_project(desk, text=text, where="midstream.toml", by="ada")
    opened(desk, "zeta-1")
    shown = reading.show(desk, "zeta-1", by="ada")
    assert (shown.known.policy, shown.known.duties, shown.clocks) == (None, (), {})
    assert reading.why(desk, "zeta-1", by="ada", now=clock()) == []
    with pytest.raises(Misuse) as caught:
        reading.why(desk, "zeta-1", by="ada", now=clock(), task="triage")
    assert caught.value.hint == "It has no tasks for you to see."


# Board


def test_the_board_has_a_cell_per_branch_facts_speak_of(desk: Desk) -> None:
    embargoed(desk)
    act(desk, "acme-1", "mark-affected", branch="release/1.x")
    act(desk, "acme-1", "record-fix", commit=COMMIT)
    [line] = reading.board(desk, by="ada")
    assert {name: cell.word for name, cell in line.cells.items()} == {"main": "merged", "release/1.x": "affected"}
    shown = reading.show(desk, "acme-1", by="ada")
    assert {name: cell.word for name, cell in shown.branches.items()} == {
        "main": "merged",
        "release/1.x": "affected",
        "release/2.x": "unknown",
    }
    assert shown.clocks == {"public date": PUBLIC}


def test_a_name_that_nobody_has_is_no_empty_list(desk: Desk) -> None:
    with pytest.raises(Misuse, match="nobody in your projects is called 'adda'") as caught:
        reading.today(desk, by="ada", now=desk.clock(), person="adda")
    assert caught.value.hint == "Did you mean 'ada'?"
    assert reading.today(desk, by="stranger", now=desk.clock(), person="adda").tasks == []


def test_the_board_counts_numbers_in_names_as_numbers() -> None:
    names = ["tf-m-10", "tfmv-2", "tf-m-9", "tf-m-2", "a"]
    lines = [
        BoardLine(case=name, project="p", title="", cve="", severity="unscored", cells={}, invented=False)
        for name in names
    ]
    assert [line.case for line in sorted(lines, key=board_order)] == ["a", "tf-m-2", "tf-m-9", "tf-m-10", "tfmv-2"]
