"""Obligations applied to a case: duties, which depend on facts alone, and tasks, which are duties at a moment.

A duty carries every instant that matters (it opens, is due, was met, was lifted), so that the passage of time needs no
new derivation: `standing(duty, now)` compares.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal

import msgspec

from midstream.cases.case import Case
from midstream.cases.states import holder, severity
from midstream.cases.team import Team
from midstream.ledger.fact import Fact
from midstream.ledger.kinds import KINDS
from midstream.policy.events import Event, Lead, Moment
from midstream.policy.spans import IsHoliday, after, before, holidays_of, no_holiday
from midstream.project import Branch

if TYPE_CHECKING:
    from midstream.policy.rules import ClockRule, Policy, Rule

Standing = Literal["waiting", "open", "overdue", "met", "met late", "lifted"]


class Duty(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One obligation on one case (and branch, party or fact): when it opens, is due, was met or lifted, and why.

    `key` names it within the case. `because` are the numbers of the facts it follows from, `kinds` what they are and
    `commands` what to type (both filled for those shown); `missing` the events that would meet it; `met_by` and
    `lifted_by` say what did: a fact's number, or 0 for the end of a branch's support.
    """

    case: str
    key: str
    name: str
    clause: str
    policy: str
    work: str
    do: tuple[str, ...]
    opens_at: datetime
    due_at: datetime | None = None
    met_at: datetime | None = None
    met_by: int = 0
    lifted_at: datetime | None = None
    lifted_by: int = 0
    because: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    subject: str = ""
    zone: str = "UTC"
    skill: str = ""
    role: str = ""
    ask: str = ""
    note: str = ""


def standing(duty: Duty, now: datetime) -> Standing:
    """Return how a duty stands at `now`; what happened after `now` has not happened yet."""
    if duty.met_at is not None and duty.met_at <= now:
        return "met late" if duty.due_at is not None and duty.met_at > duty.due_at else "met"
    if duty.lifted_at is not None and duty.lifted_at <= now:
        return "lifted"
    if now < duty.opens_at:
        return "waiting"
    return "overdue" if duty.due_at is not None and duty.due_at < now else "open"


