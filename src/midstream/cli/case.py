"""``midstream case list|show|log|why``, and the board as recorded."""

from datetime import timedelta
from typing import TYPE_CHECKING

import click

from midstream.cases import states
from midstream.cases.visibility import Sight
from midstream.cli.app import Session
from midstream.cli.errors import printable
from midstream.cli.output import (
    as_of_option,
    columns,
    distance,
    fact_json,
    fact_words,
    instant,
    json_option,
    moment_of,
    paragraph,
    write_json,
)
from midstream.desk import reading
from midstream.desk.derive import open_duties
from midstream.policy.duties import standing

if TYPE_CHECKING:
    from datetime import datetime

    from midstream.desk.views import BoardLine

LATE = timedelta(hours=1)
"""From this distance on, the log says when a fact was recorded beside when it happened."""

SHORT = {
    "unknown": "?",
    "affected": "affected",
    "not affected": "not affected",
    "nothing to apply": "empty",
    "trial failed": "trial failed",
}


@click.group()
def case() -> None:
    """List cases; show one, its log, and why its tasks are there."""


@case.command("list")
@click.option("--project", default="", help="Only this project.")
@as_of_option
@json_option
@click.pass_obj
def list_(session: Session, project: str, as_of: str, *, as_json: bool) -> None:
    """List the cases you may see, the most recently begun first."""
    moment = moment_of(as_of, session)
    lines = reading.cases(session.desk(), by=session.who(), project=project, as_of=moment)
    if as_json:
        write_json(lines)
        return
    rows = [
        (
            line.case,
            "public" if line.is_public else "embargo" if line.embargo == "agreed" else "private",
            line.severity,
            instant(line.next_due_at)[:10] or "-",
            f"{line.cve} {line.title}".strip(),
        )
        for line in lines
    ]
    columns(rows, heads=("case", "seen by", "severity", "next due", "title"))


@case.command()
@click.argument("name", metavar="CASE")
@as_of_option
@json_option
@click.pass_obj
def show(session: Session, name: str, as_of: str, *, as_json: bool) -> None:
    """Show what is known of CASE: each of its states, its branches, its clocks, its open tasks."""
    moment = moment_of(as_of, session)
    now = moment or session.clock()
    desk, who = session.desk(), session.who()
    shown = reading.show(desk, desk.name_of(name, by=who), by=who, as_of=moment)
    if as_json:
        write_json(_case_json(shown, now))
        return
    found = shown.case
    click.echo(click.style(f"{found.id}  {printable(shown.title)}", bold=True))
    policy = shown.known.policy
    if shown.seen >= Sight.PARTICIPANT:
        click.echo(f"policy    {policy.label if policy else shown.known.NOTHING}")
    for word, state in _states(shown).items():
        since = f"  since {instant(state.since)}" if state.since else ""
        facts = f"  (fact {', '.join(map(str, state.because))})" if state.because else ""
        detail = f"  {printable(state.detail)}" if state.detail else ""
        click.echo(f"{word:<9} {state.word}{detail}{since}{facts}")
    for clock, at in shown.clocks.items():
        click.echo(f"{clock}: {instant(at)}, {distance(at, now)}")
    if shown.branches:
        click.echo(click.style("\nBranches", bold=True))
        rows = [(cell.branch, cell.word, instant(cell.since), cell.detail) for cell in shown.branches.values()]
        columns(rows, heads=("branch", "state", "since", "what"))
    duties = open_duties(shown.known, now)
    if duties:
        click.echo(click.style("\nTasks", bold=True))
        tasks = [(standing(duty, now), instant(duty.due_at, duty.zone) or "no date", duty.key) for duty in duties]
        columns(tasks, heads=("standing", "due", "task"))
        click.echo(f"\nWhy: midstream case why {found.id} TASK", err=True)


def _states(shown: reading.Shown) -> dict[str, states.State]:
    case_ = shown.case
    found = {
        "triage": states.triage(case_),
        "embargo": states.embargo(case_),
        "severity": states.severity(case_),
        "CVE": states.cve(case_),
        "fix": states.fix(case_),
    }
    found |= {f"told {party}": state for party, state in states.parties(case_).items()}
    return found | {f"on {channel}": state for channel, state in states.publications(case_).items()}


def _case_json(shown: reading.Shown, now: "datetime") -> dict[str, object]:
    found = shown.case
    return {
        "case": found.id,
        "project": shown.known.team.project.id,
        "title": shown.title,
        "number": found.number,
        "public": states.is_public(found),
        "policy": shown.known.policy.label if shown.known.policy else None,
        "states": _states(shown),
        "clocks": shown.clocks,
        "branches": list(shown.branches.values()),
        "tasks": [{"duty": duty, "standing": standing(duty, now)} for duty in shown.known.duties],
    }


