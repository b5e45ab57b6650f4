"""Readers over HTTP: how long they wait for whole pages, and what a page costs the machine.

A reader keeps one connection open, as a browser does, and asks again as soon as the page is there: nobody thinks in
between. All readers live in this one process, on plain sockets with requests written beforehand, so that on two cores
the client takes as little as can be from the server it measures.
"""

import math
import os
import re
import resource
import selectors
import socket
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench.figure import NotRun

_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)


class Reader:
    """One person with one connection, who reads one page."""

    def __init__(self, port: int, path: str, cookie: str) -> None:
        self.line = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.path, self.began, self.body = path, 0.0, b""
        asked = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\nAccept-Encoding: gzip\r\n\r\n"
        self._request, self._got, self._whole, self._head = asked.encode(), bytearray(), 0, 0

    def ask(self) -> None:
        """Ask for the page."""
        self._got.clear()
        self._whole = 0
        self.began = time.perf_counter()
        self.line.sendall(self._request)

    def is_answered(self) -> bool:
        """Take what came, and return whether the whole page is there; raise `NotRun` when it is no page."""
        part = self.line.recv(2**18)
        self._got += part
        if not self._whole and (end := self._got.find(b"\r\n\r\n")) >= 0:
            length = _LENGTH.search(self._got, 0, end)
            if length is None or not self._got.startswith(b"HTTP/1.1 200"):
                raise NotRun(f"{self.path} was answered with {bytes(self._got[:40])!r}")
            self._head, self._whole = end + 4, end + 4 + int(length[1])
        if not part:
            raise NotRun(f"{self.path}: the server hung up")
        return bool(self._whole) and len(self._got) >= self._whole

    def page(self) -> bytes:
        """Return the page, asked for now."""
        self.ask()
        while not self.is_answered():
            pass
        return bytes(self._got[self._head :])


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it: the wait for each page in seconds, sorted, and processor time per page in seconds.

    `served` is that of every process the bench started: the server's, and the database's when it is one of its own.
    """

    waits: list[float]
    served: float
    client: float
    took: float

    def wait(self, share: float) -> float:
        """Return the wait, in milliseconds, that so large a share of the pages kept."""
        return self.waits[math.ceil(len(self.waits) * share) - 1] * 1000

    def words(self) -> str:
        """Return all of it in one line."""
        rate = len(self.waits) / self.took
        waits = ", ".join(f"p{share * 100:.0f} {self.wait(share):.1f} ms" for share in (0.5, 0.95, 0.99))
        return (
            f"{len(self.waits)} pages, {rate:.0f} a second; {waits}; a page took {self.served * 1000:.2f} ms of the"
            f" processor where it was made and {self.client * 1000:.2f} ms where it was read"
        )


def load(readers: Sequence[Reader], *, spans: float) -> Load:
    """Return what came of all readers reading for so many seconds, each again and again."""
    began, before, own = time.perf_counter(), processor_time(), resource.getrusage(resource.RUSAGE_SELF)
    waits: list[float] = []
    with selectors.DefaultSelector() as ready:
        for reader in readers:
            ready.register(reader.line, selectors.EVENT_READ, reader)
            reader.ask()
        until, open_ = began + spans, len(readers)
        while open_:
            for key, _ in ready.select(timeout=60):
                reader = key.data
                if not reader.is_answered():
                    continue
                now = time.perf_counter()
                waits.append(now - reader.began)
                if now < until:
                    reader.ask()
                else:
                    ready.unregister(reader.line)
                    open_ -= 1
    took, after, spent = time.perf_counter() - began, processor_time(), resource.getrusage(resource.RUSAGE_SELF)
    client = spent.ru_utime + spent.ru_stime - own.ru_utime - own.ru_stime
    return Load(waits=sorted(waits), served=(after - before) / len(waits), client=client / len(waits), took=took)


def processor_time() -> float:
    """Return the seconds that the processes started by this one, and by those, ran so far (Linux: proc(5))."""
    ticks = sum(_ticks(pid) for pid in _children(os.getpid()))
    return ticks / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, file.read_text().split()):
            found += [child, *_children(child)]
    return found


def _ticks(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0
    return int(fields[11]) + int(fields[12])
