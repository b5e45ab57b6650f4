"""Every kind of input as a whole: what it lists, what cannot be identified, and what is broken in it."""

import io
import json
import subprocess
from pathlib import Path

import pytest

from midstream.analysis.exposure.errors import Unreadable
from midstream.analysis.exposure.inputs.inventory import FAULT_LIMIT, Inventory
from midstream.analysis.exposure.inputs.reading import SIZE_LIMIT, read_input

COMMIT = "0bebf8b8c7f07abe3571ded48a11aa907a1ffb20"
NO_NAME = "it has no purl, no CPE and no repository"


def only(path: Path | str, *, release: str = "", size_limit: int = SIZE_LIMIT) -> Inventory:
    (found,) = read_input(str(path), release=release, size_limit=size_limit)
    assert isinstance(found, Inventory), found
    return found


def refused(path: Path | str, *, size_limit: int = SIZE_LIMIT) -> str:
    (found,) = read_input(str(path), size_limit=size_limit)
    assert isinstance(found, Unreadable)
    assert found.hint
    return found.what


def write(path: Path, content: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def bom(*components: object, **more: object) -> dict[str, object]:
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": list(components), **more}


def test_a_firmware_with_its_parts(tmp_path: Path) -> None:
    root = {"type": "firmware", "name": "blinky", "purl": "pkg:generic/blinky@2.0"}
    parts = [
        {"name": "libc", "purl": "pkg:deb/debian/libc6@2.36-9?upstream=glibc"},
        {"name": "tinycrypt"},
        {"type": "file", "name": "main.c"},
        {"name": "bad", "purl": "pkg:nonsense"},
        {"name": "hostapd", "cpe": "cpe:2.3:a:w1.fi:hostapd:2.11:*:*:*:*:*:*:*"},
        {"name": "a", "version": "1.2", "purl": "pkg:npm/a"},
        {"type": "operating-system", "name": "debian", "version": "12"},
    ]
    found = only(write(tmp_path / "b.json", bom(*parts, metadata={"component": root})))
    assert [(one.ecosystem, one.name, one.version) for one in found.components] == [
        ("", "blinky", "2.0"),
        ("Debian:12", "libc6", "2.36-9"),
        ("", "hostapd", "2.11"),
        ("npm", "a", "1.2"),
    ]
    assert found.root == found.components[0]
    assert [(one.name, one.why) for one in found.unidentified] == [
        ("tinycrypt", NO_NAME),
        ("bad", "its purl cannot be read: it names no package"),
    ]
    assert found.components[1].place == "components[1]"
    assert (found.kind, found.listed, len(found.digest)) == ("CycloneDX 1.6", 8, 64)


def test_the_source_package_in_the_properties_of_a_scanner(tmp_path: Path) -> None:
    names = {"SrcName": "util-linux", "SrcVersion": "2.38.1", "SrcRelease": "5", "SrcEpoch": "1"}
    properties = [{"name": f"aquasecurity:trivy:{name}", "value": value} for name, value in names.items()]
    entry = {"name": "bsdutils", "purl": "pkg:deb/debian/bsdutils@2.38?distro=debian-12", "properties": properties}
    (component,) = only(write(tmp_path / "b.json", bom(entry))).components
    assert (component.source_name, component.source_version) == ("util-linux", "1:2.38.1-5")


def test_what_a_document_says_about_itself(tmp_path: Path) -> None:
    entry = {"bom-ref": "r", "name": "a", "purl": "pkg:npm/a@1"}
    said = [
        {"id": "CVE-2026-1", "affects": [{"ref": "r"}], "analysis": {"state": "not_affected"}},
        {"id": "CVE-2026-2", "affects": [{"ref": "gone"}], "analysis": {"state": "not_affected"}},
    ]
    found = only(write(tmp_path / "b.json", bom(entry, vulnerabilities=said)))
    (statement,) = found.statements
    assert statement.components == tuple(found.components)
    assert found.faults == ["CVE-2026-2: 'gone' is none of its components that are known"]


WEST_SPDX = f"""SPDXVersion: SPDX-2.3
DocumentName: zephyr-sources

PackageName: zephyr-sources
SPDXID: SPDXRef-zephyr-sources
PackageDownloadLocation: git+https://github.com/zephyrproject-rtos/zephyr@{COMMIT}
PackageVersion: {COMMIT}

PackageName: app-sources
SPDXID: SPDXRef-app-sources
PackageDownloadLocation: NOASSERTION

PackageName: zephyr-final
SPDXID: SPDXRef-zephyr-final
PackageDownloadLocation: NOASSERTION
"""


def test_what_west_spdx_writes_is_an_honest_list_and_not_nothing(tmp_path: Path) -> None:
    found = only(write(tmp_path / "zephyr.spdx", WEST_SPDX))
    (zephyr,) = found.components
    assert (zephyr.ecosystem, zephyr.name, zephyr.commit) == ("GIT", "github.com/zephyrproject-rtos/zephyr", COMMIT)
    assert [(one.name, one.why) for one in found.unidentified] == [("app-sources", NO_NAME), ("zephyr-final", NO_NAME)]
    assert found.listed == 3


def test_a_package_of_spdx_may_have_several_names(tmp_path: Path) -> None:
    cpe = "cpe:2.3:a:arm:mbed_tls:3.6.2:*:*:*:*:*:*:*"
    references = [
        {"referenceType": "purl", "referenceLocator": "pkg:github/mbed-tls/mbedtls@mbedtls-3.6.2"},
        {"referenceType": "purl", "referenceLocator": "pkg:"},
        {"referenceType": "cpe23Type", "referenceLocator": cpe},
    ]
    package = {"name": "mbedtls", "versionInfo": "x", "externalRefs": references}
    package["downloadLocation"] = f"git+https://example.org/fork/mbedtls@{COMMIT}"
    first, fork = only(write(tmp_path / "s.json", {"spdxVersion": "SPDX-2.3", "packages": [package]})).components
    assert (first.name, first.version, first.cpes) == ("github.com/mbed-tls/mbedtls", "mbedtls-3.6.2", (cpe,))
    assert (fork.name, fork.commit) == ("example.org/fork/mbedtls", COMMIT)


def test_spdx_3_and_a_cpe_alone(tmp_path: Path) -> None:
    identifier = {"externalIdentifierType": "cpe23", "identifier": "cpe:2.3:a:v:n:1.5:*:*:*:*:*:*:*"}
    graph = [{"type": "software_Package", "spdxId": "urn:1", "name": "n", "externalIdentifier": [identifier]}]
    (component,) = only(write(tmp_path / "s.json", {"@context": "https://spdx.org/rdf/3", "@graph": graph})).components
    assert (component.version, component.cpes) == ("1.5", (identifier["identifier"],))


STATUS = "Package: libssl3\nStatus: install ok installed\nSource: openssl\nVersion: 3.0-1+b1\nArchitecture: amd64\n"


def test_the_release_of_a_status_is_that_of_its_own_root(tmp_path: Path) -> None:
    status = write(tmp_path / "var/lib/dpkg/status", STATUS)
    write(tmp_path / "etc/os-release", 'ID=debian\nVERSION_ID="11"\n')
    for path in (status, tmp_path):
        (component,) = only(path).components
        assert (component.ecosystem, component.source_name) == ("Debian:11", "openssl")
        assert (component.version, component.source_version) == ("3.0-1+b1", "3.0-1")
        assert component.purl == "pkg:deb/debian/libssl3@3.0-1%2Bb1?arch=amd64&distro=debian-11"
        assert component.place == "line 1"
    assert only(status, release="Debian:13").components[0].ecosystem == "Debian:13"


def test_a_status_of_nowhere_says_that_its_release_is_not_known(tmp_path: Path) -> None:
    found = only(write(tmp_path / "status", STATUS))
    assert found.components[0].ecosystem == "Debian"
    assert "--release" in found.faults[0]


def test_one_of_apts_lists_has_its_release_in_its_name(tmp_path: Path) -> None:
    name = "mirror.example_debian_dists_trixie_main_binary-amd64_Packages"
    assert only(write(tmp_path / name, STATUS)).components[0].ecosystem == "Debian:13"


def test_a_workspace_of_west_with_modules_that_say_what_they_are(tmp_path: Path) -> None:
    write(
        tmp_path / "zephyr/west.yml",
        f"""manifest:
  projects:
    - {{name: hostap, url: https://example.org/z/hostap, revision: {COMMIT}, path: modules/hostap}}
    - {{name: moving, url: https://example.org/z/moving, revision: main}}
    - {{name: lost}}
    - {{name: out, url: https://example.org/z/out, path: ../../out}}
    - {{name: broken, url: https://example.org/z/broken}}
""",
    )
    (tmp_path / ".west").mkdir()
    write(
        tmp_path / "modules/hostap/zephyr/module.yml",
        """name: hostap
security:
  external-references: [cpe:2.3:a:w1.fi:hostapd:2.11:*:*:*:*:*:*:*, pkg:generic/hostap@2.11, "pkg:"]
  vulnerability-assessments: [{vulnerability: CVE-2026-1, status: not_affected, impact-statement: not built}]
""",
    )
    write(tmp_path / "broken/zephyr/module.yml", "a: [")
    found = only(tmp_path / "zephyr")
    assert [(one.ecosystem, one.name, one.version, one.commit, one.cpes != ()) for one in found.components] == [
        ("GIT", "example.org/z/hostap", "", COMMIT, False),
        ("", "hostap", "2.11", "", True),
        ("", "hostap", "2.11", "", False),
        ("GIT", "example.org/z/moving", "main", "", False),
        ("GIT", "example.org/z/out", "master", "", False),
        ("GIT", "example.org/z/broken", "master", "", False),
    ]
    (statement,) = found.statements
    assert (statement.detail, len(statement.components)) == ("not built", 3)
    assert [one.name for one in found.unidentified] == ["lost"]
    assert [fault.split(":")[0] for fault in found.faults] == [
        "project lost",
        "hostap",
        "project out",
        "project broken",
    ]
    (component, _) = only(tmp_path / "modules/hostap/zephyr/module.yml").components
    assert component.cpes


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


def test_the_submodules_of_a_checkout_at_their_commits(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    git(tmp_path, "remote", "add", "origin", "https://example.org/tf/tf-a.git")
    git(tmp_path, "update-index", "--add", "--cacheinfo", f"160000,{COMMIT},contrib/mbed-tls")
    text = '[submodule "m"]\npath = contrib/mbed-tls\nurl = https://github.com/Mbed-TLS/mbedtls\n'
    text += '[submodule "t"]\npath = contrib/libtl\nurl = ../libtl\n'
    path = write(tmp_path / ".gitmodules", text)
    for given in (path, tmp_path):
        mbedtls, libtl = only(given).components
        assert (mbedtls.name, mbedtls.commit) == ("github.com/mbed-tls/mbedtls", COMMIT)
        assert (libtl.name, libtl.commit, libtl.version) == ("example.org/tf/libtl", "", "")
    git(tmp_path, "remote", "remove", "origin")
    assert [one.name for one in only(path).unidentified] == ["t"]
    apart = only(write(tmp_path / "apart/.gitmodules", text))
    assert "give the checkout" in apart.faults[0]
    (tmp_path / ".git/index").write_bytes(b"nonsense")
    assert "cannot be read" in only(path).faults[0]


def test_purls_in_a_list_and_one_alone(tmp_path: Path) -> None:
    text = f"# pins of TF-M\npkg:github/mcu-tools/mcuboot@v2.1.0\n\npkg:bad\npkg:github/Mbed-TLS/mbedtls@{COMMIT}\n"
    found = only(write(tmp_path / "pins.txt", text))
    assert [(one.name, one.version or one.commit, one.place) for one in found.components] == [
        ("github.com/mcu-tools/mcuboot", "v2.1.0", "line 2"),
        ("github.com/mbed-tls/mbedtls", COMMIT, "line 5"),
    ]
    assert [one.place for one in found.unidentified] == ["line 4"]
    assert only("pkg:npm/a@1").components[0].name == "a"


def test_a_million_times_the_same_is_one_component(tmp_path: Path) -> None:
    entry = '{"name":"a","purl":"pkg:npm/a@1"}'
    path = tmp_path / "b.json"
    path.write_text(f'{{"bomFormat":"CycloneDX","specVersion":"1.5","components":[{",".join([entry] * 1_000_000)}]}}')
    found = only(path)
    assert (len(found.components), found.listed) == (1, 1_000_000)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "empty"),
        ("\n\n", "empty"),
        ("{", "no JSON"),
        ("{}", "no kind that is known"),
        ('{"bomFormat": "CycloneDX"', "no JSON"),
        ('{"@context": "https://openvex.dev/ns/v0.2.0", "statements": []}', "--vex"),
        ('{"document": {"csaf_version": "2.0"}}', "--vex"),
        ("<a/>", "no CycloneDX"),
        ("plain words", "no kind that is known"),
        ("Package: \n", "names a package"),
        ("manifest: {projects: [", "no YAML"),
    ],
)
def test_what_is_no_input_is_refused_with_the_reason(tmp_path: Path, content: str, says: str) -> None:
    assert says in refused(write(tmp_path / "input", content))


