"""Copies of a store while others work on it."""

import os
import sqlite3
from pathlib import Path

from midstream.desk.ports import StoreTrouble
from midstream.store.database import Database


def backup(db: Database, to: Path) -> None:
    """Write a whole, consistent copy of an SQLite store to a new file, by SQLite's online backup.

    The copy is of one moment; writers go on in the write-ahead log. It holds no master key. Raises `StoreTrouble` when
    the file is there already or cannot be written, and for PostgreSQL, whose own tool makes sound copies.
    """
    if db.is_postgresql:
        raise StoreTrouble(
            f"{db.place}: a PostgreSQL store is copied by PostgreSQL's own tool",
            hint=f"pg_dump --format=custom --file={to} DATABASE (of the server's version); restore it with pg_restore.",
        )
    _claim(to)
    try:
        with db.reading() as cursor:
            _copy(cursor.connection, to)
        _settle(to)
    except (sqlite3.Error, OSError) as error:
        to.unlink(missing_ok=True)
        raise StoreTrouble(f"{to}: the copy was not made: {error}", hint="Make space, or name another file.") from None
    except BaseException:
        to.unlink(missing_ok=True)
        raise


def _claim(to: Path) -> None:
    """Make the file, for its owner alone to read; never over another one."""
    try:
        os.close(os.open(to, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        raise StoreTrouble(f"{to}: there is a file already", hint="Name a new file for the copy.") from None
    except OSError as error:
        raise StoreTrouble(f"{to}: {error.strerror}", hint="Name a file in a folder that you may write.") from None


def _copy(source: sqlite3.Connection, to: Path) -> None:
    target = sqlite3.connect(to)
    try:
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing left in a log beside it
        found = target.execute("PRAGMA quick_check").fetchone()
        if found != ("ok",):
            raise sqlite3.DatabaseError(str(found))
    finally:
        target.close()


def _settle(to: Path) -> None:
    """Wait until the copy is on the disk."""
    for path in (to, to.parent):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
