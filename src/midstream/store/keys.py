"""The master key, in a file that only its owner may read."""

import contextlib
import os
import secrets
import stat
import tempfile
from pathlib import Path

from midstream.desk.ports import StoreTrouble

LENGTH = 32
"""Bytes of a key of AES-256 (FIPS 197)."""


def read_key(file: Path) -> bytes | None:
    """Return the master key, or None when there is no file; `StoreTrouble` when others may read it or it is none."""
    try:
        with file.open("rb") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            content = opened.read(200)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreTrouble(f"{file}: {error.strerror}", hint="Let your user read the file of the master key.") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise StoreTrouble(
            f"{file}: others may read the master key ({stat.filemode(mode)})",
            hint=f"Keep it to yourself: chmod 600 {file}",
        )
    try:
        key = bytes.fromhex(content.decode("ascii"))
    except ValueError:
        key = b""
    if len(key) != LENGTH:
        raise StoreTrouble(
            f"{file}: this is no master key",
            hint=f"A master key is {2 * LENGTH} hexadecimal digits; restore your copy.",
        )
    return key


def make_key(file: Path) -> bytes:
    """Return the master key, made now unless another process was quicker. The file is on the disk before it is used."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # readable by its owner alone
        try:
            _write(handle)
            with contextlib.suppress(FileExistsError):  # another process made it
                os.link(name, file)  # never over a key that is there
        finally:
            Path(name).unlink(missing_ok=True)
        _settle(file.parent)
    except OSError as error:
        raise StoreTrouble(
            f"{file}: the master key cannot be kept: {error.strerror}",
            hint="Let your user write its folder, then repeat the command.",
        ) from None
    key = read_key(file)
    if key is None:
        raise StoreTrouble(f"{file}: the master key vanished", hint="Restore it, then repeat the command.")
    return key


def _write(handle: int) -> None:
    with os.fdopen(handle, "w", encoding="ascii") as opened:
        opened.write(secrets.token_bytes(LENGTH).hex() + "\n")
        opened.flush()
        os.fsync(opened.fileno())


def _settle(folder: Path) -> None:
    """Wait until the folder's entries are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
