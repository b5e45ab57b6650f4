"""From purls to components: ecosystems, releases, epochs, sources, rebuilds, repositories."""

from typing import get_args

import pytest

from midstream.analysis.exposure.inputs.distributions import (
    ecosystem_of_cpe,
    ecosystem_of_distribution,
    ecosystem_of_os_release,
    ecosystem_of_release,
    release_of_list,
)
from midstream.analysis.exposure.inputs.purls import VERSION_LIMIT, component_of_purl
from midstream.analysis.exposure.versions import InvalidVersion, Scheme, key_of

COMMIT = "0bebf8b8c7f07abe3571ded48a11aa907a1ffb20"


@pytest.mark.parametrize(
    ("purl", "ecosystem", "name", "version"),
    [
        ("pkg:pypi/Django@5.2", "PyPI", "django", "5.2"),
        ("pkg:npm/%40angular/core@1.0.0", "npm", "@angular/core", "1.0.0"),
        ("pkg:npm/JSONStream@1.0.0", "npm", "JSONStream", "1.0.0"),
        ("pkg:cargo/serde@1.0.0", "crates.io", "serde", "1.0.0"),
        ("pkg:golang/github.com/Azure/sdk@v1.0", "Go", "github.com/Azure/sdk", "v1.0"),
        ("pkg:maven/org.x/y@1", "Maven", "org.x:y", "1"),
        ("pkg:composer/a/b@1", "Packagist", "a/b", "1"),
        ("pkg:github/Mbed-TLS/mbedtls@mbedtls-3.6.7", "GIT", "github.com/mbed-tls/mbedtls", "mbedtls-3.6.7"),
        ("pkg:git/forge.example/team/Part@v1.2", "GIT", "forge.example/team/part", "v1.2"),
        ("pkg:generic/x@1", "", "x", "1"),
        ("pkg:deb/debian/zlib1g@1:1.2.13?distro=debian-12", "Debian:12", "zlib1g", "1:1.2.13"),
        ("pkg:deb/debian/zlib1g@1.2.13?epoch=1&distro=bookworm", "Debian:12", "zlib1g", "1:1.2.13"),
        ("pkg:deb/debian/zlib1g@1:1.2.13?epoch=1&distro=debian-12.5", "Debian:12", "zlib1g", "1:1.2.13"),
        ("pkg:deb/debian/zlib1g@1.2.13?epoch=0", "Debian", "zlib1g", "1.2.13"),
        ("pkg:deb/ubuntu/zlib1g@1?distro=ubuntu-22.04", "Ubuntu:22.04:LTS", "zlib1g", "1"),
        ("pkg:deb/raspbian/zlib1g@1?distro=raspbian-12", "Raspbian:12", "zlib1g", "1"),
        ("pkg:apk/alpine/busybox@1.36-r2?distro=alpine-3.18.4", "Alpine:v3.18", "busybox", "1.36-r2"),
        ("pkg:alpine/busybox@1.36-r2?distro=alpine-3.18.4", "Alpine:v3.18", "busybox", "1.36-r2"),
        ("pkg:rpm/rocky/bash@5.1-2.el9?epoch=2&distro=rocky-9.3", "Rocky Linux:9", "bash", "2:5.1-2.el9"),
    ],
)
def test_ecosystem_name_and_version(purl: str, ecosystem: str, name: str, version: str) -> None:
    found = component_of_purl(purl)
    assert (found.ecosystem, found.name, found.version) == (ecosystem, name, version)


