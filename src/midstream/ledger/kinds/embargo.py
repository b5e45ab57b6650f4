"""Facts about who may know, until when, and who was told."""

from typing import Literal

from midstream.ledger.kinds.base import (
    Audience,
    Body,
    Count,
    MaybeDigest,
    Moment,
    Name,
    Person,
    Reason,
    Text,
    Word,
    kind,
)

Stage = Literal["primary", "secondary"]
"""The stage of an embargo whose end a party asks to defer (TrustedFirmware.org incident handling)."""


@kind("embargo.proposed", Audience.PARTICIPANT)
class EmbargoProposed(Body, frozen=True, kw_only=True):
    """Somebody proposed to keep the case private."""

    until: Moment | None = None
    reason: Text = ""


@kind("embargo.agreed", Audience.PARTICIPANT)
class EmbargoAgreed(Body, frozen=True, kw_only=True):
    """The project decided to keep the case private, by default until the policy's public date."""

    until: Moment | None = None
    reason: Text = ""


@kind("embargo.declined", Audience.PUBLIC)
class EmbargoDeclined(Body, frozen=True, kw_only=True):
    """The project decided that the case needs no embargo: it is public from here."""

    reason: Text = ""


@kind("embargo.extension_requested", Audience.PARTICIPANT)
class EmbargoExtensionRequested(Body, frozen=True, kw_only=True):
    """Somebody asked to move the public date; without a decision the date stands."""

    party: Word = ""
    until: Moment
    reason: Reason


@kind("embargo.extension_refused", Audience.PARTICIPANT)
class EmbargoExtensionRefused(Body, frozen=True, kw_only=True):
    """The request to move the public date was refused."""

    party: Word = ""
    reason: Reason


@kind("embargo.extended", Audience.PARTICIPANT)
class EmbargoExtended(Body, frozen=True, kw_only=True):
    """The public date was moved to a later instant, with a rationale."""

    until: Moment
    reason: Reason


@kind("embargo.shortened", Audience.PARTICIPANT)
class EmbargoShortened(Body, frozen=True, kw_only=True):
    """The public date was moved to an earlier instant."""

    until: Moment
    reason: Reason


@kind("embargo.ended", Audience.PUBLIC)
class EmbargoEnded(Body, frozen=True, kw_only=True):
    """The embargo is over; the case may be seen by all. Nothing makes it private again."""

    reason: Literal["expired", "agreed", "public", "exploited"]
    note: Text = ""


@kind("meeting.reviewed", Audience.TEAM)
class MeetingReviewed(Body, frozen=True, kw_only=True):
    """A meeting looked at the case and decided whether it needs an embargo."""

    attendees: Count
    decision: Text = ""


@kind("participant.invited", Audience.TEAM)
class ParticipantInvited(Body, frozen=True, kw_only=True):
    """A person may see the case from here on; `basis` says why, `pledge` that they agreed to the embargo."""

    person: Person
    capacity: Literal["reporter", "maintainer", "release-manager", "stakeholder", "expert", "auditor"]
    basis: Text = ""
    pledge: bool = False


@kind("participant.removed", Audience.TEAM)
class ParticipantRemoved(Body, frozen=True, kw_only=True):
    """A person may no longer see what is not public of the case."""

    person: Person
    reason: Reason


@kind("party.told", Audience.TEAM)
class PartyTold(Body, frozen=True, kw_only=True):
    """A party on a list of the project was told, at a stage if there are several; `message` digests what was sent."""

    party: Name
    list: Word = ""
    stage: Word = ""
    message: MaybeDigest = ""
    how: Word = ""


@kind("party.answered", Audience.TEAM)
class PartyAnswered(Body, frozen=True, kw_only=True):
    """A party said where it stands."""

    party: Name
    status: Literal["acknowledged", "affected", "not-affected", "under-investigation"]
    note: Text = ""


@kind("deferral.requested", Audience.TEAM)
class DeferralRequested(Body, frozen=True, kw_only=True):
    """A party asked for more time to deploy before the next stage."""

    party: Name
    stage: Stage
    until: Moment
    reason: Reason


@kind("deferral.granted", Audience.TEAM)
class DeferralGranted(Body, frozen=True, kw_only=True):
    """A party was given until the instant named; the stage ends no earlier."""

    party: Name
    stage: Stage
    until: Moment
    reason: Text = ""


@kind("deferral.refused", Audience.TEAM)
class DeferralRefused(Body, frozen=True, kw_only=True):
    """A party was refused more time."""

    party: Name
    stage: Stage
    reason: Reason
