"""`midstream backport try` and `plan`, and `midstream init`, over a real repository and a real store."""

from pathlib import Path

import pytest

from midstream.project import read_project
from tests.repositories import ENVIRONMENT, Repository, git, lines
from tests.shells import Shell

LONG = lines(1, 40)
OWNERS = "CLOCKS\nM:\tAda Lin <ada@acme.example> [@ada]\nF:\tclock/\n\nTHE REST\nM:\tdi@acme.example\nF:\t*\nF:\t*/\n"


class World:
    """A repository with a fix that applies to release/2.x and conflicts in release/1.x."""

    def __init__(self, path: Path) -> None:
        self.repo = repo = Repository(path)
        old = repo.commit("main", {"clock/a.c": lines(1, 40, l5="old"), "docs/a.rst": "x\n"})
        repo.commit("release/1.x", {"b.c": "x\n"}, on=old)
        new = repo.commit("main", {"clock/a.c": LONG, "MAINTAINERS": OWNERS})
        repo.commit("release/2.x", {"b.c": "y\n"}, on=new)
        self.fix = repo.commit("main", {"clock/a.c": lines(1, 40, l5="fixed")}, "Fix it\n\nChange-Id: I1\n")
        self.more = repo.commit("main", {"clock/a.c": lines(1, 40, l5="fixed", l20="more")}, "Fix more\n")


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "acme.git")


