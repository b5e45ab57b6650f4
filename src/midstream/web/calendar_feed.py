"""Due tasks and shifts as a calendar (RFC 5545): names of cases and tasks, and nothing a case is about.

Calendars are copied to telephones and to servers of others, so not even a title goes into one.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from icalendar import Alarm, Calendar, Event

from midstream.cases.team import Team
from midstream.desk.reading import Task

LENGTH = timedelta(minutes=30)
"""How long a due instant shows in a calendar, ending when the task is due."""


def calendar(*, person: str, tasks: Iterable[Task], teams: Iterable[Team], now: datetime, url: str = "") -> bytes:
    """Return the calendar of a person's tasks that have a due instant, and of their shifts, in iCalendar."""
    made = Calendar()
    made.add("prodid", "-//Midstream//desk//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", f"Midstream: {person}")
    made.add("refresh-interval", timedelta(hours=1), parameters={"value": "DURATION"})
    for task in tasks:
        if task.due_at is not None:
            made.add_component(_task(task, task.due_at, now=now, url=url))
    for team in teams:
        for shift in team.shifts:
            if shift.person == person and shift.ends_at > now:
                made.add_component(_shift(team, shift.starts_at, shift.ends_at, now=now))
    return bytes(made.to_ical())


def _task(task: Task, due_at: datetime, *, now: datetime, url: str) -> Event:
    event = Event()
    event.add("uid", f"{task.case}.{task.task}@midstream".replace(" ", "-"))
    event.add("dtstamp", now)
    event.add("dtstart", due_at - LENGTH)
    event.add("dtend", due_at)
    subject = f" ({task.subject})" if task.subject else ""
    event.add("summary", f"{task.case}: {task.name}{subject} is due")
    event.add("categories", [task.work])
    event.add("class", "CONFIDENTIAL")
    event.add("transp", "TRANSPARENT")
    if url:
        event.add("url", f"{url}/cases/{task.case}/")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", f"{task.case}: {task.name}")
    alarm.add("trigger", -timedelta(hours=4))
    event.add_component(alarm)
    return event


def _shift(team: Team, starts_at: datetime, ends_at: datetime, *, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"shift.{team.project.id}.{starts_at:%Y%m%dT%H%M%SZ}@midstream")
    event.add("dtstamp", now)
    event.add("dtstart", starts_at)
    event.add("dtend", ends_at)
    event.add("summary", f"On duty for {team.project.name}")
    event.add("transp", "TRANSPARENT")
    return event
