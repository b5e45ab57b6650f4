"""What the API answers with. Instants are RFC 3339 in UTC."""

from datetime import datetime
from typing import Any

import msgspec
from ninja import Schema
from pydantic import ConfigDict

from midstream.desk.reading import Task, Why
from midstream.desk.views import BoardLine, CaseLine, Hook
from midstream.ledger.fact import Fact, fields_of


class Me(Schema):
    """Whose token it is, and what it is good for."""

    person: str
    scopes: list[str]
    expires_at: datetime
    projects: list[str]


class FactOut(Schema):
    """One fact: who said what, when it happened and when it was recorded."""

    number: int
    kind: str
    said_by: str
    happened_at: datetime
    recorded_at: datetime
    body: dict[str, Any]
    digest: str


class FactPage(Schema):
    """Facts in the order they were recorded; `next` is the cursor of the next page."""

    items: list[FactOut]
    next: str | None = None


class CaseOut(Schema):
    """One line of the list of cases."""

    case: str
    project: str
    title: str
    public: bool
    severity: str
    cve: str
    triage: str
    embargo: str
    fix: str
    began_at: datetime | None = None
    public_at: datetime | None = None
    next_due_at: datetime | None = None
    invented: bool


class CasePage(Schema):
    """Cases, the most recently begun first."""

    items: list[CaseOut]
    next: str | None = None


class StateOut(Schema):
    """Where one aspect of a case stands, since when, and the facts it follows from."""

    word: str
    detail: str
    since: datetime | None = None
    because: list[int]


class CellOut(StateOut):
    """Where one branch stands."""

    branch: str


class CaseShown(Schema):
    """What is known of a case by the facts its reader may read; `number` is that of the last of them."""

    case: str
    project: str
    title: str
    public: bool
    number: int
    seen: str
    policy: str | None = None
    states: dict[str, StateOut]
    branches: list[CellOut]
    clocks: dict[str, datetime]


class TaskOut(Schema):
    """One task: how it stands, until when, whose it is and why, and the verbs that meet it."""

    case: str
    project: str
    title: str
    task: str
    name: str
    subject: str
    standing: str
    due_at: datetime | None = None
    opens_at: datetime
    zone: str
    work: str
    verbs: list[str]
    ask: str
    who: list[str]
    who_why: str
    clause: str
    policy: str
    because: list[int]
    severity: str


class TaskPage(Schema):
    """Tasks by due instant, those without one last."""

    items: list[TaskOut]
    next: str | None = None


class WhyOut(Schema):
    """Why a task is there, and what met, lifted or would meet it."""

    task: str
    name: str
    subject: str
    standing: str
    clause: str
    policy: str
    span: str
    opens_at: datetime
    due_at: datetime | None = None
    met_at: datetime | None = None
    lifted_at: datetime | None = None
    zone: str
    missing: list[str]
    opened_by: list[int]
    closed_by: int | None = None
    claimed_by: str


class BoardCell(Schema):
    """Where one branch of a case stands."""

    branch: str
    word: str
    detail: str
    since: datetime | None = None


class BoardOut(Schema):
    """One case by branches; a branch that is not there is unknown."""

    case: str
    project: str
    title: str
    cve: str
    severity: str
    cells: list[BoardCell]


class BoardPage(Schema):
    """The board, by case."""

    items: list[BoardOut]
    next: str | None = None


class BranchOut(Schema):
    """A branch of a project and its support."""

    name: str
    kind: str
    supported_from: str | None = None
    supported_until: str | None = None


class ProjectOut(Schema):
    """A project the desk serves."""

    project: str
    name: str
    policy: str
    zone: str
    branches: list[BranchOut]


class RuleOut(Schema):
    """One obligation of a policy in words, with the clause of the written process it comes from."""

    name: str
    clause: str
    words: str
    work: str
    verbs: list[str]


class PolicyOut(Schema):
    """The policy in force for cases that begin today."""

    project: str
    policy: str
    rules: list[RuleOut]


class ReceiptOut(Schema):
    """The facts a command recorded; `repeated` when an earlier one with its key had recorded them."""

    case: str
    repeated: bool
    facts: list[FactOut]


class ChangeOut(Schema):
    """One thing that would stand otherwise."""

    what: str
    before: str
    after: str


class PreviewOut(Schema):
    """What a verb would record and change; nothing was recorded."""

    case: str
    facts: list[FactOut]
    changes: list[ChangeOut]
    makes_public: bool


class HookIn(Schema):
    """An address to tell, and the kinds of fact it asks for; none means all."""

    model_config = ConfigDict(extra="forbid", strict=True)

    url: str
    kinds: list[str] = []


class HookOut(Schema):
    """An address that is told of new facts; `secret` is there once, in the answer to its making."""

    name: str
    url: str
    kinds: list[str]
    made_at: datetime
    failures: int
    again_at: datetime | None = None
    trouble: str
    secret: str | None = None


class HookPage(Schema):
    """The addresses of a person."""

    items: list[HookOut]
    next: str | None = None


def fact_out(fact: Fact) -> dict[str, Any]:
    """Return a fact as the API shows it."""
    return {
        "number": fact.number,
        "kind": fact.kind,
        "said_by": fact.said_by,
        "happened_at": fact.happened_at,
        "recorded_at": fact.recorded_at,
        "body": fields_of(fact),
        "digest": fact.digest,
    }


def case_out(line: CaseLine) -> dict[str, Any]:
    """Return a line of the list of cases."""
    return {**msgspec.structs.asdict(line), "public": line.is_public}


def task_out(task: Task) -> dict[str, Any]:
    """Return a task as lists show it."""
    return {**msgspec.structs.asdict(task), "verbs": task.do}


def why_out(entry: Why) -> dict[str, Any]:
    """Return why a task is there."""
    duty = entry.duty
    return {
        "task": duty.key,
        "name": duty.name,
        "subject": duty.subject,
        "standing": entry.standing,
        "clause": duty.clause,
        "policy": duty.policy,
        "span": entry.span,
        "opens_at": duty.opens_at,
        "due_at": duty.due_at,
        "met_at": duty.met_at,
        "lifted_at": duty.lifted_at,
        "zone": duty.zone,
        "missing": duty.missing,
        "opened_by": [fact.number for fact in entry.opened_by],
        "closed_by": entry.closed_by.number if entry.closed_by else None,
        "claimed_by": entry.claimed_by,
    }


def board_out(line: BoardLine) -> dict[str, Any]:
    """Return a line of the board."""
    return {
        **{name: getattr(line, name) for name in ("case", "project", "title", "cve", "severity")},
        "cells": [msgspec.structs.asdict(cell) for _, cell in sorted(line.cells.items())],
    }


def hook_out(hook: Hook, *, secret: str | None = None) -> dict[str, Any]:
    """Return an address, with its secret only when it was just made."""
    shown = {
        name: getattr(hook, name) for name in ("name", "url", "kinds", "made_at", "failures", "again_at", "trouble")
    }
    return shown | {"secret": secret}
