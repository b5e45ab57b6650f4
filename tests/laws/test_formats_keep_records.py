"""Every format keeps what its mapping promises, says the same of every release, and reading back changes nothing."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from midstream.advisories.checks.agreement import disagreements
from midstream.advisories.formats import TARGETS
from midstream.advisories.intake.merge import merge
from midstream.advisories.mapping import project
from midstream.advisories.public import public_part
from midstream.advisories.record import Advisory, Release, State
from midstream.advisories.targets.target import Target
from tests.advisories import NOW, PUBLISHER, RECORD, RELEASES, STATES, ended, worlds

SAYING = [target for target in TARGETS.values() if target.evaluate is not None]
"""The formats that say of a release whether it is affected."""
EVERY = pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)


@EVERY
def test_the_full_record_can_be_written(target: Target) -> None:
    record = public_part(RECORD, now=NOW)
    assert target.lacks(record, PUBLISHER) == ""
    document = target.write(record=record, publisher=PUBLISHER, releases=RELEASES, now=NOW)
    assert [str(fault) for fault in target.check(document, now=NOW)] == []
    raw = target.dump(document)
    assert target.dump(document) == raw
    if "json" in target.media_type:
        assert target.load(raw) == document


@EVERY
@given(data=st.data())
def test_what_is_read_back_is_what_the_format_keeps(target: Target, data: st.DataObject) -> None:
    record, releases = data.draw(worlds())
    public = public_part(record, now=NOW)
    assume(not target.lacks(public, PUBLISHER))
    document = target.write(record=public, publisher=PUBLISHER, releases=releases, now=NOW)
    again = target.load(target.dump(document))
    if "json" in target.media_type:  # texts on pages and in mails are wrapped
        assert again == document
    reading = target.read(again)
    assert reading.doubts == ()
    assert reading.partial == project(public, kept=target.places)
    merged = merge(record=record, partial=reading.partial, provenance=reading.provenance)
    assert merged.record == record
    assert merged.conflicts == ()
    assert merged.taken == ()


@pytest.mark.parametrize("target", SAYING, ids=[target.name for target in SAYING])
@settings(max_examples=50)
@given(world=worlds(), state=st.sampled_from(STATES))
def test_a_format_says_of_every_release_what_the_record_says(
    target: Target, world: tuple[Advisory, tuple[Release, ...]], state: State
) -> None:
    """`make bench ONLY=agreement` asks the same of 1,000 records."""
    record = public_part(ended(world[0], state), now=NOW)
    assume(not target.lacks(record, PUBLISHER))
    document = target.load(target.dump(target.write(record=record, publisher=PUBLISHER, releases=world[1], now=NOW)))
    assert [str(each) for each in disagreements(target, document, record=record, releases=world[1])] == []
