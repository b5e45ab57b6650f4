"""Nothing hidden in a text survives, and what is visible stays as it is."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midstream.formats.base.visible import csv_cell, one_line, paragraphs, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("if (a < b)\n\treturn;", "if (a < b)\n\treturn;"),
        ("Zürich, 東京, नमस्ते, 😀", "Zürich, 東京, नमस्ते, 😀"),
        ("fixed in \u202e1.2.3", "fixed in [U+202E]1.2.3"),
        ("isolate \u2066x\u2069", "isolate [U+2066]x[U+2069]"),
        ("CVE-2026\u200b-1", "CVE-2026[U+200B]-1"),
        ("ad\u200dmin", "ad[U+200D]min"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("\ufeffbom", "[U+FEFF]bom"),
        ("bell\x07 escape\x1b[31m nul\x00", "bell[U+0007] escape[U+001B][31m nul[U+0000]"),
        ("a\r\nb\rc\u2028d\x85e", "a\nb\nc\nd\ne"),
        ("tag \U000e0041", "tag [U+E0041]"),
        ("filler \u3164", "filler [U+3164]"),
        ("\ud800", "[U+D800]"),
    ],
)
def test_hidden_characters_are_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_a_visible_text_stays_as_it_is(text: str) -> None:
    assert visible(visible(text)) == visible(text)
    assert one_line(one_line(text)) == one_line(text)
    assert "\n" not in one_line(text)


def test_paragraphs_are_apart() -> None:
    assert paragraphs("\n\n one\n two\n \n\nthree\n") == (" one\n two", "three")


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1", "-2", "@SUM(A1)", '"quoted", twice', "two\nlines", "plain"])
def test_a_cell_is_one_cell_and_no_formula(text: str) -> None:
    (row,) = csv.reader(io.StringIO(csv_cell(text) + "," + csv_cell("b")))
    assert len(row) == 2
    assert not row[0].startswith(("=", "+", "-", "@"))
