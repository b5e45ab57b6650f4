"""SPDX documents: 2.3 as JSON and tag-value, 3.0.1 as JSON-LD, and what is broken in them."""

import json

import pytest

from midstream.formats.spdx.packages import read_json, read_json_ld, read_tag_value

PURL = "pkg:github/mbed-tls/mbedtls@mbedtls-3.6.2"
CPE = "cpe:2.3:a:arm:mbed_tls:3.6.2:*:*:*:*:*:*:*"

TAG_VALUE = f"""SPDXVersion: SPDX-2.3
DocumentName: modules-deps
##### Package: mbedtls

PackageName: mbedtls
SPDXID: SPDXRef-mbedtls-deps
PackageDownloadLocation: git+https://example.org/zephyr/mbedtls@{"a" * 40}
PackageVersion: 3.6.2
PackageComment: <text>PackageName: not one
ExternalRef: SECURITY cpe23Type cpe:2.3:a:wrong
</text>
ExternalRef: SECURITY cpe23Type {CPE}
ExternalRef: PACKAGE_MANAGER purl {PURL}
ExternalRef: PACKAGE_MANAGER
FileName: ./x.c
SPDXID: SPDXRef-File
PackageVersion: 9

PackageName: app-sources
SPDXID: SPDXRef-app
PackageDownloadLocation: NOASSERTION
"""


def package(**more: object) -> dict[str, object]:
    return {"SPDXID": "SPDXRef-1", "name": "mbedtls", "versionInfo": "3.6.2", **more}


def test_tag_value_has_packages_with_their_references_and_nothing_of_files_and_texts() -> None:
    read = read_tag_value(data=TAG_VALUE.encode())
    first, second = read.packages
    assert (first.id, first.name, first.version) == ("SPDXRef-mbedtls-deps", "mbedtls", "3.6.2")
    assert (first.purls, first.cpes) == ([PURL], [CPE])
    assert first.download == f"git+https://example.org/zephyr/mbedtls@{'a' * 40}"
    assert (second.name, second.version, second.download, second.purls) == ("app-sources", "", "", [])
    assert read.faults == ["line 14: an ExternalRef has three parts, this one 1"]


@pytest.mark.parametrize("end", ["\r", "\r\n"])
def test_tag_value_may_end_its_lines_in_other_ways(end: str) -> None:
    assert read_tag_value(data=TAG_VALUE.replace("\n", end).encode()) == read_tag_value(data=TAG_VALUE.encode())


def test_json_of_version_2_has_the_same() -> None:
    references = [
        {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": PURL},
        {"referenceType": "http://spdx.org/rdf/references/purl", "referenceLocator": "pkg:generic/mbedtls"},
        {"referenceType": "http://spdx.org/rdf/references/cpe23Type", "referenceLocator": CPE},
        {"referenceType": "swid", "referenceLocator": "x"},
    ]
    data = json.dumps({"spdxVersion": "SPDX-2.3", "name": "d", "packages": [package(externalRefs=references)]})
    read = read_json(data=data.encode())
    assert (read.packages[0].purls, read.packages[0].cpes, read.faults) == ([PURL, "pkg:generic/mbedtls"], [CPE], [])


def test_one_package_with_a_wrong_type_hides_no_other() -> None:
    bad = package(versionInfo=3, externalRefs=[{"referenceType": "purl", "referenceLocator": 1}, 2])
    data = json.dumps({"spdxVersion": "SPDX-2.3", "packages": [bad, 5, package()]})
    read = read_json(data=data.encode())
    assert [one.version for one in read.packages] == ["", "3.6.2"]
    assert [fault.partition(":")[0] for fault in read.faults] == [
        "packages[1] is no object",
        "packages[0]",
        "packages[0].externalRefs[1] is no object",
        "packages[0].externalRefs[0]",
    ]


def ld(*elements: object) -> bytes:
    context = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
    return json.dumps({"@context": context, "@graph": list(elements)}).encode()


def test_version_3_has_packages_with_purls_and_identifiers_also_by_reference_and_in_circles() -> None:
    read = read_json_ld(
        data=ld(
            {"type": "CreationInfo", "@id": "_:c", "specVersion": "3.0.1"},
            {
                "type": "software_Package",
                "spdxId": "urn:1",
                "name": "mbedtls",
                "software_packageVersion": "3.6.2",
                "software_packageUrl": PURL,
                "externalIdentifier": [
                    {"type": "ExternalIdentifier", "externalIdentifierType": "cpe23", "identifier": CPE},
                    {"type": "ExternalIdentifier", "externalIdentifierType": "packageUrl", "identifier": PURL},
                    "urn:id",
                    "urn:nowhere",
                ],
            },
            {"@id": "urn:id", "type": "ExternalIdentifier", "externalIdentifierType": "cpe22", "identifier": "cpe:/a"},
            {"type": "Relationship", "spdxId": "urn:r", "from": "urn:r", "to": ["urn:r", "urn:1"]},
            {"type": "software_File", "spdxId": "urn:2", "name": "x.c"},
            9,
        )
    )
    (only,) = read.packages
    assert (read.spec, only.version, only.purls, only.cpes) == ("SPDX-3.0.1", "3.6.2", [PURL], [CPE, "cpe:/a"])
    assert read.faults == ["1 entries of @graph are no elements", "urn:1: an external identifier cannot be read"]


@pytest.mark.parametrize(
    ("reader", "data", "says"),
    [
        (read_json, b"{}", "spdxVersion"),
        (read_json, b'{"spdxVersion": "SPDX-3.0"}', "spdxVersion"),
        (read_json, b"{", "no JSON"),
        (read_json, b"[1]", "no JSON object"),
        (read_json_ld, b'{"@graph": 1}', "@graph"),
        (read_json_ld, b"nonsense", "no JSON"),
        (read_tag_value, b"PackageName: x\n", "SPDXVersion"),
        (read_tag_value, b"\xff\xfe", "UTF-8"),
    ],
)
def test_what_is_no_document_is_refused_with_the_reason(reader: object, data: bytes, says: str) -> None:
    assert callable(reader)
    with pytest.raises(ValueError, match=says):
        reader(data=data)


@pytest.mark.parametrize(
    "kind",
    ["software_Package", "ai_AIPackage", "dataset_DatasetPackage", ["software_Package", "Other"], [], [5], {}, 7],
)
def test_types_of_elements_may_be_lists(kind: object) -> None:
    graph = [{"type": kind, "spdxId": "urn:a", "name": "mbedtls", "software_packageUrl": PURL}]
    read = read_json_ld(data=json.dumps({"@graph": graph}).encode())
    assert [each.purls for each in read.packages] == ([[PURL]] if "Package" in str(kind) else [])
