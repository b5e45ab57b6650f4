"""CVE Records from records, and back."""

from midstream.advisories.public import public_part
from midstream.advisories.targets.to_cve import write
from midstream.formats.cve.rules import check
from tests.advisories import NOW, PUBLISHER, RECORD, RELEASES


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
