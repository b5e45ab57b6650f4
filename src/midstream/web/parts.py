"""What wiring hands to the pages, and how a request gets at it."""

import threading
from collections.abc import Callable
from datetime import datetime

import msgspec
from django.conf import settings
from django.http import HttpRequest

from midstream.desk.desk import Desk
from midstream.desk.front.alike import PublicWords
from midstream.web.kept import Kept
from midstream.web.noted import Noted


class Parts(msgspec.Struct, kw_only=True):
    """The desk's maker, the clock, whether the store is the demo, and the address people know the desk by.

    `is_demo` is asked anew each time: a store in which real work begins is a demo no longer. `reason` is the word for
    trouble of the store: full, locked, lost, or none. `url` is empty where the desk is served to this machine alone.
    """

    open_desk: Callable[[], Desk]
    clock: Callable[[], datetime]
    is_demo: Callable[[Desk], bool]
    reason: Callable[[BaseException], str]
    url: str = ""
    noted: Noted = msgspec.field(default_factory=Noted)
    kept: Kept = msgspec.field(default_factory=Kept)
    public_words: PublicWords = msgspec.field(default_factory=PublicWords)


_own = threading.local()


def parts() -> Parts:
    """Return what wiring handed over."""
    found: Parts = settings.MIDSTREAM
    return found


def the_desk() -> Desk:
    """Return this thread's desk: it keeps what it looked up, and is not for two threads at once."""
    kept: tuple[Parts, Desk] | None = getattr(_own, "desk", None)
    if kept is None or kept[0] is not parts():
        kept = _own.desk = parts(), parts().open_desk()
    return kept[1]


def now() -> datetime:
    """Return the moment the pages are drawn for."""
    return parts().clock()


def person_of(request: HttpRequest) -> str:
    """Return the name of who asks; empty for somebody who has not signed in."""
    return str(request.user.person) if request.user.is_authenticated else ""
