"""Reads of cases that are not public are recorded: each look at a case, and once an hour that it stood in a list."""

import threading
from collections.abc import Iterable
from datetime import datetime

from midstream.desk.desk import Desk
from midstream.desk.views import Read
from midstream.ledger.fact import write_time


class Noted:
    """What this process has recorded of lists in the current hour, so that a page seen again writes nothing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._hour = ""
        self._seen: set[tuple[str, str]] = set()

    def lines(self, desk: Desk, *, person: str, cases: Iterable[str], now: datetime) -> None:
        """Return nothing, after it is recorded that `person` was shown lines of these cases in this hour."""
        hour = write_time(now)[:13]
        names = dict.fromkeys(cases)
        with self._lock:
            if hour != self._hour:
                self._hour, self._seen = hour, set()
            new = [case for case in names if (person, case) not in self._seen]
        if not new:
            return
        desk.store.record_reads([Read(at=now, person=person, case=case, how="line", span=hour) for case in new])
        with self._lock:
            if hour == self._hour:
                self._seen.update((person, case) for case in new)

    def case(self, desk: Desk, *, person: str, case: str, how: str, number: int, now: datetime) -> None:
        """Return nothing, after it is recorded that `person` was shown the case, up to fact `number`."""
        read = Read(at=now, person=person, case=case, how=how, number=number, span=write_time(now))
        desk.store.record_reads([read])
