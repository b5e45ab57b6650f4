"""Signatures with Sequoia: made, checked, and nothing of the key in an error."""

import pytest
from pysequoia import Tsk

from midstream.adapters.openpgp.signing import KeyTrouble, Signer, is_signed


def test_a_signature_is_of_these_bytes_and_by_this_key() -> None:
    one, other = (Signer(secret_key=bytes(Tsk.generate(user_id=name))) for name in ("One", "Other"))
    signature = one.detached("x", b"content")
    assert signature.startswith(b"-----BEGIN PGP SIGNATURE-----")
    assert is_signed(b"content", signature=signature, key=one.public_key)
    assert not is_signed(b"contents", signature=signature, key=one.public_key)
    assert not is_signed(b"content", signature=signature, key=other.public_key)
    assert not is_signed(b"content", signature=b"junk", key=one.public_key)
    assert b"PRIVATE" not in one.public_key
    assert one.fingerprint.isupper()


def test_text_is_signed_in_clear() -> None:
    signer = Signer(secret_key=bytes(Tsk.generate(user_id="One")))
    assert b"\nContact: mailto:x@example.org\n" in signer.clear(b"Contact: mailto:x@example.org\n")


def test_a_key_that_cannot_sign_is_refused_without_a_word_of_it() -> None:
    public = Signer(secret_key=bytes(Tsk.generate(user_id="One"))).public_key
    for raw in (public, b"-----BEGIN PGP PRIVATE KEY BLOCK-----\nsecret words\n", b""):
        with pytest.raises(KeyTrouble, match="cannot be used to sign") as raised:
            Signer(secret_key=raw)
        assert "secret words" not in raised.value.what + raised.value.hint
        assert raised.value.hint
