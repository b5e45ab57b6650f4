"""The files of a CSAF trusted provider (CSAF 2.0, sections 5.1 and 7.1): from documents to paths and bytes.

    .well-known/csaf/provider-metadata.json
    .well-known/csaf/openpgp/FINGERPRINT.asc
    .well-known/csaf/white/csaf-feed-tlp-white.json      the ROLIE feed (RFC 8322, in JSON)
    .well-known/csaf/white/service.json, category-csaf.json
    .well-known/csaf/white/index.txt, changes.csv
    .well-known/csaf/white/2026/zep-2026-0042.json       with .sha256, .sha512 and .asc beside it

Nothing is written here: `tree` is a pure function. Only what everybody may read has a place in it.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final, Literal

import msgspec

from midstream.formats.base.fault import DocumentError
from midstream.formats.base.json_text import read_object, write_json
from midstream.formats.base.moments import read_moment, write_moment
from midstream.formats.base.visible import csv_cell, one_line
from midstream.formats.csaf.places import METADATA, ROOT, check_name, document_place

FEED: Final = "csaf-feed-tlp-white.json"
_FOLDER: Final = f"{ROOT}/white"
_SCHEMA: Final = "https://docs.oasis-open.org/csaf/csaf/v2.0/csaf_json_schema.json"
_CATEGORY: Final = {"scheme": "urn:ietf:params:rolie:category:information-type", "term": "csaf"}
_PUBLIC: Final = frozenset({"", "WHITE", "CLEAR"})
_FINGERPRINT: Final = re.compile(r"[0-9A-F]{40,64}")

Sign = Callable[[str, bytes], bytes]
"""Gives the armoured detached signature of a path's bytes; it may give the one that stands there, while it is right."""


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A public OpenPGP key: its fingerprint in capitals, and the armoured key itself."""

    fingerprint: str
    armoured: bytes


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """Who provides. `base_url` is where the tree will stand, over https and without a slash at its end."""

    name: str
    namespace: str
    base_url: str
    category: Literal["coordinator", "discoverer", "other", "translator", "user", "vendor"] = "vendor"
    contact: str = ""
    issuing_authority: str = ""
    keys: tuple[Key, ...] = ()
    list_on_aggregators: bool = True
    mirror_on_aggregators: bool = True


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What the lists say of one document."""

    id: str
    title: str
    summary: str
    path: str
    first: datetime
    current: datetime


def tree(
    *, documents: Sequence[bytes], provider: Provider, now: datetime, sign: Sign | None = None
) -> dict[str, bytes]:
    """All files of the provider: path below the web root → bytes; the same for the same documents.

    `now` dates the lists while there is no document. Without `sign` there are no signatures, and the role is
    `csaf_provider`; a trusted provider signs and shows its keys (section 7.2.3). Raises DocumentError for a document
    that is none, is not for everybody, or whose file would not be its own.
    """
    entries = [entry_of(each) for each in documents]
    files = lists(entries, provider=provider, now=now, is_signed=sign is not None)
    for entry, content in zip(entries, documents, strict=True):
        files |= document_files(entry, content, sign=sign)
    return files


def entry_of(content: bytes) -> Entry:
    """What the lists say of a document; DocumentError for one that is none, or not for everybody."""
    document = _object(read_object(content, where="a CSAF document").get("document"))
    tracking = _object(document.get("tracking"))
    id_ = tracking.get("id")
    if not isinstance(id_, str):
        raise DocumentError("the document has no /document/tracking/id", where="a CSAF document", hint="Is it CSAF?")
    label = str(_object(_object(document.get("distribution")).get("tlp")).get("label", ""))
    if label not in _PUBLIC:
        raise DocumentError(
            f"the document is TLP:{label}, and this tree is for everybody",
            where=id_,
            hint="Publish it when it is public.",
        )
    if document.get("csaf_version", "2.0") != "2.0":
        raise DocumentError("the document is of another version than CSAF 2.0", where=id_, hint="Export it as csaf20.")
    first, current = (read_moment(tracking.get(f"{word}_release_date")) for word in ("initial", "current"))
    if first is None or current is None:
        raise DocumentError("its release dates are no dates", where=id_, hint="Check /document/tracking.")
    check_name(id_)
    title = document.get("title")
    place = document_place(tracking_id=id_, label="WHITE", year=first.year)
    return Entry(
        id=one_line(id_),
        title=one_line(title if isinstance(title, str) else id_),
        summary=_summary(document),
        path=place.removeprefix(f"{_FOLDER}/"),
        first=first,
        current=current,
    )


