"""Every kind of trial, beside what `git cherry-pick` does in a work tree with the same commits."""

from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from midstream.adapters.git.place import Place
from midstream.adapters.git.trial import try_all
from midstream.analysis.backports.trial import Request, Trial
from tests.repositories import Content, Repository, git, lines

LONG = lines(1, 40)
BINARY = bytes(range(256)) * 8
SUBMODULE = "ab" * 20
OTHER_SUBMODULE = "cd" * 20
THIRD_SUBMODULE = "ef" * 20
BAD_PATH = b"src/caf\xe9.c"


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """What both lines begin with, what the fix changes, what the branch changed, and what the trial comes to."""

    base: Mapping[str | bytes, Content]
    fix: Mapping[str | bytes, Content]
    branch: Mapping[str | bytes, Content]
    outcome: str
    files: Mapping[str, tuple[str, ...]] = {}
    docs: bool = False


FILE = {"a.c": LONG}
STORIES = {
    "applies": Story(base=FILE, fix={"a.c": lines(1, 40, l5="fixed")}, branch={"b.c": "x\n"}, outcome="clean"),
    "applies beside a change": Story(
        base=FILE, fix={"a.c": lines(1, 40, l5="fixed")}, branch={"a.c": lines(1, 40, l30="else")}, outcome="clean"
    ),
    "applies to a renamed file": Story(
        base=FILE, fix={"a.c": lines(1, 40, l5="fixed")}, branch={"a.c": None, "new/a.c": LONG}, outcome="clean"
    ),
    "a large file that both change": Story(
        base={"a.c": lines(1, 400_000)},
        fix={"a.c": lines(1, 400_000, l5="fixed")},
        branch={"a.c": lines(1, 400_000, l399_000="else")},
        outcome="clean",
    ),
    "a large file that both change alike": Story(
        base={"a.c": lines(1, 400_000)},
        fix={"a.c": lines(1, 400_000, l5="fixed")},
        branch={"a.c": lines(1, 400_000, l5="other")},
        outcome="conflict",
        files={"a.c": ("content",)},
    ),
    "a new mode": Story(base=FILE, fix={"a.c": ("100755", LONG)}, branch={"b.c": "x\n"}, outcome="clean"),
    "a submodule moves": Story(
        base={"m": ("160000", SUBMODULE)},
        fix={"m": ("160000", OTHER_SUBMODULE)},
        branch={"b.c": "x\n"},
        outcome="clean",
    ),
    "there already": Story(
        base=FILE, fix={"a.c": lines(1, 40, l5="fixed")}, branch={"a.c": lines(1, 40, l5="fixed")}, outcome="empty"
    ),
    "changes nothing": Story(base=FILE, fix={}, branch={"b.c": "x\n"}, outcome="empty"),
    "the same line": Story(
        base=FILE,
        fix={"a.c": lines(1, 40, l5="fixed")},
        branch={"a.c": lines(1, 40, l5="other")},
        outcome="conflict",
        files={"a.c": ("content",)},
    ),
    "a file the branch lacks": Story(
        base=FILE,
        fix={"a.c": lines(1, 40, l5="fixed")},
        branch={"a.c": None},
        outcome="conflict",
        files={"a.c": ("modify/delete",)},
    ),
    "a file the fix removes": Story(
        base=FILE,
        fix={"a.c": None},
        branch={"a.c": lines(1, 40, l5="other")},
        outcome="conflict",
        files={"a.c": ("modify/delete",)},
    ),
    "both add it": Story(
        base={"b.c": "x\n"},
        fix={"a.c": "one\n"},
        branch={"a.c": "two\n"},
        outcome="conflict",
        files={"a.c": ("add/add",)},
    ),
    "only words": Story(
        base={"docs/log.rst": LONG, "a.c": LONG},
        fix={"docs/log.rst": lines(1, 40, l5="fixed"), "a.c": lines(1, 40, l5="fixed")},
        branch={"docs/log.rst": lines(1, 40, l5="other")},
        outcome="conflict",
        files={"docs/log.rst": ("content",)},
        docs=True,
    ),
    "binary": Story(
        base={"logo.bin": BINARY},
        fix={"logo.bin": BINARY + b"\x00one"},
        branch={"logo.bin": BINARY + b"\x00two"},
        outcome="conflict",
        files={"logo.bin": ("binary",)},
    ),
    "renamed two ways": Story(
        base=FILE,
        fix={"a.c": None, "b.c": LONG},
        branch={"a.c": None, "c.c": LONG},
        outcome="conflict",
        files={"a.c": ("rename",), "b.c": ("rename",), "c.c": ("rename",)},
    ),
    "a file where a folder is": Story(
        base={"x": "x\n"},
        fix={"d": "one\n"},
        branch={"d/deep.c": "two\n"},
        outcome="conflict",
        files={"d~FIX": ("file/directory",)},
    ),
    "a submodule moved apart": Story(
        base={"m": ("160000", SUBMODULE), "a.c": LONG},
        fix={"m": ("160000", OTHER_SUBMODULE)},
        branch={"m": ("160000", THIRD_SUBMODULE)},
        outcome="conflict",
        files={"m": ("submodule",)},
    ),
    "a path that is no text": Story(
        base={BAD_PATH: LONG},
        fix={BAD_PATH: lines(1, 40, l5="fixed")},
        branch={BAD_PATH: lines(1, 40, l5="other")},
        outcome="conflict",
        files={"src/caf\\xe9.c": ("content",)},
    ),
    "a path with a line break": Story(
        base={"a\nb.c": LONG},
        fix={"a\nb.c": lines(1, 40, l5="fixed")},
        branch={"a\nb.c": lines(1, 40, l5="other")},
        outcome="conflict",
        files={"a\nb.c": ("content",)},
    ),
}  # fmt: skip


