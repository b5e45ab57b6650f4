"""Today: what has to be done, mine and the team's, by when, and the button that does it."""

import hashlib
from datetime import datetime
from urllib.parse import urlencode

import msgspec
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from midstream.cases.verbs import VERBS
from midstream.cases.visibility import Viewer, viewer
from midstream.desk.desk import Desk
from midstream.desk.errors import Misuse
from midstream.desk.reading import HORIZONS, Counts, Task, Today, about
from midstream.desk.reading import today as read_today
from midstream.desk.worker import idle
from midstream.policy.filling import follows
from midstream.web.context import frame_of
from midstream.web.parts import person_of, the_desk
from midstream.web.whole import Content, whole_page

FIRST = 40
"""How many tasks a page shows: more is no day's work. The rest is one step away."""


class Button(msgspec.Struct, frozen=True, kw_only=True):
    """A verb that meets a task, and the address of what it would do."""

    verb: str
    url: str


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One task as the page shows it; with a `receipt`, one that something was just done about."""

    id: str
    task: Task
    about: str
    buttons: tuple[Button, ...]
    receipt: SafeString | None = None


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


def filters_of(asked: QueryDict) -> Filters:
    """Return the filters an address asks for."""
    return Filters(
        whose=asked.get("whose", "")[:120],
        kind=asked.get("kind", "") if asked.get("kind") in {"expert", "process"} else "",
        project=asked.get("project", "")[:80],
        everything=asked.get("everything") == "1",
    )


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """Return the page of today's tasks; who has none, an auditor or an administrator, is led to another page."""
    asked = filters_of(request.GET)
    return whole_page(request, "desk/today.html", (asked,), lambda moment: content_of(request, asked, moment))


class Day(Content, frozen=True, kw_only=True):
    """What the page shows; the groups apart, as a receipt may be put among them."""

    groups: tuple[Group, ...] = ()


def content_of(request: HttpRequest, asked: Filters, moment: datetime) -> Day:
    """Return the page, as its filters ask for it."""
    desk, person, frame = the_desk(), person_of(request), frame_of(request)
    if frame.places and frame.places[0].url != "/":
        return Day(leads_to=frame.places[0].url)
    projects = frame.projects
    is_named = any(project.person(person) is not None for project in projects.values())
    who = viewer(person, projects)
    found = tasks(desk, who=who, moment=moment, asked=asked, is_named=is_named)
    people = sorted(
        {entry.name for project in projects.values() if project.person(person) is not None for entry in project.people}
    )
    count = sum(msgspec.structs.astuple(found.counts))
    groups = grouped(found, moment=moment)
    context = {
        "groups": groups,
        "asked": asked,
        "now": moment,
        "people": people,
        "projects": sorted(projects),
        "count": count,
        "left": count - len(found.tasks),
        "idle": idle(desk, who=who, now=moment),
    }
    cases = tuple(dict.fromkeys(task.case for task in found.tasks))
    return Day(context=context, cases=cases, groups=tuple(groups))


def tasks(desk: Desk, *, who: Viewer, moment: datetime, asked: Filters, is_named: bool) -> Today:
    """Return the tasks asked for, in order: by default one's own, with ``whose=team`` everybody's.

    Somebody whom no project file names has none of their own; they are shown those of the cases they take part in.
    """
    whose = {"": who.person if is_named else "", "team": ""}.get(asked.whose, asked.whose)
    limit = None if asked.everything else FIRST
    try:
        return read_today(
            desk, by=who.person, who=who, now=moment, person=whose, project=asked.project, work=asked.kind, limit=limit
        )
    except Misuse:  # a name that nobody has: an old address, for instance
        return Today(tasks=[], counts=Counts(overdue=0, day=0, week=0, later=0, undated=0))


def grouped(found: Today, *, moment: datetime) -> list[Group]:
    """Return the tasks in groups by when they are due; each says how many it has, though not all may be drawn."""
    counts = found.counts
    sizes = (counts.overdue, counts.day, counts.week, counts.later + counts.undated)
    rows: dict[str, list[Row]] = {name: [] for name in NAMES}
    for task in found.tasks:
        rows[group_of(task, moment)].append(row_of(task))
    return [
        Group(name=name, slug=name.lower().replace(" ", "-"), rows=rows[name], count=size)
        for name, size in zip(NAMES, sizes, strict=True)
        if size
    ]


NAMES = ("Overdue", "Today", "This week", "Waiting")


def group_of(task: Task, moment: datetime) -> str:
    """Return the group of a task: what is due later than in a week, or has no date, waits."""
    day, week = HORIZONS
    if task.due_at is None or task.due_at >= moment + week:
        return "Waiting"
    if task.due_at < moment:
        return "Overdue"
    return "Today" if task.due_at < moment + day else "This week"


def row_of(task: Task) -> Row:
    """Return a task as the page shows it."""
    return Row(
        id=row_id(task.case, task.task),
        task=task,
        about=about(task),
        buttons=buttons(task.case, task.task, task.do, task.subject, task.missing),
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
