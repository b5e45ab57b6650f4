"""What is owed to which branch, in the order in which it applies best, with what a trial says of it."""

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from midstream.analysis.backports.trial import Request, Trial
from midstream.cases.case import Case, replay
from midstream.desk.backports.fixes import commits_in, repository_at
from midstream.desk.backports.owners import Owners
from midstream.desk.backports.trying import main_line
from midstream.desk.desk import Desk
from midstream.desk.ports import HistoryTrouble, Trials
from midstream.ledger.kinds.fix import BackportMerged, FixMerged
from midstream.policy.duties import standing

VERB = "record-backport"
"""A duty that this verb meets is a backport that is owed."""


class Owed(msgspec.Struct, frozen=True, kw_only=True):
    """A backport that is owed: the duty, the commits to take, what trying them says, and whom to ask.

    `taken_from` is the branch whose commits are taken: the main line, or a newer branch whose backport applies where
    the fix itself conflicts. `trial` is None when no fix is on record or the branch is not in the repository; then
    `why_not` says so.
    """

    case: str
    title: str
    task: str
    branch: str
    standing: str
    due_at: datetime | None
    clause: str
    claimed_by: str = ""
    commits: tuple[str, ...] = ()
    taken_from: str = ""
    trial: Trial | None = None
    why_not: str = ""
    ask: tuple[str, ...] = ()
    source: str = ""


def plan(desk: Desk, trials: Trials, *, by: str, now: datetime, path: Path, project: str = "") -> list[Owed]:
    """Return the backports owed at `now` in the cases `by` works on: by due instant of the case, newest branch first.

    `path` is where the repository of `trials` stands, by which project files tell which of theirs it is: a fix that
    is on record as another repository's is not tried in it. A backport applies best to the newest branch, and what
    was adapted there often applies to the next older one.
    """
    lines = [line for line in desk.store.task_lines(desk.viewer(by), now=now, project=project) if VERB in line.duty.do]
    named = [path for known in desk.projects().values() for place in known.repositories for path in place.owners]
    owners = Owners(trials, main=main_line(trials), named=named) if lines else None
    repository = repository_at(desk.projects().values(), path=path, url=trials.url()) if lines else frozenset[str]()
    found: list[Owed] = []
    cases: dict[str, Case] = {}
    for line in lines:
        name = line.duty.case
        if name not in cases:
            cases[name] = replay(desk.store.facts(f"case/{name}"), case=name)
        owed = Owed(
            case=name,
            title=line.title,
            task=line.duty.key,
            branch=line.duty.subject,
            standing=standing(line.duty, now),
            due_at=line.duty.due_at,
            clause=line.duty.clause,
            claimed_by=line.claimed_by,
        )
        found.append(_tried(owed, cases[name], trials, owners, repository))
    places = {owed.case: place for place, owed in reversed(list(enumerate(found)))}
    return sorted(found, key=lambda owed: (places[owed.case], newest_first(owed.branch)))


def newest_first(branch: str) -> tuple[int, tuple[int, ...], str]:
    """Return the key that sorts branches by the numbers in their names, the highest first; those without at the end."""
    numbers = tuple(-int(number) for number in re.findall(r"[0-9]{1,9}", branch))
    return (0 if numbers else 1), (*numbers, 1), branch


def _tried(owed: Owed, case: Case, trials: Trials, owners: Owners | None, repository: Collection[str]) -> Owed:
    fix = commits_in(case, repository)
    if not fix:
        elsewhere = ", ".join(dict.fromkeys(body.repository for _, body in case.all(FixMerged)))
        what = f"the fix is in the repository {elsewhere}: give that" if elsewhere else ""
        return msgspec.structs.replace(owed, why_not=what or "no commit of the fix is on record: record-fix")
    try:
        _, target = trials.tip(owed.branch)
    except HistoryTrouble as error:
        return msgspec.structs.replace(owed, commits=fix, why_not=error.what)
    main = next(body.into for _, body in case.all(FixMerged))
    requests = [(main, Request(branch=owed.branch, target=target, commits=fix))]
    requests += [
        (branch, Request(branch=owed.branch, target=target, commits=commits))
        for branch, commits in _backports(case).items()
        if newest_first(branch) < newest_first(owed.branch)
    ]
    tried = list(zip([branch for branch, _ in requests], trials.try_all([asked for _, asked in requests]), strict=True))
    taken_from, trial = taken(tried)
    ask: list[str] = []
    sources: list[str] = []
    for file in trial.files if owners else ():
        answer = owners.of(file.path, branch=owed.branch, tip=target) if owners else None
        if answer is not None:
            ask += [owner.shown for owner in answer.owners]
            sources.append(answer.source)
    return msgspec.structs.replace(
        owed,
        commits=trial.commits,
        taken_from=taken_from,
        trial=trial,
        ask=tuple(dict.fromkeys(ask)),
        source=", ".join(dict.fromkeys(sources)),
    )


def taken(tried: Sequence[tuple[str, Trial]]) -> tuple[str, Trial]:
    """Return from which branch to take the fix, with its trial, of (branch, trial) beginning with the main line's.

    Where the fix itself conflicts, what was adapted for the nearest newer branch comes first.
    """
    if tried[0][1].outcome != "conflict":
        return tried[0]
    adapted = sorted(tried[1:], key=lambda entry: newest_first(entry[0]), reverse=True)
    return next((entry for entry in adapted if entry[1].outcome == "clean"), tried[0])


def _backports(case: Case) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for _, body in case.all(BackportMerged):
        found.setdefault(body.branch, []).append(body.commit)
    return {branch: tuple(dict.fromkeys(commits)) for branch, commits in found.items()}


def by_owner(plan_: Iterable[Owed]) -> dict[str, list[Owed]]:
    """Return the plan by who has to be asked first: those that need nobody's decision under the empty name."""
    found: dict[str, list[Owed]] = {}
    for owed in plan_:
        is_easy = owed.trial is not None and owed.trial.outcome in {"clean", "empty"}
        key = "" if is_easy else owed.ask[0] if owed.ask else "nobody named"
        found.setdefault(key, []).append(owed)
    return dict(sorted(found.items(), key=lambda entry: (entry[0] != "", entry[0] == "nobody named", entry[0])))
