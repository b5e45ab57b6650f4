"""Read models: what the store keeps ready of each case, derived from its facts and remade at will.

The lines of lists are made here from a case's view, for every store and for the desk's own reading of the past, so
that nobody is shown more in one place than in another.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from midstream.cases.visibility import Sight
from midstream.policy.duties import Duty
from midstream.policy.owners import Sort, sort_of


class CellView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One cell of the board: a case on a branch."""

    branch: str
    word: str
    detail: str = ""
    since: datetime | None = None
    because: tuple[int, ...] = ()


class CaseView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What lists and tasks need of a case, as of the facts up to `number`.

    `readers` are the persons of its access facts, True for invited, False for removed since; with `is_public`,
    `project`, `areas` and the parties `told` they are all that the visibility rule asks for. `duties` are those neither
    met nor lifted by a fact. `claims` says by task key who took it. `public_title` is the title when a public fact
    gives it, else empty. `severity` is a word of `cases.states.SEVERITIES` or ``unscored``. `fixed_at` is when a fix
    was first there, and `opened_at` when the case was made public, each None while it is not so. `names` are the ids of
    its advisory besides the CVE id; anybody may read them once they are `named_publicly`.
    """

    case: str
    project: str
    title: str
    number: int
    is_public: bool
    triage: str
    embargo: str
    fix: str
    severity: str
    cve: str = ""
    policy: str = ""
    began_at: datetime | None = None
    public_at: datetime | None = None
    fixed_at: datetime | None = None
    opened_at: datetime | None = None
    invented: bool = False
    public_title: str = ""
    areas: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    readers: Mapping[str, bool] = {}
    claims: Mapping[str, str] = {}
    duties: tuple[Duty, ...] = ()
    cells: tuple[CellView, ...] = ()
    message_ids: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    named_publicly: bool = False


class CaseLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list of cases; `next_due_at` is the earliest due instant of its open duties."""

    case: str
    project: str
    title: str
    number: int
    is_public: bool
    triage: str
    embargo: str
    fix: str
    severity: str
    cve: str
    policy: str
    began_at: datetime | None
    public_at: datetime | None
    next_due_at: datetime | None
    invented: bool
    fixed_at: datetime | None = None
    opened_at: datetime | None = None


class TaskLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the task list: a duty that is open, with what the list shows of its case and who claimed it."""

    duty: Duty
    project: str
    title: str
    severity: str
    claimed_by: str
    areas: tuple[str, ...]
    invented: bool

    @property
    def sort(self) -> Sort:
        """What decides whose the task is, but for the moment."""
        return sort_of(self.duty, project=self.project, areas=self.areas, claimed_by=self.claimed_by)


class BoardLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the board: a case and its cells, by branch."""

    case: str
    project: str
    title: str
    cve: str
    severity: str
    cells: Mapping[str, CellView]
    invented: bool


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A way into the API: whose it is, for what, until when, and the SHA-256 of its secret part in hexadecimal."""

    name: str
    person: str
    label: str
    digest: str
    scopes: tuple[str, ...]
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    used_at: datetime | None = None


class Hook(msgspec.Struct, frozen=True, kw_only=True):
    """An address that is told of the new facts its person may read.

    `kinds` are kinds of fact, or their beginnings such as ``backport.``; none means all. `secret` is the digest of the
    blob that holds the secret. `position` is that of the last
    fact that was looked at. After `failures` in a row it is tried again at `again_at`; `trouble` says what went wrong.
    """

    name: str
    person: str
    url: str
    kinds: tuple[str, ...]
    secret: str
    made_at: datetime
    position: int
    failures: int = 0
    again_at: datetime | None = None
    trouble: str = ""


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """That a person was shown a case that is not public: `how`, and up to which fact (0 where only lines were shown).

    Reads of the same person, case, `how` and `span` count once.
    """

    at: datetime
    person: str
    case: str
    how: str
    number: int = 0
    span: str = ""


PUBLIC_WORDS = frozenset({"merged", "released", "reverted"})
"""The words of cells that follow from public facts; every other word is one for participants."""

SEVERITY_ORDER = {word: rank for rank, word in enumerate(("critical", "high", "medium", "low", "none", "unscored"))}
"""The rank of each severity in lists, the gravest first."""

_DIGITS = re.compile(r"([0-9]+)")
_NEVER = datetime.max.replace(tzinfo=UTC)
_UNKNOWN = datetime.min.replace(tzinfo=UTC)


def next_due(view: CaseView) -> datetime | None:
    """Return the earliest due instant of the view's duties, those left out that are lifted before they are due."""
    return min(
        (
            duty.due_at
            for duty in view.duties
            if duty.due_at is not None and (duty.lifted_at is None or duty.lifted_at > duty.due_at)
        ),
        default=None,
    )


