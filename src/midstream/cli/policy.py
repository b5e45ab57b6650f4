"""``midstream policy check|show|diff``."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from midstream.cli.app import Session
from midstream.cli.output import columns, counted, instant, json_option, paragraph, progress, write_json
from midstream.policy.book import shipped_with
from midstream.policy.wording import clock_in_words, limit_in_words, rule_in_words

if TYPE_CHECKING:
    from midstream.desk.policy_diff import Move
    from midstream.policy.book import Book
    from midstream.policy.rules import Policy


@click.group()
def policy() -> None:
    """Check and show policies; see what a change would move."""


@policy.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(files: tuple[Path, ...]) -> None:
    """Check policy FILES, or with none those that ship: every word, every clock, and what they extend."""
    from midstream.policy.resolve import resolve  # noqa: PLC0415 - the list of policies compiles none

    book = shipped_with(files)
    named = {str(file) for file in files}
    wanted = {name for name, texts in book.texts.items() if not named or named & {text.where for text in texts}}
    for name in sorted(wanted):
        for text in book.texts[name]:
            found = resolve(book, name, text.header.valid_from)
            if found is not None:
                sorts = {"obligation": found.rules, "clock": found.clocks, "limit": found.limits}
                count = ", ".join(counted(len(entries), word) for word, entries in sorts.items())
                click.echo(f"{text.where}: {found.label} is sound: {count}")


@policy.command()
@click.argument("name", default="")
@click.option("--on", "day", default="", help="The text in force on this day: 2026-11-20.")
@click.option(
    "--file", "files", multiple=True, type=click.Path(exists=True, path_type=Path), help="A file of your own."
)
@json_option
@click.pass_obj
def show(session: Session, name: str, day: str, files: tuple[Path, ...], *, as_json: bool) -> None:
    """Show the rules of a policy in words, with their clauses; without NAME the list of policies."""
    book = shipped_with(files)
    if not name:
        _list(book, as_json=as_json)
        return
    from midstream.policy.resolve import resolve  # noqa: PLC0415 - as above

    found = resolve(book, name, _day(day) or session.clock().date())
    if found is None:
        click.echo(f"no text of {name} is in force on that day", err=True)
        raise click.exceptions.Exit(1)
    if as_json:
        write_json(found)
        return
    _show(found)


def _list(book: "Book", *, as_json: bool) -> None:
    headers = [text.header for texts in book.texts.values() for text in texts]
    if as_json:
        write_json(headers)
        return
    rows = [(header.name, header.version, str(header.valid_from), header.title) for header in headers]
    columns(rows, heads=("policy", "version", "from", "title"))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise click.UsageError(f"{text!r} is no day; write 2026-11-20.") from None


def _show(found: "Policy") -> None:
    click.echo(click.style(f"{found.title}, {found.version}, in force from {found.valid_from}", bold=True))
    if found.extends:
        click.echo(f"with {', '.join(found.extends)}")
    click.echo(click.style("\nClocks", bold=True))
    for clock in found.clocks.values():
        paragraph(f"{clock.clause}  {clock_in_words(clock)}")
    click.echo(click.style("\nObligations", bold=True))
    for rule in found.rules:
        paragraph(f"{rule.clause}  {rule_in_words(rule)}")
    click.echo(click.style("\nLimits", bold=True))
    for limit in found.limits:
        paragraph(f"{limit.clause}  {limit_in_words(limit)}")
    click.echo(click.style("\nDecided where the process is open", bold=True))
    for decision in found.decisions:
        paragraph(f"{decision.clause}  {decision.question} → {decision.decided}")
    click.echo(click.style("\nLeft out", bold=True))
    for left in found.left_out:
        paragraph(f"{left.clause}  {left.why}")


@policy.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--project", default="", help="The project; needed when the desk serves several.")
@json_option
@click.pass_obj
def diff(session: Session, files: tuple[Path, ...], project: str, *, as_json: bool) -> None:
    """Show which tasks of which cases would move if FILES were the policy. Exit code 1 when any would."""
    from midstream.cli.project import the_project  # noqa: PLC0415 - the other policy commands need no desk
    from midstream.desk.policy_diff import policy_diff  # noqa: PLC0415 - as above

    desk = session.desk()
    with progress("cases") as tick:
        moves = policy_diff(
            desk,
            project=project or the_project(desk),
            book=shipped_with(files),
            by=session.who(),
            now=session.clock(),
            tick=tick,
        )
    if as_json:
        write_json(moves)
    elif moves:
        columns([_row(move) for move in moves], heads=("case", "task", "now", "then"))
    else:
        click.echo("no task of any case would move", err=True)
    if moves:
        raise click.exceptions.Exit(1)


def _row(move: "Move") -> tuple[str, str, str, str]:
    before = f"{move.standing_now} {instant(move.due_now)}".strip() or "-"
    after = f"{move.standing_then} {instant(move.due_then)}".strip() or "-"
    return move.case, move.task, before, after
