"""The verbs: what a person or the worker does to a case, checked, decided and recorded."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

import msgspec

from midstream.cases.case import Case
from midstream.cases.errors import Refused
from midstream.cases.states import cells
from midstream.cases.team import Team
from midstream.cases.verbs import VERBS, Verb, decide
from midstream.cases.visibility import Sight, visible
from midstream.desk.derive import Known
from midstream.desk.desk import Decision, Desk
from midstream.desk.errors import Misuse, NotFound, Stale
from midstream.desk.fields import parse_fields
from midstream.formats.toml import nearest
from midstream.ledger.fact import Draft, Fact, write_time
from midstream.ledger.kinds import Body
from midstream.ledger.kinds.cve import CveAllocated, CveAssigned
from midstream.ledger.kinds.disclosure import AdvisoryDrafted
from midstream.ledger.kinds.embargo import PartyTold
from midstream.ledger.kinds.fix import FixMerged
from midstream.ledger.kinds.intake import ContentErased, DuplicateLinked, ExceptionGranted, ReportRepeated
from midstream.ledger.kinds.process import TaskClaimed, TaskHandedOver, TaskReleased
from midstream.policy.duties import standing
from midstream.policy.filling import defaults, main_lines
from midstream.policy.limits import breaches


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What a verb recorded; `repeated` when an earlier command of the same key had recorded it already."""

    case: str
    facts: tuple[Fact, ...]
    repeated: bool = False


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One command: the verb, the case, the fields as given, by whom, for which moment and under which key.

    `seen` is the number of the last fact of the case that the person had before them; None does not ask. `extra` is
    recorded in the case beside it. With `task`, it is done only while that task is open on the facts it rests on.
    """

    verb: str
    case: str
    fields: Mapping[str, object]
    by: str
    key: str = ""
    seen: int | None = None
    at: datetime | None = None
    extra: tuple[Body, ...] = ()
    task: str = ""


def find_verb(name: str) -> Verb:
    """Return the verb of that name; raise `Misuse` with the nearest one."""
    if name not in VERBS:
        raise Misuse(f"no verb is called {name!r}", hint=nearest(name, set(VERBS)))
    return VERBS[name]


def do(desk: Desk, order: Order) -> Receipt:
    """Return the receipt of a command carried out.

    Raises `NotFound`, `Misuse`, `Stale` or `Refused`, and then nothing was recorded. Sent again by the same person
    with the same key, it records nothing more and returns the same facts.
    """
    verb = find_verb(order.verb)
    if verb.body is ContentErased and not order.key:
        # Repeated it is the same command, unless a mail came since.
        mails = sum(bool(getattr(fact.body, "content", "")) for fact in desk.store.facts(f"case/{order.case}"))
        order = msgspec.structs.replace(order, key=f"erase:{order.case}:{mails}")
    repeated = False

    def decision() -> Decision:
        nonlocal repeated
        found, repeated = decide_order(desk, order)
        return found

    facts = desk.commit(decision, key=order.key)
    if verb.body is ContentErased:
        # The fact is recorded first, so that a stop in between leaves a promise that is kept by repeating the command.
        desk.store.erase(order.case)
    return Receipt(case=order.case, facts=facts, repeated=repeated)


def decide_order(desk: Desk, order: Order) -> tuple[Decision, bool]:
    """Return what a command would record on the facts as they stand, and whether it was carried out before.

    Raises as `do` does, and records nothing.
    """
    verb = find_verb(order.verb)
    now = desk.clock()
    case, seen = desk.case(order.case, by=order.by)
    if seen < verb.least:
        raise Refused(f"{verb.name} is not for you on {case.id}", hint=_who_may(verb))
    if order.key and (already := _already(desk, verb, order, case)):
        return Decision(now=now, already=already), True
    _check_seen(case, visible(case.facts, seen), order.seen)
    return _decide(desk, verb, order, case, now=now), False


def _already(desk: Desk, verb: Verb, order: Order, case: Case) -> tuple[Fact, ...]:
    """Return the facts that an earlier command of this key and person recorded, in every stream it went to.

    A key is a person's own: nobody learns by it what others did, or takes it away from them.
    """
    own = [fact for fact in case.facts if fact.key == order.key and fact.said_by == order.by]
    first = next((fact for fact in own if fact.kind == verb.kind), None)
    if first is None and own:
        raise Misuse(f"the key {order.key!r} was used for {own[0].kind}", hint="Use another key for another command.")
    elsewhere = ""
    if first is not None and isinstance(first.body, DuplicateLinked):
        elsewhere = f"case/{first.body.of}"
    elif first is not None and isinstance(first.body, CveAssigned):
        elsewhere = f"project/{case.project}"
    found = desk.store.with_key(elsewhere, order.key) if elsewhere else []
    return (*own, *(fact for fact in found if fact.said_by == order.by))


def _decide(desk: Desk, verb: Verb, order: Order, case: Case, *, now: datetime) -> Decision:
    at = order.at or now
    team = desk.team(case.project)
    if order.task:
        _check_open(desk.known(case), order.task, now)
    typed = _with_defaults(desk, verb, order, case, team)
    if verb.body is ContentErased:
        typed = {**typed, "blobs": desk.store.blob_count(case.id)}
    body = parse_fields(verb.body, typed, now=now, what=verb.name)
    _check_names(desk, body, case, team)
    drafts = list(decide(verb, case, body, by=order.by, at=at))
    streams: dict[str, list[Fact]] = {f"case/{case.id}": list(case.facts)}
    for draft in (*_also(desk, body, case, team, by=order.by, at=at),):
        drafts.append(draft)
        streams.setdefault(draft.stream, desk.store.facts(draft.stream))
    drafts += [Draft(stream=f"case/{case.id}", said_by=order.by, happened_at=at, body=extra) for extra in order.extra]
    policy = desk.shelf.policy_of(case, team)
    if policy is not None and (broken := breaches(drafts, case, policy, team)):
        raise Refused(broken[0].what, hint=broken[0].hint)
    return Decision(now=now, drafts=tuple(drafts), streams=streams)


def prefilled(desk: Desk, verb: Verb, case: Case, team: Team, *, by: str) -> dict[str, str]:
    """Return the fields that need not be typed, as the desk fills them in; a draft is of the advisory as it stands."""
    found = defaults(verb, case, team, by=by)
    if verb.body is AdvisoryDrafted:
        from midstream.desk.advisories.documents import draft_digest  # noqa: PLC0415 - formats are read when needed

        found["digest"] = draft_digest(desk, case)
    return found


def _with_defaults(desk: Desk, verb: Verb, order: Order, case: Case, team: Team) -> dict[str, object]:
    """Return the fields with what needs not be typed; raise `Refused` when a CVE id is to be taken and none is free."""
    typed = {**prefilled(desk, verb, case, team, by=order.by), **order.fields}
    if verb.body is CveAssigned and "cve" not in typed:
        raise Refused("no free CVE id is left", hint="Reserve a block: midstream project reserve CVE-….")
    return typed


def _check_names(desk: Desk, body: Body, case: Case, team: Team) -> None:
    """Raise `Misuse` for a branch, party, task, person, obligation or CVE id that the project does not know."""
    _check_branch(body, case, team)
    if isinstance(body, PartyTold):
        _check_party(body, team)
    if isinstance(body, TaskClaimed | TaskHandedOver | TaskReleased):
        _check_task(desk.known(case), body.task)
    if isinstance(body, TaskHandedOver) and team.project.person(body.to) is None:
        people = {person.name for person in team.project.people}
        raise Misuse(f"{team.project.name} has nobody called {body.to!r}", hint=nearest(body.to, people))
    if isinstance(body, ExceptionGranted):
        _check_obligation(desk.known(case), body.obligation)
    if isinstance(body, CveAssigned) and body.cve not in team.free_cves and not body.assigner:
        raise Misuse(
            f"{body.cve} is not a free id of {team.project.name}",
            hint="Leave cve out to take the next free one, or say whose it is: assigner=NAME.",
        )


def _check_branch(body: Body, case: Case, team: Team) -> None:
    branch = body.into if isinstance(body, FixMerged) else str(getattr(body, "branch", ""))
    known = {entry.name for entry in team.project.branches} | set(cells(case))
    if isinstance(body, FixMerged) and not main_lines(team):
        known.add(branch)  # a project file may leave the main line out; it is no branch that is maintained
    if branch and branch not in known:
        raise Misuse(f"{team.project.name} has no branch {branch!r}", hint=nearest(branch, known))


def _check_party(body: PartyTold, team: Team) -> None:
    parties = {(entry.name, entry.list) for entry in team.project.parties}
    if (body.party, body.list) not in parties:
        there = ", ".join(f"party={name} list={where}" for name, where in sorted(parties))
        hint = f"There is: {there}." if there else "Name it in the project file, as [[party]], and load that."
        raise Misuse(f"{body.party!r} is not on the list {body.list!r}", hint=hint)


def _check_obligation(known: Known, obligation: str) -> None:
    policy = known.policy
    rules = {rule.name for rule in policy.rules} | {rule.slug for rule in policy.rules} if policy else set()
    if obligation not in rules:
        hint = nearest(obligation, rules) if rules else f"{Known.NOTHING.capitalize()}."
        raise Misuse(f"the policy has no obligation {obligation!r}", hint=hint)


def _check_open(known: Known, key: str, now: datetime) -> None:
    """Raise `Refused` when the task that a command is done for is not open on the facts it rests on."""
    duty = next((duty for duty in known.duties if duty.key == key), None)
    stands = standing(duty, now) if duty else "gone"
    if stands not in {"open", "overdue"}:
        raise Refused(f"the task {key} of {known.case.id} is {stands} now", hint="Nothing needs to be done for it.")


def _check_task(known: Known, key: str) -> None:
    keys = {duty.key for duty in known.duties}
    if key not in keys:
        raise Misuse(f"{known.case.id} has no task {key!r}", hint=nearest(key, keys) if keys else "It has no tasks.")


def _also(desk: Desk, body: Body, case: Case, team: Team, *, by: str, at: datetime) -> tuple[Draft, ...]:
    """Return what a verb records in other streams: the case it repeats, the id taken from the project's block."""
    if isinstance(body, DuplicateLinked):
        other, seen = desk.case(body.of, by=by)
        if seen < Sight.TEAM or other.project != case.project:
            raise NotFound(f"no case is called {body.of!r} here", hint="See those you may see: midstream case list.")
        if linked := other.last(DuplicateLinked):
            raise Refused(f"{body.of} is itself a duplicate of {linked[1].of}", hint=f"Link to {linked[1].of}.")
        repeated = ReportRepeated(case=case.id, independent=body.independent)
        return (Draft(stream=f"case/{other.id}", said_by=by, happened_at=at, body=repeated),)
    if isinstance(body, CveAssigned) and body.cve in team.free_cves:
        taken = CveAllocated(cve=body.cve, case=case.id)
        return (Draft(stream=f"project/{case.project}", said_by=by, happened_at=at, body=taken),)
    return ()


