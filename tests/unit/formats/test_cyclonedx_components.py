"""CycloneDX documents: every version, JSON and XML, nested, with any root, and broken in every way."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midstream.formats.cyclonedx.components import (
    DEPTH_LIMIT,
    SPEC_VERSIONS,
    Listed,
    property_of,
    read_json,
    read_purls,
    read_xml,
)

PURL = "pkg:generic/tinycrypt@0.2.8"


def bom(*components: object, spec: str = "1.5", root: object = None, **more: object) -> bytes:
    document: dict[str, object] = {
        "bomFormat": "CycloneDX",
        "specVersion": spec,
        "components": list(components),
        **more,
    }
    if root is not None:
        document["metadata"] = {"component": root}
    return json.dumps(document).encode()


def xml(inside: str, spec: str = "1.4", before: str = "") -> bytes:
    head = f'<?xml version="1.0"?>{before}<bom xmlns="http://cyclonedx.org/schema/bom/{spec}" version="1">'
    return f"{head}{inside}</bom>".encode()


@pytest.mark.parametrize("spec", SPEC_VERSIONS)
def test_every_version_is_read_alike_as_json_and_as_xml(spec: str) -> None:
    part = {"type": "library", "group": "g", "name": "n", "version": "1", "purl": PURL, "cpe": "cpe:2.3:a:v:n:1"}
    as_json = read_json(data=bom({**part, "bom-ref": "r"}, spec=spec))
    texts = "".join(f"<{key}>{value}</{key}>" for key, value in part.items() if key != "type")
    inside = f'<components><component type="library" bom-ref="r">{texts}</component></components>'
    as_xml = read_xml(data=xml(inside, spec))
    assert as_json.components == as_xml.components
    assert as_json.components[0].ref == "r"
    assert (as_json.spec, as_xml.spec) == (spec, spec)
    assert as_json.faults == as_xml.faults == []


@pytest.mark.parametrize("kind", ["firmware", "device", "application", "operating-system", "a kind of the future"])
def test_the_root_may_be_of_any_kind_and_is_itself_looked_at(kind: str) -> None:
    root = {"type": kind, "name": "blinky", "version": "2.0", "purl": "pkg:generic/blinky@2.0"}
    read = read_json(data=bom({"name": "x", "purl": PURL}, root=root))
    assert [component.purl for component in read.components] == ["pkg:generic/blinky@2.0", PURL]
    assert read.root is read.components[0]
    inside = f'<metadata><component type="{kind}"><name>blinky</name></component></metadata>'
    found = read_xml(data=xml(inside)).root
    assert found
    assert (found.type, found.name) == (kind, "blinky")


def test_components_within_components_are_found_in_order() -> None:
    tree = {"name": "a", "components": [{"name": "b", "components": [{"name": "c"}]}, {"name": "d"}]}
    assert [one.name for one in read_json(data=bom(tree, {"name": "e"})).components] == ["a", "b", "c", "d", "e"]
    inside = "<components><component><name>a</name><components><component><name>b</name></component></components>"
    assert [one.name for one in read_xml(data=xml(f"{inside}</component></components>")).components] == ["a", "b"]


def test_components_nested_beyond_reason_stop_at_a_bound_and_say_so() -> None:
    tree: dict[str, object] = {"name": "leaf"}
    for depth in range(DEPTH_LIMIT + 20):
        tree = {"name": f"n{depth}", "components": [tree]}
    read = read_json(data=bom(tree))
    assert len(read.components) == DEPTH_LIMIT + 1
    assert "deep" in read.faults[0]


def test_one_component_with_a_wrong_type_hides_no_other() -> None:
    bad = {"name": "bad", "version": 3, "purl": ["x"], "components": [{"name": "inner", "purl": PURL}]}
    read = read_json(data=bom({"name": "good", "purl": PURL}, bad, 7, {"name": "last", "components": {}}))
    assert [one.name for one in read.components] == ["good", "bad", "inner", "last"]
    assert read.faults == [
        "components[1].version is no text",
        "components[1].purl is no text",
        "components[2] is no component",
        "components[3].components is no list of components",
    ]


texts = st.text(max_size=8)
parts = st.fixed_dictionaries({}, optional=dict.fromkeys(("type", "group", "name", "version", "purl", "cpe"), texts))


@given(st.lists(parts, max_size=5), st.none() | parts, st.sampled_from(SPEC_VERSIONS))
def test_a_fault_elsewhere_changes_nothing_of_what_is_read(listed: list[object], root: object, spec: str) -> None:
    quick = read_json(data=bom(*listed, root=root, spec=spec))
    slow = read_json(data=bom(*listed, root=root, spec=spec, serialNumber=7, components=[*listed, 0]))
    assert [msgspec.structs.asdict(one) | {"components": None} for one in slow.components] == [
        msgspec.structs.asdict(one) | {"components": None} for one in quick.components
    ]
    assert len(slow.faults) == 1


@given(st.lists(st.sampled_from(["", PURL, "pkg:npm/a@1"]), max_size=4), st.booleans(), st.booleans())
def test_the_purls_of_a_plain_document_are_those_of_its_components(
    purls: list[str],
    has_root: bool,  # noqa: FBT001 - drawn, or from a table
    is_nested: bool,  # noqa: FBT001 - drawn
) -> None:
    entries: list[dict[str, object]] = [{"name": "n", "purl": purl} for purl in purls]
    if len(purls) > 2:
        entries[1]["properties"] = [{"name": "x", "value": "y"}]
    if is_nested:
        entries.append({"name": "n", "purl": PURL, "components": [{"name": "m"}]})
    data = bom(*entries, root={"type": "firmware", "name": "r"} if has_root else None)
    quick, whole = read_purls(data=data), read_json(data=data)
    if quick is None:
        assert is_nested
    else:
        found = [quick.root.purl, *quick.purls] if quick.root else quick.purls
        assert found == [one.purl for one in whole.components]
        assert (quick.spec, quick.root is None) == (whole.spec, whole.root is None)
        assert quick.has_properties == any(one.properties for one in whole.components)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b'{"bomFormat": "CycloneDX", "components": [', "no JSON"),
        (b'{"bomFormat": "SPDX"}', "bomFormat"),
        (b"[]", "bomFormat"),
        (b'{"bomFormat": "CycloneDX", "components": "\xff"}', "no JSON"),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, "deep"),
    ],
)
def test_what_is_no_document_is_refused_with_the_reason(data: bytes, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_json(data=data)


BOMB = '<!DOCTYPE bom [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE bom SYSTEM "file:///etc/passwd">'


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (xml("<components/>", before=BOMB), "document type or entities"),
        (xml("<components/>", before=OUTSIDE), "document type or entities"),
        (xml("<components>"), "no XML"),
        (b"<html/>", "no CycloneDX"),
        (xml("<a>" * 600 + "</a>" * 600), "deep"),
        (b'<x xmlns="http://cyclonedx.org/schema/bom/1.4"/>', "not bom"),
    ],
)
def test_xml_that_declares_or_breaks_something_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_xml(data=data)


def test_elements_of_other_namespaces_are_passed_over() -> None:
    inside = '<x:components xmlns:x="urn:x"><x:component/></x:components><components><component><name>n</name>'
    assert [one.name for one in read_xml(data=xml(f"{inside}</component></components>")).components] == ["n"]


def test_properties_are_read_when_asked_for() -> None:
    entry = {"name": "libssl3", "properties": [{"name": "a", "value": "1"}, {"name": "b"}]}
    (component,) = read_json(data=bom(entry)).components
    assert property_of(component, "x", "a") == "1"
    assert property_of(component, "b") == ""
    assert property_of(Listed(properties=msgspec.Raw(b"[7]")), "a") == ""
