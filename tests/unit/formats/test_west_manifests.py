"""West manifests and module.yml: addresses, revisions as written, references, assessments by the schema's rules."""

import pytest

from midstream.formats.west import SIZE_LIMIT, read_manifest, read_module

MANIFEST = """
manifest:
  defaults: {remote: upstream, revision: main}
  remotes:
    - {name: upstream, url-base: https://example.org/zephyr/}
  projects:
    - {name: mbedtls, revision: 0123456, path: modules/crypto/mbedtls, import: false}
    - {name: hostap, repo-path: wpa, revision: 1.10}
    - {name: other, url: https://example.org/other.git, import: true}
    - {name: mbedtls, revision: later}
    - {name: lost, remote: nobody}
    - {revision: x}
    - 5
"""


def test_projects_have_addresses_and_revisions_as_they_are_written() -> None:
    read = read_manifest(text=MANIFEST)
    assert [(one.name, one.url, one.revision, one.path) for one in read.projects] == [
        ("mbedtls", "https://example.org/zephyr/mbedtls", "0123456", "modules/crypto/mbedtls"),
        ("hostap", "https://example.org/zephyr/wpa", "1.10", "hostap"),
        ("other", "https://example.org/other.git", "main", "other"),
        ("lost", "", "main", "lost"),
    ]
    assert [one.name for one in read.imports] == ["other"]
    assert read.faults == [
        "project mbedtls: named twice; the first counts",
        "project lost: it has neither a url nor a known remote",
        "a project has no name",
        "projects[6] is no table",
    ]


MODULE = """
name: hostap
security:
  external-references:
    - cpe:2.3:a:w1.fi:hostapd:2.11:*:*:*:*:*:*:*
    - pkg:generic/hostap@2.11
  vulnerability-assessments:
    - {vulnerability: CVE-2026-1, status: not_affected, justification: vulnerable_code_not_present}
    - {vulnerability: CVE-2026-2, status: not_affected}
    - {vulnerability: CVE-2026-3, status: affected, action-statement: update}
    - {vulnerability: CVE-2026-4, status: affected}
    - {vulnerability: CVE-2026-5, status: perhaps}
    - {status: fixed}
    - {vulnerability: CVE-2026-6, status: fixed, status-notes: by a backport}
"""


def test_a_module_says_what_it_is_and_what_it_is_affected_by() -> None:
    read = read_module(text=MODULE)
    assert (read.name, len(read.references)) == ("hostap", 2)
    said = [(one.vulnerability, one.status) for one in read.assessments]
    assert said == [("CVE-2026-1", "not_affected"), ("CVE-2026-3", "affected"), ("CVE-2026-6", "fixed")]
    assert [fault.partition(":")[0] for fault in read.faults] == [
        "assessment of CVE-2026-2",
        "assessment of CVE-2026-4",
        "assessment of CVE-2026-5",
        "assessment of nothing",
    ]


BOMB = "a: &a [x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + step)}: &{chr(98 + step)} [{', '.join([f'*{chr(97 + step)}'] * 8)}]\n" for step in range(12)
)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: [", "no YAML"),
        ("- 1", "manifest"),
        ("manifest: 3", "manifest"),
        (BOMB, "manifest"),
        ("x" * (SIZE_LIMIT + 1), "characters"),
        ("!!python/object/apply:os.system ['true']", "no YAML|manifest"),
    ],
)
def test_what_is_no_manifest_is_refused_with_the_reason(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_manifest(text=text)
