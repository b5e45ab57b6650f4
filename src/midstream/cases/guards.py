"""When a verb is allowed: each guard returns nothing, or raises `Refused` with what stands in the way."""

from datetime import datetime

import msgspec

from midstream.cases.case import Case
from midstream.cases.errors import Refused
from midstream.cases.states import WIDENING, cells, is_public, triage
from midstream.cases.states import embargo as embargo_state
from midstream.cases.visibility import readers
from midstream.ledger.fact import write_time
from midstream.ledger.kinds import NAMES, Body
from midstream.ledger.kinds.cve import CveAssigned
from midstream.ledger.kinds.disclosure import AdvisoryDrafted, AdvisoryPublished
from midstream.ledger.kinds.embargo import DeferralRequested, EmbargoExtensionRequested, ParticipantInvited, PartyTold
from midstream.ledger.kinds.intake import CaseClosed, DuplicateLinked, FactWithdrawn
from midstream.ledger.kinds.triage import LeakSuspected


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a verb is asked to do: on which case, with which fields, by whom and for when."""

    case: Case
    body: Body
    by: str
    at: datetime


LASTING = frozenset({"content.erased", "fact.withdrawn"})
"""The kinds of fact that cannot be withdrawn, besides those that made the case public and the one that began it."""

CVSS_VERSIONS = ("CVSS:3.0/", "CVSS:3.1/", "CVSS:4.0/")


def is_open(asked: Asked) -> None:
    """Refuse when the case was rejected, is a duplicate or is closed."""
    if linked := asked.case.last(DuplicateLinked):
        raise Refused(f"{asked.case.id} is a duplicate of {linked[1].of}", hint=f"Work on {linked[1].of} instead.")
    if triage(asked.case).word == "rejected":
        raise Refused(f"{asked.case.id} was rejected", hint="Use the verb reopen first, with the reason.")
    if asked.case.has(CaseClosed):
        raise Refused(f"{asked.case.id} is closed", hint="Withdraw the fact that closed it, with the reason.")


def is_reported(asked: Asked) -> None:
    """Refuse when no report is on record, so that there is nobody to answer."""
    if "report.received" not in asked.case.by_kind:
        raise Refused(
            f"{asked.case.id} has no report on record", hint="Nobody reported it, so there is nobody to answer."
        )


def not_accepted(asked: Asked) -> None:
    """Refuse when the case stands accepted; one that was rejected and reopened may be accepted again."""
    state = triage(asked.case)
    if state.word == "accepted":
        raise Refused(f"{asked.case.id} is accepted: fact {state.because[0]}", hint="Nothing needs to be done.")


def is_rejected(asked: Asked) -> None:
    """Refuse when the case was not rejected."""
    if triage(asked.case).word != "rejected":
        raise Refused(f"{asked.case.id} was not rejected", hint="There is nothing to reopen.")


def only_once(asked: Asked) -> None:
    """Refuse when a fact of the kind is on record already."""
    found = asked.case.by_kind.get(NAMES[type(asked.body)])
    if found:
        last = found[-1]
        raise Refused(
            f"{last.kind} is on record: fact {last.number}, {write_time(last.happened_at)[:16]}Z, by {last.said_by}",
            hint="If it was a mistake, withdraw that fact first.",
        )


def not_published(asked: Asked) -> None:
    """Refuse when an advisory is public."""
    if asked.case.has(AdvisoryPublished):
        raise Refused("its advisory is public", hint="Correct the publication, or reject the CVE id.")


def not_itself(asked: Asked) -> None:
    """Refuse to make a case the duplicate of itself or of a case linked to it."""
    of = str(getattr(asked.body, "of", ""))
    if of == asked.case.id:
        raise Refused(f"{asked.case.id} cannot be a duplicate of itself", hint="Name the other case.")
    if any(getattr(fact.body, "case", "") == of for fact in asked.case.by_kind.get("report.repeated", ())):
        raise Refused(
            f"{of} is already a duplicate of {asked.case.id}",
            hint=f"{asked.case.id} carries the work; nothing is left to link.",
        )


def may_be_withdrawn(asked: Asked) -> None:
    """Refuse to withdraw what is not there, what made the case public, what was destroyed, or how the case began."""
    number = asked.body.number if isinstance(asked.body, FactWithdrawn) else 0
    counting = {fact.number: fact for facts in asked.case.by_kind.values() for fact in facts}
    fact = counting.get(number)
    if fact is None:
        raise Refused(
            f"{asked.case.id} has no fact {number} that counts", hint="See the numbers in `midstream case log`."
        )
    if fact.kind in WIDENING:
        raise Refused(
            f"fact {number} made the case public", hint="What was public stays public; correct the publication instead."
        )
    if fact.kind in LASTING or fact.number == 1:
        raise Refused(f"fact {number}, {fact.kind}, cannot be withdrawn", hint="Add a note that says what is true.")


def vector_fits(asked: Asked) -> None:
    """Refuse a vector that names no CVSS version."""
    vector = str(getattr(asked.body, "vector", ""))
    if vector and not vector.startswith(CVSS_VERSIONS):
        raise Refused(f"{vector[:40]!r} is no CVSS vector", hint="It begins with CVSS:3.1/ or CVSS:4.0/.")


def leak_suspected(asked: Asked) -> None:
    """Refuse when no leak was suspected."""
    if not asked.case.has(LeakSuspected):
        raise Refused("no leak is suspected", hint="There is nothing to dismiss.")


def is_private(asked: Asked) -> None:
    """Refuse when the case is public: nothing makes it private again."""
    if is_public(asked.case):
        raise Refused(f"{asked.case.id} is public", hint="Visibility only widens; an embargo cannot begin now.")


def no_embargo(asked: Asked) -> None:
    """Refuse when an embargo was agreed."""
    if "embargo.agreed" in asked.case.by_kind:
        raise Refused("an embargo was agreed", hint="Use end-embargo.")


def has_embargo(asked: Asked) -> None:
    """Refuse when there is no embargo that could be changed."""
    state = embargo_state(asked.case)
    if state.word == "ended":
        raise Refused(
            f"the embargo ended at {write_time(state.since)[:16]}Z" if state.since else "the embargo ended",
            hint="What was public stays public.",
        )
    if "embargo.agreed" not in asked.case.by_kind:
        raise Refused("no embargo was agreed", hint="Use agree-embargo or decline-embargo first.")


def may_end(asked: Asked) -> None:
    """Refuse to make a case public that was neither accepted nor put under an agreed embargo: nobody has judged it."""
    if "embargo.agreed" not in asked.case.by_kind and "report.accepted" not in asked.case.by_kind:
        raise Refused(f"{asked.case.id} was not accepted yet", hint="Accept or reject the report first.")


def extension_asked(asked: Asked) -> None:
    """Refuse when nobody asked for an extension."""
    if not asked.case.has(EmbargoExtensionRequested):
        raise Refused("nobody asked for an extension", hint="There is nothing to refuse.")


def until_ahead(asked: Asked) -> None:
    """Refuse an `until` that is not after the moment of the decision."""
    until = getattr(asked.body, "until", None)
    if isinstance(until, datetime):
        if until.tzinfo is None:
            raise Refused(f"{until} has no zone", hint="Give the hour with its zone: 2027-02-18T09:00+01:00.")
        if until <= asked.at:
            raise Refused(f"{write_time(until)[:16]}Z is not ahead", hint="Name an instant that is still to come.")


def not_invited(asked: Asked) -> None:
    """Refuse to invite somebody who is a participant."""
    if readers(asked.case).get(str(getattr(asked.body, "person", ""))):
        raise Refused("that person is a participant already", hint="Nothing needs to be done.")


def pledge_given(asked: Asked) -> None:
    """Refuse to show an embargoed case to a stakeholder who did not agree to the embargo."""
    if (
        isinstance(asked.body, ParticipantInvited)
        and asked.body.capacity == "stakeholder"
        and not asked.body.pledge
        and not is_public(asked.case)
    ):
        raise Refused("a stakeholder has to agree to the embargo first", hint="Invite with pledge=true once they did.")


def not_told(asked: Asked) -> None:
    """Refuse to record twice that a party was told as a member of one list at one stage."""
    told = {(entry.party, entry.list, entry.stage) for _, entry in asked.case.all(PartyTold)}
    if isinstance(asked.body, PartyTold) and (asked.body.party, asked.body.list, asked.body.stage) in told:
        raise Refused(f"{asked.body.party} was told already", hint="For further news name the stage: stage=fix.")


def was_told(asked: Asked) -> None:
    """Refuse when the party was never told."""
    party = getattr(asked.body, "party", "")
    if party not in {entry.party for _, entry in asked.case.all(PartyTold)}:
        raise Refused(f"{party} was never told of {asked.case.id}", hint="Use notify first.")


def deferral_asked(asked: Asked) -> None:
    """Refuse when the party did not ask for this deferral."""
    wanted = (getattr(asked.body, "party", ""), getattr(asked.body, "stage", ""))
    if wanted not in {(entry.party, entry.stage) for _, entry in asked.case.all(DeferralRequested)}:
        raise Refused(f"{wanted[0]} asked for no {wanted[1]} deferral", hint="Use request-deferral first.")


def no_cve(asked: Asked) -> None:
    """Refuse a second CVE id for one vulnerability."""
    if assigned := asked.case.last(CveAssigned):
        raise Refused(
            f"{assigned[1].cve} is assigned", hint="One vulnerability has one id; open a case for another one."
        )


def cve_is_ours(asked: Asked) -> None:
    """Refuse when the id is not the case's."""
    cve = getattr(asked.body, "cve", "")
    if cve not in {entry.cve for _, entry in asked.case.all(CveAssigned)}:
        raise Refused(f"{cve} is not assigned to {asked.case.id}", hint="See `midstream case show`.")


