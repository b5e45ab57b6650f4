"""One database: its reads and its transactions."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

import msgspec
from django.db import transaction

from midstream.store.settings import backend_of
from midstream.store.trouble import place, told

BATCH = 1000
"""Rows that are held at once when many are read or written."""


class Database(msgspec.Struct, frozen=True, kw_only=True):
    """A database by its alias; every thread and process has its own connection to it."""

    alias: str

    @property
    def is_postgresql(self) -> bool:
        """Whether it is PostgreSQL; if not, it is SQLite."""
        return bool(backend_of(self.alias).vendor == "postgresql")

    @property
    def place(self) -> str:
        """How messages name the database."""
        return place(self.alias)

    @contextmanager
    def reading(self) -> Iterator[Any]:
        """Return a cursor; each statement sees the database at one moment. Raises `StoreTrouble`."""
        with told(self.alias), backend_of(self.alias).cursor() as cursor:
            yield cursor

    @contextmanager
    def writing(self) -> Iterator[Any]:
        """Return a cursor in a transaction of its own, on the disk when it ends well, undone when anything is raised.

        On SQLite it holds the one write lock from its beginning. Raises `StoreTrouble`.
        """
        with (
            told(self.alias),
            transaction.atomic(using=self.alias, durable=True),
            backend_of(self.alias).cursor() as cursor,
        ):
            yield cursor

    @contextmanager
    def streaming(self) -> Iterator[Any]:
        """Return a cursor for one long read in flat memory, at one moment. Raises `StoreTrouble`."""
        with told(self.alias), backend_of(self.alias).chunked_cursor() as cursor:
            yield cursor

    def close(self) -> None:
        """Close this thread's connection."""
        backend_of(self.alias).close()

    def insert(self, cursor: Any, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Insert the rows, a batch at a time."""
        names = ", ".join(columns)
        places = f"({marks(len(columns))})"
        drawn = iter(rows)
        while batch := list(islice(drawn, BATCH)):
            if self.is_postgresql:
                # One statement per batch: psycopg would send a statement per row.
                values = ", ".join([places] * len(batch))
                cursor.execute(
                    f"INSERT INTO {table} ({names}) VALUES {values}", [cell for row in batch for cell in row]
                )
            else:
                cursor.executemany(f"INSERT INTO {table} ({names}) VALUES {places}", batch)


def marks(count: int) -> str:
    """Return `count` placeholders for a list in SQL."""
    return ", ".join(["%s"] * count)
