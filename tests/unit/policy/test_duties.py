"""Obligations applied to a case: what opens them, when they are due, what meets and lifts them."""

from datetime import datetime, timedelta

import pytest

from midstream.ledger.kinds import Body
from midstream.ledger.kinds.disclosure import AdvisoryPublished
from midstream.ledger.kinds.embargo import EmbargoAgreed, EmbargoEnded, EmbargoExtended
from midstream.ledger.kinds.fix import FixAvailable
from midstream.ledger.kinds.intake import (
    ExceptionGranted,
    ReportAccepted,
    ReportAcknowledged,
    ReporterUpdated,
    ReportReceived,
    ReportRejected,
    ReportReopened,
)
from midstream.ledger.kinds.triage import ExploitActive, PublicKnown, SeverityScored
from midstream.policy.duties import Duty, duties, standing
from tests.telling import DAY, HEADER, HOUR, START, At, case, clock, obligation, policy, team

REPORT = ReportReceived(project="tf-m", channel="mail", title="t")
ACK = ReportAcknowledged()
REJECTED = ReportRejected(reason="out-of-scope")
SECOND = timedelta(seconds=1)


def derive(text: str, *told: Body | At, header: str = HEADER) -> list[Duty]:
    return duties(case(*told), policy(text, header=header), team())


def one(text: str, *told: Body | At, header: str = HEADER) -> Duty:
    (found,) = derive(text, *told, header=header)
    return found


def on(day: float) -> datetime:
    return START + day * DAY


def test_a_duty_says_everything_of_its_obligation() -> None:
    text = obligation(
        name="Answer the reporter", clause="A1", within="2 days", zone="Asia/Tokyo", work="expert",
        do=["acknowledge", "reject"], skill="triage", role="release-manager", ask="Who?", note="Be kind.",
    )  # fmt: skip
    assert one(text, REPORT) == Duty(
        case="c-1",
        key="answer-the-reporter",
        name="Answer the reporter",
        clause="A1",
        policy="house 1",
        work="expert",
        do=("acknowledge", "reject"),
        opens_at=START,
        due_at=START + 2 * DAY,
        because=(1,),
        missing=("report.acknowledged",),
        zone="Asia/Tokyo",
        skill="triage",
        role="release-manager",
        ask="Who?",
        note="Be kind.",
    )


def test_a_duty_opens_with_its_moment() -> None:
    assert derive(obligation()) == []
    assert derive(obligation(after="fix.available"), REPORT) == []
    assert one(obligation(), REPORT).opens_at == START
    assert one(obligation(), REPORT).due_at is None


def test_the_first_report_counts() -> None:
    again = At(body=REPORT, happened=START - HOUR)
    assert one(obligation(), REPORT, again).because == (2,)


def test_of_several_moments_the_first_named_counts() -> None:
    text = obligation(after=["fix.available", "exploit.active", "public date"]) + clock(length="1 day")
    assert one(text, REPORT).opens_at == on(1)
    assert one(text, REPORT, ExploitActive()).because == (2,)
    assert one(text, REPORT, ExploitActive(), FixAvailable()).because == (3,)


def test_a_duty_may_open_before_a_clock() -> None:
    text = obligation(after="3 days before public date", within="1 day") + clock(length="10 days")
    found = one(text, REPORT)
    assert (found.opens_at, found.due_at, found.because) == (on(7), on(8), (1,))


class TestWhen:
    text = obligation(when=["embargo.agreed", "fix.available"], within="1 day")

    def test_all_conditions_must_have_come(self) -> None:
        assert derive(self.text, REPORT, EmbargoAgreed()) == []
        assert derive(self.text, REPORT, FixAvailable()) == []

    def test_it_opens_at_the_latest(self) -> None:
        found = one(self.text, REPORT, EmbargoAgreed(), FixAvailable())
        assert (found.opens_at, found.due_at, found.because) == (START + 2 * HOUR, on(1) + 2 * HOUR, (1, 2, 3))
        found = one(
            self.text, REPORT, At(body=EmbargoAgreed(), happened=on(-1)), At(body=FixAvailable(), happened=on(-2))
        )
        assert (found.opens_at, found.because) == (START, (1, 2, 3))

    def test_a_condition_named_twice_is_one_reason(self) -> None:
        found = one(
            obligation(after="fix.available", when=["fix.available", "public date"]) + clock(after="fix.available"),
            FixAvailable(),
        )
        assert found.because == (1,)


