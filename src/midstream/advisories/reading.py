"""What a reader of a document hands on: the part of the record it found, and where each value stood."""

from datetime import datetime

import msgspec

from midstream.advisories.record import Advisory


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """Which document values came from: its target, where it was found, when it was read, the digest of its bytes.

    `places` tells for a field of the record (``ids.cve``, ``component[tf-m].line[main].fix``) the path in the document.
    """

    target: str
    source: str = ""
    read_at: datetime | None = None
    digest: str = ""
    places: dict[str, str] = {}


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """A partial record, where it came from, and in sentences what was in the document and could not be understood."""

    partial: Advisory
    provenance: Provenance
    doubts: tuple[str, ...] = ()
