"""The worker: due process tasks that need nobody, each once, at their time, and again later when they fail."""

from datetime import timedelta

import pytest

from midstream.cases.verbs import VERBS
from midstream.desk.desk import WORKER, Desk
from midstream.desk.do import Order, do
from midstream.desk.projects import activate_policy, reserve_cves
from midstream.desk.worker import Done, Idle, idle, work_once
from midstream.ledger.fact import Fact
from midstream.ledger.kinds.process import ActionAttempted
from tests.desks import CVES, POLICY, START, Clock, act, bare_desk, book, check_store, embargoed, everything, reported

PUBLIC = START + timedelta(days=90)


def attempts(desk: Desk, case: str = "acme-1") -> list[Fact]:
    return [fact for fact in desk.store.facts(f"case/{case}") if isinstance(fact.body, ActionAttempted)]


def kinds(desk: Desk, case: str = "acme-1") -> list[str]:
    return [fact.kind for fact in desk.store.facts(f"case/{case}")]


def without_cves(desk: Desk) -> None:
    """Give every CVE id away."""
    for count, cve in enumerate(CVES, 50):
        act(desk, reported(desk, f"acme-{count}"), "assign-cve", cve=cve)


def test_an_embargo_ends_when_it_is_due_and_not_a_moment_before(desk: Desk, clock: Clock) -> None:
    embargoed(desk)
    act(desk, "acme-1", "assign-cve")
    clock.now = PUBLIC - timedelta(microseconds=1)
    assert work_once(desk) == []
    assert "embargo.ended" not in kinds(desk)
    clock.now = PUBLIC
    [done] = work_once(desk)
    assert (done.case, done.task, done.verb, done.outcome) == ("acme-1", "end-embargo", "end-embargo", "done")
    ended, tried = desk.store.facts("case/acme-1")[-2:]
    assert (ended.kind, ended.body.reason, ended.said_by) == ("embargo.ended", "expired", WORKER)  # type: ignore[attr-defined]
    assert tried.body == ActionAttempted(task="end-embargo", verb="end-embargo", attempt=1, outcome="done")
    assert ended.key == tried.key
    assert work_once(desk) == []
    check_store(desk)


@pytest.mark.parametrize(("verb", "reason"), [("record-public", "public"), ("record-exploit-active", "exploited")])
def test_the_reason_is_read_from_what_brought_the_date_forward(
    desk: Desk, clock: Clock, verb: str, reason: str
) -> None:
    embargoed(desk)
    act(desk, "acme-1", "assign-cve")
    clock.pass_(days=3)
    act(desk, "acme-1", verb)
    [done] = work_once(desk)
    assert done.outcome == "done"
    ended = next(fact for fact in desk.store.facts("case/acme-1") if fact.kind == "embargo.ended")
    assert ended.body.reason == reason  # type: ignore[attr-defined]


def test_an_extension_puts_the_end_off(desk: Desk, clock: Clock) -> None:
    embargoed(desk)
    act(desk, "acme-1", "assign-cve")
    act(desk, "acme-1", "extend-embargo", until=PUBLIC + timedelta(days=5), reason="A holiday is near.")
    clock.now = PUBLIC + timedelta(days=4)
    assert work_once(desk) == []
    clock.now = PUBLIC + timedelta(days=5)
    assert [done.outcome for done in work_once(desk)] == ["done"]


def test_an_embargo_extended_while_the_worker_looks_does_not_end(desk: Desk, clock: Clock) -> None:
    embargoed(desk)
    act(desk, "acme-1", "assign-cve")
    clock.now = PUBLIC

    class Racing:
        def __getattr__(self, name: str) -> object:
            return getattr(store, name)

        def task_lines(self, *args: object, **more: object) -> object:
            lines = store.task_lines(*args, **more)  # type: ignore[arg-type]
            other = bare_desk(clock=desk.clock, store=store)
            fields = {"until": PUBLIC + timedelta(days=5), "reason": "Agreed an hour ago."}
            do(
                other,
                Order(verb="extend-embargo", case="acme-1", fields=fields, by="ada", at=PUBLIC - timedelta(hours=1)),
            )
            return lines

    store, desk.store = desk.store, Racing()  # type: ignore[assignment]
    [done] = work_once(desk)
    assert (done.outcome, done.detail) == ("failed", "the task end-embargo of acme-1 is waiting now")
    assert "embargo.ended" not in kinds(desk)
    desk.store = store
    clock.now = PUBLIC + timedelta(days=5)
    assert [done.outcome for done in work_once(desk)] == ["done"]


