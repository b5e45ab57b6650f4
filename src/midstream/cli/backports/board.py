"""``midstream board``: as recorded, or read from a repository."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from midstream.cli.app import Session
from midstream.cli.errors import printable
from midstream.cli.output import columns, instant, json_option, write_json

if TYPE_CHECKING:
    from midstream.desk.backports.board import Board

WIDE = 24
"""Columns that a name takes at most."""


@click.command()
@click.argument("repo", required=False, type=click.Path(path_type=Path))
@click.option("--project", default="", help="Only this project.")
@click.option("--config", type=click.Path(path_type=Path), help="The midstream.toml that names the branches.")
@click.option("--branch", "branches", multiple=True, help="Only this branch. May be given several times.")
@click.option("--fix", "given", multiple=True, help="A fix: a commit, or several as A+B. May be given several times.")
@click.option("--fixes", "listed", type=click.Path(path_type=Path), help="A list of fixes in TOML.")
@click.option("--open", "only", is_flag=True, help="Only the fixes of which a branch needs somebody.")
@click.option("--html", type=click.Path(path_type=Path), help="Write the board as a page to this file.")
@click.option("--watch", "every", type=click.FloatRange(1), default=None, help="Look again every so many seconds.")
@click.option("--try/--no-try", "wants_trials", default=None, help="Try what is missing; by default if it is little.")
@click.option("--record", is_flag=True, help="Record what is new in the cases.")
@json_option
@click.pass_obj
def board(
    session: Session,
    *,
    repo: Path | None,
    project: str,
    config: Path | None,
    branches: tuple[str, ...],
    given: tuple[str, ...],
    listed: Path | None,
    only: bool,
    html: Path | None,
    every: float | None,
    wants_trials: bool | None,
    record: bool,
    as_json: bool,
) -> None:
    """Show which branch has which fix: as recorded, or with REPO as its history shows.

    Without REPO a branch of which nothing is recorded is unknown (?), never clean. With REPO the fixes are those of
    the cases on record, or those given; nothing in the repository is changed, and nothing is fetched.
    """
    if repo is None:
        if given or listed or config or branches or html or every or only or record:
            raise click.UsageError("These options read a repository: give its path, as in midstream board . --open")
        from midstream.cli.case import recorded_board  # noqa: PLC0415 - the board of git needs none of it

        recorded_board(session, project, as_json=as_json)
        return

    if record and (given or listed):
        raise click.UsageError("--record is for the fixes of the cases on record, not for --fix and --fixes.")

    def draw() -> None:
        asked = _Asked(repo=repo, project=project, config=config, branches=branches, given=given, listed=listed)
        found = _read(session, asked)
        found = _tried(session, repo, found, wants_trials=True if record else wants_trials)
        show(found, session, only=only, html=html, as_json=as_json)
        if record:
            _record(session, repo, found)

    if every is None:
        draw()
        return
    from midstream.cli.backports.watch import watch  # noqa: PLC0415 - only for those who watch

    watch(session.open_trials(repo=repo).state, draw, every=every, sleep=time.sleep)


class _Asked(NamedTuple):
    """Which repository, branches and fixes to ask about."""

    repo: Path
    project: str
    config: Path | None
    branches: tuple[str, ...]
    given: tuple[str, ...]
    listed: Path | None


def _read(session: Session, asked: _Asked) -> "Board":
    from midstream.cli.backports.reading_git import desk_of, fixes_of, lines_of, project_of  # noqa: PLC0415 - as above
    from midstream.desk.backports.board import read_board  # noqa: PLC0415 - as above

    today = session.clock().date()
    history = session.history(asked.repo)
    needs_desk = bool(asked.project) or not (asked.given or asked.listed)
    desk = desk_of(session) if needs_desk else None
    found = project_of(history, repo=asked.repo, config=asked.config, desk=desk, name=asked.project)
    lines = lines_of(history, found, named=asked.branches, today=today)
    fixes = fixes_of(
        history,
        given=asked.given,
        listed=asked.listed,
        desk=desk,
        by=session.who() if desk is not None else "",
        project=asked.project or (found.id if found is not None else ""),
        repo=asked.repo,
    )
    name = found.name if found is not None else asked.repo.resolve().name
    return read_board(history, lines=lines, fixes=fixes, today=today, name=name)


def _tried(session: Session, repo: Path, found: "Board", *, wants_trials: bool | None) -> "Board":
    from midstream.desk.backports.record import AT_ONCE, with_trials  # noqa: PLC0415 - as above

    if wants_trials is False:
        return found
    return with_trials(found, session.open_trials(repo=repo), limit=None if wants_trials else AT_ONCE)


def _record(session: Session, repo: Path, found: "Board") -> None:
    """Return nothing, after the news were recorded and told on stderr, with what was refused and why."""
    from midstream.cli.output import fact_words  # noqa: PLC0415 - as above
    from midstream.desk.backports.record import record_board  # noqa: PLC0415 - as above

    told = record_board(session.desk(), found, session.open_trials(repo=repo), by=session.who())
    for entry in told:
        for fact in entry.facts:
            words = fact_words(fact, leave_out=("digest",))
            click.echo(printable(f"{fact.stream} fact {fact.number}: {fact.kind} {words}"), err=True)
        for reason in entry.refused:
            click.echo(printable(f"{entry.case}: not recorded: {reason}"), err=True)
    if not told:
        click.echo("nothing new to record", err=True)


def show(found: "Board", session: Session, *, only: bool, html: Path | None, as_json: bool) -> None:
    """Return nothing, after the board was written as it was asked for."""
    from midstream.desk.backports.board import grid, only_open  # noqa: PLC0415 - as above

    chosen = only_open(found) if only else found
    if html is not None:
        from midstream.cli.backports.page import board_page, write_page  # noqa: PLC0415 - only for those who want a page

        write_page(html, board_page(grid(chosen, read_at=instant(session.clock()))))
    if as_json:
        write_json(chosen)
        return
    for notice in chosen.notices:
        click.echo(printable(notice), err=True)
    if not chosen.fixes:
        click.echo("Nothing needs anybody.", err=True)
        return
    _matrix(chosen)


def _matrix(found: "Board") -> None:
    """Write the matrix; what a square says more stands below it, so that it fits the terminal."""
    from midstream.analysis.backports.grid import SIGNS  # noqa: PLC0415 - as above

    click.echo(click.style(printable(found.repository), bold=True))
    rows: list[tuple[str, ...]] = []
    looks: list[tuple[str, str, str]] = []
    for fix, verdicts in found.rows():
        cells = []
        for verdict in verdicts:
            cell = found.square(fix, verdict)
            mark = "*" if cell.needs_look else ""
            cells.append(f"{SIGNS[cell.state]} {cell.detail if cell.state == 'fixed' else cell.state}{mark}")
            if cell.is_open:
                why = cell.detail if cell.state == "conflicts" else ""
                looks.append((_short(fix.name), verdict.branch, "; ".join(filter(None, (verdict.because, why)))))
        rows.append((_short(fix.name), *cells))
    columns(rows, heads=("fix", *(line.name for line in found.branches)))
    if looks:
        click.echo(f"\n{len(looks)} need somebody (* marks evidence to look at):")
        columns(looks, heads=("fix", "branch", "why"))
    click.echo("\nEvidence: midstream backport explain FIX --onto BRANCH --repo REPO", err=True)


def _short(name: str) -> str:
    if len(name) in {40, 64} and name.isalnum():
        return name[:12]
    return name if len(name) <= WIDE else f"{name[: WIDE - 1]}…"