class TestSeverity:
    text = obligation(after="fix.available", severity=["high", "critical"], within="7 days")

    @pytest.mark.parametrize(
        ("scores", "day", "because"),
        [
            ([], None, ()),
            ([("low", 1)], None, ()),
            ([("high", 1)], 1, (1, 2)),
            ([("critical", -1)], 0, (1, 2)),
            ([("low", 1), ("high", 2)], 2, (1, 3)),
            ([("high", 1), ("low", 2)], None, ()),
            ([("high", 1), ("high", 5)], 1, (1, 2)),  # judged the same again: the time already runs
            ([("high", 1), ("critical", 5)], 5, (1, 3)),
        ],
    )
    def test_only_for_cases_so_severe(
        self, scores: list[tuple[str, int]], day: int | None, because: tuple[int, ...]
    ) -> None:
        told = [At(body=SeverityScored(severity=word), happened=on(at)) for word, at in scores]  # type: ignore[arg-type]
        found = derive(self.text, FixAvailable(), *told)
        assert [(duty.opens_at, duty.due_at, duty.because) for duty in found] == (
            [] if day is None else [(on(day), on(day + 7), because)]
        )


class TestDue:
    public = clock(length="10 days", later="embargo.extended")

    @pytest.mark.parametrize(
        ("fields", "day"),
        [
            ({"within": "3 days"}, 3),
            ({"within": "0 days"}, 0),
            ({"before": "public date"}, 10),
            ({"before": "4 days before public date"}, 6),
            ({"before": "12 days before public date"}, -2),  # due before it opens: nothing was left of the time
            ({"within": "3 days", "before": "public date"}, 3),
            ({"within": "30 days", "before": "public date"}, 10),
            ({"within": "3 days", "before": "never"}, 3),
            ({"before": "never"}, None),
            ({"before": "2 days before never"}, None),
            ({}, None),
        ],
    )
    def test_the_earlier_of_span_and_clock(self, fields: dict[str, object], day: int | None) -> None:
        found = one(obligation(**fields) + self.public + clock(name="never", after="fix.available"), REPORT)
        assert found.due_at == (None if day is None else on(day))

    def test_the_facts_that_moved_the_clock_are_reasons(self) -> None:
        longer = EmbargoExtended(until=on(20), reason="deployment")
        text = obligation(after="fix.available", before="public date") + self.public
        found = one(text, REPORT, longer, FixAvailable())
        assert (found.due_at, found.because) == (on(20), (3, 1, 2))

    def test_an_extension_after_expiry_moves_nothing(self) -> None:
        late = At(body=EmbargoExtended(until=on(20), reason="deployment"), happened=on(11))
        assert one(obligation(before="public date") + self.public, REPORT, late).due_at == on(10)


class TestMet:
    def test_the_earliest_fact_that_meets_it(self) -> None:
        late = At(body=ReportAccepted(), happened=on(2))
        found = one(obligation(until=["report.accepted", "report.acknowledged"], within="1 day"), REPORT, late, ACK)
        assert (found.met_at, found.met_by, found.missing) == (START + 2 * HOUR, 3, ())

    def test_what_was_done_before_it_opened_meets_it(self) -> None:
        found = one(obligation(after="fix.available"), ACK, FixAvailable())
        assert (found.opens_at, found.met_at, found.met_by) == (START + HOUR, START, 1)

    def test_a_fact_with_other_fields_does_not_meet_it(self) -> None:
        text = obligation(until="report.rejected reason=end-of-life|other-vendor")
        assert one(text, REPORT, REJECTED).met_at is None
        assert one(text, REPORT, ReportRejected(reason="other-vendor")).met_by == 2
        assert one(text, REPORT).missing == ("report.rejected reason=end-of-life|other-vendor",)


class TestLifted:
    text = obligation(unless=["public.known", "report.rejected"], within="1 day")

    def test_by_the_earliest_event(self) -> None:
        found = one(self.text, REPORT, REJECTED, PublicKnown())
        assert (found.lifted_at, found.lifted_by, found.met_at) == (START + HOUR, 2, None)
        assert found.missing == ("report.acknowledged",)

    def test_what_is_met_first_is_not_lifted(self) -> None:
        found = one(self.text, REPORT, ACK, PublicKnown())
        assert (found.met_by, found.lifted_at, found.lifted_by) == (2, None, 0)

    def test_what_is_lifted_first_is_not_met(self) -> None:
        found = one(self.text, REPORT, PublicKnown(), ACK)
        assert (found.met_at, found.met_by, found.lifted_by) == (None, 0, 2)

    def test_at_one_instant_it_is_lifted(self) -> None:
        found = one(self.text, REPORT, ACK, At(body=PublicKnown(), happened=START + HOUR))
        assert (found.met_at, found.lifted_by) == (None, 3)

    def test_what_was_so_before_it_opened_lifts_it(self) -> None:
        assert one(self.text, REPORT, At(body=PublicKnown(), happened=on(-1))).lifted_at == on(-1)

    def test_by_the_header_unless_it_is_marked_always(self) -> None:
        header = HEADER + 'unless = ["report.rejected"]\n'
        assert one(obligation(), REPORT, REJECTED, header=header).lifted_by == 2
        assert one(obligation(always=True), REPORT, REJECTED, header=header).lifted_at is None

    def test_a_rejection_that_was_taken_back_lifts_nothing(self) -> None:
        reopened = ReportReopened(reason="new evidence")
        assert one(self.text, REPORT, REJECTED, reopened).lifted_at is None
        assert one(self.text, REPORT, REJECTED, reopened, PublicKnown()).lifted_by == 4
        assert one(self.text, REPORT, PublicKnown(), REJECTED, reopened).lifted_by == 2
        assert one(self.text, REPORT, REJECTED, reopened, REJECTED).lifted_by == 4


