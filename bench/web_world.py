"""The made-up world served by the web desk, over SQLite and over PostgreSQL, with people who are signed in."""

import atexit
import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import msgspec

from bench.figure import NotRun, Places
from bench.start import MIDSTREAM
from bench.store import CASES, FACTS
from bench.world import CONFIG, NOW, PROJECT, START, case_facts, project_facts, world
from midstream.desk.desk import Desk
from midstream.desk.moving import rebuild
from midstream.ledger.chain import head_of, record
from midstream.ledger.fact import Draft
from midstream.ledger.kinds.process import ProjectConfigured
from midstream.store import open_store

READERS, WORKERS = 20, 2
"""How many read at once, each of them a person of the response team, and how many processes answer."""

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"

LARGE = f"{PROJECT}-2001"
"""The case of 2,000 facts."""

PREPARE = """
import json
import sys
from datetime import timedelta
from midstream.wiring.parts import clock
from midstream.wiring.web import Site, set_up
set_up(Site(store=sys.argv[1]))
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils.crypto import get_random_string
from midstream.desk.front.tokens import make_token
from midstream.web.models import Account
from midstream.web.signin.sessions import Backend, SessionStore
def sign_in(person):
    account, _ = Account.objects.get_or_create(person=person)
    Authenticator.objects.get_or_create(user=account, type="totp", defaults={"data": {"secret": "x"}})
    session = SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = f"{Backend.__module__}.{Backend.__qualname__}"
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.create()
    return f"midstream={session.session_key}; midstream_csrf={get_random_string(32)}"
cookies = [sign_in(person) for person in sys.argv[2:]]
desk = settings.MIDSTREAM.open_desk()
_, token = make_token(
    desk, person=sys.argv[2], label="bench", scopes=("read", "write"), expires_at=clock() + timedelta(days=1),
    name=get_random_string(16), secret=get_random_string(43),
)
print(json.dumps({"cookies": cookies, "token": token}))
"""


class Served(msgspec.Struct, frozen=True, kw_only=True):
    """A desk that is served: its port, the cookies of people who signed in, and a token for programs."""

    port: int
    cookies: list[str]
    token: str


def people() -> list[str]:
    """Return the names of the readers: ada, who is on duty, and her colleagues."""
    return ["ada", *(f"colleague-{number}" for number in range(2, READERS + 1))]


def fill(desk: Desk) -> None:
    """Load the world into an empty store, with one large case and a team as large as there are readers."""
    desk.store.load(world(cases=CASES, facts=FACTS))
    desk.store.load(case_facts(LARGE, count=2_000, seed=2_001))
    entries = "".join(f'\n[[person]]\nname = "{name}"\nroles = ["response-team"]\n' for name in people()[1:])
    stream = f"project/{PROJECT}"
    body = ProjectConfigured(project=PROJECT, text=CONFIG + entries, digest="2" * 64)
    draft = Draft(stream=stream, said_by="ada", happened_at=START, body=body)
    desk.store.load(record(head_of(project_facts(), stream=stream), [draft], recorded_at=START, key=""))
    rebuild(desk)


def desk_at(url: str, *, key_file: Path) -> Desk:
    """Return a desk over the store of that path or address, whose clock stands at the made-up world's end."""
    return Desk(store=open_store(url=url, key_file=key_file), clock=lambda: NOW, read_mail=lambda **_: iter(()))


@lru_cache
def store_of(kind: str, places: Places) -> str:
    """Return path or address of the filled store of that kind, made once a run; `NotRun` when there is no server."""
    folder = places.scratch / f"web-{kind}"
    folder.mkdir()
    url = str(folder / "store.db") if kind == SQLITE else _database()
    fill(desk_at(url, key_file=folder / "store.key"))
    if kind == POSTGRESQL:
        _run(url, "VACUUM ANALYZE")  # what the server does by itself some time after a large load
    return url


def keys_of(kind: str, places: Places) -> dict[str, str]:
    """Return the environment in which the keys of that store are kept beside the scratch of this run."""
    folder = places.scratch / f"web-{kind}"
    return {"MIDSTREAM_KEY_FILE": str(folder / "store.key"), "MIDSTREAM_WEB_KEY_FILE": str(folder / "web.key")}


def _database() -> str:
    try:
        from tests.contracts.postgresql_server import Unavailable, running  # noqa: PLC0415 - needs its driver
    except ImportError as error:
        raise NotRun(f"no driver for PostgreSQL: {error}") from None
    stack = contextlib.ExitStack()
    try:
        server = stack.enter_context(running(durable=True))
    except Unavailable as why:
        raise NotRun(str(why)) from None
    atexit.register(stack.close)
    return server.create()


def _run(url: str, statement: str) -> None:
    import psycopg  # noqa: PLC0415 - there when the server is

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


@contextlib.contextmanager
def served(kind: str, places: Places) -> Iterator[Served]:
    """Yield a desk that is served over the made-up world, with everybody signed in."""
    store = store_of(kind, places)
    environment = {**os.environ, **keys_of(kind, places)}
    words = [sys.executable, "-c", PREPARE, store, *people()]
    made = subprocess.run(words, capture_output=True, text=True, check=True, env=environment).stdout
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    words = [*MIDSTREAM, "--store", store, "serve", "--port", str(port), "--workers", str(WORKERS)]
    server = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    try:
        _await(port)
        yield Served(port=port, **msgspec.json.decode(made))
    finally:
        server.terminate()
        server.wait(timeout=20)


def _await(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise NotRun("the server did not begin to listen")
