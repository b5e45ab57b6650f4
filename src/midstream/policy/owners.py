"""Who a task belongs to: whoever claimed it, is on duty, or has the skill or the code area."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from midstream.cases.team import Team
from midstream.policy.duties import Duty


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """The persons a task belongs to, any of whom may do it, and why them; nobody when the team has nobody for it."""

    people: tuple[str, ...]
    why: str


def owner(duty: Duty, *, areas: Iterable[str], claimed_by: str, team: Team, now: datetime) -> Owner:
    """Return whose the task is at `now`; people who are away are left out, except one who claimed it."""
    if claimed_by:
        return Owner(people=(claimed_by,), why="claimed")
    present = [person for person in team.project.people if not team.is_absent(person.name, now)]
    if duty.role:
        return Owner(people=tuple(person.name for person in present if duty.role in person.roles), why=duty.role)
    if duty.work == "process":
        on_duty = team.on_duty(now)
        return Owner(people=(on_duty,) if on_duty else (), why="on duty")
    named = set(areas)
    in_area = [person.name for person in present if named & set(person.areas)]
    skilled = [person.name for person in present if duty.skill and duty.skill in person.skills]
    everybody = [person.name for person in present if "response-team" in person.roles]
    choices = (
        ([name for name in skilled if name in in_area], f"skill {duty.skill}, code area"),
        (skilled, f"skill {duty.skill}"),
        (in_area, "code area"),
        (everybody, "response team"),
    )
    people, why = next(((people, why) for people, why in choices if people), ([], "nobody"))
    return Owner(people=tuple(people), why=why)
