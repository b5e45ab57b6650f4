"""The states of a case: facts on the left, the word they lead to on the right."""

import pytest

from midstream.cases import states
from midstream.cases.states import State
from midstream.ledger.kinds import Body
from midstream.ledger.kinds import cve as cv
from midstream.ledger.kinds import disclosure as out
from midstream.ledger.kinds import embargo as em
from midstream.ledger.kinds import fix as fx
from midstream.ledger.kinds import intake as inn
from midstream.ledger.kinds import triage as tri
from tests.telling import COMMIT, CVE, DAY, HOUR, START, At, case

REPORT = inn.ReportReceived(project="tf-m", channel="mail", title="t")
UNTIL = START + 90 * DAY
ACK = inn.ReportAcknowledged()
ACCEPTED = inn.ReportAccepted()
REJECTED = inn.ReportRejected(reason="out-of-scope")
REOPENED = inn.ReportReopened(reason="new evidence")
QUESTION = inn.InformationRequested(question="Which board?")
ANSWER = inn.InformationReceived()
FORWARDED = inn.ReportForwarded()
DUPLICATE = inn.DuplicateLinked(of="c-2")

TRIAGE: list[tuple[list[Body | At], str]] = [
    ([], "not reported"),
    ([inn.CaseOpened(project="tf-m", title="t")], "not reported"),
    ([REPORT], "unacknowledged"),
    ([REPORT, ACK], "in triage"),
    ([REPORT, FORWARDED], "in triage"),
    ([REPORT, ACK, QUESTION], "needs information"),
    ([REPORT, ACK, QUESTION, ANSWER], "in triage"),
    ([REPORT, ACK, ACCEPTED], "accepted"),
    ([REPORT, ACK, REJECTED], "rejected"),
    ([REPORT, REJECTED, REOPENED], "in triage"),
    ([REPORT, REJECTED, REOPENED, QUESTION], "needs information"),
    ([REPORT, REJECTED, REOPENED, REJECTED], "rejected"),
    ([REPORT, ACCEPTED, REJECTED], "rejected"),
    ([REPORT, DUPLICATE], "duplicate"),
    ([REPORT, REJECTED, DUPLICATE], "duplicate"),
    # what is said to the reporter afterwards undoes no decision
    ([REPORT, ACCEPTED, ACK], "accepted"),
    ([REPORT, ACCEPTED, QUESTION], "accepted"),
    ([REPORT, REJECTED, ACK], "rejected"),
    ([REPORT, REJECTED, ANSWER], "rejected"),
    ([REPORT, REJECTED, FORWARDED], "rejected"),
    # told late, at its true time
    ([REPORT, ACCEPTED, At(body=REJECTED, happened=START + HOUR / 2)], "accepted"),
    ([REPORT, QUESTION, At(body=ACK, happened=START + HOUR / 2)], "needs information"),
]


@pytest.mark.parametrize(("told", "word"), TRIAGE)
def test_triage(told: list[Body | At], word: str) -> None:
    assert states.triage(case(*told)).word == word


def test_a_state_says_since_when_and_from_which_fact() -> None:
    told = case(REPORT, ACK, ACCEPTED, inn.NoteAdded(text="a"))
    assert states.triage(told) == State(word="accepted", since=START + 2 * HOUR, because=(3,))
    told = case(REPORT, DUPLICATE)
    assert states.triage(told) == State(word="duplicate", since=START + HOUR, detail="of c-2", because=(2,))


PROPOSED = em.EmbargoProposed()
AGREED = em.EmbargoAgreed()
ASKED = em.EmbargoExtensionRequested(until=UNTIL, reason="deployment")
ENDED = em.EmbargoEnded(reason="agreed")
DECLINED = em.EmbargoDeclined()
PUBLISHED = out.AdvisoryPublished(channel="web", url="https://example.org/a")

EMBARGO: list[tuple[list[Body | At], str, bool, bool]] = [
    ([REPORT], "none", False, False),
    ([PROPOSED], "proposed", False, False),
    ([PROPOSED, AGREED], "agreed", True, False),
    ([AGREED, ASKED], "extension asked", True, False),
    ([AGREED, ASKED, em.EmbargoExtensionRefused(reason="too long")], "agreed", True, False),
    ([AGREED, ASKED, em.EmbargoExtended(until=UNTIL, reason="deployment")], "agreed", True, False),
    ([AGREED, em.EmbargoShortened(until=UNTIL, reason="fix is ready")], "agreed", True, False),
    ([AGREED, ENDED], "ended", False, True),
    ([AGREED, ENDED, ASKED], "ended", False, True),
    ([DECLINED], "declined", False, True),
    ([PUBLISHED], "none", False, True),
    ([AGREED, PUBLISHED], "agreed", True, True),
]


@pytest.mark.parametrize(("told", "word", "is_embargoed", "is_public"), EMBARGO)
def test_embargo(told: list[Body | At], word: str, is_embargoed: bool, is_public: bool) -> None:  # noqa: FBT001
    found = case(*told)
    assert states.embargo(found).word == word
    assert states.is_embargoed(found) is is_embargoed
    assert states.is_public(found) is is_public


def test_the_first_end_of_an_embargo_counts() -> None:
    told = case(AGREED, ENDED, em.EmbargoEnded(reason="exploited"))
    assert states.embargo(told) == State(word="ended", since=START + HOUR, detail="agreed", because=(2,))