class Instant(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A moment and the numbers of the facts it follows from."""

    at: datetime
    because: tuple[int, ...] = ()


def duties(case: Case, policy: "Policy", team: Team) -> list[Duty]:
    """Return every duty the policy makes of the case, in the order of the policy; those met and lifted included."""
    derivation = Derivation(case=case, policy=policy, team=team)
    found: list[Duty] = []
    for rule in policy.rules:
        found.extend(derivation.apply(rule))
    return found


def clocks(case: Case, policy: "Policy", team: Team) -> dict[str, Instant]:
    """Return the instant of each of the policy's clocks that has started."""
    derivation = Derivation(case=case, policy=policy, team=team)
    found = {name: derivation.clock(name) for name in policy.clocks}
    return {name: instant for name, instant in found.items() if instant is not None}


class Subject(msgspec.Struct, kw_only=True):
    """What one duty of a repeated obligation is about."""

    name: str = ""
    branch: Branch | None = None
    party: str = ""
    fact: Fact | None = None


NOTHING = Subject()


class Derivation(msgspec.Struct, kw_only=True):
    """One case under one policy: evaluates moments and clocks once each."""

    case: Case
    policy: "Policy"
    team: Team
    _clocks: dict[str, Instant | None] = {}

    def apply(self, rule: "Rule") -> Iterable[Duty]:
        """Return the duties of one obligation."""
        each = rule.each
        if not each.what:
            return self._duties(rule, NOTHING)
        return [duty for subject in self._subjects(rule) for duty in self._duties(rule, subject)]

    def clock(self, name: str) -> Instant | None:
        """Return the instant of a clock, or None when it has not started."""
        if name not in self._clocks:
            self._clocks[name] = self._run(self.policy.clocks[name])
        return self._clocks[name]

    def moment(self, moments: Sequence[Moment], subject: Subject = NOTHING) -> Instant | None:
        """Return the first of the moments that is on record, or None."""
        for moment in moments:
            if isinstance(moment, str | Lead):
                if found := self._named(moment):
                    return found
                continue
            facts = moment.of(self.case, branch=subject.branch.name if subject.branch else "", party=subject.party)
            if facts:
                return Instant(at=facts[0].happened_at, because=(facts[0].number,))
        return None

    def _named(self, moment: str | Lead) -> Instant | None:
        """Return the instant of a clock, or the one that lies a span before it."""
        if isinstance(moment, str):
            return self.clock(moment)
        clock = self.clock(moment.clock)
        if clock is None:
            return None
        lead = before(clock.at, moment.span, zone=self.team.project.zone)
        # Nobody could have known earlier than by the fact that put the clock where it is.
        moved = [fact.happened_at for fact in self.case.facts if fact.number in clock.because]
        return Instant(at=max([lead, *moved]), because=clock.because)

    def calendar(self, zone: str, at: datetime, subject: Subject = NOTHING) -> tuple[str, IsHoliday]:
        """Return the zone and the holidays that `zone`, as the policy writes it, means at the moment `at`."""
        if zone == "project":
            return self.team.project.zone, no_holiday
        if zone == "party":
            party = next((entry for entry in self.team.project.parties if entry.name == subject.party), None)
            return (party.zone if party else self.team.project.zone), no_holiday
        if zone.startswith("role:"):
            person = holder(self.case, zone.removeprefix("role:")) or self.team.on_duty(at)
            name, region = self.team.zone_of(person)
            return name, holidays_of(region)
        return zone, no_holiday

    def _run(self, clock: "ClockRule") -> Instant | None:
        start = self.moment(clock.after)
        if start is None:
            return None
        at = start.at
        if not clock.only_with or self.team.project.parties_in(clock.only_with):
            zone, is_holiday = self.calendar(clock.zone, start.at)
            at = after(start.at, clock.length, zone=zone, is_holiday=is_holiday)
        because = list(start.because)
        moved = [(fact, event) for event in (*clock.later, *clock.sooner) for fact in event.of(self.case)]
        for fact, event in sorted(moved, key=lambda row: (row[0].happened_at, row[0].number)):
            wanted = getattr(fact.body, "until", None) if event.has_until else fact.happened_at
            if not isinstance(wanted, datetime):
                continue  # an embargo agreed without a date of its own leaves the clock as it is
            puts_off = event in clock.later and fact.happened_at <= at < wanted
            if puts_off or (event in clock.sooner and wanted < at):
                at = wanted
                because.append(fact.number)
        return Instant(at=at, because=tuple(because))

    def _subjects(self, rule: "Rule") -> Iterable[Subject]:
        each = rule.each
        if each.what == "party":
            return [Subject(name=party.name, party=party.name) for party in self.team.project.parties_in(each.list)]
        if each.what == "fact":
            facts = [fact for event in each.events for fact in event.of(self.case)]
            return [
                Subject(name=f"fact {fact.number}", fact=fact, party=str(getattr(fact.body, "party", "")))
                for fact in sorted(facts, key=lambda fact: (fact.happened_at, fact.number))
            ]
        return [
            Subject(name=branch.name, branch=branch)
            for branch in self.team.project.branches
            if self._is_asked(branch, each.words)
        ]

    def _is_asked(self, branch: Branch, asked: frozenset[str]) -> bool:
        if "lts" in asked and branch.kind != "lts":
            return False
        if "affected" in asked:
            facts = self.case.by_kind.get("branch.affected", ())
            return any(getattr(fact.body, "branch", "") == branch.name for fact in facts)
        return True

    def _opening(self, rule: "Rule", subject: Subject) -> Instant | None:
        """Return the moment the duty opens: the latest of `after`, `when`, the severity and the branch's state."""
        start = self.moment(rule.after, subject)
        if start is None or rule.is_plain:
            return start
        at, because = start.at, [*start.because]
        if subject.fact is not None:
            at, because = max(at, subject.fact.happened_at), [*because, subject.fact.number]
        for condition in rule.when:
            found = self.moment((condition,), subject)
            if found is None:
                return None
            at, because = max(at, found.at), [*because, *found.because]
        if "affected" in rule.each.words and subject.branch is not None:
            fact = next(
                fact
                for fact in self.case.by_kind["branch.affected"]
                if getattr(fact.body, "branch", "") == subject.branch.name
            )
            at, because = max(at, fact.happened_at), [*because, fact.number]
        if rule.severity:
            scored = severity(self.case)
            if scored.word not in rule.severity or scored.since is None:
                return None
            at, because = max(at, scored.since), [*because, *scored.because]
        if "maintained" in rule.each.words and subject.branch is not None and not subject.branch.is_maintained(at):
            return None
        return Instant(at=at, because=tuple(dict.fromkeys(because)) if len(because) > 1 else tuple(because))

    def _duties(self, rule: "Rule", subject: Subject) -> list[Duty]:
        opening = self._opening(rule, subject)
        if opening is None:
            return []
        lifted = self._lifted(rule, subject, opening)
        until = self._facts(rule.until, rule, subject)
        if rule.every is None:
            if subject.fact is not None:
                until = [fact for fact in until if fact.happened_at >= opening.at]
            met = until[0] if until else None
            return [self._duty(rule, subject, opening, met, lifted, count=0)]
        rounds: list[Duty] = []
        for met in [fact for fact in until if fact.happened_at >= opening.at]:
            rounds.append(self._duty(rule, subject, opening, met, lifted, count=len(rounds)))
            opening = Instant(at=met.happened_at, because=(met.number,))
        return [*rounds, self._duty(rule, subject, opening, None, lifted, count=len(rounds))]

    def _facts(self, events: Sequence[Event], rule: "Rule", subject: Subject) -> Sequence[Fact]:
        """Return the facts that the events name and that are about the subject, in the order they happened.

        Kinds without a field that `match` names, such as a rejection, are about every subject.
        """
        by_kind = self.case.by_kind
        events = [event for event in events if event.kind in by_kind]
        if not events:
            return ()
        if subject is NOTHING and len(events) == 1:
            return events[0].of(self.case)
        branch = subject.branch.name if subject.branch else ""
        party = subject.party if rule.each.what == "party" else ""
        found = [fact for event in events for fact in event.of(self.case, branch=branch, party=party)]
        for name in rule.match:
            wanted = getattr(subject.fact.body, name, None) if subject.fact is not None else None
            found = [
                fact
                for fact in found
                if name not in KINDS[fact.kind].body.__struct_fields__ or getattr(fact.body, name, None) == wanted
            ]
        if len(found) > 1:
            found.sort(key=lambda fact: (fact.happened_at, fact.number))
        return found

    def _lifted(self, rule: "Rule", subject: Subject, opening: Instant) -> tuple[datetime, int] | None:
        """Return when the duty was lifted and by which fact (0: the branch's support ended), or None."""
        by_kind = self.case.by_kind
        ends = [
            (fact.happened_at, fact.number)
            for fact in self._facts(rule.unless, rule, subject)
            if subject.fact is None or fact.happened_at >= opening.at
        ]
        if ends and "report.reopened" in by_kind:
            # A rejection that was taken back lifts nothing.
            reopened = by_kind["report.reopened"][-1].number
            undone = {fact.number for fact in by_kind.get("report.rejected", ()) if fact.number < reopened}
            ends = [end for end in ends if end[1] not in undone]
        if "exception.granted" in by_kind:
            ends += [
                (fact.happened_at, fact.number)
                for fact in by_kind["exception.granted"]
                if getattr(fact.body, "obligation", "") in {rule.name, rule.slug}
                and getattr(fact.body, "subject", "") in {"", subject.name, subject.party}
            ]
        if subject.branch is not None and (ended := subject.branch.ends_at()) is not None:
            ends.append((ended, 0))
        return min(ends) if ends else None

    def _duty(
        self,
        rule: "Rule",
        subject: Subject,
        opening: Instant,
        met: Fact | None,
        lifted: tuple[datetime, int] | None,
        *,
        count: int,
    ) -> Duty:
        if lifted is not None and met is not None:
            if met.happened_at < lifted[0]:
                lifted = None
            else:
                met = None
        due, because, zone = self._due(rule, subject, opening)
        return Duty(
            case=self.case.id,
            key=_key(rule, subject, count),
            name=rule.name,
            clause=rule.clause,
            policy=rule.policy,
            work=rule.work,
            do=rule.do,
            opens_at=opening.at,
            due_at=due,
            met_at=met.happened_at if met else None,
            met_by=met.number if met else 0,
            lifted_at=lifted[0] if lifted else None,
            lifted_by=lifted[1] if lifted else 0,
            because=because,
            missing=() if met else rule.missing,
            subject=subject.party if subject.fact is not None else subject.name,
            zone=zone,
            skill=rule.skill,
            role=rule.role,
            ask=rule.ask,
            note=rule.note,
        )

    def _due(self, rule: "Rule", subject: Subject, opening: Instant) -> tuple[datetime | None, tuple[int, ...], str]:
        """Return when the duty is due, the facts it follows from, and the zone it is reckoned in."""
        because = opening.because
        zone, is_holiday = self.calendar(rule.zone, opening.at, subject)
        span = rule.every or rule.within
        due = after(opening.at, span, zone=zone, is_holiday=is_holiday) if span is not None else None
        if rule.before and (clock := self.clock(rule.before)) is not None:
            bound = before(clock.at, rule.lead, zone=self.team.project.zone) if rule.lead else clock.at
            due = bound if due is None else min(due, bound)
            if clock.because != because:
                because = tuple(dict.fromkeys((*because, *clock.because)))
        return due, because, zone


def _key(rule: "Rule", subject: Subject, count: int) -> str:
    """Return the name of a duty within its case: the obligation, what it is about, which round of a repeated one."""
    about = str(subject.fact.number) if subject.fact is not None else subject.name
    key = f"{rule.slug}:{about}" if about else rule.slug
    return f"{key}:{count + 1}" if rule.every else key
