"""``midstream backport explain``: every rung of the evidence ladder."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from midstream.cli.app import Session
from midstream.cli.errors import printable
from midstream.cli.output import json_option, paragraph, write_json

if TYPE_CHECKING:
    from midstream.analysis.backports import Step
    from midstream.desk.backports.explaining import Explained

SIGNS = {True: "✔", False: "✘", None: "-"}
WORDS = {True: "matched", False: "did not match", None: "could not be tried"}


@click.command()
@click.argument("fix", nargs=-1, required=True)
@click.option("--onto", "branches", multiple=True, required=True, help="The branch. May be given several times.")
@click.option(
    "--repo", type=click.Path(path_type=Path), default=Path(), help="The repository; where you are if not given."
)
@click.option("--config", type=click.Path(path_type=Path), help="The midstream.toml that names the branches.")
@click.option("--introduced", multiple=True, help="A commit that brought the flaw in. May be given several times.")
@json_option
@click.pass_obj
def explain(
    session: Session,
    *,
    fix: tuple[str, ...],
    branches: tuple[str, ...],
    repo: Path,
    config: Path | None,
    introduced: tuple[str, ...],
    as_json: bool,
) -> None:
    """Explain whether a branch has FIX, one commit or several: each rung looked at, what matched, and how sure.

    Exit code 1 when a branch lacks the fix or a person should look.
    """
    from midstream.cli.backports.reading_git import lines_of, project_of  # noqa: PLC0415 - keeps help quick
    from midstream.desk.backports.board import branches_of  # noqa: PLC0415 - as above
    from midstream.desk.backports.explaining import explained  # noqa: PLC0415 - as above
    from midstream.desk.backports.fixes import Listed, resolve  # noqa: PLC0415 - as above

    today = session.clock().date()
    history = session.history(repo)
    project = project_of(history, repo=repo, config=config, desk=None, name="")
    (asked,) = resolve([Listed(name=fix[0], commits=fix, introduced=introduced)], history)
    lines = lines_of(history, project, named=branches, today=today)
    # The other branches are not answered for, but originals of other backports may be on them.
    others = [line for line in branches_of(history, project, today=today) if line.name not in branches]
    found = explained(history, asked, lines=lines, others=others, today=today)
    if as_json:
        write_json(found)
    else:
        for entry in found:
            _show(entry)
    if any(entry.verdict.word not in {"fixed", "not affected"} or entry.verdict.needs_look for entry in found):
        raise click.exceptions.Exit(1)


def _show(entry: "Explained") -> None:
    verdict = entry.verdict
    click.echo(
        f"{click.style(printable(verdict.branch), bold=True)}: {click.style(verdict.word, bold=True)}, {verdict.sure}"
    )
    paragraph(verdict.because, indent="  ")
    if verdict.needs_look:
        click.echo("  A person should look at this before it is told to anybody.")
    if len(verdict.found) > 1:
        click.echo(f"  {verdict.count} of {len(verdict.found)} commits are there.")
    for found, steps in zip(verdict.found, entry.steps, strict=True):
        click.echo(f"\n  {found.fix[:12]}")
        for step in steps:
            _step(step)
        if found.reverted_by:
            paragraph(f"! reverted by {found.reverted_by[:12]}", indent="    ")
        if found.nearest:
            paragraph(f"nearest: {found.nearest}", indent="    ")
    for line in entry.at_tip:
        paragraph(line, indent="  ")
    click.echo()


def _step(step: "Step") -> None:
    sure = f", {step.sure}" if step.matched else ""
    click.echo(f"    {SIGNS[step.matched]} {step.rung}: {WORDS[step.matched]}{sure}")
    paragraph(step.detail, indent="        ")
