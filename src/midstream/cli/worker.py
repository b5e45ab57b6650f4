"""``midstream worker --once``."""

import click

from midstream.cli.app import Session
from midstream.cli.output import columns, instant, json_option, write_json
from midstream.desk.front.hooks import tell_hooks
from midstream.desk.worker import work_once


@click.command()
@click.option("--once", is_flag=True, required=True, help="Look once, do what there is, and leave.")
@json_option
@click.pass_obj
def worker(session: Session, *, once: bool, as_json: bool) -> None:
    """Do the open process tasks that need nobody, each once; a failed one is tried again later.

    Then record what is new in the repositories that a project file gives by their path, and tell the addresses that
    asked for it of new facts. Exit code 1 when one failed.
    """
    del once
    desk = session.desk()
    done = work_once(desk)
    if any(place.path for project in desk.projects().values() for place in project.repositories):
        from midstream.desk.backports.unattended import look_once  # noqa: PLC0415 - most desks name no path

        today = session.clock().date()
        done += look_once(desk, open_history=session.history, open_trials=session.open_trials, today=today)
    for told in tell_hooks(desk, post=desk.post) if desk.post else ():
        if told.trouble:
            click.echo(f"address {told.hook} was not told: {told.trouble}; it is tried again later", err=True)
    if as_json:
        write_json(done)
    elif done:
        rows = [(entry.case, entry.task, entry.outcome, entry.detail or instant(entry.again_at)) for entry in done]
        columns(rows, heads=("case", "task", "outcome", "what"))
    else:
        click.echo("nothing is due that needs nobody", err=True)
    if any(entry.outcome == "failed" for entry in done):
        raise click.exceptions.Exit(1)