def built(folder: Path, story: Story, *, form: str = "sha1") -> tuple[Repository, str, str]:
    """A repository with the story in it, the fix and the tip of its branch."""
    repo = Repository(folder, form=form)
    base = repo.commit("main", story.base)
    tip = repo.commit("lts", story.branch, on=base)
    return repo, repo.commit("main", story.fix, "Fix it"), tip


def picked(repo: Repository, fix: str, tip: str, where: Path) -> tuple[str, set[str], str]:
    """What a real cherry-pick comes to: the outcome, the files left unmerged, and the tree."""
    tree = repo.clone(where, "--no-checkout")
    git(tree, "checkout", "--quiet", "--detach", tip)
    before = git(tree, "rev-parse", "HEAD^{tree}")
    command = ["git", "cherry-pick", "--keep-redundant-commits", "--allow-empty", fix]
    code = _code(tree, command)
    left = {_name(raw) for raw in git(tree, "diff", "--name-only", "-z", "--diff-filter=U").split(b"\0") if raw}
    assert code in {0, 1}
    after = git(tree, "rev-parse", "HEAD^{tree}")
    return ("conflict" if code else "empty" if after == before else "clean"), left, after.decode().strip()


def _name(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace")


def _code(folder: Path, command: list[str]) -> int:
    import subprocess  # noqa: PLC0415 - only here the code itself is the answer

    from tests.repositories import ENVIRONMENT  # noqa: PLC0415 - as above

    return subprocess.run(command, cwd=folder, capture_output=True, env=ENVIRONMENT, check=False).returncode


def trial(repo: Repository | Path, *commits: str, onto: str, mainline: int = 0) -> Trial:
    """What trying these commits onto a commit comes to."""
    path = repo.path if isinstance(repo, Repository) else repo
    request = Request(branch="lts", target=onto, commits=commits, mainline=mainline)
    (found,) = try_all(Place(path), [request])
    return found


@pytest.mark.parametrize("name", STORIES)
def test_a_trial_says_what_a_cherry_pick_does(tmp_path: Path, name: str) -> None:
    story = STORIES[name]
    repo, fix, tip = built(tmp_path / "repo", story)
    before = sorted(str(path) for path in repo.path.rglob("*"))
    found = trial(repo, fix, onto=tip)
    assert sorted(str(path) for path in repo.path.rglob("*")) == before, "the repository was written to"
    outcome, left, tree = picked(repo, fix, tip, tmp_path / "tree")
    assert found.outcome == outcome == story.outcome, found
    names = {file.path.partition("~")[0] for file in found.files}
    assert names == {path.partition("~")[0] for path in left} == {path.partition("~")[0] for path in story.files}
    assert {file.kinds for file in found.files} == set(story.files.values())
    assert found.is_docs_only is story.docs
    if outcome == "clean":
        assert found.tree == tree


def test_what_merge_union_would_hide_is_a_conflict(tmp_path: Path) -> None:
    story = Story(
        base=FILE | {".gitattributes": "a.c merge=union\n"},
        fix={"a.c": lines(1, 40, l5="fixed")},
        branch={"a.c": lines(1, 40, l5="other")},
        outcome="conflict",
    )
    repo, fix, tip = built(tmp_path / "repo", story)
    assert picked(repo, fix, tip, tmp_path / "tree")[0] == "clean", "git no longer puts both sides one after the other"
    found = trial(repo, fix, onto=tip)
    assert (found.outcome, [file.path for file in found.files]) == ("conflict", ["a.c"])


def test_sha256_repositories_are_tried_alike(tmp_path: Path) -> None:
    repo, fix, tip = built(tmp_path / "repo", STORIES["the same line"], form="sha256")
    found = trial(repo, fix, onto=tip)
    assert (len(fix), found.outcome, [file.path for file in found.files]) == (64, "conflict", ["a.c"])
    repo, fix, tip = built(tmp_path / "other", STORIES["applies"], form="sha256")
    assert trial(repo, fix, onto=tip).outcome == "clean"


def test_many_at_once_get_the_answers_they_get_alone(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    base = repo.commit("main", FILE)
    tips = [repo.commit(f"r{line}", {"a.c": lines(1, 40, **{f"l{line}": "other"})}, on=base) for line in (5, 20, 35)]
    fix = repo.commit("main", {"a.c": lines(1, 40, l20="fixed")})
    more = repo.commit("main", {"a.c": lines(1, 40, l20="fixed", l34="more")})
    requests = [
        Request(branch=f"r{count}", target=tip, commits=commits)
        for count, tip in enumerate(tips)
        for commits in ((fix,), (more,), (fix, more), ("ab" * 20,))
    ]
    place = Place(repo.path)
    together = try_all(place, requests)
    assert together == [try_all(place, [request])[0] for request in requests]
    assert [found.outcome for found in together] == [
        *("clean", "clean", "clean", "error"),
        *("conflict", "clean", "conflict", "error"),
        *("clean", "conflict", "conflict", "error"),
    ]
