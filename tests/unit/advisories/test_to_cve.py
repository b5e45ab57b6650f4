"""CVE Records from records, and back."""

from hypothesis import given

from midstream.advisories.mapping import project
from midstream.advisories.merge import merge
from midstream.advisories.public import public_part
from midstream.advisories.record import Advisory, Release
from midstream.advisories.targets.from_cve import PLACES, read
from midstream.advisories.targets.to_cve import write
from midstream.formats.cve import document as cve
from midstream.formats.cve.rules import check
from tests.advisories import NOW, PUBLISHER, RECORD, RELEASES, worlds


def test_the_full_record_is_right() -> None:
    record = public_part(RECORD, now=NOW)
    document = write(record=record, publisher=PUBLISHER, releases=RELEASES, now=NOW)
    assert [str(fault) for fault in check(document, now=NOW)] == []
    (versions, commits) = document.cna.affected
    assert [(each.version, each.less_than, each.status) for each in versions.versions] == [
        ("1.3.0", "2.1.3", "affected"),
        ("2.2.0", "2.2.1", "affected"),
    ]
    assert {each.version_type for each in commits.versions} == {"git"}


@given(worlds())
def test_what_is_read_back_is_what_the_format_keeps(world: tuple[Advisory, tuple[Release, ...]]) -> None:
    record, releases = world
    public = public_part(record, now=NOW)
    document = write(record=public, publisher=PUBLISHER, releases=releases, now=NOW)
    assert [str(fault) for fault in check(document, now=NOW)] == []
    again = cve.read(cve.write(document))
    assert again == document
    reading = read(again)
    assert reading.doubts == ()
    assert reading.partial == project(public, kept=PLACES)
    merged = merge(record=record, partial=reading.partial, provenance=reading.provenance)
    assert merged.record == record
    assert merged.conflicts == ()
    assert merged.taken == ()
