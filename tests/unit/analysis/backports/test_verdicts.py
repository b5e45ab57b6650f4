"""Each rung and each verdict on a small history that the test builds, read with the real git and the real index."""

from pathlib import Path

import msgspec
import pytest

from midstream.analysis.backports import Fix, Rung
from midstream.analysis.backports.lines import Wanted, find_line
from midstream.desk.backports.board import judge
from tests.boards import TODAY, history_of, verdict
from tests.repositories import Repository, lines

CODE = lines(1, 40)
FIXED = lines(1, 40, l10="if (length > sizeof(buffer))", l11="        return ERROR_TOO_LONG;")
OTHER = lines(1, 40, l30="checked_copy(target, source, length);")


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    """A main line of two commits, with the branch v1 begun at the first."""
    made = Repository(tmp_path / "repo")
    base = made.commit("main", {"src/parse.c": CODE, "src/other.c": CODE}, "Begin")
    made.commit("v1", {"README": "v1\n"}, "Begin v1", on=base)
    return made


MESSAGES = [
    ("Fix the parser\n\n(cherry picked from commit {fix})", OTHER, Rung.TRAILER, "certain"),
    ("Fix the parser\n\n[ Upstream commit {fix} ]", OTHER, Rung.TRAILER, "certain"),
    ("Parser\n\ncommit {fix} upstream.", OTHER, Rung.TRAILER, "certain"),
    ("Something else\n\nChange-Id: I0123456789abcdef0123456789abcdef01234567", OTHER, Rung.CHANGE_ID, "certain"),
    ("A title of its own", FIXED, Rung.LOOSE, "strong"),
    ("[v1] Backport: Check the length (#12)", OTHER, Rung.SUBJECT, "likely"),
    ("Brings {fix} here", FIXED.replace("ERROR_TOO_LONG", "E_LONG"), Rung.NAMED, "likely"),
    ("A title of its own", FIXED.replace("sizeof(buffer)", "SIZE"), Rung.LINES, "weak"),
]


@pytest.mark.parametrize(("message", "content", "rung", "sure"), MESSAGES)
def test_a_backport_is_recognised_by(
    message: str, content: str, rung: Rung, sure: str, *, repo: Repository, tmp_path: Path
) -> None:
    fix = repo.commit(
        "main", {"src/parse.c": FIXED}, "Check the length\n\nChange-Id: I" + "0123456789abcdef" * 2 + "01234567"
    )
    hit = repo.commit("v1", {"src/parse.c": content}, message.format(fix=fix))
    found = verdict(history_of(repo.path, tmp_path), [fix], "v1")
    assert found.word == "fixed", found.because
    assert found.found[0].hit is not None
    assert (found.found[0].hit.commit, found.found[0].hit.rung) == (hit, rung)
    if rung is not Rung.NAMED:
        assert found.sure == sure
    assert found.needs_look == (found.sure not in {"certain", "strong"})


NOT_BACKPORTS = [
    ("A title of its own", OTHER, "vulnerable"),
    ("Fixes: {fix}", OTHER, "vulnerable"),
    ("As {fix} did, only elsewhere", OTHER, "vulnerable"),
    ("Part of it\n\nThis is a partial cherry-pick of {fix}", FIXED, "vulnerable"),
    ("Number 1234567 in the subject", OTHER, "vulnerable"),
]


@pytest.mark.parametrize(("message", "content", "word"), NOT_BACKPORTS)
def test_what_only_looks_like_one_is_none(
    message: str, content: str, word: str, repo: Repository, tmp_path: Path
) -> None:
    fix = repo.commit("main", {"src/parse.c": FIXED}, "Check the length")
    repo.commit("v1", {"src/parse.c": content}, message.format(fix=fix))
    found = verdict(history_of(repo.path, tmp_path), [fix], "v1")
    assert (found.word, found.found[0].hit) == (word, None)


def test_the_same_subject_without_a_common_file_is_no_evidence(repo: Repository, tmp_path: Path) -> None:
    fix = repo.commit("main", {"src/parse.c": FIXED}, "Fix a typo")
    repo.commit("v1", {"README": "typo\n"}, "Fix a typo")
    assert verdict(history_of(repo.path, tmp_path), [fix], "v1").word == "vulnerable"


