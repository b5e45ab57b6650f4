"""The verbs: each is carried out where the facts allow it, and each guard refuses with what to do instead."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from midstream.cases import guards
from midstream.cases.errors import Refused
from midstream.cases.verbs import VERBS, decide
from midstream.cases.visibility import Sight
from midstream.ledger.chain import head_of, record
from midstream.ledger.fact import Draft
from midstream.ledger.kinds import KINDS, Audience, Body
from midstream.ledger.kinds import cve as cv
from midstream.ledger.kinds import disclosure as out
from midstream.ledger.kinds import embargo as em
from midstream.ledger.kinds import fix as fx
from midstream.ledger.kinds import intake as inn
from midstream.ledger.kinds import process as pro
from midstream.ledger.kinds import triage as tri
from tests.telling import COMMIT, CVE, DAY, DIGEST, HOUR, START, At, case

NOW = START + 10 * HOUR
UNTIL = NOW + DAY
PAST = NOW
WHY = "a good reason"

REPORT = inn.ReportReceived(project="tf-m", channel="mail", title="t")
OPENED = inn.CaseOpened(project="tf-m", title="t")
REJECTED = inn.ReportRejected(reason="out-of-scope")
AGREED = em.EmbargoAgreed()
ENDED = em.EmbargoEnded(reason="agreed")
ASKED = em.EmbargoExtensionRequested(until=UNTIL, reason=WHY)
TOLD = em.PartyTold(party="alder", list="ess")
DEFERRAL = em.DeferralRequested(party="alder", stage="primary", until=UNTIL, reason=WHY)
ASSIGNED = cv.CveAssigned(cve=CVE)
DRAFT = out.AdvisoryDrafted(digest=DIGEST)
PUBLISHED = out.AdvisoryPublished(channel="web")
INVITED = em.ParticipantInvited(person="ada", capacity="expert")

# The body of each verb, and the facts after the report that allow it.
DONE: dict[str, tuple[Body, tuple[Body, ...]]] = {
    "acknowledge": (inn.ReportAcknowledged(), ()),
    "forward": (inn.ReportForwarded(), ()),
    "accept": (inn.ReportAccepted(), ()),
    "reject": (REJECTED, ()),
    "reopen": (inn.ReportReopened(reason=WHY), (REJECTED,)),
    "link-duplicate": (inn.DuplicateLinked(of="c-2"), ()),
    "ask-reporter": (inn.InformationRequested(question="?"), ()),
    "record-answer": (inn.InformationReceived(), ()),
    "update-reporter": (inn.ReporterUpdated(), ()),
    "note": (inn.NoteAdded(text="a"), ()),
    "withdraw": (inn.FactWithdrawn(number=2, reason=WHY), (inn.ReportAcknowledged(),)),
    "grant-exception": (inn.ExceptionGranted(obligation="triage", reason=WHY), ()),
    "erase": (inn.ContentErased(reason=WHY), ()),
    "close": (inn.CaseClosed(), ()),
    "claim-role": (tri.RoleClaimed(role="triager", person="ada"), ()),
    "release-role": (tri.RoleReleased(role="triager", person="ada"), ()),
    "assess-criterion": (tri.CriterionAssessed(criterion="reachable", verdict="met"), ()),
    "score": (tri.SeverityScored(severity="high", vector="CVSS:4.0/AV:N"), ()),
    "name-weakness": (tri.WeaknessNamed(cwe="CWE-787"), ()),
    "name-component": (tri.ComponentNamed(component="crypto"), ()),
    "record-exploit-published": (tri.ExploitPublished(), ()),
    "record-exploit-active": (tri.ExploitActive(), ()),
    "record-incident": (tri.IncidentSevere(), ()),
    "record-public": (tri.PublicKnown(), ()),
    "suspect-leak": (tri.LeakSuspected(), ()),
    "dismiss-leak": (tri.LeakDismissed(), (tri.LeakSuspected(),)),
    "propose-embargo": (em.EmbargoProposed(), ()),
    "agree-embargo": (em.EmbargoAgreed(until=UNTIL), ()),
    "decline-embargo": (em.EmbargoDeclined(), ()),
    "request-extension": (ASKED, (AGREED,)),
    "refuse-extension": (em.EmbargoExtensionRefused(reason=WHY), (AGREED, ASKED)),
    "extend-embargo": (em.EmbargoExtended(until=UNTIL, reason=WHY), (AGREED,)),
    "shorten-embargo": (em.EmbargoShortened(until=UNTIL, reason=WHY), (AGREED,)),
    "end-embargo": (ENDED, (AGREED,)),
    "review": (em.MeetingReviewed(attendees=3), ()),
    "invite": (INVITED, ()),
    "remove": (em.ParticipantRemoved(person="ada", reason=WHY), (INVITED,)),
    "notify": (TOLD, ()),
    "record-party": (em.PartyAnswered(party="alder", status="affected"), (TOLD,)),
    "request-deferral": (DEFERRAL, (TOLD,)),
    "grant-deferral": (em.DeferralGranted(party="alder", stage="primary", until=UNTIL), (TOLD, DEFERRAL)),
    "refuse-deferral": (em.DeferralRefused(party="alder", stage="primary", reason=WHY), (TOLD, DEFERRAL)),
    "assign-cve": (ASSIGNED, ()),
    "tell-cve": (cv.CveReporterTold(cve=CVE), (ASSIGNED,)),
    "record-cve-published": (cv.CvePublished(cve=CVE), (ASSIGNED, AGREED, ENDED)),
    "reject-cve": (cv.CveRejected(cve=CVE, reason=WHY), (ASSIGNED,)),
    "observe-cve": (cv.CveObserved(cve=CVE, state="RESERVED"), (ASSIGNED,)),
    "record-introduced": (fx.IntroducedRecorded(release="1.0"), ()),
    "propose-fix": (fx.FixProposed(), ()),
    "review-fix": (fx.FixReviewed(reviewer="ada"), ()),
    "offer-fix": (fx.FixAvailable(), ()),
    "offer-mitigation": (fx.MitigationAvailable(), ()),
    "record-fix": (fx.FixMerged(commit=COMMIT), ()),
    "record-revert": (fx.FixReverted(commit=COMMIT, branch="main"), ()),
    "mark-affected": (fx.BranchAffected(branch="lts-1"), ()),
    "clear-branch": (
        fx.BranchNotAffected(branch="lts-1", justification="component_not_present", evidence=WHY),
        (),
    ),
    "record-trial": (fx.BackportTried(branch="lts-1", outcome="clean"), ()),
    "record-conflict": (fx.BackportConflicted(branch="lts-1", files=("a.c",)), ()),
    "open-backport": (fx.BackportOpened(branch="lts-1"), ()),
    "record-backport": (fx.BackportMerged(branch="lts-1", commit=COMMIT), ()),
    "waive": (fx.BackportWaived(branch="lts-1", reason=WHY), ()),
    "record-release": (
        fx.FixReleased(branch="lts-1", tag="1.1"),
        (fx.BackportMerged(branch="lts-1", commit=COMMIT),),
    ),
    "inform-release-manager": (fx.ReleaseManagerInformed(branch="lts-1"), ()),
    "record-validation": (fx.ValidationRecorded(suite="all", target="lts-1", outcome="passed"), ()),
    "tell-upstream": (fx.UpstreamTold(upstream="mbedtls"), ()),
    "edit-advisory": (out.AdvisoryEdited(summary="A length is trusted."), ()),
    "draft-advisory": (DRAFT, ()),
    "approve": (out.AdvisoryApproved(digest=DIGEST), (DRAFT,)),
    "record-publication": (PUBLISHED, (em.EmbargoDeclined(),)),
    "confirm-publication": (out.AdvisoryConfirmed(channel="web"), (PUBLISHED,)),
    "correct-publication": (out.AdvisoryCorrected(channel="web", reason=WHY), (PUBLISHED,)),
    "accept-credit": (out.CreditAccepted(person="jo"), ()),
    "decline-credit": (out.CreditDeclined(person="jo"), ()),
    "write-release-note": (out.ReleaseNoteWritten(branch="lts-1"), ()),
    "inform-users": (out.UsersInformed(), (PUBLISHED,)),
    "tell-authority": (out.AuthorityTold(subject="exploited", stage="final"), ()),
    "record-authority-question": (out.AuthorityAsked(), ()),
    "claim": (pro.TaskClaimed(task="triage", person="ada"), ()),
    "hand-over": (pro.TaskHandedOver(task="triage", to="ada", note=WHY), ()),
    "release-task": (pro.TaskReleased(task="triage"), ()),
}


def test_the_table_has_every_verb() -> None:
    assert list(DONE) == list(VERBS)


@pytest.mark.parametrize("name", VERBS)
def test_a_verb_records_its_fact(name: str) -> None:
    body, before = DONE[name]
    given = case(REPORT, *before)
    drafts = decide(VERBS[name], given, body, by="ines", at=NOW)
    assert drafts == (Draft(stream="case/c-1", said_by="ines", happened_at=NOW, body=body),)
    facts = record(head_of(given.facts, stream="case/c-1"), drafts, recorded_at=NOW, key="k")
    assert facts[0].kind == VERBS[name].kind


@pytest.mark.parametrize("name", VERBS)
def test_a_verb_takes_only_its_own_fields(name: str) -> None:
    other = inn.NoteAdded(text="a") if name != "note" else inn.CaseClosed()
    with pytest.raises(Refused) as caught:
        decide(VERBS[name], case(REPORT), other, by="ines", at=NOW)
    assert caught.value.what == f"{name} records {VERBS[name].kind}, not {type(other).__name__}"
    assert caught.value.hint == "Name the fields of the verb."


def test_a_verb_whose_fact_is_for_the_team_alone_takes_the_team() -> None:
    """A suspicion, a note and a wish of one's own are passed on by any participant."""
    private = {name for name, verb in VERBS.items() if KINDS[verb.kind].audience is Audience.TEAM}
    assert {name for name in private if VERBS[name].least < Sight.TEAM} == {"note", "suspect-leak", "decline-credit"}
    assert {verb.least for verb in VERBS.values()} == {Sight.PARTICIPANT, Sight.TEAM}


