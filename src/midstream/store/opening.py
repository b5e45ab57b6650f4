"""Opening a store: made when new, brought up to date when older, refused when newer or something else."""

import os
import time
from pathlib import Path
from typing import Any

from django.db import DatabaseError, OperationalError, ProgrammingError, transaction

from midstream.desk.ports import StoreTrouble
from midstream.store.blobs import Vault
from midstream.store.database import Database
from midstream.store.django_store import DjangoStore
from midstream.store.settings import PATIENCE, backend_of, configure
from midstream.store.trouble import told

LATEST = "0004_runs"
"""The migration this version of the store ends with; Django records it in the same transaction as its changes."""

_APPLIED = "SELECT MAX(name) FROM django_migrations WHERE app = 'store'"
_ONE_AT_A_TIME = 0x4D494453  # "MIDS": the advisory lock under which PostgreSQL migrates


def open_store(*, url: str, key_file: Path) -> DjangoStore:
    """Return the store at `url`, made or brought up to date when needed; raise `StoreTrouble` when that cannot be."""
    alias = configure(url=url)
    db = Database(alias=alias)
    connection = backend_of(alias)
    is_sqlite = connection.vendor == "sqlite"
    if is_sqlite:
        _make_file(Path(connection.settings_dict["NAME"]))
    with told(alias):
        applied = _applied(connection)
        if applied != LATEST:
            _check(db, connection, applied)
            if is_sqlite:
                _write_ahead(connection)
            _migrate(connection)
    return DjangoStore(db=db, vault=Vault(db=db, key_file=key_file))


def _make_file(path: Path) -> None:
    """Make an empty file that only its owner may read, unless there is one: SQLite itself would let others read it."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        pass
    except OSError as error:
        raise StoreTrouble(
            f"{path}: the store's file cannot be opened ({error.strerror})",
            hint="Allow your user to enter and write its folder, or name another file: --store PATH.",
        ) from None


def _applied(connection: Any) -> str:
    """Return the last migration the database went through; empty when none."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(_APPLIED)
            (name,) = cursor.fetchone()
    except (OperationalError, ProgrammingError) as error:
        if _is_missing_table(error):
            return ""
        raise
    return name or ""


def _is_missing_table(error: DatabaseError) -> bool:
    return getattr(error.__cause__, "sqlstate", "") == "42P01" or str(error).startswith("no such table")


def _check(db: Database, connection: Any, applied: str) -> None:
    """Raise `StoreTrouble` when the database is of a newer version, or an SQLite file of somebody else."""
    if applied > LATEST:
        raise StoreTrouble(
            f"{db.place}: a newer Midstream made this store (it is at {applied}, this version knows {LATEST})",
            hint="Upgrade Midstream on this machine; a store is never taken back to an older form.",
        )
    if not applied and connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM sqlite_master")
            (tables,) = cursor.fetchone()
            if tables and not _applied(connection):  # not one that another process is making just now
                raise StoreTrouble(
                    f"{db.place}: this SQLite file belongs to something else", hint="Name another file: --store PATH."
                )


def _write_ahead(connection: Any) -> None:
    """Switch the file to the write-ahead log; while another process does so, SQLite says at once that it is locked."""
    for left in range(PATIENCE * 20, -1, -1):
        try:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA journal_mode = WAL")
                cursor.fetchall()
        except OperationalError as error:
            if left == 0 or "locked" not in str(error):
                raise
            time.sleep(0.05)
        else:
            return


def _migrate(connection: Any) -> None:
    """Run the migrations in one transaction, so that a store is whole or new, whoever else opens it meanwhile."""
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415 - large, and needed once per store

    connection.disable_constraint_checking()  # or SQLite alters no tables; inside a transaction it is too late
    try:
        with transaction.atomic(using=connection.alias, durable=True):
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
            MigrationExecutor(connection).migrate([("store", LATEST)])
    finally:
        connection.enable_constraint_checking()
