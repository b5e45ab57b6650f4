"""A document that can carry a TLP label carries one that is not milder than its record may have."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midstream.advisories.formats import TARGETS, check_of
from midstream.advisories.public import RESTRICTED, is_public, marking
from midstream.advisories.record import Advisory, Distribution, Release, Tlp
from midstream.advisories.targets.target import Target
from tests.advisories import NOW, PUBLISHER, RECORD, RELEASES, worlds

TLP: tuple[Tlp, ...] = ("", "clear", "green", "amber", "amber+strict", "red")
HARSHNESS = {label: place for place, label in enumerate(TLP)}
LABELLED = [target for target in TARGETS.values() if "distribution.tlp" in target.places]
HIDDEN = {
    "embargoed": msgspec.structs.replace(RECORD, state="embargoed"),
    "being fixed": msgspec.structs.replace(RECORD, state="fixing"),
    "published later": msgspec.structs.replace(
        RECORD, dates=msgspec.structs.replace(RECORD.dates, public=NOW + timedelta(days=1))
    ),
}
BY_TARGET = pytest.mark.parametrize("target", LABELLED, ids=lambda target: target.name)


def written(target: Target, record: Advisory, releases: tuple[Release, ...] = RELEASES) -> Any:  # noqa: ANN401 - each format its own
    return target.load(target.dump(target.write(record=record, publisher=PUBLISHER, releases=releases, now=NOW)))


def test_these_formats_carry_a_label() -> None:
    assert {target.name for target in LABELLED} >= {"csaf20", "csaf21", "cyclonedx", "cyclonedx-1.6"}


@BY_TARGET
@pytest.mark.parametrize("tlp", TLP, ids=lambda tlp: tlp or "no label")
@pytest.mark.parametrize("story", HIDDEN)
def test_what_is_not_public_says_so(target: Target, story: str, tlp: Tlp) -> None:
    record = msgspec.structs.replace(HIDDEN[story], distribution=Distribution(tlp=tlp))
    document = written(target, record)
    label = target.read(document).partial.distribution.tlp
    assert label in RESTRICTED
    assert not [each for each in check_of(target, document, now=NOW) if each.rule.endswith("tlp")]


@BY_TARGET
@given(world=worlds(), tlp=st.sampled_from(TLP), state=st.sampled_from(["", "triage", "embargoed", "published"]))
def test_no_label_is_milder_than_the_record_allows(
    target: Target,
    world: tuple[Advisory, tuple[Release, ...]],
    tlp: Tlp,
    state: Any,  # noqa: ANN401 - a state
) -> None:
    record = msgspec.structs.replace(world[0], distribution=Distribution(tlp=tlp), state=state)
    found = target.read(written(target, record, world[1])).partial.distribution.tlp
    wanted = marking(record, now=NOW)
    assert (found in RESTRICTED) == (wanted in RESTRICTED)
    if target.name != "csaf20":  # which has no word for AMBER+STRICT
        assert HARSHNESS[found] >= HARSHNESS[wanted]


@pytest.mark.parametrize("name", [target.name for target in LABELLED if target.name.startswith("csaf")])
@given(world=worlds(), tlp=st.sampled_from(TLP), state=st.sampled_from(["embargoed", "published"]))
def test_a_csaf_document_refers_to_the_folder_of_its_label(
    name: str,
    world: tuple[Advisory, tuple[Release, ...]],
    tlp: Tlp,
    state: Any,  # noqa: ANN401 - a state
) -> None:
    record = msgspec.structs.replace(world[0], distribution=Distribution(tlp=tlp), state=state)
    document = written(TARGETS[name], record, world[1])
    (own,) = [each.url for each in document.meta.references if each.category == "self"]
    is_open = is_public(record, now=NOW) and marking(record, now=NOW) in ("", "clear")
    assert ("/.well-known/csaf/white/" in own) == is_open
    assert own.startswith(f"{PUBLISHER.base_url}/.well-known/csaf/")
