"""Facts about the fix, and about each branch that needs it."""

from typing import Literal

from midstream.ledger.kinds.base import (
    Audience,
    Body,
    Branch,
    Commit,
    MaybeCommit,
    MaybeDigest,
    Name,
    Person,
    Reason,
    Text,
    Url,
    Word,
    kind,
)

Justification = Literal[
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
]
"""Why a branch is not affected, in the words of OpenVEX 0.2.0 (Status Justifications)."""


@kind("introduced.recorded", Audience.PUBLIC)
class IntroducedRecorded(Body, frozen=True, kw_only=True):
    """Where the flaw came in, as a commit or as the first affected release."""

    commit: MaybeCommit = ""
    release: Word = ""
    confidence: Literal["certain", "likely", "guess"] = "likely"


@kind("fix.proposed", Audience.PARTICIPANT)
class FixProposed(Body, frozen=True, kw_only=True):
    """A candidate fix exists, in public or in private."""

    url: Url = ""
    commit: MaybeCommit = ""
    private: bool = False


@kind("fix.reviewed", Audience.PARTICIPANT)
class FixReviewed(Body, frozen=True, kw_only=True):
    """A person other than the author reviewed the fix."""

    reviewer: Person
    organisation: Word = ""


@kind("fix.available", Audience.PARTICIPANT)
class FixAvailable(Body, frozen=True, kw_only=True):
    """A robust fix exists and can be handed to those who need it, whether or not it is merged."""

    note: Text = ""


@kind("mitigation.available", Audience.PARTICIPANT)
class MitigationAvailable(Body, frozen=True, kw_only=True):
    """Something short of a fix lowers the risk and can be told to users."""

    note: Text = ""


@kind("fix.merged", Audience.PUBLIC)
class FixMerged(Body, frozen=True, kw_only=True):
    """The fix is in the project's main line of development."""

    commit: Commit
    into: Branch = "main"
    repository: Word = ""


@kind("fix.reverted", Audience.PUBLIC)
class FixReverted(Body, frozen=True, kw_only=True):
    """The fix was taken out of a branch again."""

    commit: Commit
    branch: Branch
    reason: Text = ""


@kind("fix.observed", Audience.PARTICIPANT)
class FixObserved(Body, frozen=True, kw_only=True):
    """What the repository shows of the fix on a branch, where that alone decides nothing; a person has to look.

    `digest` is taken over the evidence, so that the same evidence is told once.
    """

    branch: Branch
    word: Literal["fixed", "partly fixed", "vulnerable"]
    evidence: Reason
    commit: MaybeCommit = ""
    digest: MaybeDigest = ""


@kind("branch.affected", Audience.PARTICIPANT)
class BranchAffected(Body, frozen=True, kw_only=True):
    """A maintained branch has the flaw."""

    branch: Branch
    because: Text = ""


@kind("branch.not_affected", Audience.PARTICIPANT)
class BranchNotAffected(Body, frozen=True, kw_only=True):
    """A branch does not have the flaw, with the justification and the evidence; never said from silence."""

    branch: Branch
    justification: Justification
    evidence: Reason


@kind("backport.tried", Audience.PARTICIPANT)
class BackportTried(Body, frozen=True, kw_only=True):
    """A backport was tried and did not conflict."""

    branch: Branch
    outcome: Literal["clean", "empty", "error"]
    commit: MaybeCommit = ""
    detail: Text = ""
    digest: MaybeDigest = ""


@kind("backport.conflicted", Audience.PARTICIPANT)
class BackportConflicted(Body, frozen=True, kw_only=True):
    """A backport was tried and conflicts in the files named."""

    branch: Branch
    files: tuple[Name, ...]
    commit: MaybeCommit = ""
    digest: MaybeDigest = ""


@kind("backport.opened", Audience.PARTICIPANT)
class BackportOpened(Body, frozen=True, kw_only=True):
    """A backport is up for review."""

    branch: Branch
    url: Url = ""


@kind("backport.merged", Audience.PUBLIC)
class BackportMerged(Body, frozen=True, kw_only=True):
    """The fix is in a branch; `evidence` says how the commit was recognised."""

    branch: Branch
    commit: Commit
    evidence: Word = ""
    digest: MaybeDigest = ""


@kind("backport.waived", Audience.PARTICIPANT)
class BackportWaived(Body, frozen=True, kw_only=True):
    """The project decided not to fix a branch, with the reason."""

    branch: Branch
    reason: Reason


@kind("fix.released", Audience.PUBLIC)
class FixReleased(Body, frozen=True, kw_only=True):
    """A release of a branch carries the fix; the first one counts."""

    branch: Branch
    tag: Name
    commit: MaybeCommit = ""
    digest: MaybeDigest = ""


@kind("release_manager.informed", Audience.PARTICIPANT)
class ReleaseManagerInformed(Body, frozen=True, kw_only=True):
    """The release manager of a branch was told in private that a fix is coming."""

    branch: Branch


@kind("validation.recorded", Audience.PARTICIPANT)
class ValidationRecorded(Body, frozen=True, kw_only=True):
    """A test suite ran over a branch or a release; `log` is the digest of its output."""

    suite: Name
    target: Name
    outcome: Literal["passed", "failed", "limited"]
    log: MaybeDigest = ""


@kind("upstream.told", Audience.PARTICIPANT)
class UpstreamTold(Body, frozen=True, kw_only=True):
    """The upstream project of a component was told (CNA Operational Rules 4.2.16.6)."""

    upstream: Name
    reference: Word = ""
