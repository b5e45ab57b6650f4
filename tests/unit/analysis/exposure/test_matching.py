"""What scanners got wrong, and what each answer has to be."""

from collections import Counter
from typing import Any
from urllib.parse import quote

import pytest

from midstream.analysis.exposure.fleets.asking import scan_fleet
from midstream.analysis.exposure.inputs.purls import component_of_purl
from midstream.analysis.exposure.match import Component, Finding, match
from tests.unit.analysis.exposure.conftest import MakeFleet, MakeIndex
from tests.unit.analysis.exposure.osv_entries import entry, git, package

REPO = "https://github.com/Mbed-TLS/mbedtls.git"
ONE, TWO, THREE = ("1" * 40, "2" * 40, "3" * 40)


def found(index: Any, *, everything: bool = False, **component: Any) -> list[Finding]:  # noqa: ANN401 - tables of Ibis, which ships no types
    return list(match(index=index, components=[Component(**component)], everything=everything))


def verdicts(index: Any, *, everything: bool = True, **component: Any) -> dict[str, str]:  # noqa: ANN401 - tables of Ibis, which ships no types
    return {each.vulnerability: each.verdict for each in found(index, everything=everything, **component)}


PYPI = ("PyPI", "demo")
STORIES: dict[str, tuple[list[dict[str, Any]], dict[str, str]]] = {
    "events out of order": (
        [entry("A", package(*PYPI, "fixed 1.5", "introduced 2.0", "introduced 1.0", "fixed 2.1"))],
        {
            "0.9": "not affected",
            "1.0": "affected",
            "1.5": "fixed in this version",
            "2.0": "affected",
            "2.1": "fixed in this version",
        },
    ),
    "closed before opened at one version": (
        [entry("A", package(*PYPI, "introduced 1", "introduced 2", "fixed 2", "fixed 3"))],
        {"1.9": "affected", "2": "affected", "2.9": "affected", "3": "fixed in this version"},
    ),
    "a range that ends where it begins holds nothing": (
        [entry("A", package(*PYPI, "introduced 1", "fixed 2", "introduced 3", "fixed 3"))],
        {"1": "affected", "2.5": "fixed in this version", "3": "fixed in this version", "9": "fixed in this version"},
    ),
    "what is fixed and introduced again at one version stays open": (
        [entry("A", package(*PYPI, "introduced 1", "fixed 2", "introduced 2"))],
        {"1": "affected", "2": "affected", "9": "affected"},
    ),
    "introduced twice before one fix is introduced once": (
        [entry("A", package(*PYPI, "introduced 0", "introduced 2", "introduced 0", "fixed 2"))],
        {"0.dev0": "affected", "1": "affected", "2": "fixed in this version", "9": "fixed in this version"},
    ),
    "intervals that touch, the later ones first": (
        [entry("A", package(*PYPI, "introduced 3", "fixed 4", "introduced 2", "fixed 3", "introduced 1", "fixed 2"))],
        {"0": "not affected", "1": "affected", "2": "affected", "3.9": "affected", "4": "fixed in this version"},
    ),
    "the last affected is affected": (
        [entry("A", package(*PYPI, "introduced 1", "last_affected 2.0"))],
        {
            "2.0": "affected",
            "2": "affected",
            "2.0+local": "not affected",
            "2.0.post1": "not affected",
            "1.dev0": "not affected",
        },
    ),
    "a limit ends it": (
        [entry("A", package(*PYPI, "introduced 0", "limit 1.0", "limit 2.0"))],
        {"1.9": "affected", "2.0": "fixed in this version"},
    ),
    "introduced 0 is before everything": (
        [entry("A", package(*PYPI, "introduced 0"))],
        {"0.dev0": "affected", "99": "affected", "no version": "affected", "": "affected"},
    ),
    "a version by its text, which its scheme cannot parse": (
        [entry("A", package(*PYPI, "introduced 1", "fixed 2", versions=("=0.7.1.fix1", "0.1")))],
        {"=0.7.1.fix1": "affected", "0.1": "affected", "0.1.0": "affected", "1.5": "affected", "0.2": "not affected"},
    ),
    "an unreadable version does not hide the others": (
        [entry("A", package(*PYPI, versions=("=0.7.1.fix1", "1.0")))],
        {"1.0": "affected", "1.1": "not affected"},
    ),
    "a range of commits first does not end the look": (
        [
            entry(
                "A",
                {
                    **package(*PYPI, "introduced 0", "fixed 2"),
                    "ranges": [
                        {"type": "GIT", "repo": REPO, "events": [{"introduced": "0"}, {"fixed": ONE}]},
                        {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2"}]},
                    ],
                },
            )
        ],
        {"1.0+fork": "affected", "2": "fixed in this version"},
    ),
    "a version nobody can order": (
        [entry("A", package(*PYPI, "introduced 1", "fixed 2"))],
        {"latest": "unknown version", "": "unknown version", "1.0.0.fork-7": "unknown version"},
    ),
    "a range nobody can compare": (
        [entry("A", package(*PYPI, "introduced 1", "fixed two"))],
        {"0.1": "unknown version", "3": "unknown version"},
    ),
    "nothing introduced": (
        [entry("A", package(*PYPI, "fixed 2"))],
        {"1": "unknown version"},
    ),
    "withdrawn": (
        [entry("A", package(*PYPI, "introduced 0"), withdrawn="2026-01-01T00:00:00Z")],
        {"1": "withdrawn"},
    ),
    "withdrawn by one, said by another": (
        [
            entry("CVE-2026-1", package(*PYPI, "introduced 0"), withdrawn="2026-01-01T00:00:00Z"),
            entry("PYSEC-1", package(*PYPI, "introduced 0"), aliases=["CVE-2026-1"]),
        ],
        {"1": "affected"},
    ),
}


@pytest.mark.parametrize("story", STORIES)
def test_versions_of_one_package(story: str, index_of: MakeIndex) -> None:
    entries, expected = STORIES[story]
    index = index_of(entries)
    for version, verdict in expected.items():
        answers = set(verdicts(index, ecosystem="PyPI", name="demo", version=version).values())
        assert answers == {verdict}, version


def test_go_pseudo_versions_lie_before_their_base(index_of: MakeIndex) -> None:
    name = "example.org/tool"
    index = index_of(
        [
            entry("A", package("Go", name, "introduced 0", kind="SEMVER")),
            entry(
                "B", package("Go", name, "introduced 0.0.0-20200101000000-aaaaaaaaaaaa", "fixed 0.1.0", kind="SEMVER")
            ),
        ]
    )
    assert verdicts(index, ecosystem="Go", name=name, version="v0.0.0-20210101000000-abcdefabcdef") == {
        "A": "affected",
        "B": "affected",
    }
    assert verdicts(index, ecosystem="Go", name=name, version="v2.0.0+incompatible")["B"] == "fixed in this version"
    assert verdicts(index, ecosystem="Go", name=name, version="(devel)") == {"A": "affected", "B": "unknown version"}


def test_names_are_compared_as_their_ecosystem_does(index_of: MakeIndex) -> None:
    index = index_of(
        [
            entry("A", package("PyPI", "Foo_Bar.baz", "introduced 0")),
            entry("B", package("NuGet", "My.Lib", "introduced 0")),
            entry("C", package("npm", "Left", "introduced 0")),
        ]
    )
    assert verdicts(index, ecosystem="PyPI", name="foo-bar-BAZ", version="1") == {"A": "affected"}
    assert verdicts(index, ecosystem="NuGet", name="my.lib", version="1") == {"B": "affected"}
    assert verdicts(index, ecosystem="npm", name="left", version="1.0.0") == {}


@pytest.mark.parametrize(
    ("ecosystem", "name", "purl"),
    [
        ("Go", "github.com/Masterminds/sprig/v3", "pkg:golang/github.com/masterminds/sprig/v3@v3.0.0"),
        ("Go", "github.com/masterminds/sprig/v3", "pkg:golang/github.com/Masterminds/sprig/v3@v3.0.0"),
        ("Go", "stdlib", "pkg:golang/std@1.21.3"),
        ("Go", "stdlib", "pkg:golang/stdlib@1.21.3"),
        ("SwiftURL", "https://github.com/vapor/Vapor.git", "pkg:swift/github.com/vapor/vapor@4.1.0"),
        ("SwiftURL", "github.com/Alamofire/Alamofire", "pkg:swift/github.com/Alamofire/Alamofire@5.4.3"),
        ("Maven:https://maven.google.com", "androidx.x:y", "pkg:maven/androidx.x/y@1.0"),
        ("GitHub Actions", "Owner/Action", "pkg:githubactions/owner/action@4.0.0"),
    ],
)
def test_purls_find_what_feeds_spell_otherwise(ecosystem: str, name: str, purl: str, index_of: MakeIndex) -> None:
    index = index_of([entry("A", package(ecosystem, name, "introduced 0"))])
    (answer,) = match(index=index, components=[component_of_purl(purl)])
    assert answer.verdict == "affected"


def test_no_data_is_never_clean(index_of: MakeIndex) -> None:
    index = index_of([entry("A", package("Debian:12", "zlib", "introduced 0"))])
    (old,) = found(index, ecosystem="Debian:9", name="zlib", version="1")
    assert (old.verdict, old.vulnerability) == ("no data", "")
    assert "Debian:12" in old.why
    assert [each.verdict for each in found(index, ecosystem="", name="zlib", version="1")] == ["no data"]
    assert [each.verdict for each in found(index, ecosystem="GIT", name="github.com/a/b")] == ["no data"]
    assert found(index, ecosystem="Debian:12", name="unknown", version="1") == []


def test_debian_packages_are_asked_by_their_source(index_of: MakeIndex) -> None:
    index = index_of([entry("A", package("Debian:12", "glibc", "introduced 0", "fixed 2.36-9+deb12u4"))])
    binary = {"ecosystem": "Debian:12", "name": "libc6"}
    assert verdicts(index, **binary, version="2.36-9+deb12u4+b1", source_name="glibc")["A"] == "fixed in this version"
    assert verdicts(index, **binary, version="2.36-9+deb12u3+b1", source_name="glibc")["A"] == "affected"
    assert verdicts(index, **binary, version="9:1-1", source_name="glibc", source_version="2.36-9")["A"] == "affected"
    assert verdicts(index, **binary, version="2.36-9") == {}


def test_a_rebuild_without_changes_has_the_version_of_its_source(index_of: MakeIndex) -> None:
    index = index_of([entry("A", package("Debian:12", "demo", "introduced 0", "last_affected 1.0-1"))])
    assert verdicts(index, ecosystem="Debian:12", name="demo", version="1.0-1+b2") == {"A": "affected"}


def test_an_epoch_decides(index_of: MakeIndex) -> None:
    index = index_of([entry("A", package("Debian:12", "vim", "introduced 0", "fixed 2:9.0.1378-2"))])
    assert verdicts(index, ecosystem="Debian:12", name="vim", version="2:9.0.1378-2")["A"] == "fixed in this version"
    assert verdicts(index, ecosystem="Debian:12", name="vim", version="9.1")["A"] == "affected"


def test_rpm_packages_are_asked_by_both_names(index_of: MakeIndex) -> None:
    index = index_of(
        [
            entry("A", package("Red Hat:9", "openssl-libs", "introduced 0", "fixed 1:3.0.7-27.el9")),
            entry("B", package("Red Hat:9", "openssl", "introduced 0", "fixed 1:3.0.7-28.el9")),
        ]
    )
    libs = {"ecosystem": "Red Hat:9", "name": "openssl-libs", "version": "1:3.0.7-27.el9", "source_name": "openssl"}
    assert verdicts(index, **libs) == {"A": "fixed in this version", "B": "affected"}


def test_aliases_are_one_vulnerability_and_related_ids_are_not(index_of: MakeIndex) -> None:
    index = index_of(
        [
            entry(
                "GHSA-1",
                package(*PYPI, "introduced 0", "fixed 2"),
                aliases=["CVE-2026-1"],
                related=["CVE-2026-2"],
                summary="Bad",
            )
        ],
        [entry("PYSEC-1", package(*PYPI, "introduced 0", "fixed 3"), aliases=["GHSA-1"], upstream=["CVE-2026-2"])],
        [entry("CVE-2026-2", package(*PYPI, "introduced 9"))],
    )
    one, other = found(index, ecosystem="PyPI", name="demo", version="2.5", everything=True)
    assert (one.vulnerability, one.aliases, one.verdict) == ("CVE-2026-1", ("GHSA-1", "PYSEC-1"), "affected")
    assert {(told.advisory, told.source, told.verdict, told.fixed) for told in one.told} == {
        ("GHSA-1", "feed0.json", "fixed in this version", "2"),
        ("PYSEC-1", "feed1.json", "affected", "3"),
    }
    assert (one.source, one.fixed, one.summary) == ("feed1.json", "3", "Bad")
    assert (other.vulnerability, other.verdict) == ("CVE-2026-2", "not affected")


def test_what_a_distribution_copies_is_the_same_vulnerability(index_of: MakeIndex) -> None:
    index = index_of(
        [
            entry("DEBIAN-CVE-2026-1", package("Debian:12", "demo", "introduced 0"), upstream=["CVE-2026-1"]),
            entry("USN-1", package("Debian:12", "demo", "introduced 0"), upstream=["CVE-2026-1"]),
        ]
    )
    answers = found(index, ecosystem="Debian:12", name="demo", version="1")
    assert [(one.vulnerability, one.aliases) for one in answers] == [
        ("CVE-2026-1", ("DEBIAN-CVE-2026-1",)),
        ("USN-1", ()),
    ]


@pytest.mark.parametrize(
    ("said", "ecosystem"),
    [
        ("Red Hat:enterprise_linux:8::appstream", "Red Hat:8"),
        ("Red Hat:rhel_eus:9.2::baseos", "Red Hat:rhel_eus:9.2"),
        ("Red Hat:8", "Red Hat:8"),
    ],
)
def test_releases_of_red_hat_are_called_as_components_call_them(said: str, ecosystem: str, index_of: MakeIndex) -> None:
    index = index_of([entry("RHSA-1", package(said, "demo", "introduced 0", "fixed 2-1.el8"))])
    (answer,) = found(index, ecosystem=ecosystem, name="demo", version="1-1.el8")
    assert answer.verdict == "affected"


def test_a_listed_version_says_so(index_of: MakeIndex) -> None:
    index = index_of([entry("A", package(*PYPI, versions=["1.2"]))])
    (answer,) = found(index, ecosystem="PyPI", name="demo", version="1.2.0")
    assert (answer.why, answer.told[0].by) == ("1.2.0 is listed as affected", "version")


def test_every_answer_has_its_reason(index_of: MakeIndex) -> None:
    index = index_of([entry("A", package(*PYPI, "introduced 1.0", "fixed 1.5"), package(*PYPI, "introduced 2.0"))])
    (answer,) = found(index, ecosystem="PyPI", name="demo", version="1.2")
    assert answer.why == "1.2 lies in >= 1.0, < 1.5"
    (told,) = answer.told
    assert told.range[0] <= told.key < told.range[1]
    assert told.line == "feed0.json[0]"
    assert found(index, ecosystem="PyPI", name="demo", version="3")[0].why == "3 lies in >= 2.0, no fix is known"
    (gone,) = found(index, ecosystem="PyPI", name="demo", version="1.7", everything=True)
    assert gone.why == "1.7 has the fix; affected is >= 1.0, < 1.5"


GIT_ENTRY = git(REPO, "introduced 0", f"fixed {TWO}", f"introduced {ONE}", versions=("v3.6.0", "mbedtls-3.5.0"))


def test_commits_are_matched_only_where_they_are_known(index_of: MakeIndex) -> None:
    index = index_of([entry("CVE-2026-1", GIT_ENTRY)])
    repo: dict[str, Any] = {"ecosystem": "GIT", "name": "github.com/mbed-tls/mbedtls"}
    assert verdicts(index, **repo, commit=ONE) == {"CVE-2026-1": "affected"}
    assert verdicts(index, **repo, commit=TWO) == {"CVE-2026-1": "fixed in this version"}
    assert verdicts(index, **repo, commit=THREE) == {"CVE-2026-1": "unknown version"}
    assert verdicts(index, **repo, version="v3.6.0") == {"CVE-2026-1": "affected"}
    assert verdicts(index, **repo, version="mbedtls-3.6.0") == {"CVE-2026-1": "affected"}
    assert verdicts(index, **repo, version="v3.6.1") == {"CVE-2026-1": "unknown version"}
    assert verdicts(index, **repo) == {"CVE-2026-1": "unknown version"}
    assert verdicts(index, ecosystem="GIT", name="x", repo="git@github.com:mbed-tls/mbedtls", commit=ONE.upper()) == {
        "CVE-2026-1": "affected"
    }


def test_what_was_fuzzed_is_found_by_its_tags(index_of: MakeIndex) -> None:
    index = index_of([entry("OSV-1", {**GIT_ENTRY, "package": {"ecosystem": "OSS-Fuzz", "name": "mbedtls"}})])
    repo = {"ecosystem": "GIT", "name": "github.com/mbed-tls/mbedtls"}
    assert verdicts(index, **repo, version="mbedtls-3.6.0") == {"OSV-1": "affected"}
    assert verdicts(index, **repo, version="v3.6.1") == {"OSV-1": "unknown version"}
    assert verdicts(index, **repo, commit=TWO) == {"OSV-1": "fixed in this version"}


def test_a_list_of_all_affected_commits_decides(index_of: MakeIndex) -> None:
    listed = {**git(REPO, "introduced 0", f"fixed {TWO}"), "database_specific": {"commits": [ONE]}}
    index = index_of([entry("A", listed)])
    repo = {"ecosystem": "GIT", "name": "github.com/mbed-tls/mbedtls"}
    assert verdicts(index, **repo, commit=ONE) == {"A": "affected"}
    assert verdicts(index, **repo, commit=THREE) == {"A": "not affected"}


def test_tags_of_a_converted_cve_are_compared(index_of: MakeIndex) -> None:
    tags = {"versions": [{"introduced": "3.0.0"}, {"fixed": "3.6.2"}]}
    index = index_of([entry("A", git(REPO, "introduced 0", f"fixed {TWO}", database_specific=tags))])
    repo = {"ecosystem": "GIT", "name": "github.com/mbed-tls/mbedtls"}
    assert verdicts(index, **repo, version="mbedtls-3.6.1") == {"A": "affected"}
    assert verdicts(index, **repo, version="v3.6.2") == {"A": "fixed in this version"}
    assert verdicts(index, **repo, version="v3.6.2-rc1") == {"A": "affected"}
    assert verdicts(index, **repo, version="main") == {"A": "unknown version"}


def test_an_ecosystem_without_a_known_order_is_matched_by_text(index_of: MakeIndex) -> None:
    index = index_of(
        [
            entry("A", package("Packagist", "a/b", "introduced 1.0", "fixed 2.0", versions=("1.0", "1.5"))),
            entry("B", package("Packagist", "a/c", "introduced 1.0", "fixed 2.0")),
        ]
    )
    assert verdicts(index, ecosystem="Packagist", name="A/b", version="1.5") == {"A": "affected"}
    for unlisted in ("v1.5", "1.5.0.0", "1.6", "3.0", ""):
        assert verdicts(index, ecosystem="Packagist", name="a/b", version=unlisted) == {"A": "unknown version"}
    assert verdicts(index, ecosystem="Packagist", name="a/c", version="1.5") == {"B": "unknown version"}


@pytest.mark.parametrize("story", STORIES)
def test_a_fleet_gets_the_same_answers(story: str, index_of: MakeIndex, fleet_of: MakeFleet) -> None:
    entries, expected = STORIES[story]
    index = index_of(entries)
    purls = [f"pkg:pypi/demo@{quote(version)}" for version in [*expected, "0.5", "7"]]
    components = [component_of_purl(purl) for purl in [*purls, "pkg:npm/demo@1"]]
    full = Counter((each.vulnerability, each.verdict) for each in match(index=index, components=components))
    told = scan_fleet(fleet=fleet_of(purls), index=index).open
    assert {(each.vulnerability, each.verdict): each.components for each in told} == {
        group: count for group, count in full.items() if group[0]
    }


def test_what_is_said_of_a_distribution_as_a_whole_is_said_of_each_release(index_of: MakeIndex) -> None:
    index = index_of(
        [
            entry(
                "WHOLE", package("Debian", "demo", "introduced 0", "fixed 2-1"), package("Debian", "odd", "fixed x y")
            ),
            entry("OWN", package("Debian:12", "demo", "introduced 0", "fixed 1-1")),
            entry("SINGLE", package("Debian", "demo", versions=("1-7",))),
            entry("OTHER", package("PyPI", "demo", "introduced 0")),
        ]
    )
    said = verdicts(index, ecosystem="Debian:12", name="demo", version="1-7")
    assert said == {"WHOLE": "affected", "OWN": "fixed in this version", "SINGLE": "affected"}
    assert verdicts(index, ecosystem="Debian:11", name="demo", version="1-7") == {"": "no data"}
