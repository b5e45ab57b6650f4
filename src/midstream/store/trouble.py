"""What a database says, in words for the person at the keyboard."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import Error, InterfaceError, OperationalError

from midstream.desk.ports import StoreTrouble
from midstream.store.settings import PATIENCE, backend_of

_NO_CONNECTION = "Check that the server runs and takes you: psql with the same address. Then repeat the command."
_FULL = "Make space on that disk, then repeat the command; nothing was recorded."
_DAMAGED = (
    "Take a copy of the file, then compare it with a backup; midstream ledger verify says how far it can be read."
)
_LOCKED = "Another command holds the store; wait until it is done, then repeat this one."
_READ_ONLY = "Allow your user to write the file and its folder, or work as the user that owns them."

# The names of SQLite's result codes, longest match first (https://www.sqlite.org/rescode.html).
_SQLITE = (
    ("SQLITE_FULL", "the disk is full", _FULL),
    ("SQLITE_READONLY", "the store may not be written", _READ_ONLY),
    ("SQLITE_BUSY", f"the store was locked for longer than {PATIENCE} s", _LOCKED),
    ("SQLITE_LOCKED", f"the store was locked for longer than {PATIENCE} s", _LOCKED),
    ("SQLITE_NOTADB", "the file is not a store", "Name another file; this one was left as it is."),
    ("SQLITE_CORRUPT", "the store's file is damaged", _DAMAGED),
    ("SQLITE_CANTOPEN", "the store's file cannot be opened", _READ_ONLY),
    ("SQLITE_PERM", "the store's file cannot be opened", _READ_ONLY),
    ("SQLITE_AUTH", "the store's file cannot be opened", _READ_ONLY),
    ("SQLITE_IOERR", "the disk failed to read or write the store", _FULL),
    ("SQLITE_TOOBIG", "the content is too large for one row", "Keep large content outside the store."),
    ("SQLITE_CONSTRAINT", "the store refused the rows", _DAMAGED),
)
# The beginnings of PostgreSQL's SQLSTATE codes (PostgreSQL documentation, Appendix A).
_POSTGRESQL = (
    ("53100", "the server's disk is full", _FULL),
    ("53300", "the server takes no more connections", "Wait until others are done, then repeat the command."),
    ("53", "the server has not enough of something", _FULL),
    ("25006", "the server is read-only", "Name the primary server: a standby cannot be written."),
    ("55P03", f"the store was locked for longer than {PATIENCE} s", _LOCKED),
    ("40", "two commands stood in each other's way", "Repeat the command; nothing was recorded."),
    ("42501", "your user may not do that", "Let the owner of the database grant it, or work as the owner."),
    ("42", "the database is not as this version left it", "Restore it from a backup, or name an empty database."),
    ("28", "the server does not take you", _NO_CONNECTION),
    ("3D000", "the server has no such database", "Make it first: createdb --encoding=UTF8 NAME"),
    ("22021", "the database cannot keep a character of it", "Make the database with the encoding UTF8."),
    ("22", "PostgreSQL cannot keep the character NUL", "Take the character out, or use SQLite."),
    ("23", "the store refused the rows", "Check the store: midstream ledger verify."),
    ("XX", "the server's files are damaged", "Restore the database from a backup."),
    ("57P", "the server is stopping", _NO_CONNECTION),
    ("57", "the server broke the command off", "Repeat the command; nothing was recorded."),
    ("08", "the connection to the server was lost", _NO_CONNECTION),
)


@contextmanager
def told(alias: str) -> Iterator[None]:
    """Return a context in which the database's errors become `StoreTrouble`, and a lost connection is let go."""
    try:
        yield
    except Error as error:
        raise trouble(error, alias=alias) from error


def trouble(error: Error, *, alias: str) -> StoreTrouble:
    """Return what the error means, where, and what to do next."""
    connection = backend_of(alias)
    where = place(alias)
    cause = error.__cause__
    name = str(getattr(cause, "sqlite_errorname", "") or "")
    state = str(getattr(cause, "sqlstate", "") or "")
    rows, code = (_POSTGRESQL, state) if connection.vendor == "postgresql" else (_SQLITE, name)
    if connection.vendor == "postgresql" and isinstance(error, OperationalError | InterfaceError):
        connection.close_if_unusable_or_obsolete()
    for begin, what, hint in rows:
        if code and code.startswith(begin):
            return StoreTrouble(f"{where}: {what} ({_first_line(error)})", hint=hint)
    if isinstance(error, OperationalError | InterfaceError) and connection.vendor == "postgresql":
        return StoreTrouble(f"{where}: no connection to the server ({_first_line(error)})", hint=_NO_CONNECTION)
    if "decode to UTF-8" in str(error):
        return StoreTrouble(f"{where}: a stored text is damaged", hint=_DAMAGED)
    if "NUL" in str(error):
        return StoreTrouble(f"{where}: PostgreSQL cannot keep the character NUL", hint="Take it out, or use SQLite.")
    return StoreTrouble(f"{where}: {_first_line(error)}", hint="Check the store: midstream ledger verify.")


_WORDS = {_FULL: "full", _LOCKED: "locked", _NO_CONNECTION: "lost"}


def reason(error: BaseException) -> str:
    """Return the one word for an error of the store that anybody may be told: full, locked, lost, or none of these."""
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in chain:
        chain.append(cause)
        cause = cause.__cause__ or cause.__context__
    for entry in chain:
        name, state = str(getattr(entry, "sqlite_errorname", "") or ""), str(getattr(entry, "sqlstate", "") or "")
        for rows, code in ((_SQLITE, name), (_POSTGRESQL, state)):
            for begin, _, hint in rows:
                if code and code.startswith(begin):
                    return _WORDS.get(hint, "")
        if isinstance(entry, OSError) and entry.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            return "full"
    # What PostgreSQL's driver says of a connection that was cut or refused has no code.
    is_cut = any(isinstance(entry, OperationalError | InterfaceError) for entry in chain)
    return "lost" if is_cut and not any(hasattr(entry, "sqlite_errorname") for entry in chain) else ""


def place(alias: str) -> str:
    """Return how messages name the database: its path, or server and name, never a password."""
    entry = backend_of(alias).settings_dict
    if entry["ENGINE"].endswith("sqlite3"):
        return str(entry["NAME"])
    return f"postgresql://{entry['HOST'] or 'localhost'}/{entry['NAME']}"


def _first_line(error: Error) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
