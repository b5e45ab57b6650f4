"""The file: what it holds, how it is replaced, and what bad sources do to it."""

import json
import sqlite3
import stat
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest

from midstream.analysis.exposure.build import Built, Label, build_index
from midstream.analysis.exposure.errors import IndexTrouble, NoIndex
from midstream.analysis.exposure.index import open_index
from midstream.analysis.exposure.match import Component, match
from midstream.analysis.exposure.sources import files
from tests.unit.analysis.exposure.conftest import NOW, MakeIndex
from tests.unit.analysis.exposure.osv_entries import entry, package

GOOD = entry("GOOD-1", package("PyPI", "demo", "introduced 0", "fixed 2"))


def build(*sources: Path, to: Path, label: Label = "public") -> Built:
    return build_index(sources=sources, to=to, now=NOW, label=label)


def zipped(path: Path, members: dict[str, Any]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(name, member if isinstance(member, bytes | str) else json.dumps(member))
    return path


def unread(path: Path) -> list[str]:
    with open_index(path=path) as index:
        return [f"{place}: {reason}" for _, place, reason in index.unread()]


def affected(path: Path, version: str = "1") -> list[str]:
    with open_index(path=path) as index:
        components = [Component(ecosystem="PyPI", name="demo", version=version)]
        return [found.vulnerability for found in match(index=index, components=components)]


def test_json_yaml_folder_zip_and_list_come_to_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "folder" / "deep"
    folder.mkdir(parents=True)
    (folder / "one.json").write_text(json.dumps(GOOD))
    yaml = tmp_path / "one.yaml"
    yaml.write_text(
        "id: GOOD-1\nmodified: 2026-11-01T00:00:00Z\naffected:\n- package: {ecosystem: PyPI, name: demo}\n"
        "  ranges:\n  - type: ECOSYSTEM\n    events: [{introduced: 0}, {fixed: 2.0}]\n"
    )
    listed = tmp_path / "list.json"
    listed.write_text(json.dumps([GOOD]))
    single = tmp_path / "single.json"
    single.write_text(json.dumps(GOOD))
    for source in (folder.parent, yaml, listed, single, zipped(tmp_path / "all.zip", {"a/one.json": GOOD})):
        built = build(source, to=tmp_path / "index.db")
        assert (built.advisories, built.ranges, built.unread) == (1, 1, 0), source
        assert built.sources[0].newest == "2026-11-01T00:00:00Z"
        assert (affected(tmp_path / "index.db"), affected(tmp_path / "index.db", "2")) == (["GOOD-1"], [])


def truncated(tmp_path: Path) -> Path:
    path = zipped(tmp_path / "cut.zip", {f"{number}.json": GOOD for number in range(50)})
    path.write_bytes(path.read_bytes()[:-40])
    return path


def damaged_member(tmp_path: Path) -> Path:
    path = zipped(tmp_path / "damaged.zip", {"one.json": GOOD, "two.json": GOOD})
    data = bytearray(path.read_bytes())
    data[60] ^= 0xFF
    path.write_bytes(bytes(data))
    return path


def bomb(tmp_path: Path) -> Path:
    return zipped(tmp_path / "bomb.zip", {"zeros.json": b"0" * 20_000_000, "one.json": GOOD})


def lying_member(tmp_path: Path) -> Path:
    """The directory says 10 bytes, the stream holds more."""
    path = zipped(tmp_path / "lying.zip", {"one.json": json.dumps(GOOD) + " " * 5_000})
    data = path.read_bytes()
    place = data.index(b"PK\x01\x02") + 24
    path.write_bytes(data[:place] + struct.pack("<I", 10) + data[place + 4 :])
    return path


def written(name: str, text: str | bytes) -> Any:  # noqa: ANN401 - tables of Ibis, which ships no types
    def make(tmp_path: Path) -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return make


def changed(**more: Any) -> str:  # noqa: ANN401 - tables of Ibis, which ships no types
    return json.dumps({**GOOD, "id": "BAD-1", **more})


PACKAGE = {"ecosystem": "PyPI", "name": "other"}
BAD = {
    "truncated zip": (truncated, "no whole zip file"),
    "damaged member": (damaged_member, "cannot be unpacked"),
    "zip bomb": (bomb, "it grows more than 250 times"),
    "a member larger than it says": (lying_member, "cannot be unpacked"),
    "no zip": (written("x.zip", "hello"), "no whole zip file"),
    "cut json": (written("x.json", json.dumps(GOOD)[:-5]), "no whole JSON document"),
    "not utf-8": (written("x.json", b'{"id": "\xff\xfe"}'), "x.json:"),
    "deep json": (written("x.json", '{"id": "A", "affected": ' + "[" * 100_000 + "]" * 100_000 + "}"), "x.json"),
    "another document": (written("x.json", '{"hello": 1}'), "neither OSV, CSAF, CycloneDX or SPDX"),
    "ranges is no list": (
        written("x.json", changed(affected=[{"package": PACKAGE, "ranges": {}}])),
        "ranges: Expected `array`",
    ),
    "event without text": (
        written(
            "x.json",
            changed(affected=[{"package": PACKAGE, "ranges": [{"type": "ECOSYSTEM", "events": [{"fixed": 7}]}]}]),
        ),
        "Expected `str`",
    ),
    "long version": (
        written("x.json", changed(affected=[package("PyPI", "other", "introduced 0", f"fixed {'1.' * 5_000}1")])),
        "a version of 10001 characters",
    ),
    "long enumerated version": (
        written("x.json", changed(affected=[package("PyPI", "other", versions=("9" * 10_000,))])),
        "an enumerated version of 10000 characters",
    ),
    "control characters": (
        written("x.json", changed(affected=[package("PyPI", "oth\u001ber", "introduced 0")])),
        "control characters",
    ),
    "an id with control characters": (written("x.json", json.dumps({**GOOD, "id": "A\u001b[31m"})), "its id is"),
    "unknown event": (
        written("x.json", changed(affected=[package("PyPI", "other", "introduced 0", "mended 2")])),
        "an event 'mended'",
    ),
    "unknown type of range": (
        written("x.json", changed(affected=[package("PyPI", "other", "introduced 0", kind="MOON")])),
        "a range of the type 'MOON'",
    ),
    "aliases of numbers": (written("x.json", changed(aliases=[1])), "aliases: Expected `str`"),
    "yaml bomb": (
        written(
            "x.yaml",
            "a: &a [x, x, x, x, x, x, x, x, x]\n"
            + "".join(
                f"{chr(98 + place)}: &{chr(98 + place)} [{', '.join([f'*{chr(97 + place)}'] * 9)}]\n"
                for place in range(8)
            ),
        ),
        "more than 1000000 nodes",
    ),
    "no yaml": (written("x.yaml", "a: [b"), "no YAML"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_sources_are_told_and_the_rest_is_kept(name: str, tmp_path: Path) -> None:
    make, reason = BAD[name]
    good = tmp_path / "good.json"
    good.write_text(json.dumps(GOOD))
    to = tmp_path / "index.db"
    built = build(make(tmp_path), good, to=to)
    assert built.unread >= 1
    assert [line for line in unread(to) if reason in line], unread(to)
    assert all(line.isprintable() and len(line) < 1_000 for line in unread(to))
    assert "GOOD-1" in affected(to)


def test_a_member_over_the_limit_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "DOCUMENT_LIMIT", 100)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "one.json").write_text(json.dumps(GOOD))
    for source in (tmp_path / "folder", zipped(tmp_path / "all.zip", {"one.json": GOOD})):
        build(source, to=tmp_path / "index.db")
        assert "more than 100" in unread(tmp_path / "index.db")[0]
    monkeypatch.setattr(files, "FILE_LIMIT", 100)
    (tmp_path / "one.json").write_text(json.dumps(GOOD))
    build(tmp_path / "one.json", to=tmp_path / "index.db")
    assert "more than 100" in unread(tmp_path / "index.db")[0]


def test_a_zip_that_comes_to_too_much_is_read_up_to_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "TOTAL_LIMIT", 500)
    built = build(zipped(tmp_path / "all.zip", {f"{number}.json": GOOD for number in range(9)}), to=tmp_path / "i.db")
    assert built.advisories >= 1
    assert "the rest was not read" in unread(tmp_path / "i.db")[0]


