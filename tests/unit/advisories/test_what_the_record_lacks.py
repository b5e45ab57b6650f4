"""What a format has a name for and the record has no field for comes back to that format, and to no other."""

import json
from typing import Any

import msgspec
import pytest

from midstream.advisories.formats import TARGETS
from midstream.advisories.intake.merge import merge
from midstream.advisories.public import public_part
from midstream.advisories.reading import Provenance
from midstream.advisories.record import Advisory, Credit
from tests.advisories import NOW, PUBLISHER, RECORD, RELEASES, V31, V40

PUBLIC = public_part(RECORD, now=NOW)
CNA = ("containers", "cna")
FLAW = ("vulnerabilities", 0)
TEXT = {"lang": "en", "value": "Only with the option."}
CASES: list[tuple[str, tuple[str | int, ...], Any]] = [
    ("cve", (*CNA, "configurations"), TEXT),
    ("cve", (*CNA, "exploits"), TEXT),
    ("cve", (*CNA, "timeline"), {"time": "2025-01-01T00:00:00Z", "lang": "en", "value": "Found"}),
    ("cve", (*CNA, "tags"), "unsupported-when-assigned"),
    ("cve", (*CNA, "references", 0, "tags"), "x_ours"),
    ("cve", (*CNA, "metrics"), {"other": {"type": "ssvc", "content": {"id": "x"}}}),
    ("cve", (*CNA, "problemTypes"), {"descriptions": [{"lang": "en", "description": "Other"}]}),
    ("osv", ("severity",), {"type": "Ubuntu", "score": "medium"}),
    ("osv", ("affected", 0, "severity"), {"type": "CVSS_V3", "score": V31}),
    ("csaf20", ("document", "notes"), {"category": "legal_disclaimer", "text": "As it is."}),
    ("csaf20", ("document", "tracking", "aliases"), "ADV-1"),
    ("csaf20", (*FLAW, "involvements"), {"party": "vendor", "status": "completed"}),
    ("csaf20", (*FLAW, "notes"), {"category": "faq", "title": "Why?", "text": "Because."}),
    ("csaf20", (*FLAW, "references"), {"category": "external", "summary": "S", "url": "https://example.org/s"}),
    ("csaf21", (*FLAW, "x_extensions"), {"$schema": "https://example.org/x"}),
    ("cyclonedx", ("components", 0, "externalReferences"), {"type": "website", "url": "https://example.org"}),
    ("cyclonedx", ("components", 0, "properties"), {"name": "acme:a", "value": "b"}),
    ("cyclonedx", (*FLAW, "properties"), {"name": "acme:a", "value": "b"}),
    ("cyclonedx", (*FLAW, "ratings"), {"severity": "high", "method": "other"}),
    ("openvex", ("statements", 0, "products", 0, "subcomponents"), {"@id": "pkg:generic/part@1"}),
    ("ghsa", ("collaborating_users",), "octocat"),
]


def tree_of(name: str) -> dict[str, Any]:
    target = TARGETS[name]
    made = target.write(record=PUBLIC, publisher=PUBLISHER, releases=RELEASES, now=NOW)
    found: dict[str, Any] = json.loads(target.dump(made))
    return found


@pytest.mark.parametrize(("name", "where", "item"), CASES)
def test_an_item_that_the_record_has_no_field_for_comes_back(
    name: str, where: tuple[str | int, ...], item: object
) -> None:
    target = TARGETS[name]
    tree = tree_of(name)
    here: Any = tree
    for step in where[:-1]:
        here = here[step]
    here.setdefault(where[-1], []).append(item)
    reading = target.read(target.load(json.dumps(tree).encode()))
    assert [each.value for each in reading.partial.foreign] == [item]
    record = msgspec.structs.replace(PUBLIC, foreign=reading.partial.foreign)
    again = target.write(record=record, publisher=PUBLISHER, releases=RELEASES, now=NOW)
    assert json.loads(target.dump(again)) == tree


