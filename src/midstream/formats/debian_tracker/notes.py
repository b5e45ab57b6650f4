"""A note of the tracker: what it says about one vulnerability, one source package and one release."""

from typing import Literal

import msgspec

Kind = Literal[
    "fixed",
    "unfixed",
    "removed",
    "not-affected",
    "undetermined",
    "no-dsa",
    "postponed",
    "ignored",
    "end-of-life",
]


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the lists, or one release of the dump. `release` is a codename, "" for unstable and all others."""

    package: str
    release: str
    kind: Kind
    version: str = ""
    urgency: str = ""  # as written; the tracker's own words are unimportant, low, medium, high
    reason: str = ""
    bug: int = 0  # in Debian's bug tracker
    line: int = 0


class Entry(msgspec.Struct, kw_only=True):
    """One vulnerability with its notes."""

    id: str
    description: str = ""
    notes: list[Note] = []
    advisories: list[str] = []  # of the security team, which say what they repaired: DSA-5678-1
    is_rejected: bool = False
    line: int = 0


class Advisory(msgspec.Struct, kw_only=True):
    """One advisory of the security team, with the vulnerabilities it names and what it repairs in which release."""

    id: str
    title: str = ""
    vulnerabilities: list[str] = []
    notes: list[Note] = []
    line: int = 0
