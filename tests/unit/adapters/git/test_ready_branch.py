"""A branch that is written: beside what `git cherry-pick -x` makes, and what is refused."""

from pathlib import Path

import pytest

from midstream.adapters.git.place import Place
from midstream.adapters.git.ready_branch import write_branch
from midstream.analysis.backports.trial import Request, Trial
from midstream.desk.ports import HistoryTrouble
from tests.repositories import ENVIRONMENT, Repository, git, lines

LONG = lines(1, 40)
PICKED = "(cherry picked from commit " + "12" * 20 + ")"
AUTHOR = "Zoë Ray <zoe@acme.example>"


@pytest.fixture(autouse=True)
def who(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"):
        monkeypatch.setenv(name, ENVIRONMENT[name])


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repo")


def lts(repo: Repository, base: str, *messages: str) -> str:
    """The tip of a branch whose own commits have these messages."""
    tip = repo.commit("lts", {"b.c": "0\n"}, messages[0] if messages else "Own change", on=base)
    for count, message in enumerate(messages[1:]):
        tip = repo.commit("lts", {"b.c": f"{count}\n"}, message)
    return tip


def write(repo: Repository, *commits: str, onto: str, name: str = "ready", sign_off: bool = False) -> Trial:
    request = Request(branch="lts", target=onto, commits=commits)
    return write_branch(Place(repo.path), request, name=name, sign_off=sign_off)


MESSAGES = [
    "Fix it\n",
    "Fix it",
    "Fix it\n\nA reason.\n",
    "Fix it\n\nA reason.\n\nChange-Id: I0123\nSigned-off-by: Ada Lin <ada@acme.example>\n",
    "Fix it\n\nSigned-off-by: Ada Lin <ada@acme.example>\n(cherry picked from commit 1234567890)\n",
    "Fix it\n\nNote: this is one line\nand this is prose\nof several lines\nthat is no trailer\n",
    "Fix it\n\nFixes: one\n two, folded\nChange-Id: I1\n",
    "subject: looks like a trailer\n",
    "Fix it\n\nHttp://example.org: no\n\n",
]


@pytest.mark.parametrize("message", MESSAGES)
def test_the_commit_is_the_one_that_a_cherry_pick_makes(repo: Repository, tmp_path: Path, message: str) -> None:
    base = repo.commit("main", {"a.c": LONG})
    tip = lts(repo, base, f"Own\n\n{PICKED}")
    fix = repo.commit("main", {"a.c": lines(1, 40, l5="fixed")}, message, author=AUTHOR)
    found = write(repo, fix, onto=tip)
    assert (found.outcome, found.written) == ("clean", "ready")
    tree = repo.clone(tmp_path / "tree", "--no-checkout")
    git(tree, "checkout", "--quiet", "--detach", tip)
    git(tree, "cherry-pick", "-x", fix)
    shape = "--format=%T%n%P%n%an %ae %ad%n%cn %ce%n%B"
    assert repo("log", "-1", shape, "ready") == git(tree, "log", "-1", shape).decode().strip()
    assert repo("rev-parse", "ready") == found.head
    repo("fsck", "--strict", "--no-dangling")


def test_several_commits_become_several(repo: Repository) -> None:
    base = repo.commit("main", {"a.c": LONG})
    tip = lts(repo, base)
    there = repo.commit("main", {"b.c": "0\n"}, "There already")
    first = repo.commit("main", {"a.c": lines(1, 40, l5="one")}, "First")
    second = repo.commit("main", {"a.c": lines(1, 40, l5="two")}, "Second")
    found = write(repo, there, first, second, onto=tip)
    assert (found.skipped, found.applied) == ((there,), (first, second))
    assert repo("log", "--format=%s", f"{tip}..ready").split("\n") == ["Second", "First"]
    assert repo("rev-parse", "ready^{tree}") == found.tree


@pytest.mark.parametrize(
    ("own", "is_named"),
    [
        ([], True),
        (["Own"] * 12, False),
        ([f"Own\n\n{PICKED}", *["Own"] * 12], True),
        ([f"Own\n\n{PICKED}", *["Own"] * 60], False),
    ],
)
def test_the_origin_is_named_where_the_branch_does_so(repo: Repository, own: list[str], *, is_named: bool) -> None:
    base = repo.commit("main", {"a.c": LONG})
    tip = lts(repo, base, *own)
    fix = repo.commit("main", {"a.c": lines(1, 40, l5="fixed")}, "Fix\n\nChange-Id: I1")
    write(repo, fix, onto=tip)
    assert (f"(cherry picked from commit {fix})" in repo("log", "-1", "--format=%B", "ready")) is is_named
    assert "Change-Id: I1" in repo("log", "-1", "--format=%B", "ready")


def test_nobody_is_signed_for_unless_they_ask(repo: Repository) -> None:
    base = repo.commit("main", {"a.c": LONG})
    tip = lts(repo, base)
    fix = repo.commit("main", {"a.c": lines(1, 40, l5="fixed")}, "Fix\n\nSigned-off-by: Ada Lin <ada@acme.example>")
    write(repo, fix, onto=tip)
    assert repo("log", "-1", "--format=%B", "ready").count("Signed-off-by") == 1
    write(repo, fix, onto=tip, name="signed", sign_off=True)
    *_, origin, last = repo("log", "-1", "--format=%B", "signed").split("\n")
    assert (origin, last) == (f"(cherry picked from commit {fix})", "Signed-off-by: Cy Ox <cy@acme.example>")


def test_a_message_in_another_encoding_and_a_signature(repo: Repository) -> None:
    base = repo.commit("main", {"a.c": LONG})
    tip = lts(repo, base)
    tree = repo("rev-parse", f"{repo.commit('side', {'a.c': lines(1, 40, l5='fixed')}, on=base)}^{{tree}}")
    raw = (
        f"tree {tree}\nparent {base}\nauthor Zo\xeb <z@acme.example> 1 +0530\ncommitter C <c@acme.example> 2 +0000\n"
        "encoding ISO-8859-1\ngpgsig -----BEGIN SIGNATURE-----\n folded\n -----END SIGNATURE-----\n\nCaf\xe9\n"
    )
    fix = repo("hash-object", "-t", "commit", "-w", "--stdin", feed=raw.encode("latin-1"))
    found = write(repo, fix, onto=tip)
    content = git(repo.path, "cat-file", "commit", found.head)
    assert "author Zo\xeb <z@acme.example> 1 +0530\n".encode("latin-1") in content
    assert b"encoding ISO-8859-1\n" in content
    assert b"SIGNATURE" not in content
    assert "Caf\xe9\n".encode("latin-1") in content


def test_nothing_is_written_when_it_does_not_apply(repo: Repository) -> None:
    base = repo.commit("main", {"a.c": LONG})
    tip = repo.commit("lts", {"a.c": lines(1, 40, l5="other")}, on=base)
    fix = repo.commit("main", {"a.c": lines(1, 40, l5="fixed")})
    before = repo("for-each-ref"), repo("count-objects", "-v")
    for commits, outcome in (((fix,), "conflict"), ((base,), "conflict"), (("ab" * 20,), "error")):
        found = write(repo, *commits, onto=tip)
        assert (found.outcome, found.written, found.head) == (outcome, "", "")
    assert (repo("for-each-ref"), repo("count-objects", "-v")) == before


def test_only_what_the_branch_needs_is_kept(repo: Repository) -> None:
    base = repo.commit("main", {"a.c": LONG})
    tip = lts(repo, base)
    fix = repo.commit("main", {"a.c": lines(1, 40, l5="fixed")})
    write(repo, fix, onto=tip)
    assert "unreachable" not in repo("fsck", "--unreachable", "--no-reflogs")


@pytest.mark.parametrize(
    ("name", "words"), [("main", "there is a branch 'main' already"), ("a..b", "cannot be"), ("-x", "cannot be")]
)
def test_names_that_cannot_be_given(repo: Repository, name: str, words: str) -> None:
    tip = repo.commit("main", {"a.c": LONG})
    with pytest.raises(HistoryTrouble, match=words):
        write(repo, tip, onto=tip, name=name)


def test_somebody_has_to_commit(repo: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("GIT_COMMITTER_NAME")
    monkeypatch.delenv("GIT_COMMITTER_EMAIL")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    base = repo.commit("main", {"a.c": LONG})
    fix = repo.commit("main", {"a.c": lines(1, 40, l5="fixed")})
    with pytest.raises(HistoryTrouble) as caught:
        write(repo, fix, onto=base)
    assert "user.name" in caught.value.hint
    folder = tmp_path / "config" / "git"
    folder.mkdir(parents=True)
    (folder / "config").write_text("[user]\nname = Di Moe\nemail = di@acme.example\n")
    write(repo, fix, onto=base)
    assert repo("log", "-1", "--format=%cn %ce", "ready") == "Di Moe di@acme.example"
