"""Settings: what the environment says, and what stands beside a store."""

import os
import re
from pathlib import Path

from midstream.formats.digest import sha256_of

SETTINGS = {
    "MIDSTREAM_STORE": "The store: a path, or postgresql://… . By default .midstream/store.db where you are.",
    "MIDSTREAM_AS": "Who you are, when --as is not given.",
    "MIDSTREAM_SITE": "The directory of the public advisory site, to which the worker publishes. By default nowhere.",
    "MIDSTREAM_SITE_KEY_FILE": "The file of the OpenPGP secret key that signs the CSAF documents of the site. By "
    "default they are not signed.",
    "MIDSTREAM_SITE_KEY_PASSWORD_FILE": "A file with the passphrase of that key, when it has one.",
    "MIDSTREAM_KEY_FILE": "The file of the master key of the blobs. By default store.key beside an SQLite store, and "
    ".midstream/store.key for PostgreSQL. Keep a copy of it apart from the backups.",
    "MIDSTREAM_INDEX_FOLDER": "The folder of the indexes of repositories, each one file that is safe to delete. By "
    "default history beside the store.",
    "MIDSTREAM_WEB_KEY_FILE": "The file of the web desk's own key, for sessions and seals of second factors. By "
    "default web.key beside the store; it is made when it is not there.",
    "MIDSTREAM_MAIL": "The mail server for digests: smtp://USER@HOST:587 (with STARTTLS), smtps://USER@HOST:465, or "
    "smtp://localhost:25 without a user.",
    "MIDSTREAM_MAIL_PASSWORD_FILE": "A file with the password of that user.",
    "MIDSTREAM_MAIL_FROM": "From whom digests come: desk@example.org.",
    "MIDSTREAM_HOOK_NETWORKS": "Networks that are not public and may be told of new facts all the same, with commas "
    "between them: 127.0.0.0/8, 10.20.0.0/16. By default none.",
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


def index_file(store: str, repo: Path) -> Path:
    """Return where the index of the repository at that path is kept: one file for each."""
    whole = repo.resolve()
    named = os.environ.get("MIDSTREAM_INDEX_FOLDER", "")
    folder = Path(named) if named else folder_of(store) / "history"
    digest = sha256_of(os.fsencode(whole))[:12]
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", whole.name or "repository")[:60]
    return folder / f"{name}-{digest}.index"


def hook_networks() -> str:
    """Return the networks that may be told though they are not public, as they are written."""
    return os.environ.get("MIDSTREAM_HOOK_NETWORKS", "")


def site_at() -> str:
    """Return the directory of the public site; empty when none is named."""
    return os.environ.get("MIDSTREAM_SITE", "")


def site_key() -> tuple[Path, str] | None:
    """Return the file of the key that signs, and its passphrase, empty for none; None when no key is named.

    Raises `PublishTrouble` when the passphrase cannot be read, or a passphrase is named without a key.
    """
    from midstream.desk.ports import PublishTrouble  # noqa: PLC0415 - only who publishes asks

    named = os.environ.get("MIDSTREAM_SITE_KEY_FILE", "")
    file = os.environ.get("MIDSTREAM_SITE_KEY_PASSWORD_FILE", "")
    if not named and file:
        raise PublishTrouble("there is a passphrase and no key", hint="Set MIDSTREAM_SITE_KEY_FILE as well.")
    if not named:
        return None
    try:
        password = Path(file).read_text(encoding="utf-8").rstrip("\r\n") if file else ""
    except (OSError, ValueError):
        raise PublishTrouble(
            f"{file}: the passphrase of the key that signs cannot be read", hint="Let your user read it."
        ) from None
    if file and not password:
        raise PublishTrouble(f"{file}: the passphrase is empty", hint="Write it into the file, or name none.")
    return Path(named), password


def default_person(store: str) -> str:
    """Return who asks when nobody is named: the person that settings.toml beside the store names, or nobody."""
    import tomllib  # noqa: PLC0415 - commands that ask for nobody start sooner

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


def mail_settings() -> dict[str, object]:
    """Return Django's settings of the mail server; `StoreTrouble` when the address or the password cannot be read."""
    from urllib.parse import unquote, urlsplit  # noqa: PLC0415 - only the web desk asks

    from midstream.desk.ports import StoreTrouble  # noqa: PLC0415 - as above

    named, file = os.environ.get("MIDSTREAM_MAIL", ""), os.environ.get("MIDSTREAM_MAIL_PASSWORD_FILE", "")
    if not named:
        return {"DEFAULT_FROM_EMAIL": ""}
    try:
        password = Path(file).read_text(encoding="utf-8").strip() if file else ""
    except (OSError, UnicodeError) as error:
        raise StoreTrouble(
            f"{file}: the password of the mail server cannot be read", hint="Let your user read it; it is UTF-8."
        ) from error
    try:
        parts = urlsplit(named)
        port = parts.port
    except ValueError as error:
        raise StoreTrouble(
            f"MIDSTREAM_MAIL is no address of a mail server: {error}",
            hint="Write smtp://USER@HOST:587 or smtps://USER@HOST:465.",
        ) from error
    sender = os.environ.get("MIDSTREAM_MAIL_FROM", "")
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or not sender:
        raise StoreTrouble(
            "the mail server is not wholly named",
            hint="Set MIDSTREAM_MAIL (smtp://HOST or smtps://HOST) and MIDSTREAM_MAIL_FROM.",
        )
    return {
        "DEFAULT_FROM_EMAIL": sender,
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or (465 if parts.scheme == "smtps" else 587 if parts.username else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": password,
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and bool(parts.username),
        "EMAIL_TIMEOUT": 20,
    }
