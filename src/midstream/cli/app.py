"""The root command. Commands are loaded when they are run, so that help and completion stay quick."""

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

import midstream

if TYPE_CHECKING:
    from datetime import datetime

    from midstream.desk.desk import Desk

COMMANDS = {
    "today": ("midstream.cli.today:today", "What has to be done, by when, by whom, and why."),
    "board": ("midstream.cli.case:board", "Cases by branches, as recorded."),
    "case": ("midstream.cli.case:case", "List cases; show one, its log, and why its tasks are there."),
    "do": ("midstream.cli.do:do", "Carry out a verb on a case."),
    "advisory": ("midstream.cli.advisory:advisory", "Show, export, check and publish advisories."),
    "report": ("midstream.cli.report:report", "Take reports in."),
    "policy": ("midstream.cli.policy:policy", "Check and show policies; see what a change would move."),
    "project": ("midstream.cli.project:project", "Load a project, its CVE ids and its releases."),
    "rotation": ("midstream.cli.rotation:rotation", "Who is on duty, and who is away."),
    "worker": ("midstream.cli.worker:worker", "Do the open process tasks that need nobody."),
    "ledger": ("midstream.cli.ledger:ledger", "Verify, export and import the facts."),
    "store": ("midstream.cli.store:store", "Remake the read models; back up."),
    "demo": ("midstream.cli.demo:demo", "Load the demo: TF-M's public history and three invented cases."),
}
"""Every command with where it is and its one-line help, so that listing them imports none."""


class Session:
    """What wiring hands to the commands: how to open the desk, who asks, and the clock."""

    def __init__(
        self,
        *,
        open_desk: "Callable[[str], Desk]",
        settle: Callable[[str, str], None],
        default_person: Callable[[str], str],
        clock: "Callable[[], datetime]",
    ) -> None:
        """Keep the parts; nothing is opened until a command asks for the desk."""
        self._open = open_desk
        self._settle = settle
        self._default_person = default_person
        self.clock = clock
        self.store = ""
        self.person = ""

    def desk(self) -> "Desk":
        """Return the desk over the chosen store."""
        return self._open(self.store)

    def who(self) -> str:
        """Return who asks: ``--as``, else MIDSTREAM_AS, else the person the store's settings name."""
        person = self.person or self._default_person(self.store)
        if person == "worker":
            raise click.UsageError("'worker' is the name of a part of Midstream; use your own.")
        return person

    def settle(self, person: str) -> None:
        """Make `person` the one who asks when nobody is named, for this store."""
        self._settle(self.store, person)


class Root(click.Group):
    """A group that knows its commands by name and loads one when it is run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, in the order of a day's work."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command, loaded; None when there is none of that name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), name)
        if not isinstance(command, click.Command):
            raise TypeError(name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command asked for; a mistyped one is answered with the nearest."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from midstream.formats.toml import nearest  # noqa: PLC0415 - only a typo needs it

            raise click.UsageError(f"No such command {args[0]!r}. {nearest(args[0], set(COMMANDS))}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without loading them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=Root, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--store",
    envvar="MIDSTREAM_STORE",
    default=".midstream/store.db",
    show_default=True,
    help="The store: a path, or postgresql://… (MIDSTREAM_STORE).",
)
@click.option("--as", "person", envvar="MIDSTREAM_AS", default="", help="Who you are (MIDSTREAM_AS).")
@click.version_option(midstream.__version__, prog_name="midstream")
@click.pass_obj
def app(session: Session, store: str, person: str) -> None:
    """Run the security maintenance of a project, from a private report to the next task.

    Data goes to stdout, talk to stderr. Exit codes: 0 fine, 1 the answer is no, 2 misuse, 3 trouble outside.
    """
    session.store, session.person = store, person


def run(session: Session) -> int:
    """Return the exit code of one run of the command line: 0 fine, 1 no, 2 misuse, 3 trouble outside."""
    from midstream.cli.errors import code_of, explain  # noqa: PLC0415 - loads nothing heavy, but not for --help

    try:
        # In this mode Click returns the code of a command that leaves with `click.exceptions.Exit`.
        result = app.main(standalone_mode=False, obj=session, prog_name="midstream")
    except SystemExit:
        return 0  # so Click leaves when nobody reads stdout any more, which is no trouble: somebody has seen enough
    except click.Abort:
        click.echo("stopped; nothing more was done", err=True)
        return 1
    except click.ClickException as error:
        error.show()
        return 2
    except Exception as error:
        code = code_of(error)
        if code is None:
            raise
        explain(error)
        return code
    return result if isinstance(result, int) else 0
