"""dpkg's status and apt's lists: names and versions of the sources, rebuilds, and what is not installed."""

import pytest

from midstream.formats.deb822 import read_packages, source_of

STATUS = b"""Package: libssl3
Status: install ok installed
Architecture: amd64
Source: openssl
Version: 3.0.11-1~deb12u2
Description: a library
 Package: this is text
 .
 more

Package: gone
Status: deinstall ok config-files
Version: 1

Package: half
Status: install reinstreq half-installed
Version: 2-1+b4

Package: bsdutils
Status: install ok installed
Source: util-linux (2.38.1-5+deb12u1)
Version: 1:2.38.1-5+deb12u1

Status: install ok installed
Version: 7

Package: nothing
Status: install ok installed
"""


def test_the_status_has_sources_with_their_own_versions_and_leaves_out_what_is_removed() -> None:
    read = read_packages(data=STATUS)
    assert [(one.name, one.version, one.source, one.source_version, one.line) for one in read.packages] == [
        ("libssl3", "3.0.11-1~deb12u2", "openssl", "3.0.11-1~deb12u2", 1),
        ("half", "2-1+b4", "half", "2-1", 15),
        ("bsdutils", "1:2.38.1-5+deb12u1", "util-linux", "2.38.1-5+deb12u1", 19),
    ]
    assert read.removed == 1
    assert read.faults == ["line 24: a paragraph names no package", "line 27: nothing has no version"]


def test_a_list_of_sources_names_sources() -> None:
    text = b"Package: openssl\nBinary: openssl, libssl3\nVersion: 3.0.11-1\nFormat: 3.0 (quilt)\nDirectory: pool/o\n"
    (package,) = read_packages(data=text).packages
    assert (package.name, package.source, package.architecture) == ("openssl", "openssl", "source")


@pytest.mark.parametrize(
    ("version", "source", "expected"),
    [
        ("1.2-3", "", ("x", "1.2-3")),
        ("1.2-3+b1", "", ("x", "1.2-3")),
        ("1.2-3+b1", "y", ("y", "1.2-3")),
        ("1:1.2-3+b1", "y (2.0-1)", ("y", "2.0-1")),
        ("6.1+1", "linux-signed-amd64 (6.1.4+1)", ("linux-signed-amd64", "6.1.4+1")),
        ("1.2+beta", "", ("x", "1.2+beta")),
    ],
)
def test_the_source_of_a_binary(version: str, source: str, expected: tuple[str, str]) -> None:
    assert source_of(name="x", version=version, source=source) == expected


@pytest.mark.parametrize("data", [b"", b"\n\n", b"no colon here\n", b"Version: 1\n"])
def test_what_names_no_package_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="names a package"):
        read_packages(data=data)