OFFERED = fx.FixAvailable()
MERGED = fx.FixMerged(commit=COMMIT)

FIX: list[tuple[list[Body | At], str, tuple[int, ...]]] = [
    ([REPORT], "none", ()),
    ([fx.FixProposed()], "proposed", (1,)),
    ([fx.FixProposed(), fx.FixProposed()], "proposed", (1,)),
    ([fx.FixProposed(), OFFERED], "available", (2,)),
    ([MERGED, OFFERED, fx.FixProposed()], "merged", (1,)),
]


@pytest.mark.parametrize(("told", "word", "because"), FIX)
def test_fix(told: list[Body | At], word: str, because: tuple[int, ...]) -> None:
    found = states.fix(case(*told))
    assert (found.word, found.because) == (word, because)


ASSIGNED = cv.CveAssigned(cve=CVE)
OTHER = "CVE-2026-99999"

CVE_STATES: list[tuple[list[Body | At], str, str, tuple[int, ...]]] = [
    ([REPORT], "unassigned", "", ()),
    ([ASSIGNED], "assigned", CVE, (1,)),
    ([ASSIGNED, cv.CvePublished(cve=CVE)], "published", CVE, (1, 2)),
    ([ASSIGNED, cv.CvePublished(cve=OTHER)], "assigned", CVE, (1,)),
    ([ASSIGNED, cv.CvePublished(cve=CVE), cv.CveRejected(cve=CVE, reason="no flaw")], "rejected", CVE, (3,)),
]


@pytest.mark.parametrize(("told", "word", "detail", "because"), CVE_STATES)
def test_cve(told: list[Body | At], word: str, detail: str, because: tuple[int, ...]) -> None:
    found = states.cve(case(*told))
    assert (found.word, found.detail, found.because) == (word, detail, because)


def scored(severity: str, vector: str = "") -> tri.SeverityScored:
    return tri.SeverityScored(severity=severity, vector=vector)  # type: ignore[arg-type]


SEVERITY: list[tuple[list[Body | At], str, int, tuple[int, ...]]] = [
    *[([scored(word)], word, 0, (1,)) for word in states.SEVERITIES],
    ([scored("low"), scored("high")], "high", 1, (2,)),
    ([scored("high"), scored("low"), scored("high")], "high", 2, (3,)),
    # scoring the same again does not move the moment from which a fix is due
    ([scored("high"), scored("high"), scored("high")], "high", 0, (1,)),
    ([scored("low"), scored("high"), scored("high")], "high", 1, (2,)),
]


@pytest.mark.parametrize(("told", "word", "hours", "because"), SEVERITY)
def test_severity(told: list[Body | At], word: str, hours: int, because: tuple[int, ...]) -> None:
    found = states.severity(case(*told))
    assert (found.word, found.since, found.because) == (word, START + hours * HOUR, because)


def test_an_unscored_case_has_no_severity_and_the_last_vector_is_shown() -> None:
    assert states.severity(case(REPORT)) == State(word="unscored")
    assert states.severity(case(scored("low", "CVSS:3.1/A"), scored("low", "CVSS:3.1/B"))).detail == "CVSS:3.1/B"


def test_areas_are_those_named_for_the_case() -> None:
    told = case(
        inn.ReportReceived(project="tf-m", channel="mail", title="t", area="said by the reporter"),
        tri.ComponentNamed(component="a", area="crypto"),
        tri.ComponentNamed(component="b"),
        tri.ComponentNamed(component="c", area="boot"),
    )
    assert states.areas(told) == {"crypto", "boot"}


TOLD = em.PartyTold(party="alder")
DEFERRAL = em.DeferralRequested(party="alder", stage="primary", until=UNTIL, reason="deployment")
PARTIES: list[tuple[list[Body | At], str]] = [
    ([TOLD], "told"),
    ([TOLD, DEFERRAL], "deferral asked"),
    ([TOLD, DEFERRAL, em.DeferralGranted(party="alder", stage="primary", until=UNTIL)], "deferral granted"),
    ([TOLD, DEFERRAL, em.DeferralRefused(party="alder", stage="primary", reason="No deployment.")], "deferral refused"),
    ([TOLD, em.PartyAnswered(party="alder", status="affected")], "affected"),
    ([TOLD, em.PartyAnswered(party="alder", status="not-affected"), DEFERRAL], "deferral asked"),
]


@pytest.mark.parametrize(("told", "word"), PARTIES)
def test_parties(told: list[Body | At], word: str) -> None:
    found = states.parties(case(*told, em.PartyTold(party="brook")))
    assert {party: state.word for party, state in found.items()} == {"alder": word, "brook": "told"}
    assert found["alder"].because == (len(told),)


def test_publications_by_channel() -> None:
    told = case(
        PUBLISHED,
        out.AdvisoryPublished(channel="github", advisory="GHSA-1"),
        out.AdvisoryConfirmed(channel="web"),
        out.AdvisoryConfirmed(channel="mail"),
    )
    assert states.publications(told) == {
        "web": State(word="confirmed", since=START, detail="https://example.org/a", because=(1, 3)),
        "github": State(word="published", since=START + HOUR, detail="GHSA-1", because=(2,)),
    }
