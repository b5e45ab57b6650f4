"""Documents of strangers in every format that is read: a clear error or a kept unknown, never a crash."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from midstream.adapters.publication import DirectoryTarget
from midstream.advisories.formats import TARGETS
from midstream.advisories.public import public_part
from midstream.cases.errors import Refused
from midstream.desk.advisories import imports, publication
from midstream.desk.advisories.imports import ReadIn, read_in
from midstream.desk.desk import Desk
from midstream.desk.errors import Misuse
from midstream.desk.ports import PublishTrouble
from midstream.desk.projects import load_project
from midstream.formats.base.fault import DocumentError
from midstream.ledger.fact import BadFact
from midstream.ledger.kinds.disclosure import AdvisoryPublished
from midstream.site.places import BadName
from midstream.wiring.site import PublicSite
from tests.advisories import NOW, PUBLISHER, RECORD, RELEASES
from tests.desks import PROJECT, Clock, act, bare_desk, check_store, embargoed, equipped, opened, tell

CASE = "acme-1"
SITE = """
[[repository]]
name = "boot"
url = "https://github.com/acme/boot"

[site]
url = "https://security.acme.example.org"
"""
JSON = [name for name, target in TARGETS.items() if "json" in target.media_type]
PROSE = [name for name in TARGETS if name not in JSON]
EVERY = [*JSON, *PROSE]
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
LINK = "javascript:alert(3)"
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY a "' + b"x" * 100 + b'"><!ENTITY b "' + b"&a;" * 100 + b'">]>'
    b'<feed xmlns="http://www.w3.org/2005/Atom"><id>' + b"&b;" * 100 + b"</id></feed>"
)


def a_desk(folder: Path) -> Desk:
    """A desk whose case is public, and that publishes below the folder."""
    desk = bare_desk(clock=Clock())
    desk.site = PublicSite()
    desk.open_target = lambda path: DirectoryTarget(Path(path))
    desk.site_at = str(folder / "www" / "site")
    equipped(desk)
    load_project(desk, text=PROJECT + SITE, where="midstream.toml", by="ada")
    embargoed(desk, CASE)
    act(desk, CASE, "end-embargo", reason="expired")
    return desk


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk that no test changes: every import that is tried is refused, or dry."""
    return a_desk(tmp_path_factory.mktemp("shared"))


def right(name: str) -> bytes:
    """The full record's document in the format."""
    target = TARGETS[name]
    record = public_part(RECORD, now=NOW)
    return target.dump(target.write(record=record, publisher=PUBLISHER, releases=RELEASES, now=NOW))


def tried(desk: Desk, content: bytes, name: str) -> ReadIn | Exception:
    """What came of reading it in; nothing was recorded."""
    before = list(desk.store.everything())
    try:
        return read_in(desk, CASE, content=content, format_=name, by="ada", dry=True)
    except (DocumentError, Misuse, Refused) as error:
        return error
    finally:
        assert list(desk.store.everything()) == before


def edited(edit: Callable[[Any], object]) -> Callable[[str], bytes]:
    """A right document with a change."""

    def made(name: str) -> bytes:
        tree = json.loads(right(name))
        edit(tree)
        return json.dumps(tree).encode()

    return made


def twice(name: str) -> bytes:
    """A right document whose first member is there twice."""
    raw = right(name)
    first = json.loads(raw).popitem()[0]
    return raw.rstrip()[:-1] + b"," + json.dumps(first).encode() + b": 1}"