def test_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"\x7fELF\xff\x00")
    assert "UTF-8" in refused(tmp_path / "x")


def test_a_file_over_the_limit_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "big.json"
    with path.open("wb") as file:
        file.truncate(2 * 2**30)  # two GiB that take no room
    assert "larger than 512 MiB" in refused(path)
    small = write(tmp_path / "small.json", bom())
    assert "larger than" in refused(small, size_limit=10)
    assert only(small, size_limit=small.stat().st_size).components == []


def test_a_folder_without_any_input_says_what_was_looked_for(tmp_path: Path) -> None:
    assert "nothing in this folder" in refused(tmp_path)


def test_faults_are_told_up_to_a_bound(tmp_path: Path) -> None:
    found = only(write(tmp_path / "b.json", bom(*range(1000))))
    assert len(found.faults) <= FAULT_LIMIT + 1
    text = "Version: 1\n\n" * 1000 + STATUS
    assert len(only(write(tmp_path / "status", f"Package: a\nVersion: 1\n\n{text}")).faults) == FAULT_LIMIT + 1


MANIFESTS = {
    "repo/west.yml": """manifest:
  projects:
    - {name: mine, url: https://example.org/mine, revision: v1}
    - {name: shared, url: https://example.org/shared, revision: later}
    - {name: zephyr, url: https://example.org/zephyr, revision: v4.2.0, import: true}
  self:
    import:
      - first.yml
      - {file: second.yml, name-allowlist: [wanted], path-prefix: deps}
      - {file: third.yml, path-blocklist: "hal/*", name-allowlist: hal_kept}
      - more.d
      - missing.yml
      - ../outside.yml
      - round.yml
      - {name-allowlist: [x]}
      - {}
""",
    "repo/first.yml": "manifest: {projects: [{name: shared, url: https://example.org/shared, revision: first}]}",
    "repo/second.yml": """manifest:
  projects:
    - {name: wanted, url: https://example.org/wanted, revision: v2}
    - {name: unwanted, url: https://example.org/unwanted, revision: v2}
""",
    "repo/third.yml": """manifest:
  projects:
    - {name: hal_kept, url: https://example.org/kept, path: hal/kept, revision: v3}
    - {name: hal_left, url: https://example.org/left, path: hal/left, revision: v3}
    - {name: other, url: https://example.org/other, revision: v3}
""",
    "repo/more.d/20.yml": "manifest: {projects: [{name: twice, url: https://example.org/twice, revision: '20'}]}",
    "repo/more.d/10.yml": "manifest: {projects: [{name: twice, url: https://example.org/twice, revision: '10'}]}",
    "repo/more.d/30.yml": "manifest: [",
    "repo/more.d/readme.txt": "no manifest",
    "repo/round.yml": "manifest: {projects: [], self: {import: round.yml}}",
    "outside.yml": "manifest: {projects: [{name: outside, url: https://example.org/outside, revision: v9}]}",
}


