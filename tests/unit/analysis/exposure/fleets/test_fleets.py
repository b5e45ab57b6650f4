"""Fleets: inputs by digest, distinct components, who is affected; and the same answers from every engine."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from midstream.analysis.exposure.errors import Unreadable
from midstream.analysis.exposure.fleets import frames
from midstream.analysis.exposure.fleets.asking import scan_fleet, who_is_affected
from midstream.analysis.exposure.fleets.file import Fleet, open_fleet
from midstream.analysis.exposure.fleets.rows import Names, Packages, component_of_row, row_of, row_of_purl
from midstream.analysis.exposure.index import Index
from midstream.analysis.exposure.inputs.inventory import Inventory
from midstream.analysis.exposure.inputs.packages import without_place
from midstream.analysis.exposure.inputs.purls import component_of_purl
from midstream.analysis.exposure.inputs.reading import read_input
from midstream.analysis.exposure.match import Component, match
from tests.unit.analysis.exposure.osv_entries import entry, package

LIMIT = 2**24
FEED = [
    entry("DSA-1", package("Debian:12", "openssl", "introduced 0", "fixed 3.0.13-1"), aliases=["CVE-2026-1"]),
    entry("PYSEC-2", package("PyPI", "zope.interface", "introduced 4", "fixed 5", "introduced 7")),
    entry("RLSA-3", package("Rocky Linux:9", "bash-doc", "introduced 0", "fixed 0:6-1")),
    entry("GHSA-4", package("npm", "left-pad", "introduced 0"), package("npm", "right-pad", "introduced 1.0.0")),
    entry("PYSEC-5", package("PyPI", "exact", versions=("1.0", "x-1"))),
]
SSL = "pkg:deb/debian/libssl3@3.0.11-1?upstream=openssl&distro=debian-12"
PURLS = [
    SSL,
    "pkg:deb/debian/openssl@3.0.13-1?distro=debian-12",
    "pkg:deb/debian/openssl@3.0.2-1",
    "pkg:pypi/zope.interface@4.5",
    "pkg:pypi/Zope_Interface@8",
    "pkg:pypi/zope-interface@6",
    "pkg:pypi/zope.interface@nonsense",
    "pkg:pypi/exact@x-1",
    "pkg:rpm/rocky/bash-doc@5-1?upstream=bash-5-1.src.rpm&distro=rocky-9",
    "pkg:npm/left-pad@1.0.0",
    "pkg:npm/left-pad",
    "pkg:cargo/serde@1.0.0",
    "pkg:github/mbed-tls/mbedtls@v3.6.0",
    "pkg:generic/x@1",
    "pkg:",
    "",
]
IndexOf = Callable[..., Index]


def bom(purls: list[str], *, also: tuple[dict[str, object], ...] = (), **more: object) -> str:
    parts = [{"name": "n", "version": "1.0.0", **({"purl": purl, "bom-ref": purl} if purl else {})} for purl in purls]
    parts += also
    return json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": parts, **more})


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    """Is a new fleet."""
    return open_fleet(path=tmp_path / "deep/fleet.db")


def put(fleet: Fleet, path: Path, text: str, **more: object) -> None:
    path.write_text(text)
    fleet.add(inputs=[str(path)], now="2026-11-25", size_limit=LIMIT, **more)  # type: ignore[arg-type]


def test_an_input_is_kept_by_its_digest(fleet: Fleet, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(bom(["pkg:npm/a@1", "pkg:npm/b@1", "pkg:npm/a@1", ""]))
    shutil.copy(tmp_path / "a.json", tmp_path / "copy.json")
    names = [str(tmp_path / name) for name in ("a.json", "copy.json", "a.json")]
    added = fleet.add(inputs=names, now="2026-11-25", size_limit=LIMIT)
    assert (added.new, added.known, added.entries) == (1, 2, 4)
    (kept,) = fleet.inputs()
    assert (kept.name, kept.unidentified, kept.listed, len(kept.digest)) == (names[0], 1, 4, 64)
    again = fleet.add(inputs=names, now="2026-11-26", size_limit=LIMIT)
    assert (again.new, again.known) == (0, 3)
    assert len(list(fleet.components())) == 0 or len({id_ for id_, _ in fleet.components()}) == 2


def test_what_cannot_be_read_hides_nothing_else(fleet: Fleet, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(bom(["pkg:npm/a@1"]))
    (tmp_path / "bad.json").write_text('{"bomFormat": "CycloneDX"')
    names = [str(tmp_path / name) for name in ("bad.json", "a.json", "gone.json")]
    added = fleet.add(inputs=names, now="2026-11-25", size_limit=LIMIT)
    assert (added.new, len(added.unread), fleet.count()) == (1, 2, 1)
    added = fleet.add(inputs=names[1:2], now="2026-11-25", size_limit=10)
    assert "larger" in added.unread[0].what


def test_a_newer_one_of_the_same_name_stands_beside_or_replaces_the_older(fleet: Fleet, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    put(fleet, path, bom(["pkg:npm/a@1"]))
    put(fleet, path, bom(["pkg:npm/a@2"]))
    assert fleet.count() == 2
    put(fleet, path, bom(["pkg:npm/a@3"]), replace=True)
    assert fleet.count() == 1
    assert fleet.drop(name=str(path)) == 1
    assert fleet.count() == 0


parts = st.lists(st.sampled_from(PURLS), max_size=6)
SAYING_MORE = (
    {"type": "operating-system", "name": "debian", "version": "12"},
    {
        "name": "libssl3",
        "purl": "pkg:deb/debian/libssl3@3.0.11-1?distro=debian-12",
        "properties": [{"name": "aquasecurity:trivy:SrcName", "value": "openssl"}],
    },
    {"name": "libssl3", "purl": "pkg:deb/debian/libssl3@3.0.11-1?distro=debian-12"},
    {"name": "inner", "purl": "pkg:npm/a@1", "components": [{"name": "b", "purl": "pkg:npm/b@1"}]},
)
also = st.lists(st.sampled_from(SAYING_MORE), max_size=2).map(tuple)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(parts, also), min_size=1, max_size=5), st.booleans(), st.sampled_from(["", "Debian:12"]))
def test_a_fleet_holds_what_the_scan_of_each_input_reads(
    tmp_path_factory: pytest.TempPathFactory,
    boms: list[tuple[list[str], tuple[dict[str, object], ...]]],
    at_once: bool,  # noqa: FBT001 - drawn, or from a table
    release: str,
) -> None:
    folder = tmp_path_factory.mktemp("fleet")
    fleet = open_fleet(path=folder / "fleet.db")
    names = [str(folder / f"{number}.json") for number in range(len(boms))]
    for name, (purls, more) in zip(names, boms, strict=True):
        root = {"component": {"type": "firmware", "name": name}}
        Path(name).write_text(bom(purls, also=more, metadata=root))
    for batch in [names] if at_once else [[name] for name in names]:
        fleet.add(inputs=batch, now="2026-11-25", release=release, size_limit=LIMIT)
    components = dict(fleet.components())
    assert len(set(components.values())) == len(components)
    kept = {one.id: one for one in fleet.inputs()}
    has: dict[str, set[Component]] = {one.name: set() for one in kept.values()}
    for number, numbers in fleet.who_has(set(components)):
        has[kept[number].name] = {components[one] for one in numbers}
    for kept_one in kept.values():
        (read,) = read_input(kept_one.name, release=release)
        assert isinstance(read, Inventory)
        assert has[kept_one.name] == set(map(without_place, read.components))
        assert (kept_one.listed, kept_one.unidentified) == (read.listed, len(read.unidentified))
    fleet.close()


@given(st.sampled_from([purl for purl in PURLS if len(purl) > 4]), st.sampled_from(["", "Debian:12"]))
def test_a_component_comes_back_from_its_row_as_it_was(purl: str, release: str) -> None:
    component = component_of_purl(purl, release=release)
    packages: Packages = {}
    package, _, body = row_of(component, packages=packages)
    assert package == 1
    ((ecosystem, _),) = packages
    assert component_of_row(ecosystem, body) == component


any_purls = st.builds(
    "pkg:{}/{}{}@{}{}".format,
    st.sampled_from(["npm", "pypi", "maven", "deb", "deb/debian", "golang", "github", "rpm"]),
    st.sampled_from(["", "n/", "a.b/c/"]),
    st.sampled_from(["x", "zlib1g", "a_b", "a.b", "X"]),
    st.sampled_from(["1", "1.2-3+b1", "1.2-3", "1:2", "1%3A2", "%20", "1%2F2", "1#a", "", "2.0~rc1", "x" * 300]),
    st.sampled_from(["", "?distro=debian-12", "?arch=amd64&upstream=y", "?epoch=1", "?arch=all", "?x=a@1"]),
)


@given(st.lists(any_purls, max_size=8), st.sampled_from(["", "Debian:12"]))
def test_a_purl_is_kept_as_its_component_whichever_purls_came_before(purls: list[str], release: str) -> None:
    names, packages = Names(), Packages()
    for purl in purls:
        row = row_of_purl(purl, release=release, names=names, packages=packages)
        if row is not None:
            component = component_of_purl(purl, release=release)
            assert row == row_of(component, packages=packages)
            assert component_of_row(list(packages)[row[0] - 1][0], row[2]) == component
            assert component.version
            assert component.ecosystem not in {"", "GIT"}


@pytest.fixture
def shipped(fleet: Fleet, tmp_path: Path) -> Fleet:
    """Is a fleet of three devices."""
    own = [{"id": "CVE-2026-1", "affects": [{"ref": SSL}], "analysis": {"state": "not_affected"}}]
    put(fleet, tmp_path / "one.json", bom(PURLS))
    put(fleet, tmp_path / "two.json", bom([SSL, "pkg:npm/left-pad@1.0.0"]))
    put(fleet, tmp_path / "three.json", bom([SSL], vulnerabilities=own))
    put(fleet, tmp_path / "four.json", bom(["pkg:pypi/zope-interface@6"]))
    return fleet


@pytest.mark.parametrize(
    ("vulnerability", "expected"),
    [
        ("CVE-2026-1", {"one": "affected", "two": "affected"}),
        ("dsa-1", {}),
        ("DSA-1", {"one": "affected", "two": "affected"}),
        ("PYSEC-2", {"one": "affected"}),
        ("PYSEC-5", {"one": "affected"}),
        ("RLSA-3", {"one": "affected"}),
        ("GHSA-4", {"one": "affected", "two": "affected"}),
        ("CVE-2000-1", {}),
    ],
)
def test_who_is_affected(shipped: Fleet, index_of: IndexOf, vulnerability: str, expected: dict[str, str]) -> None:
    found = who_is_affected(fleet=shipped, index=index_of(FEED), vulnerability=vulnerability)
    assert {Path(one.input.name).stem: one.answers[0].verdict for one in found} == expected


def test_what_an_input_says_about_itself_counts_for_it_alone(shipped: Fleet, index_of: IndexOf) -> None:
    found = who_is_affected(fleet=shipped, index=index_of(FEED), vulnerability="CVE-2026-1", everything=True)
    said = {Path(one.input.name).stem: one.answers[0] for one in found}
    assert said["three"].verdict == "not affected"
    assert said["three"].by == "statement"
    assert {one.verdict for one in said.values()} == {"affected", "not affected"}


def test_asking_for_one_vulnerability_tells_what_the_scan_of_all_tells(shipped: Fleet, index_of: IndexOf) -> None:
    index = index_of(FEED)
    told = {
        (one.vulnerability, one.verdict): (one.components, one.inputs)
        for one in scan_fleet(fleet=shipped, index=index).open
    }
    findings = list(match(index=index, components=[component for _, component in shipped.components()]))
    whole = {(one.vulnerability, one.verdict) for one in findings if one.vulnerability}
    assert {key for key in told if key[0]} == whole
    for vulnerability, verdict in whole:
        touched = {one.component for one in findings if (one.vulnerability, one.verdict) == (vulnerability, verdict)}
        found = who_is_affected(fleet=shipped, index=index, vulnerability=vulnerability, everything=True)
        has = [one for one in found if touched & {answer.component for answer in one.answers}]
        assert told[vulnerability, verdict] == (len(touched), len(has))


def test_what_the_index_knows_nothing_of_is_told_by_ecosystem(shipped: Fleet, index_of: IndexOf) -> None:
    found = scan_fleet(fleet=shipped, index=index_of(FEED))
    assert {one.ecosystem: one.components for one in found.silent} == {"": 1, "Debian": 1, "crates.io": 1}
    assert [one.example.name for one in found.open if not one.vulnerability] == ["github.com/mbed-tls/mbedtls"]


@pytest.mark.parametrize("first", [0, 1, 3, 100])
def test_the_first_of_a_scan_are_the_most_urgent_and_all_are_counted(
    shipped: Fleet, index_of: IndexOf, first: int
) -> None:
    whole = scan_fleet(fleet=shipped, index=index_of(FEED))
    some = scan_fleet(fleet=shipped, index=index_of(FEED), first=first)
    assert some.open == whole.open[:first]
    assert (some.counts, some.silent) == (whole.counts, whole.silent)
    assert sum(whole.counts.values()) == len(whole.open) > 3


def by_sqlite(fleet: Fleet, index: Index) -> set[tuple[int, str]]:
    """The pairs of the expression, as SQLite computes them."""
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE component (component, ecosystem, name, key)")
    db.execute("CREATE TABLE range (ecosystem, name, lo, hi, advisory)")
    db.executemany("INSERT INTO component VALUES (?, ?, ?, ?)", fleet.keyed())
    db.executemany("INSERT INTO range VALUES (?, ?, ?, ?, ?)", frames.range_rows(index))
    query = "SELECT component, advisory FROM component JOIN range USING (ecosystem, name) WHERE key >= lo AND key < hi"
    try:
        return set(db.execute(query))
    finally:
        db.close()


def test_the_expression_finds_in_sqlite_what_the_matcher_finds_in_ranges(shipped: Fleet, index_of: IndexOf) -> None:
    index = index_of(FEED)
    have_keys = {number for number, *_ in shipped.keyed()}  # the others are asked for one by one
    numbers = {component: number for number, component in shipped.components() if number in have_keys}
    found = {
        (numbers[one.component], told.advisory)
        for one in match(index=index, components=numbers)
        for told in one.told
        if told.by == "range" and told.verdict == "affected"
    }
    assert by_sqlite(shipped, index) == found
    assert len(found) == 5


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_polars_gives_the_same_answer(shipped: Fleet, index_of: IndexOf) -> None:
    pytest.importorskip("polars", reason="the extra 'fleet' is not installed")
    pytest.importorskip("ibis", reason="the extra 'fleet' is not installed")
    index = index_of(FEED)
    rows = shipped.keyed()
    assert frames.matched(engine="polars", components=rows, index=index) == by_sqlite(shipped, index)


@pytest.mark.enable_socket
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::ResourceWarning")
def test_spark_gives_the_same_answer(shipped: Fleet, index_of: IndexOf) -> None:
    pytest.importorskip("pyspark", reason="pyspark is not installed; see requirements/spark.txt")
    pytest.importorskip("ibis", reason="the extra 'fleet' is not installed")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java, which is not installed")
    index = index_of(FEED)
    rows = shipped.keyed()
    assert frames.matched(engine="spark", components=rows, index=index) == by_sqlite(shipped, index)


@pytest.mark.parametrize("content", [b"nonsense" * 200, b""])
def test_a_file_that_is_no_fleet_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.db"
    path.write_bytes(content)
    if not content:
        assert open_fleet(path=path).count() == 0  # an empty file is a new fleet
        return
    with pytest.raises(Unreadable, match="no fleet"):
        open_fleet(path=path)
    assert path.read_bytes() == content


def test_a_fleet_of_another_format_and_another_database_are_refused(tmp_path: Path) -> None:
    for name, words in (("new.db", "UPDATE format SET number = 99"), ("other.db", "DROP TABLE format")):
        open_fleet(path=tmp_path / name).close()
        db = sqlite3.connect(tmp_path / name)
        db.execute(words)
        db.commit()
        db.close()
        with pytest.raises(Unreadable, match="no fleet"):
            open_fleet(path=tmp_path / name)


def test_the_scan_of_a_fleet_counts_and_explains_as_the_matcher_does(shipped: Fleet, index_of: IndexOf) -> None:
    index = index_of(FEED)
    by_group: dict[tuple[str, str], set[Component]] = {}
    reasons: dict[tuple[str, str, Component], str] = {}
    for found in match(index=index, components=dict(shipped.components()).values()):
        if found.vulnerability:
            by_group.setdefault((found.vulnerability, found.verdict), set()).add(found.component)
            reasons[found.vulnerability, found.verdict, found.component] = found.why
    told = [each for each in scan_fleet(fleet=shipped, index=index).open if each.vulnerability]
    assert {(each.vulnerability, each.verdict): each.components for each in told} == {
        group: len(components) for group, components in by_group.items()
    }
    for each in told:
        assert each.why == reasons[each.vulnerability, each.verdict, each.example]
