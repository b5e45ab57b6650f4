"""What we export of an embargoed case never enters a public index, and is not named there either."""

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from midstream.advisories.formats import TARGETS
from midstream.advisories.record import Advisory, Distribution
from midstream.analysis.exposure.build import build_index
from midstream.analysis.exposure.index import open_index
from midstream.analysis.exposure.match import Component, match
from tests.advisories import NOW, PUBLISHER, RECORD, RELEASES

TLP = ("", "clear", "green", "amber", "amber+strict", "red")
HIDDEN = {
    "embargoed": msgspec.structs.replace(RECORD, state="embargoed"),
    "being fixed": msgspec.structs.replace(RECORD, state="fixing"),
    "published later": msgspec.structs.replace(
        RECORD, dates=msgspec.structs.replace(RECORD.dates, public=NOW + timedelta(days=1))
    ),
}


def exported(folder: Path, name: str, record: Advisory) -> Path:
    """Return the file of a record in one of our formats, under its own name."""
    target = TARGETS[name]
    document = target.write(record=record, publisher=PUBLISHER, releases=RELEASES, now=NOW)
    path = folder / target.file_name(record)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(target.dump(document))
    return path


@pytest.mark.parametrize("is_folder", [True, False], ids=["folder", "file"])
@pytest.mark.parametrize("tlp", TLP, ids=lambda tlp: tlp or "no label")
@pytest.mark.parametrize("story", HIDDEN)
@pytest.mark.parametrize("name", ["osv", "csaf20", "csaf21"])
def test_a_public_index_neither_takes_nor_names_it(
    name: str,
    story: str,
    tlp: str,
    is_folder: bool,  # noqa: FBT001 - from a table
    tmp_path: Path,
) -> None:
    record = msgspec.structs.replace(HIDDEN[story], distribution=Distribution(tlp=tlp))  # type: ignore[arg-type] # of the table
    folder, to = tmp_path / "exports", tmp_path / "index.db"
    source = exported(folder, name, record)
    source = folder if is_folder else source
    built = build_index(sources=[source], to=to, now=NOW)
    assert (built.advisories, built.ranges, built.unread) == (0, 0, 1)
    with open_index(path=to) as index:
        ((_, place, reason),) = index.unread()
    assert reason.startswith("not for the public")
    whole = to.read_bytes().lower()
    for secret in (record.id, record.ids.cve, record.title["en"], source.name if not is_folder else record.id):
        assert secret.lower().encode() not in whole, f"{secret} is told at {place}"
    hidden = build_index(sources=[source], to=tmp_path / "hidden.db", now=NOW, label="embargoed")
    assert hidden.advisories == 1


@pytest.mark.parametrize("name", ["osv", "csaf20", "csaf21"])
def test_it_enters_once_it_is_public(name: str, tmp_path: Path) -> None:
    built = build_index(sources=[exported(tmp_path, name, RECORD)], to=tmp_path / "index.db", now=NOW)
    assert (built.advisories, built.unread) == (1, 0)


@pytest.mark.parametrize("name", ["csaf20", "csaf21"])
@pytest.mark.parametrize(("version", "verdict"), [("2.1.2", "affected"), ("2.1.3", "fixed in this version")])
def test_a_cpe_without_a_version_has_that_of_its_product(name: str, version: str, verdict: str, tmp_path: Path) -> None:
    build_index(sources=[exported(tmp_path, name, RECORD)], to=tmp_path / "index.db", now=NOW)
    device = Component(name="tf-m", cpes=(f"cpe:2.3:o:arm:trusted_firmware-m:{version}:*:*:*:*:*:*:*",))
    with open_index(path=tmp_path / "index.db") as index:
        assert [each.verdict for each in match(index=index, components=[device], everything=True)] == [verdict]