def test_an_accepted_case_gets_its_cve(desk: Desk) -> None:
    reported(desk)
    assert work_once(desk) == []
    act(desk, "acme-1", "accept")
    [done] = work_once(desk)
    assert done == Done(
        case="acme-1",
        task="assign-cve",
        verb="assign-cve",
        outcome="done",
        detail="cve.assigned, action.attempted, cve.allocated",
    )
    assert desk.team("acme").free_cves == CVES[1:]
    assert work_once(desk) == []


def test_a_failed_attempt_is_a_fact_and_is_made_again_ever_later_up_to_twelve_hours(desk: Desk, clock: Clock) -> None:
    without_cves(desk)
    act(desk, reported(desk), "accept")
    waits = [5, 10, 20, 40, 80, 160, 320, 640, 720, 720]
    for count, minutes in enumerate(waits, 1):
        now = clock()
        [failed] = work_once(desk)
        assert (failed.outcome, failed.detail) == ("failed", "no free CVE id is left")
        assert failed.again_at == now + timedelta(minutes=minutes)
        last = attempts(desk)[-1]
        assert last.body == ActionAttempted(
            task="assign-cve", verb="assign-cve", attempt=count, outcome="failed", detail="no free CVE id is left"
        )
        clock.now = now + timedelta(minutes=minutes, microseconds=-1)
        [waiting] = work_once(desk)
        assert (waiting.outcome, waiting.again_at) == ("waiting", now + timedelta(minutes=minutes))
        assert len(attempts(desk)) == count
        clock.now = now + timedelta(minutes=minutes)
    reserve_cves(desk, project="acme", cves=["CVE-2026-20001"], by="ada")
    [done] = work_once(desk)
    assert done.outcome == "done"
    assert attempts(desk)[-1].body.attempt == len(waits) + 1  # type: ignore[attr-defined]
    check_store(desk)


def test_two_workers_at_once_do_a_task_once(desk: Desk) -> None:
    act(desk, reported(desk), "accept")
    raced = False

    class Racing:
        """Lets the other worker finish when this one has decided and is about to record."""

        def __getattr__(self, name: str) -> object:
            return getattr(store, name)

        def append(self, *args: object, **more: object) -> None:
            nonlocal raced
            if not raced:
                raced = True
                work_once(bare_desk(clock=desk.clock, store=store))
            store.append(*args, **more)  # type: ignore[arg-type]

    store, desk.store = desk.store, Racing()  # type: ignore[assignment]
    [done] = work_once(desk)
    assert (done.outcome, done.detail) == ("done", "was done already")
    assert kinds(desk).count("cve.assigned") == 1
    assert len(attempts(desk)) == 1


def test_two_workers_who_fail_at_once_record_one_failure(desk: Desk) -> None:
    without_cves(desk)
    act(desk, reported(desk), "accept")
    raced = False

    class Racing:
        def __getattr__(self, name: str) -> object:
            return getattr(store, name)

        def append(self, *args: object, **more: object) -> None:
            nonlocal raced
            if not raced:
                raced = True
                work_once(bare_desk(clock=desk.clock, store=store))
            store.append(*args, **more)  # type: ignore[arg-type]

    store, desk.store = desk.store, Racing()  # type: ignore[assignment]
    assert [done.outcome for done in work_once(desk)] == ["failed"]
    assert len(attempts(desk)) == 1


def test_a_person_who_takes_the_key_of_the_worker_does_not_stop_it(desk: Desk) -> None:
    from midstream.desk.do import Order, do, task_key  # noqa: PLC0415 - one test needs them

    act(desk, reported(desk), "accept")
    act(desk, "acme-1", "invite", person="xeno", capacity="expert", pledge=True)
    key = task_key("acme-1", "assign-cve", "assign-cve", START)
    do(desk, Order(verb="note", case="acme-1", fields={"text": "Mine."}, by="xeno", key=key))
    assert [done.outcome for done in work_once(desk)] == ["done"]
    assert desk.store.facts("case/acme-1")[-1].key == key


