"""``midstream scan``: answers, formats, statements, changes, exit codes, and what a terminal must not obey."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from midstream.analysis.exposure.build import build_index
from tests.shells import Said, Shell
from tests.unit.analysis.exposure.osv_entries import entry, git, package

FEED = [
    entry("DSA-1", package("Debian:12", "openssl", "introduced 0", "fixed 3.0.13-1"), aliases=["CVE-2026-1"]),
    entry(
        "PYSEC-2", package("PyPI", "django", "introduced 4.0", "fixed 4.2.1"), aliases=["CVE-2026-2"], summary="A hole"
    ),
    entry("OSV-3", package("PyPI", "django", "introduced 0"), aliases=["CVE-2026-3"], withdrawn="2026-01-01T00:00:00Z"),
    entry(
        "OSV-4", git("https://github.com/Mbed-TLS/mbedtls", "introduced 0", "fixed " + "a" * 40, versions=("v3.6.0",))
    ),
]


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Is an index of a few entries."""
    folder = tmp_path_factory.mktemp("index")
    (folder / "feed.json").write_text(json.dumps(FEED))
    build_index(sources=[folder / "feed.json"], to=folder / "index.db", now=datetime(2026, 11, 25, tzinfo=UTC))
    return folder / "index.db"


def bom(*purls: str, **more: object) -> str:
    components = [{"name": purl.split("/")[-1].split("@")[0], "purl": purl, "bom-ref": purl} for purl in purls]
    return json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": components, **more})


LIBSSL = "pkg:deb/debian/libssl3@3.0.11-1?upstream=openssl&distro=debian-12"
PARTS = [LIBSSL, "pkg:pypi/Django@4.2.0", "pkg:pypi/django@not-a-version", "pkg:npm/left-pad@1.0.0", "pkg:pypi/other@1"]


class Scans:
    """Runs scans with the index."""

    def __init__(self, shell: Shell, index: Path) -> None:
        self.shell, self.index = shell, index

    def __call__(self, *words: str) -> Said:
        return self.shell("scan", *words, "--index", str(self.index))


@pytest.fixture
def scans(empty: Shell, index: Path, tmp_path: Path) -> Scans:
    """Scans, where a bill of materials is called sbom.json."""
    (tmp_path / "sbom.json").write_text(bom(*PARTS))
    return Scans(empty, index)


def verdicts(said: Said) -> dict[tuple[str, str], str]:
    return {(one["component"]["purl"], one["vulnerability"]): one["verdict"] for one in said.json["answers"]}


def test_the_answers_of_a_bill_of_materials(scans: Scans) -> None:
    said = scans("sbom.json", "--json")
    assert said.code == 0
    assert verdicts(said) == {
        (LIBSSL, "CVE-2026-1"): "affected",
        ("pkg:pypi/Django@4.2.0", "CVE-2026-2"): "affected",
        ("pkg:pypi/Django@4.2.0", "CVE-2026-3"): "withdrawn",
        ("pkg:pypi/django@not-a-version", "CVE-2026-2"): "unknown version",
        ("pkg:pypi/django@not-a-version", "CVE-2026-3"): "withdrawn",
        ("pkg:npm/left-pad@1.0.0", ""): "no data",
    }
    first = said.json["answers"][0]
    assert first["verdict"] == "affected"
    assert said.json["counts"]["components"] == 5
    assert said.json["inputs"][0]["digest"]
    assert "2 affected, 1 unknown version, 1 no data" in said.err


def test_the_table_fits_80_columns_and_says_why(scans: Scans) -> None:
    said = scans("sbom.json")
    assert max(map(len, said.out.splitlines())) <= 80
    assert "openssl 3.0.11-1  Debian:12  in libssl3" in said.out
    assert re.search(r"affected +CVE-2026-1 +fixed in 3\.0\.13-1", said.out)
    assert "no data: the index knows nothing about npm (1)" in said.out