def is_called(view: CaseView, name: str, *, seen: Sight) -> bool:
    """Return whether somebody who sees that much of the case knows it by this name: its own, or an id of its advisory.

    Ids are compared without their case of letters: they are quoted in all ways.
    """
    names = {view.case, view.cve}
    if seen > Sight.PUBLIC or view.named_publicly:
        names.update(view.names)
    return name.lower() in {each.lower() for each in names if each}


def case_line(view: CaseView, *, seen: Sight, next_due_at: datetime | None) -> CaseLine:
    """Return the line of the list of cases for somebody who sees that much of the case.

    Who sees only what is public reads the case's name, project, severity and CVE id, and its title when a public fact
    gives it. States, dates and the number of facts follow from facts for others: they are empty, None and 0.
    """
    if seen <= Sight.PUBLIC:
        return CaseLine(
            case=view.case,
            project=view.project,
            title=view.public_title,
            number=0,
            is_public=view.is_public,
            triage="",
            embargo="",
            fix="",
            severity=view.severity,
            cve=view.cve,
            policy="",
            began_at=None,
            public_at=None,
            next_due_at=None,
            invented=view.invented,
        )
    return CaseLine(
        case=view.case,
        project=view.project,
        title=view.title,
        number=view.number,
        is_public=view.is_public,
        triage=view.triage,
        embargo=view.embargo,
        fix=view.fix,
        severity=view.severity,
        cve=view.cve,
        policy=view.policy,
        began_at=view.began_at,
        public_at=view.public_at,
        next_due_at=next_due_at,
        invented=view.invented,
        fixed_at=view.fixed_at,
        opened_at=view.opened_at,
    )


def board_line(view: CaseView, *, seen: Sight) -> BoardLine:
    """Return the line of the board for somebody who sees that much of the case.

    Who sees only what is public gets the cells whose word follows from public facts. The others are left out: that
    somebody looked at a branch is not public either, and a branch left out reads as unknown.
    """
    is_inside = seen > Sight.PUBLIC
    cells: dict[str, CellView] = {cell.branch: cell for cell in view.cells if is_inside or cell.word in PUBLIC_WORDS}
    return BoardLine(
        case=view.case,
        project=view.project,
        title=view.title if is_inside else view.public_title,
        cve=view.cve,
        severity=view.severity,
        cells=cells,
        invented=view.invented,
    )


def task_line(view: CaseView, duty: Duty) -> TaskLine:
    """Return the line of the task list for one duty of the view."""
    return TaskLine(
        duty=duty,
        project=view.project,
        title=view.title,
        severity=view.severity,
        claimed_by=view.claims.get(duty.key, ""),
        areas=view.areas,
        invented=view.invented,
    )


def severity_rank(severity: str) -> int:
    """Return the place of a severity in lists, the gravest first."""
    return SEVERITY_ORDER.get(severity, len(SEVERITY_ORDER))


def task_order(line: TaskLine) -> tuple[datetime, int, str, str]:
    """Return the key that sorts task lines: due instant, none last, then severity from critical down, case and key."""
    return line.duty.due_at or _NEVER, severity_rank(line.severity), line.duty.case, line.duty.key


def board_order(line: BoardLine) -> tuple[str | int, ...]:
    """Return the key that sorts the board: by case, numbers in names as numbers, so that 9 comes before 10."""
    return tuple(int(part) if part.isdigit() else part for part in _DIGITS.split(line.case))


def case_order(line: CaseLine) -> tuple[datetime, str]:
    """Return the key that sorts case lines when reversed: most recently begun first, those with no instant last."""
    return line.began_at or _UNKNOWN, line.case
