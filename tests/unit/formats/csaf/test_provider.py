"""The files of a CSAF trusted provider: complete, signed, the same each time, never outside of their tree."""

import csv
import hashlib
import io
import json
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

import pysequoia
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pysequoia import Cert, Sig, Tsk

from midstream.adapters.openpgp.signing import Signer
from midstream.formats.base.fault import DocumentError
from midstream.formats.csaf.places import METADATA, file_name
from midstream.formats.csaf.provider import Key, Provider, entry_of, lists, tree

FOUNDED = datetime(2026, 1, 1, tzinfo=UTC)
NEWER = datetime(2026, 6, 1, tzinfo=UTC)
WHITE = ".well-known/csaf/white"


def csaf(id_: str, *, year: int = 2026, month: int = 3, label: str = "WHITE", title: str = "A title") -> bytes:
    document = {
        "category": "csaf_security_advisory",
        "distribution": {"tlp": {"label": label}},
        "notes": [{"category": "summary", "text": "A summary."}],
        "title": title,
        "tracking": {
            "id": id_,
            "initial_release_date": f"{year}-01-15T10:00:00Z",
            "current_release_date": f"2026-{month:02}-15T10:00:00Z",
        },
    }
    return json.dumps({"document": document}).encode()


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer(secret_key=bytes(Tsk.generate(user_id="Example <security@example.org>")))


def provider(*keys: Key, **changes: Any) -> Provider:  # noqa: ANN401 - any field
    return Provider(
        **{"name": "Example", "namespace": "https://example.org", "base_url": "https://example.org", "keys": keys}
        | changes
    )


def test_a_trusted_provider_has_every_file_and_every_link_leads_to_one(signer: Signer) -> None:
    key = Key(fingerprint=signer.fingerprint, armoured=signer.public_key)
    documents = [csaf("ZEP-2026-0042"), csaf("ZEP-2025-0001", year=2025, month=4)]
    files = tree(
        documents=documents, provider=provider(key), now=FOUNDED, sign=lambda _, content: signer.detached(content)
    )
    metadata = json.loads(files[".well-known/csaf/provider-metadata.json"])
    assert metadata["role"] == "csaf_trusted_provider"
    assert metadata["last_updated"] == "2026-04-15T10:00:00Z"
    feed = json.loads(files[f"{WHITE}/csaf-feed-tlp-white.json"])["feed"]
    assert [entry["id"] for entry in feed["entry"]] == ["ZEP-2025-0001", "ZEP-2026-0042"]
    service = json.loads(files[f"{WHITE}/service.json"])
    addresses = [
        metadata["canonical_url"],
        *[each["url"] for each in metadata["public_openpgp_keys"]],
        *metadata["distributions"][0]["rolie"]["services"],
        *metadata["distributions"][0]["rolie"]["categories"],
        *[each["url"] for each in metadata["distributions"][0]["rolie"]["feeds"]],
        *[link["href"] for each in (feed, *feed["entry"]) for link in each["link"]],
        *[entry["content"]["src"] for entry in feed["entry"]],
        service["service"]["workspace"][0]["collection"][0]["href"],
    ]
    assert {address.removeprefix("https://example.org/") for address in addresses} <= files.keys()
    assert [link["rel"] for link in feed["entry"][0]["link"]] == ["self", "hash", "hash", "signature"]
    listed = files[f"{WHITE}/index.txt"].decode().split()
    assert listed == ["2025/zep-2025-0001.json", "2026/zep-2026-0042.json"]
    rows = list(csv.reader(io.StringIO(files[f"{WHITE}/changes.csv"].decode())))
    assert rows == [[listed[0], "2026-04-15T10:00:00Z"], [listed[1], "2026-03-15T10:00:00Z"]]
    certs = [Cert.from_bytes(signer.public_key)]
    for path in listed:
        content = files[f"{WHITE}/{path}"]
        assert files[f"{WHITE}/{path}.sha512"].split() == [
            hashlib.sha512(content).hexdigest().encode(),
            PurePosixPath(path).name.encode(),
        ]
        signature = Sig.from_bytes(files[f"{WHITE}/{path}.asc"])
        assert pysequoia.verify(bytes=content, store=lambda _ids: certs, signature=signature).valid_sigs