@pytest.fixture(autouse=True)
def _who(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"):
        monkeypatch.setenv(name, ENVIRONMENT[name])


def test_each_branch_has_its_answer_whatever_the_others_say(empty: Shell, world: World) -> None:
    onto = [word for name in ("release/1.x", "release/2.x", "main", "gone") for word in ("--onto", name)]
    said = empty("backport", "try", world.fix, *onto, "--repo", str(world.repo.path))
    assert said.code == 3
    heads = [line for line in said.out.splitlines() if not line.startswith(" ")]
    assert heads == [
        "x release/1.x  conflicts",
        "+ release/2.x  applies cleanly",
        "= main  nothing is left to apply",
        "! gone  could not be tried, which says nothing of the branch",
    ]
    assert "clock/a.c  (content)" in said.out
    assert "ask @ada: the area 'CLOCKS', MAINTAINERS on main" in said.out
    assert "there is no branch 'gone'" in said.out
    assert all(len(line) <= 80 for line in said.out.splitlines())


@pytest.mark.parametrize(("branch", "code"), [("release/2.x", 0), ("release/1.x", 1), ("main", 0), ("gone", 3)])
def test_the_exit_code_tells_clean_from_conflict_from_trouble(
    empty: Shell, world: World, branch: str, code: int
) -> None:
    said = empty("backport", "try", world.fix, "--onto", branch, "--repo", str(world.repo.path), "--json")
    assert said.code == code
    (entry,) = said.json
    assert entry["trial"]["outcome"] == {0: entry["trial"]["outcome"], 1: "conflict", 3: "error"}[code]


def test_a_range_is_tried_in_its_order(empty: Shell, world: World) -> None:
    asked = (
        "backport",
        "try",
        f"{world.fix}~1..main",
        "--onto",
        "release/2.x",
        "--repo",
        str(world.repo.path),
        "--json",
    )
    (entry,) = empty(*asked).json
    assert entry["trial"]["applied"] == [world.fix, world.more]


def test_clean_backports_are_written_and_others_are_not(empty: Shell, world: World) -> None:
    onto = ("--onto", "release/1.x", "--onto", "release/2.x")
    said = empty("backport", "try", world.fix, *onto, "--repo", str(world.repo.path), "--write", "ready")
    assert said.code == 1
    assert "written to branch ready/release/2.x" in said.out
    assert world.repo("branch", "--list", "ready*") == "ready/release/2.x"
    assert f"(cherry picked from commit {world.fix})" in world.repo("log", "-1", "--format=%B", "ready/release/2.x")
    again = empty("backport", "try", world.fix, *onto, "--repo", str(world.repo.path), "--write", "ready")
    assert again.code == 3
    assert "there is a branch 'ready/release/2.x' already" in again.err


def test_a_fix_that_is_not_there_is_trouble_with_a_hint(empty: Shell, world: World, tmp_path: Path) -> None:
    said = empty("backport", "try", "ab" * 20, "--onto", "main", "--repo", str(world.repo.path))
    assert (said.code, "hint:" in said.err) == (3, True)
    assert empty("backport", "try", world.fix, "--onto", "main", "--repo", str(tmp_path / "no")).code == 3
    assert empty("backport", "try", world.fix).code == 2


def test_a_branch_that_exists_only_as_tags_is_its_newest_tag(empty: Shell, world: World) -> None:
    for name in ("lts-v2.8.9", "lts-v2.8.10", "lts-v2.8.11-rc1"):
        world.repo.tag(name, "release/2.x" if name == "lts-v2.8.10" else "release/1.x")
    asked = ("backport", "try", world.fix, "--onto", "lts-v2.8", "--repo", str(world.repo.path), "--json")
    (entry,) = empty(*asked).json
    assert (entry["ref"], entry["trial"]["outcome"]) == ("refs/tags/lts-v2.8.10", "clean")


def test_whom_to_ask_comes_from_the_history_where_no_file_says(empty: Shell, tmp_path: Path) -> None:
    repo = Repository(tmp_path / "plain.git")
    base = repo.commit("main", {"a.c": LONG}, author="Zoe Ray <zoe@acme.example>")
    repo.commit("lts", {"a.c": lines(1, 40, l5="o")}, "Own\n\nReviewed-by: Rev Iew <rev@acme.example>", on=base)
    fix = repo.commit("main", {"a.c": lines(1, 40, l5="f")})
    (entry,) = empty("backport", "try", fix, "--onto", "lts", "--repo", str(repo.path), "--json").json
    (asked,) = entry["owners"]
    assert asked["source"] == "history"
    assert [(owner["name"], owner["role"]) for owner in asked["owners"]] == [
        ("Ada Lin", "author"),
        ("Zoe Ray", "author"),
        ("Rev Iew", "reviewer"),
    ]


def planned(shell: Shell, world: World) -> None:
    for branch in ("release/1.x", "release/2.x"):
        assert shell("do", "acme-1", "mark-affected", f"branch={branch}").code == 0
    assert shell("do", "acme-1", "record-fix", f"commit={world.fix}").code == 0


def test_the_plan_has_what_is_owed_newest_first_and_by_owner(shell: Shell, world: World) -> None:
    planned(shell, world)
    rows = shell("backport", "plan", "--repo", str(world.repo.path), "--json").json
    assert [(row["branch"], row["trial"]["outcome"], row["ask"]) for row in rows] == [
        ("release/2.x", "clean", []),
        ("release/1.x", "conflict", ["@ada"]),
    ]
    said = shell("backport", "plan", "--repo", str(world.repo.path))
    assert said.out.splitlines()[0] == "Nobody needs to be asked"
    assert "To ask: @ada" in said.out
    assert "conflicts in 1 file" in said.out
    assert all(len(line) <= 100 for line in said.out.splitlines())


def test_what_was_adapted_for_a_newer_branch_is_taken_where_the_fix_conflicts(shell: Shell, world: World) -> None:
    planned(shell, world)
    adapted = world.repo.commit("release/2.x", {"clock/c.c": "adapted\n"}, "Fix it another way")
    assert shell("do", "acme-1", "record-backport", "branch=release/2.x", f"commit={adapted}").code == 0
    (row,) = shell("backport", "plan", "--repo", str(world.repo.path), "--json").json
    assert (row["branch"], row["taken_from"], row["trial"]["outcome"]) == ("release/1.x", "release/2.x", "clean")


def test_a_plan_says_what_it_could_not_try(shell: Shell, world: World) -> None:
    planned(shell, world)
    world.repo("branch", "-D", "release/1.x")
    said = shell("backport", "plan", "--repo", str(world.repo.path))
    assert "not tried: there is no branch 'release/1.x'" in " ".join(said.out.split())


def test_a_plan_shows_only_what_one_works_on(shell: Shell, world: World) -> None:
    planned(shell, world)
    said = shell("backport", "plan", "--repo", str(world.repo.path), "--json", by="rel")
    assert said.json == []


def test_init_proposes_what_the_checkout_shows(empty: Shell, world: World, tmp_path: Path) -> None:
    world.repo.commit("main", {"SECURITY.md": "Write to psirt@acme.example.\n"})
    tree = world.repo.clone(tmp_path / "checkout")
    git(tree, "remote", "set-url", "origin", "https://user:secret@git.example/acme/boot.git")
    said = empty("init", str(tree), by="")
    assert said.code == 0
    text = (tree / "midstream.toml").read_text()
    found = read_project(text)
    assert (found.id, found.contact) == ("boot", "psirt@acme.example")
    assert {branch.name: branch.kind for branch in found.branches} == {
        "main": "development",
        "release/1.x": "release",
        "release/2.x": "release",
    }
    assert found.repositories[0].url == "https://git.example/acme/boot.git"
    assert "secret" not in text
    assert "MAINTAINERS" in text
    assert [person.name for person in found.people] == ["Cy Ox"]


def test_init_overwrites_nothing(empty: Shell, world: World, tmp_path: Path) -> None:
    tree = world.repo.clone(tmp_path / "checkout")
    assert empty("init", str(tree)).code == 0
    assert empty("init", str(tree)).code == 0, "the same proposal is no difference"
    file = tree / "midstream.toml"
    file.write_text("mine\n")
    said = empty("init", str(tree))
    assert (said.code, file.read_text()) == (1, "mine\n")
    assert "-mine" in said.out
    assert empty("init", str(tree), "--new").code == 0
    assert file.read_text() == "mine\n"
    read_project((tree / "midstream.toml.new").read_text())
    assert empty("init", str(tree), "--print").out.startswith("# Proposed by")


def test_init_where_there_is_no_repository(empty: Shell, tmp_path: Path) -> None:
    said = empty("init", str(tmp_path))
    assert (said.code, "is no git repository" in said.err) == (3, True)
    assert list(tmp_path.glob("*.toml")) == []
