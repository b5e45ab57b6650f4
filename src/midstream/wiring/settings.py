"""Settings: what the environment says, and what stands beside a store."""

import os
import re
import tomllib
from pathlib import Path

SETTINGS = {
    "MIDSTREAM_STORE": "The store: a path, or postgresql://… . By default .midstream/store.db where you are.",
    "MIDSTREAM_AS": "Who you are, when --as is not given.",
    "MIDSTREAM_KEY_FILE": "The file of the master key of the blobs. By default store.key beside an SQLite store, and "
    ".midstream/store.key for PostgreSQL. Keep a copy of it apart from the backups.",
    "MIDSTREAM_WEB_KEY_FILE": "The file of the web desk's own key, for sessions and seals of second factors. By "
    "default web.key beside the store; it is made when it is not there.",
    "MIDSTREAM_OIDC_ISSUER": "The identity provider that people may come from: https://sso.example.org/realms/main. "
    "They need an account here with the same e-mail address, and a second factor here.",
    "MIDSTREAM_OIDC_CLIENT": "The name of this desk at the identity provider.",
    "MIDSTREAM_OIDC_SECRET_FILE": "A file with the secret of this desk at the identity provider.",
    "MIDSTREAM_OIDC_NAME": "What the identity provider is called on the page where people sign in.",
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


def oidc_settings() -> dict[str, str]:
    """Return issuer, client, secret and name of the identity provider, or nothing when none is named.

    Raises `StoreTrouble` when one of them is missing or the secret cannot be read.
    """
    from midstream.desk.ports import StoreTrouble  # noqa: PLC0415 - only the web desk asks

    asked = {
        "issuer": os.environ.get("MIDSTREAM_OIDC_ISSUER", ""),
        "client": os.environ.get("MIDSTREAM_OIDC_CLIENT", ""),
        "name": os.environ.get("MIDSTREAM_OIDC_NAME", ""),
    }
    file = os.environ.get("MIDSTREAM_OIDC_SECRET_FILE", "")
    if not any((*asked.values(), file)):
        return {}
    if not (asked["issuer"].startswith("https://") and asked["client"] and file):
        raise StoreTrouble(
            "the identity provider is not wholly named",
            hint="Set MIDSTREAM_OIDC_ISSUER (https://…), MIDSTREAM_OIDC_CLIENT and MIDSTREAM_OIDC_SECRET_FILE.",
        )
    try:
        secret = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise StoreTrouble(
            f"{file}: the secret of the identity provider cannot be read", hint="Let your user read it."
        ) from error
    found = {"issuer": asked["issuer"], "client": asked["client"], "secret": secret}
    return found | ({"name": asked["name"]} if asked["name"] else {})
