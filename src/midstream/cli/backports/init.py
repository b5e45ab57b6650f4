"""``midstream init``."""

import difflib
from pathlib import Path

import click

from midstream.cli.app import Session
from midstream.cli.errors import printable

FILE = "midstream.toml"


@click.command()
@click.argument("repo", type=click.Path(path_type=Path), default=Path())
@click.option("--print", "only_print", is_flag=True, help="Write the proposal to stdout, and no file.")
@click.option("--new", is_flag=True, help="Write it to midstream.toml.new when midstream.toml is there.")
@click.pass_obj
def init(session: Session, repo: Path, *, only_print: bool, new: bool) -> None:
    """Propose a midstream.toml for the checkout REPO, from what it shows; a file that is there is never overwritten.

    When midstream.toml is there and differs, the difference is shown, and the exit code is 1.
    """
    from midstream.desk.backports.proposing import look  # noqa: PLC0415 - keeps help quick
    from midstream.policy.book import shipped  # noqa: PLC0415 - as above
    from midstream.project.propose import propose  # noqa: PLC0415 - as above

    trials = session.open_trials(repo=repo)
    seen = look(
        trials,
        name=repo.resolve().name,
        today=session.clock().date(),
        person=session.who() or trials.user(),
        policies=tuple(sorted(shipped().texts)),
    )
    text = propose(seen)
    file = repo / FILE
    if only_print:
        click.echo(text, nl=False)
        return
    if file.exists() and new:
        file = repo / f"{FILE}.new"
    if file.exists():
        there = file.read_text(encoding="utf-8", errors="replace")
        if there == text:
            click.echo(f"{file} is as proposed", err=True)
            return
        names = (str(file), "proposed")
        lines = difflib.unified_diff(there.splitlines(), text.splitlines(), *names, lineterm="")
        click.echo(printable("\n".join(lines)))
        click.echo(f"{file} is there and stays as it is; --new writes {FILE}.new beside it", err=True)
        raise click.exceptions.Exit(1)
    with file.open("x", encoding="utf-8", newline="\n") as target:
        target.write(text)
    click.echo(f"{file} is proposed: read it, correct it, then midstream project load {file}", err=True)
