"""The small independent states of a case, each derived from facts alone; there is no one status.

Every state carries `because`: the numbers of the facts it follows from.
"""

import itertools
from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec

from midstream.cases.case import Case
from midstream.ledger.fact import Fact
from midstream.ledger.kinds.cve import CveAssigned, CvePublished, CveRejected
from midstream.ledger.kinds.disclosure import AdvisoryPublished
from midstream.ledger.kinds.embargo import (
    DeferralGranted,
    DeferralRefused,
    DeferralRequested,
    EmbargoAgreed,
    EmbargoEnded,
    PartyAnswered,
    PartyTold,
)
from midstream.ledger.kinds.intake import DuplicateLinked
from midstream.ledger.kinds.triage import ComponentNamed, RoleClaimed, RoleReleased, SeverityScored

SEVERITIES = ("none", "low", "medium", "high", "critical")


class State(msgspec.Struct, frozen=True, kw_only=True):
    """A word for where one aspect of a case stands, since when, and the facts it follows from."""

    word: str
    since: datetime | None = None
    detail: str = ""
    because: tuple[int, ...] = ()


def _latest(case: Case, words: dict[str, str], *, default: str) -> State:
    """Return the word of whichever of the kinds in `words` happened last."""
    facts = [fact for kind in words for fact in case.by_kind.get(kind, ())]
    if not facts:
        return State(word=default)
    last = max(facts, key=lambda fact: (fact.happened_at, fact.number))
    return State(word=words[last.kind], since=last.happened_at, because=(last.number,))


def triage(case: Case) -> State:
    """Return where triage stands, from not reported and unacknowledged to accepted, rejected or duplicate.

    What is said to or asked of the reporter after a decision does not undo it; only reopening or deciding again does.
    """
    if linked := case.last(DuplicateLinked):
        fact, body = linked
        return State(word="duplicate", since=fact.happened_at, detail=f"of {body.of}", because=(fact.number,))
    decided = _latest(
        case,
        {"report.accepted": "accepted", "report.rejected": "rejected", "report.reopened": "in triage"},
        default="",
    )
    if decided.word in {"accepted", "rejected"}:
        return decided
    return _latest(
        case,
        {
            "report.received": "unacknowledged",
            "report.acknowledged": "in triage",
            "report.forwarded": "in triage",
            "report.reopened": "in triage",
            "information.requested": "needs information",
            "information.received": "in triage",
        },
        default="not reported",
    )


def embargo(case: Case) -> State:
    """Return where the embargo stands: none, proposed, agreed, extension asked, declined or ended."""
    if ended := case.first(EmbargoEnded):
        fact, body = ended
        return State(word="ended", since=fact.happened_at, detail=body.reason, because=(fact.number,))
    return _latest(
        case,
        {
            "embargo.proposed": "proposed",
            "embargo.agreed": "agreed",
            "embargo.extended": "agreed",
            "embargo.shortened": "agreed",
            "embargo.extension_requested": "extension asked",
            "embargo.extension_refused": "agreed",
            "embargo.declined": "declined",
        },
        default="none",
    )


def is_public(case: Case) -> bool:
    """Return whether anybody may see the case. Only an added fact makes it so, and nothing takes it back."""
    return any(kind in case.by_kind for kind in WIDENING)


WIDENING = ("embargo.ended", "embargo.declined", "advisory.published")
"""The kinds of fact that make a case public; they are never withdrawn."""


def is_embargoed(case: Case) -> bool:
    """Return whether an embargo was agreed and has not ended."""
    return case.has(EmbargoAgreed) and not case.has(EmbargoEnded)


def fix(case: Case) -> State:
    """Return where the fix stands: none, proposed, available or merged."""
    found = State(word="none")
    ranks = {"fix.proposed": "proposed", "fix.available": "available", "fix.merged": "merged"}
    for kind, word in ranks.items():
        if facts := case.by_kind.get(kind):
            found = State(word=word, since=facts[0].happened_at, because=(facts[0].number,))
    return found


def fixed_at(case: Case) -> datetime | None:
    """Return when a fix was first there, merged or ready to be handed out; None while there is none."""
    there = [facts[0].happened_at for kind in ("fix.available", "fix.merged") if (facts := case.by_kind.get(kind))]
    return min(there, default=None)


def opened_at(case: Case) -> datetime | None:
    """Return when the case was made public; None while it is not."""
    return min((facts[0].happened_at for kind in WIDENING if (facts := case.by_kind.get(kind))), default=None)


def cve(case: Case) -> State:
    """Return the CVE id and whether it is assigned, published or rejected."""
    if rejected := case.last(CveRejected):
        return State(
            word="rejected", since=rejected[0].happened_at, detail=rejected[1].cve, because=(rejected[0].number,)
        )
    assigned = case.last(CveAssigned)
    if assigned is None:
        return State(word="unassigned")
    fact, body = assigned
    published = [entry for entry, record in case.all(CvePublished) if record.cve == body.cve]
    if published:
        return State(
            word="published",
            since=published[0].happened_at,
            detail=body.cve,
            because=(fact.number, published[0].number),
        )
    return State(word="assigned", since=fact.happened_at, detail=body.cve, because=(fact.number,))


