"""Typed TOML: every fault is an error that names file, line and what was probably meant."""

from datetime import date

import msgspec
import pytest

from midstream.formats.toml import SIZE_LIMIT, TomlError, line_of, nearest, read_toml


class Wheel(msgspec.Struct, kw_only=True):
    name: str
    inches: int = 28
    spokes: tuple[int, ...] = ()


class Maker(msgspec.Struct, kw_only=True):
    town: str
    since: date | None = None


class Bicycle(msgspec.Struct, kw_only=True):
    name: str
    maker: Maker | None = None
    wheel: tuple[Wheel, ...] = ()


GOOD = """\
# A bicycle. [[wheel]] in a comment is no table, and name = "x" no key.
name = "a bicycle"

[maker] # who made it
town = "Delft"
since = 2020-02-29

[[wheel]]
name = "front"
  # inches = 0
spokes = [
    1,
    2,
]

[[ wheel ]]
"name" = "rear"

[[wheel]]  # a spare one
inches = 26
name = "spare"
"""


def read(text: str) -> Bicycle:
    return read_toml(text, into=Bicycle, where="bicycle.toml")


def fault(text: str) -> TomlError:
    with pytest.raises(TomlError) as caught:
        read(text)
    return caught.value


def test_a_file_is_read_into_its_types() -> None:
    assert read(GOOD) == Bicycle(
        name="a bicycle",
        maker=Maker(town="Delft", since=date(2020, 2, 29)),
        wheel=(Wheel(name="front", spokes=(1, 2)), Wheel(name="rear"), Wheel(name="spare", inches=26)),
    )


# What is changed in the good file, and what the error then says.
FAULTS = [
    # a typo in a key
    ('name = "a bicycle"', 'nmae = "a bicycle"', 2, "no key is called 'nmae' here", "Did you mean 'name'?"),
    ("[maker] #", "[makers] #", 4, "no key is called 'makers' here", "Did you mean 'maker'?"),
    ("town =", "twon =", 5, "no key is called 'twon' here", "Did you mean 'town'?"),
    ("spokes = [", "spoke = [", 11, "no key is called 'spoke' here", "Did you mean 'spokes'?"),
    ("[[ wheel ]]", "[[whele]]", 16, "no key is called 'whele' here", "Did you mean 'wheel'?"),
    ('"name" = "rear"', '"nama" = "rear"', 17, "no key is called 'nama' here", "Did you mean 'name'?"),
    ("inches = 26", "inchs = 26", 20, "no key is called 'inchs' here", "Did you mean 'inches'?"),
    ("inches = 26", "q = 26", 20, "no key is called 'q' here", "There is: inches, name, spokes."),
    # a value of the wrong type
    ('name = "a bicycle"', "name = 7", 2, "name: Expected 'str', got 'int'", "Compare with the shipped examples."),
    ("since = 2020-02-29", 'since = "2020"', 6, "since: Invalid RFC3339 encoded date", ""),
    ("    2,", '    "2",', 11, "spokes: Expected 'int', got 'str'", ""),
    ("inches = 26", "inches = 26.5", 20, "inches: Expected 'int', got 'float'", ""),
    # a key that is missing
    ('name = "a bicycle"', "", 1, "the key is missing: 'name'", ""),
    ('town = "Delft"', "", 4, "maker: the key is missing: 'town'", ""),
    ('name = "front"', "", 8, "wheel: the key is missing: 'name'", ""),
    ('"name" = "rear"', "", 16, "wheel: the key is missing: 'name'", ""),
    ('name = "spare"', "", 19, "wheel: the key is missing: 'name'", ""),
    # what is not TOML at all
    ("inches = 26", "inches = ", 20, "Invalid value", "See toml.io for how TOML is written."),
    ("since = 2020-02-29", "since = 2020-02-30", 6, "Invalid date or datetime", ""),
    ('name = "spare"', 'name = "spare', 21, "Illegal character '\\n'", ""),
    ('name = "spare"\n', 'name = """spare', 21, "Unterminated string", ""),
    ("[maker] #", "name = 1 #", 4, "Cannot overwrite a value", ""),
]


@pytest.mark.parametrize(("old", "new", "line", "what", "hint"), FAULTS)
def test_a_fault_names_its_line(old: str, new: str, line: int, what: str, hint: str) -> None:
    assert GOOD.count(old) == 1
    for newline in ("\n", "\r\n"):
        error = fault(GOOD.replace(old, new).replace("\n", newline))
        assert (error.where, error.what) == (f"bicycle.toml:{line}", str(error))
        assert error.what.startswith(f"bicycle.toml:{line}: {what}")
        assert error.hint.startswith(hint)
        assert error.hint


@pytest.mark.parametrize("between", ["\u2028", "\u2029", "\x85"])
def test_only_line_ends_of_toml_count_as_line_ends(between: str) -> None:
    assert fault(f"# a{between}b{between}c\nnmae = 1\n").where == "bicycle.toml:2"


def test_tables_inside_a_string_are_no_tables() -> None:
    text = 'name = """\n[[wheel]]\ninches = 1\n"""\n[[wheel]]\nname = "a"\ninches = "b"\n'
    assert fault(text).where == "bicycle.toml:7"


def test_quotes_in_a_comment_begin_no_string() -> None:
    assert fault('# """\nname = "a"\n[[wheel]]\nname = 7\n').where == "bicycle.toml:4"


def test_a_file_that_is_too_long_is_not_parsed() -> None:
    assert read('name = "a"'.ljust(SIZE_LIMIT)).name == "a"
    error = fault('name = "a"'.ljust(SIZE_LIMIT + 1))
    assert error.what == "bicycle.toml: 1048577 characters, more than 1048576"


@pytest.mark.parametrize("text", ["name = " + "[" * 50_000, "name = " + "{a=" * 50_000])
def test_deep_nesting_is_an_error(text: str) -> None:
    assert fault(text).what == "bicycle.toml: nested too deeply"


def test_a_number_of_thousands_of_digits_is_an_error() -> None:
    assert fault("name = " + "9" * 5_000).what == "bicycle.toml: a number with thousands of digits"


def test_a_table_where_a_list_of_tables_belongs_is_an_error() -> None:
    assert fault('name = "a"\n[wheel]\nname = "b"\n').what == "bicycle.toml:2: wheel: Expected 'array', got 'object'"
    assert fault('name = "a"\n[[maker]]\ntown = "b"\n').what.startswith(
        "bicycle.toml:2: maker: Expected 'object | null'"
    )


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 1),
        (("name",), 2),
        (("maker",), 4),
        (("maker", "town"), 5),
        (("wheel", 0, "name"), 9),
        (("wheel", 0, "spokes", 1), 11),
        (("wheel", 1), 16),
        (("wheel", 2, "name"), 21),
        # what is not written is looked for no further than its table
        (("maker", "name"), 4),
        (("wheel", 1, "inches"), 16),
        (("wheel", 2, "spokes"), 19),
        (("wheel", 3, "name"), 1),
        (("saddle",), 1),
    ],
)
def test_the_line_of_a_path(path: tuple[str | int, ...], line: int) -> None:
    assert line_of(GOOD, path) == line


def test_a_key_missing_from_the_first_line_is_not_found_in_another_table() -> None:
    assert line_of('[maker]\n[other]\ntown = "a"\n', ("maker", "town")) == 1


def test_the_nearest_word() -> None:
    assert nearest("inch", ["inches", "name"]) == "Did you mean 'inches'?"
    assert nearest("zzz", {"name", "inches"}) == "There is: inches, name."
    assert nearest("zzz", set()) == "There is none yet."
