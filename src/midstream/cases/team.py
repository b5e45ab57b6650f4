"""The project at a moment: its file, its policy texts, who is on duty, which CVE ids are free, what was released."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from midstream.cases.case import replay
from midstream.ledger.fact import Fact
from midstream.ledger.kinds.cve import CveAllocated, CveBlockReserved
from midstream.ledger.kinds.process import (
    AbsenceRecorded,
    PolicyActivated,
    ProjectConfigured,
    ReleaseTagged,
    RotationShift,
)
from midstream.project import Project, read_project


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """A person's shift or absence: from `starts_at` up to, not including, `ends_at`."""

    person: str
    starts_at: datetime
    ends_at: datetime

    def holds(self, moment: datetime) -> bool:
        """Return whether `moment` lies in it."""
        return self.starts_at <= moment < self.ends_at


class Team(msgspec.Struct, frozen=True, kw_only=True):
    """What the project stream says at a moment. `policy_texts` are (where, text) of the policy last activated."""

    project: Project
    policy_texts: tuple[tuple[str, str], ...] = ()
    policy_digest: str = ""
    shifts: tuple[Span, ...] = ()
    absences: tuple[Span, ...] = ()
    free_cves: tuple[str, ...] = ()
    releases: tuple[ReleaseTagged, ...] = ()

    def is_absent(self, person: str, moment: datetime) -> bool:
        """Return whether the person is away at `moment`."""
        return any(span.person == person and span.holds(moment) for span in self.absences)

    def on_duty(self, moment: datetime) -> str:
        """Return who is on duty at `moment`, by the shift that began last, absences left out; or nobody, ""."""
        now = [shift for shift in self.shifts if shift.holds(moment) and not self.is_absent(shift.person, moment)]
        return max(now, key=lambda shift: shift.starts_at).person if now else ""

    def zone_of(self, person: str) -> tuple[str, str]:
        """Return the person's zone and region of holidays; those of the project for somebody its file does not name."""
        entry = self.project.person(person)
        return (entry.zone, entry.holidays) if entry else (self.project.zone, "")


def replay_team(facts: Iterable[Fact], *, project: str, as_of: datetime | None = None) -> Team | None:
    """Return the project at the moment `as_of`, or None when nothing had configured it by then."""
    stream = replay(facts, case=project, as_of=as_of)
    configured = stream.last(ProjectConfigured)
    if configured is None:
        return None
    activated = stream.last(PolicyActivated)
    policy = activated[1] if activated else None
    taken = {body.cve for _, body in stream.all(CveAllocated)}
    return Team(
        project=read_project(configured[1].text, where=f"midstream.toml of {project}"),
        policy_texts=tuple(zip(policy.files, policy.texts, strict=True)) if policy else (),
        policy_digest=policy.digest if policy else "",
        shifts=tuple(
            Span(person=body.person, starts_at=body.starts_at, ends_at=body.ends_at)
            for _, body in stream.all(RotationShift)
        ),
        absences=tuple(
            Span(person=body.person, starts_at=body.starts_at, ends_at=body.ends_at)
            for _, body in stream.all(AbsenceRecorded)
        ),
        free_cves=tuple(cve for _, block in stream.all(CveBlockReserved) for cve in block.cves if cve not in taken),
        releases=tuple(body for _, body in stream.all(ReleaseTagged)),
    )