def may_be_published(asked: Asked) -> None:
    """Refuse when the case is not public yet: nothing may tell of it before the embargo has ended."""
    if not is_public(asked.case):
        raise Refused(f"{asked.case.id} is not public", hint="Use end-embargo or decline-embargo first.")


def was_published(asked: Asked) -> None:
    """Refuse when nothing was published on the channel."""
    channel = getattr(asked.body, "channel", "")
    if channel not in {entry.channel for _, entry in asked.case.all(AdvisoryPublished)}:
        raise Refused(f"nothing was published on {channel!r}", hint="Use record-publication first.")


def branch_has_fix(asked: Asked) -> None:
    """Refuse a release that would carry the fix of a branch where no fix is on record."""
    branch = str(getattr(asked.body, "branch", ""))
    cell = cells(asked.case).get(branch)
    if "fix.merged" not in asked.case.by_kind and (cell is None or cell.word not in {"merged", "released"}):
        raise Refused(f"no fix is on record for {branch}", hint="Use record-fix or record-backport first.")


def by_another(asked: Asked) -> None:
    """Refuse approval of anything but the latest draft, and by its author."""
    drafted = asked.case.last(AdvisoryDrafted)
    if drafted is None:
        raise Refused("there is no draft", hint="Use draft-advisory first.")
    fact, draft = drafted
    if getattr(asked.body, "digest", "") != draft.digest:
        raise Refused(
            "that is not the latest draft", hint=f"The latest draft is {draft.digest[:12]}…, fact {fact.number}."
        )
    authors = {entry.said_by for entry, text in asked.case.all(AdvisoryDrafted) if text.digest == draft.digest}
    if asked.by in authors:
        raise Refused("an author does not approve their own draft", hint="Ask another member of the team.")
