"""What messages and patches are recognised by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midstream.analysis.backports.introduced import suspects
from midstream.analysis.backports.keys import message_keys, patch_keys, plain_subject, reverted_subject
from midstream.desk.ports import BlamedLine

A, B = "a1" * 20, "b2" * 20
NAMED = [
    (f"x\n\n(cherry picked from commit {A})", [("picked", A)]),
    (f"x\n\n(backported from commit {A})", [("picked", A)]),
    (f"x\n\ncommit {A} upstream.", [("picked", A)]),
    (f"x\n\nThis reverts commits {A} and {B}.", [("reverted", A), ("reverted", B)]),
    (f'x\n\nFixes: {A} ("y")\nsee {B[:10]}', [("named", B[:10])]),
    (f"x\n\nThis is a partial backport of {A[:12]}", [("partly", A[:12])]),
    ("Set 1234567 and 0xdeadbeef, defaced", []),
    (f"x\n\nChange-Id: I{A}", []),
]


@pytest.mark.parametrize(("message", "names"), NAMED)
def test_a_message_names(message: str, names: list[tuple[str, str]]) -> None:
    assert list(message_keys(message).names) == names


@pytest.mark.parametrize(
    ("subject", "plain"),
    [
        ("Fix x", "fix x"),
        ("[2.28] Backport: Fix x (#12)", "fix x"),
        ("backport to v2.1: Fix  x.", "fix x"),
        ("[v1][v2] Fix x", "fix x"),
        ("[only a tag]", "[only a tag]"),
    ],
)
def test_a_subject_without_what_a_backport_adds(subject: str, plain: str) -> None:
    assert plain_subject(subject) == plain


def test_a_revert_quotes_a_subject() -> None:
    assert reverted_subject('Revert "Fix "x""') == 'Fix "x"'
    assert reverted_subject("Revert what was") == ""


LINES = st.lists(st.binary(max_size=30).map(lambda line: b"+" + line.replace(b"\n", b"")), min_size=1, max_size=8)
FILES = st.dictionaries(st.sampled_from([b"a", b"b", b"c"]), LINES, min_size=1)


def hunks(lines: list[bytes], *, at: int) -> bytes:
    return b"".join(b"@@ -%d +%d @@ text\n%s\n" % (at + place, at + place, line) for place, line in enumerate(lines))


@given(FILES)
def test_neither_order_of_files_nor_places_nor_white_space_matter(files: dict[bytes, list[bytes]]) -> None:
    one = patch_keys([(path, hunks(lines, at=1)) for path, lines in files.items()])
    spaced = {path: [line + b" \t" for line in lines] for path, lines in files.items()}
    other = patch_keys([(path, hunks(lines, at=90)) for path, lines in reversed(spaced.items())])
    assert one == other


@given(FILES)
def test_one_more_line_or_another_path_makes_another_patch(files: dict[bytes, list[bytes]]) -> None:
    one = patch_keys([(path, hunks(lines, at=1)) for path, lines in files.items()])
    more = patch_keys([(path, hunks([*lines, b"-gone"], at=1)) for path, lines in files.items()])
    moved = patch_keys([(b"d/" + path, hunks(lines, at=1)) for path, lines in files.items()])
    assert len({one.patch, more.patch, moved.patch}) == 3


def test_the_most_blamed_commit_of_what_is_removed_comes_first() -> None:
    def line(commit: str, path: str = "a.c", *, is_removed: bool = True) -> BlamedLine:
        return BlamedLine(commit=commit, path=path, is_removed=is_removed)

    blamed = [
        line(A),
        line(B),
        line(B),
        line("c3", is_removed=False),
        *[line(A, "tests/a.c"), line(A, "ChangeLog")] * 5,
    ]
    assert [(each.commit, each.count, each.of) for each in suspects(blamed)] == [(B, 2, 3), (A, 1, 3)]
    assert [each.commit for each in suspects([line("c3", is_removed=False)])] == ["c3"]
    assert suspects([line(A, "docs/x.rst")]) == []
