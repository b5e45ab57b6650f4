"""``midstream backport plan``."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from midstream.cli.app import Session
from midstream.cli.errors import printable
from midstream.cli.output import counted, instant, json_option, paragraph, write_json

if TYPE_CHECKING:
    from midstream.desk.backports.plan import Owed


@click.command()
@click.option(
    "--repo", type=click.Path(path_type=Path), default=Path(), help="The repository; where you are if not given."
)
@click.option("--project", default="", help="Only this project.")
@json_option
@click.pass_obj
def plan(session: Session, *, repo: Path, project: str, as_json: bool) -> None:
    """Show the backports that are owed, newest branch first, by whom to ask, with what trying them says."""
    from midstream.desk.backports import plan as planning  # noqa: PLC0415 - keeps help quick

    trials = session.open_trials(repo=repo)
    owed = planning.plan(session.desk(), trials, by=session.who(), now=session.clock(), path=repo, project=project)
    if as_json:
        write_json(owed)
        return
    if not owed:
        click.echo("no backport is owed", err=True)
    for owner, entries in planning.by_owner(owed).items():
        head = f"To ask: {owner}" if owner else "Nobody needs to be asked"
        click.echo(click.style(printable(head), bold=True))
        for entry in entries:
            show(entry)


def show(entry: "Owed") -> None:
    """Return nothing, after one backport that is owed was written."""
    due = instant(entry.due_at)[:10] or "no date"
    click.echo(f"  {printable(entry.case)} onto {printable(entry.branch)}  {entry.standing}, due {due}")
    trial = entry.trial
    if trial is None:
        paragraph(f"not tried: {entry.why_not}", indent="    ")
        return
    if trial.outcome == "conflict":
        click.echo(f"    conflicts in {counted(len(trial.files), 'file')}")
        for file in trial.files[:5]:
            click.echo(f"      {printable(file.path)}  ({', '.join(file.kinds)})")
        if entry.ask:
            paragraph(f"ask {', '.join(entry.ask[:4])}: {entry.source}", indent="      ")
    elif trial.outcome == "error":
        paragraph(f"could not be tried: {trial.what}. {trial.hint}", indent="    ")
    elif trial.outcome == "empty":
        paragraph("nothing is left to apply: look whether the branch has it, and record that", indent="    ")
    else:
        commits = " ".join(commit[:12] for commit in trial.commits)
        click.echo(f"    applies cleanly, taken from {printable(entry.taken_from)}")
        click.echo(f"    midstream backport try {commits} --onto {printable(entry.branch)} --write NAME")