@pytest.mark.parametrize(("others", "word"), [(0, "fixed"), (2, "vulnerable"), (3, "vulnerable")])
def test_a_subject_that_many_commits_have_says_nothing_by_itself(
    others: int, word: str, repo: Repository, tmp_path: Path
) -> None:
    fix = repo.commit("main", {"src/parse.c": FIXED}, "Tidy the parser")
    for count in range(others):
        repo.commit("main", {"src/parse.c": lines(1, 40, l30=f"tidied {count}")}, "Tidy the parser")
    repo.commit("v1", {"src/parse.c": OTHER}, "Tidy the parser")
    found = verdict(history_of(repo.path, tmp_path), [fix], "v1")
    assert found.word == word, found.because
    if word == "vulnerable":
        assert "has the subject that many commits have" in found.found[0].nearest


def test_a_commit_that_brings_another_one_is_claimed_by_it(repo: Repository, tmp_path: Path) -> None:
    twin = FIXED.replace("ERROR_TOO_LONG", "E_TWIN")
    fix = repo.commit("main", {"src/parse.c": FIXED}, "Check the length")
    repo.commit("main", {"src/parse.c": CODE}, "Start over")
    repo.commit("main", {"src/parse.c": twin}, "Check the length of twins")
    repo.commit("v1", {"src/parse.c": twin}, "Check the length of twins")
    found = verdict(history_of(repo.path, tmp_path), [fix], "v1")
    assert found.word == "vulnerable"
    assert "brings another commit" in found.found[0].nearest


@pytest.mark.parametrize(("when", "word"), [("fix", "fixed"), ("other", "vulnerable")])
def test_of_two_commits_of_one_subject_the_moment_it_was_written_tells_which_was_brought(
    when: str, word: str, repo: Repository, tmp_path: Path
) -> None:
    fix = repo.commit("main", {"src/parse.c": FIXED}, "Check the length")
    other = repo.commit("main", {"src/parse.c": CODE, "src/other.c": FIXED}, "Check the length")
    written = repo("show", "--no-patch", "--format=%at", {"fix": fix, "other": other}[when])
    half = lines(1, 40, l10="if (length > LIMIT)")
    repo.commit("v1", {"src/parse.c": half, "src/other.c": half}, "Check the length", written=int(written))
    assert verdict(history_of(repo.path, tmp_path), [fix], "v1").word == word


def test_lines_hardly_changed_from_the_fix_outweigh_a_subject_that_another_commit_has(
    repo: Repository, tmp_path: Path
) -> None:
    whole = {f"l{number}": f"checked[{number}] = limit(length, {number});" for number in range(10, 20)}
    fix = repo.commit("main", {"src/parse.c": lines(1, 40, **whole)}, "Check the length")
    repo.commit("main", {"src/parse.c": CODE}, "Start over")
    repo.commit("main", {"src/parse.c": OTHER}, "Copy with care")
    repo.commit("v1", {"src/parse.c": lines(1, 40, **whole | {"l19": "checked[19] = 0;"})}, "Copy with care")
    found = verdict(history_of(repo.path, tmp_path), [fix], "v1")
    assert found.word == "fixed", found.because
    assert found.found[0].hit is not None
    assert found.found[0].hit.rung is Rung.LINES


def test_white_space_and_context_do_not_matter(repo: Repository, tmp_path: Path) -> None:
    fix = repo.commit("main", {"src/parse.c": FIXED}, "Check the length")
    repo.commit("v1", {"src/parse.c": lines(1, 40, l8="line  eight", l13="line  13")}, "Other surroundings")
    moved = lines(
        1, 40, l8="line  eight", l13="line  13", l10="if  (length > sizeof(buffer))", l11="\treturn ERROR_TOO_LONG;"
    )
    repo.commit("v1", {"src/parse.c": moved}, "Mine")
    hit = verdict(history_of(repo.path, tmp_path), [fix], "v1").found[0].hit
    assert hit is not None
    assert hit.rung is Rung.LOOSE


# Reverts


