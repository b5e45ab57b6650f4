"""``midstream today``."""

from datetime import datetime, timedelta

import click

from midstream.cli.app import Session
from midstream.cli.errors import printable
from midstream.cli.output import as_of_option, distance, instant, json_option, moment_of, width, write_json
from midstream.desk.reading import Task
from midstream.desk.reading import today as read_today


@click.command()
@click.option("--for", "person", default="", help="Only the tasks of this person.")
@click.option("--project", default="", help="Only this project.")
@as_of_option
@json_option
@click.pass_obj
def today(session: Session, person: str, project: str, as_of: str, *, as_json: bool) -> None:
    """Show what has to be done: overdue first, then by due instant, then by severity."""
    now = session.clock()
    moment = moment_of(as_of, session)
    tasks = read_today(session.desk(), by=session.who(), now=now, person=person, project=project, as_of=moment)
    if as_json:
        write_json(tasks)
        return
    show_tasks(tasks, moment or now)


def show_tasks(tasks: list[Task], now: datetime) -> None:
    """Return nothing, after the tasks were written in groups by when they are due."""
    if not tasks:
        click.echo("Nothing is to be done by those you can see.", err=True)
        return
    groups: dict[str, list[Task]] = {}
    for task in tasks:
        groups.setdefault(_group(task, now), []).append(task)
    for name, members in groups.items():
        click.echo(click.style(f"{name} ({len(members)})", bold=True, fg="red" if name == "Overdue" else None))
        for task in members:
            _show(task, now)
        click.echo()


def _group(task: Task, now: datetime) -> str:
    if task.due_at is None:
        return "No date"
    if task.standing == "overdue":
        return "Overdue"
    if task.due_at <= now + timedelta(days=1):
        return "Within a day"
    return "Within a week" if task.due_at <= now + timedelta(days=7) else "Later"


def _show(task: Task, now: datetime) -> None:
    due = f"{instant(task.due_at, task.zone)}  {distance(task.due_at, now)}" if task.due_at else ""
    name = f"{task.name}: {task.subject}" if task.subject else task.name
    room = width() - 4 - len(task.case) - len(due)
    text = printable(name)
    text = text if len(text) <= room - 2 else text[: room - 3] + "…"
    click.echo(f"  {click.style(task.case, bold=True)}  {text.ljust(room - 2)}  {due}".rstrip())
    who = " or ".join(task.who) or "nobody"
    severity = f" · {task.severity}" if task.severity not in {"unscored", "none"} else ""
    why = f"{task.clause}: {', '.join(dict.fromkeys(task.kinds))}"
    _detail(f"{who} ({task.who_why}) · {task.work}{severity} · {why}")
    if task.ask:
        _detail(task.ask)
    _detail(f"do {task.case} {' | '.join(task.do)}")


def _detail(text: str) -> None:
    room = width() - 6
    shown = printable(text)
    click.echo(click.style("      " + (shown if len(shown) <= room else shown[: room - 1] + "…"), dim=True))
