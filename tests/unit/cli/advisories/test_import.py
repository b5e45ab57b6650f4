"""A document is read in by its content alone: its format by its marks, its case by the ids it gives."""

import json
from pathlib import Path

import pytest

from tests.shells import Shell


@pytest.fixture
def osv(demo: Shell, tmp_path: Path) -> Path:
    """Is an OSV record of tfmv-10 to which somebody added a score."""
    tree = json.loads(demo("advisory", "export", "tfmv-10", "--format", "osv").out)
    tree["references"].append({"type": "WEB", "url": "https://example.org/more"})
    path = tmp_path / "their.json"
    path.write_text(json.dumps(tree), encoding="utf-8")
    return path


def test_the_case_and_the_format_are_found(demo: Shell, osv: Path) -> None:
    plain = demo("advisory", "import", "tfmv-10", str(osv), "--format", "osv", "--dry-run", "--json")
    found = demo("advisory", "import", str(osv), "--dry-run", "--json")
    assert (found.code, found.json) == (plain.code, plain.json)
    assert (found.json["case"], found.json["format"]) == ("tfmv-10", "osv")
    assert [each["field"] for each in found.json["taken"]] == ["reference[https://example.org/more]"]
    told = demo("advisory", "import", str(osv))
    assert "tfmv-10, read as osv" in told.err
    assert "adds reference[https://example.org/more]" in told.out
    assert demo("advisory", "import", "TFMV-10", str(osv)).out == ""


def test_what_ours_has_no_place_for_is_named_when_it_is_checked(demo: Shell, osv: Path) -> None:
    tree = json.loads(osv.read_text())
    tree.setdefault("database_specific", {})["x_kept"] = 1
    tree["affected"].append({"package": {"ecosystem": "PyPI", "name": "other"}, "ecosystem_specific": {"x": [1]}})
    osv.write_text(json.dumps(tree))
    assert demo("advisory", "check", "tfmv-10", "--format", "osv").err == ""
    assert demo("advisory", "import", str(osv)).code == 0
    told = demo("advisory", "check", "tfmv-10", "--format", "osv")
    assert told.code == 0
    assert told.err.count("has no place in ours") == 1
    assert "note: osv: what another document had at /affected/" in told.err
    (row,) = demo("advisory", "check", "tfmv-10", "--format", "osv", "--json").json["checked"]
    assert [path.rpartition("/")[2] for path in row["unplaced"]] == ["x"]


@pytest.mark.parametrize("name", ["csaf20", "openvex", "cyclonedx", "spdx", "cve", "ghsa", "mail", "atom"])
def test_every_format_finds_its_case(demo: Shell, tmp_path: Path, name: str) -> None:
    path = tmp_path / "document"
    path.write_text(demo("advisory", "export", "tfmv-10", "--format", name).out, encoding="utf-8", newline="")
    if not path.read_bytes():
        pytest.skip("the demo's case has no such document")
    said = demo("advisory", "import", str(path), "--dry-run", "--json")
    assert (said.json["case"], said.json["format"], said.json["taken"]) == ("tfmv-10", name, [])


def test_a_case_that_is_not_for_somebody_is_not_found(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "their.json"
    said = {}
    for name in ("ACME-1", "ACME-77"):
        tree = {"schema_version": "1.7.5", "id": f"x_{name}", "modified": "2026-01-01T00:00:00Z", "affected": []}
        path.write_text(json.dumps(tree), encoding="utf-8")
        said[name] = shell("advisory", "import", str(path), by="eve")
        assert (said[name].code, said[name].out) == (2, "")
    assert said["ACME-1"].err.replace("ACME-1", "") == said["ACME-77"].err.replace("ACME-77", "")
    assert "midstream advisory import CASE FILE" in said["ACME-1"].err


TROUBLE = [
    ('{"name": "a flaw"}', "--format"),
    ('{"schema_version": "1.7.5", "id": "", "modified": "2026-01-01T00:00:00Z", "affected": []}', "no id"),
]


@pytest.mark.parametrize(("text", "said"), TROUBLE)
def test_what_is_unclear_is_told_with_what_to_do(shell: Shell, tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "their.json"
    path.write_text(text, encoding="utf-8")
    found = shell("advisory", "import", str(path))
    assert found.code == 2
    assert said in found.err


def test_one_file_is_read_and_it_is_there(shell: Shell) -> None:
    assert shell("advisory", "import", "acme-1", "no-such-file").code == 2
    assert shell("advisory", "import", "a", "b", "c").code == 2