def test_a_revert_takes_the_fix_out_and_its_revert_puts_it_back(repo: Repository, tmp_path: Path) -> None:
    fix = repo.commit("main", {"src/parse.c": FIXED}, "Check the length")
    hit = repo.commit("v1", {"src/parse.c": FIXED}, f"Check the length\n\n(cherry picked from commit {fix})")
    back = repo.commit("v1", {"src/parse.c": CODE}, f'Revert "Check the length"\n\nThis reverts commit {hit}.')
    history = history_of(repo.path, tmp_path)
    found = verdict(history, [fix], "v1")
    assert (found.word, found.found[0].reverted_by, found.needs_look) == ("vulnerable", back, True)
    repo.commit("v1", {"src/parse.c": FIXED}, f"Again\n\nThis reverts commit {back}.")
    assert verdict(history_of(repo.path, tmp_path), [fix], "v1").word == "fixed"


REVERTS = ["This reverts commit {fix}.", "This reverts commit {short}.", ""]


@pytest.mark.parametrize("body", REVERTS)
def test_a_fix_inherited_and_reverted_is_out(body: str, repo: Repository, tmp_path: Path) -> None:
    fix = repo.commit("main", {"src/parse.c": FIXED}, "Check the length")
    text = body.format(fix=fix, short=fix[:10])
    repo.commit("v2", {"src/parse.c": CODE}, f'Revert "Check the length"\n\n{text}', on=fix)
    assert verdict(history_of(repo.path, tmp_path), [fix], "v2").word == "vulnerable"
    assert verdict(history_of(repo.path, tmp_path), [fix], "main").word == "fixed"


def test_a_reverted_fix_that_came_again_is_in(repo: Repository, tmp_path: Path) -> None:
    fix = repo.commit("main", {"src/parse.c": FIXED}, "Check the length")
    hit = repo.commit("v1", {"src/parse.c": FIXED}, "Check the length")
    repo.commit("v1", {"src/parse.c": CODE}, f"Out\n\nThis reverts commit {hit}.")
    again = repo.commit("v1", {"src/parse.c": FIXED}, "Check the length")
    found = verdict(history_of(repo.path, tmp_path), [fix], "v1")
    assert found.word == "fixed"
    assert found.found[0].hit is not None
    assert found.found[0].hit.commit == again


def test_the_revert_of_a_merge_takes_out_what_it_brought(repo: Repository, tmp_path: Path) -> None:
    fix = repo.commit("main", {"src/parse.c": FIXED}, "Check the length")
    start = repo("rev-parse", "refs/heads/v1")
    repo.commit("topic", {"src/parse.c": FIXED}, "Check the length", on=start)
    repo.commit("v1", {"x": "1\n"}, "Go on")
    merge = repo.commit("v1", {"src/parse.c": FIXED}, "Merge topic", merging=["refs/heads/topic"])
    assert verdict(history_of(repo.path, tmp_path), [fix], "v1").word == "fixed"
    out = repo.commit(
        "v1", {"src/parse.c": CODE}, f'Revert "Merge topic"\n\nThis reverts commit {merge}, reversing it.'
    )
    found = verdict(history_of(repo.path, tmp_path), [fix], "v1")
    assert (found.word, found.found[0].reverted_by) == ("vulnerable", out)


# Words


def test_a_branch_with_some_commits_has_the_fix_in_part(repo: Repository, tmp_path: Path) -> None:
    first = repo.commit("main", {"src/parse.c": FIXED}, "One")
    second = repo.commit("main", {"src/other.c": OTHER}, "Two")
    repo.commit("v1", {"src/parse.c": FIXED}, "One")
    found = verdict(history_of(repo.path, tmp_path), [first, second], "v1")
    assert (found.word, found.count, len(found.found), found.needs_look) == ("partly fixed", 1, 2, True)


def test_not_affected_needs_to_know_where_the_flaw_came_in(repo: Repository, tmp_path: Path) -> None:
    flaw = repo.commit("main", {"src/new.c": CODE}, "Add a parser")
    fix = repo.commit("main", {"src/new.c": FIXED}, "Check the length")
    history = history_of(repo.path, tmp_path)
    silent = verdict(history, [fix], "v1")
    assert (silent.word, silent.sure) == ("vulnerable", "likely")
    assert "not recorded" in silent.because
    assert verdict(history, [fix], "v1", introduced=flaw).word == "not affected"
    repo.commit("v1", {"src/new.c": CODE}, f"Add a parser\n\n(cherry picked from commit {flaw})")
    brought = verdict(history_of(repo.path, tmp_path), [fix], "v1", introduced=flaw)
    assert (brought.word, brought.sure) == ("vulnerable", "strong")


