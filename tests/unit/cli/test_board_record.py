"""The board with trials, as a page, and recorded: a real history, a real store, and the duties that follow."""

from pathlib import Path

import pytest

from midstream.desk.projects import load_project
from tests.desks import PROJECT
from tests.repositories import Repository, lines
from tests.shells import Shell

LONG = lines(1, 40)


class World:
    """A fix that applies to release/2.x and conflicts in release/1.x, in acme-1."""

    def __init__(self, path: Path, shell: Shell) -> None:
        self.repo = repo = Repository(path)
        repo.began = int(shell.now.timestamp()) - 86_400
        self.shell = shell
        old = repo.commit("main", {"clock/a.c": lines(1, 40, l5="old")})
        repo.commit("release/1.x", {"b.c": "x\n"}, on=old)
        new = repo.commit("main", {"clock/a.c": LONG, "CODEOWNERS": "clock/ @ada\n"})
        repo.commit("release/2.x", {"b.c": "y\n"}, on=new)
        self.fixed = {"clock/a.c": lines(1, 40, l5="fixed")}
        self.fix = repo.commit("main", self.fixed, "Check the length of the clock\n")
        for branch in ("release/1.x", "release/2.x"):
            assert shell("do", "acme-1", "mark-affected", f"branch={branch}").code == 0
        assert shell("do", "acme-1", "record-fix", f"commit={self.fix}").code == 0

    def record(self) -> list[str]:
        """What recording the board says, a line for each fact."""
        self.shell.clock.pass_(days=1)
        self.repo.began += 86_400
        said = self.shell("board", str(self.repo.path), "--record")
        assert said.code == 0, said.err
        return [line.split(": ", 1)[1] for line in said.err.splitlines() if " fact " in line]

    def duties(self) -> dict[str, str]:
        tasks = self.shell("case", "why", "acme-1", "--all", "--json").json
        return {task["duty"]["subject"]: task["standing"] for task in tasks if task["duty"]["name"] == "backport"}


@pytest.fixture
def world(shell: Shell, tmp_path: Path) -> World:
    return World(tmp_path / "acme.git", shell)


def test_the_board_tries_what_is_missing(world: World) -> None:
    said = world.shell("board", str(world.repo.path))
    row = next(line for line in said.out.splitlines() if line.startswith("acme-1"))
    assert row.split()[1:] == ["●", "not", "released", "yet", "✖", "conflicts", "◆", "applies"]
    untried = world.shell("board", str(world.repo.path), "--no-try")
    assert "vulnerable" in untried.out
    (tried,) = world.shell("board", str(world.repo.path), "--json").json["tried"].values()
    assert tried["release/1.x"]["owners"][0]["owners"][0]["handle"] == "ada"


def test_the_page_has_what_the_board_has(world: World, tmp_path: Path) -> None:
    page = tmp_path / "board.html"
    assert world.shell("board", str(world.repo.path), "--html", str(page)).code == 0
    text = page.read_text(encoding="utf-8")
    assert "clock/a.c (content): ask @ada" in text
    assert "conflicts" in text
    assert "applies" in text


def test_from_a_trial_to_the_release_each_thing_is_recorded_once(world: World) -> None:
    first = world.record()
    assert [line.split()[:2] for line in first] == [
        ["backport.conflicted", "branch=release/1.x"],
        ["backport.tried", "branch=release/2.x"],
    ]
    assert world.record() == []
    assert world.duties() == {"release/1.x": "open", "release/2.x": "open"}

    message = f"Check the length of the clock\n\n(cherry picked from commit {world.fix})\n"
    picked = world.repo.commit("release/2.x", world.fixed, message)
    (line,) = world.record()
    assert line.split()[:3] == ["backport.merged", "branch=release/2.x", f"commit={picked[:12]}…"]
    assert world.record() == []
    assert world.duties() == {"release/1.x": "open", "release/2.x": "met"}

    world.repo.tag("v2.1.0", "release/2.x")
    (line,) = world.record()
    assert line.split()[:1] == ["fix.released"]
    assert "tag=v2.1.0" in line

    gone = f'Revert "Check the length of the clock"\n\nThis reverts commit {picked}.\n'
    revert = world.repo.commit("release/2.x", {"clock/a.c": LONG}, gone)
    told = world.record()
    assert told[0].split()[0] == "fix.reverted"
    assert f"commit={revert[:12]}…" in told[0]
    cell = next(
        c for c in world.shell("case", "show", "acme-1", "--json").json["branches"] if c["branch"] == "release/2.x"
    )
    assert cell["word"] == "reverted"


def test_the_worker_looks_at_repositories_given_by_their_path(world: World) -> None:
    text = f'{PROJECT}\n[[repository]]\nname = "boot"\npath = "{world.repo.path}"\n'
    load_project(world.shell.desk(), text=text, where="midstream.toml", by="ada")
    world.shell.clock.pass_(hours=1)
    rows = world.shell("worker", "--once", "--json").json
    looked = [row for row in rows if row["task"] == "look at the repository"]
    assert [(row["case"], row["outcome"], row["detail"]) for row in looked] == [
        ("acme-1", "done", "backport.conflicted, backport.tried")
    ]
    said = world.shell("case", "log", "acme-1", "--json").json
    assert {fact["said_by"] for fact in said if fact["kind"].startswith("backport.")} == {"worker"}
    assert all(row["task"] != "look at the repository" for row in world.shell("worker", "--once", "--json").json)


def test_a_repository_that_is_gone_fails_alone(world: World, tmp_path: Path) -> None:
    text = f'{PROJECT}\n[[repository]]\nname = "boot"\npath = "{tmp_path / "gone"}"\n'
    load_project(world.shell.desk(), text=text, where="midstream.toml", by="ada")
    said = world.shell("worker", "--once")
    assert said.code == 1
    assert "there is nothing at" in " ".join(said.out.split())


def test_a_shallow_clone_records_nothing_it_cannot_know(world: World, tmp_path: Path) -> None:
    for branch in ("release/1.x", "release/2.x"):
        world.repo.commit(branch, {"z.c": "z\n"})
    clone = world.repo.clone(tmp_path / "clone", "--depth=1", "--no-single-branch")
    world.shell.clock.pass_(hours=1)
    said = world.shell("board", str(clone), "--record")
    assert said.code == 0
    assert "nothing new to record" in said.err
    assert "shallow" in said.err


def test_recording_is_for_cases(world: World) -> None:
    assert world.shell("board", str(world.repo.path), "--record", "--fix", world.fix).code == 2
    assert world.shell("board", "--record").code == 2


def test_watching_is_stopped_by_hand(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    naps: list[float] = []

    def nap(seconds: float) -> None:
        if seconds < 1:
            return  # somebody who waits for a program to end
        naps.append(seconds)
        if len(naps) == 1:
            world.repo.commit("release/2.x", world.fixed, "Check the length of the clock\n")
        if len(naps) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("midstream.cli.backports.board.time.sleep", nap)
    said = world.shell("board", str(world.repo.path), "--watch", "2")
    assert (said.code, naps) == (0, [2.0, 2.0, 2.0])
    assert said.out.count("Acme Boot") == 2
