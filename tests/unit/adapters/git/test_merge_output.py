"""What git merge-tree writes, read without running it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midstream.adapters.git.merge_tree import read_merges
from midstream.adapters.git.quarantine import quoted

TREE = b"ab" * 20
CLEAN = b"1\0" + TREE + b"\0\0\0"
CONFLICT = (
    b"0\0" + TREE + b"\x00100644 %s 1\ta.c\x00100755 %s 2\ta.c\x00100644 %s 3\ta.c\0\0" % (TREE, TREE, TREE)
    + b"1\0a.c\0CONFLICT (contents)\0CONFLICT (content): Merge conflict in a.c\n\0\0"
)  # fmt: skip
ADVICE = CONFLICT[:-1] + b"Recursive merging with submodules\ncurrently\n\0"


def test_merges_are_read_one_after_the_other() -> None:
    found = read_merges(CLEAN + CONFLICT + ADVICE + CLEAN, count=4)
    assert [merge.is_clean for merge in found] == [True, False, False, True]
    assert [(file.path, file.kinds) for file in found[1].files] == [("a.c", ("content",))]
    assert found[2] == found[1]
    assert {merge.tree for merge in found} == {TREE.decode()}


@pytest.mark.parametrize(
    ("raw", "count"),
    [
        (b"", 1),
        (CLEAN, 2),
        (CLEAN + CLEAN, 1),
        (CONFLICT[:-30], 1),
        (b"2\0" + TREE + b"\0\0\0", 1),
        (b"1\0" + TREE + CONFLICT[42:], 1),
        (b"0\0" + TREE + b"\0\0\0", 1),
        (b"-1\0", 1),
        (b"1\0", 1),
        (b"0\0" + TREE + b"\0what\0\0", 1),
    ],
)
def test_what_is_not_the_format_is_no_verdict(raw: bytes, count: int) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_merges(raw, count=count)


@given(st.lists(st.sampled_from([b"0", b"1", b"2", TREE, b"", b"a\tb", b"1 2 3\ta", b"CONFLICT (x)"]), max_size=12))
def test_nothing_else_happens_to_what_is_not_the_format(parts: list[bytes]) -> None:
    raw = b"\0".join(parts)
    try:
        found = read_merges(raw, count=1)
    except ValueError:
        return
    assert found[0].is_clean is not bool(found[0].files)


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/a/b", "/a/b"), ("/a:b", '"/a:b"'), ('"a', '"\\"a"'), ("/a:\\", '"/a:\\\\"'), ('/a"b', '/a"b')],
)
def test_a_colon_in_a_path_does_not_end_it(path: str, expected: str) -> None:
    assert quoted(path) == expected
