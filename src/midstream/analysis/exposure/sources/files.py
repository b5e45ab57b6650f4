"""The documents of a source, one by one and within limits: a file, a folder, or a zip."""

import hashlib
import os
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

DOCUMENT_LIMIT = 64 * 1024 * 1024
"""Bytes one document of a folder or a zip may have; a document of 64 MB is no advisory."""

FILE_LIMIT = 2 * 1024 * 1024 * 1024
"""Bytes a single file may have: Debian's whole tracker is below 100 MB."""

TOTAL_LIMIT = 32 * 1024 * 1024 * 1024
"""Bytes a zip may come to when it is unpacked."""

RATIO_LIMIT = 250
"""How many times a document of a zip may grow; JSON grows ten to thirty times."""

COUNT_LIMIT = 5_000_000
"""Documents a source may have."""

SUFFIXES = {".json", ".yaml", ".yml"}


class Document(NamedTuple):
    """One document: where it stands in its source, and its bytes."""

    place: str
    data: bytes


class Problem(NamedTuple):
    """What cannot be read, and why."""

    place: str
    reason: str


def digest_of(*, path: Path) -> str:
    """Return the sha256 of a source, hex: of the file, or of the names and digests of a folder's documents."""
    if path.is_dir():
        whole = hashlib.sha256()
        for each in sorted(_in_folder(path)):
            with each.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            whole.update(f"{each.relative_to(path)}\0{digest}\n".encode())
        return whole.hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def documents_of(*, path: Path) -> Iterator[Document | Problem]:
    """Yield each document, and a `Problem` for each that cannot be read; raise `OSError` when `path` itself cannot."""
    if path.is_dir():
        yield from _folder(path)
    elif zipfile.is_zipfile(path) or path.suffix == ".zip":
        yield from _zip(path)
    elif path.stat().st_size > FILE_LIMIT:
        yield Problem(path.name, f"{path.stat().st_size} bytes, more than {FILE_LIMIT}")
    else:
        yield Document(path.name, path.read_bytes())


def _in_folder(path: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(path):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if Path(name).suffix.lower() in SUFFIXES:
                yield Path(folder, name)


def _folder(path: Path) -> Iterator[Document | Problem]:
    for count, each in enumerate(sorted(_in_folder(path))):
        place = str(each.relative_to(path))
        if count >= COUNT_LIMIT:
            yield Problem(path.name, f"more than {COUNT_LIMIT} documents; the rest was not read")
            return
        try:
            size = each.stat().st_size
            if size > DOCUMENT_LIMIT:
                yield Problem(place, f"{size} bytes, more than {DOCUMENT_LIMIT}")
            else:
                yield Document(place, each.read_bytes())
        except OSError as error:
            yield Problem(place, error.strerror or str(error))


def _zip(path: Path) -> Iterator[Document | Problem]:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        yield Problem(path.name, f"no whole zip file ({error}); fetch it again")
        return
    with archive:
        total = 0
        for count, entry in enumerate(archive.infolist()):
            if entry.is_dir() or Path(entry.filename).suffix.lower() not in SUFFIXES:
                continue
            total += entry.file_size
            if total > TOTAL_LIMIT or count >= COUNT_LIMIT:
                yield Problem(path.name, "it unpacks to more than the limits allow; the rest was not read")
                return
            yield _unpacked(archive, entry)


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Document | Problem:
    place = f"{Path(archive.filename or '').name}: {entry.filename}"
    if entry.file_size > DOCUMENT_LIMIT:
        return Problem(place, f"{entry.file_size} bytes, more than {DOCUMENT_LIMIT}")
    if entry.file_size > RATIO_LIMIT * max(entry.compress_size, 256):
        return Problem(place, f"it grows more than {RATIO_LIMIT} times when it is unpacked")
    try:
        with archive.open(entry) as stream:
            data = stream.read(entry.file_size + 1)  # what the directory promises, not what the stream may hold
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        return Problem(place, f"cannot be unpacked: {error}")
    if len(data) > entry.file_size:
        return Problem(place, "it is larger than the directory of the zip says")
    return Document(place, data)
