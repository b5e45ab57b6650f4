"""Signatures with Sequoia: made, checked, taken by other programs, and nothing of the key in an error."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pysequoia import Tsk

from midstream.adapters.openpgp.signing import KeyTrouble, Signer, is_signed
from tests.gnupg import gpg, home_in, is_good, needs_gpg


def generated(name: str = "One", *, seconds: int | None = None) -> bytes:
    """A secret key."""
    return bytes(Tsk.generate(user_id=name, validity_seconds=seconds))


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of GnuPG."""
    with home_in(tmp_path) as path:
        yield path


def test_a_signature_is_of_these_bytes_and_by_this_key() -> None:
    one, other = (Signer(secret_key=generated(name)) for name in ("One", "Other"))
    signature = one.detached(b"content")
    assert signature.startswith(b"-----BEGIN PGP SIGNATURE-----")
    assert is_signed(b"content", signature=signature, key=one.public_key)
    assert one.is_signed(b"content", signature=signature)
    assert not one.is_signed(b"contents", signature=signature)
    assert not other.is_signed(b"content", signature=signature)
    assert not is_signed(b"content", signature=signature, key=other.public_key)
    assert not is_signed(b"content", signature=b"junk", key=one.public_key)
    assert not is_signed(b"content", signature=signature, key=b"junk")
    assert b"PRIVATE" not in one.public_key
    assert one.fingerprint.isupper()
    assert one.takes_mail
    assert one.expires_at is None


def test_the_same_key_has_the_same_public_key() -> None:
    secret = generated()
    assert Signer(secret_key=secret).public_key == Signer(secret_key=secret).public_key


@needs_gpg
def test_gnupg_takes_what_we_sign(tmp_path: Path) -> None:
    signer = Signer(secret_key=generated())
    document, signature = tmp_path / "a.json", tmp_path / "a.json.asc"
    signature.write_bytes(signer.detached(b"content"))
    for content in (b"content", b"contents"):
        document.write_bytes(content)
        scratch = tmp_path / content.decode()
        scratch.mkdir()
        right = is_good(document, signature=signature, key=signer.public_key, scratch=scratch)
        assert right == (content == b"content")


@needs_gpg
def test_a_key_of_gnupg_signs_with_its_passphrase(home: Path) -> None:
    gpg(home, "--passphrase", "hunter22", "--quick-gen-key", "Boot <boot@example.org>", "ed25519", "sign", "1d")
    raw = gpg(home, "--passphrase", "hunter22", "--armor", "--export-secret-keys", "boot@example.org")
    signer = Signer(secret_key=raw, password="hunter22")  # noqa: S106 - the test's own
    assert signer.is_signed(b"x", signature=signer.detached(b"x"))
    assert not signer.takes_mail
    assert signer.expires_at is not None
    for password, said in ((None, "is locked with a passphrase"), ("hunter23", "the passphrase does not open")):
        with pytest.raises(KeyTrouble, match=said):
            Signer(secret_key=raw, password=password)


@needs_gpg
def test_the_signing_part_alone_is_enough(home: Path, tmp_path: Path) -> None:
    gpg(home, "--passphrase", "", "--quick-gen-key", "Boot <boot@example.org>", "ed25519", "cert", "1y")
    fingerprint = gpg(home, "--with-colons", "--list-keys").decode().split("fpr:::::::::")[1].split(":")[0]
    gpg(home, "--passphrase", "", "--quick-add-key", fingerprint, "ed25519", "sign", "1y")
    (tmp_path / "key.asc").write_bytes(gpg(home, "--armor", "--export-secret-subkeys"))
    signer = Signer.from_file(tmp_path / "key.asc")
    assert signer.fingerprint == fingerprint
    assert signer.is_signed(b"x", signature=signer.detached(b"x"))


def test_a_key_that_is_over_signs_nothing() -> None:
    secret = generated(seconds=1)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            Signer(secret_key=secret)
        except KeyTrouble as error:
            assert "expired on 20" in error.what  # noqa: PT017 - it is waited for
            return
        time.sleep(0.2)
    pytest.fail("the key did not expire")


@pytest.mark.parametrize(
    ("raw", "password", "said"),
    [
        (b"-----BEGIN PGP PRIVATE KEY BLOCK-----\nsecret words\n", None, "is no OpenPGP key"),
        (b"", None, "is no OpenPGP key"),
        (Signer(secret_key=generated()).public_key, None, "only the secret one signs"),
        (generated(), "secret words", "has no passphrase"),
    ],
    ids=["junk", "empty", "public", "not locked"],
)
def test_a_key_that_cannot_sign_is_refused_without_a_word_of_it(raw: bytes, password: str | None, said: str) -> None:
    with pytest.raises(KeyTrouble, match=said) as raised:
        Signer(secret_key=raw, password=password)
    assert "secret words" not in raised.value.what + raised.value.hint
    assert raised.value.hint
    assert raised.value.__cause__ is None


def test_a_key_file_that_is_not_there_is_told_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(KeyTrouble, match=r"missing\.asc cannot be read: No such file"):
        Signer.from_file(tmp_path / "missing.asc")
    with pytest.raises(KeyTrouble, match="cannot be read"):
        Signer.from_file(tmp_path)