@case.command()
@click.argument("name", metavar="CASE")
@as_of_option
@json_option
@click.pass_obj
def log(session: Session, name: str, as_of: str, *, as_json: bool) -> None:
    """Show the facts of CASE that you may read, in the order they were recorded."""
    desk, who = session.desk(), session.who()
    shown = reading.show(desk, desk.name_of(name, by=who), by=who, as_of=moment_of(as_of, session))
    if as_json:
        write_json([fact_json(fact) for fact in shown.facts])
        return
    withdrawn = {getattr(fact.body, "number", 0) for fact in shown.facts if fact.kind == "fact.withdrawn"}
    for fact in shown.facts:
        mark = " (withdrawn)" if fact.number in withdrawn else ""
        head = f"{fact.number:>3}  {instant(fact.happened_at)}  {click.style(fact.kind, bold=True)}{mark}"
        click.echo(f"{head}  by {printable(fact.said_by)}")
        if fact.recorded_at - fact.happened_at >= LATE:
            click.echo(f"     recorded {instant(fact.recorded_at)}")
        if words := fact_words(fact, leave_out=("project",)):
            paragraph(words, indent="     ")


@case.command()
@click.argument("name", metavar="CASE")
@click.argument("task", default="")
@click.option("--all", "everything", is_flag=True, help="Also tasks that were met or lifted.")
@as_of_option
@json_option
@click.pass_obj
def why(session: Session, name: str, task: str, as_of: str, *, everything: bool, as_json: bool) -> None:
    """Show why the tasks of CASE (or one TASK) are there: rule, clause, facts, and what is missing."""
    moment = moment_of(as_of, session)
    desk, who = session.desk(), session.who()
    name = desk.name_of(name, by=who)
    found = reading.why(desk, name, by=who, now=session.clock(), task=task, as_of=moment)
    if not task and not everything:
        found = [entry for entry in found if entry.standing in {"open", "overdue"}]
    if as_json:
        write_json([_why_json(entry) for entry in found])
        return
    if not found:
        click.echo(f"{name} has no open tasks; with --all you see those that were met or lifted.", err=True)
    for entry in found:
        _show_why(entry)


def _why_json(entry: reading.Why) -> dict[str, object]:
    return {
        "duty": entry.duty,
        "standing": entry.standing,
        "span": entry.span,
        "facts": [fact_json(fact) for fact in entry.opened_by],
        "closed_by": fact_json(entry.closed_by) if entry.closed_by else None,
        "claimed_by": entry.claimed_by,
        "history": [fact_json(fact) for fact in entry.history],
    }


def _show_why(entry: reading.Why) -> None:
    duty = entry.duty
    click.echo(click.style(f"{duty.key}  {entry.standing}", bold=True))
    click.echo(f"  rule     {duty.name}, clause {duty.clause} of {duty.policy}")
    for fact in entry.opened_by:
        click.echo(
            f"  because  fact {fact.number}, {fact.kind}, {instant(fact.happened_at)}, by {printable(fact.said_by)}"
        )
    click.echo(f"  opened   {instant(duty.opens_at, duty.zone)}")
    if duty.due_at:
        click.echo(f"  due      {instant(duty.due_at, duty.zone)}: {entry.span} ({duty.zone})")
    if duty.met_at:
        by = f" by fact {duty.met_by}" if duty.met_by else ""
        click.echo(f"  met      {instant(duty.met_at, duty.zone)}{by}")
    elif duty.lifted_at and entry.standing == "lifted":
        by = f"by fact {duty.lifted_by}" if duty.lifted_by else "by the end of the branch's support"
        click.echo(f"  lifted   {instant(duty.lifted_at, duty.zone)} {by}")
    if duty.missing and not duty.met_at:
        click.echo(f"  missing  {' or '.join(duty.missing)}")
        for command in entry.commands:
            click.echo(f"  do       midstream do {printable(command)}")
    if entry.claimed_by:
        click.echo(f"  claimed  {printable(entry.claimed_by)}")
    for text in (duty.ask, duty.note):
        if text:
            paragraph(text, indent="  ")
    click.echo()


def recorded_board(session: Session, project: str, *, as_json: bool) -> None:
    """Write cases by branches, as recorded. A branch of which nothing is recorded is unknown (?), never clean."""
    desk = session.desk()
    lines = reading.board(desk, by=session.who(), project=project)
    if as_json:
        write_json(lines)
        return
    projects = desk.projects()
    for name in sorted({line.project for line in lines}):
        branches = [branch.name for branch in projects[name].branches]
        rows = [(line.case, *(_cell(line, branch) for branch in branches)) for line in lines if line.project == name]
        click.echo(click.style(projects[name].name, bold=True))
        columns(rows, heads=("case", *branches))


def _cell(line: "BoardLine", branch: str) -> str:
    cell = line.cells.get(branch)
    if cell is None:
        return "?"
    return cell.detail if cell.word == "released" else SHORT.get(cell.word, cell.word)
