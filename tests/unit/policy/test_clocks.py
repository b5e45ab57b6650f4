"""Clocks: when they start, how far they run, what brings them forward or puts them off."""

from datetime import datetime

import pytest

from midstream.cases.team import Span
from midstream.ledger.kinds import Body
from midstream.ledger.kinds.embargo import DeferralGranted, EmbargoAgreed, EmbargoExtended, EmbargoShortened
from midstream.ledger.kinds.fix import FixAvailable
from midstream.ledger.kinds.intake import ReportReceived
from midstream.ledger.kinds.triage import ExploitActive, PublicKnown, RoleClaimed, RoleReleased
from midstream.policy.duties import Instant, clocks
from tests.telling import DAY, HOUR, START, At, case, clock, policy, team

REPORT = ReportReceived(project="tf-m", channel="mail", title="t")
MOVED = clock(
    length="10 days",
    sooner=["public.known", "embargo.shortened", "embargo.agreed"],
    later=["embargo.extended", "embargo.agreed"],
)


def extended(days: float, *, happened: float) -> At:
    return At(body=EmbargoExtended(until=START + days * DAY, reason="deployment"), happened=START + happened * DAY)


def shortened(days: float, *, happened: float) -> At:
    return At(body=EmbargoShortened(until=START + days * DAY, reason="ready"), happened=START + happened * DAY)


def agreed(days: float | None, *, happened: float) -> At:
    until = None if days is None else START + days * DAY
    return At(body=EmbargoAgreed(until=until), happened=START + happened * DAY)


def known(*, happened: float) -> At:
    return At(body=PublicKnown(), happened=START + happened * DAY)


# What happened, on which day the clock ends, the facts it follows from.
MOVES: list[tuple[list[At], float, tuple[int, ...]]] = [
    ([], 10, (1,)),
    ([extended(20, happened=5)], 20, (1, 2)),
    ([extended(5, happened=1)], 10, (1,)),  # to an earlier day: nothing is put off
    ([extended(20, happened=10)], 20, (1, 2)),  # in the very instant
    ([extended(20, happened=10.001)], 10, (1,)),  # once it has passed, nothing moves it
    ([extended(20, happened=5), extended(30, happened=15)], 30, (1, 2, 3)),
    ([extended(30, happened=15)], 10, (1,)),
    ([shortened(7, happened=2)], 7, (1, 2)),
    ([shortened(12, happened=2)], 10, (1,)),
    ([known(happened=3)], 3, (1, 2)),
    ([known(happened=11)], 10, (1,)),
    ([extended(20, happened=5), known(happened=12)], 12, (1, 2, 3)),
    ([shortened(4, happened=2), extended(20, happened=5)], 4, (1, 2)),
    # an event that may do both is looked at either way
    ([agreed(15, happened=1)], 15, (1, 2)),
    ([agreed(5, happened=1)], 5, (1, 2)),
    ([agreed(None, happened=1)], 10, (1,)),  # a date of its own was not agreed
    # told late, at their true times
    ([extended(30, happened=15), extended(20, happened=5)], 30, (1, 3, 2)),
]


@pytest.mark.parametrize(("told", "day", "because"), MOVES)
def test_a_clock_that_is_moved(told: list[At], day: float, because: tuple[int, ...]) -> None:
    found = clocks(case(REPORT, *told), policy(MOVED), team())
    assert found == {"public date": Instant(at=START + day * DAY, because=because)}


def test_a_clock_waits_for_its_start() -> None:
    waiting = policy(clock(after=["fix.available", "exploit.active"]))
    assert clocks(case(REPORT), waiting, team()) == {}
    assert clocks(case(REPORT, ExploitActive()), waiting, team())["public date"].because == (2,)


def test_of_several_starts_the_first_named_counts() -> None:
    named = policy(clock(after=["fix.available", "exploit.active"]))
    assert clocks(case(REPORT, ExploitActive(), FixAvailable()), named, team())["public date"] == Instant(
        at=START + 2 * HOUR, because=(3,)
    )


