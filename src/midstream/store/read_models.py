"""The read models in SQL: a row per case and per duty, and what the visibility rule and mail threads ask for.

Everything in them is an instant or a word that follows from facts; whether a duty is overdue is found when it is read.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import msgspec

from midstream.cases.visibility import Sight, Viewer
from midstream.desk.views import (
    BoardLine,
    CaseLine,
    CaseView,
    board_line,
    board_order,
    case_line,
    case_order,
    is_called,
    next_due,
)
from midstream.ledger.fact import read_time, write_time
from midstream.store.database import Database, marks
from midstream.store.ledger_rows import check_heads, hold_all
from midstream.store.rows import duty_rows
from midstream.store.rows.duty_rows import legible
from midstream.store.visibility import seen_cases, sight_of

_TABLES = ("case_view", "duty", "reader", "area", "told", "message")
_BATCH = 100
"""Views held at once: each may have hundreds of duties."""
_COLUMNS = ("case_id", "project", "is_public", "next_due_at", "access", "body")
_PUT = (
    f"INSERT INTO case_view ({', '.join(_COLUMNS)}) VALUES ({marks(len(_COLUMNS))})"
    " ON CONFLICT (case_id) DO UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[1:])
)
_encoder = msgspec.json.Encoder()
_view = msgspec.json.Decoder(CaseView)


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
        duty_rows.put(db, cursor, view)
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
                duty_rows.insert(db, cursor, batch)
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
    with legible(db, case):
        duties = tuple(duty_rows.read(line).duty for (line,) in lines)
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


def cases_called(db: Database, who: Viewer, name: str) -> list[str]:
    """Return the cases that the viewer may see and knows by that name, sorted."""
    rows = _seen(db, who, "v.case_id", at_least=Sight.PUBLIC, project="")
    return sorted(entry.case for seen, entry, _ in rows if is_called(entry, name, seen=seen))


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
            with legible(db, case):
                entry = _view.decode(body)
            yield Sight(seen), entry, more
