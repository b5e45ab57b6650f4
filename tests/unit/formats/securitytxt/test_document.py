"""security.txt: sectxt agrees, and each broken rule is named."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from sectxt import Parser

from midstream.formats.base.fault import DocumentError
from midstream.formats.securitytxt.document import SecurityTxt, check, read, write

NOW = datetime.now(UTC).replace(microsecond=0)
FILE = SecurityTxt(
    contact=("mailto:security@example.org", "https://example.org/report"),
    expires=NOW + timedelta(days=300),
    encryption=("https://example.org/key.asc",),
    preferred_languages=("en", "de"),
    canonical=("https://example.org/.well-known/security.txt",),
    policy=("https://example.org/policy",),
    csaf=("https://example.org/.well-known/csaf/provider-metadata.json",),
    other=(("Bug-Bounty", "False"),),
)


def test_the_file_is_right_and_comes_back() -> None:
    raw = write(FILE)
    assert check(FILE, now=NOW) == ()
    assert read(raw) == FILE
    parser = Parser(raw)
    assert parser.is_valid(), parser.errors
    signed = b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n" + raw + b"-----BEGIN PGP SIGNATURE-----\nx\n"
    assert read(signed) == FILE


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"contact": ()}, "Contact"),
        ({"contact": ("security@example.org",)}, "Contact"),
        ({"expires": None}, "Expires"),
        ({"expires": NOW - timedelta(seconds=1)}, "Expires"),
        ({"expires": NOW + timedelta(days=366)}, "Expires"),
        ({"encryption": ()}, "Encryption"),
        ({"encryption": ("http://example.org/key",)}, "Encryption"),
        ({"canonical": ()}, "Canonical"),
        ({"canonical": ("http://example.org",)}, "Canonical"),
        ({"csaf": ("https://example.org/csaf",)}, "CSAF"),
        ({"preferred_languages": ("english!",)}, "Preferred-Languages"),
    ],
)
def test_each_mutant_is_found(change: dict[str, object], path: str) -> None:
    assert [fault.path for fault in check(msgspec.structs.replace(FILE, **change), now=NOW)] == [path]


def test_a_value_cannot_add_a_line() -> None:
    hostile = msgspec.structs.replace(FILE, policy=("https://example.org/\nContact: mailto:evil@example.net",))
    assert read(write(hostile)).contact == FILE.contact


@pytest.mark.parametrize("raw", [b"\xff", b"x" * 70_000])
def test_what_cannot_be_read_is_refused(raw: bytes) -> None:
    with pytest.raises(DocumentError):
        read(raw)
    assert read(b"<html>\n# Contact: x\nexpires: never\n") == SecurityTxt()
