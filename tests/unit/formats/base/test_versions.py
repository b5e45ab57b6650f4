"""The order of versions, and ranges as vers: writes them."""

import itertools

import pytest

from midstream.formats.base.vers import Interval, bounds_of, contains, write_vers
from midstream.formats.base.versions import key_of

ORDERS = {
    # Semantic Versioning 2.0.0, section 11.
    "semver": "1.0.0-alpha 1.0.0-alpha.beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0 v1.0.1 2.0 2.10.0",
    # deb-version(7).
    "deb": "1.0~~ 1.0~rc1 1.0 1.0-1 1.0-1+b1 1.0a 1.1 1.10 1:0.1",
    "custom": "r1 r2 r10",
}


@pytest.mark.parametrize(("scheme", "order"), ORDERS.items())
def test_versions_have_the_order_of_their_scheme(scheme: str, order: str) -> None:
    keys = [key_of(scheme=scheme, version=version) for version in order.split()]
    assert all(low is not None and high is not None and low < high for low, high in itertools.pairwise(keys))


@pytest.mark.parametrize(
    ("scheme", "version"), [("semver", "nightly"), ("semver", ""), ("semver", "1..2"), ("git", "1.0"), ("deb", "a b")]
)
def test_what_is_no_version_has_no_place(scheme: str, version: str) -> None:
    assert key_of(scheme=scheme, version=version) is None


RANGE = "vers:semver/>=1.3.0|<2.1.3|>=2.2.0|<2.2.1"


@pytest.mark.parametrize(
    ("version", "wanted"),
    [
        ("1.2.9", False),
        ("1.3.0", True),
        ("2.1.2", True),
        ("2.1.3", False),
        ("2.2.0", True),
        ("2.2.1", False),
        ("x", None),
    ],
)
def test_a_range_holds_what_lies_within(version: str, wanted: bool | None) -> None:  # noqa: FBT001 (a row of the table)
    assert contains(RANGE, version) is wanted


def test_ranges_are_written_as_they_are_read() -> None:
    intervals = [Interval(start="1.3.0", end="2.1.3"), Interval(start="2.2.0", end="2.2.1")]
    assert write_vers(intervals, scheme="semver") == RANGE
    assert write_vers([Interval(end="2.0.0")], scheme="semver") == "vers:semver/<2.0.0"
    assert write_vers([Interval()], scheme="semver") == "vers:semver/*"
    assert write_vers([], scheme="semver") == ""
    assert contains("vers:semver/*", "9.9.9") is True


@pytest.mark.parametrize(
    ("version", "wanted"), [("1.0.0", True), ("2.5.0", True), ("3.0.0", False), ("4.5.0", True), ("0.9.0", False)]
)
def test_a_bound_that_says_less_than_its_neighbour_says_nothing(version: str, wanted: bool) -> None:  # noqa: FBT001 (a row)
    assert contains("vers:semver/>=1.0.0|<2.0.0|<3.0.0|>=4.0.0|>=5.0.0", version) is wanted


@pytest.mark.parametrize(
    "text",
    [
        "",
        ">=1.0",
        "vers:semver",
        "vers:semver/",
        "vers:SEMVER/>=1",
        "vers:semver/>=<1",
        "vers:deb/1%2",
        "vers:deb/1%2G0",
    ],
)
def test_what_is_no_range_has_no_bounds(text: str) -> None:
    assert bounds_of(text) is None
