"""The verbs: what each records, and when the case's facts allow it.

`decide(verb, case, body, …)` is pure: it returns the drafts to record, or raises `Refused` and nothing changes. The
fields of a verb are those of the fact it records, so what a person types is what the ledger keeps.
"""

from collections.abc import Callable
from datetime import datetime

import msgspec

from midstream.cases import guards
from midstream.cases.case import Case
from midstream.cases.errors import Refused
from midstream.cases.visibility import Sight
from midstream.ledger.fact import Draft
from midstream.ledger.kinds import NAMES, Body
from midstream.ledger.kinds import cve as cve_kinds
from midstream.ledger.kinds import disclosure as out
from midstream.ledger.kinds import embargo as em
from midstream.ledger.kinds import fix as fx
from midstream.ledger.kinds import intake as inn
from midstream.ledger.kinds import process as pro
from midstream.ledger.kinds import triage as tri

Guard = Callable[[guards.Asked], None]


class Verb(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a person can do to a case. `least` is the sight it takes; `unattended` whether the worker may do it."""

    name: str
    body: type[Body]
    guards: tuple[Guard, ...]
    least: Sight = Sight.TEAM
    unattended: bool = False

    @property
    def kind(self) -> str:
        """The kind of fact it records."""
        return NAMES[self.body]


def decide(verb: Verb, case: Case, body: Body, *, by: str, at: datetime) -> tuple[Draft, ...]:
    """Return what to record when `by` does `verb` at the moment `at`; raise `Refused` when the facts forbid it."""
    if not isinstance(body, verb.body):
        raise Refused(
            f"{verb.name} records {verb.kind}, not {type(body).__name__}", hint="Name the fields of the verb."
        )
    asked = guards.Asked(case=case, body=body, by=by, at=at)
    for guard in verb.guards:
        guard(asked)
    return (Draft(stream=f"case/{case.id}", said_by=by, happened_at=at, body=body),)


_team = Sight.TEAM
_participant = Sight.PARTICIPANT

_ROWS: tuple[tuple[str, type[Body], tuple[Guard, ...], Sight, bool], ...] = (
    ("acknowledge", inn.ReportAcknowledged, (guards.is_reported, guards.only_once), _team, False),
    ("forward", inn.ReportForwarded, (guards.is_open,), _team, False),
    ("accept", inn.ReportAccepted, (guards.is_open, guards.not_accepted), _team, False),
    ("reject", inn.ReportRejected, (guards.is_open, guards.not_published), _team, False),
    ("reopen", inn.ReportReopened, (guards.is_rejected,), _team, False),
    ("link-duplicate", inn.DuplicateLinked, (guards.is_open, guards.not_itself), _team, False),
    ("ask-reporter", inn.InformationRequested, (guards.is_open,), _team, False),
    ("record-answer", inn.InformationReceived, (guards.is_open,), _team, False),
    ("update-reporter", inn.ReporterUpdated, (guards.is_reported,), _team, False),
    ("note", inn.NoteAdded, (), _participant, False),
    ("withdraw", inn.FactWithdrawn, (guards.may_be_withdrawn,), _team, False),
    ("grant-exception", inn.ExceptionGranted, (), _team, False),
    ("erase", inn.ContentErased, (), _team, False),
    ("close", inn.CaseClosed, (guards.only_once,), _team, False),
    ("claim-role", tri.RoleClaimed, (guards.is_open,), _team, False),
    ("release-role", tri.RoleReleased, (), _team, False),
    ("assess-criterion", tri.CriterionAssessed, (guards.is_open,), _participant, False),
    ("score", tri.SeverityScored, (guards.is_open, guards.vector_fits), _team, False),
    ("name-weakness", tri.WeaknessNamed, (guards.is_open,), _participant, False),
    ("name-component", tri.ComponentNamed, (guards.is_open,), _team, False),
    ("record-exploit-published", tri.ExploitPublished, (), _participant, False),
    ("record-exploit-active", tri.ExploitActive, (), _team, False),
    ("record-incident", tri.IncidentSevere, (), _team, False),
    ("record-public", tri.PublicKnown, (), _team, False),
    ("suspect-leak", tri.LeakSuspected, (), _participant, False),
    ("dismiss-leak", tri.LeakDismissed, (guards.leak_suspected,), _team, False),
    ("propose-embargo", em.EmbargoProposed, (guards.is_private,), _participant, False),
    ("agree-embargo", em.EmbargoAgreed, (guards.is_private, guards.until_ahead), _team, False),
    ("decline-embargo", em.EmbargoDeclined, (guards.is_private, guards.no_embargo), _team, False),
    ("request-extension", em.EmbargoExtensionRequested, (guards.has_embargo, guards.until_ahead), _participant, False),
    ("refuse-extension", em.EmbargoExtensionRefused, (guards.extension_asked,), _team, False),
    ("extend-embargo", em.EmbargoExtended, (guards.has_embargo, guards.until_ahead), _team, False),
    ("shorten-embargo", em.EmbargoShortened, (guards.has_embargo, guards.until_ahead), _team, False),
    ("end-embargo", em.EmbargoEnded, (guards.is_private, guards.may_end), _team, True),
    ("review", em.MeetingReviewed, (), _team, False),
    ("invite", em.ParticipantInvited, (guards.not_invited, guards.pledge_given), _team, False),
    ("remove", em.ParticipantRemoved, (), _team, False),
    ("notify", em.PartyTold, (guards.is_open, guards.not_told), _team, False),
    ("record-party", em.PartyAnswered, (guards.was_told,), _team, False),
    ("request-deferral", em.DeferralRequested, (guards.was_told, guards.until_ahead), _team, False),
    ("grant-deferral", em.DeferralGranted, (guards.deferral_asked, guards.until_ahead), _team, False),
    ("refuse-deferral", em.DeferralRefused, (guards.deferral_asked,), _team, False),
    ("assign-cve", cve_kinds.CveAssigned, (guards.is_open, guards.no_cve), _team, True),
    ("tell-cve", cve_kinds.CveReporterTold, (guards.cve_is_ours,), _team, False),
    ("record-cve-published", cve_kinds.CvePublished, (guards.cve_is_ours, guards.may_be_published), _team, False),
    ("reject-cve", cve_kinds.CveRejected, (guards.cve_is_ours,), _team, False),
    ("observe-cve", cve_kinds.CveObserved, (guards.cve_is_ours,), _team, False),
    ("record-introduced", fx.IntroducedRecorded, (), _participant, False),
    ("propose-fix", fx.FixProposed, (guards.is_open,), _participant, False),
    ("review-fix", fx.FixReviewed, (guards.is_open,), _participant, False),
    ("offer-fix", fx.FixAvailable, (guards.is_open, guards.only_once), _participant, False),
    ("offer-mitigation", fx.MitigationAvailable, (guards.is_open,), _participant, False),
    ("record-fix", fx.FixMerged, (guards.is_open,), _participant, False),
    ("record-revert", fx.FixReverted, (), _participant, False),
    ("mark-affected", fx.BranchAffected, (guards.is_open,), _participant, False),
    ("clear-branch", fx.BranchNotAffected, (guards.is_open,), _participant, False),
    ("record-trial", fx.BackportTried, (guards.is_open,), _participant, False),
    ("record-conflict", fx.BackportConflicted, (guards.is_open,), _participant, False),
    ("open-backport", fx.BackportOpened, (guards.is_open,), _participant, False),
    ("record-backport", fx.BackportMerged, (guards.is_open,), _participant, False),
    ("waive", fx.BackportWaived, (guards.is_open,), _team, False),
    ("record-release", fx.FixReleased, (guards.branch_has_fix,), _participant, False),
    ("inform-release-manager", fx.ReleaseManagerInformed, (), _team, False),
    ("record-validation", fx.ValidationRecorded, (), _participant, False),
    ("tell-upstream", fx.UpstreamTold, (), _team, False),
    ("edit-advisory", out.AdvisoryEdited, (guards.is_open,), _participant, False),
    ("draft-advisory", out.AdvisoryDrafted, (guards.is_open,), _participant, False),
    ("approve", out.AdvisoryApproved, (guards.by_another,), _participant, False),
    ("record-publication", out.AdvisoryPublished, (guards.may_be_published,), _team, False),
    ("confirm-publication", out.AdvisoryConfirmed, (guards.was_published,), _team, False),
    ("correct-publication", out.AdvisoryCorrected, (guards.was_published,), _team, False),
    ("accept-credit", out.CreditAccepted, (), _participant, False),
    ("decline-credit", out.CreditDeclined, (), _participant, False),
    ("write-release-note", out.ReleaseNoteWritten, (), _participant, False),
    ("inform-users", out.UsersInformed, (guards.may_be_published,), _team, False),
    ("tell-authority", out.AuthorityTold, (), _team, False),
    ("record-authority-question", out.AuthorityAsked, (), _team, False),
    ("claim", pro.TaskClaimed, (), _participant, False),
    ("hand-over", pro.TaskHandedOver, (), _participant, False),
    ("release-task", pro.TaskReleased, (), _participant, False),
)

VERBS: dict[str, Verb] = {
    name: Verb(name=name, body=body, guards=checks, least=least, unattended=unattended)
    for name, body, checks, least, unattended in _ROWS
}
"""Every verb by name."""
