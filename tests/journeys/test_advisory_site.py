"""From the demo's cases to a published site whose ranges are right where the original pages are wrong."""

import json
import re
import sqlite3
from importlib.resources import files
from pathlib import Path

import pytest

from midstream.adapters.mail import read_mail
from midstream.adapters.openpgp.signing import KeyVerifier
from midstream.adapters.publication import DirectoryTarget
from midstream.advisories.formats import TARGETS
from midstream.desk.advisories.documents import known
from midstream.desk.demo import load_demo
from midstream.desk.desk import Desk
from midstream.formats.osv.document import read as read_osv
from midstream.formats.osv.evaluate import is_affected
from midstream.store import open_store
from midstream.wiring.settings import key_file
from midstream.wiring.site import PublicSite
from tests.desks import Clock
from tests.shells import Said, Shell

# Read from git, not from the pages: the releases with the fix, and those that have the flaw.
TRUTH = {
    "tfmv-9": (
        {"2.1.3", "2.1.4", "2.1.5", "2.1.6", "2.2.1", "2.2.2", "2.3.0", "2.3.1"},
        {"1.3.0", "1.4.0", "1.8.1", "2.0.0", "2.1.0", "2.1.1", "2.1.2", "2.2.0"},
    ),
    "tfmv-10": (
        {"2.1.6", "2.3.1"},
        {"2.1.0", "2.1.5", "2.2.0", "2.2.1", "2.2.2", "2.3.0"},
    ),
}


class SiteShell(Shell):
    """A shell whose desk publishes."""

    def desk(self, url: str = "") -> Desk:
        url = url or str(self.store)
        return Desk(
            store=open_store(url=url, key_file=key_file(url)),
            clock=self.clock,
            read_mail=read_mail,
            site=PublicSite(),
            open_target=lambda path: DirectoryTarget(Path(path)),
            verifier=KeyVerifier(),
        )


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[SiteShell, Path, Said]:
    """The demo, published; no test changes it."""
    return _published(tmp_path_factory.mktemp("demo"))


@pytest.fixture
def apart(tmp_path: Path) -> tuple[SiteShell, Path, Said]:
    """The demo, published, for one test alone."""
    return _published(tmp_path)


def _published(folder: Path) -> tuple[SiteShell, Path, Said]:
    shell = SiteShell(folder / "store.db", person="yuki", clock=Clock())
    load_demo(shell.desk())
    said = shell("advisory", "publish", "--all", "--to", str(folder / "site"))
    return shell, folder / "site", said


def test_all_of_the_history_is_published(published: tuple[SiteShell, Path, Said]) -> None:
    _, site, said = published
    assert said.code == 0, said.err
    pages = {path.stem for path in (site / "advisories").glob("*.html")}
    assert pages == {f"tfmv-{number}" for number in range(1, 12)}
    assert said.out.count("advisory.published") == said.out.count("advisory.confirmed") == 11


@pytest.mark.parametrize("case", sorted(TRUTH))
def test_the_ranges_are_those_of_git(published: tuple[SiteShell, Path, Said], case: str) -> None:
    _, site, _ = published
    fixed, affected = TRUTH[case]
    record = json.loads((site / f"advisories/{case}.record.json").read_bytes())
    verdicts = record["summary"]["affected"][0]["verdicts"]
    assert {version for version, word in verdicts.items() if word == "fixed"} >= fixed
    assert {version for version, word in verdicts.items() if word == "affected"} >= affected
    document = read_osv((site / f"advisories/{case}.osv.json").read_bytes())
    for version in fixed:
        assert not is_affected(document.affected, version=version, tags=(f"TF-Mv{version}",)), version
    for version in affected:
        assert is_affected(document.affected, version=version, tags=(f"TF-Mv{version}",)), version
    branches = {line["branch"]: line for line in record["summary"]["affected"][0]["lines"]}
    if case == "tfmv-10":
        assert branches["release/2.2.x"].get("fixed_in", "") == ""
        assert branches["release/2.2.x"]["status"] in {"affected", "eol"}


