"""Case: everything somebody may know of one case, on one page."""

from datetime import UTC, datetime

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from midstream.cases import states
from midstream.cases.verbs import VERBS, Verb
from midstream.cases.visibility import Sight, readers, sight, viewer
from midstream.desk.front.files import files, messages
from midstream.desk.front.preview import may_withdraw
from midstream.desk.reading import Shown, Why, offered, reasons, show
from midstream.ledger.fact import Fact, fields_of
from midstream.policy.owners import owner
from midstream.project import Person as ProjectPerson
from midstream.web.pages.today import Button, buttons, row_id
from midstream.web.parts import now, parts, person_of, the_desk

LATEST = 30
"""How many facts of the timeline the page shows; the rest is a page of its own."""

LAST = datetime.max.replace(tzinfo=UTC)
"""Where tasks without a date stand in order."""

MESSAGES = 10
"""How many of the last messages the page shows."""

READS = 20
"""How many of the last reads the page shows to the team."""

PAGE = 200
"""How many facts one page of the timeline shows."""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is known of a case: what, how it stands, since when, and the facts it follows from."""

    what: str
    state: states.State


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One fact of the timeline: its number, kind and words, who said it and when, and whether it can be taken back."""

    fact: Fact
    words: tuple[tuple[str, str], ...]
    is_late: bool
    is_withdrawn: bool
    may_go: bool


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """One task of the case: why it is there, whose it is, and the verbs that meet it."""

    id: str
    why: Why
    who: tuple[str, ...]
    who_why: str
    buttons: tuple[Button, ...]


@require_safe
def case(request: HttpRequest, name: str) -> HttpResponse:
    """Return the page of one case."""
    desk, person, moment = the_desk(), person_of(request), now()
    shown = show(desk, name, by=person)
    is_public = states.is_public(shown.case)
    if not is_public:
        number = shown.facts[-1].number if shown.facts else 0
        parts().noted.case(desk, person=person, case=name, how="page", number=number, now=moment)
    inside = shown.seen >= Sight.PARTICIPANT
    tasks = reasons(shown, now=moment) if inside else []
    told = timeline_of(shown, shown.facts[-LATEST:])
    context = {
        "name": name,
        "shown": shown,
        "seen": shown.seen.name.lower(),
        "is_public": is_public,
        "known": known_of(shown),
        "cells": list(shown.branches.values()),
        "clocks": clocks_of(shown, moment),
        "tasks": [
            work_of(entry, shown, moment)
            for entry in sorted(tasks, key=lambda entry: entry.duty.due_at or LAST)
            if entry.standing in {"open", "overdue"}
        ],
        "done": [entry for entry in tasks if entry.standing not in {"open", "overdue"}],
        "told": told[::-1],
        "earlier": max(0, len(shown.facts) - LATEST),
        "messages": messages(desk, shown, limit=MESSAGES) if shown.seen is Sight.TEAM else [],
        "files": files(shown),
        "people": people_of(shown) if shown.seen is Sight.TEAM else [],
        "reads": desk.store.reads(name, limit=READS) if shown.seen is Sight.TEAM and not is_public else [],
        "verbs": verbs_for(shown.seen),
        "now": moment,
    }
    return render(request, "desk/case.html", context)


@require_safe
def timeline(request: HttpRequest, name: str) -> HttpResponse:
    """Return one page of the case's facts, the latest first."""
    desk, person, moment = the_desk(), person_of(request), now()
    shown = show(desk, name, by=person)
    if not states.is_public(shown.case):
        number = shown.facts[-1].number if shown.facts else 0
        parts().noted.case(desk, person=person, case=name, how="timeline", number=number, now=moment)
    asked = request.GET.get("before", "")
    before = int(asked) if asked.isdecimal() and len(asked) < 10 else shown.case.number + 1
    facts = tuple(fact for fact in shown.facts if fact.number < before)
    page = facts[-PAGE:]
    context = {
        "name": name,
        "shown": shown,
        "told": timeline_of(shown, page)[::-1],
        "next": page[0].number if len(facts) > PAGE else 0,
        "now": moment,
    }
    return render(request, "desk/timeline.html", context)


def known_of(shown: Shown) -> list[Known]:
    """Return each state of the case, parties and publications included."""
    found = {
        "Triage": states.triage(shown.case),
        "Embargo": states.embargo(shown.case),
        "Severity": states.severity(shown.case),
        "CVE": states.cve(shown.case),
        "Fix": states.fix(shown.case),
    }
    found |= {f"Told {party}": state for party, state in states.parties(shown.case).items()}
    found |= {f"On {channel}": state for channel, state in states.publications(shown.case).items()}
    return [Known(what=what, state=state) for what, state in found.items()]