@pytest.mark.parametrize(
    ("purl", "source", "version"),
    [
        ("pkg:deb/debian/libssl3@3.0-1?upstream=openssl", "openssl", "3.0-1"),
        ("pkg:deb/debian/libssl3@3.0-1%2Bb1?upstream=openssl", "openssl", "3.0-1"),
        ("pkg:deb/debian/libssl3@3.0-1?epoch=1&upstream=openssl", "openssl", "1:3.0-1"),
        ("pkg:deb/debian/bsdutils@1:2.38-5?upstream=util-linux%402.38-5", "util-linux", "2.38-5"),
        ("pkg:deb/debian/zlib1g@1.2-3%2Bb2", "", "1.2-3"),
        ("pkg:deb/debian/zlib1g@1.2-3", "", ""),
        ("pkg:rpm/fedora/bash-doc@5.1-2?upstream=bash-5.1-2.src.rpm", "bash", "5.1-2"),
        ("pkg:rpm/redhat/bind-libs@9.1-2?epoch=32&upstream=bind-9.1-2.src.rpm", "bind", "32:9.1-2"),
        ("pkg:rpm/redhat/bind@32:9.1-2?upstream=bind-9.1-2.src.rpm", "bind", "32:9.1-2"),
        ("pkg:apk/alpine/ssl_client@1.36-r2?upstream=busybox", "busybox", ""),
    ],
)
def test_the_source_package_and_its_own_version(purl: str, source: str, version: str) -> None:
    found = component_of_purl(purl)
    assert (found.source_name, found.source_version) == (source, version)


@pytest.mark.parametrize(
    ("purl", "repo", "commit", "version"),
    [
        (f"pkg:github/Mbed-TLS/mbedtls@{COMMIT}", "https://github.com/mbed-tls/mbedtls", COMMIT, ""),
        (f"pkg:generic/x@1?vcs_url=git%2Bhttps://h.example/a/b%40{COMMIT}", "https://h.example/a/b", COMMIT, "1"),
        (f"pkg:generic/x@1?vcs_url=git%2Bssh://git%40h.example/a/b%40{COMMIT}", "ssh://git@h.example/a/b", COMMIT, "1"),
        ("pkg:generic/x@1?vcs_url=ssh://git%40h.example/a/b", "ssh://git@h.example/a/b", "", "1"),
        ("pkg:generic/x@1?vcs_url=nonsense", "", "", "1"),
    ],
)
def test_repositories_and_commits(purl: str, repo: str, commit: str, version: str) -> None:
    found = component_of_purl(purl)
    assert (found.repo, found.commit, found.version) == (repo, commit, version)


def test_a_cpe_counts_only_where_the_purl_names_no_ecosystem() -> None:
    assert component_of_purl("pkg:npm/a@1", cpe="cpe:2.3:a:v:a:1").cpes == ()
    assert component_of_purl("pkg:generic/a@1", cpe="cpe:2.3:a:v:a:1").cpes == ("cpe:2.3:a:v:a:1",)


def test_a_version_of_ten_thousand_characters_is_an_unknown_version() -> None:
    long = component_of_purl(f"pkg:npm/a@{'1' * 10_000}")
    assert len(long.version) == 1_025, "not all of it, and not nothing: the input does give a version"
    for scheme in get_args(Scheme):
        with pytest.raises(InvalidVersion):
            key_of(scheme=scheme, version=long.version)
    assert component_of_purl(f"pkg:npm/a@{'1' * VERSION_LIMIT}").version


@pytest.mark.parametrize("release", ["", "Debian:12", "Ubuntu:22.04:LTS"])
def test_a_release_that_is_asked_for_counts_for_packages_of_that_vendor_without_one(release: str) -> None:
    expected = release if release.startswith("Debian") else "Debian"
    assert component_of_purl("pkg:deb/debian/a@1", release=release).ecosystem == expected
    assert component_of_purl("pkg:deb/debian/a@1?distro=debian-11", release=release).ecosystem == "Debian:11"
    assert component_of_purl("pkg:npm/a@1", release=release).ecosystem == "npm"


@pytest.mark.parametrize(
    ("namespace", "distro", "ecosystem"),
    [
        ("debian", "sid", "Debian:sid"),
        ("debian", "Trixie", "Debian:13"),
        ("wolfi", "wolfi-20230201", "Wolfi"),
        ("ubuntu", "ubuntu-23.10", "Ubuntu:23.10"),
        ("ubuntu", "focal", "Ubuntu:20.04:LTS"),
        ("ubuntu", "zesty", "Ubuntu:zesty"),
        ("opensuse", "opensuse-leap-15.5", "openSUSE:Leap 15.5"),
        ("opensuse-leap", "opensuse-leap-15.3", "openSUSE:Leap 15.3"),
        ("opensuse.leap", "opensuse.leap-15.3", "openSUSE:Leap 15.3"),
        ("opensuse-tumbleweed", "opensuse-tumbleweed-20260101", "openSUSE:Tumbleweed"),
        ("opensuse", "tumbleweed", "openSUSE:Tumbleweed"),
        ("redhat", "rhel-8.9", "Red Hat:8"),
        ("suse", "sles-15.5", "SUSE:15.5"),
        ("acme", "acme-1.2", "Acme:1.2"),
        ("alpine", "", "Alpine"),
    ],
)
def test_distributions(namespace: str, distro: str, ecosystem: str) -> None:
    assert ecosystem_of_distribution(namespace=namespace, distro=distro) == ecosystem


