"""From where a backport is taken, and in which repository a fix is looked for."""

import itertools
from pathlib import Path

import pytest

from midstream.analysis.backports.trial import Trial
from midstream.desk.backports.fixes import commits_in, repository_at
from midstream.desk.backports.plan import taken
from midstream.ledger.kinds.fix import FixMerged
from midstream.project import Project, read_project
from tests.desks import PROJECT
from tests.telling import COMMIT, case

OTHER = "5c" * 20


def trial(outcome: str) -> Trial:
    return Trial(branch="release/1.x", target=COMMIT, commits=(COMMIT,), outcome=outcome)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("main", "adapted", "branch"),
    [
        ("conflict", {"release/10.x": "clean", "release/3.x": "clean", "release/2.x": "clean"}, "release/2.x"),
        ("conflict", {"release/10.x": "clean", "release/3.x": "clean", "release/2.x": "conflict"}, "release/3.x"),
        ("conflict", {"release/10.x": "clean", "release/3.x": "empty", "release/2.x": "error"}, "release/10.x"),
        ("conflict", {"release/3.x": "conflict"}, "main"),
        ("clean", {"release/3.x": "clean"}, "main"),
        ("error", {"release/3.x": "clean"}, "main"),
    ],
)
def test_the_nearest_newer_branch_that_applies_is_taken_where_the_fix_conflicts(
    main: str, adapted: dict[str, str], branch: str
) -> None:
    for order in itertools.permutations(adapted.items()):
        tried = [("main", trial(main)), *((name, trial(outcome)) for name, outcome in order)]
        assert taken(tried)[0] == branch


REPOSITORIES = """
[[repository]]
name = "boot"
url = "https://git.example.org/boot"

[[repository]]
name = "tools"
path = "{path}"
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return read_project(PROJECT + REPOSITORIES.format(path=tmp_path / "tools"), where="midstream.toml")


@pytest.mark.parametrize(
    ("folder", "url", "names"),
    [
        ("tools", "", {"tools"}),
        ("elsewhere", "https://git.example.org/boot", {"boot", "https://git.example.org/boot"}),
        ("elsewhere", "https://git.example.org/other", set()),
        ("elsewhere", "", set()),
    ],
)
def test_a_project_file_tells_which_repository_is_at_hand(
    project: Project, tmp_path: Path, folder: str, url: str, names: set[str]
) -> None:
    assert repository_at([project], path=tmp_path / folder, url=url) == names


@pytest.mark.parametrize(
    ("repository", "commits"),
    [
        (frozenset({"boot"}), (COMMIT,)),
        (frozenset({"tools"}), (OTHER,)),
        (frozenset({"docs"}), ()),
        ((), (COMMIT, OTHER)),
    ],
)
def test_a_fix_is_looked_for_in_its_own_repository(repository: frozenset[str], commits: tuple[str, ...]) -> None:
    told = case(
        FixMerged(commit=COMMIT, into="main", repository="boot"),
        FixMerged(commit=OTHER, into="main", repository="tools"),
    )
    assert commits_in(told, repository) == commits
    assert commits_in(case(FixMerged(commit=COMMIT, into="main")), repository) == (COMMIT,)
