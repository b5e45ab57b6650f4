"""When what works by itself last ran: news of the moment, kept beside the facts and no part of the chain."""

from datetime import datetime

from midstream.ledger.fact import read_time, write_time
from midstream.store.database import Database

_PUT = "INSERT INTO run (name, at) VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET at = excluded.at"


def keep_run(db: Database, name: str, *, at: datetime) -> None:
    """Keep that it ran at that moment, in place of an earlier one."""
    with db.writing() as cursor:
        cursor.execute(_PUT, [name, write_time(at)])


def last_run(db: Database, name: str) -> datetime | None:
    """Return when it last ran; None when it never did."""
    with db.reading() as cursor:
        cursor.execute("SELECT at FROM run WHERE name = %s", [name])
        row = cursor.fetchone()
    return read_time(row[0]) if row else None
