"""Every scenario of this folder: given these facts, at this moment, these tasks and clocks, because of these facts.

A scenario is one TOML file:

    about = "What it shows."
    project = '''…'''                 # a project file; its `policy` names the shipped policy
    [[fact]] …                        # see midstream.ledger.story; streams are case/NAME and project/ID
    [[expect]]                        # a task
    at = 2026-11-23T09:00:00Z         # what was recorded by then counts
    task = "triage"                   # its name or its key
    case = "tf-m-1"                   # left out when the scenario has one case
    subject = "beta"                  # the branch or party, when several tasks share the name
    standing = "open"                 # or "absent"
    due = 2026-11-25T10:00:00Z
    because = ["report.received"]     # the kinds of the facts it follows from, in order
    [[clock]]                         # a clock: at, clock, case, because
    is = 2027-02-18T10:00:00Z         # or false: it has not started
    [[ask]]                           # a decision put to the limits: at, case, kind, body
    limit = "length of a deferral"    # the limit that refuses it, or "" when none does
    bound = 2026-11-07T10:00:00Z      # what would have been within the limit
"""

import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from midstream.cases.case import Case, replay
from midstream.cases.team import Team, replay_team
from midstream.ledger.fact import Draft, Fact
from midstream.ledger.kinds import KINDS
from midstream.ledger.story import tell
from midstream.policy.book import shipped
from midstream.policy.duties import Duty, clocks, duties, standing
from midstream.policy.limits import breaches
from midstream.policy.resolve import resolve
from midstream.project import read_project

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.glob("*.toml"))
BOOK = shipped()


