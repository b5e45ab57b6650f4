"""A board with its trials, and what of it becomes facts of the cases."""

from typing import TYPE_CHECKING

import msgspec

from midstream.analysis.backports.trial import Request
from midstream.cases.errors import Refused
from midstream.desk.backports.board import Board
from midstream.desk.backports.observe import Observed, Shown, observe
from midstream.desk.backports.owners import Owners
from midstream.desk.backports.trying import Tried, main_line
from midstream.desk.desk import Desk
from midstream.desk.errors import DeskError
from midstream.desk.ports import Trials

if TYPE_CHECKING:
    from midstream.analysis.backports import Fix

AT_ONCE = 25
"""How many squares of a board are tried unasked: more would make people wait for it."""
MISSING = frozenset({"vulnerable", "partly fixed"})


def with_trials(board: Board, trials: Trials, *, limit: int | None = AT_ONCE) -> Board:
    """Return the board with a trial wherever a maintained branch lacks the fix, or a part of it.

    The trial is made on the commit the verdict was read from. When there are more than `limit`, none is made and the
    board says so.
    """
    asked: list[tuple[Fix, Request]] = []
    for fix, row in board.rows():
        for line, verdict in zip(board.branches, row, strict=True):
            if verdict.word in MISSING and line.tip and line.kind != "development":
                missing = tuple(found.fix for found in verdict.found if not found.is_in)
                asked.append((fix, Request(branch=line.name, target=line.tip, commits=missing)))
    if limit is not None and len(asked) > limit:
        notice = f"{len(asked)} squares lack a fix; that many are tried with --try only."
        return msgspec.structs.replace(board, notices=(*board.notices, notice))
    if not asked:
        return board
    owners = Owners(trials, main=main_line(trials), ask_history=False)
    found: dict[str, dict[str, Tried]] = {}
    for (fix, request), trial in zip(asked, trials.try_all([request for _, request in asked]), strict=True):
        answers = tuple(owners.of(file.path, branch=request.branch, tip=request.target) for file in trial.files)
        found.setdefault(fix.name, {})[request.branch] = Tried(trial=trial, owners=answers)
    return msgspec.structs.replace(board, tried=found)


def record_board(desk: Desk, board: Board, trials: Trials, *, by: str) -> list[Observed]:
    """Return what was recorded in the cases that the board's fixes are named after, and what was refused.

    A case without news is left out.
    """
    main = {line.name for line in board.branches if line.kind == "development"}
    found: list[Observed] = []
    for fix, row in board.rows():
        names = [entry.hit.commit for verdict in row for entry in verdict.found if entry.hit is not None]
        names += [entry.reverted_by for verdict in row for entry in verdict.found if entry.reverted_by]
        names += [verdict.first_release for verdict in row if verdict.first_release]
        moments = trials.moments(tuple(dict.fromkeys(names)))
        shown = [
            Shown(
                verdict=verdict,
                trial=board.trial(fix, verdict.branch),
                is_main=verdict.branch in main,
                moments=moments,
            )
            for verdict in row
        ]
        try:
            found.append(observe(desk, fix.name, shown, by=by))
        except (Refused, DeskError) as error:
            found.append(Observed(case=fix.name, refused=(f"{error.what}. {error.hint}",)))
    return [entry for entry in found if entry.facts or entry.refused]
