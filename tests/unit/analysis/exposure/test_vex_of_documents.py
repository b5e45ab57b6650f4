"""What SPDX 3 and CycloneDX documents say of vulnerabilities: beside a scan, of themselves, and as a source."""

import json
from pathlib import Path
from typing import Any

import pytest

from midstream.analysis.exposure.inputs.inventory import Inventory
from midstream.analysis.exposure.inputs.reading import read_input
from midstream.analysis.exposure.match import Component, match
from midstream.analysis.exposure.statements import speaks_of
from midstream.analysis.exposure.vex import read_vex
from tests.unit.analysis.exposure.conftest import MakeIndex

CVE = "CVE-2026-1"


def package(name: str, purl: str = "", **more: object) -> dict[str, Any]:
    return {"type": "software_Package", "spdxId": f"urn:{name}", "name": name, "software_packageUrl": purl, **more}


def said(status: str, to: str | list[str], **more: object) -> dict[str, Any]:
    return {
        "type": f"security_Vex{status}VulnAssessmentRelationship",
        "spdxId": f"urn:said:{status}:{to}",
        "creationInfo": "_:made",
        "from": "urn:flaw",
        "to": to,
        **more,
    }


GRAPH: list[Any] = [
    {"type": "CreationInfo", "@id": "_:made", "created": "2026-11-01T00:00:00Z", "createdBy": ["urn:acme"]},
    {"type": "Organization", "spdxId": "urn:acme", "name": "Acme", "creationInfo": "_:made"},
    {"type": "Organization", "spdxId": "urn:beta", "name": "Beta", "creationInfo": "_:made"},
    {"type": "SpdxDocument", "spdxId": "urn:doc", "name": "blinky", "rootElement": ["urn:blinky"]},
    {
        "type": "security_Vulnerability",
        "spdxId": "urn:flaw",
        "externalIdentifier": [
            {"type": "ExternalIdentifier", "externalIdentifierType": "securityOther", "identifier": "GHSA-x"},
            {"type": "ExternalIdentifier", "externalIdentifierType": "cve", "identifier": CVE},
        ],
    },
    {"type": "security_Vulnerability", "spdxId": "urn:nameless"},
    package("blinky", "pkg:generic/blinky@2.0"),
    package("demo", "pkg:pypi/demo@1.0"),
    package("bare", "pkg:pypi/bare", software_packageVersion="3.0"),
    package("unknown"),
    said("NotAffected", "urn:demo", security_justificationType="vulnerableCodeNotPresent"),
    said("Affected", ["urn:bare", "urn:elsewhere"], security_actionStatement="Update.", suppliedBy="urn:beta"),
    said("Fixed", "urn:blinky", security_assessedElement="urn:demo", security_modifiedTime="2026-11-02T00:00:00Z"),
    said("UnderInvestigation", "urn:unknown"),
    said("Fixed", "urn:bare", security_withdrawnTime="2026-11-03T00:00:00Z"),
    said("Fixed", "urn:bare", **{"from": "urn:nameless"}),
    7,
]
DOCUMENT = {"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": GRAPH}
DEMO = Component(ecosystem="PyPI", name="demo", version="1.0", purl="pkg:pypi/demo@1.0")


@pytest.fixture
def spdx(tmp_path: Path) -> Path:
    path = tmp_path / "spdx.json"
    path.write_text(json.dumps(DOCUMENT))
    return path


LOST = [
    "urn:said:Affected:['urn:bare', 'urn:elsewhere']: it is about 'urn:elsewhere', which is not in the document",
    "urn:said:Fixed:urn:bare: it was withdrawn",
    "urn:said:Fixed:urn:bare: what it is from, 'urn:nameless', has no id of a vulnerability",
]


def test_an_spdx_document_beside_a_scan(spdx: Path) -> None:
    read = read_vex(path=spdx)
    assert read.kind == "SPDX 3"
    not_affected, affected, within = read.statements
    assert (not_affected.ids, not_affected.status) == ((CVE, "GHSA-x"), "not_affected")
    assert (not_affected.justification, not_affected.voice) == ("vulnerable_code_not_present", "Acme")
    assert (affected.names, affected.action, affected.voice) == (("pkg:pypi/bare@3.0",), "Update.", "Beta")
    assert (within.names, within.parts) == (("pkg:generic/blinky@2.0",), ("pkg:pypi/demo@1.0",))
    assert (not_affected.at, within.at) == ("2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z")
    assert [speaks_of(each, DEMO, root=None) for each in read.statements] == [True, False, False]
    assert read.faults == [*LOST, f"{CVE}: 'urn:unknown' has neither purl nor CPE"]


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        ({"to": {"spdxId": "urn:demo"}}, "it is about nothing that can be read"),
        ({"to": []}, "it is about nothing that can be read"),
        ({"security_assessedElement": {"spdxId": "urn:demo"}}, "it is about nothing that can be read"),
        ({"security_assessedElement": "urn:nobody"}, "it is about 'urn:nobody', which is not in the document"),
        ({"from": ["urn:flaw"]}, "what it is from, '', has no id of a vulnerability"),
    ],
)
def test_a_statement_that_cannot_be_read_is_told_and_does_not_count(
    broken: dict[str, Any], fault: str, tmp_path: Path
) -> None:
    path = tmp_path / "spdx.json"
    path.write_text(json.dumps(DOCUMENT | {"@graph": [*GRAPH[:-7], said("Fixed", "urn:demo") | broken]}))
    read = read_vex(path=path)
    assert read.statements == []
    assert read.faults == [f"urn:said:Fixed:urn:demo: {fault}"]