def test_a_long_vector_does_not_hide_the_fix(empty: Shell, tmp_path: Path) -> None:
    vector = [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]
    feed = [entry("CVE-2026-123456", package("PyPI", "demo", "introduced 0", "fixed 2.0"), severity=vector)]
    (tmp_path / "feed.json").write_text(json.dumps(feed))
    build_index(sources=[tmp_path / "feed.json"], to=tmp_path / "own.db", now=datetime(2026, 11, 25, tzinfo=UTC))
    said = empty("scan", "pkg:pypi/demo@1", "pkg:pypi/demo@latest", "--index", "own.db")
    assert said.out.count("fixed in 2.0") == 2
    assert max(map(len, said.out.splitlines())) <= 80


def test_a_purl_alone_and_what_it_is_fixed_in(scans: Scans) -> None:
    assert verdicts(scans("pkg:pypi/django@4.2.0", "--json"))["pkg:pypi/django@4.2.0", "CVE-2026-2"] == "affected"
    assert "CVE-2026-2" not in scans("pkg:pypi/django@4.2.1", "--json").out
    every = scans("pkg:pypi/django@4.2.1", "--json", "--all")
    assert verdicts(every)["pkg:pypi/django@4.2.1", "CVE-2026-2"] == "fixed in this version"


def test_explain_shows_the_range_the_keys_and_the_line_of_the_source(scans: Scans) -> None:
    said = scans("pkg:pypi/django@4.2.0", "--explain", "cve-2026-2")
    assert re.search(r"PYSEC-2: affected: .*4\.2\.0", said.out)
    assert re.search(r"key +\S", said.out)
    assert re.search(r"range +\S+ <= key < \S+", said.out)
    assert "line" in said.out
    assert "CVE-2026-3" not in said.out
    fixed = scans("pkg:pypi/django@4.2.1", "--explain", "PYSEC-2")
    assert "fixed in this version" in fixed.out
    assert "nothing about CVE-2000-1" in scans("pkg:pypi/other@1", "--explain", "CVE-2000-1").out
    assert scans("pkg:pypi/django@4.2.0", "--explain", "CVE-2026-2", "--json").json[0]["told"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), 0),
        (("--fail-on", "affected"), 1),
        (("--fail-on", "unknown-version"), 1),
        (("--fail-on", "no-data"), 1),
        (("--fail-on", "disputed"), 0),
        (("--fail-on", "unidentified", "--fail-on", "disputed"), 0),
        (("--fail-on", "nonsense"), 2),
        (("--release", "nonsense"), 2),
        (("--since", "sbom.json"), 2),
        (("--since", "not-there.json"), 3),
        (("not-there.json",), 3),
        (("--vex", "not-there.json"), 3),
        (("--vex", "sbom.json"), 0),
        (("bad.json", "--fail-on", "affected"), 2),
        (("--vex", "bad.json"), 2),
    ],
)
def test_exit_codes(scans: Scans, tmp_path: Path, words: tuple[str, ...], code: int) -> None:
    (tmp_path / "bad.json").write_text("{")
    assert scans("sbom.json", *words).code == code