def test_a_description_with_an_html_copy_is_read() -> None:
    tree = tree_of("cve")
    media = [{"type": "text/html", "base64": False, "value": "<p>It leaks.</p>"}]
    cna = tree["containers"]["cna"]
    del cna["x_midstream"]
    cna["descriptions"] = [{"lang": "en", "value": "It leaks.", "supportingMedia": media}]
    target = TARGETS["cve"]
    assert target.read(target.load(json.dumps(tree).encode())).partial.details == {"en": "It leaks."}


def test_a_metric_with_two_versions_is_two_scores() -> None:
    tree = tree_of("cve")
    cna = tree["containers"]["cna"]
    del cna["x_midstream"]
    first, second = cna["metrics"]
    cna["metrics"] = [first | second]
    target = TARGETS["cve"]
    partial = target.read(target.load(json.dumps(tree).encode())).partial
    assert {each.vector for each in partial.score} == {V31, V40}
    assert partial.foreign == ()


def test_a_rejected_record_holds_nothing_of_a_published_one() -> None:
    target = TARGETS["cve"]
    tree = tree_of("cve")
    tree["containers"]["cna"] |= {"configurations": [TEXT], "x_theirs": 1}
    foreign = target.read(target.load(json.dumps(tree).encode())).partial.foreign
    record = msgspec.structs.replace(PUBLIC, state="rejected", reason="Never was.", foreign=foreign)
    made = target.write(record=record, publisher=PUBLISHER, releases=RELEASES, now=NOW)
    cna = json.loads(target.dump(made))["containers"]["cna"]
    assert set(cna) == {"providerMetadata", "rejectedReasons", "x_theirs"}


def test_the_summary_and_description_of_another_vendor_are_read() -> None:
    tree = tree_of("csaf20")
    tree["vulnerabilities"][0]["notes"] = [
        {"category": "summary", "title": "Vulnerability Summary", "text": "It leaks."},
        {"category": "description", "title": "Vulnerability Description", "text": "It leaks keys."},
    ]
    target = TARGETS["csaf20"]
    partial = target.read(target.load(json.dumps(tree).encode())).partial
    assert (partial.summary, partial.details) == ({"en": "It leaks."}, {"en": "It leaks keys."})
    assert partial.foreign == ()


@pytest.mark.parametrize("name", ["csaf20", "csaf21"])
def test_a_second_cve_id_is_no_id_of_another_system(name: str) -> None:
    target = TARGETS[name]
    ids = msgspec.structs.replace(PUBLIC.ids, aliases=("PYSEC-2025-1", "CVE-2025-1111"))
    record = msgspec.structs.replace(PUBLIC, ids=ids)
    document = target.write(record=record, publisher=PUBLISHER, releases=RELEASES, now=NOW)
    assert target.check(document, now=NOW) == ()
    assert target.read(document).partial.ids == ids


def test_a_metric_of_another_kind_is_no_fault() -> None:
    tree = tree_of("cve")
    tree["containers"]["cna"]["metrics"].append({"other": {"type": "ssvc", "content": {"id": "x"}}})
    target = TARGETS["cve"]
    assert target.check(target.load(json.dumps(tree).encode()), now=NOW) == ()


def test_what_only_looks_like_a_cve_id_stays_an_alias() -> None:
    target = TARGETS["osv"]
    raw = b'{"id": "x_1", "modified": "2025-01-01T00:00:00Z", "aliases": ["CVE-1", "CVE-2025-1111"]}'
    ids = target.read(target.load(raw)).partial.ids
    assert (ids.cve, ids.aliases) == ("CVE-2025-1111", ("CVE-1",))


def test_an_account_alone_is_nobody_else() -> None:
    ours = Credit(name="Bob", role="finder", consent="public")
    theirs = Credit(github="rosa", role="finder")
    found = merge(
        record=Advisory(credit=(ours,)),
        partial=Advisory(credit=(theirs,)),
        provenance=Provenance(target="ghsa", places={}),
    )
    assert found.record.credit == (ours, theirs)
    assert [each.field for each in found.taken] == ["credit[rosa]"]
