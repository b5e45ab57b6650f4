"""``midstream today``."""

from datetime import datetime, timedelta

import click

from midstream.cli.app import Session
from midstream.cli.errors import printable
from midstream.cli.output import as_of_option, distance, instant, json_option, moment_of, paragraph, write_json
from midstream.desk.reading import Task
from midstream.desk.reading import today as read_today


@click.command()
@click.option("--for", "person", default="", help="Only the tasks of this person.")
@click.option("--project", default="", help="Only this project.")
@click.option("--all", "everything", is_flag=True, help="Also what is due later than in a week.")
@as_of_option
@json_option
@click.pass_obj
def today(session: Session, *, person: str, project: str, as_of: str, everything: bool, as_json: bool) -> None:
    """Show what has to be done: overdue first, then by due instant, then by severity."""
    now = session.clock()
    moment = moment_of(as_of, session)
    tasks = read_today(session.desk(), by=session.who(), now=now, person=person, project=project, as_of=moment)
    if as_json:
        write_json(tasks)
        return
    show_tasks(tasks, moment or now, everything=everything)


def show_tasks(tasks: list[Task], now: datetime, *, everything: bool) -> None:
    """Return nothing, after the tasks were written in groups by when they are due."""
    if not tasks:
        click.echo("Nothing is to be done in the cases you can see.", err=True)
        return
    groups: dict[str, list[Task]] = {}
    for task in tasks:
        groups.setdefault(_group(task, now), []).append(task)
    for name, members in groups.items():
        click.echo(click.style(f"{name} ({len(members)})", bold=True, fg="red" if name == OVERDUE else None))
        if name == LATER and not everything:
            click.echo("  shown by midstream today --all")
            continue
        for task in members:
            _show(task, now)
        click.echo()


OVERDUE, LATER = "Overdue", "Later"


def _group(task: Task, now: datetime) -> str:
    if task.standing == "overdue":
        return OVERDUE
    if task.due_at is None:
        return "No date"
    if task.due_at <= now + timedelta(days=1):
        return "Within a day"
    return "Within a week" if task.due_at <= now + timedelta(days=7) else LATER


def _show(task: Task, now: datetime) -> None:
    name = f"{task.name}: {task.subject}" if task.subject else task.name
    pad = " " * (len(task.case) + 4)
    click.echo(f"  {click.style(task.case, bold=True)}  {click.style(printable(name), bold=True)}")
    due = f"due {instant(task.due_at, task.zone)}, {distance(task.due_at, now)} · " if task.due_at else ""
    severity = f" · {task.severity}" if task.severity != "unscored" else ""
    who = " or ".join(task.who) or "nobody"
    paragraph(f"{due}{who} ({task.who_why}){severity}", indent=pad)
    if task.ask:
        paragraph(task.ask, indent=pad)
    paragraph(f"because of {', '.join(dict.fromkeys(task.kinds))} ({task.clause})", indent=pad)
    for command in task.commands:
        click.echo(click.style(f"{pad}midstream do {printable(command)}", dim=True))
