"""Laws of duties: they follow from the facts and the policy alone, whatever the order in which facts were recorded."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from midstream.cases.case import extend, replay
from midstream.ledger.chain import head_of, record
from midstream.ledger.fact import Draft, Fact
from midstream.ledger.kinds.intake import NoteAdded
from midstream.policy.book import shipped
from midstream.policy.duties import Duty, clocks, duties, standing
from midstream.policy.resolve import resolve
from midstream.policy.rules import Policy
from midstream.project.config import Branch
from tests.strategies import CASE_KINDS, chained, streams
from tests.telling import clock, obligation, policy, team

TEAM = team()

HOUSE = policy(
    clock(length="30 days", sooner=["public.known", "embargo.shortened"], later=["embargo.extended", "embargo.agreed"])
    + clock(name="stage", after=["fix.available", "public date"], length="3 working days", zone="role:triager")
    + obligation(within="3 working days", zone="role:triager", unless=["report.rejected", "public.known"])
    + obligation(name="update", until="reporter.updated", every="7 days", unless="case.closed")
    + obligation(
        name="backport", after=["fix.merged", "stage"], until=["backport.merged", "fix.released"],
        each="branch where maintained and affected", before="2 days before public date", do="record-backport",
    )
    + obligation(name="tell", after="stage", when=["embargo.agreed"], until="party.told", each="party in partners",
                 zone="party", within="1 working day")
    + obligation(name="decide", each="deferral.requested", match=["party", "stage"], after="deferral.requested",
                 until=["deferral.granted", "deferral.refused"], unless="public.known", before="public date")
    + obligation(name="hurry", severity=["high", "critical"], within="2 days", until=["fix.available"])
)  # fmt: skip

BEARING = sorted(
    {"report.received", "report.acknowledged", "report.rejected", "reporter.updated", "public.known", "case.closed"}
    | {"embargo.agreed", "embargo.extended", "embargo.shortened", "fix.available", "fix.merged", "fix.released"}
    | {"backport.merged", "branch.affected", "party.told", "severity.scored", "role.claimed", "exception.granted"}
    | {"deferral.requested", "deferral.granted", "deferral.refused"}
)
"""Kinds the house policy speaks of. Withdrawing and reopening are left out: they refer to other facts."""

SHIPPED: dict[str, Policy | None] = {
    name: resolve(shipped(), name, date(2026, 9, 1)) for name in ("zephyr", "trustedfirmware", "cra-manufacturer")
}


def rewritten(facts: Sequence[Fact], order: Sequence[int]) -> tuple[Fact, ...]:
    """The same things told, recorded in another order, all at once."""
    told = [facts[index] for index in order]
    recorded = max(fact.recorded_at for fact in facts)
    drafts = [Draft(stream=f.stream, said_by=f.said_by, happened_at=f.happened_at, body=f.body) for f in told]
    return chained(drafts, hours=[0] * len(drafts), start=recorded)


def plain(duty: Duty, facts: Sequence[Fact]) -> tuple[object, ...]:
    """A duty with what its facts say in the place of their numbers, which are those of the order of recording."""
    said = {fact.number: (fact.happened_at, fact.kind, fact.raw) for fact in facts}
    bare = msgspec.structs.replace(duty, key="", because=(), met_by=0, lifted_by=0)
    reasons = [said[number] for number in duty.because]
    by = [said.get(number) for number in (duty.met_by, duty.lifted_by)]
    return bare, reasons, by


def all_of(facts: Sequence[Fact], under: Policy) -> list[tuple[object, ...]]:
    return [plain(duty, facts) for duty in duties(replay(facts, case="c-1"), under, TEAM)]


@settings(max_examples=200)
@given(streams(kinds=BEARING, max_size=14), st.data())
def test_duties_do_not_depend_on_the_order_of_recording(facts: Sequence[Fact], data: st.DataObject) -> None:
    assume(len({fact.happened_at for fact in facts}) == len(facts))
    order = data.draw(st.permutations(range(len(facts))), label="order")
    other = rewritten(facts, order)
    assert all_of(other, HOUSE) == all_of(facts, HOUSE)
    one, two = (clocks(replay(told, case="c-1"), HOUSE, TEAM) for told in (facts, other))
    assert {name: instant.at for name, instant in one.items()} == {name: instant.at for name, instant in two.items()}


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_nor_do_those_of_the_shipped_policies(name: str) -> None:
    under = SHIPPED[name]
    assert under is not None

    @settings(max_examples=40)
    @given(streams(kinds=sorted(set(CASE_KINDS) - {"fact.withdrawn", "report.reopened"}), max_size=14), st.data())
    def law(facts: Sequence[Fact], data: st.DataObject) -> None:
        assume(len({fact.happened_at for fact in facts}) == len(facts))
        order = data.draw(st.permutations(range(len(facts))), label="order")
        assert all_of(rewritten(facts, order), under) == all_of(facts, under)

    law()


@given(streams(max_size=14))
def test_duties_are_the_same_each_time(facts: Sequence[Fact]) -> None:
    case = replay(facts, case="c-1")
    before = msgspec.json.encode([HOUSE.rules, HOUSE.limits])
    assert duties(case, HOUSE, TEAM) == duties(case, HOUSE, TEAM) == duties(replay(facts, case="c-1"), HOUSE, TEAM)
    assert msgspec.json.encode([HOUSE.rules, HOUSE.limits]) == before


@given(streams(max_size=14), st.integers(0, 999))
def test_a_later_fact_the_policy_does_not_speak_of_changes_nothing(facts: Sequence[Fact], hours: int) -> None:
    case = replay(facts, case="c-1")
    recorded = facts[-1].recorded_at + timedelta(hours=hours)
    draft = Draft(stream="case/c-1", said_by="mara", happened_at=recorded, body=NoteAdded(text="irrelevant"))
    later = extend(case, record(head_of(facts, stream="case/c-1"), [draft], recorded_at=recorded, key="k"))
    for under in (HOUSE, *SHIPPED.values()):
        assert under is not None
        assert duties(later, under, TEAM) == duties(case, under, TEAM)
        assert clocks(later, under, TEAM) == clocks(case, under, TEAM)


@given(streams(max_size=14))
def test_a_duty_is_whole(facts: Sequence[Fact]) -> None:
    case = replay(facts, case="c-1")
    counting = {fact.number for of in case.by_kind.values() for fact in of}
    ends = {branch.ends_at() for branch in TEAM.project.branches if isinstance(branch, Branch)}
    found = duties(case, HOUSE, TEAM)
    assert len({duty.key for duty in found}) == len(found)
    for duty in found:
        assert duty.because
        assert set(duty.because) <= counting
        assert len(set(duty.because)) == len(duty.because)
        assert (duty.met_at is None) == (duty.met_by == 0)
        assert duty.met_at is None or duty.lifted_at is None
        assert duty.lifted_by or duty.lifted_at is None or duty.lifted_at in ends
        assert bool(duty.missing) == (duty.met_at is None)
        assert {duty.met_by, duty.lifted_by} <= counting | {0}


@given(streams(kinds=BEARING, max_size=10), st.lists(st.integers(-400, 400), min_size=2, max_size=6))
def test_once_met_or_lifted_a_duty_stays_so(facts: Sequence[Fact], days: list[int]) -> None:
    moments = sorted(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day) for day in days)
    for duty in duties(replay(facts, case="c-1"), HOUSE, TEAM):
        words = [standing(duty, moment) for moment in moments]
        ended = [word for word in words if word in {"met", "met late", "lifted"}]
        assert words[len(words) - len(ended) :] == ended
        assert len(set(ended)) <= 1
        assert (
            sorted(words[: len(words) - len(ended)], key=["waiting", "open", "overdue"].index)
            == words[: len(words) - len(ended)]
        )
