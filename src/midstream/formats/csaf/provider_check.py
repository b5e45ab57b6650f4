"""A CSAF provider as a stranger checks it: from its metadata to every document, digest and signature (section 7.1)."""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from midstream.formats.base.fault import DocumentError, Fault
from midstream.formats.base.json_text import read_object
from midstream.formats.csaf.places import METADATA, Verifier
from midstream.formats.csaf.provider import key_place

Read = Callable[[str], bytes]
"""Gives what stands at a path below the root, and nothing when nothing does."""


def check_provider(read: Read, *, verifier: Verifier) -> tuple[int, tuple[Fault, ...]]:
    """Return how many documents the provider lists, and what is wrong with it or with them.

    A trusted provider has a right signature beside every document, by one of the keys that its metadata names.
    """
    try:
        metadata = read_object(read(METADATA), where=METADATA)
    except DocumentError as error:
        return 0, (_fault(METADATA, error.what),)
    base = str(metadata.get("canonical_url", "")).removesuffix(f"/{METADATA}")
    keys, found = _keys(metadata, read, verifier=verifier)
    is_trusted = metadata.get("role") == "csaf_trusted_provider"
    if is_trusted and not keys:
        found.append(_fault(METADATA, "the provider is trusted, and none of its keys can be read"))
    count = 0
    for address in _feeds(metadata):
        place = address.removeprefix(f"{base}/")
        try:
            entries = _objects(read_object(read(place), where=place)["feed"]["entry"])
        except (DocumentError, KeyError, TypeError):
            found.append(_fault(place, "no ROLIE feed stands here, and the metadata names one"))
            continue
        for entry in entries:
            count += 1
            found += _document(entry, read, base=base, keys=keys if is_trusted else None, verifier=verifier)
    return count, tuple(found)


def _keys(metadata: dict[str, Any], read: Read, *, verifier: Verifier) -> tuple[list[bytes], list[Fault]]:
    keys: list[bytes] = []
    found: list[Fault] = []
    for each in _objects(metadata.get("public_openpgp_keys")):
        wanted = str(each.get("fingerprint", "")).upper()
        key = read(key_place(wanted)) if wanted.isalnum() else b""
        if verifier.fingerprint(key) == wanted != "":
            keys.append(key)
        else:
            found.append(_fault(key_place(wanted[:64]), "the key that the metadata names does not stand here"))
    return keys, found


def _feeds(metadata: dict[str, Any]) -> Iterator[str]:
    for each in _objects(metadata.get("distributions")):
        for rolie in _objects([each.get("rolie")]):
            yield from (str(feed.get("url", "")) for feed in _objects(rolie.get("feeds")))


def _document(
    entry: dict[str, Any], read: Read, *, base: str, keys: list[bytes] | None, verifier: Verifier
) -> Iterator[Fault]:
    place = "".join(str(each.get("src", "")) for each in _objects([entry.get("content")])).removeprefix(f"{base}/")
    content = read(place)
    if not content:
        yield _fault(place, "the feed lists a document, and none stands here")
        return
    for kind in ("sha256", "sha512"):
        told = read(f"{place}.{kind}").split()[:1]
        if told != [hashlib.new(kind, content).hexdigest().encode()]:
            yield _fault(f"{place}.{kind}", "it is not the digest of the document beside it")
    try:
        tracking = read_object(content, where=place)["document"]["tracking"]["id"]
    except (DocumentError, KeyError, TypeError):
        tracking = None
    if tracking != entry.get("id"):
        yield _fault(place, f"it is not the document {entry.get('id')!r} that the feed lists")
    signature = read(f"{place}.asc")
    if keys is not None and not any(verifier.is_signed(content, signature=signature, key=key) for key in keys):
        yield _fault(f"{place}.asc", "it is no signature of the document beside it" if signature else "it is missing")


def _objects(value: object) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _fault(path: str, sentence: str) -> Fault:
    return Fault(rule="csaf.provider", path=path, sentence=sentence)
