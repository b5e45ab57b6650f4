"""The store: facts, read models and blobs, in SQLite or PostgreSQL through Django, or in memory.

Importing this package loads no Django; opening a store does.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from midstream.store.django_store import DjangoStore


def open_store(*, url: str, key_file: Path) -> "DjangoStore":
    """Return the store at a path, ``sqlite:///path`` or ``postgresql://…``, made or brought up to date when needed.

    `key_file` holds the master key of the blobs; it is made with the first blob. Raises `StoreTrouble` when the store
    cannot be opened, is something else, or is of a newer version.
    """
    from midstream.store.opening import open_store as open_it  # noqa: PLC0415 - only this needs Django

    return open_it(url=url, key_file=key_file)
