"""The worker's side of the desk: due process tasks whose verb may run unattended, each done once."""

from datetime import datetime, timedelta

import msgspec

from midstream.cases.errors import Refused
from midstream.cases.verbs import VERBS
from midstream.cases.visibility import Viewer
from midstream.desk.desk import WORKER, Decision, Desk
from midstream.desk.do import Order, Receipt, do, task_key
from midstream.desk.errors import DeskError
from midstream.desk.ports import PublishTrouble
from midstream.desk.views import TaskLine
from midstream.formats.base.fault import DocumentError
from midstream.ledger.errors import LedgerError
from midstream.ledger.fact import Draft, Fact
from midstream.ledger.kinds.embargo import EmbargoAgreed
from midstream.ledger.kinds.process import ActionAttempted
from midstream.policy.owners import Sort

PUBLISH = "record-publication"
"""The verb whose duty the worker meets by publishing on the public site, in whatever state the fix is."""
FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=12)
LATE = timedelta(minutes=30)
"""How long after its last look the worker counts as stopped: it is meant to look every few minutes."""
MOST = 100
"""How many tasks are looked at to find those that wait for it."""


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one task: done, failed (tried again at `again_at`), or waiting for its next attempt."""

    case: str
    task: str
    verb: str
    outcome: str
    detail: str = ""
    again_at: datetime | None = None


def work_once(desk: Desk) -> list[Done]:
    """Return what became of every open process task whose verb may run unattended.

    What one of them opens is done in the same run: an embargo that ends is followed by the advisory. Each attempt is a
    fact. A failed one is tried again after 5 minutes, then twice as long each time, up to 12 hours. A task is done
    under a key of its own, so that two workers never do one twice. That it looked is kept, so that people are told when
    it looks no more.
    """
    found: list[Done] = []
    tried: set[tuple[str, str]] = set()
    while True:
        now = desk.clock()  # what opened a moment ago is open now
        lines = desk.store.task_lines(desk.viewer(WORKER), now=now)
        new = [line for line in lines if (line.duty.case, line.duty.key) not in tried]
        tried |= {(line.duty.case, line.duty.key) for line in new}
        done = [_attempt(desk, line, verb, now) for line in new if (verb := _verb_for(desk, line))]
        found += done
        if not any(each.outcome == "done" for each in done):
            desk.store.keep_run(WORKER, at=now)
            return found


def _verb_for(desk: Desk, line: TaskLine) -> str:
    """Return the verb by which the worker meets a task; empty for a task that is for people."""
    if line.duty.work != "process":
        return ""
    if PUBLISH in line.duty.do and desk.site_at and line.project:
        return PUBLISH
    verb = next((name for name in line.duty.do if VERBS[name].unattended), "")
    return verb if verb and _is_asked(desk, line.duty.case, verb) else ""


class Idle(msgspec.Struct, frozen=True, kw_only=True):
    """That the worker does not run while there is something for it: when it last did, and what waits for it.

    `last_at` is None when it never ran; `is_more` says that more than `tasks` wait; `since` is when the first began to.
    """

    last_at: datetime | None
    tasks: int
    is_more: bool
    since: datetime


def idle(desk: Desk, *, who: Viewer, now: datetime) -> Idle | None:
    """Return that the worker looks no more though tasks that the viewer may see wait for it; None when all is well.

    All is well when it looked within the last half hour, or when no task of its own has been open for as long.
    """
    last_at = desk.store.last_run(WORKER)
    if last_at is not None and now - last_at < LATE:
        return None
    sorts = [text for text in desk.store.task_sorts() if Sort.read(text).work == "process"]
    lines = desk.store.task_lines(who, now=now - LATE, sorts=sorts, limit=MOST)
    waiting = [line.duty.opens_at for line in lines if _verb_for(desk, line)]
    if not waiting:
        return None
    return Idle(last_at=last_at, tasks=len(waiting), is_more=len(lines) == MOST, since=min(waiting))


def _is_asked(desk: Desk, case: str, verb: str) -> bool:
    """Return whether the worker may do this unasked: it makes public only what people agreed to make public then."""
    if verb != "end-embargo":
        return True
    known, _ = desk.case(case, by=WORKER)
    return known.has(EmbargoAgreed)


def _attempt(desk: Desk, line: TaskLine, verb: str, now: datetime) -> Done:
    duty = line.duty
    key = task_key(duty.case, duty.key, verb, duty.opens_at)
    failed = _failures(desk.store.facts(f"case/{duty.case}"), duty.key)
    number = len(failed) + 1
    if failed:
        again_at = failed[-1].recorded_at + _wait(len(failed))
        if now < again_at:
            return Done(case=duty.case, task=duty.key, verb=verb, outcome="waiting", again_at=again_at)
    done = ActionAttempted(task=duty.key, verb=verb, attempt=number, outcome="done")
    fields = _fields(verb, duty.kinds)
    order = Order(verb=verb, case=duty.case, fields=fields, by=WORKER, key=key, extra=(done,), task=duty.key)
    try:
        receipt = _publish(desk, line, done) if verb == PUBLISH else do(desk, order)
    except (Refused, DeskError, LedgerError, PublishTrouble, DocumentError) as error:
        detail = str(error)
        failure = ActionAttempted(task=duty.key, verb=verb, attempt=number, outcome="failed", detail=detail)
        _record_failure(desk, duty.case, failure)
        again_at = now + _wait(number)
        return Done(case=duty.case, task=duty.key, verb=verb, outcome="failed", detail=detail, again_at=again_at)
    detail = "was done already" if receipt.repeated else ", ".join(fact.kind for fact in receipt.facts)
    return Done(case=duty.case, task=duty.key, verb=verb, outcome="done", detail=detail)


def _publish(desk: Desk, line: TaskLine, done: ActionAttempted) -> Receipt:
    """Return the receipt of publishing the case on the desk's site, which reads back what it wrote."""
    from midstream.desk.advisories.publication import publish, the_target  # noqa: PLC0415 - most runs publish nothing

    case = line.duty.case
    made = publish(desk, target=the_target(desk, ""), project=line.project, by=WORKER, cases=(case,), extra=(done,))
    own = tuple(fact for fact in made.facts if fact.stream == f"case/{case}")
    return Receipt(case=case, facts=own, repeated=not own)


def _wait(failures: int) -> timedelta:
    """Return how long to wait after that many failures: 5 minutes, doubled each time, at most 12 hours."""
    return min(FIRST_WAIT * (1 << min(failures - 1, 20)), LONGEST_WAIT)


def _fields(verb: str, kinds: tuple[str, ...]) -> dict[str, object]:
    """Return what the worker fills in: why an embargo ends, read from the facts its date follows from."""
    if verb != "end-embargo":
        return {}
    if "exploit.active" in kinds:
        return {"reason": "exploited"}
    return {"reason": "public" if "public.known" in kinds else "expired"}


def _failures(facts: list[Fact], task: str) -> list[Fact]:
    return [
        fact
        for fact in facts
        if isinstance(fact.body, ActionAttempted) and fact.body.task == task and fact.body.outcome == "failed"
    ]


def _record_failure(desk: Desk, case: str, body: ActionAttempted) -> None:
    stream = f"case/{case}"

    def decision() -> Decision:
        now = desk.clock()
        earlier = desk.store.facts(stream)
        if len(_failures(earlier, body.task)) >= body.attempt:
            return Decision(now=now)
        draft = Draft(stream=stream, said_by=WORKER, happened_at=now, body=body)
        return Decision(now=now, drafts=(draft,), streams={stream: earlier})

    desk.commit(decision, key="")