def test_what_the_worker_may_do_alone() -> None:
    assert {name for name, verb in VERBS.items() if verb.unattended} == {"end-embargo", "assign-cve"}


NAIVE = datetime(2030, 1, 1)  # noqa: DTZ001 - that is the fault

# The guard, the facts, the verb and its body, and what is said: what stands in the way, and what to do instead.
Row = tuple[Callable[[guards.Asked], None], list[Body | At], str, Body, str, str]
REFUSED: list[Row] = [
    (guards.is_open, [REPORT, inn.DuplicateLinked(of="c-2")], "accept", inn.ReportAccepted(),
     "c-1 is a duplicate of c-2", "Work on c-2 instead."),
    (guards.is_open, [REPORT, REJECTED], "accept", inn.ReportAccepted(), "c-1 was rejected", "Use the verb reopen"),
    (guards.is_open, [REPORT, REJECTED, inn.ReportAcknowledged()], "accept", inn.ReportAccepted(),
     "c-1 was rejected", "Use the verb reopen"),
    (guards.is_open, [REPORT, inn.CaseClosed()], "accept", inn.ReportAccepted(), "c-1 is closed", "Withdraw the fact"),
    (guards.is_reported, [OPENED], "acknowledge", inn.ReportAcknowledged(), "c-1 has no report", "Nobody reported it"),
    (guards.is_rejected, [REPORT], "reopen", inn.ReportReopened(reason=WHY), "c-1 was not rejected", "There is"),
    (guards.only_once, [REPORT, inn.ReportAcknowledged()], "acknowledge", inn.ReportAcknowledged(),
     "report.acknowledged is on record: fact 2, 2026-03-02T10:00Z, by mara", "If it was a mistake, withdraw"),
    (guards.not_accepted, [REPORT, inn.ReportAccepted()], "accept", inn.ReportAccepted(),
     "c-1 is accepted: fact 2", "Nothing needs to be done."),
    (guards.not_published, [REPORT, PUBLISHED], "reject", REJECTED, "its advisory is public", "Correct"),
    (guards.not_itself, [REPORT], "link-duplicate", inn.DuplicateLinked(of="c-1"),
     "c-1 cannot be a duplicate of itself", "Name the other case."),
    (guards.not_itself, [REPORT, inn.ReportRepeated(case="c-2")], "link-duplicate", inn.DuplicateLinked(of="c-2"),
     "c-2 is already a duplicate of c-1", "c-1 carries the work"),
    (guards.may_be_withdrawn, [REPORT], "withdraw", inn.FactWithdrawn(number=9, reason=WHY),
     "c-1 has no fact 9 that counts", "See the numbers"),
    (guards.may_be_withdrawn, [REPORT, AGREED, inn.FactWithdrawn(number=2, reason=WHY)], "withdraw",
     inn.FactWithdrawn(number=2, reason=WHY), "c-1 has no fact 2 that counts", "See the numbers"),
    (guards.may_be_withdrawn, [REPORT], "withdraw", inn.FactWithdrawn(number=1, reason=WHY),
     "fact 1, report.received, cannot be withdrawn", "Add a note"),
    (guards.may_be_withdrawn, [REPORT, inn.ContentErased(reason=WHY)], "withdraw",
     inn.FactWithdrawn(number=2, reason=WHY), "fact 2, content.erased, cannot be withdrawn", "Add a note"),
    (guards.may_be_withdrawn, [REPORT, AGREED, inn.FactWithdrawn(number=2, reason=WHY)], "withdraw",
     inn.FactWithdrawn(number=3, reason=WHY), "fact 3, fact.withdrawn, cannot be withdrawn", "Add a note"),
    *[(guards.may_be_withdrawn, [REPORT, widening], "withdraw", inn.FactWithdrawn(number=2, reason=WHY),
       "fact 2 made the case public", "What was public stays public")
      for widening in (ENDED, em.EmbargoDeclined(), PUBLISHED)],
    (guards.vector_fits, [REPORT], "score", tri.SeverityScored(severity="low", vector="AV:N/AC:L"),
     "'AV:N/AC:L' is no CVSS vector", "It begins with CVSS:3.1/"),
    (guards.leak_suspected, [REPORT], "dismiss-leak", tri.LeakDismissed(), "no leak is suspected", "There is"),
    (guards.is_private, [REPORT, em.EmbargoDeclined()], "agree-embargo", AGREED, "c-1 is public", "Visibility"),
    (guards.no_embargo, [REPORT, AGREED], "decline-embargo", em.EmbargoDeclined(),
     "an embargo was agreed", "Use end-embargo."),
    (guards.has_embargo, [REPORT], "extend-embargo", em.EmbargoExtended(until=UNTIL, reason=WHY),
     "no embargo was agreed", "Use agree-embargo or decline-embargo first."),
    (guards.has_embargo, [REPORT, AGREED, ENDED], "extend-embargo", em.EmbargoExtended(until=UNTIL, reason=WHY),
     "the embargo ended at 2026-03-02T11:00Z", "What was public stays public."),
    (guards.may_end, [REPORT], "end-embargo", ENDED, "c-1 was not accepted yet", "Accept or reject the report first."),
    (guards.extension_asked, [REPORT, AGREED], "refuse-extension", em.EmbargoExtensionRefused(reason=WHY),
     "nobody asked for an extension", "There is nothing to refuse."),
    (guards.until_ahead, [REPORT, AGREED], "extend-embargo", em.EmbargoExtended(until=PAST, reason=WHY),
     "2026-03-02T19:00Z is not ahead", "Name an instant that is still to come."),
    (guards.until_ahead, [REPORT, AGREED], "extend-embargo", em.EmbargoExtended(until=NAIVE, reason=WHY),
     "2030-01-01 00:00:00 has no zone", "Give the hour with its zone"),
    (guards.not_invited, [REPORT, INVITED], "invite", INVITED, "that person is a participant", "Nothing needs"),
    (guards.pledge_given, [REPORT, AGREED], "invite", em.ParticipantInvited(person="bo", capacity="stakeholder"),
     "a stakeholder has to agree to the embargo first", "Invite with pledge=true"),
    (guards.not_told, [REPORT, TOLD], "notify", TOLD, "alder was told already", "For further news name the stage"),
    (guards.was_told, [REPORT], "record-party", em.PartyAnswered(party="alder", status="affected"),
     "alder was never told of c-1", "Use notify first."),
    (guards.deferral_asked, [REPORT, TOLD, DEFERRAL], "refuse-deferral",
     em.DeferralRefused(party="alder", stage="secondary", reason=WHY),
     "alder asked for no secondary deferral", "Use request-deferral first."),
    (guards.no_cve, [REPORT, ASSIGNED], "assign-cve", cv.CveAssigned(cve="CVE-2026-99999"),
     f"{CVE} is assigned", "One vulnerability has one id"),
    (guards.cve_is_ours, [REPORT, ASSIGNED], "reject-cve", cv.CveRejected(cve="CVE-2026-99999", reason=WHY),
     "CVE-2026-99999 is not assigned to c-1", "See `midstream case show`."),
    (guards.may_be_published, [REPORT, AGREED], "record-publication", PUBLISHED,
     "c-1 is not public", "Use end-embargo or decline-embargo first."),
    (guards.was_published, [REPORT, PUBLISHED], "confirm-publication", out.AdvisoryConfirmed(channel="mail"),
     "nothing was published on 'mail'", "Use record-publication first."),
    (guards.branch_has_fix, [REPORT], "record-release", fx.FixReleased(branch="lts-1", tag="1.1"),
     "no fix is on record for lts-1", "Use record-fix or record-backport first."),
    (guards.branch_has_fix, [REPORT, fx.BackportOpened(branch="lts-1")], "record-release",
     fx.FixReleased(branch="lts-1", tag="1.1"), "no fix is on record for lts-1", "Use record-fix"),
    (guards.by_another, [REPORT], "approve", out.AdvisoryApproved(digest=DIGEST), "there is no draft", "Use draft"),
    (guards.by_another, [REPORT, DRAFT, out.AdvisoryDrafted(digest="a" * 64)], "approve",
     out.AdvisoryApproved(digest=DIGEST), "that is not the latest draft", "The latest draft is aaaaaaaaaaaa…, fact 3."),
    (guards.by_another, [REPORT, At(body=DRAFT, by="ines")], "approve", out.AdvisoryApproved(digest=DIGEST),
     "an author does not approve their own draft", "Ask another member of the team."),
    (guards.by_another, [REPORT, At(body=DRAFT, by="ines"), DRAFT], "approve", out.AdvisoryApproved(digest=DIGEST),
     "an author does not approve their own draft", "Ask another member of the team."),
]  # fmt: skip


