"""Obligations that repeat: once per branch, per party of a list, or per fact."""

from datetime import UTC, datetime

import pytest

from midstream.ledger.kinds import Body
from midstream.ledger.kinds.embargo import (
    DeferralGranted,
    DeferralRefused,
    DeferralRequested,
    PartyAnswered,
    PartyTold,
)
from midstream.ledger.kinds.fix import BackportMerged, BackportWaived, BranchAffected, FixMerged, FixReverted
from midstream.ledger.kinds.intake import ExceptionGranted, ReportReceived, ReportRejected
from midstream.ledger.kinds.triage import PublicKnown
from midstream.policy.duties import Duty, duties, standing
from tests.telling import COMMIT, DAY, HEADER, HOUR, PROJECT, START, At, case, clock, obligation, policy, team

REPORT = ReportReceived(project="tf-m", channel="mail", title="t")
FIXED = FixMerged(commit=COMMIT)
UNTIL = START + 30 * DAY


def affected(branch: str) -> BranchAffected:
    return BranchAffected(branch=branch)


def merged(branch: str) -> BackportMerged:
    return BackportMerged(branch=branch, commit=COMMIT)


def derive(text: str, *told: Body | At, header: str = HEADER, project: str = PROJECT) -> list[Duty]:
    return duties(case(*told), policy(text, header=header), team(project))


BACKPORT = {
    "name": "backport",
    "after": "fix.merged",
    "until": ["backport.merged", "backport.waived"],
    "do": "record-backport",
}


class TestBranches:
    @pytest.mark.parametrize(
        ("each", "branches"),
        [
            ("branch", ["main", "lts-1", "v2"]),
            ("branch where lts", ["lts-1"]),
            ("branch where maintained", ["lts-1", "v2"]),  # the line of development is not among them
            ("branch where affected", ["main", "lts-1"]),
            ("branch where maintained and affected", ["lts-1"]),
            ("branch where lts and maintained and affected", ["lts-1"]),
        ],
    )
    def test_which_branches_are_asked(self, each: str, branches: list[str]) -> None:
        found = derive(obligation(**BACKPORT, each=each), affected("main"), affected("lts-1"), FIXED)
        assert [duty.subject for duty in found] == branches
        assert [duty.key for duty in found] == [f"backport:{name}" for name in branches]

    def test_a_branch_is_met_and_lifted_by_its_own_facts(self) -> None:
        text = obligation(**BACKPORT, each="branch")
        found = derive(text, FIXED, merged("v2"), BackportWaived(branch="lts-1", reason="end of life"))
        assert {duty.subject: duty.met_by for duty in found} == {"main": 0, "v2": 2, "lts-1": 3}

    def test_facts_that_speak_of_no_branch_concern_every_one(self) -> None:
        text = obligation(
            name="tell", after="fix.merged", until="public.known", unless="report.rejected", each="branch"
        )
        assert {duty.met_by for duty in derive(text, FIXED, PublicKnown())} == {2}
        found = derive(text, FIXED, ReportRejected(reason="out-of-scope"))
        assert {duty.lifted_by for duty in found if duty.subject == "main"} == {2}

    def test_it_opens_once_the_branch_is_known_to_be_affected(self) -> None:
        text = obligation(**BACKPORT, each="branch where affected", within="7 days")
        (found,) = derive(text, FIXED, affected("v2"), affected("v2"))
        assert (found.opens_at, found.due_at, found.because) == (START + HOUR, START + HOUR + 7 * DAY, (1, 2))

    @pytest.mark.parametrize(("day", "names"), [(30, ["lts-1"]), (29, ["lts-1", "v2"]), (121, [])])
    def test_a_branch_out_of_support_when_it_would_open_makes_no_duty(self, day: int, names: list[str]) -> None:
        text = obligation(**BACKPORT, each="branch where maintained")
        found = derive(text, At(body=FIXED, happened=START + day * DAY))
        assert [duty.subject for duty in found] == names

    def test_the_end_of_support_lifts_it(self) -> None:
        lts, v2 = derive(obligation(**BACKPORT, each="branch where maintained", within="60 days"), FIXED)
        assert (v2.lifted_at, v2.lifted_by) == (datetime(2026, 4, 1, tzinfo=UTC), 0)
        assert standing(v2, datetime(2026, 3, 31, 23, 59, tzinfo=UTC)) == "open"
        assert standing(v2, datetime(2026, 4, 1, tzinfo=UTC)) == "lifted"
        assert lts.lifted_at == datetime(2026, 7, 1, tzinfo=UTC)

    def test_an_exception_for_one_branch_leaves_the_others(self) -> None:
        granted = ExceptionGranted(obligation="backport", subject="lts-1", reason="too risky")
        found = derive(obligation(**BACKPORT, each="branch where maintained"), FIXED, granted)
        assert [duty.lifted_by for duty in found] == [2, 0]

    def test_a_branch_that_is_met_before_its_support_ends_stays_met(self) -> None:
        found = derive(obligation(**BACKPORT, each="branch where maintained"), FIXED, merged("v2"))
        assert [duty.met_by for duty in found] == [0, 2]
        assert found[1].lifted_at is None

    def test_rounds_are_counted_for_each_branch(self) -> None:
        text = obligation(
            name="check", after="fix.merged", until="backport.tried", every="7 days", each="branch where lts"
        )
        assert [duty.key for duty in derive(text, FIXED)] == ["check:lts-1:1"]


