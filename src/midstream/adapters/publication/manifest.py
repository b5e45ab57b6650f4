"""What stands in a tree: for each part its stamp and its files, kept beside the tree."""

import hashlib
from pathlib import Path

import msgspec

from midstream.desk.ports import PublishTrouble


class Held(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """The files of one part: place → SHA-256 in hexadecimal."""

    stamp: str
    files: dict[str, str]


class Manifest(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """All parts of a tree by key. A part is read when it is asked for: most of them never are."""

    parts: dict[str, msgspec.Raw] = {}
    stamps: dict[str, str] = {}

    def held(self, key: str) -> Held:
        """Return the part of that key; empty when there is none."""
        raw = self.parts.get(key)
        return Held(stamp="", files={}) if raw is None else msgspec.msgpack.decode(raw, type=Held)

    def digest(self, place: str) -> str:
        """Return the digest of one file, empty when there is none; the last parts are looked through first."""
        for key in reversed(self.parts):
            if found := self.held(key).files.get(place):
                return found
        return ""

    def files(self) -> dict[str, str]:
        """Return every file of the tree with its digest."""
        found: dict[str, str] = {}
        for key in self.parts:
            found |= self.held(key).files
        return found


def read_manifest(path: Path) -> Manifest | None:
    """Return the manifest; None when there is none, or it is damaged: the tree is then not trusted and made anew."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    digest, body = content[:32], content[32:]
    if hashlib.sha256(body).digest() != digest:
        return None
    return msgspec.msgpack.decode(body, type=Manifest)


def manifest_bytes(manifest: Manifest) -> bytes:
    """Return the manifest as it is kept, its digest first."""
    body = msgspec.msgpack.encode(manifest)
    return hashlib.sha256(body).digest() + body


def check_place(place: str) -> None:
    """Return nothing; raise `PublishTrouble` for a place that is not plainly under the root."""
    steps = place.split("/")
    if (
        any(step in ("", ".", "..") or len(step.encode()) > 200 for step in steps)
        or "\\" in place
        or not place.isprintable()
    ):
        raise PublishTrouble(f"{place[:80]!r} is no place under the site", hint="Nothing was published.")
