"""``midstream rotation show|shift|away``."""

import click

from midstream.cli.app import Session
from midstream.cli.output import as_of_option, columns, instant, json_option, moment_of, write_json
from midstream.cli.project import say, the_project
from midstream.desk import projects
from midstream.desk.fields import read_moment


@click.group()
def rotation() -> None:
    """Who is on duty, and who is away."""


@rotation.command()
@click.argument("project", default="")
@as_of_option
@json_option
@click.pass_obj
def show(session: Session, project: str, as_of: str, *, as_json: bool) -> None:
    """Show who is on duty, the shifts to come, and who is away."""
    desk = session.desk()
    moment = moment_of(as_of, session)
    now = moment or session.clock()
    team = projects.roster(desk, project=project or the_project(desk), by=session.who(), as_of=moment)
    ahead = [shift for shift in team.shifts if shift.ends_at > now]
    away = [span for span in team.absences if span.ends_at > now]
    if as_json:
        write_json({"on_duty": team.on_duty(now), "shifts": ahead, "absences": away})
        return
    click.echo(f"on duty: {team.on_duty(now) or 'nobody'}")
    rows = [
        (
            span.person,
            word,
            instant(span.starts_at, team.zone_of(span.person)[0]),
            instant(span.ends_at, team.zone_of(span.person)[0]),
        )
        for word, spans in (("shift", ahead), ("away", away))
        for span in sorted(spans, key=lambda span: span.starts_at)
    ]
    columns(rows, heads=("person", "what", "from", "to"))


@rotation.command()
@click.argument("person")
@click.argument("starts")
@click.argument("ends")
@click.option("--project", default="", help="The project; needed when the desk serves several.")
@click.pass_obj
def shift(session: Session, person: str, starts: str, ends: str, project: str) -> None:
    """Record a shift of PERSON from STARTS to ENDS: 2026-11-23T09:00+00:00, or 'now + 7 days'."""
    _record(session, person, starts, ends, project, absent=False)


@rotation.command()
@click.argument("person")
@click.argument("starts")
@click.argument("ends")
@click.option("--project", default="", help="The project; needed when the desk serves several.")
@click.pass_obj
def away(session: Session, person: str, starts: str, ends: str, project: str) -> None:
    """Record that PERSON is away from STARTS to ENDS, which are written as for a shift."""
    _record(session, person, starts, ends, project, absent=True)


def _record(session: Session, person: str, starts: str, ends: str, project: str, *, absent: bool) -> None:
    now = session.clock()
    desk = session.desk()
    facts = projects.record_shift(
        desk,
        project=project or the_project(desk),
        person=person,
        starts_at=read_moment(starts, now=now, what="STARTS"),
        ends_at=read_moment(ends, now=now, what="ENDS"),
        by=session.who(),
        absent=absent,
    )
    say(facts, nothing="recorded already")
