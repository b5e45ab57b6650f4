"""Why a branch is said to have a fix or not: the verdict, every rung, and what stands at the branch's tip."""

from collections.abc import Sequence
from datetime import date

import msgspec

from midstream.analysis.backports import BranchLine, Fix, Rung, Step, Verdict
from midstream.analysis.backports.explain import explain, strict_step
from midstream.desk.backports.board import judge
from midstream.desk.ports import History


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict with, for each commit of the fix, every rung in the order of the ladder; and what the tip shows."""

    verdict: Verdict
    steps: tuple[tuple[Step, ...], ...] = ()
    at_tip: tuple[str, ...] = ()


def explained(
    history: History, fix: Fix, *, lines: Sequence[BranchLine], others: Sequence[BranchLine], today: date
) -> list[Explained]:
    """Return the explanation for each of `lines`; `others` are the project's other branches, where originals may be."""
    court = judge(history, lines=[*lines, *others], fixes=[fix])
    answers: list[Explained] = []
    for line in lines:
        verdict = court.verdict(fix, line.name, today=today)
        tip = history.number(line.tip) if line.tip else None
        if tip is None or not verdict.found:
            answers.append(Explained(verdict=verdict))
            continue
        hits = [found.hit.commit for found in verdict.found if found.hit is not None]
        ids = dict(history.strict_ids([*fix.commits, *hits]))
        verdict = court.verdict(fix, line.name, today=today, strict=ids)
        steps = []
        for found in verdict.found:
            rungs = explain(court, found.fix, tip=tip)
            if found.hit is not None and found.hit.rung is not Rung.SAME:
                rungs.insert(3, strict_step(found.fix, found.hit.commit, ids))
            steps.append(tuple(rungs))
        answers.append(Explained(verdict=verdict, steps=tuple(steps), at_tip=tuple(_at_tip(history, fix, line))))
    return answers


def _at_tip(history: History, fix: Fix, line: BranchLine) -> list[str]:
    """Return which files of the fix are not at the branch's tip: it says where to look, and is no evidence."""
    paths = history.paths(line.tip)
    wanted = {
        path
        for one in fix.commits
        if (number := history.number(one)) is not None
        for path in history.entry(number).files
    }
    gone = sorted(wanted - paths)
    if not gone:
        return []
    if len(gone) == len(wanted):
        return [
            "At its tip there is none of the files the fix changes: it may not be affected. That is no evidence yet."
        ]
    return [f"At its tip there is no {', '.join(gone[:5])}."]
