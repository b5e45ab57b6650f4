"""The policy language: what a policy file may say, word by word.

An *event* names facts: ``backport.merged``, or with fields ``severity.scored severity=high|critical``.
A *moment* is an event, the name of a clock, or ``14 days before CLOCK``; `after` takes the first that is on record.
A ``report.rejected`` that a later ``report.reopened`` took back lifts nothing.
"""

from datetime import date
from typing import Literal

import msgspec

Words = str | tuple[str, ...]
"""One word, or a list of them."""


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """Who this policy is of, and for which days it holds."""

    name: str
    """The name a project or another policy calls it by; several files may share it when their days do not overlap."""
    title: str
    """What a person calls it."""
    version: str
    """The version of this text."""
    valid_from: date
    """The first day this text is in force. A case is under the text in force on the day it began."""
    valid_until: date | None = None
    """The last day this text is in force; left out while it still is."""
    extends: tuple[str, ...] = ()
    """Names of policies whose clocks, obligations and limits hold here too, unless redefined or dropped."""
    source: str = ""
    """Where the written process can be read."""
    unless: Words = ()
    """Events that lift every obligation of this policy that is not marked `always`."""


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """A named instant, derived from facts."""

    name: str
    """What obligations call it."""
    clause: str
    """The clause of the written process."""
    after: Words
    """The moments it starts from; the first of the list that is on record counts."""
    length: str = "0 days"
    """The span from there."""
    zone: str = "project"
    """Whose days: ``project``, ``role:NAME`` (who holds the role in the case, else who is on duty), or an IANA name."""
    sooner: Words = ()
    """Events that bring it forward: to their `until`, if their kind has one, else to the moment they happened."""
    later: Words = ()
    """Events that put it off to their `until`; once the instant has passed they change nothing."""
    only_with: str = ""
    """A list of parties: when the project has nobody on it, the clock ends where it starts."""
    note: str = ""
    """What the reader of the policy should know."""


class Obligation(msgspec.Struct, frozen=True, kw_only=True):
    """Something that has to be done, by when, by whom, and what shows that it was."""

    name: str
    """What the task is called."""
    clause: str
    """The clause of the written process."""
    after: Words
    """The moments it opens at; the first of the list that is on record counts."""
    when: Words = ()
    """Further moments that must all have come; the obligation opens at the latest of them."""
    until: Words
    """Events that meet it; the earliest counts."""
    unless: Words = ()
    """Events that lift it."""
    within: str = ""
    """The span from the moment it opens to the moment it is due."""
    before: str = ""
    """A clock, or ``14 days before CLOCK``, by which it is due; with `within` the earlier counts."""
    every: str = ""
    """Repeat: due this span after it opens and again after each time it was met; takes the place of `within`."""
    each: str = ""
    """Repeat: ``branch where maintained and affected``, ``party in LIST``, or an event, for each of its facts."""
    match: tuple[str, ...] = ()
    """With an event in `each`: fields that `until` must share with it, and `unless` where its kind has them."""
    severity: tuple[Literal["none", "low", "medium", "high", "critical"], ...] = ()
    """Only for cases whose severity was scored as one of these."""
    zone: str = "project"
    """Whose days: ``project``, ``party`` (with `each` party), ``role:NAME``, or an IANA name."""
    work: Literal["expert", "process"]
    """Whether it takes an expert, or anybody on rotation (or the worker) can do it."""
    do: Words
    """The verb of the desk that meets it, or the verbs that do."""
    skill: str = ""
    """For expert work: the skill asked for; without it, the people of the case's code area."""
    role: str = ""
    """The role, such as release-manager, that the task belongs to."""
    ask: str = ""
    """The question an expert answers; required for expert work."""
    always: bool = False
    """Whether it stays when the case is rejected or a duplicate."""
    note: str = ""
    """What the reader of the policy should know."""


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """A bound on what may be decided, such as how long a deferral may be."""

    name: str
    """What it is called in the refusal."""
    clause: str
    """The clause of the written process."""
    on: str
    """The event that is bounded: the moment it is asked for, or its `until`."""
    of: Literal["until", "happened_at"] = "until"
    """Which of its moments is bounded."""
    after: Words
    """The moments the bound is reckoned from; the first of the list that is on record counts."""
    within: str
    """The span it may not exceed."""
    exceptional: str = ""
    """A longer span, allowed when a reason is given."""
    zone: str = "project"
    """Whose days, as for obligations; with ``party`` those of the party that asks."""


class Drop(msgspec.Struct, frozen=True, kw_only=True):
    """A clock, obligation or limit of an extended policy that does not hold here."""

    name: str
    """Its name."""
    why: str
    """Why not."""


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """A clause of the written process that makes no task here, with the reason."""

    clause: str
    """The clause."""
    why: str
    """Why it makes no task."""


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """A place where the written process contradicts itself or is open, and how this policy reads it."""

    clause: str
    """The clauses concerned."""
    question: str
    """What is open."""
    decided: str
    """How it is read here."""


class PolicyFile(msgspec.Struct, frozen=True, kw_only=True):
    """One policy file, as written."""

    policy: Header
    clock: tuple[Clock, ...] = ()
    obligation: tuple[Obligation, ...] = ()
    limit: tuple[Limit, ...] = ()
    drop: tuple[Drop, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    decision: tuple[Decision, ...] = ()


def words(value: Words) -> tuple[str, ...]:
    """Return one word or a list of words as a tuple."""
    return (value,) if isinstance(value, str) else value


TABLES: dict[str, type[msgspec.Struct]] = {
    "policy": Header,
    "clock": Clock,
    "obligation": Obligation,
    "limit": Limit,
    "drop": Drop,
    "left_out": LeftOut,
    "decision": Decision,
}
"""The tables of a policy file, for the reference."""