class Expect(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is expected of one task at one moment; what is left out is not looked at."""

    at: datetime
    task: str
    standing: str
    case: str = ""
    subject: str = ""
    due: datetime | None = None
    because: tuple[str, ...] | None = None
    policy: str = ""


class ClockExpect(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"instant": "is"}):
    """What is expected of one clock at one moment; `is = false` says that it has not started."""

    at: datetime
    clock: str
    instant: datetime | bool
    case: str = ""
    because: tuple[str, ...] | None = None


class Ask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A decision put to the limits of the policy at one moment, and the limit that refuses it."""

    at: datetime
    kind: str
    body: dict[str, Any]
    limit: str
    case: str = ""
    bound: datetime | None = None


class Scenario(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One scenario file."""

    about: str
    project: str
    fact: tuple[dict[str, Any], ...]
    expect: tuple[Expect, ...] = ()
    clock: tuple[ClockExpect, ...] = ()
    ask: tuple[Ask, ...] = ()


class Moment:
    """The one case of a scenario as it was known at a moment, under the policy of the day it began."""

    def __init__(self, facts: Sequence[Fact], *, project: str, case: str, at: datetime) -> None:
        team = replay_team([fact for fact in facts if fact.stream == f"project/{project}"], project=project, as_of=at)
        assert team is not None, "the project is configured before anything else happens"
        self.team: Team = team
        self.case: Case = replay([fact for fact in facts if fact.stream == f"case/{case}"], case=case, as_of=at)
        began = self.case.began_at
        assert began is not None, f"nothing was recorded of {case} by {shown(at)}"
        policy = resolve(BOOK, team.project.policy, began.astimezone(ZoneInfo(team.project.zone)).date())
        assert policy is not None, f"no text of {team.project.policy} holds on {began.date()}"
        self.policy = policy

    def kinds(self, numbers: Sequence[int]) -> tuple[str, ...]:
        """Return the kinds of the facts with those numbers."""
        by_number = {fact.number: fact.kind for fact in self.case.facts}
        return tuple(by_number[number] for number in numbers)


def shown(moment: object) -> str:
    """Return an instant as a reader checks it, with the day of the week; "none" for anything else."""
    if isinstance(moment, datetime):
        return moment.astimezone(UTC).strftime("%a %Y-%m-%d %H:%M:%SZ")
    return "none"


def difference(rows: Sequence[tuple[str, object, object]]) -> list[str]:
    """Return one line for each row (what, expected, found) that differs."""
    return [f"    {what:9} expected {wanted}\n    {'':9} found    {got}" for what, wanted, got in rows if wanted != got]


def check_task(expect: Expect, moment: Moment) -> list[str]:
    """Return what differs from the task expected, as lines; none when it is as expected."""
    found = duties(moment.case, moment.policy, moment.team)
    named = [duty for duty in found if expect.task in {duty.name, duty.key} and expect.subject in {"", duty.subject}]
    if expect.standing == "absent":
        return [f"    expected no such task, found {duty.key}, {standing(duty, expect.at)}" for duty in named]
    if len(named) != 1:
        now = "".join(f"\n      {standing(duty, expect.at):9} {duty.key}" for duty in named or found)
        return [f"    expected one such task, found {len(named)}; there is:{now}"]
    return difference(task_rows(expect, named[0], moment))


def task_rows(expect: Expect, duty: Duty, moment: Moment) -> list[tuple[str, object, object]]:
    """Return what is expected and found of a task, row by row."""
    rows: list[tuple[str, object, object]] = [("standing", expect.standing, standing(duty, expect.at))]
    if expect.due is not None:
        rows.append(("due", shown(expect.due), shown(duty.due_at)))
    if expect.because is not None:
        rows.append(("because", expect.because, moment.kinds(duty.because)))
    if expect.policy:
        rows.append(("policy", expect.policy, duty.policy))
    return rows


def check_clock(expect: ClockExpect, moment: Moment) -> list[str]:
    """Return what differs from the clock expected, as lines; none when it is as expected."""
    if expect.clock not in moment.policy.clocks:
        return [f"    there is no such clock; there is: {', '.join(sorted(moment.policy.clocks))}"]
    found = clocks(moment.case, moment.policy, moment.team).get(expect.clock)
    rows: list[tuple[str, object, object]] = [("is", shown(expect.instant), shown(found.at if found else None))]
    if expect.because is not None and found is not None:
        rows.append(("because", expect.because, moment.kinds(found.because)))
    return difference(rows)


def check_ask(expect: Ask, moment: Moment) -> list[str]:
    """Return what differs from the answer expected of the limits, as lines; none when it is as expected."""
    body = msgspec.convert(expect.body, KINDS[expect.kind].body)
    draft = Draft(stream=f"case/{moment.case.id}", said_by="scenario", happened_at=expect.at, body=body)
    found = breaches([draft], moment.case, moment.policy, moment.team)
    rows: list[tuple[str, object, object]] = [("limit", expect.limit, ", ".join(breach.name for breach in found))]
    if expect.bound is not None and found:
        rows.append(("bound", shown(expect.bound), shown(found[0].bound)))
    return difference(rows)


def run(scenario: Scenario, *, where: str) -> list[str]:
    """Return a readable line for everything that differs from the scenario; none when all is as told."""
    project = read_project(scenario.project, where=f"project of {where}")
    first = min(entry.get("recorded") or entry["at"] for entry in scenario.fact)
    configured = {
        "stream": f"project/{project.id}",
        "kind": "project.configured",
        "said_by": "scenario",
        "at": first - timedelta(days=1),
        "body": {
            "project": project.id,
            "text": scenario.project,
            "digest": sha256(scenario.project.encode()).hexdigest(),
        },
    }
    facts = tell([configured, *scenario.fact], now=first, key="scenario", where=where)
    cases = sorted({fact.stream.removeprefix("case/") for fact in facts if fact.stream.startswith("case/")})
    lines: list[str] = []
    expected: list[Expect | ClockExpect | Ask] = [*scenario.expect, *scenario.clock, *scenario.ask]
    for expect in expected:
        case = expect.case or cases[0]
        assert expect.case or len(cases) == 1, f"{where} has several cases: name one"
        moment = Moment(facts, project=project.id, case=case, at=expect.at)
        if isinstance(expect, Expect):
            what, found = f"task {expect.task!r} {expect.subject}".rstrip(), check_task(expect, moment)
        elif isinstance(expect, ClockExpect):
            what, found = f"clock {expect.clock!r}", check_clock(expect, moment)
        else:
            what, found = f"{expect.kind}", check_ask(expect, moment)
        if found:
            lines += [f"  {what} of {case} at {shown(expect.at)}:", *found]
    return lines


def read(path: Path) -> Scenario:
    """Return the scenario of a file."""
    return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Scenario)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_scenario(path: Path) -> None:
    scenario = read(path)
    assert scenario.expect or scenario.clock or scenario.ask, "a scenario that expects nothing shows nothing"
    lines = run(scenario, where=path.name)
    assert not lines, f"{path.name}: {scenario.about}\n" + "\n".join(lines)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_scenario_fails_when_any_value_it_expects_is_changed(path: Path) -> None:
    scenario = read(path)
    hour = timedelta(hours=1)
    nothing: dict[str, tuple[Any, ...]] = {"expect": (), "clock": (), "ask": ()}
    for task in scenario.expect:
        changed = [msgspec.structs.replace(task, standing="waiting" if task.standing == "absent" else "absent")]
        if task.due is not None:
            changed.append(msgspec.structs.replace(task, due=task.due + hour))
        if task.because is not None:
            changed.append(msgspec.structs.replace(task, because=(*task.because, "note.added")))
        for wrong in changed:
            only = msgspec.structs.replace(scenario, **{**nothing, "expect": (wrong,)})
            assert run(only, where=path.name), f"not seen: {wrong}"
    for clock in scenario.clock:
        other = clock.instant + hour if isinstance(clock.instant, datetime) else clock.at
        wrong_clock = msgspec.structs.replace(clock, instant=other)
        only = msgspec.structs.replace(scenario, **{**nothing, "clock": (wrong_clock,)})
        assert run(only, where=path.name), f"not seen: {clock}"
    for ask in scenario.ask:
        wrong_ask = msgspec.structs.replace(ask, limit="" if ask.limit else "some limit")
        only = msgspec.structs.replace(scenario, **{**nothing, "ask": (wrong_ask,)})
        assert run(only, where=path.name), f"not seen: {ask}"


def test_the_difference_names_the_task_the_moment_and_both_values() -> None:
    scenario = read(FOLDER / "tf-zone-arithmetic.toml")
    wrong = msgspec.structs.replace(scenario.expect[0], due=datetime(2026, 11, 24, 10, tzinfo=UTC))
    text = "\n".join(run(msgspec.structs.replace(scenario, expect=(wrong,), clock=()), where="tf-zone-arithmetic.toml"))
    assert "task 'triage' of tf-m-1 at Mon 2026-11-23 09:00:00Z" in text
    assert "expected Tue 2026-11-24 10:00:00Z" in text
    assert "found    Wed 2026-11-25 10:00:00Z" in text