@pytest.mark.parametrize("steps", [["withdraw"], ["withdraw", "decline-embargo"], []])
def test_nothing_is_made_public_that_nobody_agreed_to_make_public(desk: Desk, clock: Clock, steps: list[str]) -> None:
    """Not even where the policy ends the embargo of every accepted case; an agreement taken back is none."""
    whole = POLICY.replace('when = ["embargo.agreed"]', 'when = ["report.accepted"]')
    assert whole != POLICY
    activate_policy(desk, project="acme", book=book(whole), by="ada")
    act(desk, reported(desk), "accept")
    act(desk, "acme-1", "assign-cve")
    if steps:
        agreed = act(desk, "acme-1", "agree-embargo").facts[0].number
        act(desk, "acme-1", "withdraw", number=agreed, reason="It was another case.")
    if "decline-embargo" in steps:
        act(desk, "acme-1", "decline-embargo")
    clock.now = PUBLIC + timedelta(days=1)
    before = everything(desk)
    assert work_once(desk) == []
    assert everything(desk) == before


def test_only_verbs_that_may_run_unattended_are_run(desk: Desk, clock: Clock) -> None:
    """Every task of the case is open and due; all but the one verb is left to people."""
    assert {name for name, verb in VERBS.items() if verb.unattended} == {"assign-cve", "end-embargo"}
    embargoed(desk)
    clock.now = PUBLIC + timedelta(days=1)
    before = set(kinds(desk))
    assert {done.verb for done in work_once(desk)} == {"assign-cve", "end-embargo"}
    assert set(kinds(desk)) - before == {"cve.assigned", "embargo.ended", "action.attempted"}


def test_expert_work_is_never_done_unattended(desk: Desk, clock: Clock) -> None:
    expert = POLICY.replace(
        'until = "embargo.ended"\nwithin = "0 hours"\nwork = "process"',
        'until = "embargo.ended"\nwithin = "0 hours"\nwork = "expert"\nask = "Is it over?"',
    )
    assert expert != POLICY
    activate_policy(desk, project="acme", book=book(expert), by="ada")
    embargoed(desk)
    act(desk, "acme-1", "assign-cve")
    clock.now = PUBLIC
    before = everything(desk)
    assert work_once(desk) == []
    assert everything(desk) == before


def test_the_worker_serves_every_project(desk: Desk) -> None:
    from midstream.desk.projects import load_project  # noqa: PLC0415 - one test needs it
    from tests.desks import PROJECT  # noqa: PLC0415 - as above

    text = PROJECT.replace('id = "acme"', 'id = "zeta"').replace('"ada"', '"zoe"').replace('"bob"', '"bea"')
    load_project(desk, text=text, where="midstream.toml", by="zoe")
    activate_policy(desk, project="zeta", book=book(), by="zoe")
    reserve_cves(desk, project="zeta", cves=["CVE-2026-30001"], by="zoe")
    for case, by in (("acme-1", "ada"), ("zeta-1", "zoe")):
        act(desk, reported(desk, case), "accept", by=by)
    assert [(done.case, done.outcome) for done in work_once(desk)] == [("acme-1", "done"), ("zeta-1", "done")]


def test_a_worker_that_stopped_is_noticed_when_something_waits_for_it(desk: Desk, clock: Clock) -> None:
    embargoed(desk)
    act(desk, "acme-1", "assign-cve")
    assert idle(desk, who=desk.viewer("ada"), now=clock.now) is None  # it never ran, and nothing is for it to do
    clock.now = PUBLIC - timedelta(days=1)
    work_once(desk)
    clock.now = PUBLIC + timedelta(minutes=29)
    assert idle(desk, who=desk.viewer("ada"), now=clock.now) is None  # what waits has not waited for long
    clock.now = PUBLIC + timedelta(days=3)
    found = idle(desk, who=desk.viewer("ada"), now=clock.now)
    assert found == Idle(last_at=PUBLIC - timedelta(days=1), tasks=1, is_more=False, since=PUBLIC)
    assert (
        idle(desk, who=desk.viewer("nobody"), now=clock.now) is None
    )  # whoever may not see the case is told nothing of it
    work_once(desk)
    assert idle(desk, who=desk.viewer("ada"), now=clock.now) is None


def test_a_worker_that_never_ran_is_noticed_too(desk: Desk, clock: Clock) -> None:
    embargoed(desk)
    act(desk, "acme-1", "assign-cve")
    clock.now = PUBLIC + timedelta(hours=1)
    found = idle(desk, who=desk.viewer("ada"), now=clock.now)
    assert found
    assert (found.last_at, found.tasks, found.since) == (None, 1, PUBLIC)


def test_a_worker_that_fails_and_tries_again_is_not_taken_for_stopped(desk: Desk, clock: Clock) -> None:
    without_cves(desk)
    embargoed(desk)
    clock.pass_(days=2)
    assert [done.outcome for done in work_once(desk)] == ["failed"]
    clock.pass_(minutes=10)
    assert idle(desk, who=desk.viewer("ada"), now=clock.now) is None
