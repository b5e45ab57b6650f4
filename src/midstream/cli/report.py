"""``midstream report take``."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from midstream.cli.app import Session
from midstream.cli.errors import printable
from midstream.cli.output import fact_json, json_option, progress, write_json

if TYPE_CHECKING:
    from midstream.desk.intake import Taken


@click.group()
def report() -> None:
    """Take reports in."""


@report.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--project", default="", help="The project it is for; needed when the desk serves several.")
@click.option("--area", default="", help="The code area, if you know it.")
@click.option("--received", default="", help="When it came, if its Date does not say so: 2026-11-20T09:30+00:00.")
@json_option
@click.pass_obj
def take(session: Session, path: Path, *, project: str, area: str, received: str, as_json: bool) -> None:
    """Take the mails of PATH in: a .eml file, an mbox, or a Maildir folder.

    A mail becomes a case, is added to the case it answers, or is known already. Nothing in it is run or rendered.
    """
    from midstream.cli.project import the_project  # noqa: PLC0415 - keeps help quick
    from midstream.desk.fields import read_moment  # noqa: PLC0415 - as above
    from midstream.desk.intake import take_reports  # noqa: PLC0415 - as above

    desk = session.desk()
    chosen = project or the_project(desk)
    moment = read_moment(received, now=session.clock(), what="--received") if received else None
    taken: list[Taken] = []
    try:
        with progress("mails") as tick:
            for entry in take_reports(desk, path=path, project=chosen, by=session.who(), area=area, received=moment):
                tick()
                taken.append(entry)
                if not as_json:
                    _say(entry)
    finally:
        # Also when a later mail of the file cannot be read: those before it are taken.
        if as_json:
            write_json([_taken_json(entry) for entry in taken])


def _say(entry: "Taken") -> None:
    said = {"new": "is a new case", "added": "got a further message", "known": "has this mail already"}
    click.echo(f"{entry.case} {said[entry.outcome]}")
    for of in entry.suspected:
        click.echo(f"  looks like {of}: compare, then midstream do {entry.case} link-duplicate of={of}", err=True)
    for notice in entry.notices:
        click.echo(f"  {printable(notice)}", err=True)


def _taken_json(entry: "Taken") -> dict[str, object]:
    return {
        "case": entry.case,
        "outcome": entry.outcome,
        "suspected": entry.suspected,
        "notices": entry.notices,
        "facts": [fact_json(fact) for fact in entry.facts],
    }
