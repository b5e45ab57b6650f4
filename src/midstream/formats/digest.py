"""The sha256 of small and large documents."""

from collections.abc import Callable
from typing import Any

_SMALL = 4 * 1024 * 1024
"""Bytes below which loading OpenSSL (3 ms, 3 MB) costs more than it saves."""


def sha256_of(data: bytes, /) -> str:
    """Return the sha256 of a document, in hex."""
    if len(data) < _SMALL and (plain := _plain()) is not None:
        return str(plain(data).hexdigest())
    import hashlib  # noqa: PLC0415 - it loads OpenSSL, which a short command can do without

    return hashlib.sha256(data).hexdigest()


def _plain() -> Callable[[bytes], Any] | None:
    """Return Python's own sha256, where this interpreter has one."""
    for name in ("_sha2", "_sha256"):  # since 3.12, and before
        try:
            module = __import__(name)
        except ImportError:
            continue
        found: Callable[[bytes], Any] = module.sha256
        return found
    return None
