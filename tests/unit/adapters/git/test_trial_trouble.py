"""What is unusual about commits and clones: a true answer or an error with a hint, never a wrong one."""

import os
import shutil
from pathlib import Path

import pytest

from midstream.adapters.git.place import Place
from midstream.adapters.git.trial import try_all
from midstream.analysis.backports.trial import Request
from midstream.desk.ports import HistoryTrouble
from tests.repositories import Repository, git, lines
from tests.unit.adapters.git.test_trial_agrees import STORIES, built, picked, trial

LONG = lines(1, 40)


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repo")


def fixed(**changed: str) -> dict[str | bytes, str | bytes | tuple[str, str | bytes] | None]:
    return {"a.c": lines(1, 40, **changed)}


def test_several_commits_are_tried_on_top_of_one_another(repo: Repository, tmp_path: Path) -> None:
    base = repo.commit("main", {"a.c": LONG})
    tip = repo.commit("lts", {"b.c": "x\n"}, on=base)
    first = repo.commit("main", fixed(l5="one"))
    second = repo.commit("main", fixed(l5="one, then two"))
    alone = trial(repo, second, onto=tip)
    assert (alone.outcome, alone.stopped_at, alone.applied) == ("conflict", second, ())
    both = trial(repo, first, second, onto=tip)
    assert (both.outcome, both.applied) == ("clean", (first, second))
    tree = repo.clone(tmp_path / "tree", "--no-checkout")
    git(tree, "checkout", "--quiet", "--detach", tip)
    git(tree, "cherry-pick", first, second)
    assert git(tree, "rev-parse", "HEAD^{tree}").decode().strip() == both.tree


def test_a_conflict_stops_the_chain_where_it_is(repo: Repository) -> None:
    base = repo.commit("main", {"a.c": LONG})
    tip = repo.commit("lts", fixed(l30="other"), on=base)
    commits = [repo.commit("main", fixed(l5="one", **more)) for more in ({}, {"l30": "two"}, {"l30": "three"})]
    found = trial(repo, *commits, onto=tip)
    assert (found.outcome, found.applied, found.stopped_at) == ("conflict", (commits[0],), commits[1])


def test_part_that_is_there_is_skipped_and_all_of_it_is_empty(repo: Repository) -> None:
    base = repo.commit("main", {"a.c": LONG})
    tip = repo.commit("lts", fixed(l5="one"), on=base)
    first = repo.commit("main", fixed(l5="one"))
    second = repo.commit("main", fixed(l5="one", l20="two"))
    found = trial(repo, first, second, onto=tip)
    assert (found.outcome, found.skipped, found.applied) == ("clean", (first,), (second,))
    whole = repo.commit("lts", fixed(l5="one", l20="two"))
    assert trial(repo, first, second, onto=whole).outcome == "empty"


def test_commits_that_undo_one_another_leave_nothing_to_apply(repo: Repository) -> None:
    base = repo.commit("main", {"a.c": LONG})
    there = repo.commit("main", fixed(l5="one"))
    back = repo.commit("main", {"a.c": LONG})
    found = trial(repo, there, back, onto=base)
    assert (found.outcome, found.applied) == ("empty", (there, back))


def test_a_merge_needs_to_be_told_its_side(repo: Repository) -> None:
    base = repo.commit("main", {"a.c": LONG})
    tip = repo.commit("lts", {"b.c": "x\n"}, on=base)
    side = repo.commit("side", fixed(l5="one"), on=base)
    main = repo.commit("main", {"c.c": "y\n"})
    merge = repo.commit("main", fixed(l5="one"), merging=[side])
    found = trial(repo, merge, onto=tip)
    assert found.outcome == "error"
    assert "is a merge of 2 lines" in found.what
    assert f"git log {merge[:12]}^1..{merge[:12]}^2" in found.hint
    assert trial(repo, merge, onto=tip, mainline=1).tree == trial(repo, side, onto=tip).tree
    assert trial(repo, merge, onto=tip, mainline=2).tree == trial(repo, main, onto=tip).tree
    assert "has no parent 3" in trial(repo, merge, onto=tip, mainline=3).what


def test_a_root_commit_is_taken_against_nothing(repo: Repository, tmp_path: Path) -> None:
    tip = repo.commit("main", {"a.c": LONG})
    root = repo.commit("other", {"b.c": "x\n"})
    found = trial(repo, root, onto=tip)
    assert (found.outcome, found.tree) == picked(repo, root, tip, tmp_path / "tree")[::2]
    assert found.outcome == "clean"


def test_what_is_no_commit_is_an_error(repo: Repository) -> None:
    tip = repo.commit("main", {"a.c": LONG})
    tree = repo("rev-parse", "main^{tree}")
    assert "is a tree, not a commit" in trial(repo, tree, onto=tip).what
    assert "there is no object abababababab" in trial(repo, "ab" * 20, onto=tip).what
    assert "there is no object abababababab" in trial(repo, tip, onto="ab" * 20).what
    assert trial(repo, onto=tip).what == "no commit was named"


def test_no_repository_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(HistoryTrouble, match="there is nothing at"):
        Place(tmp_path / "nothing")
    with pytest.raises(HistoryTrouble, match="is no git repository"):
        Place(tmp_path)


