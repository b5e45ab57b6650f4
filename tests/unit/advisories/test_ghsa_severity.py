"""GitHub's payload never has a severity that nobody gave: a record without a readable vector is told so."""

import pytest

from midstream.advisories.formats import TARGETS
from midstream.advisories.record import Advisory, Publisher, Score

READABLE = "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"
UNREADABLE = "AV:N/AC:L/Au:N/C:P/I:P/A:P"


@pytest.mark.parametrize(
    ("scores", "is_written"),
    [
        ((), True),
        ((Score(vector=READABLE),), True),
        ((Score(vector=UNREADABLE), Score(vector=READABLE)), True),
        ((Score(vector=UNREADABLE),), False),
        ((Score(vector=READABLE, component="loader"),), False),
    ],
)
def test_a_score_that_github_cannot_read_is_a_complaint_and_no_invented_word(
    scores: tuple[Score, ...], *, is_written: bool
) -> None:
    said = TARGETS["ghsa"].lacks(
        Advisory(id="ACME-1", score=scores), Publisher(name="Acme", namespace="https://a.example")
    )
    assert (said == "") == is_written
    assert is_written or "lacks a vector that GitHub can read (score)" in said
