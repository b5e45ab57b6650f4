"""What pages are made of, kept in this process until a fact is recorded: a page seen again is not made again.

Everything kept is a function of the facts, of who asks for what, and of the minute; all three are its name. The version
of the store counts every fact, those about projects included, so that nobody is shown what they saw before they were
removed. Nothing of it is written anywhere, and nothing of it is given to another person than the one who asked.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar, cast

_Made = TypeVar("_Made")

MOST = 200
"""How many results are kept; the one longest not asked for goes first."""

MOST_BYTES = 64 * 1024 * 1024
"""How large they may be together, by what those who make them say."""


class Kept:
    """Results by name, of one version of the store at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._version = -1
        self._made: OrderedDict[tuple[object, ...], tuple[object, int]] = OrderedDict()
        self._bytes = 0
        self._making: dict[tuple[object, ...], threading.Lock] = {}

    def get(
        self,
        name: tuple[object, ...],
        *,
        version: int,
        make: Callable[[], _Made],
        weigh: Callable[[_Made], int] = lambda _: 0,
    ) -> _Made:
        """Return the result of that name at that version, made when it is not there, by one thread alone.

        `weigh` says how many bytes it takes. What `make` raises is raised, and nothing is kept.
        """
        with self._lock:
            if version != self._version:
                self._version, self._bytes = version, 0
                self._made.clear()
                self._making.clear()
            if name in self._made:
                self._made.move_to_end(name)
                return cast("_Made", self._made[name][0])
            making = self._making.setdefault(name, threading.Lock())
        with making:
            with self._lock:
                if version == self._version and name in self._made:
                    return cast("_Made", self._made[name][0])
            try:
                made = make()
            except BaseException:
                with self._lock:
                    self._making.pop(name, None)
                raise
            with self._lock:
                if version == self._version:
                    self._making.pop(name, None)
                    self._put(name, made, weigh(made))
            return made

    def _put(self, name: tuple[object, ...], made: object, size: int) -> None:
        if size > MOST_BYTES:
            return
        self._made[name] = made, size
        self._bytes += size
        while len(self._made) > MOST or self._bytes > MOST_BYTES:
            _, (_, gone) = self._made.popitem(last=False)
            self._bytes -= gone


def minute_of(moment: datetime) -> datetime:
    """Return the minute of a moment: what is kept tells the time no finer."""
    return moment.replace(second=0, microsecond=0)
