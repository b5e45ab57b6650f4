"""Figures of the web desk: pages under load, a large case, and what a browser fetches first."""

import asyncio
import contextlib
import http.client
import math
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

from bench.figure import Figure, NotRun, Places
from bench.start import MIDSTREAM
from bench.store import desk_over, full_store
from bench.world import PROJECT, case_facts
from midstream.desk.moving import rebuild
from midstream.ledger.chain import verify

READERS, WORKERS, ROUNDS = 20, 2, 40
"""How many read at once, how many processes answer, and how often each reader asks."""

LARGE = f"{PROJECT}-2001"
"""The case of 2,000 facts."""

PREPARE = """
import sys
from midstream.wiring.web import Site, set_up
set_up(Site(store=sys.argv[1]))
from allauth.mfa.models import Authenticator
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from midstream.web.models import Account
account, _ = Account.objects.get_or_create(person="ada")
Authenticator.objects.get_or_create(user=account, type="totp", defaults={"data": {"secret": "x"}})
session = SessionStore()
session[SESSION_KEY] = str(account.pk)
session[BACKEND_SESSION_KEY] = "midstream.web.signin.sessions.Backend"
session[HASH_SESSION_KEY] = account.get_session_auth_hash()
session.create()
print(session.session_key)
"""


def web_store(places: Places) -> Path:
    """Return the path of the made-up world with one large case in it, made once a run."""
    path = places.scratch / "web" / "store.db"
    if not path.exists():
        path.parent.mkdir()
        shutil.copyfile(full_store(places), path)
        desk = desk_over(path)
        desk.store.load(case_facts(LARGE, count=2_000, seed=2_001))
        rebuild(desk)
    return path


@contextlib.contextmanager
def served(places: Places) -> Iterator[tuple[int, str]]:
    """Yield the port of a desk that is served over the made-up world, and the cookie of somebody signed in."""
    store = str(web_store(places))
    prepared = subprocess.run([sys.executable, "-c", PREPARE, store], capture_output=True, text=True, check=True)
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    words = [*MIDSTREAM, "--store", store, "serve", "--port", str(port), "--workers", str(WORKERS)]
    server = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await(port)
        yield port, f"midstream={prepared.stdout.strip()}"
    finally:
        server.terminate()
        server.wait(timeout=20)


def _await(port: int) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise NotRun("the server did not begin to listen")


async def _get(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, cookie: str) -> tuple[int, bytes]:
    """Return status and body of one request on a connection that stays open."""
    asked = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\nAccept-Encoding: gzip\r\n\r\n"
    writer.write(asked.encode())
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head)
    if length is None:
        raise NotRun("an answer had no length")
    return int(head.split(b" ", 2)[1]), await reader.readexactly(int(length[1]))


async def _read(port: int, path: str, cookie: str, rounds: int) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
    spans = []
    for _ in range(rounds):
        start = time.perf_counter()
        status, _ = await _get(reader, writer, path, cookie)
        spans.append(time.perf_counter() - start)
        if status != 200:
            raise NotRun(f"{path} was answered with {status}")
    writer.close()
    return spans


def under_load(path: str, places: Places) -> float:
    """Return the 95th percentile, in milliseconds, of 20 readers who ask for a page again as soon as they have it."""

    async def everybody(port: int, cookie: str, rounds: int) -> list[float]:
        spans = await asyncio.gather(*(_read(port, path, cookie, rounds) for _ in range(READERS)))
        return [span for some in spans for span in some]

    with served(places) as (port, cookie):
        asyncio.run(everybody(port, cookie, 3))  # every process has seen the page before it is measured
        spans = sorted(asyncio.run(everybody(port, cookie, ROUNDS)))
    return spans[math.ceil(len(spans) * 0.95) - 1] * 1000


def today_under_load(places: Places) -> float:
    """Return the figure for today's tasks."""
    return under_load("/", places)


def cases_under_load(places: Places) -> float:
    """Return the figure for the list of cases."""
    return under_load("/cases/", places)


def large_case(places: Places) -> float:
    """Return the median milliseconds of the page of a case with 2,000 facts, asked for by one reader."""
    with served(places) as (port, cookie):
        asyncio.run(_read(port, f"/cases/{LARGE}/", cookie, 4))
        return statistics.median(asyncio.run(_read(port, f"/cases/{LARGE}/", cookie, 20))) * 1000


