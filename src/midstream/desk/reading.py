"""What people read: today's tasks, cases, one case, its log, why; each as of any past moment."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec

from midstream.cases import states
from midstream.cases.case import Case, replay
from midstream.cases.team import Team
from midstream.cases.visibility import Sight, Viewer, sight, visible
from midstream.desk.derive import Known, claims, view
from midstream.desk.desk import Desk
from midstream.desk.errors import Misuse
from midstream.desk.views import BoardLine, CaseLine, CaseView, TaskLine, case_line, case_order, next_due, task_order
from midstream.formats.toml import nearest
from midstream.ledger.fact import Fact
from midstream.policy.duties import Duty, clocks, standing
from midstream.policy.filling import commands
from midstream.policy.owners import Sort, owner, owner_of_sort


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One task as shown: the duty, how it stands, whose it is and why, and what it belongs to."""

    case: str
    project: str
    title: str
    task: str
    name: str
    subject: str
    standing: str
    due_at: datetime | None
    opens_at: datetime
    zone: str
    work: str
    do: tuple[str, ...]
    commands: tuple[str, ...]
    ask: str
    who: tuple[str, ...]
    who_why: str
    clause: str
    policy: str
    because: tuple[int, ...]
    kinds: tuple[str, ...]
    missing: tuple[str, ...]
    severity: str
    invented: bool


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How many tasks are overdue, due within a day, within a week, later, and without a date."""

    overdue: int
    day: int
    week: int
    later: int
    undated: int


class Today(msgspec.Struct, frozen=True, kw_only=True):
    """The tasks of a moment, in order, perhaps only the first of them; the counts are of all."""

    tasks: list[Task]
    counts: Counts


def today(
    desk: Desk,
    *,
    by: str,
    now: datetime,
    person: str = "",
    project: str = "",
    work: str = "",
    as_of: datetime | None = None,
    limit: int | None = None,
    who: Viewer | None = None,
) -> Today:
    """Return the tasks open at `now` that `by` may see: overdue first, then by due instant, then by severity.

    With `person`, only theirs; with `work`, only those for an ``expert`` or of the ``process``. With `as_of`, what was
    known and due at that moment. With `limit`, the first so many; the counts are of all. `who` is what `by` may see,
    when it was looked up just now.
    """
    moment = as_of or now
    who = who or desk.viewer(by)
    if person not in {"", by}:
        _check_person(desk, person, by=by)
    if as_of is not None:
        lines = _task_lines(desk, by=by, project=project, as_of=as_of)
        tasks = [_task(line, desk.team(line.project, as_of=as_of), moment, who) for line in lines]
        found = [task for task in tasks if (not person or person in task.who) and work in {"", task.work}]
        return Today(tasks=found[:limit], counts=_counted(found, moment))
    sorts = _sorts(desk, person=person, project=project, work=work, moment=moment)
    lines = desk.store.task_lines(who, now=moment, project=project, sorts=sorts, limit=limit)
    bounds = [moment, *(moment + span for span in HORIZONS), datetime.max.replace(tzinfo=UTC)]
    counts = desk.store.task_counts(who, now=moment, bounds=bounds, project=project, sorts=sorts)
    return Today(tasks=[_task(line, desk.team(line.project), moment, who) for line in lines], counts=_counts(counts))


def _sorts(desk: Desk, *, person: str, project: str, work: str, moment: datetime) -> list[str] | None:
    """Return the sorts of the tasks that belong to `person` at the moment, and are of that work; None for all."""
    if not person and not work:
        return None
    found = []
    for text in desk.store.task_sorts(project=project):
        sort = Sort.read(text)
        _, team = desk.find_team(sort.project)
        if team is None or work not in {"", sort.work}:
            continue
        if not person or person in owner_of_sort(sort, team=team, now=moment).people:
            found.append(text)
    return found


def _check_person(desk: Desk, person: str, *, by: str) -> None:
    """Raise `Misuse` for a name that nobody in the projects of `by` has, lest a typo read as nothing to do."""
    own = [project for project in desk.projects().values() if project.person(by) is not None]
    names = {entry.name for project in own for entry in project.people}
    if names and person not in names:
        raise Misuse(f"nobody in your projects is called {person!r}", hint=nearest(person, names))


HORIZONS = (timedelta(days=1), timedelta(days=7))
"""How far ahead the groups of a day's tasks reach."""


