"""``midstream store rebuild|backup``."""

from pathlib import Path

import click

from midstream.cli.app import Session
from midstream.cli.output import progress
from midstream.desk import moving


@click.group()
def store() -> None:
    """Remake the read models; back up."""


@store.command()
@click.pass_obj
def rebuild(session: Session) -> None:
    """Remake what is derived from the facts: lists, tasks, the board."""
    desk = session.desk()
    with progress("cases") as tick:
        moving.rebuild(desk, tick=tick)


@store.command()
@click.argument("to", type=click.Path(path_type=Path))
@click.pass_obj
def backup(session: Session, to: Path) -> None:
    """Write a whole copy to TO, a new file, while others go on working.

    It holds no master key: keep a copy of that apart. For PostgreSQL, use pg_dump.
    """
    session.desk().store.backup(to)
    click.echo(f"{to} is a whole copy; it holds what is under embargo", err=True)
