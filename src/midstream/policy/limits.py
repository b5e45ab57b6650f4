"""Limits: what a policy allows to be decided, checked before it is recorded."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from midstream.cases.case import Case
from midstream.cases.team import Team
from midstream.ledger.fact import Draft, write_time
from midstream.ledger.kinds import NAMES
from midstream.policy.duties import Derivation, Subject
from midstream.policy.events import Event
from midstream.policy.rules import LimitRule, Policy
from midstream.policy.spans import after


class Breach(msgspec.Struct, frozen=True, kw_only=True):
    """A limit that a draft would break: which clause, what the bound is, and what would be within it."""

    name: str
    clause: str
    bound: datetime
    what: str
    hint: str


def breaches(drafts: Sequence[Draft], case: Case, policy: Policy, team: Team) -> list[Breach]:
    """Return the limits of the policy that the drafts would break, in the order of the policy; empty when none."""
    derivation = Derivation(case=case, policy=policy, team=team)
    return [
        breach
        for draft in drafts
        for limit in policy.limits
        if _names(limit.on, draft) and (breach := _breach(limit, draft, derivation)) is not None
    ]


def _names(event: Event, draft: Draft) -> bool:
    return NAMES.get(type(draft.body)) == event.kind and event.fits(draft.body)


def _breach(limit: LimitRule, draft: Draft, derivation: Derivation) -> Breach | None:
    subject = Subject(party=str(getattr(draft.body, "party", "")))
    start = derivation.moment(limit.after, subject)
    value: object = draft.happened_at if limit.of == "happened_at" else getattr(draft.body, "until", None)
    if start is None or not isinstance(value, datetime):
        return None
    zone, is_holiday = derivation.calendar(limit.zone, start.at, subject)
    bound = after(start.at, limit.within, zone=zone, is_holiday=is_holiday)
    if value <= bound:
        return None
    hint = f"At the latest {write_time(bound)[:16]}Z."
    if limit.exceptional is not None:
        furthest = after(start.at, limit.exceptional, zone=zone, is_holiday=is_holiday)
        reason: str = getattr(draft.body, "reason", "")
        if value <= furthest and reason:
            return None
        hint += f" With a reason, as an exception, {write_time(furthest)[:16]}Z."
    return Breach(
        name=limit.name,
        clause=limit.clause,
        bound=bound,
        what=f"{limit.name} ({limit.clause}) allows {limit.within} from {write_time(start.at)[:16]}Z",
        hint=hint,
    )
