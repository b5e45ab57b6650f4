"""A published CSAF tree that is signed: every document, by the key of the settings, and only what we wrote."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pysequoia import Tsk
from sectxt import SecurityTXT

from midstream.adapters.openpgp.signing import KeyTrouble, Signer, is_signed
from midstream.desk.advisories import publication
from midstream.desk.advisories.drift import provider_faults
from midstream.desk.desk import Desk
from midstream.desk.ports import PublishTrouble
from midstream.desk.projects import activate_policy, load_project
from midstream.desk.worker import work_once
from midstream.formats.csaf.places import METADATA
from midstream.formats.securitytxt import document as securitytxt
from midstream.ledger.kinds.disclosure import AdvisoryPublished
from midstream.wiring.parts import open_signer
from tests.desks import POLICY, PROJECT, SITE, act, book, ended, publishing
from tests.gnupg import home_in, is_good, needs_gpg
from tests.unit.desk.test_publication import DUTY

DOCUMENT = ".well-known/csaf/white/2026/acme-1.json"
FEED = ".well-known/csaf/white/csaf-feed-tlp-white.json"
BASE = "https://security.acme.example.org"


def new_key(folder: Path, monkeypatch: pytest.MonkeyPatch, **more: Any) -> bytes:  # noqa: ANN401 - any option
    """Return the secret key that the settings name from now on."""
    secret = bytes(Tsk.generate(user_id="Acme <security@acme.example.org>", **more))
    path = folder / "site-key"
    path.write_bytes(secret)
    monkeypatch.setenv("MIDSTREAM_SITE_KEY_FILE", str(path))
    return secret


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = publishing(tmp_path / "site")
    made.open_signer = open_signer
    return made


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with home_in(tmp_path) as path:
        yield path


@pytest.fixture
def signer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Signer:
    return Signer(secret_key=new_key(tmp_path, monkeypatch))


def publish(desk: Desk, *, anew: bool = False) -> publication.Published:
    target = publication.the_target(desk, "")
    return publication.publish(desk, target=target, project="acme", by="ada", anew=anew)


def at(desk: Desk, place: str) -> Path:
    return Path(desk.site_at) / place


def test_the_tree_is_that_of_a_trusted_provider(desk: Desk, signer: Signer) -> None:
    ended(desk, "acme-1")
    ended(desk, "acme-2")
    done = publish(desk)
    assert (done.signed_by, done.notes) == (signer.fingerprint, ())
    key = at(desk, f".well-known/csaf/openpgp/{signer.fingerprint}.asc").read_bytes()
    assert key == signer.public_key
    for case in ("acme-1", "acme-2"):
        path = at(desk, f".well-known/csaf/white/2026/{case}.json")
        signature = path.with_name(f"{case}.json.asc").read_bytes()
        assert is_signed(path.read_bytes(), signature=signature, key=key)
        assert path.read_bytes() == at(desk, f"advisories/{case}.csaf20.json").read_bytes()
    metadata = json.loads(at(desk, METADATA).read_bytes())
    assert metadata["role"] == "csaf_trusted_provider"
    assert metadata["public_openpgp_keys"] == [
        {"fingerprint": signer.fingerprint, "url": f"{BASE}/.well-known/csaf/openpgp/{signer.fingerprint}.asc"}
    ]
    entries = json.loads(at(desk, FEED).read_bytes())["feed"]["entry"]
    assert [link["rel"] for link in entries[0]["link"]] == ["self", "hash", "hash", "signature"]
    for entry in entries:
        for link in entry["link"]:
            assert at(desk, link["href"].removeprefix(f"{BASE}/")).is_file()
    assert "with feed, digests and signatures" in at(desk, "data.html").read_text()


def test_the_tree_that_stands_there_is_checked(desk: Desk, signer: Signer) -> None:
    ended(desk)
    publish(desk)
    target = publication.the_target(desk, "")
    assert provider_faults(target) == []
    at(desk, f"{DOCUMENT}.asc").unlink()
    at(desk, DOCUMENT).with_name("theirs.json").write_bytes(b"{}")
    at(desk, f".well-known/csaf/openpgp/{signer.fingerprint}.asc").unlink()
    said = {each["place"]: each["said"] for each in provider_faults(target)}
    assert "the signature is missing (CSAF 2.0, section 7.1.19)" in said[f"{DOCUMENT}.asc"]
    assert f"the key {signer.fingerprint} does not stand at" in said[METADATA]
    assert DOCUMENT.replace("acme-1", "theirs") in said


def test_a_document_says_where_it_stands(desk: Desk, signer: Signer) -> None:
    del signer
    ended(desk)
    publish(desk)
    document = json.loads(at(desk, DOCUMENT).read_bytes())
    (own,) = [each["url"] for each in document["document"]["references"] if each["category"] == "self"]
    assert own == f"{BASE}/{DOCUMENT}"


def test_security_txt_leads_to_the_provider_and_the_key(desk: Desk, signer: Signer) -> None:
    ended(desk)
    publish(desk)
    path = at(desk, ".well-known/security.txt")
    found = securitytxt.read(path.read_bytes())
    assert found.csaf == (f"{BASE}/{METADATA}",)
    assert found.encryption == (f"{BASE}/.well-known/csaf/openpgp/{signer.fingerprint}.asc",)
    assert not [each for each in SecurityTXT(str(path), is_local=True).errors if each["code"] != "no_contact"]


@needs_gpg
def test_another_program_takes_the_signatures(desk: Desk, signer: Signer, tmp_path: Path) -> None:
    ended(desk)
    publish(desk)
    path = at(desk, DOCUMENT)
    key = at(desk, f".well-known/csaf/openpgp/{signer.fingerprint}.asc").read_bytes()
    assert is_good(path, signature=at(desk, f"{DOCUMENT}.asc"), key=key, scratch=tmp_path)


def test_a_second_run_writes_nothing(desk: Desk, signer: Signer) -> None:
    del signer
    ended(desk)
    publish(desk)
    desk.clock.pass_(days=2)  # type: ignore[attr-defined]
    assert publish(desk).outcome.is_unchanged
    assert publish(desk, anew=True).outcome.removed == ()
    before = at(desk, f"{DOCUMENT}.asc").read_bytes()
    ended(desk, "acme-2")
    done = publish(desk)
    assert f"{DOCUMENT}.asc" not in done.outcome.written
    assert ".well-known/csaf/white/2026/acme-2.json.asc" in done.outcome.written
    assert at(desk, f"{DOCUMENT}.asc").read_bytes() == before


def test_made_anew_it_keeps_what_is_right_and_mends_what_is_not(desk: Desk, signer: Signer) -> None:
    ended(desk)
    publish(desk)
    right = at(desk, f"{DOCUMENT}.asc").read_bytes()
    publish(desk, anew=True)
    assert at(desk, f"{DOCUMENT}.asc").read_bytes() == right
    at(desk, f"{DOCUMENT}.asc").write_bytes(b"nothing")
    publish(desk, anew=True)
    assert signer.is_signed(at(desk, DOCUMENT).read_bytes(), signature=at(desk, f"{DOCUMENT}.asc").read_bytes())


def test_a_new_key_signs_everything_again(
    desk: Desk, signer: Signer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended(desk)
    publish(desk)
    facts = list(desk.store.everything())
    desk.clock.pass_(days=2)  # type: ignore[attr-defined]
    other = Signer(secret_key=new_key(tmp_path, monkeypatch))
    done = publish(desk)
    assert done.signed_by == other.fingerprint
    assert other.is_signed(at(desk, DOCUMENT).read_bytes(), signature=at(desk, f"{DOCUMENT}.asc").read_bytes())
    assert done.outcome.removed == (f".well-known/csaf/openpgp/{signer.fingerprint}.asc",)
    metadata = json.loads(at(desk, METADATA).read_bytes())
    assert metadata["last_updated"].startswith(f"{desk.clock():%Y-%m-%d}")
    assert list(desk.store.everything()) == facts  # what the advisory says is the same
    assert publish(desk).outcome.is_unchanged


def test_a_later_end_of_the_same_key_signs_nothing_again(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = Tsk.generate(user_id="Acme", validity_seconds=30 * 86400)
    path = tmp_path / "key"
    path.write_bytes(bytes(secrets))
    monkeypatch.setenv("MIDSTREAM_SITE_KEY_FILE", str(path))
    ended(desk)
    (note,) = publish(desk).notes
    assert note.startswith("the key that signs expires on ")
    before = at(desk, f"{DOCUMENT}.asc").read_bytes()
    assert publish(desk).notes == (note,)
    assert at(desk, f"{DOCUMENT}.asc").read_bytes() == before


def test_nobody_elses_words_are_signed(
    desk: Desk, signer: Signer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del signer
    ended(desk)
    publish(desk)
    at(desk, "advisories/acme-1.csaf20.json").write_bytes(
        at(desk, DOCUMENT).read_bytes().replace(b"affected", b"fixed")
    )
    new_key(tmp_path, monkeypatch)
    before = at(desk, f"{DOCUMENT}.asc").read_bytes()
    with pytest.raises(PublishTrouble, match="is not what was published there"):
        publish(desk)
    assert at(desk, f"{DOCUMENT}.asc").read_bytes() == before


def test_without_a_key_it_says_so_and_which_setting_signs(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MIDSTREAM_SITE_KEY_FILE", raising=False)
    ended(desk)
    done = publish(desk)
    assert done.signed_by == ""
    assert done.notes == ("the CSAF documents are not signed; MIDSTREAM_SITE_KEY_FILE names the key that signs them",)
    assert json.loads(at(desk, METADATA).read_bytes())["role"] == "csaf_provider"
    assert not list(at(desk, ".well-known").rglob("*.asc"))
    assert b"CSAF:" in at(desk, ".well-known/security.txt").read_bytes()
    assert b"Encryption:" not in at(desk, ".well-known/security.txt").read_bytes()


def test_a_site_without_an_address_is_told_that_nothing_is_signed(desk: Desk, signer: Signer) -> None:
    del signer
    without = PROJECT + SITE.partition("[site]")[0]
    load_project(desk, text=without, where="midstream.toml", by="ada")
    ended(desk)
    done = publish(desk)
    assert done.signed_by == ""
    assert done.notes == ("nothing was signed: the site has no https address (site.url)",)


def test_signatures_come_and_go_with_the_key(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MIDSTREAM_SITE_KEY_FILE", raising=False)
    ended(desk)
    publish(desk)
    new_key(tmp_path, monkeypatch)
    written = set(publish(desk).outcome.written)
    assert {f"{DOCUMENT}.asc", METADATA, FEED, ".well-known/security.txt"} <= written
    assert DOCUMENT not in written
    monkeypatch.delenv("MIDSTREAM_SITE_KEY_FILE")
    assert f"{DOCUMENT}.asc" in publish(desk).outcome.removed


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        (b"junk words", "is no OpenPGP key"),
        (Signer(secret_key=bytes(Tsk.generate(user_id="Acme"))).public_key, "only the secret one signs"),
    ],
    ids=["missing", "junk", "public"],
)
def test_a_key_that_cannot_sign_stops_it_before_a_byte_is_written(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None, said: str
) -> None:
    path = tmp_path / "bad-key"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("MIDSTREAM_SITE_KEY_FILE", str(path))
    ended(desk)
    with pytest.raises(KeyTrouble, match=said) as raised:
        publish(desk)
    assert "junk words" not in str(raised.value) + raised.value.hint
    assert not Path(desk.site_at).exists()
    assert not any(isinstance(fact.body, AdvisoryPublished) for fact in desk.store.everything())


@pytest.mark.usefixtures("signer")
@pytest.mark.parametrize(
    ("content", "said"), [(None, "cannot be read"), ("\n", "is empty"), ("a passphrase", "has no passphrase")]
)
def test_a_passphrase_that_is_none_is_told(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None, said: str
) -> None:
    path = tmp_path / "passphrase"
    if content is not None:
        path.write_text(content)
    monkeypatch.setenv("MIDSTREAM_SITE_KEY_PASSWORD_FILE", str(path))
    with pytest.raises(PublishTrouble, match=said):
        publish(desk)
    monkeypatch.delenv("MIDSTREAM_SITE_KEY_FILE")
    with pytest.raises(PublishTrouble, match="a passphrase and no key"):
        publish(desk)


def test_the_worker_signs_too_and_tries_again_when_it_cannot(
    desk: Desk, signer: Signer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    activate_policy(desk, project="acme", book=book(POLICY.replace('version = "1"', 'version = "2"') + DUTY), by="ada")
    ended(desk)
    monkeypatch.setenv("MIDSTREAM_SITE_KEY_FILE", str(tmp_path / "missing"))
    done = next(each for each in work_once(desk) if each.verb == "record-publication")
    assert (done.outcome, "missing cannot be read" in done.detail) == ("failed", True)
    monkeypatch.setenv("MIDSTREAM_SITE_KEY_FILE", str(tmp_path / "site-key"))
    desk.clock.pass_(minutes=6)  # type: ignore[attr-defined]
    assert ("record-publication", "done") in [(each.verb, each.outcome) for each in work_once(desk)]
    assert signer.is_signed(at(desk, DOCUMENT).read_bytes(), signature=at(desk, f"{DOCUMENT}.asc").read_bytes())


def test_a_signature_that_does_not_read_back_is_not_recorded(
    desk: Desk, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Signer, "detached", lambda *_: b"nothing")
    del signer
    ended(desk)
    with pytest.raises(PublishTrouble, match=r"acme-1.json.asc was published and is no signature"):
        publish(desk)
    assert not any(isinstance(fact.body, AdvisoryPublished) for fact in desk.store.everything())


def test_news_of_a_case_is_signed_anew(desk: Desk, signer: Signer) -> None:
    ended(desk)
    publish(desk)
    before = at(desk, f"{DOCUMENT}.asc").read_bytes()
    desk.clock.now += timedelta(days=1)  # type: ignore[attr-defined]
    act(desk, "acme-1", "record-fix", commit="1f2e" * 10)
    publish(desk)
    after = at(desk, f"{DOCUMENT}.asc").read_bytes()
    assert after != before
    assert signer.is_signed(at(desk, DOCUMENT).read_bytes(), signature=after)