class TestParties:
    text = obligation(
        name="tell", until="party.told", each="party in partners", within="1 day", zone="party", do="notify"
    )

    def test_each_party_of_the_list(self) -> None:
        found = derive(self.text, REPORT, PartyTold(party="brook"), PartyTold(party="alder", list="partners"))
        assert [(duty.key, duty.subject, duty.met_by) for duty in found] == [
            ("tell:alder", "alder", 3),
            ("tell:brook", "brook", 2),
        ]

    def test_a_list_with_nobody_on_it_makes_no_duty(self) -> None:
        assert derive(self.text.replace("in partners", "in ess"), REPORT) == []

    def test_the_zone_is_that_of_the_party(self) -> None:
        assert [duty.zone for duty in derive(self.text, REPORT)] == ["Europe/Berlin", "Asia/Taipei"]

    def test_days_are_those_of_the_party(self) -> None:
        friday = At(body=REPORT, happened=datetime(2026, 11, 20, 17, 30, tzinfo=UTC))
        berlin, taipei = derive(self.text.replace("1 day", "1 working day"), friday)
        assert berlin.due_at == datetime(2026, 11, 23, 17, 30, tzinfo=UTC)
        # in Taipei it was Saturday already, so that the day begins on Monday
        assert taipei.due_at == datetime(2026, 11, 22, 17, 30, tzinfo=UTC)

    def test_it_may_open_with_what_the_party_did(self) -> None:
        text = obligation(
            name="ask", after="party.told", until="party.answered", each="party in partners", do="record-party"
        )
        found = derive(text, PartyTold(party="brook"), PartyAnswered(party="brook", status="affected"))
        assert [(duty.subject, duty.because, duty.met_by) for duty in found] == [("brook", (1,), 2)]

    def test_an_exception_for_one_party(self) -> None:
        granted = ExceptionGranted(obligation="tell", subject="alder", reason="left the list")
        assert [duty.lifted_by for duty in derive(self.text, REPORT, granted)] == [2, 0]


def asked(party: str, stage: str = "primary") -> DeferralRequested:
    return DeferralRequested(party=party, stage=stage, until=UNTIL, reason="deployment")  # type: ignore[arg-type]


def granted(party: str, stage: str = "primary") -> DeferralGranted:
    return DeferralGranted(party=party, stage=stage, until=UNTIL)  # type: ignore[arg-type]


DECIDE = {
    "name": "decide",
    "each": "deferral.requested stage=primary",
    "match": ["party", "stage"],
    "after": "report.received",
    "until": ["deferral.granted", "deferral.refused"],
    "unless": "public.known",
    "do": ["grant-deferral", "refuse-deferral"],
    "within": "1 day",
}


