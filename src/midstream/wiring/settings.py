"""Settings: what the environment says, and what stands beside a store."""

import os
import re
import tomllib
from pathlib import Path

SETTINGS = {
    "MIDSTREAM_STORE": "The store: a path, or postgresql://… . By default .midstream/store.db where you are.",
    "MIDSTREAM_AS": "Who you are, when --as is not given.",
    "MIDSTREAM_SITE": "The directory of the public advisory site, to which the worker publishes. By default nowhere.",
    "MIDSTREAM_KEY_FILE": "The file of the master key of the blobs. By default store.key beside an SQLite store, and "
    ".midstream/store.key for PostgreSQL. Keep a copy of it apart from the backups.",
}
"""Every setting that the environment may give, with what it means."""

_NAME = re.compile(r"[^\x00-\x1f\"\\]{1,120}")


def folder_of(store: str) -> Path:
    """Return the folder beside an SQLite store, or ``.midstream`` for a server."""
    return Path(".midstream") if "://" in store else Path(store).parent


def key_file(store: str) -> Path:
    """Return where the master key of the store's blobs is kept."""
    named = os.environ.get("MIDSTREAM_KEY_FILE", "")
    return Path(named) if named else folder_of(store) / "store.key"


def site_at() -> str:
    """Return the directory of the public site; empty when none is named."""
    return os.environ.get("MIDSTREAM_SITE", "")


def default_person(store: str) -> str:
    """Return who asks when nobody is named: the person that settings.toml beside the store names, or nobody."""
    file = folder_of(store) / "settings.toml"
    try:
        said = tomllib.loads(file.read_text(encoding="utf-8")).get("as", "")
    except (OSError, ValueError):
        return ""
    return said if isinstance(said, str) else ""


def settle(store: str, person: str) -> None:
    """Return nothing, after settings.toml beside the store names `person`; a file that is there is left as it is."""
    file = folder_of(store) / "settings.toml"
    if _NAME.fullmatch(person) and not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_text(f'# Who you are at this store when --as is not given.\nas = "{person}"\n', encoding="utf-8")
