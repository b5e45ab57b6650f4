"""`midstream board REPO`, `backport explain` and `introduced` over a real repository and the real index."""

from pathlib import Path

import pytest

from tests.desks import Clock
from tests.repositories import Repository, lines
from tests.shells import Shell

CODE, FIXED = lines(1, 40), lines(1, 40, l10="if (length > sizeof(buffer))", l11="        return ERROR_TOO_LONG;")

PROJECT = """
[project]
id = "blinky"
name = "Blinky OS"
policy = "zephyr"

[[branch]]
name = "main"
kind = "development"

[[branch]]
name = "v1.x"

[[branch]]
name = "old"
supported_until = 2020-01-31

[[branch]]
name = "v7"
"""


class Known:
    """A repository with a flaw, its fix on main, and a backport on v1.x."""

    def __init__(self, folder: Path) -> None:
        repo = self.repo = Repository(folder / "repo")
        base = repo.commit("main", {"src/parse.c": lines(1, 40, l10="sound"), "midstream.toml": PROJECT}, "Begin")
        self.flaw = repo.commit("main", {"src/parse.c": CODE}, "Tidy up")
        repo.commit("v1.x", {"x": "1\n"}, "Begin v1", on=self.flaw)
        repo.commit("old", {"x": "1\n"}, "Begin old", on=base)
        self.fix = repo.commit("main", {"src/parse.c": FIXED}, "Check the length")
        self.hit = repo.commit("v1.x", {"src/parse.c": FIXED}, "Check the length")
        repo.tag("v1.0.1", at="v1.x")


@pytest.fixture
def known(tmp_path: Path) -> Known:
    return Known(tmp_path)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "empty" / "store.db", person="", clock=Clock())


def test_the_board_of_a_repository(known: Known, shell: Shell) -> None:
    said = shell("board", str(known.repo.path), "--fix", known.fix)
    assert said.code == 0, said.err
    assert "Blinky OS" in said.out
    assert "v1.0.1" in said.out
    assert "past support" in said.out
    assert "v7" in said.err
    assert not shell.store.exists()  # reading a repository makes no store


def test_the_board_as_json_and_only_what_is_open(known: Known, shell: Shell) -> None:
    said = shell("board", str(known.repo.path), "--fix", known.fix, "--json").json
    words = {verdict["branch"]: verdict["word"] for verdict in said["verdicts"][0]}
    assert words == {"main": "fixed", "v1.x": "fixed", "old": "past support", "v7": "unknown"}
    narrow = ("board", str(known.repo.path), "--fix", known.fix, "--branch", "main", "--branch", "v1.x")
    assert shell(*narrow, "--open", "--json").json["fixes"] == []
    assert "Nothing needs anybody" in shell(*narrow, "--open").err


def test_a_list_of_fixes_says_where_the_flaw_came_in(known: Known, shell: Shell, tmp_path: Path) -> None:
    listed = tmp_path / "fixes.toml"
    listed.write_text(f'[[fix]]\nname = "CVE-2026-1"\ncommits = ["{known.fix}"]\nintroduced = ["{known.flaw}"]\n')
    said = shell("board", str(known.repo.path), "--fixes", str(listed), "--json").json
    assert {verdict["branch"]: verdict["word"] for verdict in said["verdicts"][0]}["old"] == "not affected"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no fix"),
        ('[[fix]]\nname = "a"\ncommits = ["9999999"]\n', "no commit"),
        ('[[fix]]\nname = "a"\ncommit = ["x"]\n', "commits"),
        ('[[fix]]\nname = "a"\ncommits = []\n[[fix]]\nname = "a"\ncommits = []\n', "two fixes"),
    ],
)
def test_a_list_that_cannot_be_used(text: str, words: str, known: Known, shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "fixes.toml").write_text(text)
    said = shell("board", str(known.repo.path), "--fixes", str(tmp_path / "fixes.toml"))
    assert said.code in {2, 3}
    assert words in said.err
    assert "hint:" in said.err


def test_a_page_is_written(known: Known, shell: Shell, tmp_path: Path) -> None:
    page = tmp_path / "board.html"
    assert shell("board", str(known.repo.path), "--fix", known.fix, "--html", str(page)).code == 0
    assert "Blinky OS" in page.read_text(encoding="utf-8")


def test_every_rung_is_explained(known: Known, shell: Shell) -> None:
    said = shell("backport", "explain", known.fix, "--onto", "v1.x", "--repo", str(known.repo.path))
    assert said.code == 0, said.err
    for rung in (
        "same commit",
        "cherry-pick trailer",
        "Change-Id",
        "same patch",
        "same changed lines",
        "similar lines",
    ):
        assert rung in said.out
    assert known.hit[:12] in said.out
    found = shell("backport", "explain", known.fix, "--onto", "v1.x", "--repo", str(known.repo.path), "--json").json
    [steps] = found[0]["steps"]
    matched = {step["rung"]: step["matched"] for step in steps}
    assert matched == {
        "same commit": False,
        "cherry-pick trailer": False,
        "Change-Id": None,
        "same patch": True,
        "same changed lines": True,
        "named in the message": False,
        "same subject": True,
        "similar lines": True,
    }
    assert found[0]["verdict"]["sure"] == "certain"


def test_explaining_a_branch_that_lacks_the_fix_leaves_with_one(known: Known, shell: Shell) -> None:
    said = shell("backport", "explain", known.fix, "--onto", "old", "--repo", str(known.repo.path))
    assert said.code == 1
    assert "past support" in said.out


def test_where_a_flaw_came_in_is_a_suggestion(known: Known, shell: Shell) -> None:
    said = shell("introduced", known.fix, "--repo", str(known.repo.path))
    assert said.code == 0, said.err
    assert known.flaw[:12] in said.out
    assert "suggestion" in said.err
    assert shell("introduced", known.repo("rev-parse", "old"), "--repo", str(known.repo.path)).code == 1


@pytest.mark.parametrize("words", [("--open",), ("--fix", "a"), ("--branch", "a")])
def test_options_of_a_repository_need_one(words: tuple[str, ...], shell: Shell) -> None:
    said = shell("board", *words)
    assert said.code == 2
    assert "repository" in said.err


def test_a_folder_that_is_no_repository(shell: Shell, tmp_path: Path) -> None:
    said = shell("board", str(tmp_path), "--fix", "a")
    assert said.code == 3
    assert "no git repository" in said.err