class TestFacts:
    text = obligation(**DECIDE)

    def test_one_duty_for_each_fact(self) -> None:
        found = derive(self.text, REPORT, asked("alder"), asked("brook"), asked("brook", "secondary"))
        assert [(duty.key, duty.subject) for duty in found] == [("decide:2", "alder"), ("decide:3", "brook")]
        assert [(duty.opens_at, duty.because) for duty in found] == [(START + HOUR, (1, 2)), (START + 2 * HOUR, (1, 3))]

    def test_none_without_the_moment_it_opens_at(self) -> None:
        assert derive(self.text, asked("alder")) == []

    def test_each_is_met_by_the_fact_that_shares_its_fields(self) -> None:
        refused = DeferralRefused(party="alder", stage="primary", reason="too long")
        found = derive(
            self.text, REPORT, asked("alder"), asked("brook"), granted("brook"), granted("alder", "secondary"), refused
        )
        assert [duty.met_by for duty in found] == [6, 4]

    def test_only_what_came_afterwards_meets_it(self) -> None:
        found = derive(self.text, REPORT, asked("alder"), granted("alder"), asked("alder"))
        assert [duty.met_by for duty in found] == [3, 0]

    def test_what_speaks_of_no_party_lifts_every_one(self) -> None:
        found = derive(self.text, REPORT, asked("alder"), asked("brook"), PublicKnown())
        assert [duty.lifted_by for duty in found] == [4, 4]
        header = HEADER + 'unless = "report.rejected"\n'
        found = derive(self.text, REPORT, asked("alder"), ReportRejected(reason="out-of-scope"), header=header)
        assert [duty.lifted_by for duty in found] == [3]

    def test_what_speaks_of_another_party_lifts_none(self) -> None:
        text = obligation(**{**DECIDE, "unless": "party.answered", "match": ["party"]})
        answered = PartyAnswered(party="brook", status="not-affected")
        found = derive(text, REPORT, asked("alder"), asked("brook"), answered)
        assert [duty.lifted_by for duty in found] == [0, 4]

    @pytest.mark.parametrize(
        ("subject", "lifted"), [("alder", [4, 0]), ("fact 3", [0, 4]), ("", [4, 4]), ("fact 9", [0, 0])]
    )
    def test_an_exception_names_the_party_or_the_fact(self, subject: str, lifted: list[int]) -> None:
        exception = ExceptionGranted(obligation="decide", subject=subject, reason="agreed by phone")
        found = derive(self.text, REPORT, asked("alder"), asked("brook"), exception)
        assert [duty.lifted_by for duty in found] == lifted

    def test_without_match_the_next_such_fact_meets_it(self) -> None:
        found = derive(obligation(**{**DECIDE, "match": None}), REPORT, asked("alder"), granted("brook"))
        assert [duty.met_by for duty in found] == [3]

    def test_facts_of_several_events_come_in_the_order_they_happened(self) -> None:
        text = obligation(name="look", each="fix.reverted, branch.affected", until="backport.merged", match=["branch"])
        told = [
            REPORT,
            At(body=affected("v2"), happened=START + 9 * HOUR),
            FixReverted(commit=COMMIT, branch="main"),
            merged("v2"),
        ]
        found = derive(text, *told, merged("main"))
        assert [(duty.key, duty.met_by) for duty in found] == [("look:3", 5), ("look:2", 0)]

    def test_the_zone_is_that_of_the_party_the_fact_speaks_of(self) -> None:
        text = obligation(**{**DECIDE, "zone": "party"})
        found = derive(text, REPORT, asked("brook"), asked("stranger"))
        assert [duty.zone for duty in found] == ["Asia/Taipei", "Europe/London"]

    def test_it_opens_no_earlier_than_its_moment(self) -> None:
        text = obligation(**{**DECIDE, "after": "public date"}) + clock(length="10 days")
        (found,) = derive(text, REPORT, asked("alder"))
        assert (found.opens_at, found.because) == (START + 10 * DAY, (1, 2))
