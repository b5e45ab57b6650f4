"""The project at a moment: its file, its policy, who is on duty, which CVE ids are free."""

from datetime import datetime, timedelta

import pytest

from midstream.cases.team import Team, replay_team
from midstream.ledger.kinds import Body
from midstream.ledger.kinds.cve import CveAllocated, CveBlockReserved
from midstream.ledger.kinds.intake import FactWithdrawn
from midstream.ledger.kinds.process import (
    AbsenceRecorded,
    PolicyActivated,
    ProjectConfigured,
    ReleaseTagged,
    RotationShift,
)
from midstream.project import ProjectError, read_project
from tests.telling import COMMIT, DAY, DIGEST, HOUR, PROJECT, START, At, facts

CONFIGURED = ProjectConfigured(project="tf-m", text=PROJECT, digest=DIGEST)


def told(*bodies: Body | At, as_of: datetime | None = None) -> Team | None:
    return replay_team(facts(bodies, stream="project/tf-m"), project="tf-m", as_of=as_of)


def team(*bodies: Body | At) -> Team:
    found = told(CONFIGURED, *bodies)
    assert found is not None
    return found


def shift(person: str, begins: int, ends: int) -> RotationShift:
    return RotationShift(person=person, starts_at=START + begins * DAY, ends_at=START + ends * DAY)


def absence(person: str, begins: int, ends: int) -> AbsenceRecorded:
    return AbsenceRecorded(person=person, starts_at=START + begins * DAY, ends_at=START + ends * DAY)


def test_a_project_that_nothing_configured_is_none() -> None:
    assert told() is None
    assert told(shift("mara", 0, 7)) is None
    assert told(CONFIGURED, as_of=START - HOUR) is None
    assert told(CONFIGURED, FactWithdrawn(number=1, reason="wrong project")) is None


def test_the_file_last_loaded_counts() -> None:
    later = ProjectConfigured(project="tf-m", text=PROJECT.replace("Firmware-M", "Firmware M"), digest=DIGEST)
    assert team() == Team(project=read_project(PROJECT))
    assert team(later).project.name == "Trusted Firmware M"
    before = told(CONFIGURED, later, as_of=START)
    assert before is not None
    assert before.project.name == "Trusted Firmware-M"


def test_a_stored_file_that_cannot_be_read_names_its_project() -> None:
    with pytest.raises(ProjectError, match=r"^midstream\.toml of tf-m:1: "):
        told(ProjectConfigured(project="tf-m", text="", digest=DIGEST))


def test_the_policy_last_activated_counts() -> None:
    first = PolicyActivated(policy="house", files=("a.toml",), texts=("A",), digest="a" * 64)
    second = PolicyActivated(policy="house", files=("a.toml", "b.toml"), texts=("A", "B"), digest="b" * 64)
    assert (team().policy_texts, team().policy_digest) == ((), "")
    found = team(first, second)
    assert (found.policy_texts, found.policy_digest) == ((("a.toml", "A"), ("b.toml", "B")), "b" * 64)


DUTY = [
    shift("mara", 0, 7),
    shift("yuki", 7, 14),
    shift("ines", 9, 10),
    absence("yuki", 11, 12),
    absence("mara", 20, 30),
]


@pytest.mark.parametrize(
    ("days", "person"),
    [
        (-0.001, ""),
        (0, "mara"),
        (6.999, "mara"),
        (7, "yuki"),
        (9, "ines"),  # the shift that began last
        (10, "yuki"),
        (11, ""),  # yuki is away and nobody else is on duty
        (12, "yuki"),
        (14, ""),
    ],
)
def test_who_is_on_duty(days: float, person: str) -> None:
    assert team(*DUTY).on_duty(START + timedelta(days=days)) == person


def test_somebody_else_on_duty_stands_in_for_who_is_away() -> None:
    found = team(shift("mara", 0, 7), shift("yuki", 1, 7), absence("yuki", 2, 3))
    assert [found.on_duty(START + days * DAY) for days in (1, 2, 3)] == ["yuki", "mara", "yuki"]


def test_who_is_away() -> None:
    found = team(*DUTY)
    assert found.is_absent("mara", START + 20 * DAY)
    assert not found.is_absent("mara", START + 30 * DAY)
    assert not found.is_absent("ines", START + 20 * DAY)


def test_a_withdrawn_shift_does_not_count() -> None:
    assert team(shift("mara", 0, 7), FactWithdrawn(number=2, reason="wrong week")).on_duty(START) == ""


def test_the_zone_of_a_person() -> None:
    assert team().zone_of("mara") == ("Europe/London", "GB")
    assert team().zone_of("yuki") == ("Asia/Tokyo", "")
    assert team().zone_of("somebody") == ("Europe/London", "")


def test_cve_ids_are_free_until_they_are_given_to_a_case() -> None:
    block = CveBlockReserved(year=2026, cves=("CVE-2026-1003", "CVE-2026-1001", "CVE-2026-1002"))
    more = CveBlockReserved(year=2026, cves=("CVE-2026-2000",))
    assert team(block, more).free_cves == ("CVE-2026-1003", "CVE-2026-1001", "CVE-2026-1002", "CVE-2026-2000")
    taken = CveAllocated(cve="CVE-2026-1001", case="c-1")
    assert team(block, more, taken).free_cves == ("CVE-2026-1003", "CVE-2026-1002", "CVE-2026-2000")
    assert team(block, taken, FactWithdrawn(number=3, reason="wrong case")).free_cves == block.cves
    assert team().free_cves == ()


def test_releases_in_the_order_they_were_made() -> None:
    first = ReleaseTagged(tag="1.0", branch="main", commit=COMMIT)
    second = ReleaseTagged(tag="1.1", branch="main", commit=COMMIT)
    assert team(At(body=second, happened=START + DAY), At(body=first, happened=START)).releases == (first, second)
