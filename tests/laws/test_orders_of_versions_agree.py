"""The two orders of versions, of documents and of the index, are one order on what both accept."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from midstream.analysis.exposure.versions import InvalidVersion, Scheme, key_of
from midstream.formats.base import versions

NUMBERS = st.sampled_from(["0", "1", "2", "9", "10", "11", "100"])
PRE_RELEASE = st.lists(st.sampled_from(["0", "1", "2", "10", "alpha", "beta", "rc", "rc2", "x-y"]), max_size=3)
SEMANTIC = st.builds(
    lambda start, numbers, pre, build: start + ".".join(numbers) + ("-" + ".".join(pre) if pre else "") + build,
    st.sampled_from(["", "v"]),
    st.lists(NUMBERS, min_size=3, max_size=3),
    PRE_RELEASE,
    st.sampled_from(["", "+build.7"]),
)
TAGS = st.builds(
    lambda start, numbers, stage: start + ".".join(numbers) + stage,
    st.sampled_from(["", "v"]),
    st.lists(NUMBERS, min_size=1, max_size=4),
    st.sampled_from(["", "-alpha1", "-beta1", "-beta2", "-rc1", "-rc2", "-rc9"]),  # -rc10 is text to semver.org, 11
)
PARTS = st.lists(st.sampled_from(["0", "1", "01", "10", "a", "A", "z", ".", "+", "~", "~~", "rc"]), max_size=5)
DEBIAN = st.builds(
    lambda epoch, number, upstream, revision: epoch + number + "".join(upstream) + revision,
    st.sampled_from(["", "0:", "1:", "12:"]),
    NUMBERS,
    PARTS,
    st.one_of(st.just(""), PARTS.map(lambda parts: "-" + "".join(parts))),
)
SCHEMES: dict[Scheme, tuple[str, st.SearchStrategy[str]]] = {
    "semver": ("semver", SEMANTIC),
    "go": ("semver", SEMANTIC),
    "git-tag": ("semver", TAGS),
    "deb": ("deb", DEBIAN),
}


def sign(left: object, right: object) -> int:
    return (left > right) - (left < right)  # type: ignore[operator] # two keys of one scheme


@pytest.mark.parametrize("scheme", SCHEMES)
def test_they_order_alike_what_both_accept(scheme: Scheme) -> None:
    name, drawn = SCHEMES[scheme]
    compared = 0

    @settings(max_examples=1_500, deadline=None)
    @given(drawn, drawn)
    def compare(left: str, right: str) -> None:
        nonlocal compared
        theirs = [versions.key_of(scheme=name, version=each) for each in (left, right)]
        try:
            ours = [key_of(scheme=scheme, version=each) for each in (left, right)]
        except InvalidVersion:
            return
        if None in theirs:
            return
        compared += 1
        assert sign(*ours) == sign(*theirs), f"{left} and {right}"

    if scheme == "deb":
        compare = example("1", "1-0")(example("1.0~rc1", "1.0")(compare))
    compare()
    assert compared > 100, "nearly nothing is accepted by both, so nothing was compared"
