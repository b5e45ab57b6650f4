"""The step of a fix's explanation that compares whole patches."""

import pytest

from midstream.analysis.backports.explain import strict_step

FIX, OTHER = "a" * 40, "b" * 40


@pytest.mark.parametrize(
    ("ids", "matched", "commit", "said"),
    [
        ({FIX: "1", OTHER: "1"}, True, OTHER, "have the same patch id"),
        ({FIX: "1", OTHER: "2"}, False, "", "do not have the same patch id"),
        ({FIX: "1"}, None, "", "no text to compare"),
        ({OTHER: "1"}, None, "", "no text to compare"),
    ],
)
def test_patches_are_the_same_when_their_ids_are(ids: dict[str, str], matched: object, commit: str, said: str) -> None:
    step = strict_step(FIX, OTHER, ids)
    assert (step.matched, step.commit) == (matched, commit)
    assert said in step.detail
