"""Detached signatures of published files, by one secret key."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pysequoia
from pysequoia import Cert, Sig, SignatureMode, Tsk

from midstream.desk.ports import PublishTrouble

LARGEST: Final = 1 << 20
"""Bytes of a key file; real ones have a few thousand."""


class KeyTrouble(PublishTrouble):
    """A key that cannot sign: `what`, and a `hint` what to do next. Nothing of the key is in either."""


class Signer:
    """`desk.ports.Signer` with one secret key, which never leaves this object and is in no message."""

    def __init__(self, *, secret_key: bytes, password: str | None = None, where: str = "the OpenPGP key") -> None:
        """Keep the key, unlocked; raise `KeyTrouble`, which calls it `where`, when it cannot sign now."""
        try:
            secrets = Tsk.from_bytes(secret_key)
            self._cert = secrets.extract_certificate()
        except Exception:  # noqa: BLE001 - Sequoia raises plain Exception; its text may quote the key file
            raise KeyTrouble(
                f"{where} is no OpenPGP key", hint="Export it with: gpg --armor --export-secret-keys FINGERPRINT."
            ) from None
        if bytes(secrets) == bytes(self._cert):
            raise KeyTrouble(
                f"{where} is a public key, and only the secret one signs",
                hint="Export it with: gpg --armor --export-secret-keys FINGERPRINT.",
            )
        self._check_standing(where)
        try:
            self._signer = secrets.signer(password) if password else secrets.signer()
        except Exception as error:  # noqa: BLE001 - as above
            raise _trouble(where, str(error), has_password=bool(password)) from None

    @classmethod
    def from_file(cls, path: Path, *, password: str | None = None) -> "Signer":
        """Return the signer for the key in a file; raise `KeyTrouble` also when it cannot be read."""
        try:
            with path.open("rb") as file:
                secret_key = file.read(LARGEST)
        except OSError as error:
            raise KeyTrouble(
                f"the key file {path} cannot be read: {error.strerror or error}",
                hint="Check the path, and that your user may read it.",
            ) from None
        return cls(secret_key=secret_key, password=password, where=f"the key in {path}")

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the key, in capitals."""
        return self._cert.fingerprint.upper()

    @property
    def public_key(self) -> bytes:
        """The armoured public key; the same for the same key."""
        return str(self._cert).encode()

    @property
    def expires_at(self) -> datetime | None:
        """The moment from which the key signs no more, None when there is none."""
        return self._cert.expiration

    @property
    def takes_mail(self) -> bool:
        """Whether something can be encrypted to the key: not every key that signs has a part for that."""
        try:
            pysequoia.encrypt(recipients=[self._cert], bytes=b"")
        except Exception:  # noqa: BLE001 - Sequoia raises plain Exception when there is no such part
            return False
        return True

    def detached(self, content: bytes) -> bytes:
        """The armoured detached signature of the content: another one each time."""
        return bytes(pysequoia.sign(self._signer, content, mode=SignatureMode.DETACHED))

    def is_signed(self, content: bytes, *, signature: bytes) -> bool:
        """Whether the detached signature is a right one of the content, by this key."""
        return _is_signed(content, signature=signature, cert=self._cert)

    def _check_standing(self, where: str) -> None:
        if self._cert.is_revoked:
            raise KeyTrouble(f"{where} was revoked", hint="Name the key that is used instead of it.")
        ends = self._cert.expiration
        if ends is not None and ends <= datetime.now(UTC):
            raise KeyTrouble(
                f"{where} expired on {ends:%Y-%m-%d}",
                hint="Set a later date (gpg --quick-set-expire) and export it again, or name a newer key.",
            )


def _trouble(where: str, said: str, *, has_password: bool) -> KeyTrouble:
    """Return what is wrong with a key that cannot be unlocked, of which only our own words are told."""
    if "suitable signing" in said:
        return KeyTrouble(
            f"{where} has no part that signs, or none that is still valid", hint="Add a signing subkey to it."
        )
    if "is not encrypted" in said:
        return KeyTrouble(f"{where} has no passphrase, and one was given", hint="Leave the passphrase out.")
    if has_password:
        return KeyTrouble(f"the passphrase does not open {where}", hint="Check the file of the passphrase.")
    return KeyTrouble(f"{where} is locked with a passphrase", hint="Name a file with it, and nothing else in it.")


def is_signed(content: bytes, *, signature: bytes, key: bytes) -> bool:
    """Whether the detached signature is a right one of the content, by the key; False for anything unreadable."""
    try:
        cert = Cert.from_bytes(key)
    except Exception:  # noqa: BLE001 - Sequoia raises plain Exception for what is no key
        return False
    return _is_signed(content, signature=signature, cert=cert)


def _is_signed(content: bytes, *, signature: bytes, cert: Cert) -> bool:
    try:
        found = pysequoia.verify(bytes=content, store=lambda _ids: [cert], signature=Sig.from_bytes(signature))
    except Exception:  # noqa: BLE001 - Sequoia raises plain Exception for every signature that is not right
        return False
    return bool(found.valid_sigs)