def test_an_unchanged_source_is_taken_over_and_a_changed_one_is_read(tmp_path: Path) -> None:
    one, two, to = tmp_path / "one.json", tmp_path / "two.json", tmp_path / "index.db"
    one.write_text(json.dumps([GOOD, {"id": "BAD"}, {"id": 7}]))
    two.write_text(json.dumps(entry("OTHER-1", package("PyPI", "demo", "introduced 0"), aliases=["CVE-1"])))
    first = build(one, two, to=to)
    assert [source.is_taken_over for source in first.sources] == [False, False]
    two.write_text(json.dumps(entry("OTHER-2", package("PyPI", "demo", "introduced 0"), aliases=["GOOD-1", "CVE-9"])))
    second = build(one, two, to=to)
    assert [source.is_taken_over for source in second.sources] == [True, False]
    assert second.sources[0].unread == first.sources[0].unread == 1
    assert affected(to) == ["CVE-9"], "aliases are worked out anew over all sources"
    fresh = tmp_path / "fresh.db"
    build(one, two, to=fresh)
    assert rows(fresh) == rows(to)


def rows(path: Path) -> dict[str, list[Any]]:
    with sqlite3.connect(path) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")]
        found = {table: db.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in tables}
    db.close()
    return found


def test_the_same_sources_give_the_same_bytes(tmp_path: Path) -> None:
    one = tmp_path / "one.json"
    one.write_text(json.dumps([GOOD, entry("B", package("npm", "x", "introduced 0", versions=("1", "2")))]))
    build(one, to=tmp_path / "a.db")
    build(one, to=tmp_path / "b.db")
    assert (tmp_path / "a.db").read_bytes() == (tmp_path / "b.db").read_bytes()


