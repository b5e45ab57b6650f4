"""``midstream backport …``: each command stands in a module of its own."""

import click

from midstream.cli.backports.explaining import explain
from midstream.cli.backports.planning import plan
from midstream.cli.backports.trying import try_


@click.group()
def backport() -> None:
    """Explain, try and plan fixes on other branches."""


backport.add_command(explain)
backport.add_command(try_)
backport.add_command(plan)
