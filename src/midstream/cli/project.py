"""``midstream project load|show|policy|reserve|tag``."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from midstream.cli.app import Session
from midstream.cli.errors import printable
from midstream.cli.output import columns, fact_words, json_option, write_json
from midstream.desk import projects
from midstream.desk.errors import Misuse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from midstream.desk.desk import Desk
    from midstream.ledger.fact import Fact


@click.group()
def project() -> None:
    """Load a project, its CVE ids and its releases."""


def the_project(desk: "Desk") -> str:
    """Return the one project the desk serves; raise `Misuse` when there is none, or several to choose from."""
    names = sorted(desk.projects())
    if len(names) == 1:
        return names[0]
    hint = f"Name one with --project: {', '.join(names)}." if names else "Load one: midstream project load FILE."
    raise Misuse("which project?" if names else "the desk serves no project yet", hint=hint)


def say(facts: "Iterable[Fact]", *, nothing: str) -> None:
    """Return nothing, after saying what was recorded, or that nothing was."""
    said = False
    for fact in facts:
        said = True
        words = fact_words(fact, leave_out=("text", "texts", "digest"))
        click.echo(printable(f"{fact.stream} fact {fact.number}: {fact.kind} {words}".rstrip()))
    if not said:
        click.echo(nothing, err=True)


@project.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--policy", "files", multiple=True, type=click.Path(exists=True, path_type=Path), help="A policy file of your own."
)
@click.pass_obj
def load(session: Session, file: Path, files: tuple[Path, ...]) -> None:
    """Load a midstream.toml, and activate the policy it names: one that ships, or one given with --policy."""
    from midstream.policy.book import shipped_with  # noqa: PLC0415 - only loading reads policies

    text = file.read_text(encoding="utf-8", errors="replace")
    book = shipped_with(files)
    facts = projects.set_up(session.desk(), text=text, where=str(file), book=book, by=session.who())
    say(facts, nothing="nothing changed")


@project.command()
@click.argument("name", default="")
@json_option
@click.pass_obj
def show(session: Session, name: str, *, as_json: bool) -> None:
    """Show the branches, people and parties of a project."""
    desk = session.desk()
    team = projects.roster(desk, project=name or the_project(desk), by=session.who())
    if as_json:
        write_json(team.project)
        return
    found = team.project
    click.echo(click.style(f"{found.name} ({found.id}), policy {found.policy}, zone {found.zone}", bold=True))
    columns(
        [(entry.name, entry.kind, str(entry.supported_until or "open")) for entry in found.branches],
        heads=("branch", "kind", "supported until"),
    )
    people = [
        (entry.name, entry.zone, ", ".join(entry.roles), ", ".join((*entry.skills, *entry.areas)))
        for entry in found.people
    ]
    columns(people, heads=("person", "zone", "roles", "skills and areas"))
    columns([(entry.list, entry.name, entry.zone) for entry in found.parties], heads=("list", "party", "zone"))
    click.echo(f"{len(team.free_cves)} CVE ids are free")


@project.command()
@click.argument("cves", nargs=-1, required=True)
@click.option("--project", "name", default="", help="The project; needed when the desk serves several.")
@click.pass_obj
def reserve(session: Session, cves: tuple[str, ...], name: str) -> None:
    """Record a block of CVE ids reserved for the project."""
    desk = session.desk()
    facts = projects.reserve_cves(desk, project=name or the_project(desk), cves=cves, by=session.who())
    say(facts, nothing="nothing changed")


@project.command()
@click.argument("name", metavar="TAG")
@click.argument("branch")
@click.argument("commit")
@click.option("--project", "of", default="", help="The project; needed when the desk serves several.")
@click.pass_obj
def tag(session: Session, name: str, branch: str, commit: str, of: str) -> None:
    """Record a release: TAG on BRANCH, at COMMIT, the whole commit id."""
    desk = session.desk()
    facts = projects.tag_release(
        desk, project=of or the_project(desk), tag=name, branch=branch, commit=commit, by=session.who()
    )
    say(facts, nothing="recorded already")