def test_an_index_that_is_replaced_stays_the_same_for_who_has_it_open(tmp_path: Path) -> None:
    source, to = tmp_path / "one.json", tmp_path / "index.db"
    source.write_text(
        json.dumps([entry(f"A-{number}", package("PyPI", "demo", "introduced 0")) for number in range(2_000)])
    )
    build(source, to=to)
    with open_index(path=to) as index:
        source.write_text(json.dumps(GOOD))
        build(source, to=to)
        components = [Component(ecosystem="PyPI", name="demo", version="1")]
        assert sum(1 for _ in match(index=index, components=components)) == 2_000
    assert affected(to) == ["GOOD-1"]


def test_a_build_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, to = tmp_path / "one.json", tmp_path / "index.db"
    source.write_text(json.dumps(GOOD))
    build(source, to=to)
    before = to.read_bytes()
    with pytest.raises(FileNotFoundError):
        build(source, tmp_path / "missing.json", to=to)

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("midstream.analysis.exposure.build._settle", full)
    with pytest.raises(IndexTrouble) as caught:
        build(source, to=to)
    assert "disk is full" in caught.value.what
    assert to.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.db", "one.json"]


@pytest.mark.parametrize("content", [b"", b"hello", b"SQLite format 3\x00" + b"\xff" * 5_000])
def test_what_is_no_index_is_refused_and_may_be_replaced(content: bytes, tmp_path: Path) -> None:
    to = tmp_path / "index.db"
    to.write_bytes(content)
    with pytest.raises((NoIndex, IndexTrouble)) as caught:
        open_index(path=to)
    assert caught.value.hint
    source = tmp_path / "one.json"
    source.write_text(json.dumps(GOOD))
    build(source, to=to)
    assert affected(to) == ["GOOD-1"]


@pytest.mark.parametrize(("number", "what"), [(99, "format 99"), (0, "older format")])
def test_an_index_of_another_format_is_refused(number: int, what: str, tmp_path: Path) -> None:
    source, to = tmp_path / "one.json", tmp_path / "index.db"
    source.write_text(json.dumps(GOOD))
    build(source, to=to)
    with sqlite3.connect(to) as db:
        db.execute("UPDATE meta SET value = ? WHERE name = 'format'", (str(number),))
    db.close()
    with pytest.raises(NoIndex) as caught:
        open_index(path=to)
    assert what in caught.value.what
    assert build(source, to=to).sources[0].is_taken_over is False
    assert affected(to) == ["GOOD-1"]


