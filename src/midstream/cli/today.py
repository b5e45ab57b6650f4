"""``midstream today``."""

import re
import textwrap
from datetime import datetime

import click

from midstream.cli.app import Session
from midstream.cli.errors import printable
from midstream.cli.output import (
    as_of_option,
    counted,
    distance,
    instant,
    json_option,
    moment_of,
    paragraph,
    width,
    write_json,
)
from midstream.desk.reading import HORIZONS, Task, Today, about
from midstream.desk.reading import today as read_today


@click.command()
@click.option("--for", "person", default="", help="Only the tasks of this person.")
@click.option("--project", default="", help="Only this project.")
@click.option("--all", "everything", is_flag=True, help="All of them, also what is due later than in a week.")
@as_of_option
@json_option
@click.pass_obj
def today(session: Session, *, person: str, project: str, as_of: str, everything: bool, as_json: bool) -> None:
    """Show what has to be done: overdue first, then by due instant, then by severity.

    Shows the first 30, and what is due later than in a week only as a number; --json tells all.
    """
    now = session.clock()
    moment = moment_of(as_of, session)
    limit = None if everything or as_json else FIRST
    found = read_today(
        session.desk(), by=session.who(), now=now, person=person, project=project, as_of=moment, limit=limit
    )
    if as_json:
        write_json(found.tasks)
        return
    show_tasks(found, moment or now, everything=everything)
    if moment is None:
        warn_of_worker(session, now)


def warn_of_worker(session: Session, now: datetime) -> None:
    """Return nothing, after it was said on stderr that the worker does not run though something waits for it."""
    from midstream.desk.worker import idle  # noqa: PLC0415 - the day of a past moment asks for no worker

    desk = session.desk()
    found = idle(desk, who=desk.viewer(session.who()), now=now)
    if found is None:
        return
    last = f"last ran {instant(found.last_at)}, {distance(found.last_at, now)}" if found.last_at else "never ran here"
    count = f"{'more than ' if found.is_more else ''}{counted(found.tasks, 'task')}"
    text = f"The worker {last}; {count} wait{'s' if found.tasks == 1 else ''} for it since {instant(found.since)}. "
    click.echo(textwrap.fill(text + "Let it run every few minutes: midstream worker --once", width()), err=True)


FIRST = 30
"""How many tasks are shown without ``--all``: what one person can take in."""


def show_tasks(found: Today, now: datetime, *, everything: bool) -> None:
    """Return nothing, after the tasks were written in groups by when they are due, each with its count."""
    counts = found.counts
    sizes = {
        "Overdue": counts.overdue,
        "Within a day": counts.day,
        "Within a week": counts.week,
        LATER: counts.later,
        "No date": counts.undated,
    }
    if not any(sizes.values()):
        click.echo("Nothing is to be done in the cases you can see.", err=True)
        return
    groups: dict[str, list[Task]] = {name: [] for name in sizes}
    for task in found.tasks:
        groups[_group(task, now)].append(task)
    for name, count in sizes.items():
        if not count:
            continue
        click.echo(click.style(f"{name} ({count})", bold=True, fg="red" if name == "Overdue" else None))
        shown = [] if name == LATER and not everything else groups[name]
        for task in shown:
            _show(task, now)
        if len(shown) < count:
            more = f"{count - len(shown)} more: " if shown else ""
            click.echo(f"  {more}midstream today --all")
        click.echo()


LATER = "Later"


def _group(task: Task, now: datetime) -> str:
    if task.due_at is None:
        return "No date"
    if task.due_at < now:
        return "Overdue"
    day, week = HORIZONS
    if task.due_at < now + day:
        return "Within a day"
    return "Within a week" if task.due_at < now + week else LATER


def _show(task: Task, now: datetime) -> None:
    name = f"{task.name}: {about(task)}" if about(task) else task.name
    pad = " " * (len(task.case) + 4)
    first, *rest = textwrap.wrap(printable(name), width() - len(pad)) or [""]
    click.echo(f"  {click.style(task.case, bold=True)}  {click.style(first, bold=True)}")
    for part in rest:
        click.echo(pad + click.style(part, bold=True))
    due = f"due {instant(task.due_at, task.zone)}, {distance(task.due_at, now)} · " if task.due_at else ""
    severity = f" · {task.severity}" if task.severity != "unscored" else ""
    who = " or ".join(task.who) or "nobody"
    paragraph(f"{due}{who} ({task.who_why}){severity}", indent=pad)
    if task.ask:
        paragraph(task.ask, indent=pad)
    paragraph(f"because of {', '.join(dict.fromkeys(task.kinds))} ({task.clause})", indent=pad)
    for command in task.commands:
        # A line too long for the terminal goes on after a backslash, so that it can be copied as it stands.
        for part in _continued(f"midstream do {printable(command)}", width() - len(pad)):
            inset = pad[: max(0, width() - len(part))]  # a digest is one long word
            click.echo(click.style(inset + part, dim=True))


def _continued(text: str, room: int) -> list[str]:
    """Return the command in lines that a shell reads as one; what stands in quotes is never broken."""
    lines = [""]
    for word in _WORDS.findall(text):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > room - 2:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".lstrip()
    if len(text) <= room:
        return [text]
    return [f"{line} \\" for line in lines[:-1]] + lines[-1:]


_WORDS = re.compile(r"(?:'[^']*'|\"[^\"]*\"|[^\s'\"])+")
