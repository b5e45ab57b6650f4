"""Facts about advisories and about telling users and authorities."""

from typing import Annotated, Literal

from msgspec import Meta

from midstream.ledger.kinds.base import (
    Audience,
    Body,
    Branch,
    Digest,
    MaybeDigest,
    Moment,
    Name,
    Person,
    Reason,
    Text,
    Url,
    Word,
    kind,
)


@kind("advisory.edited", Audience.PARTICIPANT)
class AdvisoryEdited(Body, frozen=True, kw_only=True):
    """What the advisory says in words; a field that is left empty keeps what was said before. Texts are English."""

    title: Word = ""
    summary: Text = ""
    details: Text = ""
    impact: Text = ""
    workarounds: tuple[Text, ...] = ()
    mitigations: tuple[Text, ...] = ()
    references: tuple[Url, ...] = ()


@kind("advisory.imported", Audience.PARTICIPANT)
class AdvisoryImported(Body, frozen=True, kw_only=True):
    """A document of somebody else was read in, and the record takes from it what no other fact says.

    `digest` is that of the document; `record` is what may be taken of it, as JSON; `taken` names the fields that the
    record lacked, each with its place in the document; `left` names those that a person decides about.
    """

    format: Name
    digest: Digest
    record: Annotated[str, Meta(max_length=1_000_000)] = ""
    taken: tuple[Text, ...] = ()
    left: tuple[Text, ...] = ()


@kind("advisory.drafted", Audience.PARTICIPANT)
class AdvisoryDrafted(Body, frozen=True, kw_only=True):
    """A draft of the advisory exists; `digest` is that of its text, or of the advisory as the desk has it."""

    digest: Digest
    note: Text = ""


@kind("advisory.approved", Audience.PARTICIPANT)
class AdvisoryApproved(Body, frozen=True, kw_only=True):
    """A person who did not write the draft approved it."""

    digest: Digest


@kind("advisory.published", Audience.PUBLIC)
class AdvisoryPublished(Body, frozen=True, kw_only=True):
    """The advisory can be read in public at `url`."""

    channel: Name
    advisory: Word = ""
    url: Url = ""
    digest: MaybeDigest = ""
    target: Word = ""


@kind("advisory.confirmed", Audience.PUBLIC)
class AdvisoryConfirmed(Body, frozen=True, kw_only=True):
    """What stands in public was read back and is what was meant."""

    channel: Name
    digest: MaybeDigest = ""
    target: Word = ""
    sent_at: Moment | None = None


@kind("advisory.corrected", Audience.PUBLIC)
class AdvisoryCorrected(Body, frozen=True, kw_only=True):
    """A published advisory was put right."""

    channel: Name
    reason: Reason
    digest: MaybeDigest = ""


@kind("credit.accepted", Audience.PARTICIPANT)
class CreditAccepted(Body, frozen=True, kw_only=True):
    """A person wants to be named in the advisory, in these words."""

    person: Person
    words: Word = ""


@kind("credit.declined", Audience.TEAM)
class CreditDeclined(Body, frozen=True, kw_only=True):
    """A person wants not to be named."""

    person: Person


@kind("release_note.written", Audience.PUBLIC)
class ReleaseNoteWritten(Body, frozen=True, kw_only=True):
    """The release notes of a branch mention the fix."""

    branch: Branch
    url: Url = ""


@kind("users.informed", Audience.PUBLIC)
class UsersInformed(Body, frozen=True, kw_only=True):
    """Users were told, and told what they can do (Regulation (EU) 2024/2847, Article 14(8))."""

    how: Text = ""


@kind("authority.told", Audience.TEAM)
class AuthorityTold(Body, frozen=True, kw_only=True):
    """An authority was told: the CSIRT coordinator and ENISA (Regulation (EU) 2024/2847, Article 14, Article 24)."""

    subject: Literal["exploited", "incident", "policy"]
    stage: Literal["early-warning", "notification", "intermediate", "final", "answer"]
    reference: Word = ""


@kind("authority.asked", Audience.TEAM)
class AuthorityAsked(Body, frozen=True, kw_only=True):
    """An authority asked for more (Article 14(6): an intermediate report; Article 24(2): the policy)."""

    question: Text = ""
    subject: Literal["exploited", "incident", "policy"] = "exploited"