@pytest.mark.parametrize(("guard", "told", "verb", "body", "what", "hint"), REFUSED)
def test_a_guard_refuses(*, guard: Any, told: list[Body | At], verb: str, body: Body, what: str, hint: str) -> None:  # noqa: ANN401
    assert guard in VERBS[verb].guards
    given = case(*told)
    with pytest.raises(Refused) as caught:
        decide(VERBS[verb], given, body, by="ines", at=NOW)
    assert caught.value.what.startswith(what)
    assert caught.value.hint.startswith(hint)
    with pytest.raises(Refused) as again:
        guard(guards.Asked(case=given, body=body, by="ines", at=NOW))
    assert again.value.what == caught.value.what


def test_every_guard_was_seen_to_refuse() -> None:
    assert {row[0] for row in REFUSED} == {guard for verb in VERBS.values() for guard in verb.guards}


# What stands close to a refusal and is allowed.
ALLOWED: list[tuple[list[Body | At], str, Body]] = [
    ([REPORT, inn.CaseClosed(), inn.FactWithdrawn(number=2, reason=WHY)], "accept", inn.ReportAccepted()),
    ([REPORT, REJECTED, inn.ReportReopened(reason=WHY)], "accept", inn.ReportAccepted()),
    ([REPORT, inn.ReportAccepted(), REJECTED, inn.ReportReopened(reason=WHY)], "accept", inn.ReportAccepted()),
    ([REPORT, REJECTED], "acknowledge", inn.ReportAcknowledged()),
    ([OPENED, inn.ReportRepeated(case="c-3")], "link-duplicate", inn.DuplicateLinked(of="c-2")),
    ([REPORT], "score", tri.SeverityScored(severity="low")),
    *[([REPORT], "score", tri.SeverityScored(severity="low", vector=f"{name}AV:N")) for name in guards.CVSS_VERSIONS],
    ([REPORT, AGREED], "agree-embargo", em.EmbargoAgreed(until=UNTIL)),
    ([REPORT], "agree-embargo", AGREED),
    ([REPORT, INVITED, em.ParticipantRemoved(person="ada", reason=WHY)], "invite", INVITED),
    ([REPORT], "invite", em.ParticipantInvited(person="bo", capacity="stakeholder", pledge=True)),
    ([REPORT, ENDED], "invite", em.ParticipantInvited(person="bo", capacity="stakeholder")),
    ([REPORT, TOLD], "notify", em.PartyTold(party="alder", list="partners")),
    ([REPORT, TOLD], "notify", em.PartyTold(party="brook", list="ess")),
    ([REPORT, TOLD], "notify", em.PartyTold(party="alder", list="ess", stage="fix")),
    ([REPORT, inn.ReportAccepted()], "end-embargo", ENDED),
    ([REPORT, fx.FixMerged(commit=COMMIT)], "record-release", fx.FixReleased(branch="lts-1", tag="1.1")),
    ([REPORT, PUBLISHED], "confirm-publication", out.AdvisoryConfirmed(channel="web")),
    (
        [REPORT, fx.FixReleased(branch="lts-1", tag="1.0")],
        "record-release",
        fx.FixReleased(branch="lts-1", tag="1.1"),
    ),
    (
        [REPORT, At(body=out.AdvisoryDrafted(digest="a" * 64), by="ines"), DRAFT],
        "approve",
        out.AdvisoryApproved(digest=DIGEST),
    ),
]


@pytest.mark.parametrize(("told", "verb", "body"), ALLOWED)
def test_what_is_close_to_a_refusal_is_allowed(told: list[Body | At], verb: str, body: Body) -> None:
    assert decide(VERBS[verb], case(*told), body, by="ines", at=NOW)[0].body == body
