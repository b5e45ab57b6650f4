"""``midstream ledger verify|export|import``."""

import os
import sys
from pathlib import Path
from typing import BinaryIO

import click

from midstream.cli.app import Session
from midstream.cli.output import counted, json_option, progress, write_json
from midstream.desk import moving


@click.group()
def ledger() -> None:
    """Verify, export and import the facts."""


@ledger.command()
@json_option
@click.pass_obj
def verify(session: Session, *, as_json: bool) -> None:
    """Check every stored fact and blob. Exit code 1 when one is not as it was recorded."""
    desk = session.desk()
    with progress("facts") as tick:
        found = moving.verify_ledger(desk, tick=tick)
    if as_json:
        write_json(found)
    else:
        click.echo(
            "{} in {} and {} looked at".format(
                counted(found.facts, "fact"), counted(found.streams, "stream"), counted(found.blobs, "blob")
            )
        )
        for complaint in found.complaints:
            click.echo(click.style("broken: ", fg="red") + complaint)
    if found.complaints:
        raise click.exceptions.Exit(1)


@ledger.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def export(session: Session, file: Path | None) -> None:
    """Write every fact as a line of JSON to FILE, a new one, or to stdout; it holds what is under embargo."""
    desk = session.desk()
    with progress("facts") as tick:
        if file is None:
            for line in moving.export_lines(desk, tick=tick):
                sys.stdout.buffer.write(line + b"\n")
            return
        # Made for the owner's eyes alone, and never over a file that is there.
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.writelines(line + b"\n" for line in moving.export_lines(desk, tick=tick))


@ledger.command("import")
@click.argument("file", type=click.File("rb"))
@click.pass_obj
def import_(session: Session, file: BinaryIO) -> None:
    """Take the facts of an export in, all of them or, when one line is wrong, none."""
    desk = session.desk()
    with progress("facts") as tick:
        count = moving.import_lines(desk, file, where=getattr(file, "name", "-"), tick=tick)
    click.echo(f"{count} facts were new", err=True)