def test_what_cannot_be_read_hides_nothing_else(scans: Scans, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{")
    said = scans("bad.json", "not-there", "sbom.json", "--json")
    assert said.code == 3
    assert len(said.json["answers"]) == 6
    assert [one["is_missing"] for one in said.json["unread"]] == [False, True]
    assert said.err.count("error:") == 2
    assert said.err.count("hint:") == 2
    assert "not read: 2 of what was named" in said.err
    assert "nothing open in what could be read" in scans("not-there").err


def test_no_index_is_said_with_what_to_do(empty: Shell) -> None:
    said = empty("scan", "pkg:npm/a@1", "--index", "nowhere.db")
    assert said.code == 2
    assert "midstream index build" in said.err


def vex(status: str, product: str = LIBSSL, **more: object) -> str:
    statement = {"vulnerability": {"name": "CVE-2026-1"}, "products": [{"@id": product}], "status": status, **more}
    return json.dumps({"@context": "https://openvex.dev/ns/v0.2.0", "author": "Acme", "statements": [statement]})


INPUTS = {
    "CycloneDX": bom(LIBSSL),
    "SPDX": json.dumps(
        {
            "spdxVersion": "SPDX-2.3",
            "packages": [{"name": "x", "externalRefs": [{"referenceType": "purl", "referenceLocator": LIBSSL}]}],
        }
    ),
    "tag-value": f"SPDXVersion: SPDX-2.3\nPackageName: x\nExternalRef: PACKAGE-MANAGER purl {LIBSSL}\n",
    "dpkg": "Package: libssl3\nStatus: install ok installed\nSource: openssl\nVersion: 3.0.11-1\n",
    "purls": f"{LIBSSL}\n",
}


@pytest.mark.parametrize("kind", list(INPUTS))
def test_a_statement_counts_for_every_kind_of_input_and_shows_who_said_it(
    scans: Scans, tmp_path: Path, kind: str
) -> None:
    (tmp_path / "input").write_text(INPUTS[kind])
    (tmp_path / "vex.json").write_text(
        vex("not_affected", "pkg:deb/debian/libssl3", justification="component_not_present")
    )
    words = ("input", "--release", "bookworm", "--json")
    assert [one["verdict"] for one in scans(*words).json["answers"]] == ["affected"]
    said = scans(*words, "--vex", "vex.json", "--fail-on", "affected")
    (answer,) = said.json["answers"]
    assert (said.code, answer["verdict"], answer["found"], answer["by"]) == (0, "not affected", "affected", "statement")
    assert "Acme (OpenVEX, vex.json) says not affected" in answer["why"]


@pytest.mark.parametrize(("release", "verdicts"), [("8.9", ["affected"]), ("9.2", [])])
def test_a_statement_about_a_part_of_a_distribution_is_of_that_release_alone(
    scans: Scans, tmp_path: Path, release: str, verdicts: list[str]
) -> None:
    product = {"@id": "cpe:/o:redhat:enterprise_linux:8", "identifiers": {"cpe22": "cpe:/o:redhat:enterprise_linux:8"}}
    parted = {"products": [{**product, "subcomponents": [{"@id": "pkg:rpm/redhat/web"}]}]}
    (tmp_path / "vex.json").write_text(vex("affected", action_statement="Update.", **parted))
    said = scans(f"pkg:rpm/redhat/web@2.4-5?distro=rhel-{release}", "--vex", "vex.json", "--json", "--all")
    assert [one["verdict"] for one in said.json["answers"] if one["by"] == "statement"] == verdicts
    assert len(said.json["unused_statements"]) == (not verdicts)


def test_contradictory_statements_are_shown_and_fail(scans: Scans, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(vex("not_affected"))
    (tmp_path / "b.json").write_text(vex("affected").replace("Acme", "Beta"))
    said = scans("sbom.json", "--vex", "a.json", "--vex", "b.json", "--fail-on", "disputed")
    assert said.code == 1
    assert "disputed" in said.out
    assert "Acme" in said.out
    assert "Beta" in said.out
    document = scans("sbom.json", "--vex", "a.json", "--vex", "b.json", "--format", "cyclonedx").json
    (told,) = [each for each in document["vulnerabilities"] if "Acme" in str(each["properties"])]
    assert {"name": "midstream:disputed", "value": "true"} in told["properties"]
    assert "analysis" not in told  # what is in dispute is nobody's assessment


def test_a_statement_of_the_input_itself_and_one_about_nothing(scans: Scans, tmp_path: Path) -> None:
    own = [{"id": "CVE-2026-1", "affects": [{"ref": LIBSSL}], "analysis": {"state": "not_affected"}}]
    (tmp_path / "own.json").write_text(bom(LIBSSL, vulnerabilities=own))
    (tmp_path / "idle.json").write_text(vex("affected", "pkg:npm/nobody"))
    said = scans("own.json", "pkg:pypi/other@1", "--vex", "idle.json", "--json")
    assert [one["verdict"] for one in said.json["answers"]] == ["not affected"]
    assert [one["names"] for one in said.json["unused_statements"]] == [["pkg:npm/nobody"]]
    assert "1 statement speaks of nothing" in said.err


def test_what_changed_since_the_last_scan(scans: Scans, tmp_path: Path) -> None:
    assert scans("sbom.json", "--json", "-o", "before.json").code == 0
    (tmp_path / "after.json").write_text(bom(LIBSSL, "pkg:pypi/Django@4.2.1", "pkg:github/Mbed-TLS/mbedtls@v3.6.0"))
    said = scans("after.json", "--since", "before.json")
    changed = said.out.partition("\n\n")[0]
    assert re.search(r"new +OSV-4 +github\.com/mbed-tls/mbedtls", changed)
    assert re.search(r"gone +CVE-2026-2 +django", changed)
    assert "CVE-2026-1" not in changed
    assert "since" in said.err
    assert "nothing" in scans("sbom.json", "--since", "before.json").out.partition("\n\n")[0]


def schema_of(name: str) -> Any:  # noqa: ANN401 - JSON is anything
    cyclonedx = pytest.importorskip("cyclonedx.schema._res", reason="cyclonedx-python-lib has the official schema")
    return json.loads((Path(cyclonedx.__path__[0]) / name).read_text(encoding="utf-8"))


def test_cyclonedx_with_vulnerabilities_follows_the_official_schema(scans: Scans, tmp_path: Path) -> None:
    (tmp_path / "vex.json").write_text(vex("not_affected", justification="component_not_present"))
    document = scans("sbom.json", "--format", "cyclonedx", "--vex", "vex.json").json
    schema = schema_of("bom-1.6.SNAPSHOT.schema.json")
    schema.pop("$schema", None)
    parts = ("spdx.SNAPSHOT.schema.json", "jsf-0.82.SNAPSHOT.schema.json", "cryptography-defs.SNAPSHOT.schema.json")
    known = [(f"http://cyclonedx.org/schema/{name}", schema_of(name)) for name in parts]
    registry = jsonschema_rs.Registry(known)
    validator = jsonschema_rs.Draft7Validator(schema, registry=registry)
    assert [error.message for error in validator.iter_errors(document)] == []
    by_id = {one["id"]: one for one in document["vulnerabilities"]}
    assert by_id["CVE-2026-1"]["analysis"]["state"] == "not_affected"
    assert "analysis" not in by_id["CVE-2026-2"]
    assert "no-data" in document["properties"][0]["name"]


def test_sarif_has_a_result_for_what_is_open_and_suppresses_what_is_said_to_be_harmless(
    scans: Scans, tmp_path: Path
) -> None:
    (tmp_path / "vex.json").write_text(vex("not_affected"))
    (run,) = scans("sbom.json", "--format", "sarif", "--vex", "vex.json").json["runs"]
    found = {one["ruleId"]: one for one in run["results"]}
    assert set(found) == {"CVE-2026-1", "CVE-2026-2", "no-data"}
    assert found["CVE-2026-1"]["suppressions"][0]["status"] == "accepted"
    assert found["CVE-2026-2"]["message"]["text"]
    for one in run["results"]:
        assert run["tool"]["driver"]["rules"][one["ruleIndex"]]["id"] == one["ruleId"]
        assert one["level"] in {"error", "warning", "note", "none"}
        assert one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "sbom.json"
    assert len({one["partialFingerprints"]["componentAndVulnerability/v1"] for one in run["results"]}) == len(
        run["results"]
    )
    (tmp_path / "status").write_text("\n\n" + INPUTS["dpkg"])
    (run,) = scans("status", "--release", "bookworm", "--format", "sarif").json["runs"]
    assert run["results"][0]["locations"][0]["physicalLocation"]["region"] == {"startLine": 3}


def test_the_openvex_skeleton_can_be_given_back_and_changes_nothing_until_it_is_filled_in(
    scans: Scans, tmp_path: Path
) -> None:
    before = scans("sbom.json", "--json")
    scans("sbom.json", "--format", "openvex", "-o", "vex.json")
    skeleton = json.loads((tmp_path / "vex.json").read_text())
    assert {one["vulnerability"]["name"] for one in skeleton["statements"]} == {"CVE-2026-1", "CVE-2026-2"}
    (note,) = [one["status_notes"] for one in skeleton["statements"] if one["vulnerability"]["name"] == "CVE-2026-2"]
    assert note.startswith("affected: 4.2.0 lies in")
    assert "; unknown version: " in note
    again = scans("sbom.json", "--json", "--vex", "vex.json")
    assert verdicts(again) == verdicts(before)
    assert again.json["unused_statements"] == []
    filled = (tmp_path / "vex.json").read_text().replace("under_investigation", "fixed")
    (tmp_path / "vex.json").write_text(filled)
    assert "affected" not in verdicts(scans("sbom.json", "--json", "--vex", "vex.json")).values()


def test_the_page_tells_what_is_new_what_is_gone_and_what_was_another_verdict(scans: Scans, tmp_path: Path) -> None:
    scans("sbom.json", "--json", "-o", "before.json")
    (tmp_path / "after.json").write_text(bom(LIBSSL, "pkg:pypi/Django@4.2.1", "pkg:github/Mbed-TLS/mbedtls@v3.6.0"))
    page = scans("after.json", "--format", "html", "--since", "before.json").out
    new, gone = page.partition("<h3>New</h3>")[2].partition("<h3>Gone</h3>")[::2]
    assert "OSV-4" in new
    assert "CVE-2026-2" not in new
    assert "CVE-2026-2" in gone.partition("</table>")[0]
    scans("sbom.json", "--format", "openvex", "-o", "vex.json")
    filled = (tmp_path / "vex.json").read_text().replace("under_investigation", "fixed")
    (tmp_path / "vex.json").write_text(filled)
    page = scans("sbom.json", "--vex", "vex.json", "--format", "html", "--since", "before.json").out
    assert re.search(r"<h3>Another verdict</h3>.*: CVE-2026-1 was affected, is fixed", page)
    page = scans("sbom.json", "not-there.json", "--format", "html").out
    assert re.search(r"<h2>Could not be read</h2>.*not-there\.json.*Check that the path is right", page, re.DOTALL)


def test_the_page_is_whole_and_obeys_nothing_it_shows(scans: Scans, tmp_path: Path) -> None:
    evil = {"name": "<script>alert(1)</script>\u202e", "version": '"><b>'}
    (tmp_path / "evil.json").write_text(json.dumps(json.loads(bom(*PARTS)) | {"components": [evil]}))
    scans("sbom.json", "--json", "-o", "before.json")
    page = scans("evil.json", "sbom.json", "--format", "html", "--since", "before.json").out
    assert page.startswith("<!doctype html>")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "\u202e" not in page
    assert "Changed since" in page
    assert not re.search(r"(src|href)=", page)


NASTY = "\x1b[31mred\x1b]0;title\x07\u202egnp.exe\x9b2J\r\nnext"


@pytest.mark.parametrize(
    "words", [(), ("--json",), ("--format", "sarif"), ("--format", "cyclonedx"), ("--explain", "X")]
)
def test_nothing_that_comes_from_outside_steers_a_terminal(
    scans: Scans, tmp_path: Path, words: tuple[str, ...]
) -> None:
    parts = [
        {"name": NASTY, "version": NASTY},
        {"name": NASTY, "purl": f"pkg:pypi/django@{NASTY}"},
        {"name": "a", "purl": f"pkg:{NASTY}"},
        {"name": "a", "version": 7, "purl": f"pkg:deb/debian/{NASTY}@1?distro=debian-12"},
    ]
    (tmp_path / "nasty.json").write_text(json.dumps(json.loads(bom()) | {"components": parts}))
    said = scans("nasty.json", *words)
    steering = [char for char in said.out + said.err if not char.isprintable() and char != "\n"]
    assert steering == []


def test_a_written_file_is_replaced_as_a_whole(scans: Scans, tmp_path: Path) -> None:
    (tmp_path / "out.json").write_text("old")
    assert scans("sbom.json", "--json", "-o", "out.json").out == ""
    assert json.loads((tmp_path / "out.json").read_text())["format"] == "midstream-scan-1"
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []
    assert scans("sbom.json", "--json", "-o", "no/such/folder.json").code == 3
