"""Figures of the web desk over both stores: pages under load, a large case, verbs, what a browser fetches first."""

import http.client
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from pathlib import Path
from urllib.parse import urlencode

from bench.figure import Figure, NotRun, Places
from bench.web_load import Load, Reader, load
from bench.web_world import LARGE, POSTGRESQL, SQLITE, Served, desk_at, keys_of, served, store_of
from bench.world import PROJECT
from midstream.ledger.chain import verify

SECONDS_OF_READING = 10

TODAY, LIST = "/?whose=team", "/cases/"
"""Today as each of the readers sees it who looks at everybody's tasks: only one of them is on duty."""


@lru_cache
def under_load(kind: str, path: str, places: Places) -> Load:
    """Return what came of 20 people of the team, each with an account of their own, who read a page all the time.

    Each answer is a whole page (200). Every reader has seen it before it is measured.
    """
    with served(kind, places) as desk:
        readers = [Reader(desk.port, path, cookie) for cookie in desk.cookies]
        load(readers, spans=3)
        found = load(readers, spans=SECONDS_OF_READING)
    sys.stderr.write(f"{kind}, {path}: {found.words()}\n")
    return found


def wait(kind: str, path: str, places: Places) -> float:
    """Return the 95th percentile of the wait for a page, in milliseconds."""
    return under_load(kind, path, places).wait(0.95)


def work(kind: str, path: str, places: Places) -> float:
    """Return the processor time that a page took the server and the database, in milliseconds of one core."""
    return under_load(kind, path, places).served * 1000


def large_case(kind: str, places: Places) -> float:
    """Return the median milliseconds of the page of a case with 2,000 facts, asked for by one reader."""
    with served(kind, places) as desk:
        reader, spans = Reader(desk.port, f"/cases/{LARGE}/", desk.cookies[0]), []
        for number in range(24):
            start = time.perf_counter()
            reader.page()
            spans += [time.perf_counter() - start] if number >= 4 else []
    return statistics.median(spans) * 1000


def large_case_size(places: Places) -> float:
    """Return the kilobytes (10^3) of that page."""
    with served(SQLITE, places) as desk:
        return len(Reader(desk.port, f"/cases/{LARGE}/", desk.cookies[0]).page()) / 1000


def first_page(places: Places) -> float:
    """Return the kilobytes that a browser with nothing kept fetches for today's tasks: the page and all it names."""
    with served(SQLITE, places) as desk:
        page = Reader(desk.port, "/", desk.cookies[0]).page()
        names = dict.fromkeys(re.findall(rb'(?:href|src)="(/static/[^"]+)"', page))
        files = [Reader(desk.port, name.decode(), "").page() for name in names]
        return sum(map(len, [page, *files])) / 1000


WRITERS, SECONDS = 8, 60
"""How many write at once, and for how long: half of them through the pages, the others through the API."""


class Person:
    """Somebody who writes notes through the pages, as fast as they are answered; some forms are sent twice."""

    def __init__(self, port: int, cookie: str, number: int) -> None:
        self.wrong, self.keys = 0, set[str]()
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._cookie, self._csrf = cookie.partition(";")[0], ""
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


class Program:
    """A program that writes notes through the API, each under a key of its own; some commands are sent twice."""

    def __init__(self, port: int, token: str, number: int) -> None:
        self.wrong, self.keys = 0, set[str]()
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._token, self._number = token, number
        self._url = f"/api/cases/{PROJECT}-{number}/note"

    def work(self, until: float) -> None:
        """Write until the moment comes."""
        count = 0
        while time.perf_counter() < until:
            count += 1
            key = f"{id(self)}-{count}"
            head = {
                "Authorization": f"Bearer {self._token}",
                "Content-Type": "application/json",
                "Idempotency-Key": key,
            }
            for _ in range(1 + (count % 5 == 0)):
                self._line.request("POST", self._url, b'{"text":"written under load"}', head)
                answer = self._line.getresponse()
                answer.read()
                self.wrong += answer.status != 201
                if answer.status == 201:
                    self.keys.add(f"api:{key}")


def writers(kind: str, places: Places) -> float:
    """Return how many answers of 8 writers in 60 s were wrong: 5xx, a fact that is lost, or one that is doubled.

    Two people write to a case, or two programs, so that they come in each other's way: who was overtaken is told so,
    and begins anew. At the end the whole chain is verified, of every stream.
    """
    with served(kind, places) as desk:
        everybody = [_writer(desk, number) for number in range(WRITERS)]
        until = time.perf_counter() + SECONDS
        with ThreadPoolExecutor(WRITERS) as pool:
            list(pool.map(lambda writer: writer.work(until), everybody))
    read = desk_at(store_of(kind, places), key_file=Path(keys_of(kind, places)["MIDSTREAM_KEY_FILE"]))
    kept = Counter(fact.key for fact in verify(read.store.everything(), heads={}) if fact.key[:4] in {"web:", "api:"})
    said = {key for writer in everybody for key in writer.keys}
    if not said:
        raise NotRun("nothing was written")
    people = sum(len(writer.keys) for writer in everybody if isinstance(writer, Person))
    sys.stderr.write(
        f"{kind}, {WRITERS} writers: {len(said)} facts in {SECONDS} s, {len(said) / SECONDS:.0f} a second;"
        f" {people} by people through the pages (three requests each), the others by programs\n"
    )
    doubled = sum(count - 1 for count in kept.values())
    return sum(writer.wrong for writer in everybody) + len(said - kept.keys()) + doubled


def _writer(desk: Served, number: int) -> Person | Program:
    case = number // 2 + 1
    return Person(desk.port, desk.cookies[number], case) if case % 2 else Program(desk.port, desk.token, case)


def _figures(kind: str) -> tuple[Figure, ...]:
    """Return the figures that are measured over each store."""
    under = "web" if kind == SQLITE else f"web, {kind}"

    def figure(name: str, limit: float, unit: str, measure: Callable[[Places], float]) -> Figure:
        return Figure(name=f"{under}: {name}", limit=limit, unit=unit, measure=measure)

    return (
        figure("Today, 2,000 cases, 20 readers at once, p95", 60, "ms", partial(wait, kind, TODAY)),
        figure("Today, processor time of a page", 1.8, "ms", partial(work, kind, TODAY)),
        figure("Cases, 2,000 cases, 20 readers at once, p95", 60, "ms", partial(wait, kind, LIST)),
        figure("Cases, processor time of a page", 1.8, "ms", partial(work, kind, LIST)),
        figure("Case with 2,000 facts", 120, "ms", partial(large_case, kind)),
        figure("8 writers for 60 s, answers that were wrong", 0, "answers", partial(writers, kind)),
    )


FIGURES = (
    *_figures(SQLITE),
    *_figures(POSTGRESQL),
    Figure(name="web: Case with 2,000 facts, its size", limit=200, unit="kB", measure=large_case_size),
    Figure(name="web: first page, cold cache, transferred", limit=60, unit="kB", measure=first_page),
)
