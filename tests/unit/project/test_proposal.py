"""What `midstream init` proposes, from what was seen."""

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midstream.project import read_project
from midstream.project.propose import Line, Seen, propose

TODAY = date(2026, 11, 20)
FRESH, STALE = date(2026, 10, 1), date(2021, 5, 1)
BASE = Seen(name="acme-boot", main="main", today=TODAY, policies=("cna-rules", "tf-m", "zephyr"))


def seen(**more: object) -> Seen:
    return msgspec.structs.replace(BASE, **more)


def kinds(of: Seen) -> dict[str, str]:
    """The proposed branches with their kinds."""
    return {branch.name: branch.kind for branch in read_project(propose(of)).branches}


@pytest.mark.parametrize(
    ("name", "on", "kind"),
    [
        ("release/2.1.x", FRESH, "release"),
        ("stable-3.6", FRESH, "release"),
        ("v3.7-branch", FRESH, "release"),
        ("mbedtls-2.28", FRESH, "release"),
        ("lts-v2.8", FRESH, "lts"),
        ("linux-6.1.y-cip", FRESH, "release"),
        ("v1.3-branch", STALE, "archive"),
        ("archive/acme-1.3", FRESH, "archive"),
        ("dependabot/pip/virtualenv-20.36.1", FRESH, ""),
        ("v2.2.0-rc2-rel", FRESH, ""),
        ("fix-123", FRESH, ""),
        ("suit-111", FRESH, ""),
        ("add-license", FRESH, ""),
        ("archive/branch-of-somebody", FRESH, ""),
    ],
)
def test_which_branches_are_proposed(name: str, on: date, kind: str) -> None:
    found = kinds(seen(branches=(Line(name="main", on=FRESH), Line(name=name, on=on))))
    assert found == ({"main": "development", name: kind} if kind else {"main": "development"})


def test_lines_that_exist_only_as_tags_are_proposed_with_their_newest() -> None:
    tags = tuple(Line(name=name, on=FRESH) for name in ("lts-v2.8.9", "lts-v2.8.10", "v2.8.0", "lts-v2.8.10-rc1"))
    text = propose(seen(tags=(*tags, Line(name="lts-v2.4.1", on=STALE))))
    assert "the newest, lts-v2.8.10, is of 2026-10-01" in text
    assert kinds(seen(tags=tags)) == {"main": "development", "lts-v2.8": "lts"}
    assert kinds(seen(tags=(Line(name="lts-v2.4.1", on=STALE),))) == {"main": "development", "lts-v2.4": "archive"}
    branch = Line(name="lts-v2.8", on=FRESH)
    assert "only tags" not in propose(seen(tags=tags, branches=(branch,)))


@pytest.mark.parametrize(
    ("of", "words"),
    [
        (seen(), 'policy = "cna-rules"'),
        (seen(name="Zephyr"), 'policy = "zephyr"'),
        (seen(name="tf.m"), 'policy = "tf-m"'),
        (seen(url="https://git.example/acme.git"), 'url = "https://git.example/acme.git"'),
        (seen(), '# url = "https://…"'),
        (seen(security=(("SECURITY.md", "Write to psirt@acme.example."),)), 'contact = "psirt@acme.example"'),
        (seen(security=(("SECURITY.md", "Write to psirt@acme.example."),)), "# Read from SECURITY.md."),
        (seen(security=(("SECURITY.md", "Use the form."),)), "SECURITY.md names no address."),
        (seen(), "the repository has no security policy."),
        (seen(owners=("MAINTAINERS", "CODEOWNERS")), "is read from: MAINTAINERS, CODEOWNERS."),
        (seen(), "is read from a file's history"),
        (seen(person="Ada Lin"), '\n[[person]]\nname = "Ada Lin"'),
        (seen(), '\n# [[person]]\n# name = "you"'),
        (seen(tags=(Line(name="v1.2.0", on=FRESH), Line(name="v1.10.0", on=FRESH))), "# Release tags: 2 like v1.10.0."),
        (seen(branches=(Line(name="wip", on=FRESH),)), "# 1 further branches look like work in progress"),
    ],
)
def test_what_was_read_is_written_and_what_was_not_is_a_comment(of: Seen, words: str) -> None:
    assert words in propose(of)
    read_project(propose(of))


def test_a_project_with_very_many_branches_gets_a_file_one_can_read() -> None:
    branches = tuple(Line(name=f"release/{number}.x", on=FRESH) for number in range(200))
    text = propose(seen(branches=branches))
    assert "and 141 more" in text
    assert len(read_project(text).branches) == 60


ODD = st.text(max_size=30)
LINES = st.lists(
    st.builds(Line, name=st.one_of(ODD, st.sampled_from(["v1.2", "lts-v1.2.3"])), on=st.just(FRESH)),
    max_size=4,
    unique_by=lambda line: line.name,
)


@given(st.builds(Seen, name=ODD, main=st.text(min_size=1, max_size=30), today=st.just(TODAY), url=ODD, person=ODD,
                 branches=LINES.map(tuple), tags=LINES.map(tuple), owners=st.lists(ODD, max_size=2).map(tuple),
                 security=st.lists(st.tuples(ODD, ODD), max_size=2).map(tuple)))  # fmt: skip
def test_whatever_was_seen_the_proposal_is_a_project_file(of: Seen) -> None:
    assert read_project(propose(of)).id
