"""The web desk for tests: Django set up once over one file, which each test gets anew, and people who visit it.

Importing this sets Django up, with every app; so a test of pages imports it before any store is opened.
"""

import atexit
import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections
from django.test import Client

from midstream.desk.demo import is_demo, load_demo
from midstream.desk.desk import Desk
from midstream.store import open_store
from midstream.store.trouble import reason
from midstream.wiring.settings import key_file
from midstream.wiring.web import Site, settings_of
from tests.desks import Clock, act, bare_desk, embargoed, equipped, reported

FOLDER = Path(tempfile.mkdtemp(prefix="midstream-web-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
STORE = FOLDER / "store.db"


def open_desk(clock: Clock) -> Desk:
    """Return a desk over the one store, by the test's clock."""
    url = str(STORE)
    return bare_desk(store=open_store(url=url, key_file=key_file(url)), clock=clock)


def new_parts(clock: Clock, **changed: object) -> object:
    """Return what the pages are given: the one store, by the test's clock."""
    from midstream.web.parts import Parts  # noqa: PLC0415 - needs Django set up

    made: dict[str, object] = {
        "open_desk": lambda: open_desk(clock),
        "clock": clock,
        "is_demo": is_demo,
        "reason": reason,
    }
    return Parts(**{**made, **changed})  # type: ignore[arg-type]


def begin() -> None:
    """Set Django up, unless that is done."""
    if not settings.configured:
        import django  # noqa: PLC0415 - only here

        # Hashing a password slowly is for attackers, not for tests.
        quick = {"PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"]}
        settings.configure(**settings_of(Site(store=str(STORE))), **quick)
        django.setup()
    if "midstream.web.apps.WebConfig" not in settings.INSTALLED_APPS:
        raise RuntimeError("a store was opened before the pages were set up; import tests.web first")


begin()


def reset(copy: Path | None) -> None:
    """Put a copy in the store's place, or nothing."""
    connections.close_all()
    for name in ("store.db", "store.db-wal", "store.db-shm"):
        (FOLDER / name).unlink(missing_ok=True)
    if copy is not None:
        shutil.copyfile(copy, STORE)


def make_copies(folder: Path) -> dict[str, Path]:
    """Return by name whole copies of stores: bare, the small project with cases, and the demo."""
    made: dict[str, Path] = {}

    def keep(name: str, fill: Callable[[Desk], object]) -> None:
        reset(made.get("bare"))
        settings.MIDSTREAM = new_parts(Clock())
        desk = open_desk(Clock())
        if name == "bare":
            _make_tables()
        fill(desk)
        desk.store.backup(folder / f"{name}.db")
        made[name] = folder / f"{name}.db"

    keep("bare", lambda desk: desk)
    keep("small", _small)
    keep("demo", load_demo)
    return made


def _make_tables() -> None:
    from django.core.management import call_command  # noqa: PLC0415 - only here

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)


def _small(desk: Desk) -> None:
    """Fill in the small project: acme-1 under embargo, acme-2 public, acme-3 just reported."""
    equipped(desk)
    embargoed(desk)
    act(desk, reported(desk, "acme-2", title="A public one"), "decline-embargo")
    reported(desk, "acme-3", title="A third one")


def visitor(person: str, *, second_factor: bool = True, **extra: str) -> Client:
    """Return a browser in which the person is signed in; with the empty name, one in which nobody is."""
    client = Client(raise_request_exception=False, REMOTE_ADDR="127.0.0.1", HTTP_HOST="127.0.0.1", **extra)
    if not person:
        return client
    from allauth.mfa.models import Authenticator  # noqa: PLC0415 - needs Django set up
    from allauth.usersessions.models import UserSession  # noqa: PLC0415 - as above

    from midstream.web.models import Account  # noqa: PLC0415 - as above

    account, is_new = Account.objects.get_or_create(person=person)
    if is_new:
        account.set_password("correct horse battery")
        account.save()
    if second_factor:
        Authenticator.objects.get_or_create(user=account, type="totp", defaults={"data": {"secret": "x"}})
    client.force_login(account, backend="midstream.web.signin.sessions.Backend")
    UserSession.objects.create(user=account, session_key=client.session.session_key, ip="127.0.0.1", user_agent="test")
    return client


class Program:
    """A program that uses the API with a token."""

    def __init__(self, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = Client(headers=headers, HTTP_HOST="127.0.0.1", REMOTE_ADDR="127.0.0.1")

    def get(self, path: str, **headers: str) -> Any:  # noqa: ANN401 - Django's test response
        """Return the answer to a GET under /api."""
        return self._client.get(f"/api{path}", headers=_named(headers))

    def post(self, path: str, body: object = None, **headers: str) -> Any:  # noqa: ANN401 - as above
        """Return the answer to a POST of JSON under /api."""
        content = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
        return self._client.post(f"/api{path}", content, content_type="application/json", headers=_named(headers))

    def delete(self, path: str) -> Any:  # noqa: ANN401 - as above
        """Return the answer to a DELETE under /api."""
        return self._client.delete(f"/api{path}")


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