def _check_seen(case: Case, readable: tuple[Fact, ...], seen: int | None) -> None:
    """Raise `Stale` naming what the person could have read since; what they may not read is no news to them."""
    if seen is None:
        return
    if seen > case.number:
        last = max((fact.number for fact in readable), default=0)
        raise Misuse(f"{case.id} has no fact {seen} yet", hint=f"It stands at fact {last}.")
    news = [fact for fact in readable if fact.number > seen]
    if not news:
        return
    told = ", ".join(f"{fact.kind} by {fact.said_by} at {write_time(fact.recorded_at)[:16]}Z" for fact in news[-5:])
    raise Stale(
        f"{case.id} moved on since fact {seen}: {told}",
        hint=f"Look again, then repeat with --seen {news[-1].number}. Nothing was recorded.",
    )


def _who_may(verb: Verb) -> str:
    if verb.least is Sight.TEAM:
        return "It takes a member of the response team; ask who is on duty: midstream rotation show."
    return "It takes a participant of the case; ask the response team to invite you."


def task_key(case: str, task: str, verb: str, opened: datetime) -> str:
    """Return the key under which a task is done by the worker, so that it is never done twice."""
    text = msgspec.json.encode([case, task, verb, write_time(opened)])
    return f"worker:{hashlib.sha256(text).hexdigest()[:32]}"
