"""What would change: a verb carried out on paper, and the case before and after compared."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from midstream.cases import states
from midstream.cases.case import replay
from midstream.cases.guards import LASTING
from midstream.desk.derive import Known, known
from midstream.desk.desk import Desk
from midstream.desk.do import Order, decide_order
from midstream.ledger.fact import Fact
from midstream.policy.duties import Duty, clocks, standing


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that would stand otherwise: what it is, how it stands, and how it would stand."""

    what: str
    before: str
    after: str


class TaskChange(msgspec.Struct, frozen=True, kw_only=True):
    """One task that would stand otherwise; empty and None where it is not there."""

    task: str
    subject: str
    before: str
    after: str
    due_before: datetime | None
    due_after: datetime | None
    zone: str


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What a verb would do: the facts it would write, and what would follow. Nothing is recorded.

    `repeated` when the command was carried out before under its key; then `facts` are what it wrote.
    """

    facts: tuple[Fact, ...]
    changes: tuple[Change, ...] = ()
    tasks: tuple[TaskChange, ...] = ()
    widens: bool = False
    repeated: bool = False


def preview(desk: Desk, order: Order) -> Preview:
    """Return what the command would do on the facts as they stand; raises as `midstream.desk.do.do` does."""
    decision, repeated = decide_order(desk, order)
    if repeated:
        return Preview(facts=decision.already, repeated=True)
    facts = desk.chain(decision, key=order.key)
    stream = f"case/{order.case}"
    case = replay(decision.streams[stream], case=order.case)
    team = desk.team(case.project)
    before = known(case, team, desk.shelf)
    new = [fact for fact in facts if fact.stream == stream]
    after = known(replay((*case.facts, *new), case=order.case), team, desk.shelf)
    return Preview(
        facts=facts,
        changes=tuple(_changes(before, after)),
        tasks=tuple(_tasks(before, after, decision.now)),
        widens=states.is_public(after.case) and not states.is_public(before.case),
    )


def may_withdraw(fact: Fact, case: str) -> bool:
    """Return whether the fact can be taken back by a verb on this case."""
    lasting = fact.kind in LASTING or fact.kind in states.WIDENING
    return fact.stream == f"case/{case}" and fact.number > 1 and not lasting


def _changes(before: Known, after: Known) -> Iterable[Change]:
    was, then = _words(before), _words(after)
    for what in dict.fromkeys((*was, *then)):
        if was.get(what) != then.get(what):
            yield Change(what=what, before=was.get(what, ""), after=then.get(what, ""))


def _words(at: Known) -> dict[str, str]:
    case = at.case
    found = {
        "triage": states.triage(case),
        "embargo": states.embargo(case),
        "severity": states.severity(case),
        "CVE": states.cve(case),
        "fix": states.fix(case),
    }
    found |= {f"told {party}": state for party, state in states.parties(case).items()}
    found |= {f"on {channel}": state for channel, state in states.publications(case).items()}
    words = {what: f"{state.word} {state.detail}".strip() for what, state in found.items()}
    words |= {f"branch {name}": f"{cell.word} {cell.detail}".strip() for name, cell in states.cells(case).items()}
    started = clocks(case, at.policy, at.team) if at.policy else {}
    words |= {name: instant.at.isoformat(sep=" ", timespec="minutes") for name, instant in started.items()}
    words["seen by"] = "everybody" if states.is_public(case) else "the team and those who take part"
    return words


_LIVE = {"open", "overdue", "waiting"}


def _tasks(before: Known, after: Known, now: datetime) -> Iterable[TaskChange]:
    was = {duty.key: duty for duty in before.duties}
    then = {duty.key: duty for duty in after.duties}
    for key in dict.fromkeys((*was, *then)):
        change = _task(was.get(key), then.get(key), now)
        if change is not None:
            yield change


def _task(was: Duty | None, then: Duty | None, now: datetime) -> TaskChange | None:
    """Return how one task would move; None when it would not, or was done with and stays so."""
    some = then or was
    stood, stands = (standing(was, now) if was else ""), (standing(then, now) if then else "")
    due_was, due_then = (was.due_at if was else None), (then.due_at if then else None)
    if some is None or (stood, due_was) == (stands, due_then) or not {stood, stands} & _LIVE:
        return None
    return TaskChange(
        task=some.name,
        subject=some.subject,
        before=stood,
        after=stands,
        due_before=due_was,
        due_after=due_then,
        zone=some.zone,
    )
