"""Statements of every format, whom they speak of, and what becomes of a finding when they agree or contradict."""

import json
from pathlib import Path

import pytest

from midstream.analysis.exposure.answers import Answer, answers_of
from midstream.analysis.exposure.errors import Unreadable
from midstream.analysis.exposure.inputs.purls import component_of_purl
from midstream.analysis.exposure.match import Component, Finding, Verdict
from midstream.analysis.exposure.statements import Statement, Status, speaks_of
from midstream.analysis.exposure.vers_ranges import is_in_vers
from midstream.analysis.exposure.vex import read_vex

CVE = "CVE-2026-1"
LIBRARY = component_of_purl("pkg:deb/debian/zlib1g@1.2.13-1?arch=amd64&distro=debian-12")
DEVICE = component_of_purl("pkg:generic/blinky@2.0")
DECLARED = Component(name="hostap", version="2.11", cpes=("cpe:2.3:a:w1.fi:hostapd:2.11:*:*:*:*:*:*:*",))


def said(status: Status = "not_affected", **more: object) -> Statement:
    kept: dict[str, object] = {"vulnerability": CVE, "said_by": "acme", "voice": "acme", "names": (LIBRARY.purl,)}
    return Statement(status=status, **(kept | more))  # type: ignore[arg-type]


def finding(verdict: Verdict = "affected", component: Component = LIBRARY) -> Finding:
    return Finding(component=component, vulnerability=CVE, aliases=("GHSA-x",), verdict=verdict, why="in the range")


def judged(*statements: Statement, found: Verdict | None = "affected", root: Component | None = None) -> list[Answer]:
    findings = [finding(found)] if found else []
    return answers_of(where="x", findings=findings, components=[LIBRARY], statements=statements, root=root)[0]


@pytest.mark.parametrize(
    ("names", "is_meant"),
    [
        ((LIBRARY.purl,), True),
        (("pkg:deb/debian/zlib1g",), True),
        (("pkg:deb/debian/zlib1g@1.2.13-1",), True),
        (("pkg:deb/debian/zlib1g@1.2.13-1?arch=amd64",), True),
        (("pkg:deb/debian/zlib1g@1.2.13-1?arch=arm64",), False),
        (("pkg:deb/debian/zlib1g@1.2.13-2",), False),
        (("pkg:deb/debian/zlib",), False),
        (("pkg:",), False),
        (("zlib1g",), False),
        (("pkg:npm/other", "pkg:deb/debian/zlib1g"), True),
        ((), False),
    ],
)
def test_whom_a_name_speaks_of(names: tuple[str, ...], is_meant: bool) -> None:  # noqa: FBT001 - from the table
    assert speaks_of(said(names=names), LIBRARY, root=None) is is_meant


@pytest.mark.parametrize(
    ("part", "release", "is_meant"),
    [
        ("pkg:rpm/redhat/web-libs@2.4-5.el8?arch=x86_64&epoch=0", "Red Hat:8", True),
        ("pkg:rpm/redhat/web@2.4-5.el8?arch=src", "Red Hat:8", True),
        ("pkg:rpm/redhat/web?arch=src", "Red Hat:8", True),
        ("pkg:rpm/redhat/web@2.4-6.el8?arch=src", "Red Hat:8", False),
        ("pkg:rpm/redhat/web-libs@2.4-5.el8?arch=s390x", "Red Hat:8", False),
        ("pkg:rpm/redhat/web?arch=src", "Red Hat:9", False),
    ],
)
def test_a_package_of_a_release_is_meant_in_every_document(part: str, release: str, *, is_meant: bool) -> None:
    query = "arch=x86_64&distro=rhel-8.9&upstream=web-2.4-5.el8.src.rpm"
    component = component_of_purl(f"pkg:rpm/redhat/web-libs@2.4-5.el8?{query}")
    statement = said(names=("cpe:/o:redhat:enterprise_linux:8",), parts=(part,), releases=(release,))
    assert speaks_of(statement, component, root=None) is is_meant


@pytest.mark.parametrize(
    ("name", "is_meant"),
    [
        ("cpe:2.3:a:w1.fi:hostapd:2.11:*:*:*:*:*:*:*", True),
        ("cpe:2.3:a:w1.fi:hostapd:*:*:*:*:*:*:*:*", True),
        ("cpe:2.3:a:w1.fi:hostapd:2.10:*:*:*:*:*:*:*", False),
        ("cpe:2.3:a:*:*:*:*:*:*:*:*:*:*", False),
        ("cpe:2.3:a", False),
    ],
)
def test_whom_a_cpe_speaks_of(name: str, is_meant: bool) -> None:  # noqa: FBT001 - from the table
    assert speaks_of(said(names=(name,)), DECLARED, root=None) is is_meant