@pytest.mark.parametrize("case", sorted(TRUTH))
@pytest.mark.parametrize(
    ("format_", "bad"),
    [("osv", "affected"), ("cve", "affected"), ("csaf20", "known_affected"), ("csaf21", "known_affected")],
)
def test_each_document_alone_says_what_git_says(
    published: tuple[SiteShell, Path, Said], case: str, format_: str, bad: str
) -> None:
    shell, site, _ = published
    desk, target = shell.desk(), TARGETS[format_]
    at = known(desk, case, by="yuki", public=True)
    document = target.load((site / f"advisories/{case}.{format_}.json").read_bytes())
    assert [str(each) for each in target.check(document, now=desk.clock())] == []
    assert target.evaluate is not None
    words = {
        each.version: target.evaluate(document, component=at.record.component[0], release=each) for each in at.releases
    }
    fixed, affected = TRUTH[case]
    assert {version for version in affected if words[version] == bad} == affected
    assert {version for version in fixed if words[version] == bad} == set()


def test_every_advisory_offers_its_cve_record(published: tuple[SiteShell, Path, Said]) -> None:
    shell, site, _ = published
    schemas = Path(str(files("cvelib"))) / "schemas"
    for case in (f"tfmv-{number}" for number in range(1, 12)):
        record = json.loads((site / f"advisories/{case}.cve.json").read_bytes())
        assert record["cveMetadata"]["assignerShortName"] == "demo-cna"
        assert f'href="../advisories/{case}.cve.json"' in (site / f"advisories/{case}.html").read_text()
        by = schemas / "CVE_JSON_bundled_5.1.1.json"
        said = shell("advisory", "check", case, "--format", "cve", "--schema", str(by))
        assert (said.code, said.out.split()) == (0, ["format", "what", "cve", "fine"])


def test_a_stranger_finds_out_about_2_1_5(published: tuple[SiteShell, Path, Said]) -> None:
    _, site, _ = published
    page = (site / "tf-m/releases/2.1.5.html").read_text()
    assert "2.1.5 is affected by 1 published advisory." in page
    assert re.search(r"Update to <a [^>]*>2\.1\.6</a>, the same branch", page)
    front = (site / "index.html").read_text()
    assert 'href="tf-m/releases/2.1.5.html"' in front
    connection = sqlite3.connect(f"file:{site / 'advisories.sqlite'}?mode=ro&immutable=1", uri=True)
    try:
        found = connection.execute("SELECT id FROM affected WHERE version = '2.1.5'").fetchall()
    finally:
        connection.close()
    assert found == [("TFMV-10",)]


def test_no_invented_private_case_is_on_the_site(published: tuple[SiteShell, Path, Said]) -> None:
    _, site, _ = published
    names = [b"tf-m-1", b"tf-m-2", b"tf-m-3"]
    for path in site.resolve().rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(re.search(rb"\b" + name + rb"\b", content) for name in names), path


def test_again_nothing_is_written_and_nothing_drifted(published: tuple[SiteShell, Path, Said]) -> None:
    shell, site, _ = published
    again = shell("advisory", "publish", "--all", "--to", str(site))
    assert (again.code, again.out) == (0, "")
    assert "nothing changed" in again.err
    assert shell("advisory", "publish", "--drift", "--to", str(site)).code == 0


def test_anybody_exports_what_was_published_and_no_more(
    published: tuple[SiteShell, Path, Said], tmp_path: Path
) -> None:
    shell, _, _ = published
    said = shell("advisory", "export", "tfmv-10", "--format", "osv", by="stranger")
    assert said.code == 0
    assert json.loads(said.out)["id"]
    assert shell("advisory", "show", "tf-m-1", by="stranger").code == 2
    assert shell("advisory", "export", "tf-m-1", "--to", str(tmp_path), by="stranger").code == 2
    assert list(tmp_path.iterdir()) == []
    done = shell("advisory", "export", "--all", "--to", str(tmp_path / "out"), "--json", by="stranger")
    assert done.code == 0
    assert {each["case"] for each in done.json} == {f"tfmv-{number}" for number in range(1, 12)}
    assert shell("advisory", "check", "tfmv-9").code == 0