def test_a_shallow_clone_says_what_it_lacks(repo: Repository, tmp_path: Path) -> None:
    repo.commit("main", {"a.c": LONG})
    tip = repo.commit("main", {"b.c": "x\n"})
    fix = repo.commit("main", fixed(l5="one"))
    shallow = repo.clone(tmp_path / "shallow", "--depth=2", "--no-checkout")
    assert trial(shallow, fix, onto=tip).outcome == "clean"
    found = trial(shallow, tip, onto=fix)
    assert found.outcome == "error"
    assert f"the parent of {tip[:12]} is not in this repository" in found.what
    assert "git fetch --unshallow" in found.hint


def test_a_partial_clone_fetches_nothing_and_says_what_it_lacks(repo: Repository, tmp_path: Path) -> None:
    repo("config", "uploadpack.allowFilter", "true")
    base = repo.commit("main", {"a.c": LONG})
    tip = repo.commit("lts", fixed(l30="other"), on=base)
    fix = repo.commit("main", fixed(l5="one"))
    partial = repo.clone(tmp_path / "partial", "--filter=blob:none", "--no-checkout")
    before = sorted(str(path) for path in (partial / ".git").rglob("*"))
    found = trial(partial, fix, onto=tip)
    assert (found.outcome, found.stopped_at) == ("error", fix)
    assert "partial" in found.hint
    assert sorted(str(path) for path in (partial / ".git").rglob("*")) == before


def test_a_missing_tree_is_an_error_for_those_who_need_it_only(repo: Repository) -> None:
    base = repo.commit("main", {"a.c": LONG, "d/x.c": "x\n"})
    good = repo.commit("good", {"b.c": "x\n"}, on=base)
    bad = repo.commit("bad", {"d/x.c": "y\n", "e/x.c": "z\n"}, on=base)
    fix = repo.commit("main", {"e/x.c": "other\n"})
    repo("repack", "-adq")
    for pack in repo.path.glob("objects/pack/*.pack"):
        content = pack.read_bytes()
        for side in repo.path.glob(f"objects/pack/{pack.stem}.*"):
            side.chmod(0o600)
            side.unlink()
        repo("unpack-objects", "-q", feed=content)
    blob = repo("rev-parse", f"{bad}:e/x.c")
    (repo.path / "objects" / blob[:2] / blob[2:]).unlink()
    requests = [Request(branch=name, target=tip, commits=(fix,)) for name, tip in (("good", good), ("bad", bad))]
    clean, broken = try_all(Place(repo.path), requests)
    assert clean.outcome == "clean"
    assert (broken.outcome, broken.stopped_at) == ("error", fix)
    assert broken.hint


@pytest.mark.parametrize("how", ["replace", "graft"])
def test_neither_replacements_nor_grafts_change_what_is_tried(repo: Repository, how: str) -> None:
    base = repo.commit("main", {"a.c": LONG})
    tip = repo.commit("lts", fixed(l5="other"), on=base)
    fix = repo.commit("main", fixed(l5="one"))
    harmless = repo.commit("side", {"c.c": "y\n"}, on=base)
    if how == "replace":
        repo("replace", fix, harmless)
    else:
        (repo.path / "info").mkdir(exist_ok=True)
        (repo.path / "info" / "grafts").write_text(f"{fix}\n")
    assert trial(repo, fix, onto=tip).outcome == "conflict"


def test_settings_and_surroundings_change_nothing(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = STORIES["applies to a renamed file"]
    other, fix, tip = built(tmp_path / "other", story)
    other("config", "merge.renames", "false")
    other("config", "diff.renames", "false")
    repo.commit("main", {"a.c": LONG})
    monkeypatch.setenv("GIT_DIR", str(repo.path))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(repo.path / "objects"))
    assert trial(other, fix, onto=tip).outcome == "clean"


def test_linked_work_trees_colons_and_other_working_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo, fix, tip = built(tmp_path / 'a:b "c"', STORIES["the same line"])
    git(repo.path, "worktree", "add", "--quiet", "--detach", str(tmp_path / "linked"), tip)
    monkeypatch.chdir(tmp_path)
    for path in (Path('a:b "c"'), tmp_path / "linked"):
        assert trial(path, fix, onto=tip).outcome == "conflict"


def test_a_git_that_fails_is_no_conflict(repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = repo.commit("main", {"a.c": LONG})
    place = Place(repo.path)
    fake = tmp_path / "bin" / "git"
    fake.parent.mkdir()
    real = shutil.which("git")
    for behaviour, words in (("exit 1", "no reason given"), ("exit 129", "merges nothing"), ("printf 7", "not known")):
        fake.write_text(f'#!/bin/sh\ncase "$*" in *merge-tree*) {behaviour};; *) exec {real} "$@";; esac\n')
        fake.chmod(0o755)
        monkeypatch.setenv("PATH", f"{fake.parent}{os.pathsep}{os.environ['PATH']}")
        fix = repo.commit("main", {"b.c": behaviour})
        (found,) = try_all(place, [Request(branch="lts", target=base, commits=(fix,))])
        assert found.outcome == "error"
        assert words in found.what


def test_a_large_file_that_no_side_changes_is_not_opened(repo: Repository) -> None:
    big = repo("hash-object", "-w", "--stdin", feed=bytes(8_000_000))
    base = repo.commit("main", {"a.c": LONG})
    entries = repo("ls-tree", base) + f"\n100644 blob {big}\tbig.bin\n"
    tree = repo("mktree", feed=entries.encode())
    tip = repo("commit-tree", "-p", base, "-m", "big", tree)
    fix = repo.commit("main", fixed(l5="one"))
    assert trial(repo, fix, onto=tip).outcome == "clean"
    shutil.rmtree(repo.path / "objects" / big[:2])
    assert trial(repo, fix, onto=tip).outcome == "clean", "a file nobody changed was opened"