def _counts(sums: tuple[int, ...]) -> Counts:
    overdue, day, week, dated, every = sums
    return Counts(overdue=overdue, day=day - overdue, week=week - day, later=dated - week, undated=every - dated)


def _counted(tasks: list[Task], moment: datetime) -> Counts:
    dues = [task.due_at for task in tasks if task.due_at is not None]
    before = [sum(due < moment + span for due in dues) for span in (timedelta(), *HORIZONS)]
    return _counts((*before, len(dues), len(tasks)))


def _task(line: TaskLine, team: Team, moment: datetime, who: Viewer) -> Task:
    duty = line.duty
    do = offered(duty.do, seen=Sight.TEAM if line.project in who.teams else Sight.PARTICIPANT)
    whose = owner(duty, areas=line.areas, claimed_by=line.claimed_by, team=team, now=moment)
    return Task(
        case=duty.case,
        project=line.project,
        title=line.title,
        task=duty.key,
        name=duty.name,
        subject=duty.subject,
        standing=standing(duty, moment),
        due_at=duty.due_at,
        opens_at=duty.opens_at,
        zone=duty.zone,
        work=duty.work,
        do=do,
        commands=tuple(words for verb, words in zip(duty.do, duty.commands, strict=False) if verb in do),
        ask=duty.ask,
        who=whose.people,
        who_why=whose.why,
        clause=duty.clause,
        policy=duty.policy,
        because=duty.because,
        kinds=duty.kinds,
        missing=duty.missing,
        severity=line.severity,
        invented=line.invented,
    )


def offered(do: tuple[str, ...], *, seen: Sight) -> tuple[str, ...]:
    """Return those of the verbs that somebody with that sight may carry out."""
    if seen >= Sight.TEAM:
        return do
    from midstream.cases.verbs import VERBS  # noqa: PLC0415 - the response team asks most, and of no verb

    return tuple(name for name in do if seen >= VERBS[name].least)


def about(task: Task) -> str:
    """Return what tells a task apart from others of its name in its case: its branch or party, or the news it is about.

    A task for each of several events names the event by the number of its fact, at the end of its key.
    """
    number = task.task.rpartition(":")[2]
    if task.subject or len(task.because) < 2 or not number.isdecimal() or int(number) not in task.because:
        return task.subject
    kind = task.kinds[task.because.index(int(number))] if len(task.kinds) == len(task.because) else task.kinds[-1]
    return kind.replace(".", " ").replace("_", " ")


def _views(desk: Desk, *, by: str, project: str, as_of: datetime) -> Iterator[tuple[CaseView, Sight]]:
    """Yield the views of the cases as they were, for those whom the cases as they are now may be shown to."""
    who = desk.viewer(by)
    for stream in desk.store.streams("case/"):
        facts = desk.store.facts(stream)
        name = stream.removeprefix("case/")
        seen = sight(who, replay(facts, case=name))
        case = replay(facts, case=name, as_of=as_of)
        if seen is Sight.NOTHING or not case.facts or (project and case.project != project):
            continue
        _, team = desk.find_team(case.project, as_of=as_of)
        if team is not None:
            yield view(desk.known(case, as_of=as_of)), seen


def _task_lines(desk: Desk, *, by: str, project: str, as_of: datetime) -> list[TaskLine]:
    lines = [
        TaskLine(
            duty=duty,
            project=entry.project,
            title=entry.title,
            severity=entry.severity,
            claimed_by=entry.claims.get(duty.key, ""),
            areas=entry.areas,
            invented=entry.invented,
        )
        for entry, seen in _views(desk, by=by, project=project, as_of=as_of)
        if seen >= Sight.PARTICIPANT
        for duty in entry.duties
        if standing(duty, as_of) in {"open", "overdue"}
    ]
    return sorted(lines, key=task_order)