def test_an_index_of_another_layout_is_of_an_older_format(tmp_path: Path) -> None:
    source, to = tmp_path / "one.json", tmp_path / "index.db"
    source.write_text(json.dumps(GOOD))
    build(source, to=to)
    with sqlite3.connect(to) as db:
        db.execute("ALTER TABLE range DROP COLUMN shared")
        db.execute("ALTER TABLE range DROP COLUMN summary")
    db.close()
    with open_index(path=to) as index, pytest.raises(NoIndex, match="older format"):
        index.package("PyPI", "demo")


def test_there_must_be_an_index(tmp_path: Path) -> None:
    with pytest.raises(NoIndex, match="there is no index"):
        open_index(path=tmp_path / "none.db")


PRIVATE = entry("SECRET-1", package("PyPI", "demo", "introduced 0"), database_specific={"tlp": "TLP:AMBER+STRICT"})


def test_a_public_index_never_holds_a_private_advisory(tmp_path: Path) -> None:
    folder = tmp_path / "advisories"
    folder.mkdir()
    (folder / "SECRET-1.json").write_text(json.dumps(PRIVATE))
    csaf = {"document": {"csaf_version": "2.0", "title": "SECRET-2", "distribution": {"tlp": {"label": "RED"}}}}
    (folder / "SECRET-2.json").write_text(json.dumps(csaf))
    (folder / "good.json").write_text(json.dumps(GOOD))
    to = tmp_path / "index.db"
    build(folder, to=to)
    assert affected(to) == ["GOOD-1"]
    assert b"SECRET" not in to.read_bytes()
    assert unread(to)[0] == "advisories: document 1: not for the public; it may only enter an embargoed index"
    assert stat.S_IMODE(to.stat().st_mode) == 0o644


def test_the_name_of_a_private_file_is_not_told_either(tmp_path: Path) -> None:
    source, good, to = tmp_path / "SECRET-1.json", tmp_path / "good.json", tmp_path / "index.db"
    source.write_text(json.dumps(PRIVATE))
    good.write_text(json.dumps(GOOD))
    built = build(source, good, to=to)
    assert [each.name for each in built.sources] == ["source 1", "good.json"]
    assert unread(to) == ["the file: document 1: not for the public; it may only enter an embargoed index"]
    assert b"SECRET" not in to.read_bytes()


def test_an_embargoed_index_is_for_its_owner_and_is_not_taken_over_by_a_public_one(tmp_path: Path) -> None:
    source, to = tmp_path / "one.json", tmp_path / "index.db"
    source.write_text(json.dumps([PRIVATE, GOOD]))
    build(source, to=to, label="embargoed")
    assert stat.S_IMODE(to.stat().st_mode) == 0o600
    assert affected(to) == ["GOOD-1", "SECRET-1"]
    with open_index(path=to) as index:
        assert index.meta["label"] == "embargoed"
    built = build(source, to=to)
    assert built.sources[0].is_taken_over is False
    assert b"SECRET" not in to.read_bytes()


def test_who_is_concerned_by_a_vulnerability_is_one_look(index_of: MakeIndex) -> None:
    index = index_of(
        [
            entry("GHSA-1", package("PyPI", "demo", "introduced 0"), aliases=["CVE-1"]),
            entry("CVE-1", package("npm", "demo", versions=("x",))),
        ]
    )
    assert index.packages_of("GHSA-1") == index.packages_of("CVE-1") == (("PyPI", "demo"), ("npm", "demo"))
    assert index.packages_of("CVE-2") == ()


def test_two_sources_of_one_name_are_told_apart(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "all.json").write_text(json.dumps(GOOD))
    built = build(tmp_path / "a" / "all.json", tmp_path / "b" / "all.json", to=tmp_path / "i.db")
    assert [source.name for source in built.sources] == ["all.json", "all.json (2)"]


def test_a_zip_with_names_that_climb_is_only_read(tmp_path: Path) -> None:
    path = zipped(tmp_path / "all.zip", {"../../one.json": GOOD})
    build(path, to=tmp_path / "i.db")
    assert affected(tmp_path / "i.db") == ["GOOD-1"]