def test_a_statement_about_a_part_holds_only_in_its_product() -> None:
    statement = said(names=("pkg:generic/blinky@2.0",), parts=("pkg:deb/debian/zlib1g",))
    assert speaks_of(statement, LIBRARY, root=DEVICE)
    assert not speaks_of(statement, LIBRARY, root=None)
    assert not speaks_of(statement, LIBRARY, root=component_of_purl("pkg:generic/blinky@2.1"))
    assert not speaks_of(statement, DEVICE, root=DEVICE)


def test_a_statement_about_versions_holds_for_those_only() -> None:
    assert speaks_of(said(versions=("1.2.13-1",)), LIBRARY, root=None)
    assert not speaks_of(said(versions=("1.2.13-2",)), LIBRARY, root=None)
    assert speaks_of(said(range="vers:deb/>=1.2|<1.3"), LIBRARY, root=None)
    assert not speaks_of(said(range="vers:deb/<1.2"), LIBRARY, root=None)
    assert not speaks_of(said(range="all of them"), LIBRARY, root=None)


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("vers:deb/*", ["1", "2"], []),
        ("vers:all/*", ["1", "no version", ""], []),
        ("vers:dart/<=1.0.0+1", ["1.0.0"], ["1.0.0+2"]),
        ("vers:semver/>=1.0.0|<2.0.0|<3.0.0|>=4.0.0|>=5.0.0", ["2.5.0", "4.5.0"], ["0.9.0", "3.0.0"]),
        ("vers:semver/>=1.0.0|<2.0.0", ["1.0.0", "1.9.9"], ["0.9.0", "2.0.0"]),
        ("vers:semver/>1.0.0|<=2.0.0|!=1.5.0", ["1.0.1", "2.0.0"], ["1.0.0", "1.5.0", "2.0.1"]),
        ("vers:semver/1.0.0|3.0.0", ["1.0.0", "3.0.0"], ["2.0.0"]),
        ("vers:semver/<1.0.0|>=2.0.0|<3.0.0", ["0.1.0", "2.5.0"], ["1.0.0", "3.0.0"]),
        ("vers:semver/>=2.0.0", ["2.0.0", "9.0.0"], ["1.0.0"]),
        ("vers:pypi/!=1.0", ["2.0"], ["1.0"]),
        ("vers:deb/<1%3A2", ["5"], ["1:3"]),
    ],
)
def test_ranges_in_vers(text: str, inside: list[str], outside: list[str]) -> None:
    assert [is_in_vers(text, version=version) for version in inside] == [True] * len(inside)
    assert [is_in_vers(text, version=version) for version in outside] == [False] * len(outside)


@pytest.mark.parametrize(
    "text",
    ["", "<2", "vers:generic/<2", "vers:semver/<x.y", "vers:deb", "vers:deb/>=1|<1", "vers:deb/1%2"],
)
def test_ranges_that_cannot_be_told(text: str) -> None:
    assert is_in_vers(text, version="1.0.0") is None


STATUSES: list[tuple[Status, Verdict]] = [
    ("not_affected", "not affected"),
    ("fixed", "fixed in this version"),
    ("affected", "affected"),
]


@pytest.mark.parametrize(("status", "verdict"), STATUSES)
def test_where_all_agree_their_word_counts_and_the_data_stays_beside_it(status: Status, verdict: Verdict) -> None:
    (answer,) = judged(said(status, justification="component_not_present"), found="unknown version")
    assert (answer.verdict, answer.found, answer.by, answer.is_disputed) == (
        verdict,
        "unknown version",
        "statement",
        False,
    )
    assert "acme says" in answer.why
    assert "component not present" in answer.why


@pytest.mark.parametrize("name", ["cve-2026-1", "GHSA-x"])
def test_a_statement_may_use_any_of_the_names(name: str) -> None:
    assert judged(said(vulnerability=name))[0].verdict == "not affected"


def test_contradictions_lower_nothing_and_show_both() -> None:
    (answer,) = judged(
        said("not_affected"), said("affected", said_by="evil", voice="evil"), found="fixed in this version"
    )
    assert (answer.verdict, answer.is_disputed, len(answer.statements)) == ("affected", True, 2)
    (answer,) = judged(said("not_affected"), said("fixed", voice="other", said_by="other"))
    assert (answer.verdict, answer.is_disputed) == ("affected", True)
    assert "acme says" in answer.why
    assert "other says" in answer.why


