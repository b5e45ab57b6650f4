"""``midstream fleet``: adding folders, who is affected, scans, exit codes."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from midstream.analysis.exposure.build import build_index
from tests.shells import Said, Shell
from tests.unit.analysis.exposure.osv_entries import entry, package

FEED = [entry("PYSEC-2", package("PyPI", "django", "introduced 4.0", "fixed 4.2.1"), aliases=["CVE-2026-2"])]


def bom(*purls: str) -> str:
    parts = [{"name": "n", "purl": purl} for purl in purls]
    return json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": parts})


class Fleets:
    """Runs fleet commands in a folder with an index and three bills of materials."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell

    def __call__(self, *words: str) -> Said:
        return self.shell("fleet", *words)


@pytest.fixture
def fleets(empty: Shell, tmp_path: Path) -> Fleets:
    """A folder ``boms`` of two devices, and an index where commands look for it."""
    (tmp_path / "feed.json").write_text(json.dumps(FEED))
    (tmp_path / ".midstream").mkdir()
    now = datetime(2026, 11, 25, tzinfo=UTC)
    build_index(sources=[tmp_path / "feed.json"], to=tmp_path / ".midstream/index.db", now=now)
    (tmp_path / "boms").mkdir()
    (tmp_path / "boms/lamp.json").write_text(bom("pkg:pypi/django@4.2.0", "pkg:cargo/serde@1.0.0"))
    (tmp_path / "boms/lock.json").write_text(bom("pkg:pypi/django@4.2.1"))
    (tmp_path / "boms/notes.pdf").write_text("no input")
    return Fleets(empty)


def test_a_folder_is_added_and_asked(fleets: Fleets) -> None:
    assert fleets("add", "boms", "--json").json == {"new": 2, "known": 0, "entries": 3, "unread": []}
    assert fleets("add", "boms", "--json").json["known"] == 2
    assert [Path(one["name"]).name for one in fleets("list", "--json").json] == ["lamp.json", "lock.json"]
    said = fleets("affected", "CVE-2026-2")
    assert said.out.splitlines()[1].split() == ["affected", "boms/lamp.json", "django", "4.2.0"]
    assert "affected: 1 of 2 inputs" in said.err
    (found,) = fleets("affected", "PYSEC-2", "--json").json
    assert found["answers"][0]["verdict"] == "affected"
    assert len(fleets("affected", "PYSEC-2", "--json", "--all").json) == 2


def test_a_scan_tells_findings_and_where_there_is_no_data(fleets: Fleets) -> None:
    fleets("add", "boms")
    said = fleets("scan")
    assert said.out.splitlines()[1].split()[:4] == ["1", "1", "affected", "CVE-2026-2"]
    assert "no data: 1 component: the index knows nothing about crates.io" in said.err
    assert fleets("scan", "--json").json["silent"][0]["ecosystem"] == "crates.io"


def test_a_long_scan_shows_the_most_urgent_and_says_how_many_more(fleets: Fleets, tmp_path: Path) -> None:
    affected = package("PyPI", "django", "introduced 4.0")
    (tmp_path / "feed.json").write_text(json.dumps([entry(f"PYSEC-{number:02}", affected) for number in range(60)]))
    now = datetime(2026, 11, 26, tzinfo=UTC)
    build_index(sources=[tmp_path / "feed.json"], to=tmp_path / ".midstream/index.db", now=now)
    fleets("add", "boms")
    said = fleets("scan")
    assert len(said.out.splitlines()) == 1 + 50
    assert "… and 10 more" in said.err
    assert "60 affected" in said.err
    said = fleets("scan", "--all")
    assert (len(said.out.splitlines()), "more" in said.err) == (1 + 60, False)
    assert len(fleets("scan", "--json").json["open"]) == 60


def test_dropping(fleets: Fleets) -> None:
    fleets("add", "boms")
    assert fleets("drop", "boms/lamp.json").code == 0
    assert fleets("drop", "boms/lamp.json").code == 2
    assert fleets("affected", "CVE-2026-2", "--fail-on-affected").code == 0
    assert fleets("scan", "--json").json["open"] == []


def test_exit_codes_and_what_nobody_knows(fleets: Fleets, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{")
    said = fleets("add", "boms", "bad.json")
    assert said.code == 2
    assert "2 added" in said.err
    assert fleets("affected", "CVE-2026-2", "--fail-on-affected").code == 1
    said = fleets("affected", "CVE-2000-1", "--fail-on-affected")
    assert (said.code, "that is no data, not clean" in said.err) == (0, True)
    (tmp_path / "other.db").write_text("nonsense" * 99)
    assert fleets("--fleet", "other.db", "list").code == 2
    assert fleets("add", "boms", "--release", "nonsense").code == 2
