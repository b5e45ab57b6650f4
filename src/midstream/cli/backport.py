"""``midstream backport …``: each command stands in a module of its own."""

import click

from midstream.cli.backport_explain import explain
from midstream.cli.backport_plan import plan
from midstream.cli.backport_try import try_


@click.group()
def backport() -> None:
    """Explain, try and plan fixes on other branches."""


backport.add_command(explain)
backport.add_command(try_)
backport.add_command(plan)
