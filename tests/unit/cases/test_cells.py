"""The cell of a branch: what the facts say of it, whatever the order in which they were recorded."""

import itertools
from typing import get_args

import pytest

from midstream.cases.case import replay
from midstream.cases.states import Cell, CellWord, cells
from midstream.ledger.kinds import Body, Unknown
from midstream.ledger.kinds import fix as fx
from midstream.ledger.kinds.disclosure import ReleaseNoteWritten
from midstream.ledger.kinds.intake import FactWithdrawn, NoteAdded
from tests.strategies import changed
from tests.telling import COMMIT, HOUR, START, At, case, facts

B = "lts-1"
AFFECTED = fx.BranchAffected(branch=B)
CLEARED = fx.BranchNotAffected(branch=B, justification="component_not_present", evidence="not built there")
CONFLICT = fx.BackportConflicted(branch=B, files=("a.c", "b.c"))
CLEAN = fx.BackportTried(branch=B, outcome="clean")
EMPTY = fx.BackportTried(branch=B, outcome="empty")
ERROR = fx.BackportTried(branch=B, outcome="error")
OPENED = fx.BackportOpened(branch=B, url="https://example.org/1")
MERGED = fx.BackportMerged(branch=B, commit=COMMIT)
RELEASED = fx.FixReleased(branch=B, tag="1.2.3")
LATER = fx.FixReleased(branch=B, tag="1.2.4")
WAIVED = fx.BackportWaived(branch=B, reason="end of life")
REVERTED = fx.FixReverted(branch=B, commit=COMMIT)

TABLE: list[tuple[list[Body], CellWord, str, int]] = [
    ([fx.ReleaseManagerInformed(branch=B)], "unknown", "", 0),
    ([AFFECTED], "affected", "", 1),
    ([AFFECTED, CLEARED], "not affected", "component_not_present", 2),
    ([AFFECTED, CONFLICT], "conflict", "a.c, b.c", 2),
    ([AFFECTED, CLEAN], "applies", "", 2),
    ([AFFECTED, EMPTY], "nothing to apply", "", 2),
    ([AFFECTED, ERROR], "trial failed", "", 2),
    ([AFFECTED, CONFLICT, OPENED], "in review", "https://example.org/1", 3),
    ([AFFECTED, OPENED, MERGED], "merged", COMMIT[:12], 3),
    ([AFFECTED, MERGED, RELEASED], "released", "1.2.3", 3),
    ([AFFECTED, WAIVED], "waived", "end of life", 2),
    ([MERGED, REVERTED], "reverted", COMMIT[:12], 2),
    # the first release that has the fix counts
    ([MERGED, RELEASED, LATER], "released", "1.2.3", 2),
    ([RELEASED, AFFECTED], "released", "1.2.3", 1),
    ([RELEASED, MERGED], "released", "1.2.3", 1),
    ([RELEASED, WAIVED], "released", "1.2.3", 1),
    # until it was taken out again
    ([MERGED, RELEASED, REVERTED], "reverted", COMMIT[:12], 3),
    ([MERGED, RELEASED, REVERTED, MERGED], "merged", COMMIT[:12], 4),
    ([MERGED, RELEASED, REVERTED, MERGED, LATER], "released", "1.2.4", 5),
    # a trial or a remark about a branch that has the fix does not take it away
    *[([MERGED, remark], "merged", COMMIT[:12], 1) for remark in (AFFECTED, CONFLICT, CLEAN, EMPTY, ERROR, OPENED)],
    ([MERGED, CLEARED], "not affected", "component_not_present", 2),
    ([MERGED, WAIVED], "waived", "end of life", 2),
    ([WAIVED, MERGED], "merged", COMMIT[:12], 2),
    ([CLEARED, AFFECTED], "affected", "", 2),
    # what speaks of the branch without saying where the fix stands
    ([AFFECTED, ReleaseNoteWritten(branch=B)], "affected", "", 1),
]


@pytest.mark.parametrize(("told", "word", "detail", "because"), TABLE)
def test_a_cell(told: list[Body], word: CellWord, detail: str, because: int) -> None:
    found = cells(case(*told))
    assert found == {
        B: Cell(
            branch=B,
            word=word,
            detail=detail,
            since=START + (because - 1) * HOUR if because else None,
            because=(because,) if because else (),
        )
    }


def test_the_table_reaches_every_word() -> None:
    assert {word for _, word, _, _ in TABLE} == set(get_args(CellWord))


@pytest.mark.parametrize("told", [row[0] for row in TABLE if len(row[0]) > 1])
def test_the_order_of_recording_does_not_matter(told: list[Body]) -> None:
    timed = [At(body=body, happened=START + count * HOUR, recorded=START + HOUR * 9) for count, body in enumerate(told)]
    words = {(cells(case(*order))[B].word, cells(case(*order))[B].detail) for order in itertools.permutations(timed)}
    assert len(words) == 1


def test_every_branch_the_facts_speak_of_has_its_cell() -> None:
    told = case(
        fx.FixMerged(commit=COMMIT, into="main"),
        AFFECTED,
        fx.BranchAffected(branch="v2"),
        NoteAdded(text="no branch"),
        fx.FixReleased(branch="v2", tag="2.0.1"),
    )
    assert {name: cell.word for name, cell in cells(told).items()} == {
        "main": "merged",
        B: "affected",
        "v2": "released",
    }
    assert cells(case(NoteAdded(text="a"))) == {}


def test_a_withdrawn_fact_says_nothing_of_its_branch() -> None:
    assert cells(case(AFFECTED, MERGED, FactWithdrawn(number=2, reason="wrong branch")))[B].word == "affected"
    assert cells(case(NoteAdded(text="a"), MERGED, FactWithdrawn(number=2, reason="wrong branch"))) == {}


@pytest.mark.parametrize("body", [fx.FixMerged(commit=COMMIT), MERGED])
def test_what_a_newer_version_says_of_a_branch_is_not_guessed(body: Body) -> None:
    fact = changed(facts([body])[0], body=Unknown(fields={"commit": "sha512:…"}))
    assert cells(replay([fact], case="c-1")) == {}
