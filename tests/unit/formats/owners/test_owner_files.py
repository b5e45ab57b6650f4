"""Each format of owners, by small invented files in it."""

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midstream.formats.owners import PLACES, Answer, Owner, look_up, read_owners
from midstream.formats.owners.model import PATTERN_LIMIT, SIZE_LIMIT, matches

LINUX = dedent(
    """\
    M: before any area this is no entry

    Some prose on how to read this.

    ----------
    CLOCKS
    M:\tAda Lin <ada@clocks.example> [@ada]
    R:\tBo Tal <bo@clocks.example>
    S:\tMaintained
    F:\tdrivers/clock
    F:\tinclude/clock_*.h
    X:\tdrivers/clock/vendor/

    VENDOR CLOCKS
    M:\tvera@vendor.example
    S:\tOrphan
    F:\tdrivers/clock/vendor/
    N:\tvendor

    TOP FILES
    R:\tCy Ox <cy@top.example>
    F:\tcore/*

    THE REST
    M:\tDi Moe <di@rest.example> [@di]
    F:\t*
    F:\t*/
    """
)

TF_A = dedent(
    """\
    Project Maintenance
    ===================

    .. |M| replace:: **Mail**

    Maintainers
    -----------

    :|M|: Gia Fall <gia@all.example>
    :|G|: `gia-all`_

    Code owners
    -----------

    Common
    ~~~~~~

    Clock framework
    ^^^^^^^^^^^^^^^
    :|M|: Ada Lin <ada@clocks.example>
    :|G|: `ada`_
    :|F|: drivers/clock
    :|F|: include/clock\\_\\*.h

    Errata
    ^^^^^^
    :|M|: Ed Ra <ed@errata.example>

    .. _ada: https://example.org/ada
    """
)

TF_M = dedent(
    """\
    Maintainers
    ===========

    Gia Fall
        :email: `Gia@all.example <gia@all.example>`__
        :github: `gia <https://example.org/gia-all>`__

    Code owners
    ===========

    Crypto
    ------

    Ada Lin
        :email: `ada@clocks.example <ada@clocks.example>`__
        :github: `ada <https://example.org/ada>`__

    Secure Storage
    --------------

    Bo Tal
        :email: bo@clocks.example
    """
)

ZEPHYR = dedent(
    """\
    # A head that explains.
    Clocks:
      status: maintained
      maintainers:
        - ada
      collaborators:
        - bo
      files:
        - drivers/clock/
        - include/clock_*.h
      files-exclude:
        - drivers/clock/vendor/
      labels:
        - "area: Clocks"

    Vendor:
      files-regex:
        - vendor
    Odd: [1, 2]
    """
)

CODEOWNERS = dedent(
    """\
    # The default
    *        @org/all
    *.rst    @docs-team
    /build/  @root-build
    apps/    @apps
    docs/*   docs@example.org
    src/**/gen  @gen
    !keep    @nobody
    [ab].c   @nobody
    broken   nobody
    with\\ space.c @space
    /secret/
    """
)


def owners(text: str, name: str, path: str) -> tuple[str, ...] | None:
    """Who the file of that name says owns the path; None when it says nothing."""
    answer = look_up([read_owners(text, path=name)], path)
    return tuple(owner.shown for owner in answer.owners) if answer else None


@pytest.mark.parametrize(
    ("text", "name", "path", "expected"),
    [
        (LINUX, "MAINTAINERS", "drivers/clock/pll.c", ("@ada", "Bo Tal <bo@clocks.example>")),
        (LINUX, "MAINTAINERS", "drivers/clock", ("@ada", "Bo Tal <bo@clocks.example>")),
        (LINUX, "MAINTAINERS", "include/clock_pll.h", ("@ada", "Bo Tal <bo@clocks.example>")),
        (LINUX, "MAINTAINERS", "include/clock_/deep.h", ("@di",)),
        (LINUX, "MAINTAINERS", "drivers/clock/vendor/pll.c", ("vera@vendor.example",)),
        (LINUX, "MAINTAINERS", "drivers/clockwork.c", ("@di",)),
        (LINUX, "MAINTAINERS", "core/start.c", ("Cy Ox <cy@top.example>",)),
        (LINUX, "MAINTAINERS", "core/deep/start.c", ("@di",)),
        (LINUX, "MAINTAINERS", "README", ("@di",)),
        (TF_A, "docs/about/maintainers.rst", "drivers/clock/pll.c", ("@ada",)),
        (TF_A, "docs/about/maintainers.rst", "include/clock_pll.h", ("@ada",)),
        (TF_A, "docs/about/maintainers.rst", "errata/one.c", ("@gia-all",)),
        (TF_M, "docs/contributing/maintainers.rst", "fw/partitions/crypto/key.c", ("@ada",)),
        (
            TF_M,
            "docs/contributing/maintainers.rst",
            "secure_fw/internal_storage/its.c",
            ("Bo Tal <bo@clocks.example>",),
        ),
        (TF_M, "docs/contributing/maintainers.rst", "secure_fw/spm/core.c", ("@gia-all",)),
        (TF_M, "docs/contributing/maintainers.rst", "lib/cryptography/key.c", ("@gia-all",)),
        (ZEPHYR, "MAINTAINERS.yml", "drivers/clock/pll.c", ("@ada", "@bo")),
        (ZEPHYR, "MAINTAINERS.yml", "drivers/clock/vendor/pll.c", None),
        (ZEPHYR, "MAINTAINERS.yml", "vendor/pll.c", None),
        (CODEOWNERS, "CODEOWNERS", "src/main.c", ("@org/all",)),
        (CODEOWNERS, "CODEOWNERS", "a/b/readme.rst", ("@docs-team",)),
        (CODEOWNERS, "CODEOWNERS", "build/x/y.c", ("@root-build",)),
        (CODEOWNERS, "CODEOWNERS", "lib/build/x.c", ("@org/all",)),
        (CODEOWNERS, "CODEOWNERS", "lib/apps/x/y.c", ("@apps",)),
        (CODEOWNERS, "CODEOWNERS", "docs/index.md", ("docs@example.org",)),
        (CODEOWNERS, "CODEOWNERS", "docs/deep/index.md", ("@org/all",)),
        (CODEOWNERS, "CODEOWNERS", "src/a/b/gen/x.c", ("@gen",)),
        (CODEOWNERS, "CODEOWNERS", "src/gen", ("@gen",)),
        (CODEOWNERS, "CODEOWNERS", "deep/with space.c", ("@space",)),
        (CODEOWNERS, "CODEOWNERS", "secret/key", ()),
    ],
)
def test_who_owns_a_path(text: str, name: str, path: str, expected: tuple[str, ...] | None) -> None:
    assert owners(text, name, path) == expected