@pytest.mark.parametrize(
    ("text", "ecosystem"),
    [
        ("bookworm", "Debian:12"),
        ("debian-12", "Debian:12"),
        ("Debian:12", "Debian:12"),
        ("debian:bullseye", "Debian:11"),
        ("alpine-3.20", "Alpine:v3.20"),
        ("ubuntu:22.04", "Ubuntu:22.04:LTS"),
    ],
)
def test_what_people_call_a_release(text: str, ecosystem: str) -> None:
    assert ecosystem_of_release(text) == ecosystem


@pytest.mark.parametrize("text", ["", "bookwrm", "12", "debian", "debian-"])
def test_what_is_no_release_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no release"):
        ecosystem_of_release(text)


@pytest.mark.parametrize(
    ("text", "ecosystem"),
    [
        ('ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n', "Debian:12"),
        ("ID=debian\nVERSION_CODENAME=forky\n", "Debian:14"),
        ("ID='alpine'\nVERSION_ID=3.20.1\n", "Alpine:v3.20"),
        ('ID="opensuse-leap"\nVERSION_ID="15.6"\n', "openSUSE:Leap 15.6"),
        ("NAME=x\n", ""),
    ],
)
def test_os_release(text: str, ecosystem: str) -> None:
    assert ecosystem_of_os_release(text) == ecosystem


def test_the_suite_of_one_of_apts_lists() -> None:
    assert release_of_list("mirror.example_debian_dists_bookworm-security_main_binary-amd64_Packages") == "bookworm"
    assert release_of_list("Packages") == ""


@pytest.mark.parametrize(
    ("cpe", "ecosystem"),
    [
        ("cpe:/o:redhat:enterprise_linux:8", "Red Hat:8"),
        ("cpe:/a:redhat:enterprise_linux:9::appstream", "Red Hat:9"),
        ("cpe:2.3:o:redhat:enterprise_linux:9:*:*:*:*:*:*:*", "Red Hat:9"),
        ("cpe:/o:redhat:rhel_eus:9.2::baseos", "Red Hat:rhel_eus:9.2"),
        ("cpe:/o:suse:sles:15:sp5", "SUSE:15.5"),
        ("cpe:/o:opensuse:leap:15.5", "openSUSE:Leap 15.5"),
        ("cpe:/o:debian:debian_linux:12", "Debian:12"),
        ("cpe:/o:acme:acme_linux:12", ""),
        ("cpe:/o:redhat:enterprise_linux", ""),
        ("cpe:2.3:o:redhat:enterprise_linux:*:*:*:*:*:*:*:*", ""),
        ("nothing", ""),
    ],
)
def test_releases_by_their_cpe(cpe: str, ecosystem: str) -> None:
    assert ecosystem_of_cpe(cpe) == ecosystem


@pytest.mark.parametrize(
    ("query", "ecosystem"),
    [
        ("repository_id=rhel-8-for-x86_64-baseos-rpms", "Red Hat:8"),
        ("repository_id=rhel-9-for-aarch64-appstream-eus-source-rpms&distro=rhel-9.2", "Red Hat:rhel_eus:9.2"),
        ("repository_id=rhel-9-for-aarch64-appstream-eus-rpms", "Red Hat"),
        ("repository_id=rhel-9-for-aarch64-appstream-eus-rpms&distro=rhel-8.2", "Red Hat"),
        ("repository_id=somewhere-else&distro=rhel-9.2", "Red Hat:9"),
    ],
)
def test_releases_by_the_repository_of_a_package(query: str, ecosystem: str) -> None:
    assert component_of_purl(f"pkg:rpm/redhat/bash@5.1-2.el9?{query}").ecosystem == ecosystem
