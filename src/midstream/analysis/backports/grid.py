"""The board as people read it: one word and one sign for each branch of each fix, with what it follows from."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from midstream.analysis.backports.model import Verdict
from midstream.analysis.backports.trial import Trial

State = Literal[
    "fixed", "partly fixed", "applies", "conflicts", "nothing to apply", "trial failed", "vulnerable", "not affected",
    "unknown", "waived", "past support",
]  # fmt: skip

SIGNS: dict[State, str] = {
    "fixed": "●",
    "partly fixed": "◐",
    "applies": "◆",
    "conflicts": "✖",
    "nothing to apply": "▬",
    "trial failed": "!",
    "vulnerable": "▲",
    "not affected": "○",
    "unknown": "?",
    "waived": "~",
    "past support": "·",
}
"""A sign for each state, told apart by its shape; the word always stands beside it."""

MEANINGS: dict[State, str] = {
    "fixed": "the branch has every commit of the fix",
    "partly fixed": "the branch has some commits of the fix",
    "applies": "the fix is missing, and would apply cleanly",
    "conflicts": "the fix is missing, and would conflict",
    "nothing to apply": "no trace of the fix was found, but trying it changes nothing",
    "trial failed": "the fix is missing, and could not be tried",
    "vulnerable": "no trace of the fix was found in a whole history",
    "not affected": "the flaw is not in the branch, with evidence",
    "unknown": "the repository cannot say",
    "waived": "the project decided not to fix it there",
    "past support": "the branch is no longer maintained",
}

OPEN = frozenset({"partly fixed", "applies", "conflicts", "nothing to apply", "trial failed", "vulnerable", "unknown"})
"""The states in which somebody has to do something."""

_TRIED: dict[str, State] = {
    "clean": "applies",
    "conflict": "conflicts",
    "empty": "nothing to apply",
    "error": "trial failed",
}


class Square(msgspec.Struct, frozen=True, kw_only=True):
    """One fix on one branch: the state, a few words more, and the lines of evidence.

    `needs_look` marks what a person should look at before anybody is told.
    """

    state: State
    detail: str = ""
    evidence: tuple[str, ...] = ()
    needs_look: bool = False

    @property
    def is_open(self) -> bool:
        """Whether somebody has to do something."""
        return self.state in OPEN or self.needs_look


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One fix: its name, its title, and its squares by branch."""

    name: str
    title: str
    squares: Mapping[str, Square]


class Grid(msgspec.Struct, frozen=True, kw_only=True):
    """A board: what it is of, when it was read, the branches with a note on each, and the rows."""

    title: str
    read_at: str
    branches: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    notices: tuple[str, ...] = ()


def square(verdict: Verdict, trial: Trial | None = None, *, asked: Sequence[str] = ()) -> Square:
    """Return the square of a verdict; `asked` names whom to ask about each file of a conflict, in their order."""
    state: State = verdict.word if trial is None or verdict.word != "vulnerable" else _TRIED[trial.outcome]
    return Square(
        state=state,
        detail=_detail(verdict, trial),
        evidence=(verdict.because, *_found(verdict), *(_tried(trial, asked) if trial is not None else ())),
        needs_look=verdict.needs_look,
    )


def _detail(verdict: Verdict, trial: Trial | None) -> str:
    if verdict.word == "fixed":
        return verdict.first_release or "not released yet"
    if verdict.word == "partly fixed":
        return f"{verdict.count} of {len(verdict.found)} commits"
    if trial is not None and trial.outcome == "conflict":
        docs = ", documentation only" if trial.is_docs_only else ""
        return f"{len(trial.files)} file{'' if len(trial.files) == 1 else 's'}{docs}"
    return ""


def _found(verdict: Verdict) -> list[str]:
    lines: list[str] = []
    for found in verdict.found:
        if found.hit is None:
            near = f"; nearest: {found.nearest}" if found.nearest else ""
            lines.append(f"{found.fix[:12]}: nothing found{near}")
            continue
        hit = found.hit
        also = f", also {', '.join(hit.also)}" if hit.also else ""
        lines.append(f"{found.fix[:12]}: {hit.commit[:12]} by {hit.rung}{also} ({hit.sure})")
        if found.reverted_by:
            lines.append(f"{hit.commit[:12]} was reverted by {found.reverted_by[:12]}")
    return lines


def _tried(trial: Trial, asked: Sequence[str]) -> list[str]:
    if trial.outcome == "error":
        return [f"not tried: {trial.what}. {trial.hint}"]
    lines = [f"tried on {trial.target[:12]}"]
    for place, file in enumerate(trial.files):
        who = f": ask {asked[place]}" if place < len(asked) and asked[place] else ""
        lines.append(f"{file.path} ({', '.join(file.kinds)}){who}")
    return lines
