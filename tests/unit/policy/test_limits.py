"""Limits: what may be decided, checked before it is recorded."""

from datetime import UTC, datetime, timedelta

import pytest

from midstream.ledger.fact import Draft
from midstream.ledger.kinds import Body, Unknown
from midstream.ledger.kinds.embargo import DeferralGranted, DeferralRequested, EmbargoExtended
from midstream.ledger.kinds.fix import FixAvailable
from midstream.ledger.kinds.intake import ReportReceived
from midstream.policy.limits import Breach, breaches
from tests.telling import DAY, START, At, case, clock, limit, policy, team

REPORT = ReportReceived(project="tf-m", channel="mail", title="t")
FIX = At(body=FixAvailable(), happened=START)
SECOND = timedelta(seconds=1)
LENGTH = limit(
    on="deferral.granted stage=primary",
    after=["fix.available", "report.received"],
    within="7 days",
    exceptional="14 days",
)


def granted(until: datetime, *, stage: str = "primary", reason: str = "") -> DeferralGranted:
    return DeferralGranted(party="alder", stage=stage, until=until, reason=reason)  # type: ignore[arg-type]


def broken(text: str, *bodies: Body, told: tuple[Body | At, ...] = (REPORT, FIX), at: datetime = START) -> list[Breach]:
    drafts = [Draft(stream="case/c-1", said_by="mara", happened_at=at, body=body) for body in bodies]
    return breaches(drafts, case(*told), policy(text), team())


@pytest.mark.parametrize(
    ("until", "reason", "is_allowed"),
    [
        (START + 7 * DAY, "", True),
        (START + 7 * DAY + SECOND, "", False),
        (START + 7 * DAY + SECOND, "a large fleet", True),
        (START + 14 * DAY, "a large fleet", True),
        (START + 14 * DAY, "", False),
        (START + 14 * DAY + SECOND, "a large fleet", False),
        (START - DAY, "", True),
    ],
)
def test_seven_days_or_fourteen_with_a_reason(*, until: datetime, reason: str, is_allowed: bool) -> None:
    assert (broken(LENGTH, granted(until, reason=reason)) == []) is is_allowed


def test_a_breach_says_what_would_be_within() -> None:
    assert broken(LENGTH, granted(START + 8 * DAY)) == [
        Breach(
            name="length",
            clause="L",
            bound=START + 7 * DAY,
            what="length (L) allows 7 days from 2026-03-02T09:00Z",
            hint="At the latest 2026-03-09T09:00Z. With a reason, as an exception, 2026-03-16T09:00Z.",
        )
    ]
    plain = limit(on="deferral.granted")
    assert [breach.hint for breach in broken(plain, granted(START + 8 * DAY))] == ["At the latest 2026-03-09T09:00Z."]


def test_a_limit_bounds_only_the_event_it_names() -> None:
    beyond = START + 99 * DAY
    assert broken(LENGTH, granted(beyond, stage="secondary")) == []
    assert broken(LENGTH, EmbargoExtended(until=beyond, reason="deployment")) == []
    assert broken(LENGTH, Unknown(fields={"until": "2099"})) == []


def test_a_limit_is_reckoned_from_the_first_moment_on_record() -> None:
    later = At(body=FixAvailable(), happened=START + 3 * DAY)
    assert broken(LENGTH, granted(START + 8 * DAY), told=(REPORT, later)) == []
    assert len(broken(LENGTH, granted(START + 8 * DAY), told=(REPORT,))) == 1


def test_before_its_moment_has_come_nothing_is_bounded() -> None:
    assert broken(LENGTH, granted(START + 99 * DAY), told=()) == []


def test_a_limit_may_end_with_a_clock() -> None:
    text = limit(on="deferral.granted", after="public date", within="0 days") + clock(length="10 days")
    assert broken(text, granted(START + 10 * DAY)) == []
    assert len(broken(text, granted(START + 10 * DAY + SECOND))) == 1


def test_the_moment_of_asking_may_be_bounded() -> None:
    text = limit(on="deferral.requested", of="happened_at", within="1 day")
    asked = DeferralRequested(party="alder", stage="primary", until=START + 99 * DAY, reason="deployment")
    assert broken(text, asked, at=START + DAY) == []
    assert [breach.bound for breach in broken(text, asked, at=START + DAY + SECOND)] == [START + DAY]


def test_the_days_of_the_party_that_asks() -> None:
    text = limit(on="deferral.requested", of="happened_at", within="1 working day", zone="party")
    friday = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)

    def bound(party: str) -> datetime:
        asked = DeferralRequested(party=party, stage="primary", until=friday + 99 * DAY, reason="deployment")
        (found,) = broken(text, asked, told=(At(body=REPORT, happened=friday),), at=friday + 9 * DAY)
        return found.bound

    assert bound("alder") == datetime(2026, 11, 23, 17, 30, tzinfo=UTC)  # Berlin
    assert bound("brook") == datetime(2026, 11, 22, 17, 30, tzinfo=UTC)  # Taipei: Monday morning
    assert bound("stranger") == datetime(2026, 11, 23, 17, 30, tzinfo=UTC)  # London, where the project is


def test_every_draft_is_held_against_every_limit() -> None:
    text = limit(name="one", on="deferral.granted") + limit(name="two", on="deferral.granted", within="1 day")
    found = broken(text, granted(START + 2 * DAY), granted(START + 9 * DAY))
    assert [breach.name for breach in found] == ["two", "one", "two"]
