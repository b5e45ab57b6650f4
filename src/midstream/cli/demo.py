"""``midstream demo``."""

import click

from midstream.cli.app import Session
from midstream.cli.case import log, recorded_board
from midstream.cli.output import counted
from midstream.cli.today import show_tasks
from midstream.desk.demo import DUTY, SHOWN, load_demo
from midstream.desk.reading import today


@click.command()
@click.option("--serve", "then_serve", is_flag=True, help="Then serve the web desk at http://127.0.0.1:8000.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="With --serve.")
@click.pass_context
def demo(ctx: click.Context, *, then_serve: bool, port: int) -> None:
    """Load TF-M's public security history and three invented cases, and show the desk at work.

    A second run changes nothing.
    """
    session = ctx.find_object(Session)
    if session is None:
        raise click.UsageError("the demo needs a desk")
    desk = session.desk()
    count = load_demo(desk)
    session.settle(DUTY)
    said = f"{counted(count, 'fact')} loaded" if count else "The demo was loaded before; nothing was added"
    click.echo(f"{said}. You are {DUTY}, who is on duty. Cases named tf-m-… are invented.\n", err=True)
    _head("Today: what has to be done, by when, by whom, and why")
    now = session.clock()
    show_tasks(today(desk, by=session.who(), now=now), now, everything=False)
    _head("The board: which branch has which fix, as recorded")
    recorded_board(session, "", as_json=False)
    click.echo()
    _head(f"One case's timeline: {SHOWN}")
    ctx.invoke(log, name=SHOWN, as_of="", as_json=False)
    click.echo()
    _head("Try next")
    for command, text in (
        ("midstream case why tf-m-1", "why each of its tasks is there"),
        ("midstream do tf-m-1 acknowledge", "do the first task, and see it gone from today"),
        ("midstream case show tf-m-2 --as-of 'now - 10 days'", "what was known ten days ago"),
        ("midstream advisory publish --all --to public", "the public site; open public/index.html"),
    ):
        click.echo(f"  .venv/bin/{command}\n      {text}")
    if then_serve:
        _serve(session, port)


def _serve(session: Session, port: int) -> None:
    """Serve the web desk over the demo; its people sign in without a password, on this machine alone."""
    from midstream.cli.serving import Serving  # noqa: PLC0415 - the demo is mostly shown without

    click.echo()
    _head("The web desk")
    click.echo(f"  http://127.0.0.1:{port}\n      be one of the demo's people; Ctrl+C ends it")
    session.serve(Serving(store=session.store, port=port))


def _head(text: str) -> None:
    click.echo(click.style(text, bold=True, underline=True))
