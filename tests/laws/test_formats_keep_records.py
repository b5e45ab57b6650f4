"""Every format keeps what its mapping promises, says the same of every release, and reading back changes nothing."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from midstream.advisories.formats import TARGETS
from midstream.advisories.mapping import project
from midstream.advisories.merge import merge
from midstream.advisories.public import public_part
from midstream.advisories.record import Advisory, Release
from midstream.advisories.targets.target import Target
from midstream.advisories.verdicts import verdict_of
from tests.advisories import NOW, PUBLISHER, RECORD, RELEASES, worlds

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


def agrees(target: Target, record: Advisory, releases: tuple[Release, ...]) -> list[str]:
    document = target.write(record=record, publisher=PUBLISHER, releases=releases, now=NOW)
    if target.evaluate is None:
        return []
    found = []
    for component in record.component:
        for release in releases:
            if release.component == component.key:
                verdict = verdict_of(record=record, component=component, release=release)
                word = target.evaluate(document, component=component, release=release)
                if target.says[verdict] != word:
                    found.append(f"{component.key} {release.version}: {verdict}, {target.name} says {word}")
    return found


@EVERY
@given(world=worlds())
def test_a_format_says_of_every_release_what_the_record_says(
    target: Target, world: tuple[Advisory, tuple[Release, ...]]
) -> None:
    record, releases = world
    assert agrees(target, public_part(record, now=NOW), releases) == []
