"""The digest: one mail a day that says what is due, by the names of cases and tasks and nothing they are about.

Mail is read by servers on its way: no title, no word of a report, goes into it.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from midstream.desk.desk import Desk
from midstream.desk.reading import Task, today

WEEK = timedelta(days=7)


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """One digest: whose it is, and what it says."""

    person: str
    subject: str
    text: str


def digest(desk: Desk, *, person: str, now: datetime, url: str = "") -> Letter | None:
    """Return what is overdue and what is due within a week for a person, in their zone; None when nothing is.

    `url` is the address of the web desk, if it has one.
    """
    tasks = [task for task in today(desk, by=person, now=now, person=person).tasks if _is_near(task, now)]
    if not tasks:
        return None
    zones = [entry.zone for project in desk.projects().values() if (entry := project.person(person)) is not None]
    zone = ZoneInfo(zones[0] if zones else "UTC")
    late = [task for task in tasks if task.due_at is not None and task.due_at < now]
    soon = [task for task in tasks if task not in late]
    parts = [f"Good morning {person}."]
    for head, some in (("Overdue:", late), ("Due within a week:", soon)):
        if some:
            parts.append("\n".join([head, *(_line(task, zone, url) for task in some)]))
    parts.append(f"All of it: {url}/" if url else "All of it: midstream today")
    words = f"{len(late)} overdue, {len(soon)} due within a week"
    return Letter(person=person, subject=f"Midstream: {words}", text="\n\n".join(parts) + "\n")


def _is_near(task: Task, now: datetime) -> bool:
    return task.due_at is not None and task.due_at < now + WEEK


def _line(task: Task, zone: ZoneInfo, url: str) -> str:
    due = f"{task.due_at.astimezone(zone):%a %d %b, %H:%M %Z}" if task.due_at else ""
    subject = f" ({task.subject})" if task.subject else ""
    where = f"\n    {url}/cases/{task.case}/" if url else ""
    return f"  {due}  {task.case}: {task.name}{subject}{where}"
