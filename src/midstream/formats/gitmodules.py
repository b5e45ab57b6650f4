"""Submodules of a git checkout: ``.gitmodules`` (gitmodules(5)) and the commits in its index (gitformat-index(5))."""

import hashlib
import re
import struct
from collections.abc import Iterator

import msgspec

_SECTION = re.compile(r'\[\s*submodule\s+"((?:[^"\\]|\\.)*)"\s*\]')
_KEY = re.compile(r"([A-Za-z][A-Za-z0-9-]*)\s*=\s*(.*)")
_GITLINK = 0o160000


class Submodule(msgspec.Struct, kw_only=True, frozen=True):
    """One submodule as ``.gitmodules`` has it, with the line it begins on."""

    name: str
    path: str
    url: str
    branch: str
    line: int


def read_gitmodules(*, text: str) -> list[Submodule]:
    """Return the submodules, in order; one without a path is left out, as git leaves it out."""
    found: list[tuple[str, int, dict[str, str]]] = []
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.strip()
        section = _SECTION.match(line)
        if section:
            found.append((section[1].replace('\\"', '"').replace("\\\\", "\\"), number, {}))
        elif line.startswith("["):
            found.append(("", number, {}))  # another section ends the one before
        elif found and (key := _KEY.match(line)):
            found[-1][2][key[1].lower()] = _value(key[2])
    return [
        Submodule(name=name, path=keys["path"], url=keys.get("url", ""), branch=keys.get("branch", ""), line=number)
        for name, number, keys in found
        if name and keys.get("path")
    ]


def _value(text: str) -> str:
    if text.startswith('"') and text.endswith('"') and len(text) > 1:
        return text[1:-1]
    return re.split(r"\s[#;]", text, maxsplit=1)[0].strip()


def read_index_commits(*, data: bytes) -> dict[str, str]:
    """Return the commit of every submodule in a git index, by path; raise `ValueError` for a file that is none.

    Versions 2 to 4 are read, with SHA-1 or SHA-256 names; which of both follows from the checksum at the end.
    """
    if len(data) < 12 + 20 or data[:4] != b"DIRC":
        raise ValueError("it is no git index")
    version, count = struct.unpack(">II", data[4:12])
    if version not in {2, 3, 4}:
        raise ValueError(f"its version is {version}; 2, 3 and 4 can be read")
    size = 32 if len(data) > 44 and hashlib.sha256(data[:-32]).digest() == data[-32:] else 20
    try:
        return dict(_gitlinks(data, version, count, size))
    except (IndexError, struct.error, ValueError):
        raise ValueError("it ends before its entries do") from None


def _gitlinks(data: bytes, version: int, count: int, size: int) -> Iterator[tuple[str, str]]:
    place, path = 12, b""
    for _ in range(count):
        (mode,) = struct.unpack_from(">I", data, place + 24)
        name = data[place + 40 : place + 40 + size]
        (flags,) = struct.unpack_from(">H", data, place + 40 + size)
        begin = place + 42 + size + (2 if version >= 3 and flags & 0x4000 else 0)
        if version == 4:
            cut, begin = _offset(data, begin)
            end = data.index(b"\0", begin)
            path = path[: len(path) - cut] + data[begin:end]
            place = end + 1
        else:
            end = data.index(b"\0", begin)
            path = data[begin:end]
            place += (end - place + 8) // 8 * 8  # one to eight zero bytes, up to a multiple of eight
        if mode & 0o170000 == _GITLINK:
            yield path.decode("utf-8", errors="replace"), name.hex()


def _offset(data: bytes, place: int) -> tuple[int, int]:
    """Return a number in git's variable-width encoding, and the place after it."""
    byte = data[place]
    value = byte & 0x7F
    while byte & 0x80:
        place += 1
        byte = data[place]
        value = ((value + 1) << 7) | (byte & 0x7F)
    return value, place + 1
