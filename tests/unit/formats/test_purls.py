"""Package URLs, held against packageurl-python: the quick reader says what the slow and careful one says."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from packageurl import PackageURL

from midstream.formats.purl import LENGTH_LIMIT, plain_parts, read_purl

KINDS = ["npm", "pypi", "deb", "github", "golang", "maven", "generic", "cargo", "rpm", "apk", "nuget", "gem"]
names = st.text("abcXYZ019._-+~ @:%/?#&=ü", min_size=1, max_size=8).filter(lambda text: text.strip("/ ."))
versions = st.text("abc019.:+~-_ %@/#?ü", min_size=1, max_size=8).map(str.strip).filter(bool)


def theirs(text: str) -> tuple[object, ...]:
    said = PackageURL.from_string(text)
    return said.type, said.namespace or "", said.name, said.version or "", dict(said.qualifiers), said.subpath or ""


def ours(text: str) -> tuple[object, ...]:
    said = read_purl(text)
    return said.type, said.namespace, said.name, said.version, dict(said.qualifiers), said.subpath


@given(
    st.sampled_from(KINDS),
    st.none() | names,
    names,
    st.none() | versions,
    st.dictionaries(st.sampled_from(["arch", "distro", "epoch", "vcs_url"]), versions, max_size=2),
)
@example(kind="npm", namespace=None, name=" 0", version=None, qualifiers={})
def test_every_purl_that_can_be_written_reads_as_the_reference_reads_it(
    kind: str, namespace: str | None, name: str, version: str | None, qualifiers: dict[str, str]
) -> None:
    try:
        text = PackageURL(kind, namespace, name, version, qualifiers).to_string()
        expected = theirs(text)
    except ValueError:
        return
    # The reference leaves deb and rpm as they are, which the specification wants small;
    # and it makes npm small, where case counts.
    fold = str.lower if kind in {"deb", "npm", "rpm"} else str
    assert [fold(str(part)) for part in ours(text)] == [fold(str(part)) for part in expected]


@pytest.mark.parametrize(
    "text",
    [
        "pkg:npm/%40angular/core@1.2.3",
        "pkg:npm/@angular/core@1.2",
        "pkg:npm/%200@1",
        "pkg:npm/0%20@%201",
        "pkg:npm/%2F0@1",
        "pkg:npm/%20a/%200@1",
        "pkg:npm/@angular/core",
        "pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&upstream=openssl&epoch=1",
        "pkg:deb/debian/dpkg@1%3A2.3",
        "pkg:github/Mbed-TLS/mbedtls@mbedtls-3.6.0",
        "pkg:golang/github.com/Azure/sdk@v1.0#x/../y",
        "pkg:pypi/Foo_Bar@1",
        "pkg:pypi/foo_bar@1",
        "pkg://npm/a@1",
        "pkg:generic/openssl@1.1.10g?download_url=https://openssl.org/x@y&checksum=sha256:de4d",
    ],
)
def test_known_traps_read_as_the_reference_reads_them(text: str) -> None:
    assert ours(text) == theirs(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "pkg:"),
        ("npm/a@1", "pkg:"),
        ("pkg:npm/", "names no package"),
        ("pkg:npm/%20@1", "names no package"),
        ("pkg:maven/@1", "names no package"),
        ("pkg:swift/host/owner/@1.0", "names no package"),
        ("pkg:a@1", "is no type"),
        ("pkg:npm/a@1?x", "qualifier"),
        ("pkg:npm/%ff@1", "UTF-8"),
        ("pkg:npm/" + "a" * LENGTH_LIMIT, "characters"),
        ("pkg:1npm/a", "is no type"),
    ],
)
def test_what_is_no_purl_is_refused_with_the_reason(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_purl(text)


def test_most_purls_take_the_quick_way() -> None:
    quick = ["pkg:npm/core@1.2.3", "pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12"]
    slow = ["pkg:npm/%40a/b@1", "pkg:npm/a", "pkg:pypi/a_b@1", "pkg:github/Mbed-TLS/x@1"]
    assert [plain_parts(text) is not None for text in (*quick, *slow)] == [True, True, False, False, False, False]
