"""Values of the record as a person reads them."""

from datetime import UTC, datetime

import pytest

from midstream.advisories.intake.words import words_of
from midstream.advisories.record import Fix, Line

AT = datetime(2025, 7, 21, 16, 6, 50, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("CVE-2025-53022", "'CVE-2025-53022'"),
        (AT, "2025-07-21 16:06:50Z"),
        (("a", "b"), "a, b"),
        ({"en": "A text"}, "'A text'"),
        (7.5, "7.5"),
        (
            Line(branch="main", first="1.3.0", status="fixed", fix=(Fix(sha="6d07" * 10, release="2.3.0", at=AT),)),
            "branch main, first 1.3.0, status fixed, fix (sha 6d076d076d07, release 2.3.0, at 2025-07-21 16:06:50Z)",
        ),
        (("a\x1b[31m",), "'a\\x1b[31m'"),
    ],
)
def test_a_value_is_told_in_words(value: object, words: str) -> None:
    assert words_of(value, most=200) == words


def test_a_long_value_is_cut() -> None:
    assert words_of("x" * 100, most=10) == "'xxxxxxxx…"
