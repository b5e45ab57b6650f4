"""Who a task belongs to: whoever claimed it, is on duty, or has the skill or the code area."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import msgspec

from midstream.cases.team import Team
from midstream.policy.duties import Duty


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """The persons a task belongs to, any of whom may do it, and why them; nobody when the team has nobody for it."""

    people: tuple[str, ...]
    why: str


class Sort(NamedTuple):
    """All that decides whose a task is, but for the moment: tasks of one sort belong to the same people.

    There are few sorts, however many tasks: a list of one's own tasks asks for its sorts. What decides nothing is
    empty.
    """

    project: str
    work: str
    claimed_by: str = ""
    role: str = ""
    skill: str = ""
    areas: tuple[str, ...] = ()

    def write(self) -> str:
        """Return the sort as one text, the same for the same sort."""
        return _encoder.encode(self).decode()

    @staticmethod
    def read(text: str) -> "Sort":
        """Return the sort that was written."""
        return _decoder.decode(text)


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Sort)


def sort_of(duty: Duty, *, project: str, areas: Iterable[str], claimed_by: str) -> Sort:
    """Return the sort of a task in a case of these code areas."""
    if claimed_by:
        return Sort(project=project, work=duty.work, claimed_by=claimed_by)
    if duty.role or duty.work == "process":
        return Sort(project=project, work=duty.work, role=duty.role)
    return Sort(project=project, work=duty.work, skill=duty.skill, areas=tuple(sorted(set(areas))))


def owner(duty: Duty, *, areas: Iterable[str], claimed_by: str, team: Team, now: datetime) -> Owner:
    """Return whose the task is at `now`; people who are away are left out, except one who claimed it."""
    sort = sort_of(duty, project=team.project.id, areas=areas, claimed_by=claimed_by)
    return owner_of_sort(sort, team=team, now=now)


def owner_of_sort(sort: Sort, *, team: Team, now: datetime) -> Owner:
    """Return whose the tasks of a sort are at `now`."""
    if sort.claimed_by:
        return Owner(people=(sort.claimed_by,), why="claimed")
    present = [person for person in team.project.people if not team.is_absent(person.name, now)]
    if sort.role:
        return Owner(people=tuple(person.name for person in present if sort.role in person.roles), why=sort.role)
    if sort.work == "process":
        on_duty = team.on_duty(now)
        return Owner(people=(on_duty,) if on_duty else (), why="on duty")
    named = set(sort.areas)
    in_area = [person.name for person in present if named & set(person.areas)]
    skilled = [person.name for person in present if sort.skill and sort.skill in person.skills]
    everybody = [person.name for person in present if "response-team" in person.roles]
    choices = (
        ([name for name in skilled if name in in_area], f"skill {sort.skill}, code area"),
        (skilled, f"skill {sort.skill}"),
        (in_area, "code area"),
        (everybody, "response team"),
    )
    people, why = next(((people, why) for people, why in choices if people), ([], "nobody"))
    return Owner(people=tuple(people), why=why)
