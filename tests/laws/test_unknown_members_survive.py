"""A member that no standard knows, at any object of a document, stands at its place again and in no other format."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midstream.advisories.formats import TARGETS
from midstream.advisories.intake.imported import offer
from midstream.advisories.public import public_part
from midstream.advisories.record import Advisory
from midstream.advisories.targets.target import Target
from tests.advisories import NOW, PUBLISHER, RECORD, RELEASES

NAMES = ("openvex", "cyclonedx", "spdx")
"""The formats whose objects may hold members of any name, each read at every depth."""
RECORD_OF_ALL = public_part(RECORD, now=NOW)


def raw_of(target: Target, record: Advisory) -> bytes:
    """The bytes of the record in a format."""
    return target.dump(target.write(record=record, publisher=PUBLISHER, releases=RELEASES, now=NOW))


def objects(tree: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 (any JSON)
    """Every object of a document whose members are of its standard; a map of identifiers is none."""
    if isinstance(tree, dict):
        yield tree
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for name, each in inner:
        if name not in {"identifiers", "distributionConstraints", "externalReferences", "properties", "extension"}:
            yield from objects(each)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_an_unknown_member_stands_at_its_place_again(name: str, data: st.DataObject) -> None:
    target = TARGETS[name]
    tree = json.loads(raw_of(target, RECORD_OF_ALL))
    places = list(objects(tree))
    values = st.none() | st.booleans() | st.integers(0, 9) | st.text(max_size=5) | st.just([{"a": {}}])
    data.draw(st.sampled_from(places))["of another"] = data.draw(values)
    reading = target.read(target.load(json.dumps(tree).encode()))
    found = offer(record=RECORD_OF_ALL, partial=reading.partial, provenance=reading.provenance)
    assert [each.target for each in found.record.foreign] == [name]
    assert found.left == ()
    assert json.loads(raw_of(target, found.record)) == tree
    for other in ("cve", "csaf20", "osv", "openvex", "cyclonedx", "spdx", "ghsa", "mail", "atom"):
        if other != name:
            assert raw_of(TARGETS[other], found.record) == raw_of(TARGETS[other], RECORD_OF_ALL)


@pytest.mark.parametrize("name", ["openvex", "cyclonedx"])
def test_what_belonged_to_an_element_that_is_gone_is_left_out(name: str) -> None:
    target = TARGETS[name]
    tree = json.loads(raw_of(target, RECORD_OF_ALL))
    items = tree["statements"] if name == "openvex" else tree["components"]
    items[0]["of another"] = 1
    items[0] |= (
        {"action_statement": "Another.", "bom-ref": "another"}
        if name == "cyclonedx"
        else {"action_statement": "Another."}
    )
    reading = target.read(target.load(json.dumps(tree).encode()))
    found = offer(record=RECORD_OF_ALL, partial=reading.partial, provenance=reading.provenance)
    assert b"of another" not in raw_of(target, found.record)
