"""The OSV record as a typed document: https://ossf.github.io/osv-schema/, version 1.7.5."""

from typing import Any

from midstream.formats.base.json_text import read_object, write_json
from midstream.formats.base.node import Node, read_node, write_node

SCHEMA_VERSION = "1.7.5"


class Severity(Node, frozen=True, kw_only=True):
    """A score as a vector; `type` names the version of CVSS."""

    type: str = ""
    score: str = ""


class Event(Node, frozen=True, kw_only=True):
    """One end of a range; exactly one of its fields is there."""

    introduced: str = ""
    fixed: str = ""
    last_affected: str = ""
    limit: str = ""


class Range(Node, frozen=True, kw_only=True):
    """A range of versions or of commits, by its events."""

    type: str = ""
    repo: str = ""
    events: tuple[Event, ...] = ()
    database_specific: dict[str, Any] | None = None


class Package(Node, frozen=True, kw_only=True):
    """A package of a registered ecosystem."""

    ecosystem: str = ""
    name: str = ""
    purl: str = ""


class Affected(Node, frozen=True, kw_only=True):
    """What is affected: a package, or a repository by its commits and tags."""

    package: Package | None = None
    severity: tuple[Severity, ...] = ()
    ranges: tuple[Range, ...] = ()
    versions: tuple[str, ...] = ()
    ecosystem_specific: dict[str, Any] | None = None
    database_specific: dict[str, Any] | None = None


class Reference(Node, frozen=True, kw_only=True):
    """An address with a type of a closed list."""

    type: str = ""
    url: str = ""


class Credit(Node, frozen=True, kw_only=True):
    """Somebody who helped; types are in capitals."""

    name: str = ""
    contact: tuple[str, ...] = ()
    type: str = ""


class OsvRecord(Node, frozen=True, kw_only=True):
    """A whole record."""

    schema_version: str = ""
    id: str = ""
    modified: str = ""
    published: str = ""
    withdrawn: str = ""
    aliases: tuple[str, ...] = ()
    upstream: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    summary: str = ""
    details: str = ""
    severity: tuple[Severity, ...] = ()
    affected: tuple[Affected, ...] = ()
    references: tuple[Reference, ...] = ()
    credits: tuple[Credit, ...] = ()
    database_specific: dict[str, Any] | None = None


def read(raw: bytes, *, where: str = "") -> OsvRecord:
    """Return the record that `raw` holds, whatever is wrong in it; raise `DocumentError` when it is no JSON object."""
    return read_node(read_object(raw, where=where), OsvRecord)


def write(document: OsvRecord) -> bytes:
    """Return the bytes of the record, the same for the same content."""
    return write_json(write_node(document))
