"""Tokens of the API and addresses to tell, in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from midstream.desk.views import Hook, Token
from midstream.ledger.fact import read_time, write_time
from midstream.store.database import Database, marks

_TOKEN = ("name", "person", "label", "digest", "scopes", "made_at", "expires_at", "revoked_at", "used_at")
_HOOK = ("name", "person", "url", "kinds", "secret", "made_at", "position", "failures", "again_at", "trouble")


def keep_token(db: Database, token: Token) -> None:
    """Keep the token, in place of one of the same name."""
    row = (
        token.name,
        token.person,
        token.label,
        token.digest,
        " ".join(token.scopes),
        write_time(token.made_at),
        write_time(token.expires_at),
        _written(token.revoked_at),
        _written(token.used_at),
    )
    _keep(db, "token", _TOKEN, row)


def token(db: Database, name: str) -> Token | None:
    """Return the token of that name."""
    with db.reading() as cursor:
        cursor.execute(f"SELECT {', '.join(_TOKEN)} FROM token WHERE name = %s", [name])
        row = cursor.fetchone()
    return _token(row) if row else None


def tokens(db: Database, person: str) -> list[Token]:
    """Return the tokens of a person, the latest first."""
    with db.reading() as cursor:
        cursor.execute(f"SELECT {', '.join(_TOKEN)} FROM token WHERE person = %s", [person])
        found = [_token(row) for row in cursor.fetchall()]
    return sorted(found, key=lambda entry: (entry.made_at, entry.name), reverse=True)


def keep_hook(db: Database, hook: Hook) -> None:
    """Keep the hook, in place of one of the same name."""
    row = (
        hook.name,
        hook.person,
        hook.url,
        " ".join(hook.kinds),
        hook.secret,
        write_time(hook.made_at),
        hook.position,
        hook.failures,
        _written(hook.again_at),
        hook.trouble,
    )
    _keep(db, "hook", _HOOK, row)


def hooks(db: Database, person: str) -> list[Hook]:
    """Return the hooks of a person, or of everybody, the latest first."""
    where, values = (" WHERE person = %s", [person]) if person else ("", [])
    with db.reading() as cursor:
        cursor.execute(f"SELECT {', '.join(_HOOK)} FROM hook{where}", values)
        found = [_hook(row) for row in cursor.fetchall()]
    return sorted(found, key=lambda entry: (entry.made_at, entry.name), reverse=True)


def remove_hook(db: Database, name: str) -> None:
    """Forget the hook of that name."""
    with db.writing() as cursor:
        cursor.execute("DELETE FROM hook WHERE name = %s", [name])


def _keep(db: Database, table: str, columns: Sequence[str], row: Sequence[Any]) -> None:
    moved = ", ".join(f"{name} = excluded.{name}" for name in columns[1:])
    with db.writing() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks(len(columns))})"
            f" ON CONFLICT (name) DO UPDATE SET {moved}",
            row,
        )


def _token(row: Sequence[Any]) -> Token:
    name, person, label, digest, scopes, made_at, expires_at, revoked_at, used_at = row
    return Token(
        name=name,
        person=person,
        label=label,
        digest=digest,
        scopes=tuple(scopes.split()),
        made_at=read_time(made_at),
        expires_at=read_time(expires_at),
        revoked_at=_read(revoked_at),
        used_at=_read(used_at),
    )


def _hook(row: Sequence[Any]) -> Hook:
    name, person, url, kinds, secret, made_at, position, failures, again_at, trouble = row
    return Hook(
        name=name,
        person=person,
        url=url,
        kinds=tuple(kinds.split()),
        secret=secret,
        made_at=read_time(made_at),
        position=position,
        failures=failures,
        again_at=_read(again_at),
        trouble=trouble,
    )


def _written(moment: datetime | None) -> str:
    return write_time(moment) if moment else ""


def _read(text: str) -> datetime | None:
    return read_time(text) if text else None
