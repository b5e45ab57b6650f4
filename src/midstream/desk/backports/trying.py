"""Trying the backport of a fix onto branches: each branch has its own answer, whatever the others say."""

from collections.abc import Sequence

import msgspec

from midstream.analysis.backports.trial import Request, Trial
from midstream.desk.backports.owners import Owners
from midstream.desk.ports import HistoryTrouble, Trials
from midstream.formats.owners import Answer

MAIN_LINES = ("refs/remotes/origin/HEAD", "HEAD")
"""What names the line a repository is developed on: in a clone, and in the repository itself."""


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """A trial, the ref that was taken for the branch, and whom to ask about each file that conflicts."""

    trial: Trial
    ref: str = ""
    owners: tuple[Answer, ...] = ()


def try_backport(
    trials: Trials,
    *,
    fix: Sequence[str],
    onto: Sequence[str],
    mainline: int = 0,
    write: str = "",
    sign_off: bool = False,
) -> list[Tried]:
    """Return what came of trying the commits of `fix`, in their order, onto each branch.

    With `write`, each clean one becomes a new branch of that name; with several branches, of that name and the
    branch's own below it. Raises `HistoryTrouble` when the fix is not there or a branch cannot be written.
    """
    commits = tuple(dict.fromkeys(commit for name in fix for commit in trials.commits(name)))
    found: dict[str, tuple[str, Request] | Trial] = {}
    for branch in dict.fromkeys(onto):
        try:
            ref, target = trials.tip(branch)
        except HistoryTrouble as error:
            found[branch] = Trial(
                branch=branch, target="", commits=commits, outcome="error", what=error.what, hint=error.hint
            )
        else:
            found[branch] = ref, Request(branch=branch, target=target, commits=commits, mainline=mainline)
    requests = [entry for entry in found.values() if not isinstance(entry, Trial)]
    tried = dict(zip([ref for ref, _ in requests], trials.try_all([request for _, request in requests]), strict=True))
    owners = Owners(trials, main=main_line(trials))
    answers: list[Tried] = []
    for branch, entry in found.items():
        if isinstance(entry, Trial):
            answers.append(Tried(trial=entry))
            continue
        ref, request = entry
        trial = tried[ref]
        if write and trial.outcome == "clean":
            name = f"{write}/{branch}" if len(found) > 1 else write
            trial = trials.write(request, name=name, sign_off=sign_off)
        asked = tuple(owners.of(file.path, branch=branch, tip=request.target) for file in trial.files)
        answers.append(Tried(trial=trial, ref=ref, owners=asked))
    return answers


def main_line(trials: Trials) -> tuple[str, str]:
    """Return the name and the tip of the line whose files of owners are today's."""
    for name in MAIN_LINES:
        try:
            ref, commit = trials.tip(name)
        except HistoryTrouble:
            continue
        return ref.removeprefix("refs/heads/").removeprefix("refs/remotes/origin/"), commit
    raise HistoryTrouble("the repository has no commit to begin from", hint="Check that HEAD names a branch.")
