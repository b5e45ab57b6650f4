"""The root command. Commands are loaded when they are run, so that help and completion stay quick."""

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

import midstream

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from midstream.cli.serving import Accounts, PostOffice, Serving
    from midstream.desk.desk import Desk
    from midstream.desk.ports import History, OpenTrials

COMMANDS = {
    "init": ("midstream.cli.backports.init:init", "Propose a midstream.toml for a checkout."),
    "today": ("midstream.cli.today:today", "What has to be done, by when, by whom, and why."),
    "scan": ("midstream.cli.exposure.scan:scan", "Which of what we ship is vulnerable, and why."),
    "fleet": ("midstream.cli.exposure.fleet:fleet", "Keep many bills of materials, and ask who is affected."),
    "board": ("midstream.cli.backports.board:board", "Which branch has which fix: as recorded, or read from git."),
    "case": ("midstream.cli.case:case", "List cases; show one, its log, and why its tasks are there."),
    "do": ("midstream.cli.do:do", "Carry out a verb on a case."),
    "backport": ("midstream.cli.backports.group:backport", "Explain, try and plan fixes on other branches."),
    "introduced": ("midstream.cli.backports.introduced:introduced", "Suggest where a flaw came in."),
    "advisory": ("midstream.cli.advisory:advisory", "Show, export, check and publish advisories."),
    "report": ("midstream.cli.report:report", "Take reports in."),
    "policy": ("midstream.cli.policy:policy", "Check and show policies; see what a change would move."),
    "project": ("midstream.cli.project:project", "Load a project, its CVE ids and its releases."),
    "rotation": ("midstream.cli.rotation:rotation", "Who is on duty, and who is away."),
    "serve": ("midstream.cli.web.serve:serve", "Serve the web desk."),
    "digest": ("midstream.cli.web.digest:digest_", "What is due within a week, as a mail to everybody."),
    "account": ("midstream.cli.web.account:account", "Let people sign in to the web desk."),
    "worker": ("midstream.cli.worker:worker", "Do the open process tasks that need nobody."),
    "index": ("midstream.cli.exposure.index:index", "Build and show the index of vulnerability data."),
    "ledger": ("midstream.cli.keeping.ledger:ledger", "Verify, export and import the facts."),
    "store": ("midstream.cli.keeping.store:store", "Remake the read models; back up."),
    "demo": ("midstream.cli.demo:demo", "Load the demo: TF-M's public history and three invented cases."),
}
"""Every command with where it is and its one-line help, so that listing them imports none."""


class Session:
    """What wiring hands to the commands: how to open the desk and a repository, who asks, and the clock."""

    def __init__(
        self,
        *,
        open_desk: "Callable[[str], Desk]",
        open_trials: "OpenTrials",
        open_history: "Callable[[str, Path], History]",
        settle: Callable[[str, str], None],
        default_person: Callable[[str], str],
        clock: "Callable[[], datetime]",
        serve: "Callable[[Serving], None] | None" = None,
        accounts: "Callable[[str], Accounts] | None" = None,
        post_office: "Callable[[str], PostOffice] | None" = None,
    ) -> None:
        """Keep the parts; nothing is opened until a command asks for the desk."""
        self._open = open_desk
        self.open_trials = open_trials
        self._open_history = open_history
        self._settle = settle
        self._default_person = default_person
        self._serve = serve
        self._accounts = accounts
        self._post_office = post_office
        self.clock = clock
        self.store = ""
        self.person = ""

    def desk(self) -> "Desk":
        """Return the desk over the chosen store."""
        return self._open(self.store)

    def history(self, repo: "Path") -> "History":
        """Return the history of the repository at `repo`; its index is kept beside the chosen store."""
        return self._open_history(self.store, repo)

    def who(self) -> str:
        """Return who asks: ``--as``, else MIDSTREAM_AS, else the person the store's settings name."""
        person = self.person or self._default_person(self.store)
        if person == "worker":
            raise click.UsageError("'worker' is the name of a part of Midstream; use your own.")
        return person

    def serve(self, asked: "Serving") -> None:
        """Serve the web desk until the process is told to stop."""
        if self._serve is None:
            raise click.UsageError("the web desk is not part of this installation")
        self._serve(asked)

    def accounts(self) -> "Accounts":
        """Return the accounts of the chosen store."""
        if self._accounts is None:
            raise click.UsageError("the web desk is not part of this installation")
        return self._accounts(self.store)

    def post_office(self) -> "PostOffice":
        """Return what sends mail to the people of the chosen store."""
        if self._post_office is None:
            raise click.UsageError("the web desk is not part of this installation")
        return self._post_office(self.store)

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
