"""Ranges of versions and of commits, derived from the lines."""

from midstream.advisories.ranges import affected_vers, git_events, spans
from midstream.advisories.record import Advisory, Component, Fix, Line
from midstream.formats.osv.document import Event, Range
from midstream.formats.osv.evaluate import is_commit_affected
from tests.advisories import COMPONENT, RECORD, RELEASES


def test_a_branch_without_a_fix_runs_into_the_next() -> None:
    lines = (
        Line(branch="release/2.2.x", first="0", status="eol"),
        Line(branch="release/2.3.x", first="0", status="fixed", fix=(Fix(sha="a", release="2.3.1"),)),
    )
    component = Component(key="tf-m", scheme="semver", line=lines)
    record = Advisory(state="published", component=(component,))
    (span,) = spans(record=record, component=component, releases=RELEASES, counts={"affected"})
    assert (span.start, span.end, span.is_fixed) == ("2.2.0", "2.3.1", True)
    assert span.branches == ("release/2.2.x", "release/2.3.x")


def test_the_range_of_the_full_record() -> None:
    assert (
        affected_vers(record=RECORD, component=COMPONENT, releases=RELEASES)
        == "vers:semver/>=1.3.0|<2.1.3|>=2.2.0|<2.2.1"
    )


def test_commits_of_all_branches_stand_in_one_list() -> None:
    # main: 1 (flaw) - 2 - 3 (fix) - 4;  branch, cut at 2: 20 - 21 (fix) - 22
    parents = {"2": "1", "3": "2", "4": "3", "20": "2", "21": "20", "22": "21", "1": "0x"}

    def is_in(ancestor: str, commit: str) -> bool:
        here: str | None = commit
        while here is not None and here != ancestor:
            here = parents.get(here)
        return here == ancestor

    component = Component(
        repo="https://example.org/r",
        line=(
            Line(branch="main", introduced=("1",), status="fixed", fix=(Fix(sha="3"),)),
            Line(branch="lts", introduced=("1",), status="fixed", fix=(Fix(sha="21"),)),
        ),
    )
    found = git_events(component)
    assert found
    events = [Event(introduced=each) for each in found.introduced] + [Event(fixed=each) for each in found.fixed]
    together = Range(type="GIT", events=tuple(events))
    hit = {commit for commit in parents if is_commit_affected(together, commit=commit, is_in=is_in)}
    assert hit == {"1", "2", "20"}
    alone = Range(type="GIT", events=(Event(introduced="1"), Event(fixed="21")))
    assert is_commit_affected(alone, commit="4", is_in=is_in)  # why a list for each branch would be wrong
