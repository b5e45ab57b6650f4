"""Publishing at the desk: only what is public, checked before, read back after, recorded once."""

import json
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from midstream.adapters.publication import DirectoryTarget
from midstream.advisories.checks import agreement
from midstream.advisories.intake.imported import offer
from midstream.advisories.reading import Provenance
from midstream.advisories.record import Advisory, Component
from midstream.cases.errors import Refused
from midstream.desk.advisories import documents as advisories
from midstream.desk.advisories import publication
from midstream.desk.advisories.drift import differences
from midstream.desk.advisories.imports import read_in
from midstream.desk.desk import Desk
from midstream.desk.errors import Misuse, NotFound
from midstream.desk.ports import PublishTrouble
from midstream.desk.projects import activate_policy
from midstream.desk.worker import work_once
from midstream.formats.base.fault import DocumentError
from midstream.ledger.kinds.disclosure import AdvisoryConfirmed, AdvisoryPublished
from tests.desks import (
    COMMIT,
    POLICY,
    act,
    book,
    check_store,
    embargoed,
    ended,
    opened,
    publishing,
    tell,
)

DUTY = """
[[obligation]]
name = "publish the advisory"
clause = "A11"
after = ["embargo.ended", "embargo.declined"]
until = "advisory.published"
within = "24 hours"
work = "process"
do = "record-publication"
"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return publishing(tmp_path / "site")


def publish(desk: Desk, *cases: str, by: str = "ada", anew: bool = False) -> publication.Published:
    target = publication.the_target(desk, "")
    return publication.publish(desk, target=target, project="acme", by=by, cases=cases, anew=anew)


def site(desk: Desk) -> Path:
    return Path(desk.site_at)


def test_a_case_is_published_read_back_and_recorded(desk: Desk) -> None:
    case = ended(desk)
    done = publish(desk, case)
    assert done.cases == (case,)
    told = [fact.body for fact in done.facts]
    assert isinstance(told[0], AdvisoryPublished)
    assert isinstance(told[1], AdvisoryConfirmed)
    assert (told[0].target, told[0].digest) == ("site", told[1].digest)
    assert told[1].sent_at == done.facts[0].happened_at
    page = (site(desk) / "advisories/acme-1.html").read_text()
    assert "No fix on release/1.x and release/2.x." in page  # in whatever state the fix is, said truthfully
    assert "2.0.0 is affected by 1 published advisory" in (site(desk) / "acme/releases/2.0.0.html").read_text()
    check_store(desk)


def test_a_second_run_records_and_writes_nothing(desk: Desk) -> None:
    case = ended(desk)
    publish(desk, case)
    before = list(desk.store.everything())
    times = {path: path.lstat().st_mtime_ns for path in site(desk).parent.rglob("*") if path.name != "lock"}
    for cases in ((case,), ()):
        done = publish(desk, *cases)
        assert done.outcome.is_unchanged
        assert done.facts == ()
    assert list(desk.store.everything()) == before
    assert {path: path.lstat().st_mtime_ns for path in site(desk).parent.rglob("*") if path.name != "lock"} == times


def test_news_of_a_case_is_a_correction(desk: Desk) -> None:
    case = ended(desk)
    publish(desk, case)
    desk.clock.pass_(days=1)  # type: ignore[attr-defined]
    act(desk, case, "record-fix", commit=COMMIT)
    act(desk, case, "record-backport", branch="release/1.x", commit=COMMIT)
    act(desk, case, "record-release", branch="release/1.x", tag="v1.0.1")
    done = publish(desk, case)
    assert [fact.kind for fact in done.facts] == ["advisory.corrected", "advisory.confirmed"]
    assert "Fixed in 1.0.1." in (site(desk) / "advisories/acme-1.html").read_text()
    assert publish(desk, case).outcome.is_unchanged


def test_a_private_case_is_not_published(desk: Desk) -> None:
    embargoed(desk, "acme-1")
    with pytest.raises(Refused, match="acme-1 is not public"):
        publish(desk, "acme-1")
    assert not site(desk).exists()
    publish(desk)  # all public ones, of which there are none
    assert "acme-1" not in " ".join(
        path.read_bytes().decode("latin-1") for path in site(desk).rglob("*.*") if path.is_file()
    )


def test_what_is_under_embargo_is_in_no_byte_of_the_site(desk: Desk) -> None:
    ended(desk, "acme-1")
    embargoed(desk, "acme-2")
    publish(desk)
    for path in site(desk).resolve().rglob("*"):
        if path.is_file():
            assert b"acme-2" not in path.read_bytes(), path
            assert b"A secret reason" not in path.read_bytes(), path
            assert b"rosa@" not in path.read_bytes(), path


@pytest.mark.parametrize("by", ["mia", "rel", "nobody", ""])
def test_publishing_is_for_the_team(desk: Desk, by: str) -> None:
    with pytest.raises(Refused, match="not on the response team"):
        publish(desk, ended(desk), by=by)
    assert not site(desk).exists()


def test_an_unknown_case_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound):
        publish(desk, "acme-99")
    with pytest.raises(NotFound):
        publish(desk, "../../etc")


def test_nobody_exports_what_they_may_not_see(desk: Desk) -> None:
    embargoed(desk, "acme-1")
    for by in ("mia", "rel", "stranger", ""):
        if by == "mia":
            continue  # maintains the area
        with pytest.raises(NotFound):
            advisories.known(desk, "acme-1", by=by)
    case = ended(desk, "acme-2")
    with pytest.raises(Refused, match="no published advisory"):
        advisories.known(desk, case, by="stranger")
    publish(desk, case)
    at = advisories.known(desk, case, by="stranger")
    assert "A secret reason" not in str(at.record)
    assert "A secret reason" in str(advisories.known(desk, case, by="ada").record)
    assert "A secret reason" not in str(advisories.known(desk, case, by="ada", public=True).record)


def test_a_leak_is_found_before_a_byte_is_written(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    case = ended(desk)
    real = advisories.entry_of

    def leaking(record: object, **more: object) -> object:
        del record
        whole = advisories.known(desk, case, by="ada").record
        return real(whole, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(advisories, "entry_of", leaking)
    with pytest.raises(Refused, match="the document holds it, and it is not public") as caught:
        publish(desk, case)
    assert "A secret reason" not in str(caught.value) + caught.value.hint
    assert not site(desk).exists()


def test_a_disagreement_is_found_before_a_byte_is_written(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    case = ended(desk)
    monkeypatch.setattr(agreement, "verdicts_of", lambda *, releases, **_: ("fixed",) * len(releases))
    with pytest.raises(Refused, match=r"the record says that 1.0.0 is fixed, .* the document says affected"):
        publish(desk, case)
    assert not site(desk).exists()


def test_what_does_not_read_back_is_not_recorded(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    case = ended(desk)
    monkeypatch.setattr(DirectoryTarget, "digest", lambda *_: "")
    with pytest.raises(PublishTrouble, match="does not read back"):
        publish(desk, case)
    assert not any(isinstance(fact.body, AdvisoryPublished) for fact in desk.store.everything())
    monkeypatch.undo()
    assert [fact.kind for fact in publish(desk, case).facts] == ["advisory.published", "advisory.confirmed"]


def test_drift_is_told_by_field(desk: Desk) -> None:
    publish(desk, ended(desk))
    target = publication.the_target(desk, "")
    assert differences(desk, target=target) == []
    path = site(desk) / "advisories/acme-1.osv.json"
    document = json.loads(path.read_bytes())
    document["summary"] = "Nothing to see"
    path.write_text(json.dumps(document))
    found = differences(desk, target=target)
    assert [(row["place"], row["field"]) for row in found] == [("advisories/acme-1.osv.json", "/summary")]
    assert found[0]["found"] == '"Nothing to see"'
    again = publish(desk)
    assert again.outcome.is_unchanged
    assert again.notes[-1].startswith("not as published: advisories/acme-1.osv.json. See")
    publish(desk, anew=True)
    assert differences(desk, target=target) == []
    assert not any(note.startswith("not as published") for note in publish(desk).notes)


def test_the_worker_publishes_when_the_embargo_ends(desk: Desk) -> None:
    activate_policy(desk, project="acme", book=book(POLICY.replace('version = "1"', 'version = "2"') + DUTY), by="ada")
    embargoed(desk, "acme-1")
    assert [done.verb for done in work_once(desk)] == ["assign-cve"]
    desk.clock.pass_(days=91)  # type: ignore[attr-defined]
    rounds = [[(done.verb, done.outcome) for done in work_once(desk)] for _ in range(2)]
    assert rounds == [[("end-embargo", "done"), ("record-publication", "done")], []]
    assert (site(desk) / "advisories/acme-1.html").is_file()
    kinds = [fact.kind for fact in desk.store.facts("case/acme-1")]
    assert kinds[-4:] == ["action.attempted", "advisory.published", "advisory.confirmed", "action.attempted"]
    check_store(desk)


def test_a_worker_that_cannot_publish_says_so_and_tries_again(desk: Desk) -> None:
    activate_policy(desk, project="acme", book=book(POLICY.replace('version = "1"', 'version = "2"') + DUTY), by="ada")
    ended(desk)
    site(desk).write_text("in the way")
    done = next(each for each in work_once(desk) if each.verb == "record-publication")
    assert done.outcome == "failed"
    assert "Midstream did not make it" in done.detail
    site(desk).unlink()
    desk.clock.pass_(minutes=6)  # type: ignore[attr-defined]
    assert ("record-publication", "done") in [(each.verb, each.outcome) for each in work_once(desk)]


def test_without_a_place_the_worker_leaves_it_to_people(desk: Desk) -> None:
    desk.site_at = ""
    ended(desk)
    assert "record-publication" not in [each.verb for each in work_once(desk)]
    with pytest.raises(Misuse, match="no site is named"):
        publication.the_target(desk, "")


def test_a_document_is_taken_in_as_news_not_as_truth(desk: Desk) -> None:
    case = ended(desk)
    publish(desk, case)
    path = site(desk) / "advisories/acme-1.osv.json"
    found = read_in(desk, case, content=path.read_bytes(), format_="osv", by="ada")
    assert (found.offer.taken, found.offer.left, found.facts) == ((), (), ())
    document = json.loads(path.read_bytes())
    document["summary"] = "Another title"
    document["aliases"] = [*document.get("aliases", ()), "GHSA-2345-6789-cfgh"]
    document["database_specific"]["theirs"] = {"x": 1}
    changed = json.dumps(document).encode()
    dry = read_in(desk, case, content=changed, format_="osv", by="ada", dry=True)
    assert dry.facts == ()
    found = read_in(desk, case, content=changed, format_="osv", by="ada")
    assert [fact.kind for fact in found.facts] == ["advisory.imported"]
    assert [each.field for each in found.offer.taken] == ["ids.ghsa", "foreign[osv /database_specific/theirs]"]
    assert len(found.offer.left) == 1
    assert found.offer.left[0].startswith("title.en: the record says 'Key leaks'")
    before = list(desk.store.everything())
    again = read_in(desk, case, content=changed, format_="osv", by="ada")
    assert (again.offer.taken, again.facts, again.offer.left) == ((), (), found.offer.left)
    assert list(desk.store.everything()) == before
    at = advisories.known(desk, case, by="ada", public=True)
    for each in advisories.documents(desk, at).written:
        if each.format != "record":  # which is the record itself
            assert (b"theirs" in each.content) == (each.format == "osv"), each.format
    check_store(desk)


@pytest.mark.parametrize(("by", "format_", "error"), [("stranger", "osv", Refused), ("ada", "owl", Misuse)])
def test_not_everybody_and_not_everything_is_read_in(desk: Desk, by: str, format_: str, error: type[Exception]) -> None:
    case = ended(desk)
    publish(desk, case)
    before = list(desk.store.everything())
    with pytest.raises(error):
        read_in(desk, case, content=b"{}", format_=format_, by=by)
    assert list(desk.store.everything()) == before


def test_what_a_branch_is_only_a_verb_says(desk: Desk) -> None:
    case = ended(desk)
    at = advisories.known(desk, case, by="ada")
    line = msgspec.structs.replace(at.record.component[0].line[0], branch="release/9.x")
    partial = Advisory(component=(Component(key="acme", line=(line,)), Component(key="other", name="other")))
    found = offer(record=at.record, partial=partial, provenance=Provenance(target="osv"))
    assert found.taken == ()
    assert found.record == at.record
    assert len(found.left) == 2
    assert all("record it with its verb" in said for said in found.left)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff{}", "not UTF-8|not JSON"),
        (b"{", "not JSON"),
        (b"[]", "no JSON object"),
        (b"[" * 100 + b"]" * 100, "nested more than"),
        (b'{"id": "a", "id": "b"}', "two members are called"),
        (b'{"id": NaN}', "no JSON number"),
    ],
)
def test_a_document_that_cannot_be_taken_says_why(desk: Desk, content: bytes, said: str) -> None:
    case = ended(desk)
    before = list(desk.store.everything())
    with pytest.raises((DocumentError, Refused), match=said):
        read_in(desk, case, content=content, format_="osv", by="ada")
    assert list(desk.store.everything()) == before


def test_a_document_about_another_cve_is_refused(desk: Desk) -> None:
    case = ended(desk)
    act(desk, case, "assign-cve", cve="CVE-2026-12345", assigner="another CNA")
    before = list(desk.store.everything())
    raw = b'{"id": "CVE-1999-0001", "modified": "2025-01-01T00:00:00Z"}'
    with pytest.raises(Refused, match=r"is about CVE-1999-0001, and acme-1 is about CVE-2026-12345"):
        read_in(desk, case, content=raw, format_="osv", by="ada")
    assert list(desk.store.everything()) == before


@pytest.mark.parametrize(
    "more",
    [
        {"schema_version": "9.0.0"},
        {"summary": 7, "aliases": "none", "affected": {"x": 1}},
        {"id": "../../etc/passwd", "details": "<script>alert(1)</script>"},
    ],
)
def test_a_strange_document_is_read_as_far_as_it_can_be(desk: Desk, more: dict[str, object]) -> None:
    case = ended(desk)
    document = {"id": "x_1", "modified": "2025-01-01T00:00:00Z", "futuristic": [1], **more}
    found = read_in(desk, case, content=json.dumps(document).encode(), format_="osv", by="ada")
    assert "foreign[osv /futuristic]" in [each.field for each in found.offer.taken]
    publish(desk, case)
    page = (site(desk) / "advisories/acme-1.html").read_text()
    assert "<script>alert" not in page


def test_a_case_that_began_in_public_can_be_published(desk: Desk) -> None:
    case = opened(desk, "acme-9")
    tell(
        desk,
        f"case/{case}",
        AdvisoryPublished(channel="elsewhere", advisory="ACME-SA-9"),
        at=desk.clock() - timedelta(days=9),
    )
    publish(desk, case)
    assert (site(desk) / "advisories/acme-sa-9.html").is_file()
    assert publish(desk, case).outcome.is_unchanged