def document_files(entry: Entry, content: bytes, *, sign: Sign | None) -> dict[str, bytes]:
    """The files of one document: itself, its digests (section 7.1.18), and with `sign` its signature (7.1.19)."""
    path = f"{_FOLDER}/{entry.path}"
    return {path: content, **digests(path, content), **({f"{path}.asc": sign(path, content)} if sign else {})}


def lists(
    entries: Sequence[Entry], *, provider: Provider, now: datetime, is_signed: bool, standing: bytes = b""
) -> dict[str, bytes]:
    """All other files of the provider: its metadata and keys, and what lists the documents.

    `standing` is the metadata that stands there: where it said something else, what is made now says that it changed
    at `now`. Raises DocumentError when two documents would be one file.
    """
    _check_provider(provider)
    entries = sorted(entries, key=lambda each: (each.current, each.id), reverse=True)
    _check_paths(entries)
    changed = max((each.current for each in entries), default=now)
    files = {key_place(key.fingerprint): key.armoured for key in provider.keys}
    metadata = _metadata(provider, is_trusted=is_signed and bool(provider.keys))
    metadata["last_updated"] = write_moment(max(changed, _since(metadata, standing=standing, now=now) or changed))
    return files | {
        METADATA: write_json(metadata, is_sorted=True),
        f"{_FOLDER}/{FEED}": write_json(_feed(entries, provider, changed=changed, is_signed=is_signed)),
        f"{_FOLDER}/service.json": write_json(_service(provider)),
        f"{_FOLDER}/category-csaf.json": write_json({"categories": {"category": [dict(_CATEGORY)]}}),
        f"{_FOLDER}/index.txt": "".join(f"{each.path}\n" for each in entries).encode(),
        f"{_FOLDER}/changes.csv": "".join(
            f"{csv_cell(each.path)},{csv_cell(write_moment(each.current))}\n" for each in entries
        ).encode(),
    }


def _since(metadata: dict[str, Any], *, standing: bytes, now: datetime) -> datetime | None:
    """Since when the metadata says what it says, by the one that stands there; None when none does."""
    try:
        there = read_object(standing)
    except DocumentError:
        return None
    dated = read_moment(there.pop("last_updated", None))
    return min(dated, now) if dated is not None and there == metadata else now


def key_place(fingerprint: str) -> str:
    """The place of a public key (section 7.1.20)."""
    return f"{ROOT}/openpgp/{fingerprint}.asc"


def digests(path: str, content: bytes) -> dict[str, bytes]:
    """The two files beside a file that hold its digests (section 7.1.18), as ``sha256sum`` reads them."""
    name = path.rpartition("/")[2]
    return {
        f"{path}.sha256": f"{hashlib.sha256(content).hexdigest()}  {name}\n".encode(),
        f"{path}.sha512": f"{hashlib.sha512(content).hexdigest()}  {name}\n".encode(),
    }