def test_an_id_nobody_can_have_is_told(tmp_path: Path, index_of: MakeIndex) -> None:
    document = cyclonedx({"ref": "d"})
    document["vulnerabilities"][0]["id"] = "CVE-2026-1 \x1b[31m"
    (tmp_path / "bom.json").write_text(json.dumps(document))
    ((_, _, reason),) = index_of(tmp_path / "bom.json").unread()
    assert reason.endswith("is no id: too long, or with spaces or control characters")


def test_what_an_spdx_document_says_of_its_own_packages(spdx: Path) -> None:
    (found,) = read_input(str(spdx))
    assert isinstance(found, Inventory)
    assert [(each.status, [one.name for one in each.components]) for each in found.statements] == [
        ("not_affected", ["demo"]),
        ("affected", ["bare"]),
        ("fixed", ["demo"]),
    ]
    assert found.statements[0].said_by == f"Acme, in the document itself, {spdx}"
    assert found.faults == [
        "1 entries of @graph are no elements",
        *LOST,
        f"{CVE}: 'urn:unknown' is none of its packages that are known",
    ]


def test_an_spdx_document_without_statements_has_none(tmp_path: Path) -> None:
    path = tmp_path / "spdx.json"
    path.write_text(json.dumps(DOCUMENT | {"@graph": [package("demo", "pkg:pypi/demo@1.0")]}))
    (found,) = read_input(str(path))
    assert isinstance(found, Inventory)
    assert (found.statements, found.faults) == ([], [])


def verdicts(index_of: MakeIndex, path: Path, name: str, versions: list[str]) -> dict[str, list[str]]:
    index = index_of(path)
    components = [Component(ecosystem="PyPI", name=name, version=version) for version in versions]
    found: dict[str, list[str]] = {version: [] for version in versions}
    for each in match(index=index, components=components, everything=True):
        found[each.component.version].append(each.verdict)
    return found


def test_an_spdx_document_as_a_source(spdx: Path, index_of: MakeIndex) -> None:
    found = verdicts(index_of, spdx, "bare", ["2.9", "3.0", "3.1"])
    assert found == {"2.9": ["no data"], "3.0": ["affected"], "3.1": ["no data"]}, "it speaks of one version only"


def cyclonedx(*affects: dict[str, Any], state: str = "") -> dict[str, Any]:
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "components": [{"bom-ref": "d", "name": "demo", "purl": "pkg:pypi/demo@1.2"}],
        "vulnerabilities": [{"id": CVE, "affects": list(affects), **({"analysis": {"state": state}} if state else {})}],
    }


RANGES = [{"range": "vers:pypi/>=1.0|<1.5"}, {"range": "vers:pypi/>=1.5", "status": "unaffected"}, {"version": "0.9"}]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (
            cyclonedx({"ref": "urn:cdx:1/1#pkg:pypi/demo", "versions": RANGES}),
            {"0.8": "not affected", "0.9": "affected", "1.4": "affected", "1.5": "not affected", "2.0": "not affected"},
        ),
        (cyclonedx({"ref": "d"}), {"1.1": "no data", "1.2": "affected", "1.3": "no data"}),
        (cyclonedx({"ref": "d"}, state="resolved"), {"1.1": "no data", "1.2": "fixed in this version"}),
        (cyclonedx({"ref": "d"}, state="not_affected"), {"1.1": "no data", "1.2": "not affected", "1.3": "no data"}),
        (cyclonedx({"ref": "d"}, state="in_triage"), {"1.2": "no data"}),
        (cyclonedx({"ref": "d", "versions": [{"range": "vers:pypi/>=one"}]}), {"1.2": "unknown version"}),
    ],
)
def test_a_cyclonedx_document_as_a_source(
    document: dict[str, Any], expected: dict[str, str], tmp_path: Path, index_of: MakeIndex
) -> None:
    path = tmp_path / "bom.json"
    path.write_text(json.dumps(document))
    assert verdicts(index_of, path, "demo", list(expected)) == {key: [value] for key, value in expected.items()}


def test_a_document_that_says_nothing_of_vulnerabilities_is_no_source(tmp_path: Path, index_of: MakeIndex) -> None:
    path = tmp_path / "bom.json"
    path.write_text(json.dumps(cyclonedx() | {"vulnerabilities": []}))
    ((_, _, reason),) = index_of(path).unread()
    assert reason == "a CycloneDX document that says nothing of vulnerabilities"
