"""Today: what has to be done, mine and the team's, by when, and the button that does it."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlencode

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from midstream.cases.verbs import VERBS
from midstream.desk.derive import follows
from midstream.desk.reading import HORIZONS, Task
from midstream.desk.reading import today as read_today
from midstream.web.context import places_of
from midstream.web.parts import now, parts, person_of, the_desk

FIRST = 40
"""How many tasks a page shows: more is no day's work. The rest is one step away."""


class Button(msgspec.Struct, frozen=True, kw_only=True):
    """A verb that meets a task, and the address of what it would do."""

    verb: str
    url: str


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One task as the page shows it."""

    id: str
    task: Task
    buttons: tuple[Button, ...]
    is_mine: bool


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """The tasks due within one span."""

    name: str
    slug: str
    rows: list[Row]
    count: int


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What of the tasks is asked for: whose, of which kind, of which project, and how many."""

    whose: str = ""
    kind: str = ""
    project: str = ""
    everything: bool = False

    def query(self, **changed: object) -> str:
        """Return the filters for an address, some of them changed; what is as by default is left out."""
        asked = {**msgspec.structs.asdict(self), **changed}
        pairs = {name: "1" if value is True else str(value) for name, value in asked.items() if value}
        return f"?{urlencode(pairs)}" if pairs else "?"


def filters_of(request: HttpRequest) -> Filters:
    """Return the filters an address asks for."""
    asked = request.GET
    return Filters(
        whose=asked.get("whose", "")[:120],
        kind=asked.get("kind", "") if asked.get("kind") in {"expert", "process"} else "",
        project=asked.get("project", "")[:80],
        everything=asked.get("everything") == "1",
    )


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """Return the page of today's tasks."""
    desk, person, moment, asked = the_desk(), person_of(request), now(), filters_of(request)
    first = next(iter(places_of(person)), "/")
    if first != "/":
        return redirect(first)  # an auditor or an administrator has no tasks; theirs is another page
    found = tasks(person=person, moment=moment, asked=asked)
    shown = found if asked.everything else found[:FIRST]
    parts().noted.lines(desk, person=person, cases=[task.case for task in shown], now=moment)
    people = sorted({name for project in desk.projects().values() for name in _names(project.people, person)})
    context = {
        "groups": grouped(found, shown=len(shown), person=person, moment=moment),
        "asked": asked,
        "now": moment,
        "people": people,
        "projects": sorted(desk.projects()),
        "count": len(found),
        "left": len(found) - len(shown),
    }
    return render(request, "desk/today.html", context)


def _names(people: Iterable[object], person: str) -> list[str]:
    names = [str(getattr(entry, "name", "")) for entry in people]
    return names if person in names else []


def tasks(*, person: str, moment: datetime, asked: Filters) -> list[Task]:
    """Return the tasks asked for, in order: by default one's own, with ``whose=team`` everybody's."""
    whose = {"": person, "team": ""}.get(asked.whose, asked.whose)
    found = read_today(the_desk(), by=person, now=moment, project=asked.project).tasks
    return [task for task in found if (not whose or whose in task.who) and (not asked.kind or task.work == asked.kind)]


def grouped(found: list[Task], *, shown: int, person: str, moment: datetime) -> list[Group]:
    """Return the tasks in groups by when they are due; each says how many it has, though only `shown` are drawn."""
    groups = {name: Group(name=name, slug=name.lower().replace(" ", "-"), rows=[], count=0) for name in NAMES}
    counts = dict.fromkeys(NAMES, 0)
    for place, task in enumerate(found):
        name = group_of(task, moment)
        counts[name] += 1
        if place < shown:
            groups[name].rows.append(row_of(task, person=person))
    return [msgspec.structs.replace(group, count=counts[name]) for name, group in groups.items() if counts[name]]


NAMES = ("Overdue", "Today", "This week", "Waiting")


def group_of(task: Task, moment: datetime) -> str:
    """Return the group of a task: what is due later than in a week, or has no date, waits."""
    day, week = HORIZONS
    if task.due_at is None or task.due_at >= moment + week:
        return "Waiting"
    if task.due_at < moment:
        return "Overdue"
    return "Today" if task.due_at < moment + day else "This week"


def row_of(task: Task, *, person: str) -> Row:
    """Return a task as the page shows it."""
    return Row(
        id=row_id(task.case, task.task),
        task=task,
        buttons=buttons(task.case, task.task, task.do, task.subject, task.missing),
        is_mine=person in task.who,
    )


def row_id(case: str, task: str) -> str:
    """Return the name of a task's row within a page."""
    return "t" + hashlib.sha256(f"{case}\0{task}".encode()).hexdigest()[:12]


def buttons(case: str, task: str, do: tuple[str, ...], subject: str, missing: tuple[str, ...]) -> tuple[Button, ...]:
    """Return a button for each verb that meets the task, with the fields that follow from it."""
    found = []
    for name in do:
        fields = {"task": task, **{f"f.{key}": value for key, value in follows(VERBS[name], subject, missing).items()}}
        url = f"{reverse('deed', args=[case, name])}?{urlencode(fields)}"
        found.append(Button(verb=name, url=url))
    return tuple(found)
