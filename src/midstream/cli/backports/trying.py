"""``midstream backport try FIX --onto BRANCH``."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from midstream.cli.app import Session
from midstream.cli.errors import printable
from midstream.cli.output import json_option, paragraph, write_json

if TYPE_CHECKING:
    from midstream.desk.backports.trying import Tried

SIGNS = {"clean": "+", "conflict": "x", "empty": "=", "error": "!"}
COLOURS = {"clean": "green", "conflict": "red", "empty": "blue", "error": "yellow"}
MEANING = {
    "clean": "applies cleanly",
    "conflict": "conflicts",
    "empty": "nothing is left to apply",
    "error": "could not be tried, which says nothing of the branch",
}


@click.command("try")
@click.argument("fix", nargs=-1, required=True)
@click.option("--onto", "branches", multiple=True, required=True, help="The branch; may be given several times.")
@click.option(
    "--repo", type=click.Path(path_type=Path), default=Path(), help="The repository; where you are if not given."
)
@click.option("--mainline", type=click.IntRange(1), default=None, help="For merges: the parent whose side is kept.")
@click.option("--write", "name", default="", help="Write a clean backport to a new branch of this name.")
@click.option("--sign-off", is_flag=True, help="With --write: add your own Signed-off-by.")
@json_option
@click.pass_obj
def try_(
    session: Session,
    *,
    fix: tuple[str, ...],
    branches: tuple[str, ...],
    repo: Path,
    mainline: int | None,
    name: str,
    sign_off: bool,
    as_json: bool,
) -> None:
    """Try FIX, one or several commits or a range A..B, on branches, in memory.

    Nothing in the repository is touched unless --write is given. Exit code 1 when a branch conflicts, 3 when one could
    not be tried.
    """
    from midstream.desk.backports.trying import try_backport  # noqa: PLC0415 - keeps help quick

    found = try_backport(
        session.open_trials(repo=repo),
        fix=fix,
        onto=branches,
        mainline=mainline or 0,
        write=name,
        sign_off=sign_off,
    )
    if as_json:
        write_json(found)
    else:
        for entry in found:
            show(entry)
    outcomes = {entry.trial.outcome for entry in found}
    if "error" in outcomes:
        raise click.exceptions.Exit(3)
    if "conflict" in outcomes:
        raise click.exceptions.Exit(1)


def show(entry: "Tried") -> None:
    """Return nothing, after one branch's answer was written."""
    trial = entry.trial
    sign = click.style(SIGNS[trial.outcome], fg=COLOURS[trial.outcome], bold=True)
    of = "  (as origin has it)" if entry.ref.startswith("refs/remotes/origin/") else ""
    click.echo(f"{sign} {click.style(printable(trial.branch), bold=True)}  {MEANING[trial.outcome]}{of}")
    count = len(trial.commits)
    if trial.what:
        paragraph(trial.what, indent="    ")
        paragraph(trial.hint, indent="    ")
    if trial.stopped_at and count > 1:
        place = trial.commits.index(trial.stopped_at) + 1 if trial.stopped_at in trial.commits else 0
        click.echo(f"    at commit {place} of {count}, {trial.stopped_at[:12]}; {len(trial.applied)} before it apply")
    elif trial.skipped and trial.outcome == "clean":
        click.echo(f"    {len(trial.skipped)} of {count} commits are there already")
    for file, asked in zip(trial.files, entry.owners, strict=True):
        words = ", ".join((*file.kinds, *(("documentation",) if file.is_docs else ())))
        click.echo(f"    {printable(file.path)}  ({words})")
        people = ", ".join(owner.shown for owner in asked.owners[:4]) or "nobody is named"
        more = f" and {len(asked.owners) - 4} more" if len(asked.owners) > 4 else ""
        paragraph(f"ask {people}{more}: {asked.because}, {asked.source}", indent="        ")
    if trial.is_docs_only:
        click.echo("    only documentation conflicts")
    if trial.written:
        click.echo(f"    written to branch {printable(trial.written)}, {trial.head[:12]}")
    elif trial.outcome == "clean":
        click.echo(f"    tree {trial.tree[:12]}; with --write NAME it becomes a branch", err=True)
