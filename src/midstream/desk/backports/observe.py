"""From what a repository shows to facts: each thing is said once, and again only when it changed.

What is certain becomes the fact a person would record (`backport.merged`, `fix.released`, `fix.reverted`,
`branch.not_affected`, a trial); what needs a look becomes `fix.observed`. From silence nothing follows, and from a
repository that could not be read nothing follows either.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from midstream.analysis.backports import Verdict
from midstream.analysis.backports.trial import Trial
from midstream.cases.case import Case
from midstream.cases.errors import Refused
from midstream.cases.states import cells
from midstream.cases.verbs import VERBS, Verb, decide
from midstream.cases.visibility import Sight
from midstream.desk.desk import Decision, Desk
from midstream.ledger.fact import Draft, Fact
from midstream.ledger.kinds import NAMES, Body
from midstream.ledger.kinds.fix import (
    BackportConflicted,
    BackportMerged,
    BackportTried,
    BranchAffected,
    BranchNotAffected,
    FixMerged,
    FixObserved,
    FixReleased,
    FixReverted,
)
from midstream.policy.limits import breaches

SURE = frozenset({"certain", "strong"})
"""How sure evidence has to be to stand for a person's word."""
FILES = 100
"""The files of a conflict that a fact names; what more there are the trial shows."""
_SETTLED = frozenset({"merged", "released", "not affected", "waived"})
"""Words of cells of which a trial says nothing more."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What a repository shows of one branch: the verdict, and the trial of what is missing, if one was made.

    `is_main` marks the line the project develops on. `moments` say when commits were committed, in seconds.
    """

    verdict: Verdict
    trial: Trial | None = None
    is_main: bool = False
    moments: Mapping[str, int] = {}


class Observed(msgspec.Struct, frozen=True, kw_only=True):
    """The facts recorded, and why anything else was not: what a guard refused, what could not be tried."""

    case: str
    facts: tuple[Fact, ...] = ()
    refused: tuple[str, ...] = ()