class TestException:
    @pytest.mark.parametrize(
        ("obligation_name", "subject", "lifted"),
        [
            ("Answer soon", "", True),
            ("answer-soon", "", True),
            ("other", "", False),
            ("answer-soon", "lts-1", False),
        ],
    )
    def test_lifts_the_obligation_it_names(self, *, obligation_name: str, subject: str, lifted: bool) -> None:
        granted = ExceptionGranted(obligation=obligation_name, subject=subject, reason="vendor asked")
        found = one(obligation(name="Answer soon"), REPORT, granted)
        assert found.lifted_by == (2 if lifted else 0)

    def test_the_earlier_of_exception_and_event_counts(self) -> None:
        granted = ExceptionGranted(obligation="answer", reason="vendor asked")
        assert one(obligation(unless="public.known"), REPORT, PublicKnown(), granted).lifted_by == 2
        assert one(obligation(unless="public.known"), REPORT, granted, PublicKnown()).lifted_by == 2


class TestRounds:
    text = obligation(name="update", until="reporter.updated", every="7 days", unless="embargo.ended")

    def rounds(self, *told: Body | At) -> list[tuple[str, datetime, datetime | None, int, int]]:
        found = derive(self.text, REPORT, *told)
        return [(duty.key, duty.opens_at, duty.due_at, duty.met_by, duty.lifted_by) for duty in found]

    def update(self, day: float) -> At:
        return At(body=ReporterUpdated(), happened=on(day))

    def test_each_round_runs_from_the_one_before(self) -> None:
        assert self.rounds() == [("update:1", on(0), on(7), 0, 0)]
        assert self.rounds(self.update(5), self.update(13)) == [
            ("update:1", on(0), on(7), 2, 0),
            ("update:2", on(5), on(12), 3, 0),
            ("update:3", on(13), on(20), 0, 0),
        ]

    def test_what_happened_before_it_opened_is_no_round(self) -> None:
        assert self.rounds(self.update(-1)) == [("update:1", on(0), on(7), 0, 0)]

    def test_a_round_is_met_late(self) -> None:
        found = derive(self.text, REPORT, self.update(9))
        assert [standing(duty, on(10)) for duty in found] == ["met late", "open"]

    def test_each_round_says_why(self) -> None:
        found = derive(self.text, REPORT, self.update(5))
        assert [duty.because for duty in found] == [(1,), (2,)]

    def test_when_it_ends_the_open_round_is_lifted(self) -> None:
        ended = At(body=EmbargoEnded(reason="agreed"), happened=on(8))
        assert self.rounds(self.update(5), ended) == [
            ("update:1", on(0), on(7), 2, 0),
            ("update:2", on(5), on(12), 0, 3),
        ]


class TestStanding:
    duty = one(obligation(within="1 day"), REPORT)
    met = one(obligation(within="1 day"), REPORT, At(body=ACK, happened=on(1)))
    late = one(obligation(within="1 day"), REPORT, At(body=ACK, happened=on(1) + SECOND))
    lifted = one(obligation(within="1 day", unless="public.known"), REPORT, At(body=PublicKnown(), happened=on(2)))
    endless = one(obligation(), REPORT, At(body=ACK, happened=on(9)))

    @pytest.mark.parametrize(
        ("name", "at", "word"),
        [
            ("duty", on(0) - SECOND, "waiting"),
            ("duty", on(0), "open"),
            ("duty", on(1), "open"),  # the instant itself is still in time
            ("duty", on(1) + SECOND, "overdue"),
            ("met", on(1) - SECOND, "open"),
            ("met", on(1), "met"),
            ("met", on(99), "met"),
            ("late", on(1), "open"),
            ("late", on(1) + SECOND, "met late"),
            ("lifted", on(1) + SECOND, "overdue"),
            ("lifted", on(2) - SECOND, "overdue"),
            ("lifted", on(2), "lifted"),
            ("endless", on(8), "open"),
            ("endless", on(9), "met"),
        ],
    )
    def test_at_a_moment(self, name: str, at: datetime, word: str) -> None:
        assert standing(getattr(self, name), at) == word


def test_duties_come_in_the_order_of_the_policy() -> None:
    text = obligation(name="b") + obligation(name="a") + obligation(name="c", after="fix.available")
    assert [duty.name for duty in derive(text, REPORT)] == ["b", "a"]


def test_what_was_published_before_is_history() -> None:
    text = obligation(after="advisory.published", until="users.informed", within="1 day", do="inform-users")
    found = one(text, At(body=AdvisoryPublished(channel="web"), happened=on(-999)))
    assert (found.opens_at, standing(found, START)) == (on(-999), "overdue")
