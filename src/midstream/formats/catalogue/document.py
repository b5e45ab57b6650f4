"""The catalogue's own format, version 1: one small document of everything, and one whole document for each advisory.

No standard document says all of it: which branch a release belongs to, until when the branch is supported, and how
every release stands. The standard documents are offered beside it, and are checked to say the same.
"""

from datetime import date, datetime
from typing import Literal

import msgspec

Verdict = Literal["affected", "fixed", "not_affected", "under_investigation", "unknown"]
"""How one release stands to one advisory. A release of which nothing is known is `unknown`, never clean."""

Severity = Literal["none", "low", "medium", "high", "critical", "unknown"]


class Publisher(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who publishes: the project's name and address, how to report to it, and where the site stands, if known."""

    name: str
    url: str = ""
    contact: str = ""
    base_url: str = ""


class Branch(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A branch of a product; `supported_until` is the last day of its support, None when no end is set."""

    name: str
    kind: str = "release"
    supported_until: date | None = None


class Release(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One release: its version, the tag it bears, its branch, the day it came out and its commit."""

    version: str
    tag: str
    branch: str = ""
    released_on: date | None = None
    commit: str = ""


class Product(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Something released: its key, its branches, and its releases in the order they came out."""

    key: str
    name: str
    repository: str = ""
    purl: str = ""
    branches: tuple[Branch, ...] = ()
    releases: tuple[Release, ...] = ()


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """How one branch stands: its status, where the flaw came in, the first release with the fix, and the commits."""

    branch: str
    status: str
    introduced: str = ""
    fixed_in: str = ""
    commits: tuple[str, ...] = ()
    note: str = ""


class Affected(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What an advisory says of one product: its branches, and every release of the calendar by version."""

    product: str
    lines: tuple[Line, ...] = ()
    verdicts: dict[str, Verdict] = {}


class Document(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One document of an advisory: its format, its place under the site, its length in bytes and its SHA-256."""

    format: str
    path: str
    size: int
    sha256: str


class Summary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """An advisory as lists need it. `fix` says in a sentence in what state the fix is."""

    id: str
    title: str
    published_at: datetime
    modified_at: datetime
    severity: Severity = "unknown"
    summary: str = ""
    fix: str = ""
    score: float | None = None
    aliases: tuple[str, ...] = ()
    withdrawn_at: datetime | None = None
    affected: tuple[Affected, ...] = ()
    documents: tuple[Document, ...] = ()


class Reference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An address with what it is: an advisory, a fix, an article."""

    url: str
    title: str = ""
    kind: str = "web"


class Score(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One rating: its CVSS vector, the score computed from it, the severity, and whose it is."""

    vector: str
    score: float | None = None
    severity: Severity = "unknown"
    source: str = ""


class Credit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody who is thanked, in the words they agreed to, and for what."""

    name: str
    role: str = ""


class Revision(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One revision: its number, its moment, and what it changed."""

    number: str
    at: datetime
    summary: str = ""


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One advisory whole. Texts are Markdown as it came: whoever shows them has to sanitise what they make of it."""

    summary: Summary
    details: str = ""
    impact: str = ""
    workarounds: tuple[str, ...] = ()
    mitigations: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    weaknesses: tuple[str, ...] = ()
    scores: tuple[Score, ...] = ()
    references: tuple[Reference, ...] = ()
    credits: tuple[Credit, ...] = ()
    revisions: tuple[Revision, ...] = ()


class Catalogue(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything public at a glance: who publishes, the products, and every advisory, newest first."""

    publisher: Publisher
    products: tuple[Product, ...] = ()
    advisories: tuple[Summary, ...] = ()

    def product(self, key: str) -> Product | None:
        """Return the product of that key, or None."""
        return next((product for product in self.products if product.key == key), None)
