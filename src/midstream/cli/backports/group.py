"""``midstream backport …``: each command stands in a module of its own."""

import click

from midstream.cli.backports.planning import plan
from midstream.cli.backports.trying import try_


@click.group()
def backport() -> None:
    """Try a fix on other branches; see what is owed."""


backport.add_command(try_)
backport.add_command(plan)
