"""The outline of components in one text: whatever is told of a thing stays below it, whoever wrote it."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midstream.advisories.carry.outline import HEADING, read_outline, without_outline, write_outline
from midstream.advisories.mapping import project
from midstream.advisories.public import public_part
from midstream.advisories.record import Component, Line, Statement
from midstream.advisories.targets.vex import to_openvex
from midstream.formats.openvex import document as openvex
from tests.advisories import COMPONENT, NOW, PUBLISHER, RECORD, RELEASES

HOSTILE = st.lists(
    st.sampled_from(
        ("Branch main", "  Branch x", "Component Other", HEADING, "Status: fixed", "", " ", "Code", "plain")
    ),
    min_size=1,
    max_size=5,
).map("\n".join)


@given(note=HOSTILE, detail=HOSTILE, before=HOSTILE)
def test_no_text_ends_what_it_belongs_to(note: str, detail: str, before: str) -> None:
    components = (
        Component(name="A", key="a", line=(Line(branch="main", note=note), Line(branch="b", first="1.0"))),
        Component(purl="pkg:generic/b", statement=(Statement(release="1.0", status="affected", detail=detail),)),
    )
    assert read_outline(f"{before}\n\n{write_outline(components)}") == components


def test_nothing_is_outlined_of_no_component() -> None:
    assert write_outline(()) == ""
    assert read_outline("Component A") == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [("", ""), ("Looked at.", "Looked at."), (HEADING, ""), (f"Looked at.\n\n{HEADING}\nComponent A", "Looked at.")],
)
def test_the_words_before_an_outline_are_told_from_it(text: str, words: str) -> None:
    assert without_outline(text) == words


def test_rows_that_are_below_nothing_are_passed_over() -> None:
    assert read_outline(f"{HEADING}\n  Branch main\nRemark\nComponent A\n  Remark x\n") == (Component(name="A"),)


def read(*statements: dict[str, object]) -> tuple[Component, ...]:
    """Return the components that are read from a document of others."""
    raw = {"@context": openvex.CONTEXT, "@id": "https://other.example/vex-1", "statements": list(statements)}
    return to_openvex.TARGET.read(openvex.read(json.dumps(raw).encode())).partial.component


def test_a_document_of_others_tells_of_each_release_it_names() -> None:
    flaw = {"name": "CVE-2025-53022"}
    product = {"@id": "pkg:github/a/b@1.0"}
    named = {"@id": "https://other.example/b", "identifiers": {"purl": "pkg:github/a/b@1.1"}}
    assert read(
        {"vulnerability": flaw, "products": [product, named], "status": "affected", "action_statement": "Update."},
        {
            "vulnerability": flaw,
            "products": [product],
            "status": "not_affected",
            "justification": "component_not_present",
            "impact_statement": "Not built.",
        },
    ) == (
        Component(
            name="b",
            purl="pkg:github/a/b",
            statement=(
                Statement(
                    release="1.0", status="not_affected", justification="component_not_present", detail="Not built."
                ),
                Statement(release="1.1", status="affected", action="Update."),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ({"products": [{"@id": "https://other.example/b"}], "status": "affected"}, ()),
        ({"products": [{"@id": "pkg:github/a/b@1.0"}], "status": "perhaps"}, ()),
        (
            {"products": [{"@id": "pkg:github/a/b"}], "status": "affected"},
            (Component(name="b", purl="pkg:github/a/b"),),
        ),
        (
            {"products": [{"@id": "pkg:github/a/b@1"}], "status": "not_affected", "justification": "because"},
            (Component(name="b", purl="pkg:github/a/b", statement=(Statement(release="1", status="not_affected"),)),),
        ),
    ],
    ids=["no package URL", "a status that is none", "no release", "a justification that is none"],
)
def test_what_a_document_of_others_does_not_say_is_not_made_up(
    statement: dict[str, object], found: tuple[Component, ...]
) -> None:
    assert read(statement) == found


def test_words_that_others_add_to_our_first_statement_stay_when_the_record_changes() -> None:
    record = public_part(RECORD, now=NOW)
    made = to_openvex.TARGET.write(record=record, publisher=PUBLISHER, releases=RELEASES, now=NOW)
    tree = json.loads(openvex.write(made))
    tree["statements"][0]["x_ticket"] = "T-1"
    partial = to_openvex.TARGET.read(openvex.read(json.dumps(tree).encode())).partial
    assert project(partial, kept=to_openvex.PLACES) == project(record, kept=to_openvex.PLACES)
    other = msgspec.structs.replace(COMPONENT, paths=("another.c",))
    changed = msgspec.structs.replace(record, component=(other,), foreign=partial.foreign)
    again = to_openvex.TARGET.write(record=changed, publisher=PUBLISHER, releases=RELEASES, now=NOW)
    assert json.loads(openvex.write(again))["statements"][0]["x_ticket"] == "T-1"
