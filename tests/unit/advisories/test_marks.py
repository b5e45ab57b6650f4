"""The format of a document is told from its own marks; one that is unclear is said to be so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midstream.advisories.formats import TARGETS
from midstream.advisories.intake.marks import format_of
from midstream.advisories.public import public_part
from midstream.formats.base.fault import DocumentError
from tests.advisories import NOW, PUBLISHER, RECORD, RELEASES


@pytest.mark.parametrize("name", TARGETS)
def test_every_document_of_ours_is_known_again(name: str) -> None:
    target = TARGETS[name]
    record = public_part(RECORD, now=NOW)
    document = target.write(record=record, publisher=PUBLISHER, releases=RELEASES, now=NOW)
    assert format_of(target.dump(document)) == name


OTHERS = [
    (b'{"ghsa_id": "GHSA-2345-6789-cfgh", "summary": "A flaw"}', "ghsa"),
    (b'\xef\xbb\xbf {"dataType": "CVE_RECORD"}', "cve"),
    (b'{"bomFormat": "CycloneDX", "specVersion": "1.4"}', "cyclonedx"),
    (b'{"id": "OSV-1", "modified": "2026-01-01T00:00:00Z", "affected": []}', "osv"),
    (b'{"@context": "https://openvex.dev/ns", "statements": []}', "openvex"),
    (b'<?xml version="1.0"?>\n<feed xmlns="http://www.w3.org/2005/Atom"/>', "atom"),
    (b"From: a@example.org\r\nTo: b@example.org\r\nSubject: A flaw\r\n\r\nText", "mail"),
    (b"Notes\n=====\n\n.. midstream: begin CVE-2026-1000\n", "zephyr"),
    (b"Advisory TFV-1\n==============\n", "trustedfirmware"),
]


@pytest.mark.parametrize(("content", "name"), OTHERS, ids=[name for _, name in OTHERS])
def test_documents_of_others_are_known_by_their_marks(content: bytes, name: str) -> None:
    assert format_of(content) == name


UNCLEAR = {
    "nothing": (b"", "looked for"),
    "prose": (b"A flaw was found.\n", "the header of a mail"),
    "another feed": (b'<rss version="2.0"/>', "the namespace of Atom"),
    "another object": (b'{"name": "a flaw"}', "dataType"),
    "a future version": (b'{"document": {"csaf_version": "3.0"}}', "csaf_version"),
    "two formats": (b'{"dataType": "CVE_RECORD", "bomFormat": "CycloneDX"}', "the marks of cve and cyclonedx"),
    "marks of wrong types": (b'{"document": {"csaf_version": ["2.0"]}, "@context": 5, "id": 7}', "looked for"),
    "no JSON": (b'{"dataType": "CVE_RECORD"', "not JSON"),
    "no text": (bytes(range(256)), "looked for"),
}


@pytest.mark.parametrize(("content", "said"), UNCLEAR.values(), ids=UNCLEAR)
def test_an_unclear_document_is_said_to_be_so(content: bytes, said: str) -> None:
    with pytest.raises(DocumentError, match=said) as raised:
        format_of(content)
    assert raised.value.hint


@given(st.binary(max_size=200))
def test_no_bytes_are_more_than_an_error(content: bytes) -> None:
    try:
        found = format_of(content)
    except DocumentError:
        return
    assert found in TARGETS