def clocks_of(shown: Shown, moment: datetime) -> list[tuple[str, datetime, bool]]:
    """Return the clocks that run, in order of their instants, and whether each has struck."""
    rows = [(clock, at, at <= moment) for clock, at in shown.clocks.items()]
    return sorted(rows, key=lambda row: row[1])


def timeline_of(shown: Shown, facts: tuple[Fact, ...]) -> list[Told]:
    """Return facts as the timeline tells them."""
    counting = {fact.number for kind in shown.case.by_kind.values() for fact in kind}
    return [
        Told(
            fact=fact,
            words=words_of(fact),
            is_late=(fact.recorded_at - fact.happened_at).total_seconds() > 3600,
            is_withdrawn=fact.number not in counting,
            may_go=fact.number in counting and may_withdraw(fact, shown.case.id) and shown.seen is Sight.TEAM,
        )
        for fact in facts
    ]


def words_of(fact: Fact) -> tuple[tuple[str, str], ...]:
    """Return the fields of a fact in words, digests and commits shortened."""
    found = []
    for name, value in fields_of(fact).items():
        if value in ("", None, False, []):
            continue
        text = ", ".join(map(str, value)) if isinstance(value, list) else "yes" if value is True else str(value)
        is_digest = len(text) in {40, 64} and text.isalnum()
        found.append((name.replace("_", " "), text[:12] + "…" if is_digest else text))
    return tuple(found)


def work_of(entry: Why, shown: Shown, moment: datetime) -> Work:
    """Return one task with whose it is and what meets it."""
    duty = entry.duty
    named = states.areas(shown.case)
    whose = owner(duty, areas=named, claimed_by=entry.claimed_by, team=shown.known.team, now=moment)
    return Work(
        id=row_id(duty.case, duty.key),
        why=entry,
        who=whose.people,
        who_why=whose.why,
        buttons=buttons(duty.case, duty.key, offered(duty.do, seen=shown.seen), duty.subject, duty.missing),
    )


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may see the case: how much, and why."""

    name: str
    sees: str
    why: str


def people_of(shown: Shown) -> list[Person]:
    """Return who may see the case as it is not public: the team, those who take part, those who were removed."""
    project, case_ = shown.known.team.project, shown.case
    named = readers(case_)
    found = []
    for name in dict.fromkeys((*(person.name for person in project.people), *named)):
        who = viewer(name, {project.id: project})
        seen = sight(who, case_)
        if seen > Sight.PUBLIC:
            found.append(Person(name=name, sees=_SEES[seen], why=_why_seen(project.person(name), named.get(name))))
        elif named.get(name) is False:
            found.append(Person(name=name, sees="nothing", why="removed"))
    return found


_SEES = {Sight.TEAM: "everything", Sight.PARTICIPANT: "the facts for those who take part"}


def _why_seen(entry: ProjectPerson | None, invited: bool | None) -> str:  # noqa: FBT001 - as the readers say it
    roles = entry.roles if entry else ()
    if "response-team" in roles:
        return "response team"
    if invited:
        return "invited"
    return f"stakeholder of {entry.party}" if entry and "stakeholder" in roles else "maintains an area of it"


def verbs_for(seen: Sight) -> list[tuple[str, list[Verb]]]:
    """Return the verbs that somebody with that sight may ask for, by what they record something of."""
    found: dict[str, list[Verb]] = {}
    for verb in VERBS.values():
        if seen >= verb.least:
            found.setdefault(_SUBJECTS.get(verb.kind.partition(".")[0], "more"), []).append(verb)
    return [(subject, found[subject]) for subject in dict.fromkeys((*_SUBJECTS.values(), "more")) if subject in found]


_SUBJECTS = {
    "report": "report",
    "duplicate": "report",
    "information": "report",
    "reporter": "report",
    "severity": "what it is",
    "weakness": "what it is",
    "component": "what it is",
    "criterion": "what it is",
    "introduced": "what it is",
    "branch": "fix and branches",
    "fix": "fix and branches",
    "mitigation": "fix and branches",
    "backport": "fix and branches",
    "validation": "fix and branches",
    "embargo": "embargo",
    "public": "embargo",
    "exploit": "embargo",
    "leak": "embargo",
    "incident": "embargo",
    "participant": "people and parties",
    "party": "people and parties",
    "deferral": "people and parties",
    "upstream": "people and parties",
    "authority": "people and parties",
    "users": "people and parties",
    "cve": "CVE",
    "advisory": "advisory",
    "credit": "advisory",
    "release_note": "advisory",
    "task": "tasks",
    "role": "tasks",
}
"""By how the kind of a fact begins, what it is about."""
