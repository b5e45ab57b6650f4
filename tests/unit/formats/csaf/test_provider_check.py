"""The files of a provider are checked before they are served: each rule of section 7.1 has a mutant."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pysequoia import Tsk

from midstream.adapters.openpgp.signing import Signer
from midstream.formats.csaf.places import METADATA
from midstream.formats.csaf.provider import Key, tree
from midstream.formats.csaf.provider_check import check_provider
from tests.unit.formats.csaf.test_provider import WHITE, csaf, provider

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BASE = "https://example.org"
FEED = f"{WHITE}/csaf-feed-tlp-white.json"
ONE = f"{WHITE}/2026/zep-2026-0042.json"
Files = dict[str, bytes]


@pytest.fixture(scope="module")
def right() -> Files:
    signer = Signer(secret_key=bytes(Tsk.generate(user_id="Example <security@example.org>")))
    key = Key(fingerprint=signer.fingerprint, armoured=signer.public_key)
    documents = [csaf("ZEP-2026-0042"), csaf("ZEP-2025-0001", year=2025)]
    return tree(documents=documents, provider=provider(key), now=NOW, sign=lambda _, content: signer.detached(content))


def gone(place: str) -> Callable[[Files], None]:
    def mutate(files: Files) -> None:
        del files[place]

    return mutate


def now(place: str, content: bytes) -> Callable[[Files], None]:
    def mutate(files: Files) -> None:
        files[place] = content

    return mutate


def moved(place: str, to: str) -> Callable[[Files], None]:
    def mutate(files: Files) -> None:
        for end in ("", ".sha256", ".sha512", ".asc"):
            files[to + end] = files.pop(place + end)

    return mutate


def edited(place: str, edit: Callable[[Any], object]) -> Callable[[Files], None]:
    def mutate(files: Files) -> None:
        document = json.loads(files[place])
        edit(document)
        files[place] = json.dumps(document).encode()

    return mutate


def without_link(rel: str, end: str) -> Callable[[Files], None]:
    def edit(document: Any) -> None:  # noqa: ANN401 (JSON)
        for entry in document["feed"]["entry"]:
            entry["link"] = [
                each for each in entry["link"] if each["rel"] != rel or not each["href"].endswith(end or "json")
            ]

    return edited(FEED, edit)


MUTANTS: list[tuple[str, Callable[[Files], None], str, str]] = [
    ("5.1", moved(ONE, f"{WHITE}/2026/ZEP-2026-0042.json"), "is called", "ZEP-2026-0042.json"),
    ("7.1.11", moved(ONE, f"{WHITE}/2027/zep-2026-0042.json"), "not the year of its first release", "2027"),
    ("7.1.18", gone(f"{ONE}.sha256"), "SHA256 beside the document is missing", "sha256"),
    ("7.1.18", gone(f"{ONE}.sha512"), "SHA512 beside the document is missing", "sha512"),
    ("7.1.18", edited(ONE, lambda each: each.update(a=1)), "of other bytes", "sha256"),
    ("7.1.19", gone(f"{ONE}.asc"), "the signature is missing", ".asc"),
    (
        "7.1.20",
        edited(METADATA, lambda each: each.pop("public_openpgp_keys")),
        "public_openpgp_keys is empty",
        METADATA,
    ),
    (
        "7.1.20",
        edited(METADATA, lambda each: each["public_openpgp_keys"][0].update(url=f"{BASE}/key.asc")),
        "does not stand at .well-known/csaf/openpgp/",
        METADATA,
    ),
    ("7.1.15", gone(FEED), "in no ROLIE feed", WHITE),
    ("7.1.15", edited(FEED, lambda each: each.update(each.pop("feed"))), "not wrapped", FEED),
    ("7.1.15", edited(FEED, lambda each: each["feed"]["category"][0].update(scheme="x")), "no category csaf", FEED),
    ("7.1.15", edited(FEED, lambda each: each["feed"]["entry"].pop()), "has no entry for", FEED),
    ("7.1.15", without_link("hash", ".sha256"), "no link hash", FEED),
    ("7.1.15", without_link("hash", ".sha512"), "no link hash", FEED),
    ("7.1.15", without_link("signature", ".asc"), "no link signature", FEED),
    ("7.1.15", without_link("self", ""), "no link self", FEED),
    ("7.1.12", now(f"{WHITE}/index.txt", b"2026/zep-2026-0042.json\n"), "does not name each document", "index.txt"),
    ("7.1.13", gone(f"{WHITE}/changes.csv"), "list of changes is missing", "changes.csv"),
    ("7.1.16", gone(f"{WHITE}/service.json"), "has no service", "service.json"),
    ("7.1.17", now(f"{WHITE}/category-csaf.json", b"{}"), "has no categories", "category-csaf.json"),
    ("7.1", gone(METADATA), "is missing", METADATA),
    (
        "7.1.7",
        edited(METADATA, lambda each: each.update(canonical_url="http://example.org/x")),
        "canonical_url",
        METADATA,
    ),
    (
        "7.1.7",
        edited(METADATA, lambda each: each["distributions"][0]["rolie"]["feeds"][0].update(url="http://example.org/f")),
        "leads to no feed",
        METADATA,
    ),
    ("7.1", now(FEED, b"\xff"), "is not UTF-8", FEED),
]


def test_what_we_make_is_right(right: Files) -> None:
    assert check_provider(right, base_url=BASE) == ()
    unsigned = tree(documents=[csaf("A-1")], provider=provider(), now=NOW)
    assert check_provider(unsigned, base_url=BASE) == ()


def test_a_provider_without_documents_is_right() -> None:
    files = tree(documents=[], provider=provider(), now=NOW)
    assert check_provider(files, base_url=BASE) == ()


@pytest.mark.parametrize(("rule", "mutate", "words", "path"), MUTANTS)
def test_each_mutant_is_found(right: Files, rule: str, mutate: Callable[[Files], None], words: str, path: str) -> None:
    files = dict(right)
    mutate(files)
    found = check_provider(files, base_url=BASE)
    named = [each for each in found if each.rule == rule and words in each.sentence]
    assert named, [f"{each.rule} {each.path}: {each.sentence}" for each in found]
    assert path in named[0].path


def test_http_is_no_way_to_provide(right: Files) -> None:
    assert "7.1.3" in {each.rule for each in check_provider(right, base_url="http://example.org")}
