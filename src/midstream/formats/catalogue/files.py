"""The catalogue and its entries as JSON text (RFC 8259): the same data gives the same bytes."""

from typing import TypeVar

import msgspec

from midstream.formats.catalogue.document import Catalogue, Entry

VERSION = 1
"""The version of the format; a field may be added under it, none is taken away or given another meaning."""
CATALOGUE_LIMIT = 256 * 1024 * 1024
"""Bytes of a catalogue that is read: forty times that of ten thousand advisories."""
ENTRY_LIMIT = 16 * 1024 * 1024

_Kind = TypeVar("_Kind", Catalogue, Entry)


class CatalogueError(Exception):
    """A document that is no catalogue or entry: `what` is wrong with it, and a `hint`."""

    def __init__(self, what: str, *, hint: str) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


class _Labelled(msgspec.Struct, frozen=True):
    format: str
    version: int


def write_catalogue(catalogue: Catalogue) -> bytes:
    """Return the catalogue as one line of JSON: it is read by programs, and may hold thousands of advisories."""
    return _write("midstream-catalogue", catalogue) + b"\n"


def write_entry(entry: Entry) -> bytes:
    """Return one whole advisory as indented JSON."""
    return msgspec.json.format(_write("midstream-advisory", entry), indent=2) + b"\n"


def read_catalogue(content: bytes) -> Catalogue:
    """Return the catalogue that `content` holds; raise `CatalogueError`. Fields of later versions are passed over."""
    return _read(content, Catalogue, label="midstream-catalogue", limit=CATALOGUE_LIMIT)


def read_entry(content: bytes) -> Entry:
    """Return the advisory that `content` holds; raise `CatalogueError`. Fields of later versions are passed over."""
    return _read(content, Entry, label="midstream-advisory", limit=ENTRY_LIMIT)


def _write(label: str, value: Catalogue | Entry) -> bytes:
    head = msgspec.json.encode({"format": label, "version": VERSION})
    return head[:-1] + b"," + msgspec.json.encode(value)[1:]


def _read(content: bytes, kind: type[_Kind], *, label: str, limit: int) -> _Kind:
    if len(content) > limit:
        raise CatalogueError(
            f"it has {len(content)} bytes, more than {limit}", hint="This is not what Midstream wrote."
        )
    try:
        said = msgspec.json.decode(content, type=_Labelled)
        if said.format != label:
            raise CatalogueError(f"it says that it is {said.format[:40]!r}, not {label!r}", hint="Name the right file.")
        if said.version > VERSION:
            raise CatalogueError(
                f"it is of version {said.version}; this Midstream reads up to {VERSION}", hint="Use a newer Midstream."
            )
        return msgspec.json.decode(content, type=kind)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise CatalogueError(f"it is no {label}: {error}", hint="This is not what Midstream wrote.") from None
