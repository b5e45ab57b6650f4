"""Read models: what the store keeps ready of each case, derived from its facts and remade at will."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from midstream.policy.duties import Duty


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
    `project` and `areas` they are all that the visibility rule asks for. `duties` are those neither met nor lifted by
    a fact.
    `claims` says by task key who took it. `public_title` is the title when a public fact gives it, else empty.
    `severity` is a word of `cases.states.SEVERITIES` or ``unscored``.
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
    invented: bool = False
    public_title: str = ""
    areas: tuple[str, ...] = ()
    readers: Mapping[str, bool] = {}
    claims: Mapping[str, str] = {}
    duties: tuple[Duty, ...] = ()
    cells: tuple[CellView, ...] = ()
    message_ids: tuple[str, ...] = ()


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


class TaskLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the task list: a duty that is open, with what the list shows of its case and who claimed it."""

    duty: Duty
    project: str
    title: str
    severity: str
    claimed_by: str
    areas: tuple[str, ...]
    invented: bool


class BoardLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the board: a case and its cells, by branch."""

    case: str
    project: str
    title: str
    cve: str
    severity: str
    cells: Mapping[str, CellView]
    invented: bool
