"""A member that no standard knows, at any object of a document, stands at its place again and in no other format."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midstream.advisories.formats import TARGETS
from midstream.advisories.intake.imported import offer
from midstream.advisories.public import public_part
from midstream.advisories.record import Advice, Advisory, Component, Credit, Foreign, Reference, Weakness
from midstream.advisories.targets.target import Target
from tests.advisories import NOW, PUBLISHER, RECORD, RELEASES

NAMES = ("cve", "osv", "csaf20", "csaf21", "openvex", "cyclonedx", "cyclonedx-1.6", "spdx", "ghsa")
"""The formats whose objects may hold members of any name, each read at every depth."""
OURS = {"x_midstream", "midstream"}
"""Our own extension, which is of no standard: we write it anew, and what others write into it is not believed."""
RECORD_OF_ALL = public_part(RECORD, now=NOW)


def raw_of(target: Target, record: Advisory) -> bytes:
    """The bytes of the record in a format."""
    return target.dump(target.write(record=record, publisher=PUBLISHER, releases=RELEASES, now=NOW))


def objects(tree: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 (any JSON)
    """Every object of a document but those of our extension; maps of identifiers, properties and extensions too."""
    if isinstance(tree, dict):
        yield tree
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for name, each in inner:
        if name not in OURS:
            yield from objects(each)


def taken(name: str, tree: dict[str, Any]) -> Advisory:
    """The record with what a document of the format adds to it."""
    target = TARGETS[name]
    reading = target.read(target.load(json.dumps(tree).encode()))
    found = offer(record=RECORD_OF_ALL, partial=reading.partial, provenance=reading.provenance)
    assert found.left == ()
    return found.record


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_an_unknown_member_stands_at_its_place_again(name: str, data: st.DataObject) -> None:
    tree = json.loads(raw_of(TARGETS[name], RECORD_OF_ALL))
    places = list(objects(tree))
    values = st.none() | st.booleans() | st.integers(0, 9) | st.text(max_size=5) | st.just([{"a": {}}])
    data.draw(st.sampled_from(places))["of another"] = data.draw(values)
    record = taken(name, tree)
    assert [each.target for each in record.foreign] == [name.removesuffix("-1.6")]
    assert json.loads(raw_of(TARGETS[name], record)) == tree
    for other in (*NAMES, "mail", "atom"):
        if other.removesuffix("-1.6") != name.removesuffix("-1.6"):
            assert raw_of(TARGETS[other], record) == raw_of(TARGETS[other], RECORD_OF_ALL)


GROWN = msgspec.structs.replace(
    RECORD_OF_ALL,
    component=(Component(key="a", name="Another", vendor="Another", repo="https://example.org/a"), *RECORD.component),
    credit=(Credit(name="A. Nother", role="finder", consent="public", github="another"), *RECORD_OF_ALL.credit),
    reference=(Reference(url="https://example.org/first", title="First", kind="web"), *RECORD_OF_ALL.reference),
    weakness=(Weakness(cwe=125), *RECORD_OF_ALL.weakness),
    workaround=(Advice(key="w0", text={"en": "Another."}), *RECORD_OF_ALL.workaround),
)
"""The record after others were written before the items of its lists."""


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_an_unknown_member_stays_with_its_item_when_others_come(name: str, data: st.DataObject) -> None:
    tree = json.loads(raw_of(TARGETS[name], RECORD_OF_ALL))
    later = list(objects(json.loads(raw_of(TARGETS[name], GROWN))))
    place = data.draw(st.sampled_from([each for each in objects(tree) if later.count(each) == 1]))
    before = dict(place)
    place["of another"] = 1
    record = msgspec.structs.replace(GROWN, foreign=taken(name, tree).foreign)
    found = [each for each in objects(json.loads(raw_of(TARGETS[name], record))) if "of another" in each]
    assert found == [{**before, "of another": 1}]


GONE = {
    "openvex": ("statements", {"products": [{"@id": "pkg:generic/gone@1"}]}),
    "cyclonedx": ("components", {"bom-ref": "another"}),
    "osv": ("references", {"url": "https://example.org/gone"}),
    "ghsa": ("credits", {"login": "somebody"}),
}
"""A list of a format, and what makes its first item one that we do not write."""


@pytest.mark.parametrize("name", GONE)
def test_what_belonged_to_an_element_that_is_gone_is_left_out(name: str) -> None:
    target = TARGETS[name]
    tree = json.loads(raw_of(target, RECORD_OF_ALL))
    where, change = GONE[name]
    tree[where][0] |= {"of another": 1, **change}
    reading = target.read(target.load(json.dumps(tree).encode()))
    assert [each.value for each in reading.partial.foreign] == [1]
    record = msgspec.structs.replace(RECORD_OF_ALL, foreign=reading.partial.foreign)
    assert raw_of(target, record) == raw_of(target, RECORD_OF_ALL)


@pytest.mark.parametrize(
    ("name", "path", "where"),
    [
        ("csaf20", "/vulnerabilities/0/notes/1/x", ("vulnerabilities", 0, "notes", 1)),
        ("cve", "/containers/cna/affected/1/x", ("containers", "cna", "affected", 1)),
        ("osv", "/database_specific/x", ("database_specific",)),
        ("openvex", '/statements/status=["fixed", "", "", "", ""]/x', ("statements", 4)),
    ],
)
def test_a_value_of_a_fact_of_old_stands_where_it_stood(name: str, path: str, where: tuple[str | int, ...]) -> None:
    """Before items had names, paths held their numbers; and statements of OpenVEX were named by all of their words."""
    record = msgspec.structs.replace(RECORD_OF_ALL, foreign=(Foreign(target=name, path=path, value=1),))
    here = json.loads(raw_of(TARGETS[name], record))
    for step in where:
        here = here[step]
    assert here["x"] == 1