def test_a_manifest_imports_from_its_own_repository_and_says_what_it_does_not_fetch(tmp_path: Path) -> None:
    for name, text in MANIFESTS.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "repo/.git").mkdir()
    (tmp_path / "repo/more.d/40.yml").symlink_to(tmp_path / "outside.yml")
    (found,) = read_input(str(tmp_path / "repo/west.yml"))
    assert isinstance(found, Inventory)
    assert [(each.name.rpartition("/")[2], each.version) for each in found.components] == [
        ("shared", "first"),
        ("wanted", "v2"),
        ("kept", "v3"),
        ("twice", "10"),
        ("mine", "v1"),
        ("zephyr", "v4.2.0"),
    ]
    assert [fault.partition(" in ")[0] for fault in found.faults] == [
        "self: import: '{}' is no file",
        "self: import: more.d: it leads out of the repository, and was not read",
        "self: import: 30.yml: it is no YAML: while parsing a flow node did not find expected node content",
        "self: import: missing.yml: there is no such file",
        "self: import: ../outside.yml: it leads out of the repository, and was not read",
        "self: import: round.yml: it is imported more than once; the first time counts",
        "self: import: west.yml: it is imported more than once; the first time counts",
        "project zephyr: the manifest it is to be imported from was not read: https://example.org/zephyr at v4.2.0",
    ]


def test_a_manifest_on_stdin_cannot_import(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "manifest: {projects: [], self: {import: more.yml}}"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    (found,) = read_input("-")
    assert isinstance(found, Inventory)
    assert found.faults == ["self: import: more.yml: give the manifest as a file, so that what it imports can be found"]


@pytest.mark.parametrize("name", ["x" * 3_000, "a\\0b"])
def test_a_manifest_with_names_no_file_can_have(name: str, tmp_path: Path) -> None:
    project = f'{{name: a, url: https://example.org/a, path: "{name}"}}'
    (tmp_path / "west.yml").write_text(f'manifest: {{projects: [{project}], self: {{import: "{name}"}}}}')
    (found,) = read_input(str(tmp_path / "west.yml"))
    assert isinstance(found, Inventory)
    assert [fault.split(":")[-1][:7] for fault in found.faults] == [" no fil", " no fol"]
    assert len(found.components) == 1
