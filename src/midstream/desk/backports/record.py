"""Recording what a repository shows of every case that has a fix on record."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from midstream.analysis.backports import Fix, Sha, Verdict
from midstream.analysis.backports.trial import Request, Trial
from midstream.cases.case import Case, replay
from midstream.cases.errors import Refused
from midstream.cases.states import cells
from midstream.desk.backports.observe import Observed, Shown, observe
from midstream.desk.desk import Desk
from midstream.desk.ports import HistoryTrouble, Trials
from midstream.ledger.kinds.fix import BackportWaived, BranchNotAffected, FixMerged, IntroducedRecorded

Judge = Callable[[Fix], Sequence[Verdict]]
"""Says where each branch of the project stands with a fix, by one repository."""


def record(
    desk: Desk,
    trials: Trials,
    judge: Judge,
    *,
    tips: Mapping[str, Sha],
    by: str,
    project: str,
    repository: str = "",
) -> list[Observed]:
    """Return what was recorded in each case of the project that has commits of a fix in this repository on record.

    `tips` are the commits that the branches stand at, by which `judge` judges. Fixes that name another repository are
    left alone. A fix whose commits the repository does not have is refused with the reason, and nothing is concluded.
    """
    found: list[Observed] = []
    main = {branch.name for branch in desk.team(project).project.branches if branch.kind == "development"}
    for line in desk.store.case_lines(desk.viewer(by), project=project):
        case = replay(desk.store.facts(f"case/{line.case}"), case=line.case)
        fix = fix_of(case, repository=repository)
        if fix is None:
            continue
        try:
            shown = _shown(trials, judge(fix), fix, tips=tips, main=main)
            found.append(observe(desk, line.case, shown, by=by))
        except (HistoryTrouble, Refused) as error:
            found.append(Observed(case=line.case, refused=(f"{error.what}. {error.hint}",)))
    return [entry for entry in found if entry.facts or entry.refused]


def fix_of(case: Case, *, repository: str = "") -> Fix | None:
    """Return the fix that the case has on record, with what people said of its branches; None without a commit."""
    merged = [body for _, body in case.all(FixMerged) if not repository or body.repository in {"", repository}]
    if not merged:
        return None
    said = cells(case)
    return Fix(
        name=case.id,
        commits=tuple(dict.fromkeys(body.commit for body in merged)),
        title=case.title,
        introduced=tuple(
            body.commit for _, body in case.all(IntroducedRecorded) if body.commit and body.confidence == "certain"
        ),
        waived={b.branch: b.reason for _, b in case.all(BackportWaived) if said[b.branch].word == "waived"},
        not_affected={
            b.branch: b.evidence for _, b in case.all(BranchNotAffected) if said[b.branch].word == "not affected"
        },
    )


def _shown(
    trials: Trials, verdicts: Sequence[Verdict], fix: Fix, *, tips: Mapping[str, Sha], main: Iterable[str]
) -> list[Shown]:
    tried = try_missing(trials, verdicts, fix, tips=tips, leave_out=main)
    names = [hit.commit for verdict in verdicts for found in verdict.found if (hit := found.hit) is not None]
    names += [found.reverted_by for verdict in verdicts for found in verdict.found if found.reverted_by]
    names += [verdict.first_release for verdict in verdicts if verdict.first_release]
    moments = trials.moments(tuple(dict.fromkeys(names)))
    return [
        Shown(verdict=verdict, trial=tried.get(verdict.branch), is_main=verdict.branch in main, moments=moments)
        for verdict in verdicts
    ]


def try_missing(
    trials: Trials, verdicts: Sequence[Verdict], fix: Fix, *, tips: Mapping[str, Sha], leave_out: Iterable[str] = ()
) -> dict[str, Trial]:
    """Return by branch what trying the fix says where no trace of it was found; of a part, the commits that lack."""
    requests: list[Request] = []
    for verdict in verdicts:
        if verdict.word not in {"vulnerable", "partly fixed"} or verdict.branch in set(leave_out):
            continue
        missing = tuple(found.fix for found in verdict.found if not found.is_in) or fix.commits
        if target := tips.get(verdict.branch, ""):
            requests.append(Request(branch=verdict.branch, target=target, commits=missing))
    return {trial.branch: trial for trial in trials.try_all(requests)}
