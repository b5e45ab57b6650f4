"""Blobs in SQL: AES-256-GCM (NIST SP 800-38D) under a random key per case, itself wrapped by the master key.

The associated data of a blob are its case and digest, that of a key its case: nothing sealed for one case opens in
another. Destroying a case's key makes its blobs useless wherever they were copied to without the key.
"""

import hashlib
import hmac
import secrets
from pathlib import Path
from typing import Any

from midstream.desk.ports import StoreTrouble
from midstream.store.database import Database
from midstream.store.keys import LENGTH, make_key, read_key

_NONCE = 12
"""Bytes of a nonce (NIST SP 800-38D, section 8.2.2: 96 bits, random; far below 2^32 uses of one key)."""

BLOB_LIMIT = 256 * 1024 * 1024
"""Bytes one content may have; it is sealed whole, in memory."""


class Vault:
    """The blobs of one store and the file of its master key. The file is read when the first blob asks for it."""

    __slots__ = ("_master", "db", "key_file")  # a plain class: its repr must not show the key

    def __init__(self, *, db: Database, key_file: Path) -> None:
        self.db = db
        self.key_file = key_file
        self._master = b""

    def put(self, cursor: Any, case: str, content: bytes) -> str:
        """Return the digest of the content, kept within a transaction; the same content twice is kept once."""
        if len(content) > BLOB_LIMIT:
            raise StoreTrouble(
                f"{case}: a content of {len(content)} bytes, more than {BLOB_LIMIT}", hint="Keep it outside the store."
            )
        digest = hashlib.sha256(content).hexdigest()
        key = self._case_key(cursor, case) or self._make_case_key(cursor, case)
        cursor.execute("SELECT 1 FROM blob WHERE case_id = %s AND digest = %s", [case, digest])
        if cursor.fetchone() is None:
            nonce, sealed = _seal(key, content, bound=_bound(case, digest))
            cursor.execute(
                "INSERT INTO blob (case_id, digest, nonce, sealed) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
                [case, digest, nonce, sealed],
            )
        return digest

    def get(self, case: str, digest: str) -> bytes | None:
        """Return the content, None when it is not there; raise `StoreTrouble` naming case and digest when damaged."""
        with self.db.reading() as cursor:
            cursor.execute(
                "SELECT b.nonce, b.sealed, k.nonce, k.wrapped FROM blob b LEFT JOIN case_key k ON k.case_id = b.case_id"
                " WHERE b.case_id = %s AND b.digest = %s",
                [case, digest],
            )
            row = cursor.fetchone()
        if row is None or row[3] is None:
            return None
        nonce, sealed, key_nonce, wrapped = row
        key = _open(self._master_key(), key_nonce, wrapped, bound=_bound(case))
        if key is None:
            raise self._locked(f"{case}: its content {digest} cannot be read: its key does not open")
        content = _open(key, nonce, sealed, bound=_bound(case, digest))
        if content is None or not hmac.compare_digest(hashlib.sha256(content).hexdigest(), digest):
            raise StoreTrouble(
                f"{self.db.place}: {case}: its content {digest} is damaged", hint="Restore it from a backup."
            )
        return content

    def erase(self, case: str) -> int:
        """Destroy the key and the blobs of the case; return how many blobs there were."""
        with self.db.writing() as cursor:
            cursor.execute("DELETE FROM case_key WHERE case_id = %s", [case])
            cursor.execute("DELETE FROM blob WHERE case_id = %s", [case])
            count = int(cursor.rowcount)
        if not self.db.is_postgresql:
            with self.db.reading() as cursor:
                # Pages from before the erasure are still in the write-ahead log. While others read, it stays until
                # the next checkpoint that can.
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                cursor.fetchall()
        return count

    def has_key(self, case: str) -> bool:
        """Return whether the case's key exists."""
        with self.db.reading() as cursor:
            cursor.execute("SELECT 1 FROM case_key WHERE case_id = %s", [case])
            return cursor.fetchone() is not None

    def count(self, case: str) -> int:
        """Return how many blobs the case has."""
        with self.db.reading() as cursor:
            cursor.execute("SELECT COUNT(*) FROM blob WHERE case_id = %s", [case])
            return int(cursor.fetchone()[0])

    def _case_key(self, cursor: Any, case: str) -> bytes | None:
        hold = " FOR SHARE" if self.db.is_postgresql else ""
        cursor.execute(f"SELECT nonce, wrapped FROM case_key WHERE case_id = %s{hold}", [case])
        row = cursor.fetchone()
        if row is None:
            return None
        key = _open(self._master_key(), *row, bound=_bound(case))
        if key is None:
            raise self._locked(f"{case}: its key does not open")
        return key

    def _make_case_key(self, cursor: Any, case: str) -> bytes:
        master = self._master or read_key(self.key_file)
        if master is None:
            cursor.execute("SELECT COUNT(*) FROM case_key")
            (count,) = cursor.fetchone()
            if count:
                raise self._missing()
            master = make_key(self.key_file)
        self._master = master
        key = secrets.token_bytes(LENGTH)
        nonce, wrapped = _seal(master, key, bound=_bound(case))
        cursor.execute(
            "INSERT INTO case_key (case_id, nonce, wrapped) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [case, nonce, wrapped],
        )
        if cursor.rowcount == 1:
            return key
        found = self._case_key(cursor, case)  # another command made it at the same moment
        if found is None:
            raise StoreTrouble(f"{case}: its content is being erased", hint="Repeat the command.")
        return found

    def _master_key(self) -> bytes:
        if not self._master:
            found = read_key(self.key_file)
            if found is None:
                raise self._missing()
            self._master = found
        return self._master

    def _missing(self) -> StoreTrouble:
        return StoreTrouble(
            f"{self.key_file}: the file of the master key is missing, and cases have content under it",
            hint="Restore your copy of the file; without it that content cannot be read.",
        )

    def _locked(self, what: str) -> StoreTrouble:
        return StoreTrouble(
            f"{self.db.place}: {what} with the master key of {self.key_file}",
            hint="Name the file of the master key that belongs to this store; if it does, the key is damaged.",
        )


def _bound(*parts: str) -> bytes:
    """Return the associated data that bind a content to its case and digest, or a key to its case."""
    return b"midstream:" + "\n".join(parts).encode()


def _seal(key: bytes, content: bytes, *, bound: bytes) -> tuple[bytes, bytes]:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - only blobs need it

    nonce = secrets.token_bytes(_NONCE)
    return nonce, AESGCM(key).encrypt(nonce, content, bound)


def _open(key: bytes, nonce: Any, sealed: Any, *, bound: bytes) -> bytes | None:
    """Return what was sealed, or None when key, nonce, associated data or content are not what they were."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - as above

    try:
        return AESGCM(key).decrypt(bytes(nonce), bytes(sealed), bound)
    except (InvalidTag, TypeError, ValueError):
        return None