def severity(case: Case) -> State:
    """Return the severity last scored, or unscored; scoring the same again does not move `since`."""
    scored = case.all(SeverityScored)
    if not scored:
        return State(word="unscored")
    word, vector = scored[-1][1].severity, scored[-1][1].vector
    *_, (first, _) = itertools.takewhile(lambda entry: entry[1].severity == word, reversed(scored))
    return State(word=word, since=first.happened_at, detail=vector, because=(first.number,))


def areas(case: Case) -> frozenset[str]:
    """Return the code areas the team named for the case: whose maintainers may know of it."""
    return frozenset(body.area for _, body in case.all(ComponentNamed) if body.area)


def holder(case: Case, role: str) -> str:
    """Return who claimed a role in the case last and did not give it back; or nobody, ""."""
    said = [(fact, body.person, body.person) for fact, body in case.all(RoleClaimed) if body.role == role]
    said += [(fact, body.person, "") for fact, body in case.all(RoleReleased) if body.role == role]
    held = ""
    for _, person, then in sorted(said, key=lambda row: (row[0].happened_at, row[0].number)):
        if then or person == held:
            held = then
    return held


CellWord = Literal[
    "unknown",
    "affected",
    "not affected",
    "conflict",
    "applies",
    "nothing to apply",
    "trial failed",
    "in review",
    "merged",
    "released",
    "waived",
    "reverted",
]

_TRIED: dict[str, CellWord] = {"clean": "applies", "empty": "nothing to apply", "error": "trial failed"}


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """Where one branch of a case stands: the word, in which release or commit, and the facts behind it."""

    branch: str
    word: CellWord
    detail: str = ""
    since: datetime | None = None
    because: tuple[int, ...] = ()


_AFTER: dict[str, frozenset[CellWord]] = {
    "merged": frozenset({"merged", "released", "reverted", "waived", "not affected"}),
    "released": frozenset({"reverted"}),
}
"""What may still be said of a branch that has the fix. A trial says nothing then; the first release counts."""


def cells(case: Case) -> dict[str, Cell]:
    """Return the cell of every branch the facts speak of. A branch not named is unknown, never clean."""
    by_branch: dict[str, list[Fact]] = {}
    for facts in case.by_kind.values():
        for fact in facts:
            branch = str(getattr(fact.body, "into" if fact.kind == "fix.merged" else "branch", ""))
            if branch:
                by_branch.setdefault(branch, []).append(fact)
    return {branch: _cell(branch, facts) for branch, facts in by_branch.items()}


def _cell(branch: str, facts: Iterable[Fact]) -> Cell:
    word: CellWord = "unknown"
    detail, since, because = "", None, 0
    for fact in sorted(facts, key=lambda fact: (fact.happened_at, fact.number)):
        said = _said(fact)
        if said is None or said[0] not in _AFTER.get(word, {said[0]}):
            continue
        word, detail = said
        since, because = fact.happened_at, fact.number
    return Cell(branch=branch, word=word, detail=detail, since=since, because=(because,) if because else ())


_SAYS: dict[str, tuple[CellWord, str]] = {
    "branch.affected": ("affected", ""),
    "branch.not_affected": ("not affected", "justification"),
    "backport.conflicted": ("conflict", "files"),
    "backport.opened": ("in review", "url"),
    "backport.merged": ("merged", "commit"),
    "fix.merged": ("merged", "commit"),
    "fix.released": ("released", "tag"),
    "backport.waived": ("waived", "reason"),
    "fix.reverted": ("reverted", "commit"),
}
"""What a kind of fact says of its branch, and the field that says more."""


def _said(fact: Fact) -> tuple[CellWord, str] | None:
    """Return what one fact says of its branch, or None when it says nothing of where the fix stands."""
    if fact.kind == "backport.tried":
        return _TRIED[str(getattr(fact.body, "outcome", "error"))], ""
    if fact.kind not in _SAYS:
        return None
    word, name = _SAYS[fact.kind]
    value = getattr(fact.body, name, "") if name else ""
    detail = ", ".join(value) if isinstance(value, tuple) else str(value)
    return word, detail[:12] if name == "commit" else detail


def parties(case: Case) -> dict[str, State]:
    """Return for each party that was told where it stands: told, deferral asked, granted, refused, or its answer."""
    found: dict[str, State] = {}
    rows: list[tuple[Fact, str, str]] = [(fact, body.party, "told") for fact, body in case.all(PartyTold)]
    rows += [(fact, body.party, "deferral asked") for fact, body in case.all(DeferralRequested)]
    rows += [(fact, body.party, "deferral granted") for fact, body in case.all(DeferralGranted)]
    rows += [(fact, body.party, "deferral refused") for fact, body in case.all(DeferralRefused)]
    rows += [(fact, body.party, body.status) for fact, body in case.all(PartyAnswered)]
    for fact, party, word in sorted(rows, key=lambda row: (row[0].happened_at, row[0].number)):
        found[party] = State(word=word, since=fact.happened_at, because=(fact.number,))
    return found


def publications(case: Case) -> dict[str, State]:
    """Return for each channel the advisory was published on whether it was read back."""
    found: dict[str, State] = {}
    confirmed = {getattr(fact.body, "channel", ""): fact for fact in case.by_kind.get("advisory.confirmed", ())}
    for fact, body in case.all(AdvisoryPublished):
        read_back = confirmed.get(body.channel)
        because = (fact.number, read_back.number) if read_back else (fact.number,)
        word = "confirmed" if read_back else "published"
        found[body.channel] = State(
            word=word, since=fact.happened_at, detail=body.url or body.advisory, because=because
        )
    return found