def _check_provider(provider: Provider) -> None:
    if not re.fullmatch(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*", provider.base_url):
        raise DocumentError(
            f"{provider.base_url!r} is no address over https without a slash at its end (section 7.1.3)",
            where="base_url",
            hint="Write it as https://security.example.org.",
        )
    for key in provider.keys:
        if not _FINGERPRINT.fullmatch(key.fingerprint):
            raise DocumentError(
                f"{key.fingerprint[:70]!r} is no fingerprint", where="pgp", hint="Write 40 or 64 hexadecimal capitals."
            )


def _check_paths(entries: Sequence[Entry]) -> None:
    taken: set[str] = set()
    for entry in entries:
        if entry.path in taken:
            raise DocumentError(
                f"two documents would be the file {entry.path}", where=entry.id, hint="Give one another tracking id."
            )
        taken.add(entry.path)


def _summary(document: dict[str, Any]) -> str:
    notes = document.get("notes")
    for note in notes if isinstance(notes, list) else []:
        if _object(note).get("category") == "summary":
            return one_line(str(_object(note).get("text", "")))[:1000]
    return ""


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _metadata(provider: Provider, *, is_trusted: bool) -> dict[str, Any]:
    """`provider-metadata.json` (section 7.1.7 and its schema), without the moment it changed."""
    publisher = {
        "category": provider.category,
        "contact_details": one_line(provider.contact),
        "issuing_authority": one_line(provider.issuing_authority),
        "name": one_line(provider.name),
        "namespace": provider.namespace,
    }
    feed = {"summary": "Security advisories", "tlp_label": "WHITE", "url": f"{provider.base_url}/{_FOLDER}/{FEED}"}
    metadata: dict[str, Any] = {
        "canonical_url": f"{provider.base_url}/{METADATA}",
        "distributions": [
            {
                "rolie": {
                    "categories": [f"{provider.base_url}/{_FOLDER}/category-csaf.json"],
                    "feeds": [feed],
                    "services": [f"{provider.base_url}/{_FOLDER}/service.json"],
                }
            },
            {"directory_url": f"{provider.base_url}/{_FOLDER}/"},
        ],
        "list_on_CSAF_aggregators": provider.list_on_aggregators,
        "metadata_version": "2.0",
        "mirror_on_CSAF_aggregators": provider.mirror_on_aggregators,
    }
    if provider.keys:
        metadata["public_openpgp_keys"] = [
            {"fingerprint": key.fingerprint, "url": f"{provider.base_url}/{key_place(key.fingerprint)}"}
            for key in provider.keys
        ]
    metadata["publisher"] = {key: value for key, value in publisher.items() if value}
    metadata["role"] = "csaf_trusted_provider" if is_trusted else "csaf_provider"
    return metadata


def _feed(entries: Sequence[Entry], provider: Provider, *, changed: datetime, is_signed: bool) -> dict[str, Any]:
    """The ROLIE feed (section 7.1.15)."""
    base = f"{provider.base_url}/{_FOLDER}"
    return {
        "feed": {
            "id": "csaf-feed-tlp-white",
            "title": f"{one_line(provider.name)}: security advisories (TLP:WHITE)",
            "link": [
                {"rel": "self", "href": f"{base}/{FEED}"},
                {"rel": "service", "href": f"{base}/service.json"},
            ],
            "category": [dict(_CATEGORY)],
            "updated": write_moment(changed),
            "entry": [_feed_entry(each, base=base, is_signed=is_signed) for each in entries],
        }
    }


def _feed_entry(entry: Entry, *, base: str, is_signed: bool) -> dict[str, Any]:
    address = f"{base}/{entry.path}"
    links = [
        {"rel": "self", "href": address},
        {"rel": "hash", "href": f"{address}.sha256"},
        {"rel": "hash", "href": f"{address}.sha512"},
        *([{"rel": "signature", "href": f"{address}.asc"}] if is_signed else []),
    ]
    return {
        "id": entry.id,
        "title": entry.title,
        "link": links,
        "published": write_moment(entry.first),
        "updated": write_moment(entry.current),
        **({"summary": {"content": entry.summary}} if entry.summary else {}),
        "content": {"type": "application/json", "src": address},
        "format": {"schema": _SCHEMA, "version": "2.0"},
    }


def _service(provider: Provider) -> dict[str, Any]:
    """The ROLIE service document (section 7.1.16)."""
    collection = {
        "title": f"{one_line(provider.name)}: security advisories (TLP:WHITE)",
        "href": f"{provider.base_url}/{_FOLDER}/{FEED}",
        "categories": {"category": [dict(_CATEGORY)]},
    }
    return {"service": {"workspace": [{"title": "Public CSAF documents", "collection": [collection]}]}}