def test_of_one_voice_the_latest_counts() -> None:
    old = said("affected", at="2026-01-01T00:00:00Z")
    new = said("not_affected", at="2026-02-01T00:00:00Z")
    for order in ([old, new], [new, old]):
        (answer,) = judged(*order)
        assert (answer.verdict, answer.is_disputed, answer.statements) == ("not affected", False, (new,))
    (answer,) = judged(old, said("not_affected", at=old.at))
    assert answer.is_disputed


def test_under_investigation_changes_no_verdict() -> None:
    (answer,) = judged(said("under_investigation"))
    assert (answer.verdict, answer.by, len(answer.statements)) == ("affected", "data", 1)


def test_affected_counts_where_the_data_is_silent_and_harmless_has_nothing_to_answer() -> None:
    (answer,) = judged(said("affected", action="update"), found=None)
    assert (answer.verdict, answer.found, answer.by) == ("affected", "", "statement")
    assert judged(said("not_affected"), found=None) == []
    (answer,) = judged(said("affected"), said("fixed", voice="b", said_by="b"), found=None)
    assert answer.is_disputed


def test_statements_that_speak_of_nothing_here_are_given_back() -> None:
    idle = said(names=("pkg:npm/other",))
    _, unused = answers_of(where="x", findings=[finding()], components=[LIBRARY], statements=[said(), idle])
    assert unused == [idle]


OPENVEX = {
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": "https://example.org/vex/1",
    "author": "Acme",
    "timestamp": "2026-01-01T00:00:00Z",
    "statements": [
        {
            "vulnerability": {"name": CVE, "aliases": ["GHSA-x"]},
            "products": [{"@id": "pkg:generic/blinky@2.0", "subcomponents": [{"@id": "pkg:deb/debian/zlib1g"}]}],
            "status": "not_affected",
            "justification": "vulnerable_code_not_present",
        },
        {"vulnerability": CVE, "products": ["pkg:deb/debian/zlib1g"], "status": "fixed"},
        {"vulnerability": {"name": CVE}, "products": [{"identifiers": {"purl": "pkg:npm/a"}}], "status": "affected"},
        {"vulnerability": {"name": CVE}, "products": [], "status": "fixed"},
        {"vulnerability": {}, "products": ["x"], "status": "fixed"},
        {"vulnerability": {"name": CVE}, "products": ["x"], "status": "maybe"},
        3,
    ],
}
CSAF = {
    "document": {
        "csaf_version": "2.0",
        "publisher": {"name": "Acme PSIRT"},
        "tracking": {"id": "ACME-1", "current_release_date": "2026-01-02T00:00:00Z"},
    },
    "product_tree": {
        "branches": [
            {
                "category": "vendor",
                "name": "Acme",
                "branches": [
                    {
                        "category": "product_version_range",
                        "name": "vers:deb/<1.3",
                        "product": {
                            "product_id": "R",
                            "product_identification_helper": {"purl": "pkg:deb/debian/zlib1g"},
                        },
                    },
                    {"category": "product_version", "name": "2.0", "product": {"product_id": "D", "name": "blinky"}},
                ],
            }
        ],
        "full_product_names": [
            {"product_id": "N", "product_identification_helper": {"cpe": "cpe:2.3:a:v:n:1:*:*:*:*:*:*:*"}},
            {"product_id": "W", "product_identification_helper": {"purl": "pkg:generic/blinky@2.0"}},
        ],
        "relationships": [
            {
                "category": "default_component_of",
                "product_reference": "R",
                "relates_to_product_reference": "W",
                "full_product_name": {"product_id": "RW"},
            }
        ],
        "product_groups": [{"group_id": "G", "product_ids": ["R", "N"]}],
    },
    "vulnerabilities": [
        {
            "cve": CVE,
            "ids": [{"system_name": "x", "text": "ACME-7"}],
            "product_status": {
                "known_not_affected": ["R", "RW"],
                "fixed": ["N"],
                "recommended": ["N"],
                "known_affected": ["?"],
            },
            "flags": [{"label": "component_not_present", "group_ids": ["G"]}],
            "remediations": [{"category": "vendor_fix", "details": "update", "product_ids": ["N"]}],
        },
        {"product_status": {}},
    ],
}
CYCLONEDX = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.5",
    "components": [{"bom-ref": "z", "name": "zlib1g", "purl": LIBRARY.purl}],
    "vulnerabilities": [
        {
            "id": CVE,
            "references": [{"id": "GHSA-x"}],
            "affects": [{"ref": "urn:cdx:1/1#z"}, {"ref": "z", "versions": [{"version": "9", "status": "affected"}]}],
            "analysis": {"state": "false_positive", "detail": "no"},
        },
        {"id": CVE, "affects": [{"ref": "nothing"}], "analysis": {"state": "exploitable"}},
        {
            "id": CVE,
            "affects": [
                {
                    "ref": "z",
                    "versions": [
                        {"range": "vers:deb/<1.3"},
                        {"range": "vers:deb/>=1.3", "status": "unaffected"},
                        {"version": "2.0", "status": "unaffected"},
                        {"version": "3.0", "status": "unknown"},
                        {"range": "all of them"},
                        {"status": "affected"},
                        {"version": "4.0", "status": "perhaps"},
                    ],
                }
            ],
            "analysis": {"state": "exploitable"},
        },
        {"id": CVE, "affects": [{"ref": "z"}], "analysis": {"state": "whatever"}},
        {"id": CVE, "affects": [{"ref": "z"}]},
        {"affects": [{"ref": "z"}], "analysis": {"state": "resolved"}},
        4,
    ],
}


