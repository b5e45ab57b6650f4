"""Who read which case that is not public, and when: kept beside the facts, never changed, not part of the chain."""

from collections.abc import Sequence

from midstream.desk.views import Read
from midstream.ledger.fact import read_time, write_time
from midstream.store.database import Database

_COLUMNS = "at, person, case_id, how, number, span"
_INSERT = f"INSERT INTO case_read ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"


def record_reads(db: Database, reads: Sequence[Read]) -> None:
    """Keep the reads, those of a span in which the same was kept already left out."""
    rows = [(write_time(read.at), read.person, read.case, read.how, read.number, read.span) for read in reads]
    with db.writing() as cursor:
        cursor.executemany(_INSERT, rows)


def reads(db: Database, case: str, *, limit: int) -> list[Read]:
    """Return the last reads of the case, the latest first."""
    with db.reading() as cursor:
        cursor.execute(
            f"SELECT {_COLUMNS} FROM case_read WHERE case_id = %s ORDER BY position DESC LIMIT %s", [case, limit]
        )
        return [
            Read(at=read_time(at), person=person, case=case_id, how=how, number=number, span=span)
            for at, person, case_id, how, number, span in cursor.fetchall()
        ]