CHROMIUM = Path("/usr/bin/chromium")


@pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium is installed; the pages without their script are tested")
@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("2.1.5", "Trusted Firmware-M 2.1.5 is affected by 1 published advisory."),
        ("TF-M v2.1.5", "Trusted Firmware-M 2.1.5 is affected by 1 published advisory."),
        ("TF-Mv2.1.6", "Trusted Firmware-M 2.1.6 is not affected by any published advisory."),
        ("2.1.9", "nothing is known of it"),
        ("<img src=x>", "nothing is known of it"),
    ],
)
def test_the_box_answers_in_the_page(published: tuple[SiteShell, Path, Said], typed: str, answer: str) -> None:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where there is a browser

    _, site, _ = published
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = browser.new_page()
        asked: list[str] = []
        page.goto((site.resolve() / "index.html").as_uri())
        page.on("request", lambda request: asked.append(request.url))
        page.fill("#version", typed)
        told = page.inner_text("#answer")
        browser.close()
    assert answer in told
    assert [each for each in asked if not each.endswith("/icon.svg")] == []  # the browser's own, of the page


def test_a_document_is_imported_once_and_by_its_size_first(apart: tuple[SiteShell, Path, Said], tmp_path: Path) -> None:
    shell, site, _ = apart
    path = tmp_path / "theirs.json"
    document = json.loads((site / "advisories/tfmv-9.osv.json").read_bytes())
    document["references"].append({"type": "WEB", "url": "https://example.org/new"})
    path.write_text(json.dumps(document))
    words = ("advisory", "import", "tfmv-9", str(path), "--format", "osv")
    dry = shell(*words, "--dry-run")
    assert (dry.code, "advisory.imported" in dry.out) == (0, False)
    done = shell(*words)
    assert done.code == 0, done.err
    assert "advisory.imported" in done.out
    assert "adds reference[https://example.org/new]" in done.out
    again = shell(*words)
    assert (again.code, again.out, again.err) == (0, "", "it adds nothing, and nothing was recorded\n")
    assert shell("advisory", "check", "tfmv-9").code == 0
    with path.open("wb") as large:
        large.truncate(500 * 1024 * 1024)  # a sparse file: no byte of it is written or read
    refused = shell(*words)
    assert refused.code == 2
    assert "524,288,000 bytes" in refused.err


def test_a_schema_of_the_users_own_is_a_second_opinion(published: tuple[SiteShell, Path, Said], tmp_path: Path) -> None:
    shell, _, _ = published
    schema = tmp_path / "schema.json"
    words = ("advisory", "check", "tfmv-9", "--schema", str(schema))
    schema.write_text('{"type": "object", "required": ["id"]}')
    assert shell(*words, "--format", "osv").code == 0
    assert shell(*words).code == 2
    schema.write_text('{"type": "object", "required": ["never_there"]}')
    said = shell(*words, "--format", "osv")
    assert said.code == 1
    assert "never_there" in said.out
    told = shell(*words, "--format", "osv", "--json").json["checked"][0]["complaints"]
    assert len(told) == 1
    assert told[0].startswith("/: ")
    schema.write_text("no schema")
    assert shell(*words, "--format", "osv").code == 2


def test_the_official_schemas_are_a_second_opinion(published: tuple[SiteShell, Path, Said]) -> None:
    shell, _, _ = published
    said = shell("advisory", "check", "tfmv-9", "--official")
    assert said.code == 0, said.out
    assert "osv: no package ships its schema, so there is no second opinion" in said.err
    for name in ("csaf20", "cyclonedx", "spdx"):
        assert f"{name}: no package" not in said.err