def test_clocks_may_start_from_clocks() -> None:
    chain = policy(
        clock(name="two", after="one", length="2 days")
        + clock(name="one", length="1 day")
        + clock(name="early", after="2 hours before two")
        + clock(name="waiting", after=["3 days before none", "none"])
        + clock(name="none", after="fix.available")
    )
    assert clocks(case(REPORT), chain, team()) == {
        "one": Instant(at=START + DAY, because=(1,)),
        "two": Instant(at=START + 3 * DAY, because=(1,)),
        "early": Instant(at=START + 3 * DAY - 2 * HOUR, because=(1,)),
    }


def test_a_clock_without_a_length_is_its_start() -> None:
    assert clocks(case(REPORT), policy(clock()), team())["public date"].at == START


@pytest.mark.parametrize(("parties", "day"), [("partners", 1), ("nobody", 0)])
def test_a_clock_for_a_list_ends_where_it_starts_when_nobody_is_on_it(parties: str, day: int) -> None:
    found = clocks(case(REPORT), policy(clock(length="1 day", only_with=parties)), team())
    assert found["public date"].at == START + day * DAY


def test_only_some_facts_of_a_kind_may_move_a_clock() -> None:
    primary = policy(clock(length="5 days", later="deferral.granted stage=primary"))

    def ends(stage: str) -> datetime:
        granted: Body = DeferralGranted(party="alder", stage=stage, until=START + 9 * DAY)  # type: ignore[arg-type]
        return clocks(case(REPORT, granted), primary, team())["public date"].at

    assert (ends("primary"), ends("secondary")) == (START + 9 * DAY, START + 5 * DAY)


FRIDAY = datetime.fromisoformat("2026-11-20T17:30+00:00")


def until(zone: str, *told: Body, on_duty: str = "") -> str:
    """When two working days from Friday evening in London are over, by the zone of whoever counts."""
    shifts = (Span(person=on_duty, starts_at=FRIDAY - DAY, ends_at=FRIDAY + DAY),) if on_duty else ()
    report = At(body=REPORT, happened=FRIDAY)
    after = [At(body=body, happened=FRIDAY + count * HOUR) for count, body in enumerate(told, 1)]
    found = clocks(case(report, *after), policy(clock(length="2 working days", zone=zone)), team(shifts=shifts))
    return found["public date"].at.isoformat()


LONDON, TOKYO, PARIS = "2026-11-24T17:30:00+00:00", "2026-11-23T17:30:00+00:00", "2026-11-24T17:30:00+00:00"
MARA, YUKI = RoleClaimed(role="triager", person="mara"), RoleClaimed(role="triager", person="yuki")
YUKI_LEFT = RoleReleased(role="triager", person="yuki")


def test_working_days_are_those_of_whoever_counts() -> None:
    assert until("project") == LONDON
    assert until("Asia/Tokyo") == TOKYO
    assert until("UTC") == LONDON
    assert until("role:triager") == LONDON  # nobody: the project's own


def test_a_role_belongs_to_who_claimed_it_else_to_who_is_on_duty() -> None:
    assert until("role:triager", on_duty="yuki") == TOKYO
    assert until("role:triager", MARA, on_duty="yuki") == LONDON
    assert until("role:triager", YUKI) == TOKYO
    assert until("role:triager", MARA, YUKI) == TOKYO
    assert until("role:triager", RoleClaimed(role="handler", person="yuki")) == LONDON


def test_a_role_given_back_belongs_to_nobody() -> None:
    assert until("role:triager", YUKI, YUKI_LEFT) == LONDON
    assert until("role:triager", YUKI, YUKI_LEFT, YUKI) == TOKYO
    assert until("role:triager", YUKI, RoleReleased(role="triager", person="mara")) == TOKYO
    assert until("role:triager", MARA, YUKI_LEFT, on_duty="yuki") == LONDON


def test_the_holidays_of_a_role_are_those_of_its_holder() -> None:
    christmas = datetime.fromisoformat("2026-12-24T10:00+00:00")
    days = policy(clock(length="1 working day", zone="role:triager"))
    for person, day in (("mara", 29), ("ines", 25)):
        told = case(
            At(body=REPORT, happened=christmas), At(body=RoleClaimed(role="triager", person=person), happened=christmas)
        )
        assert clocks(told, days, team())["public date"].at.day == day