def test_what_people_decided_and_the_end_of_support_come_before_vulnerable(repo: Repository, tmp_path: Path) -> None:
    fix = repo.commit("main", {"src/parse.c": FIXED}, "Check the length")
    history = history_of(repo.path, tmp_path)
    line = find_line(Wanted(name="v1"), history.refs())
    old = msgspec.structs.replace(line, supported_until=TODAY.replace(year=2025))

    def word(asked: Fix, at: object = line) -> str:
        assert at is line or at is old
        return judge(history, lines=[old if at is old else line], fixes=[asked]).verdict(asked, "v1", today=TODAY).word

    plain = Fix(name="F", commits=(fix,))
    assert word(plain) == "vulnerable"
    assert word(plain, old) == "past support"
    assert word(msgspec.structs.replace(plain, waived={"v1": "too old"})) == "waived"
    assert word(msgspec.structs.replace(plain, not_affected={"v1": "no such code"}), old) == "not affected"
    repo.commit("v1", {"src/parse.c": FIXED}, "Check the length")
    again = history_of(repo.path, tmp_path)
    fixed = msgspec.structs.replace(
        find_line(Wanted(name="v1"), again.refs()), supported_until=TODAY.replace(year=2025)
    )
    assert judge(again, lines=[fixed], fixes=[plain]).verdict(plain, "v1", today=TODAY).word == "fixed"


def test_a_release_branch_merged_back_is_searched_nevertheless(repo: Repository, tmp_path: Path) -> None:
    fix = repo.commit("main", {"src/parse.c": FIXED}, "Check the length")
    hit = repo.commit("v1", {"src/parse.c": FIXED}, "Check the length")
    repo.commit("main", {"src/parse.c": FIXED}, "Merge v1 back", merging=["refs/heads/v1"])
    assert repo("rev-list", "main..v1") == ""
    found = verdict(history_of(repo.path, tmp_path), [fix], "v1").found[0].hit
    assert found is not None
    assert found.commit == hit


def test_the_first_release_is_the_earliest_final_tag_of_the_series(repo: Repository, tmp_path: Path) -> None:
    fix = repo.commit("main", {"src/parse.c": FIXED}, "Check the length")
    repo.tag("v2.0.0", at=fix)
    repo.commit("v1.x", {"a": "1\n"}, "Go on", on="refs/heads/v1")
    repo.tag("v1.0.9", at="v1.x")
    repo.commit("v1.x", {"src/parse.c": FIXED}, "Check the length")
    repo.tag("v1.0.10-rc1", at="v1.x")
    assert verdict(history_of(repo.path, tmp_path), [fix], "v1.x").first_release == ""
    repo.commit("v1.x", {"a": "2\n"}, "Go on")
    repo.tag("v1.0.11", at="v1.x")
    repo.tag("v1.0.10", at="v1.x~1")
    assert verdict(history_of(repo.path, tmp_path), [fix], "v1.0.11").first_release == "v1.0.10"


def test_a_fix_on_no_branch_is_still_looked_for(repo: Repository, tmp_path: Path) -> None:
    fix = repo.commit("gone", {"src/parse.c": FIXED}, "Check the length", on="refs/heads/main")
    repo("update-ref", "-d", "refs/heads/gone")
    repo.commit("v1", {"src/parse.c": FIXED}, "Mine")
    assert verdict(history_of(repo.path, tmp_path), [fix], "v1").word == "fixed"
    assert verdict(history_of(repo.path, tmp_path), [fix], "main").word == "vulnerable"


def test_a_branch_that_is_not_there_is_unknown_and_says_why(repo: Repository, tmp_path: Path) -> None:
    fix = repo.commit("main", {"src/parse.c": FIXED}, "Check the length")
    found = verdict(history_of(repo.path, tmp_path), [fix], "v9")
    assert (found.word, found.needs_look) == ("unknown", True)
    assert "v9" in found.because