def _bodies(port: int, cookie: str, *paths: str) -> list[bytes]:
    async def one_by_one() -> list[bytes]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
        bodies = [(await _get(reader, writer, path, cookie))[1] for path in paths]
        writer.close()
        return bodies

    return asyncio.run(one_by_one())


def large_case_size(places: Places) -> float:
    """Return the kilobytes (10^3) of that page."""
    with served(places) as (port, cookie):
        return len(_bodies(port, cookie, f"/cases/{LARGE}/")[0]) / 1000


def first_page(places: Places) -> float:
    """Return the kilobytes that a browser with nothing kept fetches for today's tasks: the page and all it names."""
    with served(places) as (port, cookie):
        page = _bodies(port, cookie, "/")[0]
        names = dict.fromkeys(re.findall(rb'(?:href|src)="(/static/[^"]+)"', page))
        return sum(map(len, [page, *_bodies(port, cookie, *(name.decode() for name in names))])) / 1000


WRITERS, SECONDS = 8, 60
"""How many write at once, and for how long."""


class Writer:
    """One person who writes notes through the pages, as fast as they are answered; some forms are sent twice."""

    def __init__(self, port: int, cookie: str, number: int) -> None:
        self.wrong, self.keys = 0, set[str]()
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._cookie, self._csrf = cookie, ""
        self._url = f"/cases/{PROJECT}-{number}/do/note/"

    def work(self, until: float) -> None:
        """Write until the moment comes."""
        while time.perf_counter() < until:
            fields = self._hidden(self._ask("GET", ""))
            typed = {**fields, "f.text": f"written under load, {fields.get('key', '')}"}
            shown = {**typed, **self._hidden(self._ask("POST", urlencode({**typed, "step": "check"})))}
            for _ in range(1 + (len(self.keys) % 5 == 0)):
                if "Recorded" not in self._ask("POST", urlencode({**shown, "step": "do"})):
                    break
                self.keys.add(shown["key"])

    def _ask(self, method: str, body: str) -> str:
        head = {"Cookie": f"{self._cookie}; midstream_csrf={self._csrf}", "HX-Request": "true"}
        self._line.request(
            method, self._url, body or None, {**head, "Content-Type": "application/x-www-form-urlencoded"}
        )
        answer = self._line.getresponse()
        text = answer.read().decode()
        if answer.status >= 500:
            self.wrong += 1
        for given in answer.headers.get_all("Set-Cookie") or ():
            if given.startswith("midstream_csrf="):
                self._csrf = given.split(";")[0].partition("=")[2]
        return text

    def _hidden(self, page: str) -> dict[str, str]:
        return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))


def writers(places: Places) -> float:
    """Return how many answers of 8 writers in 60 s were wrong: 5xx, a fact that is lost, or one that is doubled.

    Two write to each case, so that they come in each other's way; at the end the whole chain is verified.
    """
    with served(places) as (port, cookie):
        people = [Writer(port, cookie, number // 2 + 1) for number in range(WRITERS)]
        until = time.perf_counter() + SECONDS
        with ThreadPoolExecutor(WRITERS) as pool:
            list(pool.map(lambda writer: writer.work(until), people))
    facts = list(verify(desk_over(web_store(places)).store.everything(), heads={}))
    kept = Counter(fact.key for fact in facts if fact.key.startswith("web:"))
    said = {key for writer in people for key in writer.keys}
    if not said:
        raise NotRun("nothing was written")
    doubled = sum(count - 1 for count in kept.values())
    return sum(writer.wrong for writer in people) + len(said - kept.keys()) + doubled


FIGURES = (
    Figure(name="web: Today, 2,000 cases, 20 readers at once, p95", limit=60, unit="ms", measure=today_under_load),
    Figure(name="web: Cases, 2,000 cases, 20 readers at once, p95", limit=60, unit="ms", measure=cases_under_load),
    Figure(name="web: Case with 2,000 facts", limit=120, unit="ms", measure=large_case),
    Figure(name="web: Case with 2,000 facts, its size", limit=200, unit="kB", measure=large_case_size),
    Figure(name="web: 8 writers for 60 s, answers that were wrong", limit=0, unit="answers", measure=writers),
    Figure(name="web: first page, cold cache, transferred", limit=60, unit="kB", measure=first_page),
)