class News(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to record, and when it happened; None for now."""

    body: Body
    at: int | None = None


_BY_BODY: dict[type[Body], Verb] = {
    verb.body: verb
    for name, verb in VERBS.items()
    if name
    in {
        "record-fix",
        "record-backport",
        "record-release",
        "record-revert",
        "clear-branch",
        "record-trial",
        "record-conflict",
        "observe-fix",
    }
}


def observe(desk: Desk, case: str, shown: Sequence[Shown], *, by: str) -> Observed:
    """Return the facts recorded for what the repository shows that the case does not say yet.

    Raises `NotFound` for a case that `by` may not see, and `Refused` for one who may only read.
    """
    refused: list[str] = []

    def decision() -> Decision:
        now = desk.clock()
        refused.clear()
        known, seen = desk.case(case, by=by)
        if seen < Sight.PARTICIPANT:
            raise Refused(f"{case} is not for you to write in", hint="Ask the response team to invite you.")
        drafts: list[Draft] = []
        team = desk.team(known.project)
        branches = {branch.name for branch in team.project.branches} | set(cells(known))
        policy = desk.shelf.policy_of(known, team)
        for entry in shown:
            if entry.verdict.branch not in branches:
                refused.append(f"{team.project.name} has no branch {entry.verdict.branch!r}")
                continue
            for item in news(known, entry):
                try:
                    drafts += decide(_BY_BODY[type(item.body)], known, item.body, by=by, at=_moment(item, now))
                except Refused as error:
                    refused.append(f"{entry.verdict.branch}: {NAMES[type(item.body)]}: {error.what}")
        if policy is not None and (broken := breaches(drafts, known, policy, team)):
            raise Refused(broken[0].what, hint=broken[0].hint)
        return Decision(now=now, drafts=tuple(drafts), streams={f"case/{case}": list(known.facts)})

    return Observed(case=case, facts=desk.commit(decision, key=""), refused=tuple(refused))


def _moment(item: News, now: datetime) -> datetime:
    """Return when it happened. A commit's clock may be wrong: nothing happens after it is seen."""
    if item.at is None or item.at <= 0:
        return now
    return min(datetime.fromtimestamp(item.at, UTC), now)


def news(case: Case, shown: Shown) -> list[News]:
    """Return what the case does not say yet of one branch, in the order in which it follows."""
    verdict = shown.verdict
    gone = [found for found in verdict.found if found.reverted_by]
    found = [*(_reverted(case, verdict, entry.reverted_by, shown) for entry in gone)]
    if verdict.word == "fixed" and verdict.sure in SURE and not verdict.needs_look:
        found += [_merged(case, shown), _released(case, shown)]
    elif verdict.word in {"fixed", "partly fixed", "vulnerable"}:
        # After a revert that alone is the news: whether the fix would apply again is not the question.
        found += [] if gone else [_observed(case, verdict), _tried(case, verdict.branch, shown.trial)]
    elif verdict.word == "not affected" and verdict.sure in SURE and not verdict.needs_look:
        found.append(_not_affected(case, verdict))
    return [item for item in found if item is not None]


def digest_of(verdict: Verdict) -> str:
    """Return the digest of the evidence: the same as long as the same commits are found in the same way."""
    content = [verdict.branch, verdict.word, verdict.sure, verdict.first_release, *verdict.found]
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()


def _reverted(case: Case, verdict: Verdict, commit: str, shown: Shown) -> News | None:
    if any(body.commit == commit and body.branch == verdict.branch for _, body in case.all(FixReverted)):
        return None
    body = FixReverted(commit=commit, branch=verdict.branch, reason="the branch's history says so")
    return News(body=body, at=shown.moments.get(commit))


def _merged(case: Case, shown: Shown) -> News | None:
    """Return that the branch has the whole fix, by its last commit, unless the case says so and no revert since."""
    verdict = shown.verdict
    hits = [entry.hit for entry in verdict.found if entry.hit is not None]
    if not hits:
        return None
    last = max(hits, key=lambda hit: shown.moments.get(hit.commit, 0))
    weakest = ", ".join(dict.fromkeys(str(hit.rung) for hit in hits))[:200]
    at = shown.moments.get(last.commit)
    cell = cells(case).get(verdict.branch)
    if cell is not None and cell.word in {"merged", "released"}:
        return None
    told = {body.commit for _, body in case.all(FixMerged) if body.into == verdict.branch}
    told |= {body.commit for _, body in case.all(BackportMerged) if body.branch == verdict.branch}
    if told >= {hit.commit for hit in hits}:
        return None  # those are what was reverted
    if shown.is_main:
        return News(body=FixMerged(commit=last.commit, into=verdict.branch), at=at)
    body = BackportMerged(branch=verdict.branch, commit=last.commit, evidence=weakest, digest=digest_of(verdict))
    return News(body=body, at=at)


def _released(case: Case, shown: Shown) -> News | None:
    verdict = shown.verdict
    if not verdict.first_release:
        return None
    if any(body.branch == verdict.branch for _, body in case.all(FixReleased)):
        return None  # the first release counts
    body = FixReleased(branch=verdict.branch, tag=verdict.first_release, digest=digest_of(verdict))
    return News(body=body, at=shown.moments.get(verdict.first_release))


def _observed(case: Case, verdict: Verdict) -> News | None:
    digest = digest_of(verdict)
    told = [body for _, body in case.all(FixObserved) if body.branch == verdict.branch]
    if verdict.word == "vulnerable" and not told and not _is_settled(case, verdict.branch):
        return None  # a branch that never had the fix is what the trial tells of
    if told and told[-1].digest == digest:
        return None
    hit = next((entry.hit for entry in verdict.found if entry.hit is not None), None)
    if verdict.word not in {"fixed", "partly fixed", "vulnerable"}:
        return None
    body = FixObserved(
        branch=verdict.branch,
        word=verdict.word,
        evidence=verdict.because[:16_000],
        commit=hit.commit if hit else "",
        digest=digest,
    )
    return News(body=body)


def _tried(case: Case, branch: str, trial: Trial | None) -> News | None:
    """Return what the trial says, unless the last one on record says the same or the branch is settled."""
    if trial is None or trial.outcome == "error" or _is_settled(case, branch):
        return None
    commit = trial.stopped_at or (trial.commits[-1] if trial.commits else "")
    if trial.outcome == "conflict":
        names = tuple(file.path[:200] for file in trial.files[:FILES])
        body: Body = BackportConflicted(branch=branch, files=names, commit=commit, digest=_digest(trial))
    else:
        left = f"{len(trial.skipped)} of {len(trial.commits)} commits are there already" if trial.skipped else ""
        body = BackportTried(
            branch=branch,
            outcome="clean" if trial.outcome == "clean" else "empty",
            commit=commit,
            detail=left,
            digest=_digest(trial),
        )
    conflicts = [(fact, said) for fact, said in case.all(BackportConflicted) if said.branch == branch]
    others = [(fact, said) for fact, said in case.all(BackportTried) if said.branch == branch]
    told: list[tuple[datetime, int, Body]] = [
        (fact.happened_at, fact.number, said) for fact, said in (*conflicts, *others)
    ]
    last = max(told, key=lambda row: row[:2])[2] if told else None
    return None if _same(last, body) else News(body=body)


def _digest(trial: Trial) -> str:
    """Return the digest of what the trial found; the tip it was tried on is no part of it."""
    content = [trial.branch, trial.outcome, trial.commits, trial.applied, trial.skipped, trial.stopped_at, trial.files]
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()


def _same(told: Body | None, body: Body) -> bool:
    """Return whether the fact told last says what this one would, whoever said it and with which digest."""
    if isinstance(told, BackportConflicted) and isinstance(body, BackportConflicted):
        return told.files == body.files and told.commit in {"", body.commit}
    if isinstance(told, BackportTried) and isinstance(body, BackportTried):
        return told.outcome == body.outcome and told.commit in {"", body.commit}
    return False


def _not_affected(case: Case, verdict: Verdict) -> News | None:
    cell = cells(case).get(verdict.branch)
    if cell is not None and cell.word in _SETTLED:
        return None
    if any(said.branch == verdict.branch for _, said in case.all(BranchAffected)):
        return None  # a person said otherwise, and has to take that back
    body = BranchNotAffected(
        branch=verdict.branch, justification="vulnerable_code_not_present", evidence=verdict.because[:16_000]
    )
    return News(body=body)


def _is_settled(case: Case, branch: str) -> bool:
    cell = cells(case).get(branch)
    return cell is not None and cell.word in _SETTLED
