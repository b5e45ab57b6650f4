"""From a case's view to the lines of lists: what each viewer may read of it, and the order of the lines.

Every store and the desk's own reading of the past make their lines here, so that nobody is shown more in one place
than in another.
"""

from datetime import UTC, datetime

from midstream.cases.visibility import Sight
from midstream.desk.views import BoardLine, CaseLine, CaseView, CellView, TaskLine

PUBLIC_WORDS = frozenset({"merged", "released", "reverted"})
"""The words of cells that follow from public facts; every other word is one for participants."""

SEVERITY_ORDER = {word: rank for rank, word in enumerate(("critical", "high", "medium", "low", "none", "unscored"))}
"""The rank of each severity in lists, the gravest first."""

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


def task_order(line: TaskLine) -> tuple[datetime, int, str, str]:
    """Return the key that sorts task lines: due instant, none last, then severity from critical down, case and key."""
    rank = SEVERITY_ORDER.get(line.severity, len(SEVERITY_ORDER))
    return line.duty.due_at or _NEVER, rank, line.duty.case, line.duty.key


def case_order(line: CaseLine) -> tuple[datetime, str]:
    """Return the key that sorts case lines when reversed: most recently begun first, those with no instant last."""
    return line.began_at or _UNKNOWN, line.case