def read(tmp_path: Path, document: object) -> tuple[list[Statement], list[str]]:
    path = tmp_path / "vex.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    found = read_vex(path=path)
    assert all(str(path) in one.said_by for one in found.statements)
    return found.statements, found.faults


def test_openvex_is_read(tmp_path: Path) -> None:
    statements, faults = read(tmp_path, OPENVEX)
    first, second, third = statements
    assert (first.ids, first.status, first.justification) == (
        (CVE, "GHSA-x"),
        "not_affected",
        "vulnerable_code_not_present",
    )
    assert (first.parts, first.voice, first.at) == (("pkg:deb/debian/zlib1g",), "Acme", "2026-01-01T00:00:00Z")
    assert (second.status, second.names, third.names) == ("fixed", ("pkg:deb/debian/zlib1g",), ("pkg:npm/a",))
    assert [fault.partition(":")[2].strip() for fault in faults] == [
        "it names no product",
        "it names no vulnerability",
        "'maybe' is no status",
        "it is no object",
    ]


def test_csaf_is_read(tmp_path: Path) -> None:
    statements, faults = read(tmp_path, CSAF)
    by_range, within, fixed = statements
    assert (by_range.ids, by_range.range, by_range.justification) == (
        (CVE, "ACME-7"),
        "vers:deb/<1.3",
        "component_not_present",
    )
    assert (within.names, within.parts) == (("pkg:generic/blinky@2.0",), ("pkg:deb/debian/zlib1g",))
    assert (fixed.status, fixed.action, fixed.voice) == ("fixed", "update", "Acme PSIRT")
    assert [speaks_of(one, LIBRARY, root=None) for one in statements] == [True, False, False]
    assert speaks_of(within, LIBRARY, root=DEVICE)
    assert len(faults) == 2


def test_cyclonedx_is_read(tmp_path: Path) -> None:
    statements, faults = read(tmp_path, CYCLONEDX)
    assert {one.names for one in statements} == {(LIBRARY.purl,)}
    assert [(one.status, one.versions, one.range, speaks_of(one, LIBRARY, root=None)) for one in statements] == [
        ("not_affected", (), "", True),
        ("not_affected", ("9",), "", False),
        ("affected", (), "vers:deb/<1.3", True),
        ("not_affected", (), "vers:deb/>=1.3", False),
        ("not_affected", ("2.0",), "", False),
        ("under_investigation", ("3.0",), "", False),
    ]
    assert faults == [
        "vulnerabilities[2]: 'all of them' is no range as vers: writes it",
        "vulnerabilities[2]: an entry of versions has neither a version nor a range",
        "vulnerabilities[2]: 'perhaps' is no status of versions",
        "vulnerabilities[3]: 'whatever' is no state",
        "vulnerabilities[5]: it names no vulnerability",
        "vulnerabilities[6] is no object",
        "CVE-2026-1: 'nothing' names no component with a purl or CPE",
    ]


def test_cyclonedx_in_xml_says_the_same(tmp_path: Path) -> None:
    document = f"""<bom xmlns="http://cyclonedx.org/schema/bom/1.5"><components><component bom-ref="z" type="library">
    <name>zlib1g</name><purl>{LIBRARY.purl.replace("&", "&amp;")}</purl></component></components><vulnerabilities>
    <vulnerability><id>{CVE}</id><references><reference><id>GHSA-x</id></reference></references><analysis>
    <state>not_affected</state><detail>no</detail></analysis><affects><target><ref>z</ref></target></affects>
    </vulnerability></vulnerabilities></bom>"""
    ((statement,), faults) = read(tmp_path, document)
    assert (statement.ids, statement.names, faults) == ((CVE, "GHSA-x"), (LIBRARY.purl,), [])


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "<a/>", '{"document": {}}', '{"@context": 5}', "null"])
def test_what_is_no_vex_document_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(Unreadable) as error:
        read(tmp_path, text)
    assert "OpenVEX" in error.value.hint
