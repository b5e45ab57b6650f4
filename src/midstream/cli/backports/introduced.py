"""``midstream introduced``."""

from pathlib import Path

import click

from midstream.cli.app import Session
from midstream.cli.errors import printable
from midstream.cli.output import json_option, paragraph, write_json


@click.command()
@click.argument("fix", nargs=-1, required=True)
@click.option(
    "--repo", type=click.Path(path_type=Path), default=Path(), help="The repository; where you are if not given."
)
@json_option
@click.pass_obj
def introduced(session: Session, *, fix: tuple[str, ...], repo: Path, as_json: bool) -> None:
    """Suggest which commit brought the flaw in that FIX, one or several commits, repairs.

    It is a guess from who wrote the lines that the fix changes: a person has to confirm it. Exit code 1 when these
    lines tell nothing.
    """
    from midstream.desk.backports.introduced import suggest  # noqa: PLC0415 - keeps help quick

    history = session.history(repo)
    found = suggest(history, tuple(history.resolve(name) for name in fix))
    if as_json:
        write_json({"is_suggestion": True, "suggestions": found})
    elif not found:
        click.echo(
            "The lines the fix changes tell nothing: it adds files, or changes only tests and documents.", err=True
        )
    else:
        click.echo("A suggestion, to be confirmed by a person:\n", err=True)
        for place, entry in enumerate(found, 1):
            kind = "lines it removes" if entry.is_removed else "lines beside what it adds"
            released = f"first in {entry.first_release}" if entry.first_release else "in no final release"
            click.echo(f"{place}. {click.style(entry.commit[:12], bold=True)}  {printable(entry.subject)}")
            paragraph(f"wrote {entry.count} of the {entry.of} {kind}; {released}; {entry.author}", indent="   ")
        click.echo("\nOnce confirmed: midstream do CASE record-introduced commit=ID", err=True)
    if not found:
        raise click.exceptions.Exit(1)