REFUSED: dict[str, tuple[list[str], Callable[[str], bytes], str]] = {
    "nothing": (EVERY, lambda _: b"", ""),
    "another kind of file": (EVERY, lambda _: b"\x89PNG\r\n\x1a\n\0\0\0", ""),
    "not UTF-8": ([*JSON, "atom", "zephyr", "trustedfirmware"], lambda name: right(name)[:-9] + b"\xff\xfe\xff" + right(name)[-9:], ""),
    "not UTF-8 at all": (EVERY, lambda name: right(name).decode(errors="replace").encode("utf-16"), ""),
    "cut off": ([*JSON, "atom"], lambda name: right(name)[: len(right(name)) // 2], ""),
    "a page of HTML": ([*JSON, "atom", "zephyr", "trustedfirmware"], lambda _: b"<!doctype html><title>404</title>", ""),
    "no object": (JSON, lambda name: b"[" + right(name) + b"]", "no JSON object"),
    "null": (JSON, lambda _: b"null", "no JSON object"),
    "over the limit": (EVERY, right, "no advisory|that large|more than"),
    "lists in lists": (JSON, lambda name: b'{"x":' + b"[" * 90_000 + b"]" * 90_000 + b"," + right(name).lstrip()[1:], "nested more than"),
    "elements in elements": (["atom"], lambda _: b'<feed xmlns="http://www.w3.org/2005/Atom">' + b"<a>" * 50_000, ""),
    "entities in entities": (["atom"], lambda _: BOMB, "doctype"),
    "two members of one name": (JSON, twice, "two members are called"),
    "a number beyond all use": (JSON, edited(lambda tree: tree.update(x=0)), "1e999 is no JSON number"),
    "no number": (JSON, lambda name: b'{"x": NaN,' + right(name).lstrip()[1:], "no JSON number"),
    "half a character": (JSON, lambda name: b'{"x": "\\ud800",' + right(name).lstrip()[1:], "lone surrogates"),
}  # fmt: skip
"""What is refused: the formats, the document, and words of the error."""


@pytest.mark.parametrize(("name", "what"), [(name, what) for what, row in REFUSED.items() for name in row[0]])
def test_what_is_no_document_is_refused_in_words(
    shared: Desk, name: str, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, made, words = REFUSED[what]
    content = made(name)
    if what == "over the limit":
        monkeypatch.setattr(imports, "LIMIT", len(content) - 1)
    if what == "a number beyond all use":
        content = content.replace(b'"x": 0', b'"x": 1e999')
    error = tried(shared, content, name)
    assert isinstance(error, DocumentError | Misuse), error
    assert getattr(error, "hint", "")
    assert len(str(error)) < 400
    assert any(word.lower() in f"{error} {error.hint}".lower() for word in words.split("|"))


def wrong_types(tree: Any, depth: int = 0) -> Any:  # noqa: ANN401 (JSON)
    """The tree with every list as a text, every text as a list, and every number as an object, two levels down."""
    if depth < 2 and isinstance(tree, dict):
        return {name: wrong_types(value, depth + 1) for name, value in tree.items()}
    return {str: [[7]], list: "none", dict: 7, int: {"x": []}, bool: "yes", float: "much"}.get(type(tree), [])


@pytest.mark.parametrize("name", JSON)
def test_wrong_types_are_passed_over(shared: Desk, name: str) -> None:
    found = tried(shared, json.dumps(wrong_types(json.loads(right(name)))).encode(), name)
    assert isinstance(found, ReadIn)
    assert {each.field.partition("[")[0] for each in found.offer.taken} <= {"foreign"}


VERSION = {
    "cve": ("dataVersion", "9.9.9"),
    "osv": ("schema_version", "9.9.9"),
    "csaf20": ("document", {"csaf_version": "9.9"}),
    "csaf21": ("document", {"csaf_version": "9.9"}),
    "openvex": ("@context", "https://openvex.dev/ns/v9.9.9"),
    "cyclonedx": ("specVersion", "9.9"),
    "cyclonedx-1.6": ("specVersion", "9.9"),
    "spdx": ("@context", "https://spdx.org/rdf/9.9.9/spdx-context.jsonld"),
    "ghsa": ("api_version", "2099-01-01"),
}


@pytest.mark.parametrize("name", JSON)
def test_a_later_version_is_read_as_far_as_it_can_be_and_its_unknowns_are_kept(shared: Desk, name: str) -> None:
    tree = json.loads(right(name))
    member, version = VERSION[name]
    if isinstance(version, dict):
        tree[member] |= version
    else:
        tree[member] = version
    tree["of_later_versions"] = {"x": [1]}
    found = tried(shared, json.dumps(tree).encode(), name)
    assert isinstance(found, ReadIn)
    assert f"foreign[{name.removesuffix('-1.6')} /of_later_versions]" in [each.field for each in found.offer.taken]


@pytest.mark.parametrize("name", EVERY)
def test_a_document_about_another_flaw_is_refused(tmp_path: Path, name: str) -> None:
    desk = a_desk(tmp_path)
    act(desk, CASE, "assign-cve", cve="CVE-2026-12345", assigner="another CNA")
    error = tried(desk, right(name), name)
    assert isinstance(error, Refused)
    assert "is about CVE-2025-53022, and acme-1 is about CVE-2026-12345" in str(error)


def hostile(name: str) -> bytes:
    """A document whose texts are scripts, whose links are none, and whose ids are paths."""
    record = RECORD.__class__(
        **{each: getattr(RECORD, each) for each in RECORD.__struct_fields__}
        | {
            "summary": {"en": SCRIPT},
            "details": {"en": f"{SCRIPT}\n\n[here]({LINK}) <{LINK}> ![x]({LINK})"},
            "impact": {"en": SCRIPT},
            "reference": tuple(
                RECORD.reference[0].__class__(url=url, title=SCRIPT, kind="web")
                for url in (LINK, "data:text/html,x", 'https://example.org/"><script>alert(4)</script>')
            ),
            "workaround": (RECORD.workaround[0].__class__(key="w1", text={"en": SCRIPT}),),
        }
    )
    target = TARGETS[name]
    public = public_part(record, now=NOW)
    return target.dump(target.write(record=public, publisher=PUBLISHER, releases=RELEASES, now=NOW))


@pytest.mark.parametrize("name", EVERY)
def test_hostile_texts_and_links_reach_no_page(tmp_path: Path, name: str) -> None:
    desk = a_desk(tmp_path)
    found = read_in(desk, CASE, content=hostile(name), format_=name, by="ada")
    target = publication.the_target(desk, "")
    publication.publish(desk, target=target, project="acme", by="ada", cases=(CASE,))
    pages = [path.read_text() for path in Path(desk.site_at).rglob("*.html")]
    is_told = {"summary.en", "details.en", "impact.en"} & {each.field for each in found.offer.taken}
    assert any("&lt;script&gt;alert(1)" in page for page in pages) == bool(is_told)
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert 'href="javascript:' not in page
        assert 'href="data:' not in page
        assert 'src="javascript:' not in page
    check_store(desk)


IDS = ("../../x", "/etc/passwd", "a/b", "a\\b", "..", ".", "a\0b", "a\nb", "x" * 300, "\u202egnp.exe", "CON", " ")


@pytest.mark.parametrize("id_", IDS, ids=range(len(IDS)))
@pytest.mark.parametrize("name", JSON)
def test_an_id_that_is_a_path_is_a_text_like_any_other(shared: Desk, name: str, id_: str) -> None:
    raw = right(name)
    for known in ("x_TFMV-9", "TFMV-9", "GHSA-2345-6789-cfgh"):
        raw = raw.replace(json.dumps(known).encode(), json.dumps(id_).encode())
    found = tried(shared, raw, name)
    assert not isinstance(found, Exception) or isinstance(found, DocumentError)


@pytest.mark.parametrize("id_", IDS, ids=range(len(IDS)))
def test_an_advisory_whose_id_is_a_path_stays_inside_of_the_site(tmp_path: Path, id_: str) -> None:
    desk = a_desk(tmp_path)
    case = opened(desk, "acme-9")
    beside = {"store", "www"}
    try:
        tell(desk, f"case/{case}", AdvisoryPublished(channel="elsewhere", advisory=id_))
        publication.publish(desk, target=publication.the_target(desk, ""), project="acme", by="ada")
    except (BadFact, BadName, Refused, PublishTrouble, DocumentError) as error:
        assert str(error)  # noqa: PT017 - either is fine; what counts is what stands there after
    there = {path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*")}
    assert there <= beside
    assert {path.relative_to(tmp_path / "www").parts[0] for path in (tmp_path / "www").rglob("*")} <= {
        "site",
        ".site.midstream",
    }
    assert all(".." not in path.parts and len(path.name) < 256 for path in Path(desk.site_at).rglob("*"))
    assert not Path("/etc/passwd.html").exists()


SEVERAL = {
    "csaf20": ("vulnerabilities", {"cve": "CVE-2024-1111", "notes": [{"category": "summary", "text": "Theirs."}]}),
    "openvex": (
        "statements",
        {
            "vulnerability": {"name": "CVE-2024-1111", "description": "Theirs."},
            "products": [{"@id": "pkg:generic/x@1"}],
            "status": "fixed",
        },
    ),
    "cyclonedx": ("vulnerabilities", {"id": "CVE-2024-1111", "detail": "Theirs."}),
}


@pytest.mark.parametrize("name", SEVERAL)
def test_of_a_document_about_several_flaws_the_one_of_the_case_is_read(tmp_path: Path, name: str) -> None:
    desk = a_desk(tmp_path)
    act(desk, CASE, "assign-cve", cve="CVE-2025-53022", assigner="another CNA")
    tree = json.loads(right(name))
    where, other = SEVERAL[name]
    tree[where].insert(0, other)
    found = tried(desk, json.dumps(tree).encode(), name)
    assert isinstance(found, ReadIn)
    told = " ".join([*map(repr, found.offer.taken), *found.offer.left])
    assert "Theirs." not in told
    assert "CVE-2024-1111" not in told
    assert found.offer.taken
    stranger = TARGETS[name].read(TARGETS[name].load(json.dumps(tree).encode()))
    assert stranger.partial.ids.cve == "CVE-2024-1111"
    assert stranger.partial.ids.aliases == ()
    assert any("only" in each for each in stranger.doubts)
