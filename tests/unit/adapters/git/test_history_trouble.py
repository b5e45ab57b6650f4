"""Clones in trouble: each gives its true answer, or a clear error with a hint."""

import sqlite3
import subprocess
from pathlib import Path

import pytest

from midstream.adapters.git import GitHistory, program
from midstream.adapters.git.repository import find_repository
from midstream.desk.ports import HistoryTrouble
from tests.boards import history_of, verdict
from tests.repositories import ENVIRONMENT, Repository, git, lines

CODE, FIXED = lines(1, 40), lines(1, 40, l10="if (length > sizeof(buffer))", l11="        return ERROR_TOO_LONG;")


def a_fix(repo: Repository) -> str:
    """A fix on main; the branch v1 has it as a commit of its own, the branch v0 has not."""
    base = repo.commit("main", {"src/parse.c": CODE}, "Begin")
    fix = repo.commit("main", {"src/parse.c": FIXED}, "Check the length")
    repo.commit("v1", {"x": "1\n"}, "Begin v1", on=base)
    repo.commit("v1", {"src/parse.c": FIXED}, "Mine")
    repo.commit("v0", {"x": "0\n"}, "Begin v0", on=base)
    repo.commit("v0", {"x": "00\n"}, "Go on")
    return fix


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repo")


@pytest.mark.parametrize("form", ["sha1", "sha256"])
def test_both_kinds_of_object_ids(form: str, tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo", form=form)
    fix = a_fix(repo)
    history = history_of(repo.path, tmp_path)
    assert verdict(history, [fix], "v1").word == "fixed"
    assert verdict(history, [fix], "v0").word == "vulnerable"


def test_a_work_tree_and_a_linked_one(repo: Repository, tmp_path: Path) -> None:
    fix = a_fix(repo)
    clone = repo.clone(tmp_path / "clone")
    git(clone, "worktree", "add", "--quiet", "--detach", str(tmp_path / "linked"))
    for place in (clone, tmp_path / "linked"):
        assert verdict(GitHistory(repo=place, index=tmp_path / "i"), [fix], "v1").word == "fixed"


@pytest.mark.parametrize("name", ["nothing", "file", "folder"])
def test_what_is_no_repository(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    with pytest.raises(HistoryTrouble) as caught:
        find_repository(tmp_path / name)
    assert caught.value.hint


def test_a_shallow_clone_finds_what_is_there_and_never_says_what_is_missing(repo: Repository, tmp_path: Path) -> None:
    fix = a_fix(repo)
    clone = repo.clone(tmp_path / "clone", "--depth=1", "--no-single-branch")
    history = GitHistory(repo=clone, index=tmp_path / "i")
    assert any("shallow" in said for said in history.notices())
    assert verdict(history, [fix], "main").word == "fixed"
    found = verdict(history, [fix], "v0")
    assert found.word == "unknown"
    assert "unshallow" in found.because
    git(clone, "-c", "protocol.file.allow=always", "fetch", "--quiet", "--unshallow")
    whole = GitHistory(repo=clone, index=tmp_path / "i")
    assert verdict(whole, [fix], "v0").word == "vulnerable"
    assert verdict(whole, [fix], "v1").word == "fixed"


def test_a_partial_clone_is_told_of_and_nothing_is_fetched(repo: Repository, tmp_path: Path) -> None:
    fix = a_fix(repo)
    repo("config", "uploadpack.allowFilter", "true")
    clone = repo.clone(tmp_path / "clone", "--filter=blob:none", "--no-checkout")
    before = sorted(path.name for path in (clone / ".git/objects").rglob("*"))
    history = GitHistory(repo=clone, index=tmp_path / "i")
    assert any("partial" in said for said in history.notices())
    assert verdict(history, [fix], "v1").word in {"fixed", "unknown"}
    assert sorted(path.name for path in (clone / ".git/objects").rglob("*")) == before


def unpacked(repo: Repository) -> None:
    """Make every object a file of its own, so that one can be taken away."""
    packs = list((repo.path / "objects/pack").glob("*.pack"))
    for pack in packs:
        data = pack.read_bytes()
        for part in pack.parent.glob(f"{pack.stem}.*"):
            part.unlink()
        git(repo.path, "unpack-objects", "-q", feed=data)


def lose(repo: Repository, name: str) -> str:
    unpacked(repo)
    one = repo("rev-parse", name)
    (repo.path / "objects" / one[:2] / one[2:]).unlink()
    return one


def test_a_missing_file_that_matters_makes_the_answer_unknown(repo: Repository, tmp_path: Path) -> None:
    fix = a_fix(repo)
    repo.commit("v0", {"src/parse.c": lines(1, 40, l10="lost")}, "Lost", on="")
    repo.commit("v0", {"src/parse.c": CODE}, "Go on")
    lose(repo, "v0~1:src/parse.c")
    history = history_of(repo.path, tmp_path)
    found = verdict(history, [fix], "v0")
    assert found.word == "unknown"
    assert "could not be read whole" in found.because
    assert any("could not be read whole" in said for said in history.notices())
    assert verdict(history, [fix], "v1").word == "fixed"


def test_a_missing_file_elsewhere_changes_nothing(repo: Repository, tmp_path: Path) -> None:
    fix = a_fix(repo)
    repo.commit("v0", {"big": "lost\n", "src/b.c": CODE}, "Add two files")
    repo.commit("v0", {"big": None}, "Take it away")
    lose(repo, "v0~1:big")
    assert verdict(history_of(repo.path, tmp_path), [fix], "v0").word == "vulnerable"


def test_a_missing_commit_is_an_error_and_no_verdict(repo: Repository, tmp_path: Path) -> None:
    fix = a_fix(repo)
    lose(repo, "v0~1")
    with pytest.raises(HistoryTrouble) as caught:
        verdict(history_of(repo.path, tmp_path), [fix], "v0")
    assert caught.value.hint
    assert not (tmp_path / "history.index").exists()


def test_a_missing_tree_makes_the_answer_unknown(repo: Repository, tmp_path: Path) -> None:
    fix = a_fix(repo)
    repo.commit("v0", {"new/a.c": CODE}, "Lost tree")
    repo.commit("v0", {"new/a.c": None}, "Go on")
    lose(repo, "v0~1^{tree}")
    assert verdict(history_of(repo.path, tmp_path), [fix], "v0").word == "unknown"


def test_replace_refs_and_grafts_are_not_followed_and_told_of(repo: Repository, tmp_path: Path) -> None:
    fix = a_fix(repo)
    tip = repo("rev-parse", "v0")
    repo("replace", tip, repo("rev-parse", "v1"))
    (repo.path / "info/grafts").write_text(f"{tip} {fix}\n")
    history = history_of(repo.path, tmp_path)
    assert verdict(history, [fix], "v0").word == "vulnerable"
    assert sum("not followed" in said for said in history.notices()) == 2


def test_nobodys_configuration_has_a_say(repo: Repository, tmp_path: Path) -> None:
    fix = a_fix(repo)
    for key, value in {
        "diff.noprefix": "true",
        "diff.external": "false",
        "diff.algorithm": "patience",
        "color.ui": "always",
        "log.showSignature": "true",
        "diff.context": "9",
        "log.diffMerges": "separate",
        "diff.orderFile": "/nothing/there",
    }.items():
        repo("config", key, value)
    assert verdict(history_of(repo.path, tmp_path), [fix], "v1").word == "fixed"


def test_names_and_messages_that_are_no_utf_8(repo: Repository, tmp_path: Path) -> None:
    a_fix(repo)
    paths = {b"caf\xe9.c": CODE, b'new\nline "quoted"\t.c': CODE, "commit 0123": CODE}
    repo.commit("main", paths, b"Latin \xe9\n\ncommit " + b"0" * 40 + b"\ndiff --git a/x b/x\n")
    fix = repo.commit("main", dict.fromkeys(paths, FIXED), b"Gr\xfc\xdfe")
    repo.commit("v1", dict.fromkeys(paths, CODE), "Add")
    repo.commit("v1", dict.fromkeys(paths, FIXED), "Mine")
    history = history_of(repo.path, tmp_path)
    assert verdict(history, [fix], "v1").word == "fixed"
    assert verdict(history, [fix], "v0").word == "vulnerable"
    number = history.number(fix)
    assert number is not None
    assert history.entry(number).files == {"caf\\xe9.c", 'new\nline "quoted"\t.c', "commit 0123"}


def test_a_submodule_is_a_line_like_others(repo: Repository, tmp_path: Path) -> None:
    a_fix(repo)
    for branch in ("main", "v1", "v0"):
        repo.commit(branch, {"ext": ("160000", "1" * 40)}, "Add ext")
    fix = repo.commit("main", {"ext": ("160000", "2" * 40)}, "Update ext")
    repo.commit("v1", {"ext": ("160000", "2" * 40)}, "Mine")
    history = history_of(repo.path, tmp_path)
    assert verdict(history, [fix], "v1").word == "fixed"
    assert verdict(history, [fix], "v0").word == "vulnerable"


def test_a_large_file_is_known_by_its_object_ids(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The same that keeps a file of 1 GB out of memory, with a smaller bound.
    monkeypatch.setitem(program._ANSWERS, "core.bigFileThreshold", "1000")
    a_fix(repo)
    large = "line\n" * 1000
    fix = repo.commit("main", {"large.txt": large}, "Add large")
    repo.commit("v1", {"large.txt": large}, "Mine")
    repo.commit("v0", {"large.txt": large + "more\n"}, "Other")
    history = history_of(repo.path, tmp_path)
    assert verdict(history, [fix], "v1").word == "fixed"
    assert verdict(history, [fix], "v0").word == "vulnerable"
    number = history.number(fix)
    assert number is not None
    assert history.entry(number).size == 1


def test_what_is_fetched_while_it_is_read_is_for_the_next_time(repo: Repository, tmp_path: Path) -> None:
    fix = a_fix(repo)
    history = history_of(repo.path, tmp_path)
    repo.commit("v0", {"src/parse.c": FIXED}, "Arrived")
    assert verdict(history, [fix], "v0").word == "vulnerable"
    assert verdict(history_of(repo.path, tmp_path), [fix], "v0").word == "fixed"


def test_a_repository_is_read_while_git_fetches_into_it(repo: Repository, tmp_path: Path) -> None:
    fix = a_fix(repo)
    clone = tmp_path / "clone.git"
    git(tmp_path, "-c", "protocol.file.allow=always", "clone", "--quiet", "--mirror", f"file://{repo.path}", str(clone))
    for count in range(40):
        repo.commit("main", {"busy.c": f"{count}\n"}, f"Busy {count}")
        repo(*("tag", f"busy-{count}", "main"))
    repo.commit("v0", {"src/parse.c": FIXED}, "Arrived at last")
    step = 'git fetch --quiet "$0" "refs/tags/busy-$count:refs/heads/main" && git gc --quiet --prune=now'
    script = f'for count in $(seq 0 39); do {step}; done; git fetch --quiet "$0" "+refs/heads/*:refs/heads/*"'
    command = ["sh", "-c", script, f"file://{repo.path}"]
    with subprocess.Popen(command, cwd=clone, env=ENVIRONMENT | {"GIT_ALLOW_PROTOCOL": "file"}) as fetching:
        words, hints = [], []
        while fetching.poll() is None:
            try:
                words.append(verdict(history_of(clone, tmp_path), [fix], "v0").word)
            except HistoryTrouble as trouble:
                hints.append(trouble.hint)
    assert all(hints)
    assert fetching.returncode == 0
    assert len(words) > 1, "nothing was read while it was fetched"
    assert set(words) <= {"vulnerable", "fixed"}
    assert words == sorted(words, reverse=True), "the fix was seen, and then no more"
    assert verdict(history_of(clone, tmp_path), [fix], "v0").word == "fixed"


# The index


def test_an_update_reads_only_what_is_new_and_says_the_same_as_a_new_index(repo: Repository, tmp_path: Path) -> None:
    fix = a_fix(repo)
    history = history_of(repo.path, tmp_path)
    tips = [ref.commit for ref in history.refs()]
    assert history.update(tips) == 6
    assert history.update(tips) == 0
    tip = repo.commit("v0", {"src/parse.c": FIXED}, f"Late\n\n(cherry picked from commit {fix})")
    again = history_of(repo.path, tmp_path)
    assert again.update([tip]) == 1
    fresh = GitHistory(repo=repo.path, index=tmp_path / "fresh.index")
    for each in (again, fresh):
        assert verdict(each, [fix], "v0").word == "fixed"


def test_a_branch_that_was_forced_elsewhere_is_read_as_it_is(repo: Repository, tmp_path: Path) -> None:
    fix = a_fix(repo)
    assert verdict(history_of(repo.path, tmp_path), [fix], "v1").word == "fixed"
    repo("update-ref", "refs/heads/v1", repo("rev-parse", "v0"))
    repo("reflog", "expire", "--expire=now", "--all")
    repo("gc", "--quiet", "--prune=now")
    repo.commit("v1", {"y": "1\n"}, "Anew")
    assert verdict(history_of(repo.path, tmp_path), [fix], "v1").word == "vulnerable"


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + b"x" * 5000])
def test_a_damaged_index_is_made_anew(content: bytes, repo: Repository, tmp_path: Path) -> None:
    fix = a_fix(repo)
    (tmp_path / "history.index").write_bytes(content)
    assert verdict(history_of(repo.path, tmp_path), [fix], "v1").word == "fixed"


def test_an_index_of_another_format_or_repository_is_made_anew(repo: Repository, tmp_path: Path) -> None:
    fix = a_fix(repo)
    verdict(history_of(repo.path, tmp_path), [fix], "v1")
    with sqlite3.connect(tmp_path / "history.index") as db:
        db.execute("UPDATE meta SET value = ? WHERE key = 'format'", (b"0",))
        db.execute("DELETE FROM keys")
    db.close()
    assert verdict(history_of(repo.path, tmp_path), [fix], "v1").word == "fixed"
    other = Repository(tmp_path / "other")
    other.commit("main", {"a": "1\n"}, "Other")
    assert history_of(other.path, tmp_path).update([other("rev-parse", "main")]) == 1


def test_an_interrupted_reading_leaves_the_index_as_it_was(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fix = a_fix(repo)

    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("midstream.adapters.git.index.Writer.finish", stopped)
        with pytest.raises(KeyboardInterrupt):
            verdict(history_of(repo.path, tmp_path), [fix], "v1")
        assert list(tmp_path.glob("history.index*")) == []
    verdict(history_of(repo.path, tmp_path), [fix], "v1")
    repo.commit("v0", {"src/parse.c": FIXED}, "Late")
    with monkeypatch.context() as patched:
        patched.setattr("midstream.adapters.git.index.Writer.finish", stopped)
        with pytest.raises(KeyboardInterrupt):
            verdict(history_of(repo.path, tmp_path), [fix], "v0")
    assert verdict(history_of(repo.path, tmp_path), [fix], "v0").word == "fixed"


def test_the_index_is_for_its_owner_alone(repo: Repository, tmp_path: Path) -> None:
    fix = a_fix(repo)
    verdict(history_of(repo.path, tmp_path), [fix], "v1")
    assert (tmp_path / "history.index").stat().st_mode & 0o077 == 0


def test_workers_read_what_one_process_reads(repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fix = a_fix(repo)
    one = history_of(repo.path, tmp_path)
    one.update([fix])
    monkeypatch.setattr("midstream.adapters.git.reading.FEW", 0)
    monkeypatch.setattr("midstream.adapters.git.reading.PORTION", 1)
    many = GitHistory(repo=repo.path, index=tmp_path / "many.index")
    assert many.update([fix]) == 2
    assert [many.entry(number) for number in range(2)] == [one.entry(number) for number in range(2)]


def test_strict_ids_are_those_of_git(repo: Repository, tmp_path: Path) -> None:
    fix = a_fix(repo)
    history = history_of(repo.path, tmp_path)
    history.update([ref.commit for ref in history.refs()])
    shown = git(repo.path, "show", fix)
    told = subprocess.run(
        ["git", "patch-id", "--stable"], input=shown, capture_output=True, check=True, env=ENVIRONMENT, cwd=repo.path
    )
    commits = [fix, history.resolve("v1"), history.resolve("v0")]
    ids = history.strict_ids(commits)
    assert ids[fix] == told.stdout.decode().split()[0] == ids[commits[1]]
    assert ids[commits[2]] != ids[fix]
    assert history.strict_ids(commits) == ids


@pytest.mark.parametrize("name", ["", "--all", "v9", "a b", "main\n", "0" * 40])
def test_a_name_that_is_no_commit_is_an_error_with_a_hint(name: str, repo: Repository, tmp_path: Path) -> None:
    a_fix(repo)
    with pytest.raises(HistoryTrouble) as caught:
        history_of(repo.path, tmp_path).resolve(name)
    assert caught.value.hint


def test_blame_names_who_wrote_what_a_fix_removes_or_stands_beside(repo: Repository, tmp_path: Path) -> None:
    base = repo.commit("main", {"a.c": lines(1, 9)}, "Begin")
    flaw = repo.commit("main", {"a.c": lines(1, 9, l4="flaw")}, "Add a flaw")
    fix = repo.commit("main", {"a.c": lines(1, 9, l4="sound")}, "Fix it")
    history = history_of(repo.path, tmp_path)
    assert [(line.commit, line.is_removed) for line in history.blame(fix)] == [(flaw, True)]
    added = repo.commit("main", {"a.c": lines(1, 9, l4="sound\nmore")}, "Add only")
    assert [(line.commit, line.is_removed) for line in history.blame(added)] == [(fix, False), (base, False)]
    assert history.blame(base) == []
