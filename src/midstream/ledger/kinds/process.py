"""Facts about how the work is shared out, and the project stream's own."""

from typing import Literal

from midstream.ledger.kinds.base import (
    Audience,
    Body,
    Branch,
    Commit,
    Count,
    Digest,
    Moment,
    Name,
    Person,
    Project,
    Reason,
    Text,
    Word,
    kind,
)


@kind("project.configured", Audience.TEAM)
class ProjectConfigured(Body, frozen=True, kw_only=True):
    """The project's `midstream.toml` as the desk holds it from here on, whole."""

    project: Project
    text: str
    digest: Digest


@kind("policy.activated", Audience.TEAM)
class PolicyActivated(Body, frozen=True, kw_only=True):
    """The policy the project follows from here on: the texts of it and of all it extends, whole."""

    policy: Name
    files: tuple[Name, ...]
    texts: tuple[str, ...]
    digest: Digest


@kind("rotation.shift", Audience.TEAM)
class RotationShift(Body, frozen=True, kw_only=True):
    """A person is on duty for a span of time."""

    person: Person
    starts_at: Moment
    ends_at: Moment


@kind("absence.recorded", Audience.TEAM)
class AbsenceRecorded(Body, frozen=True, kw_only=True):
    """A person is away for a span of time."""

    person: Person
    starts_at: Moment
    ends_at: Moment


@kind("release.tagged", Audience.PUBLIC)
class ReleaseTagged(Body, frozen=True, kw_only=True):
    """The project tagged a release."""

    tag: Name
    branch: Branch
    commit: Commit


@kind("task.claimed", Audience.PARTICIPANT)
class TaskClaimed(Body, frozen=True, kw_only=True):
    """A person took a task."""

    task: Name
    person: Person


@kind("task.handed_over", Audience.PARTICIPANT)
class TaskHandedOver(Body, frozen=True, kw_only=True):
    """A person passed a task on, with a note of where it stands."""

    task: Name
    to: Person
    note: Reason


@kind("task.released", Audience.PARTICIPANT)
class TaskReleased(Body, frozen=True, kw_only=True):
    """A person gave a task back to the queue."""

    task: Name
    note: Text = ""


@kind("action.attempted", Audience.TEAM)
class ActionAttempted(Body, frozen=True, kw_only=True):
    """The worker tried to do a process task; a failed attempt says why and is tried again later."""

    task: Name
    verb: Name
    attempt: Count
    outcome: Literal["done", "failed"]
    detail: Text = ""


@kind("access.reviewed", Audience.TEAM)
class AccessReviewed(Body, frozen=True, kw_only=True):
    """Who may see the project's private cases was looked through."""

    note: Text = ""


@kind("key.rotated", Audience.TEAM)
class KeyRotated(Body, frozen=True, kw_only=True):
    """A shared key was revoked and issued anew, for instance because a member left."""

    key: Word = ""
    reason: Reason
