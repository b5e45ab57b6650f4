"""Django set up with the least that the store needs, for one or several databases."""

from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from midstream.desk.ports import StoreTrouble

PATIENCE = 20
"""Seconds that a command waits for another one's lock before it gives up."""

_POSTGRESQL = ("postgresql", "postgres")

_WHERE = ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")
"""The settings that say which database it is, and as whom; the others say how its connections are kept."""


def configure(*, url: str) -> str:
    """Return the alias of the database at `url`, after Django is set up; the first one is ``default``.

    Raises `StoreTrouble` for an address that names no database Midstream knows.
    """
    entry = database(url)
    if not settings.configured:
        settings.configure(
            DATABASES={"default": entry},
            INSTALLED_APPS=["midstream.store.apps.StoreConfig"],
            DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
            LOGGING_CONFIG=None,
            USE_I18N=False,
            USE_TZ=True,
        )
        # What django.setup() does, save that it imports all of Django's HTTP for a URL prefix.
        apps.populate(settings.INSTALLED_APPS)
        return "default"
    whole = cast("dict[str, Any]", connections.configure_settings({"default": entry})["default"])
    known = cast("dict[str, dict[str, Any]]", connections.settings)
    for alias, other in known.items():
        if all(other.get(name) == whole.get(name) for name in _WHERE):
            return alias
    alias = f"store{len(known)}"
    known[alias] = whole
    return alias


def database(url: str) -> dict[str, Any]:
    """Return Django's settings of the database at `url`: a path, ``sqlite:///path`` or ``postgresql://…``.

    As elsewhere, ``sqlite:///x`` is relative and ``sqlite:////x`` absolute (RFC 3986 for the rest).
    """
    scheme, divider, _ = url.partition("://")
    if not divider:
        return _sqlite(url)
    if scheme == "sqlite":
        return _sqlite(unquote(url.removeprefix("sqlite://").removeprefix("/")))
    if scheme in _POSTGRESQL:
        return _postgresql(url)
    raise StoreTrouble(f"{scheme}:// is no store", hint="Name a path for SQLite, or postgresql://USER@HOST/DATABASE.")


def _sqlite(path: str) -> dict[str, Any]:
    if not path or path == ":memory:" or "\0" in path:
        raise StoreTrouble(f"{path!r} is not a path to a store", hint="Name a file, such as .midstream/store.db.")
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(Path(path).absolute()),
        "OPTIONS": {
            "timeout": PATIENCE,
            "transaction_mode": "IMMEDIATE",
            # FULL: a commit is on the disk when it returns. secure_delete: what is erased is overwritten. The cache, of
            # 8 MB, holds the index of a large import, which would else be read again and again.
            "init_command": "PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA cache_size=-8000",
        },
    }


def _postgresql(url: str) -> dict[str, Any]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise StoreTrouble(
            f"the address of the PostgreSQL store cannot be read: {error}", hint="postgresql://USER@HOST:5432/DATABASE"
        ) from None
    options: dict[str, Any] = {"connect_timeout": PATIENCE, "application_name": "midstream"}
    options.update(parse_qsl(parts.query))
    options["options"] = f"-c lock_timeout={PATIENCE}s {options.get('options', '')}".strip()
    name = unquote(parts.path.removeprefix("/"))
    if not name:
        raise StoreTrouble("the address names no database", hint="postgresql://USER@HOST:5432/DATABASE")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or options.pop("user", "")),
        "PASSWORD": unquote(parts.password or options.pop("password", "")),
        "HOST": unquote(parts.hostname or options.pop("host", "")),
        "PORT": str(port or options.pop("port", "")),
        "OPTIONS": options,
    }


def backend_of(alias: str) -> Any:
    """Return this thread's connection to the database of that alias; `StoreTrouble` when its driver is missing."""
    try:
        return connections[alias]
    except ImproperlyConfigured as error:
        raise StoreTrouble(
            f"the driver of the database is missing: {error}", hint="Install it: pip install 'midstream[postgres]'"
        ) from None
