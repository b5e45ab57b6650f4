"""The duties of cases in SQL: a row each, in the order of lists, with what decides whose it is."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import msgspec

from midstream.cases.visibility import Sight, Viewer
from midstream.desk.ports import StoreTrouble
from midstream.desk.views import CaseView, TaskLine, severity_rank, task_line
from midstream.ledger.fact import write_time
from midstream.policy.owners import Sort
from midstream.store.database import Database, marks
from midstream.store.visibility import seen_cases

_COLUMNS = ("case_id", "key", "place", "opens_at", "due_at", "lifted_at", "rank", "line", "sort")
_NEVER = "9999-12-31T23:59:59.999999Z"
_encoder = msgspec.json.Encoder()
_line = msgspec.json.Decoder(TaskLine)


def read(line: str) -> TaskLine:
    """Return the line a row holds."""
    return _line.decode(line)


def _rows(view: CaseView) -> list[tuple[Any, ...]]:
    """Return a row for each duty of the view."""
    lines = [(place, task_line(view, duty)) for place, duty in enumerate(view.duties)]
    return [
        (
            view.case,
            line.duty.key,
            place,
            write_time(line.duty.opens_at),
            write_time(line.duty.due_at) if line.duty.due_at else _NEVER,
            write_time(line.duty.lifted_at) if line.duty.lifted_at else _NEVER,
            severity_rank(view.severity),
            _encoder.encode(line).decode(),
            line.sort.write(),
        )
        for place, line in lines
    ]


def insert(db: Database, cursor: Any, views: Sequence[CaseView]) -> None:
    """Insert the duties of cases that have none there."""
    db.insert(cursor, "duty", _COLUMNS, (row for view in views for row in _rows(view)))


def put(db: Database, cursor: Any, view: CaseView) -> None:
    """Put the duties of the view in place; rows that say the same stay untouched, as most do."""
    rows = {row[1]: row for row in _rows(view)}
    cursor.execute(f"SELECT {', '.join(_COLUMNS)} FROM duty WHERE case_id = %s", [view.case])
    gone = []
    for row in cursor.fetchall():
        if rows.get(row[1]) == tuple(row):
            del rows[row[1]]
        else:
            gone.append((view.case, row[1]))
    if gone:
        cursor.executemany("DELETE FROM duty WHERE case_id = %s AND key = %s", gone)
    db.insert(cursor, "duty", _COLUMNS, list(rows.values()))


def task_lines(
    db: Database, who: Viewer, *, now: datetime, project: str, sorts: Sequence[str] | None, limit: int | None
) -> list[TaskLine]:
    """Return the open duties of the cases of which the viewer sees more than what is public, in order."""
    where, values = _open(who, now=now, project=project, sorts=sorts)
    most = " LIMIT %s" if limit is not None else ""
    plain = ' COLLATE "C"' if db.is_postgresql else ""  # by code points, whatever language the database speaks
    order = f"d.due_at, d.rank, d.case_id{plain}, d.key{plain}"
    sql = f"SELECT d.case_id, d.line FROM duty d WHERE {where} ORDER BY {order}{most}"
    lines: list[TaskLine] = []
    with db.reading() as cursor:
        cursor.execute(sql, [*values, *([] if limit is None else [limit])])
        for case, line in cursor:
            with legible(db, case):
                lines.append(_line.decode(line))
    return lines


def task_counts(
    db: Database, who: Viewer, *, now: datetime, bounds: Sequence[datetime], project: str, sorts: Sequence[str] | None
) -> tuple[int, ...]:
    """Return how many open duties are due before each of the bounds; last, how many there are in all."""
    where, values = _open(who, now=now, project=project, sorts=sorts)
    sums = "".join("COALESCE(SUM(CASE WHEN d.due_at < %s THEN 1 ELSE 0 END), 0), " for _ in bounds)
    with db.reading() as cursor:
        cursor.execute(f"SELECT {sums}COUNT(*) FROM duty d WHERE {where}", [*map(write_time, bounds), *values])
        return tuple(int(count) for count in cursor.fetchone())


def task_sorts(db: Database, *, project: str) -> list[str]:
    """Return the sorts of all duties there are, as they are written."""
    with db.reading() as cursor:
        cursor.execute("SELECT DISTINCT sort FROM duty")
        found = sorted(sort for (sort,) in cursor.fetchall())
    with legible(db, "a case"):
        return [sort for sort in found if project in {"", Sort.read(sort).project}]


def _open(who: Viewer, *, now: datetime, project: str, sorts: Sequence[str] | None) -> tuple[str, list[Any]]:
    """Return the condition, with its parameters, of the duties ``d`` that are open in cases the viewer works on."""
    cases, values = seen_cases(who, columns="v.case_id", at_least=Sight.PARTICIPANT, project=project)
    moment = write_time(now)
    where = f"d.opens_at <= %s AND d.lifted_at > %s AND d.case_id IN (SELECT case_id FROM ({cases}) AS mine)"
    found = [moment, moment, *values]
    if sorts is not None:
        where += f" AND d.sort IN ({marks(len(sorts))})" if sorts else " AND FALSE"
        found += sorts
    return where, found


@contextmanager
def legible(db: Database, case: object) -> Iterator[None]:
    """Return a context in which a row that cannot be read becomes `StoreTrouble`, which says how to remake it."""
    try:
        yield
    except (msgspec.MsgspecError, TypeError, ValueError):
        raise StoreTrouble(
            f"{db.place}: the read model of {case} cannot be read", hint="Remake it: midstream store rebuild"
        ) from None