@pytest.mark.parametrize(
    ("text", "name", "faults"),
    [
        (LINUX, "MAINTAINERS", ["line 1: an entry without a title above it", "line 18: N: patterns"]),
        (TF_A, "maintainers.rst", []),
        (":|M|: Ada <a@b.example>\n", "maintainers.rst", []),
        ("A\n===\n:|G|: `ada`_\n:|F|:\n", "maintainers.rst", ["line 3: 'ada' belongs", "line 4: a path is missing"]),
        (ZEPHYR, "MAINTAINERS.yml", ["line 16: 'Vendor': regular", "line 19: 'Odd' is no area"]),
        ("a: [", "MAINTAINERS.yml", ["line 2: no YAML"]),
        ("- a\n", "MAINTAINERS.yml", ["line 1: no areas"]),
        ("a: &x [1]\nb: *x\n", "MAINTAINERS.yml", ["line 1: anchors"]),
        ("[" * 200_000, "MAINTAINERS.yml", ["line 1: no YAML"]),
        ("A:\n  files: one\n", "MAINTAINERS.yml", ["line 1: files is no list"]),
        (CODEOWNERS, "CODEOWNERS", ["line 8: '!keep'", "line 9: '[ab].c'", "line 10: an owner is neither"]),
        ("x" * (SIZE_LIMIT + 1), "MAINTAINERS", ["line 1: 4194305 characters"]),
        ("x", "OWNERS", ["line 1: no format"]),
    ],
)
def test_what_cannot_be_read_is_a_fault_with_its_line(text: str, name: str, faults: list[str]) -> None:
    found = read_owners(text, path=name).faults
    assert len(found) == len(faults)
    assert all(fault.startswith(expected) for fault, expected in zip(found, faults, strict=True)), found


def test_the_answer_says_which_file_and_why() -> None:
    files = [read_owners(LINUX, path="MAINTAINERS"), read_owners(CODEOWNERS, path="CODEOWNERS")]
    answer = look_up(files, "drivers/clock/pll.c")
    assert isinstance(answer, Answer)
    assert (answer.source, answer.because) == ("MAINTAINERS", "the area 'CLOCKS'")
    assert answer.owners[0] == Owner(name="Ada Lin", email="ada@clocks.example", handle="ada", role="maintainer")
    assert answer.owners[1].role == "reviewer"


def test_a_file_that_speaks_of_just_the_path_comes_before_one_that_speaks_of_everything() -> None:
    files = [read_owners(LINUX, path="MAINTAINERS"), read_owners(CODEOWNERS, path="CODEOWNERS")]
    assert (found := look_up(files, "a/readme.rst")) is not None
    assert (found.source, found.because) == ("CODEOWNERS", "the pattern *.rst")
    assert (found := look_up(files, "deep/other.c")) is not None
    assert found.source == "MAINTAINERS"


def test_nobody_is_named_where_no_file_speaks() -> None:
    assert look_up([], "a.c") is None
    assert look_up([read_owners(ZEPHYR, path="MAINTAINERS.yml")], "other.c") is None
    assert look_up([read_owners(LINUX, path="MAINTAINERS")], "a" * (4 * PATTERN_LIMIT + 1)) is None


def test_every_place_has_a_reader() -> None:
    assert [path for path in PLACES if "no format" in "".join(read_owners("", path=path).faults)] == []


@given(st.text(max_size=400), st.sampled_from(PLACES), st.text(max_size=60))
def test_no_content_makes_the_readers_fail(text: str, name: str, path: str) -> None:
    look_up([read_owners(text, path=name)], path)


@given(
    st.lists(st.sampled_from(["a", "b", "*", "?", "**", "a*b"]), min_size=1, max_size=8),
    st.lists(st.text("ab", min_size=1, max_size=4), min_size=1, max_size=8),
)
def test_a_glob_that_ends_in_a_slash_holds_for_what_lies_below_and_only_that(
    steps: list[str], parts: list[str]
) -> None:
    glob, path = "/".join([*steps, "a*"]), "/".join(parts)
    if matches(f"{glob}/", path):
        assert any(matches(glob, path[:end], below=False) for end, char in enumerate(path) if char == "/")


def test_a_glob_of_many_wildcards_takes_no_time() -> None:
    assert not matches("*a" * 400 + "/b", "a" * 4_000)
    assert not matches("**/" * 300 + "b", "a/" * 1_500)
