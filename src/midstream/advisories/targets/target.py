"""What a target is: a kind of document, with everything that is done with it."""

import re
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any, Protocol

import msgspec

from midstream.advisories.reading import Reading
from midstream.advisories.record import Advisory, Component, Publisher, Release, Verdict
from midstream.formats.base.fault import Fault

NOT_LISTED = "not listed"
ONLY_AFFECTED: dict[Verdict, str] = {
    "affected": "affected",
    "fixed": NOT_LISTED,
    "not_affected": NOT_LISTED,
    "under_investigation": NOT_LISTED,
    "unknown": NOT_LISTED,
}
"""What a format says that lists affected releases and has no word for all others."""


class Write(Protocol):
    """Makes the typed document of a record; what the format cannot say is left out, never bent."""

    def __call__(self, *, record: Advisory, publisher: Publisher, releases: Sequence[Release], now: datetime) -> Any:  # noqa: ANN401 (each format has its own type of document)
        """Return the document."""


class Check(Protocol):
    """Judges a document by the rules of its format; some of them need the moment."""

    def __call__(self, document: Any, *, now: datetime) -> tuple[Fault, ...]:  # noqa: ANN401 (as Write)
        """Return the faults."""


class Evaluate(Protocol):
    """Judges one release from a document alone, by the format's own algorithm."""

    def __call__(self, document: Any, *, component: Component, release: Release) -> str:  # noqa: ANN401 (as Write)
        """Return the format's own word for the release."""


def file_stem(identifier: str) -> str:
    """Return an id as the name of a file: nothing but letters, digits, ``-``, ``+``, ``_``, and a dot between them."""
    stem = re.sub(r"[^A-Za-z0-9+_.-]|(?<![A-Za-z0-9])\.|\.(?![A-Za-z0-9])", "_", identifier)
    return stem[:120] or "advisory"


def timeless(check: Callable[[Any], tuple[Fault, ...]]) -> Check:
    """Return a check that takes the moment and does not need it."""

    def checked(document: Any, *, now: datetime) -> tuple[Fault, ...]:  # noqa: ANN401 (any document)
        del now
        return check(document)

    return checked


def nothing_missing(record: Advisory, publisher: Publisher) -> str:
    """Return nothing: any record can be written."""
    del record, publisher
    return ""


def whole(document: Any, ids: AbstractSet[str]) -> Any:  # noqa: ANN401 (any document)
    """Return the document: its format has one flaw in each."""
    del ids
    return document


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of document.

    `places` is the mapping: field of the record (``component.line.fix.sha``) → where the document has it. These fields
    survive writing and reading back exactly. `says` is what the format's words come to for each verdict of the record
    (``{"fixed": "unaffected", …}``), when the format speaks of releases at all. `lacks` says in a sentence why a record
    cannot be written for this target, or nothing. `about` is the part of a document of several flaws that is about the
    one of these ids; the whole when none is.
    """

    name: str
    title: str
    media_type: str
    is_public: bool
    file_name: Callable[[Advisory], str]
    write: Write
    dump: Callable[[Any], bytes]
    load: Callable[[bytes], Any]
    read: Callable[[Any], Reading]
    check: Check
    field_of: Callable[[Any, str], str]
    places: dict[str, str]
    lacks: Callable[[Advisory, Publisher], str] = nothing_missing
    says: dict[Verdict, str] = {}
    evaluate: Evaluate | None = None
    about: Callable[[Any, AbstractSet[str]], Any] = whole
