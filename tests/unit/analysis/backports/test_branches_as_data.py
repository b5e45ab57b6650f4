"""Which ref a branch's name means, and which tags are its releases."""

import pytest

from midstream.analysis.backports import Ref
from midstream.analysis.backports.lines import Wanted, find_line

HEADS = [
    "refs/heads/main",
    "refs/heads/archive/old-2.1",
    "refs/heads/release/2.1.x",
    "refs/remotes/origin/release/2.1.x",
]
TAGS = [
    "lts-v2.8.0", "lts-v2.8.10", "lts-v2.8.9", "lts-v2.8.11-rc0", "sandbox/lts-v2.8.12", "v2.8.0", "v2.9.0", "v2.8-rc1",
    "v2.1.0", "v2.1.1", "v2.1.1-LTS", "v2.10.0",
]  # fmt: skip
REFS = [
    Ref(name=name, commit=f"{place:040x}") for place, name in enumerate([*HEADS, *(f"refs/tags/{tag}" for tag in TAGS)])
]


@pytest.mark.parametrize(
    ("wanted", "ref", "releases"),
    [
        (Wanted(name="release/2.1.x"), "refs/remotes/origin/release/2.1.x", ["v2.1.0", "v2.1.1"]),
        (Wanted(name="old-2.1"), "refs/heads/archive/old-2.1", ["v2.1.0", "v2.1.1"]),
        (Wanted(name="lts-v2.8"), "refs/tags/lts-v2.8.10", ["lts-v2.8.0", "lts-v2.8.9", "lts-v2.8.10"]),
        (Wanted(name="v2.1.1"), "refs/tags/v2.1.1", ["v2.1.0", "v2.1.1"]),
        (Wanted(name="stable", ref="refs/heads/release/2.1.x"), "refs/heads/release/2.1.x", []),
        (Wanted(name="main", tags="v2.*"), "refs/heads/main", ["v2.1.0", "v2.1.1", "v2.8.0", "v2.9.0", "v2.10.0"]),
        (Wanted(name="2.7"), "", []),
    ],
)
def test_a_name_means(wanted: Wanted, ref: str, releases: list[str]) -> None:
    line = find_line(wanted, REFS)
    assert (line.ref, [tag.short for tag in line.releases]) == (ref, releases)
    assert bool(line.trouble) == (not ref)


def test_the_development_branch_has_the_tags_of_all_series() -> None:
    names = [tag.short for tag in find_line(Wanted(name="main", kind="development"), REFS).releases]
    assert names[0] == "v2.1.0"
    assert names.index("v2.9.0") < names.index("v2.10.0")
    assert not {"lts-v2.8.11-rc0", "v2.8-rc1", "v2.1.1-LTS", "sandbox/lts-v2.8.12"} & set(names)
