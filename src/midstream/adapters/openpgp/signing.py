"""Detached signatures of published files, and the clear-signed security.txt."""

from pathlib import Path
from typing import Protocol

import pysequoia
from pysequoia import Cert, Sig, SignatureMode, Tsk


class KeyTrouble(Exception):
    """A key that cannot sign, or a signature that cannot be checked: `what`, and a `hint` what to do next."""

    def __init__(self, what: str, *, hint: str) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


class Standing(Protocol):
    """Gives what stands at a path already, or None."""

    def __call__(self, path: str, /) -> bytes | None:
        """Return the bytes."""


class Signer:
    """Signs with one secret key, which never leaves this object and is in no message.

    `standing` looks up a published file: a signature that stands there and is still right is given again, so that
    publishing twice changes nothing.
    """

    def __init__(self, *, secret_key: bytes, password: str | None = None, standing: Standing | None = None) -> None:
        try:
            secrets = Tsk.from_bytes(secret_key)
            self._cert = secrets.extract_certificate()
            self._signer = secrets.signer(password) if password else secrets.signer()
        except Exception as error:  # noqa: BLE001 - Sequoia raises plain Exception; its text may quote the key file
            raise KeyTrouble(
                f"the OpenPGP key cannot be used to sign ({type(error).__name__})",
                hint="Check that it is an OpenPGP secret key with a signing subkey that has not expired.",
            ) from None
        self._standing = standing or (lambda _path: None)

    @classmethod
    def from_file(cls, path: Path, *, password: str | None = None, standing: Standing | None = None) -> "Signer":
        """Return the signer for the key in a file; OSError when the file cannot be read."""
        return cls(secret_key=path.read_bytes(), password=password, standing=standing)

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the key, in capitals."""
        return self._cert.fingerprint.upper()

    @property
    def public_key(self) -> bytes:
        """The armoured public key."""
        return str(self._cert).encode()

    def detached(self, path: str, content: bytes) -> bytes:
        """The armoured detached signature of the content, the one that stands beside `path` while it is right."""
        present = self._standing(f"{path}.asc")
        if present is not None and is_signed(content, signature=present, key=self.public_key):
            return present
        return bytes(pysequoia.sign(self._signer, content, mode=SignatureMode.DETACHED))

    def clear(self, text: bytes) -> bytes:
        """The text in a clear-text signature (RFC 9580 section 7), as security.txt may be signed (RFC 9116, 2.3)."""
        return bytes(pysequoia.sign(self._signer, text, mode=SignatureMode.CLEAR))


def is_signed(content: bytes, *, signature: bytes, key: bytes) -> bool:
    """Whether the detached signature is a right one of the content, by the key; False for anything unreadable."""
    try:
        cert = Cert.from_bytes(key)
        found = pysequoia.verify(bytes=content, store=lambda _ids: [cert], signature=Sig.from_bytes(signature))
    except Exception:  # noqa: BLE001 - Sequoia raises plain Exception for every signature that is not right
        return False
    return bool(found.valid_sigs)