def test_the_metadata_says_when_it_changed() -> None:
    documents = [csaf("A-1"), csaf("A-2", month=5)]

    def metadata(standing: bytes, *, keys: tuple[Key, ...] = (), now: datetime = NEWER) -> Any:  # noqa: ANN401 - JSON
        entries = [entry_of(each) for each in documents]
        files = lists(entries, provider=provider(*keys), now=now, is_signed=bool(keys), standing=standing)
        return json.loads(files[METADATA]), files[METADATA]

    first, content = metadata(b"")
    assert first["last_updated"] == "2026-05-15T10:00:00Z"
    assert metadata(content)[1] == content
    key = Key(fingerprint="A" * 40, armoured=b"key")
    second, other = metadata(content, keys=(key,))
    assert second["last_updated"] == "2026-06-01T00:00:00Z"
    assert metadata(other, keys=(key,), now=datetime(2027, 1, 1, tzinfo=UTC))[1] == other
    assert metadata(b"junk")[1] == content


def test_a_document_of_another_version_has_no_place() -> None:
    document = json.loads(csaf("A-1"))
    document["document"]["csaf_version"] = "2.1"
    with pytest.raises(DocumentError, match="another version"):
        entry_of(json.dumps(document).encode())


def test_without_a_key_it_is_a_provider_and_says_no_more() -> None:
    files = tree(documents=[csaf("A-1")], provider=provider(), now=FOUNDED)
    metadata = json.loads(files[".well-known/csaf/provider-metadata.json"])
    assert metadata["role"] == "csaf_provider"
    assert "public_openpgp_keys" not in metadata
    assert not [path for path in files if path.endswith(".asc")]
    assert tree(documents=[csaf("A-1")], provider=provider(), now=datetime(2020, 1, 1, tzinfo=UTC)) == files


@pytest.mark.parametrize(
    ("id_", "name"),
    [
        ("ZEP-2026:0042", "zep-2026_0042.json"),
        ("2022_#01-A", "2022_01-a.json"),
        ("../../etc/passwd", "_etc_passwd.json"),
        ("a\\b\x00c", "a_b_c.json"),
        ("A+B", "a+b.json"),
    ],
)
def test_file_names_follow_the_rule(id_: str, name: str) -> None:
    assert file_name(id_) == name


@given(st.text(min_size=1, max_size=40))
def test_no_id_leaves_the_tree(id_: str) -> None:
    try:
        files = tree(documents=[csaf(id_)], provider=provider(), now=FOUNDED)
    except DocumentError:
        return
    assert all(".." not in PurePosixPath(path).parts and not path.startswith("/") for path in files)
    assert all(path.startswith(".well-known/csaf/") for path in files)


@pytest.mark.parametrize(
    ("documents", "change", "says"),
    [
        ([csaf("A-1"), csaf("a-1")], {}, "two documents would be the file"),
        ([csaf("A-1", label="AMBER")], {}, "TLP:AMBER"),
        ([b'{"document": {}}'], {}, "no /document/tracking/id"),
        ([b'{"document": {"tracking": {"id": "A"}}}'], {}, "no dates"),
        ([b"[]"], {}, "no JSON object"),
        ([csaf("///")], {}, "makes no file name"),
        ([], {"base_url": "http://example.org"}, "no address over https"),
        ([], {"base_url": "https://example.org/"}, "no address over https"),
        ([], {"keys": (Key(fingerprint="../x", armoured=b""),)}, "no fingerprint"),
    ],
)
def test_what_may_not_be_published_is_refused(documents: list[bytes], change: dict[str, Any], says: str) -> None:
    with pytest.raises(DocumentError, match=says.replace("/", "/")):
        tree(documents=documents, provider=provider(**change), now=FOUNDED)


def test_a_hostile_title_is_one_plain_line_in_the_feed() -> None:
    files = tree(documents=[csaf("A-1", title="=1+1\n\u202e<script>")], provider=provider(), now=FOUNDED)
    feed = json.loads(files[f"{WHITE}/csaf-feed-tlp-white.json"])["feed"]
    assert feed["entry"][0]["title"] == "=1+1 [U+202E]<script>"