def cases(desk: Desk, *, by: str, project: str = "", as_of: datetime | None = None) -> list[CaseLine]:
    """Return the cases that `by` may see, the most recently begun first."""
    if as_of is None:
        return desk.store.case_lines(desk.viewer(by), project=project)
    lines = [
        case_line(entry, seen=seen, next_due_at=next_due(entry))
        for entry, seen in _views(desk, by=by, project=project, as_of=as_of)
        if seen >= Sight.PARTICIPANT or entry.is_public
    ]
    return sorted(lines, key=case_order, reverse=True)


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One case as a person sees it: what is known of it, and the facts they may read.

    The states follow from those facts alone. The tasks, their policy and the clocks are there for participants and
    team, for whom they follow from all facts; for the public there are none.
    """

    title: str
    known: Known
    seen: Sight
    facts: tuple[Fact, ...]
    clocks: dict[str, datetime]
    branches: dict[str, states.Cell]

    @property
    def case(self) -> Case:
        """The case itself."""
        return self.known.case


def show(desk: Desk, case: str, *, by: str, as_of: datetime | None = None) -> Shown:
    """Return the case as `by` may see it, at the moment `as_of`; raise `NotFound` when they may not see it.

    Its states are made of the facts they may read, so that none tells more. Somebody who sees only what is public gets
    neither tasks nor clocks: those follow from facts for others.
    """
    found, seen = desk.case(case, by=by, as_of=as_of)
    facts = visible(found.facts, seen)
    inside = seen >= Sight.PARTICIPANT
    if not (found.facts if inside else facts):
        raise Misuse(f"nothing was known of {case} at that moment", hint="Ask for a later moment.")
    at = desk.known(found, as_of=as_of) if inside else _bare(desk, case, found)
    started = clocks(found, at.policy, at.team) if at.policy else {}
    readable = replay(facts, case=case)
    names = [branch.name for branch in at.team.project.branches]
    cells = states.cells(readable)
    every = {name: cells.get(name) or states.Cell(branch=name, word="unknown") for name in (*names, *sorted(cells))}
    return Shown(
        title=found.title if inside else readable.title,
        known=msgspec.structs.replace(at, case=readable),
        seen=seen,
        facts=facts,
        clocks={name: instant.at for name, instant in started.items()},
        branches=every,
    )


def _bare(desk: Desk, name: str, case: Case) -> Known:
    """Return the case for somebody who sees only what is public: its team, but no policy and no duties."""
    whole = replay(desk.store.facts(f"case/{name}"), case=name)
    return Known(case=case, team=desk.team(whole.project), policy=None, duties=())


def board(desk: Desk, *, by: str, project: str = "") -> list[BoardLine]:
    """Return the cases that `by` may see with their cells by branch."""
    return desk.store.board_lines(desk.viewer(by), project=project)


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """Why a task is there: its duty and rule, the facts it follows from, what met or lifted it, what is missing."""

    duty: Duty
    standing: str
    span: str
    opened_by: tuple[Fact, ...]
    closed_by: Fact | None
    claimed_by: str
    history: tuple[Fact, ...]
    commands: tuple[str, ...]


def why(desk: Desk, case: str, *, by: str, now: datetime, task: str = "", as_of: datetime | None = None) -> list[Why]:
    """Return why each task of the case stands as it does, or why that of key `task` does; `Misuse` for no such task.

    For those who see the case as participants or team; for the public there are no tasks.
    """
    return reasons(show(desk, case, by=by, as_of=as_of), now=as_of or now, task=task)


def reasons(shown: Shown, *, now: datetime, task: str = "") -> list[Why]:
    """Return why each task of a case that is shown stands as it does at `now`; as `why`, without reading it again."""
    at = shown.known
    chosen = [duty for duty in at.duties if not task or duty.key == task or duty.key.startswith(f"{task}:")]
    if task and not chosen:
        keys = {duty.key for duty in at.duties}
        hint = nearest(task, keys) if keys else "It has no tasks for you to see."
        raise Misuse(f"{shown.case.id} has no task {task!r}", hint=hint)
    readable = {fact.number: fact for fact in shown.facts}
    rules = {rule.slug: rule for rule in at.policy.rules} if at.policy else {}
    taken = claims(at.case)
    found: list[Why] = []
    for duty in chosen:
        rule = rules[duty.key.partition(":")[0]]
        spans = [f"within {rule.within}" if rule.within else "", f"every {rule.every}" if rule.every else ""]
        spans.append(f"{rule.lead} before the {rule.before}" if rule.lead else rule.before and f"by the {rule.before}")
        found.append(
            Why(
                duty=duty,
                standing=standing(duty, now),
                span=", ".join(part for part in spans if part),
                opened_by=tuple(readable[number] for number in duty.because if number in readable),
                closed_by=readable.get(duty.met_by or duty.lifted_by),
                claimed_by=taken.get(duty.key, ""),
                history=tuple(fact for fact in shown.facts if getattr(fact.body, "task", "") == duty.key),
                commands=commands(duty, offered(duty.do, seen=shown.seen), readable, at.case, at.team),
            )
        )
    return found
