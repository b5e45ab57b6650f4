"""What every fact body is made of: the base, the checked field types, who may read it."""

import enum
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal, NewType, TypeVar

import msgspec
from msgspec import Meta

CaseId = NewType("CaseId", str)
"""A case's name inside one store, such as ``tf-m-7``; it never says what the case is about."""

Person = Annotated[str, Meta(min_length=1, max_length=120)]
Word = Annotated[str, Meta(max_length=200)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Text = Annotated[str, Meta(max_length=16_384)]
Reason = Annotated[str, Meta(min_length=3, max_length=16_384)]
Url = Annotated[str, Meta(max_length=2_000)]
Project = Annotated[str, Meta(pattern=r"\A[a-z0-9][a-z0-9.-]{0,60}\Z")]
Case = Annotated[str, Meta(pattern=r"\A[a-z0-9][a-z0-9.-]{0,80}\Z")]
Branch = Annotated[str, Meta(min_length=1, max_length=200)]
Moment = Annotated[datetime, Meta(tz=True)]
"""An instant; without a zone it would be another one for every reader."""
Count = Annotated[int, Meta(ge=0, le=1_000_000_000)]
Percent = Annotated[int, Meta(ge=0, le=100)]
Digest = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
"""A SHA-256 in lower-case hexadecimal."""
MaybeDigest = Annotated[str, Meta(pattern=r"\A([0-9a-f]{64})?\Z")]
Commit = Annotated[str, Meta(pattern=r"\A[0-9a-f]{40}([0-9a-f]{24})?\Z")]
"""A whole git object name, SHA-1 or SHA-256 (gitformat-hash)."""
MaybeCommit = Annotated[str, Meta(pattern=r"\A([0-9a-f]{40}([0-9a-f]{24})?)?\Z")]
CveId = Annotated[str, Meta(pattern=r"\ACVE-[0-9]{4}-[0-9]{4,19}\Z")]
"""A CVE id as the CVE Record Format 5.1.1 writes it (``definitions/cveId``)."""
CweId = Annotated[str, Meta(pattern=r"\ACWE-[0-9]{1,6}\Z")]

Severity = Literal["none", "low", "medium", "high", "critical"]
"""The qualitative severity rating scale of CVSS v3.1, section 5 (the same words in v4.0)."""


class Audience(enum.IntEnum):
    """How widely a kind of fact may be read, once its case may be seen at all.

    ``PUBLIC`` facts are read by anyone when the case is public; ``PARTICIPANT`` facts by those invited
    to the case; ``TEAM`` facts (who reported, what the mail said, who was told) by the response team.
    """

    PUBLIC = 1
    PARTICIPANT = 2
    TEAM = 3


class Body(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The typed content of one kind of fact. Fields are only ever added, and always with a default."""


class Unknown(Body, frozen=True, kw_only=True):
    """A body this version has no type for: kept as it came, shown, never dropped."""

    fields: dict[str, Any]


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the catalogue: its dotted name, its body, who may read it, and what it means."""

    name: str
    body: type[Body]
    audience: Audience
    meaning: str


KINDS: dict[str, Kind] = {}
"""The catalogue, by dotted name. Filled when the modules of this package are imported."""

_Body = TypeVar("_Body", bound=Body)


def kind(name: str, audience: Audience) -> Callable[[type[_Body]], type[_Body]]:
    """Return a decorator that enters a body in the catalogue under ``name``; its docstring is the meaning."""

    def enter(body: type[_Body]) -> type[_Body]:
        KINDS[name] = Kind(name=name, body=body, audience=audience, meaning=(body.__doc__ or "").strip())
        NAMES[body] = name
        return body

    return enter


NAMES: dict[type[Body], str] = {}
"""The dotted name of each body type: the catalogue read backwards."""
