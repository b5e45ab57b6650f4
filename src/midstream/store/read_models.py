"""The read models in SQL: a row per case and per duty, and what the visibility rule and mail threads ask for.

Everything in them is an instant or a word that follows from facts; whether a duty is overdue is found when it is read.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import Any

import msgspec

from midstream.cases.visibility import Sight, Viewer
from midstream.desk.ports import StoreTrouble
from midstream.desk.views import (
    BoardLine,
    CaseLine,
    CaseView,
    TaskLine,
    board_line,
    board_order,
    case_line,
    case_order,
    next_due,
    severity_rank,
    task_line,
)
from midstream.ledger.fact import read_time, write_time
from midstream.store.database import Database, marks
from midstream.store.ledger_rows import check_heads, hold_all
from midstream.store.visibility import seen_cases, sight_of

_TABLES = ("case_view", "duty", "reader", "area", "told", "message")
_BATCH = 100
"""Views held at once: each may have hundreds of duties."""
_COLUMNS = ("case_id", "project", "is_public", "next_due_at", "access", "body")
_DUTY = ("case_id", "key", "place", "opens_at", "due_at", "lifted_at", "rank", "line")
_NEVER = "9999-12-31T23:59:59.999999Z"
_PUT = (
    f"INSERT INTO case_view ({', '.join(_COLUMNS)}) VALUES ({marks(len(_COLUMNS))})"
    " ON CONFLICT (case_id) DO UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[1:])
)
_encoder = msgspec.json.Encoder()
_view = msgspec.json.Decoder(CaseView)
_line = msgspec.json.Decoder(TaskLine)


def put_views(db: Database, cursor: Any, views: Sequence[CaseView]) -> None:
    """Put the views in place of those of the same cases, within a transaction."""
    rows = [_row(view) for view in views]
    names = [view.case for view in views]
    kept: dict[str, str] = {}
    if names:
        cursor.execute(f"SELECT case_id, access FROM case_view WHERE case_id IN ({marks(len(names))})", names)
        kept.update(cursor.fetchall())
    for view, row in zip(views, rows, strict=True):
        cursor.execute(_PUT, row)
        _put_duties(db, cursor, view)
    changed = [view for view, row in zip(views, rows, strict=True) if kept.get(view.case) != row[4]]
    if changed:
        for table in ("reader", "area", "told", "message"):
            cursor.execute(
                f"DELETE FROM {table} WHERE case_id IN ({marks(len(changed))})", [view.case for view in changed]
            )
        _put_access(db, cursor, changed)


def replace_views(db: Database, views: Iterable[CaseView], *, expect: Mapping[str, int] | None) -> None:
    """Put the views in place, in one transaction; with `expect` None after all others were taken away."""
    with db.writing() as cursor:
        if expect is not None:
            check_heads(db, cursor, expect)
        else:
            hold_all(db, cursor)
            for table in _TABLES:
                cursor.execute(f"DELETE FROM {table}")
        drawn = iter(views)
        while batch := list(islice(drawn, _BATCH)):
            if expect is not None:
                put_views(db, cursor, batch)
            else:
                db.insert(cursor, "case_view", _COLUMNS, [_row(view) for view in batch])
                db.insert(cursor, "duty", _DUTY, (row for view in batch for row in _duty_rows(view)))
                _put_access(db, cursor, batch)


def _row(view: CaseView) -> tuple[Any, ...]:
    due = next_due(view)
    return (
        view.case,
        view.project,
        view.is_public,
        write_time(due) if due else None,
        _encoder.encode([view.readers, view.areas, view.told, view.message_ids]).decode(),
        _encoder.encode(msgspec.structs.replace(view, duties=())).decode(),
    )


def _duty_rows(view: CaseView) -> list[tuple[Any, ...]]:
    """Return a row for each duty of the view."""
    return [
        (
            view.case,
            duty.key,
            place,
            write_time(duty.opens_at),
            write_time(duty.due_at) if duty.due_at else _NEVER,
            write_time(duty.lifted_at) if duty.lifted_at else _NEVER,
            severity_rank(view.severity),
            _encoder.encode(task_line(view, duty)).decode(),
        )
        for place, duty in enumerate(view.duties)
    ]


def _put_duties(db: Database, cursor: Any, view: CaseView) -> None:
    """Put the duties of the view in place; rows that say the same stay untouched, as most do."""
    rows = {row[1]: row for row in _duty_rows(view)}
    cursor.execute(f"SELECT {', '.join(_DUTY)} FROM duty WHERE case_id = %s", [view.case])
    gone = []
    for row in cursor.fetchall():
        if rows.get(row[1]) == tuple(row):
            del rows[row[1]]
        else:
            gone.append((view.case, row[1]))
    if gone:
        cursor.executemany("DELETE FROM duty WHERE case_id = %s AND key = %s", gone)
    db.insert(cursor, "duty", _DUTY, list(rows.values()))


def _put_access(db: Database, cursor: Any, views: Sequence[CaseView]) -> None:
    readers = [(view.case, person, allowed) for view in views for person, allowed in view.readers.items()]
    areas = [(view.case, area) for view in views for area in dict.fromkeys(view.areas)]
    told = [(view.case, party) for view in views for party in dict.fromkeys(view.told)]
    messages = [(name, view.case) for view in views for name in dict.fromkeys(view.message_ids)]
    db.insert(cursor, "reader", ("case_id", "person", "allowed"), readers)
    db.insert(cursor, "area", ("case_id", "area"), areas)
    db.insert(cursor, "told", ("case_id", "party"), told)
    db.insert(cursor, "message", ("message_id", "case_id"), messages)


def view(db: Database, case: str) -> CaseView | None:
    """Return the whole view of one case, whoever asks."""
    with db.reading() as cursor:
        cursor.execute("SELECT body FROM case_view WHERE case_id = %s", [case])
        row = cursor.fetchone()
        cursor.execute("SELECT line FROM duty WHERE case_id = %s ORDER BY place", [case])
        lines = cursor.fetchall()
    if row is None:
        return None
    with _legible(db, case):
        duties = tuple(_line.decode(line).duty for (line,) in lines)
        return msgspec.structs.replace(_view.decode(row[0]), duties=duties)


def case_lines(db: Database, who: Viewer, *, project: str) -> list[CaseLine]:
    """Return the cases the viewer may see, most recently begun first."""
    lines = [
        case_line(entry, seen=seen, next_due_at=read_time(due) if due else None)
        for seen, entry, due in _seen(db, who, "v.next_due_at", at_least=Sight.PUBLIC, project=project)
    ]
    return sorted(lines, key=case_order, reverse=True)


def board_lines(db: Database, who: Viewer, *, project: str) -> list[BoardLine]:
    """Return the cells of the cases the viewer may see, by case."""
    lines = [
        board_line(entry, seen=seen)
        for seen, entry, _ in _seen(db, who, "v.case_id", at_least=Sight.PUBLIC, project=project)
    ]
    return sorted(lines, key=board_order)


def sight_of_case(db: Database, who: Viewer, case: str) -> Sight:
    """Return how much of one case the viewer sees; nothing of one that is not there, after the same work."""
    sight, values = sight_of(who)
    with db.reading() as cursor:
        cursor.execute(f"SELECT {sight} FROM case_view v WHERE v.case_id = %s", [*values, case])
        row = cursor.fetchone()
    return Sight(row[0]) if row else Sight.NOTHING


def task_lines(db: Database, who: Viewer, *, now: datetime, project: str, limit: int | None) -> list[TaskLine]:
    """Return the open duties of the cases of which the viewer sees more than what is public, in order."""
    where, values = _open(who, now=now, project=project)
    most = " LIMIT %s" if limit is not None else ""
    plain = ' COLLATE "C"' if db.is_postgresql else ""  # by code points, whatever language the database speaks
    order = f"d.due_at, d.rank, d.case_id{plain}, d.key{plain}"
    sql = f"SELECT d.case_id, d.line FROM duty d WHERE {where} ORDER BY {order}{most}"
    lines: list[TaskLine] = []
    with db.reading() as cursor:
        cursor.execute(sql, [*values, *([] if limit is None else [limit])])
        for case, line in cursor:
            with _legible(db, case):
                lines.append(_line.decode(line))
    return lines


def task_counts(
    db: Database, who: Viewer, *, now: datetime, bounds: Sequence[datetime], project: str
) -> tuple[int, ...]:
    """Return how many open duties are due before each of the bounds; last, how many there are in all."""
    where, values = _open(who, now=now, project=project)
    sums = "".join("COALESCE(SUM(CASE WHEN d.due_at < %s THEN 1 ELSE 0 END), 0), " for _ in bounds)
    with db.reading() as cursor:
        cursor.execute(f"SELECT {sums}COUNT(*) FROM duty d WHERE {where}", [*map(write_time, bounds), *values])
        return tuple(int(count) for count in cursor.fetchone())


def _open(who: Viewer, *, now: datetime, project: str) -> tuple[str, list[Any]]:
    """Return the condition, with its parameters, of the duties ``d`` that are open in cases the viewer works on."""
    cases, values = seen_cases(who, columns="v.case_id", at_least=Sight.PARTICIPANT, project=project)
    moment = write_time(now)
    where = f"d.opens_at <= %s AND d.lifted_at > %s AND d.case_id IN (SELECT case_id FROM ({cases}) AS mine)"
    return where, [moment, moment, *values]


def cases_with_message(db: Database, message_id: str) -> list[str]:
    """Return the cases that a mail of that Message-ID belongs to, sorted."""
    with db.reading() as cursor:
        cursor.execute("SELECT case_id FROM message WHERE message_id = %s", [message_id])
        return sorted(case for (case,) in cursor.fetchall())


def _seen(
    db: Database, who: Viewer, column: str, *, at_least: Sight, project: str
) -> Iterator[tuple[Sight, CaseView, Any]]:
    """Yield sight, view without duties, and one column more, of each case of which the viewer sees that much."""
    sql, values = seen_cases(who, columns=f"v.case_id, v.body, {column}", at_least=at_least, project=project)
    with db.reading() as cursor:
        cursor.execute(sql, values)
        for seen, case, body, more in cursor:
            with _legible(db, case):
                entry = _view.decode(body)
            yield Sight(seen), entry, more


@contextmanager
def _legible(db: Database, case: object) -> Iterator[None]:
    try:
        yield
    except (msgspec.MsgspecError, TypeError, ValueError):
        raise StoreTrouble(
            f"{db.place}: the read model of {case} cannot be read", hint="Remake it: midstream store rebuild"
        ) from None
