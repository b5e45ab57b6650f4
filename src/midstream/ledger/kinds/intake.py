"""Facts about reports and the conversation with those who sent them."""

from typing import Literal

from midstream.ledger.kinds.base import (
    Audience,
    Body,
    Case,
    Count,
    Digest,
    MaybeDigest,
    Moment,
    Name,
    Percent,
    Project,
    Reason,
    Text,
    Word,
    kind,
)

Channel = Literal["mail", "github", "web", "bounty", "manufacturer", "internal", "upstream", "scanner", "meeting"]
"""How a report came; ``manufacturer`` is a report under Article 13(6) of the Cyber Resilience Act."""

Rejection = Literal[
    "not-a-vulnerability",
    "works-as-intended",
    "other-vendor",
    "out-of-scope",
    "end-of-life",
    "insufficient-information",
    "application-bug",
    "hardware-attack",
]
"""Why a report was rejected (ISO/IEC 30111 exits and the rejection reasons of Zephyr and TrustedFirmware.org)."""


@kind("case.opened", Audience.PUBLIC)
class CaseOpened(Body, frozen=True, kw_only=True):
    """A case was opened without a report on record, for instance from public history."""

    project: Project
    title: Name
    origin: Word = ""
    invented: bool = False


@kind("report.received", Audience.TEAM)
class ReportReceived(Body, frozen=True, kw_only=True):
    """Somebody told of a suspected vulnerability; `content` is the digest of what came, `text` of its words.

    `code` is the digest of the code by which somebody without an account follows the report up.
    """

    project: Project
    channel: Channel
    title: Name
    reporter: Word = ""
    reporter_name: Word = ""
    anonymous: bool = False
    area: Word = ""
    disclosure_plan: Text = ""
    message_id: Word = ""
    content: MaybeDigest = ""
    text: MaybeDigest = ""
    encrypted: bool = False
    invented: bool = False
    code: MaybeDigest = ""


@kind("message.received", Audience.TEAM)
class MessageReceived(Body, frozen=True, kw_only=True):
    """A further message about the case arrived; `content` is the digest of what came."""

    sender: Word = ""
    subject: Word = ""
    message_id: Word = ""
    content: MaybeDigest = ""


@kind("file.attached", Audience.TEAM)
class FileAttached(Body, frozen=True, kw_only=True):
    """A file came with a report or a message; `content` is its digest, `name` and `media_type` are what was said."""

    name: Name
    content: Digest
    size: Count
    media_type: Word = ""


@kind("report.acknowledged", Audience.PARTICIPANT)
class ReportAcknowledged(Body, frozen=True, kw_only=True):
    """The reporter was told that the report arrived and who looks after it."""

    message_id: Word = ""


@kind("report.forwarded", Audience.PARTICIPANT)
class ReportForwarded(Body, frozen=True, kw_only=True):
    """The triager passed the report on to the project's own incident handlers."""

    to: Word = ""


@kind("report.accepted", Audience.PARTICIPANT)
class ReportAccepted(Body, frozen=True, kw_only=True):
    """The project accepted the report as a vulnerability of its own."""

    note: Text = ""


@kind("report.rejected", Audience.PARTICIPANT)
class ReportRejected(Body, frozen=True, kw_only=True):
    """The report was rejected, for the reason given."""

    reason: Rejection
    note: Text = ""


@kind("report.reopened", Audience.PARTICIPANT)
class ReportReopened(Body, frozen=True, kw_only=True):
    """A rejected report was taken up again."""

    reason: Reason


@kind("report.repeated", Audience.TEAM)
class ReportRepeated(Body, frozen=True, kw_only=True):
    """A second report of the same vulnerability arrived and became the case named here."""

    case: Case
    independent: bool = False


@kind("duplicate.suspected", Audience.TEAM)
class DuplicateSuspected(Body, frozen=True, kw_only=True):
    """The report resembles another case; a person decides. `score` runs from 0 to 100."""

    of: Case
    score: Percent
    because: Word


@kind("duplicate.linked", Audience.TEAM)
class DuplicateLinked(Body, frozen=True, kw_only=True):
    """The report is about the same vulnerability as another case, which carries the work from here."""

    of: Case
    independent: bool = False


@kind("information.requested", Audience.PARTICIPANT)
class InformationRequested(Body, frozen=True, kw_only=True):
    """The reporter was asked for what is missing."""

    question: Text


@kind("information.received", Audience.PARTICIPANT)
class InformationReceived(Body, frozen=True, kw_only=True):
    """What had been asked for arrived."""

    note: Text = ""


@kind("reporter.updated", Audience.PARTICIPANT)
class ReporterUpdated(Body, frozen=True, kw_only=True):
    """The reporter was told what is new."""

    trigger: Word = ""
    note: Text = ""


@kind("case.closed", Audience.PARTICIPANT)
class CaseClosed(Body, frozen=True, kw_only=True):
    """Nothing is left to do; the evidence is complete."""

    reason: Text = ""


@kind("note.added", Audience.TEAM)
class NoteAdded(Body, frozen=True, kw_only=True):
    """Somebody wrote down something worth keeping."""

    text: Text


@kind("content.erased", Audience.TEAM)
class ContentErased(Body, frozen=True, kw_only=True):
    """The key of the case's blobs was destroyed, so mails and attachments can never be read again."""

    reason: Reason
    blobs: Count = 0


@kind("fact.withdrawn", Audience.TEAM)
class FactWithdrawn(Body, frozen=True, kw_only=True):
    """An earlier fact of this stream was recorded by mistake and no longer counts."""

    number: Count
    reason: Reason


@kind("exception.granted", Audience.TEAM)
class ExceptionGranted(Body, frozen=True, kw_only=True):
    """An obligation was lifted for this case, with the rationale; `publish_at` is when it may be read."""

    obligation: Name
    subject: Word = ""
    reason: Reason
    publish_at: Moment | None = None
