"""``midstream backport …``: each command stands in a module of its own."""

import click

from midstream.cli.backport_plan import plan
from midstream.cli.backport_try import try_


@click.group()
def backport() -> None:
    """Try a fix on other branches; see what is owed."""


backport.add_command(try_)
backport.add_command(plan)
