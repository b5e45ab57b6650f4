"""Evidence: which duty was due when and was met when by which fact, and the chain behind it, without what was said.

For the response team and for auditors, by `cases.visibility.may_audit`. It holds no title, no field of a fact, no file.
"""

from datetime import datetime

import msgspec

from midstream.cases.case import replay
from midstream.cases.visibility import Viewer, may_audit
from midstream.desk.desk import Desk, is_case_name
from midstream.desk.errors import NotFound
from midstream.ledger.fact import Fact
from midstream.policy.duties import standing


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """One fact without its content: its place in the chain, who said it and when, and its digest."""

    number: int
    kind: str
    said_by: str
    happened_at: datetime
    recorded_at: datetime
    digest: str


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """One duty of a case: what the process asks, when it was due, how it stands, and the fact that met or lifted it."""

    name: str
    subject: str
    clause: str
    policy: str
    standing: str
    opens_at: datetime
    due_at: datetime | None
    met_at: datetime | None
    zone: str
    met_by: Mark | None


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """All evidence of one case."""

    case: str
    project: str
    proofs: tuple[Proof, ...]
    marks: tuple[Mark, ...]


class Stream(msgspec.Struct, frozen=True, kw_only=True):
    """One case as an auditor finds it: how many facts it has, and the digest they end with."""

    case: str
    number: int
    digest: str
    recorded_at: datetime


def streams(desk: Desk, *, by: str) -> list[Stream]:
    """Return the cases whose evidence `by` may read, by name; raise `NotFound` for somebody who audits nothing."""
    who = desk.viewer(by)
    projects = who.audits | who.teams
    if not projects:
        raise NotFound("there is no evidence for you here", hint="It is for the response team and for auditors.")
    names = {line.case for line in desk.store.case_lines(Viewer(person=by, teams=projects)) if line.project in projects}
    return [
        Stream(case=name, number=head.number, digest=head.digest, recorded_at=head.recorded_at)
        for head in desk.store.heads("case/")
        if (name := head.stream.removeprefix("case/")) in names and head.recorded_at is not None
    ]


def evidence(desk: Desk, case: str, *, by: str, now: datetime) -> Evidence:
    """Return the evidence of one case; raise `NotFound` when it is unknown or not for `by` to read."""
    who = desk.viewer(by)
    view = desk.store.view(case) if is_case_name(case) and who.audits | who.teams else None
    if view is None or not may_audit(who, view.project):
        raise NotFound(f"no case is called {case[:80]!r} here", hint="Its evidence is for its team and auditors.")
    found = replay(desk.store.facts(f"case/{case}"), case=case)
    marks = {fact.number: _mark(fact) for fact in found.facts}
    proofs = tuple(
        Proof(
            name=duty.name,
            subject=duty.subject,
            clause=duty.clause,
            policy=duty.policy,
            standing=standing(duty, now),
            opens_at=duty.opens_at,
            due_at=duty.due_at,
            met_at=duty.met_at,
            zone=duty.zone,
            met_by=marks.get(duty.met_by or duty.lifted_by),
        )
        for duty in desk.known(found).duties
    )
    return Evidence(case=case, project=found.project, proofs=proofs, marks=tuple(marks.values()))


def _mark(fact: Fact) -> Mark:
    return Mark(
        number=fact.number,
        kind=fact.kind,
        said_by=fact.said_by,
        happened_at=fact.happened_at,
        recorded_at=fact.recorded_at,
        digest=fact.digest,
    )
