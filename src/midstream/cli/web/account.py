"""``midstream account``: who may sign in to the web desk."""

import click

from midstream.cli.app import Session
from midstream.cli.output import columns, json_option, write_json
from midstream.desk.errors import Misuse
from midstream.formats.toml import nearest


@click.group()
def account() -> None:
    """Let people sign in to the web desk. What they may see stands in the project file, not here."""


@account.command()
@click.argument("person")
@click.option("--email", default="", help="For those who come from your identity provider.")
@click.option("--url", default="http://127.0.0.1:8000", show_default=True, help="The address of the desk.")
@click.pass_obj
def add(session: Session, *, person: str, email: str, url: str) -> None:
    """Make an account for PERSON of a project file, and write a link by which they choose their password.

    The link works once and for three days. For an account that is there, it is a new password.
    """
    accounts = session.accounts()
    names = {entry.name for project in session.desk().projects().values() for entry in project.people}
    if person not in names:
        hint = nearest(person, names) if names else "Load a project first: midstream project load FILE."
        raise Misuse(f"no project file names {person!r}", hint=hint)
    path = accounts.add(person=person, email=email)
    click.echo(f"{url.rstrip('/')}{path}")
    click.echo(f"Give this link to {person} alone. They choose a password, then a second factor.", err=True)


@account.command("list")
@json_option
@click.pass_obj
def list_(session: Session, *, as_json: bool) -> None:
    """List the accounts."""
    kept = session.accounts().everybody()
    if as_json:
        write_json([entry._asdict() for entry in kept])
        return
    rows = [
        (
            entry.person,
            "open" if entry.is_active else "closed",
            ", ".join((*(("password",) if entry.has_password else ()), *entry.factors)) or "nothing yet",
            entry.email,
        )
        for entry in kept
    ]
    columns(rows, heads=("person", "account", "signs in with", "e-mail"))


@account.command()
@click.argument("person")
@click.pass_obj
def close(session: Session, person: str) -> None:
    """Close the account of PERSON and end their sessions at once."""
    _tell(session.accounts().close(person), person, "closed; all sessions are over")


@account.command("forget-factors")
@click.argument("person")
@click.pass_obj
def forget_factors(session: Session, person: str) -> None:
    """Forget the second factors of PERSON, who lost them, and end their sessions."""
    _tell(session.accounts().forget_factors(person), person, "has no second factor; they choose one when they sign in")


def _tell(found: bool, person: str, what: str) -> None:  # noqa: FBT001 - the answer of the port
    if not found:
        raise Misuse(f"{person!r} has no account", hint="See them: midstream account list.")
    click.echo(f"{person}: {what}", err=True)
