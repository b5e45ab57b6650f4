"""What the commands that read a repository share: which project, which branches, which fixes."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from midstream.desk.backports.board import FILE, branches_of, project_text
from midstream.desk.backports.fixes import Listed, fixes_on_record, read_list, repository_at, resolve
from midstream.desk.desk import Desk
from midstream.desk.errors import Misuse
from midstream.desk.ports import History
from midstream.project import Project, read_project

if TYPE_CHECKING:
    from midstream.analysis.backports import BranchLine, Fix
    from midstream.cli.app import Session

LIST_LIMIT = 4 * 1024 * 1024
"""Bytes of a list of fixes."""


def has_store(session: "Session") -> bool:
    """Return whether there is a store already, so that reading a repository does not make one."""
    return "://" in session.store or Path(session.store).is_file()


def desk_of(session: "Session") -> Desk | None:
    """Return the desk, when there is one and it is known who asks."""
    return session.desk() if has_store(session) and session.who() else None


def project_of(history: History, *, repo: Path, config: Path | None, desk: Desk | None, name: str) -> Project | None:
    """Return the project of the file given, of the repository's own file, or of the desk; None for none."""
    if config is not None:
        return read_project(config.read_text(encoding="utf-8"), where=str(config))
    if name and desk is not None:
        return desk.team(name).project
    file = repo / FILE
    text = file.read_text(encoding="utf-8") if file.is_file() else project_text(history)
    if text:
        return read_project(text, where=str(file))
    projects = desk.projects() if desk is not None else {}
    return next(iter(projects.values())) if len(projects) == 1 else None


def lines_of(history: History, project: Project | None, *, named: tuple[str, ...], today: date) -> "list[BranchLine]":
    """Return the branches to ask; those guessed, and those git does not have, are told of on stderr."""
    lines = branches_of(history, project, named=named, today=today)
    if project is None and not named:
        names = ", ".join(line.name for line in lines)
        click.echo(f"No {FILE}: the branches are guessed ({names}). midstream init proposes one.", err=True)
    for line in lines:
        if line.trouble:
            click.echo(f"{line.name}: {line.trouble}", err=True)
    if not lines:
        raise Misuse("no branch to ask about was found", hint="Name one: --branch NAME, or write a midstream.toml.")
    return lines


def fixes_of(
    history: History,
    *,
    given: tuple[str, ...],
    listed: Path | None,
    desk: Desk | None,
    by: str,
    project: str,
    repo: Path,
) -> "list[Fix]":
    """Return the fixes to ask about: those given, those of a list, else those of the cases on record."""
    asked = [Listed(name=name, commits=tuple(name.split("+"))) for name in given]
    if listed is not None:
        if listed.stat().st_size > LIST_LIMIT:
            raise Misuse(f"{listed} has more than {LIST_LIMIT} bytes", hint="Split the list.")
        asked += read_list(listed.read_text(encoding="utf-8"), where=str(listed))
    found = resolve(asked, history) if asked else []
    if not found and desk is not None:
        names = repository_at(desk.projects().values(), path=repo, url="")
        found = fixes_on_record(desk, by=by, project=project, repository=names)
    if not found:
        raise Misuse(
            "there is no fix to ask about",
            hint="Give one with --fix COMMIT, a list with --fixes FILE, or record one in a case.",
        )
    return found
