"""``midstream digest``."""

import click

from midstream.cli.app import Session
from midstream.cli.errors import printable
from midstream.desk.front.digest import digest


@click.command("digest")
@click.option("--for", "person", default="", help="Whose; by default your own.")
@click.option("--send", is_flag=True, help="Mail everybody who has an account with an e-mail address theirs.")
@click.option("--url", default="", help="The address of the web desk, for links.")
@click.pass_obj
def digest_(session: Session, *, person: str, send: bool, url: str) -> None:
    """Show what is overdue and due within a week, as the mail that --send sends to everybody who has something due.

    It names cases and tasks, and says nothing of what they are about.
    """
    desk, now = session.desk(), session.clock()
    if not send:
        letter = digest(desk, person=person or session.who(), now=now, url=url.rstrip("/"))
        if letter is None:
            click.echo("nothing is due within a week", err=True)
        else:
            click.echo(printable(f"Subject: {letter.subject}\n\n{letter.text}"), nl=False)
        return
    office = session.post_office()
    served = {entry.name for project in desk.projects().values() for entry in project.people}
    sent = 0
    for name, address in sorted(office.addresses().items()):
        letter = digest(desk, person=name, now=now, url=url.rstrip("/")) if name in served else None
        if letter is not None:
            office.send(letter, to=address)
            sent += 1
    click.echo(f"sent to {sent} {'person' if sent == 1 else 'people'}", err=True)
