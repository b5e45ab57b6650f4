"""GnuPG, where it is installed, with a home of a test's own."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

needs_gpg = pytest.mark.skipif(
    not (shutil.which("gpg") and shutil.which("gpgv") and shutil.which("gpgconf")), reason="GnuPG is not installed"
)


def gpg(home: Path, *args: str, stdin: bytes = b"") -> bytes:
    """Return what GnuPG says with that home; raise `CalledProcessError` when it fails."""
    command = ["gpg", "--homedir", str(home), "--batch", "--pinentry-mode", "loopback", *args]
    return subprocess.run(command, input=stdin, capture_output=True, check=True).stdout


@contextmanager
def home_in(folder: Path) -> Iterator[Path]:
    """Yield a new home in the folder; its agent is stopped afterwards."""
    home = folder / "gnupg"
    home.mkdir(mode=0o700)
    try:
        yield home
    finally:
        stop = ["gpgconf", "--homedir", str(home), "--kill", "gpg-agent"]
        subprocess.run(stop, capture_output=True, check=False)


def is_good(document: Path, *, signature: Path, key: bytes, scratch: Path) -> bool:
    """Return whether gpgv takes the detached signature as one of the document by the armoured key."""
    ring = scratch / "ring.gpg"
    with home_in(scratch) as home:
        ring.write_bytes(gpg(home, "--dearmor", stdin=key))
    command = ["gpgv", "--keyring", str(ring), str(signature), str(document)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
