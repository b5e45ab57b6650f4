"""Who may see: the one rule. `store` holds the same rule as SQL, and a law says that they agree.

A person sees a case
- with all its facts, as a member of the response team of its project;
- with the facts for participants, when invited and not removed since, or as a maintainer of a code area that the team
  named for the case and not removed;
- with its public facts, once the case is public.
Unknown and forbidden are the same answer: not found.
"""

import enum
from collections.abc import Mapping

import msgspec

from midstream.cases.case import Case
from midstream.cases.states import areas, is_public
from midstream.ledger.fact import Fact
from midstream.ledger.kinds.embargo import ParticipantInvited, ParticipantRemoved
from midstream.project import Project


class Sight(enum.IntEnum):
    """How much of a case a person sees; facts are shown whose audience is not above it."""

    NOTHING = 0
    PUBLIC = 1
    PARTICIPANT = 2
    TEAM = 3


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    """A person, the projects whose response team they are on, and the code areas they maintain, as (project, area)."""

    person: str
    teams: frozenset[str] = frozenset()
    areas: frozenset[tuple[str, str]] = frozenset()


def viewer(person: str, projects: Mapping[str, Project]) -> Viewer:
    """Return what the projects' files say of a person. Somebody no file names is nobody in particular."""
    teams: set[str] = set()
    maintained: set[tuple[str, str]] = set()
    for name, project in projects.items():
        entry = project.person(person)
        if entry is None:
            continue
        if "response-team" in entry.roles:
            teams.add(name)
        if "maintainer" in entry.roles:
            maintained.update((name, area) for area in entry.areas)
    return Viewer(person=person, teams=frozenset(teams), areas=frozenset(maintained))


def readers(case: Case) -> dict[str, bool]:
    """Return the persons named in the case's access facts: True for those invited, False for those removed since."""
    said = [(fact.number, body.person, True) for fact, body in case.all(ParticipantInvited)]
    said += [(fact.number, body.person, False) for fact, body in case.all(ParticipantRemoved)]
    return {person: is_invited for _, person, is_invited in sorted(said)}


def sight(who: Viewer, case: Case) -> Sight:
    """Return how much of the case the viewer sees."""
    if case.project in who.teams:
        return Sight.TEAM
    invited = readers(case).get(who.person)
    if invited or (invited is None and any((case.project, area) in who.areas for area in areas(case))):
        return Sight.PARTICIPANT
    return Sight.PUBLIC if is_public(case) else Sight.NOTHING


def visible(facts: tuple[Fact, ...], seen: Sight) -> tuple[Fact, ...]:
    """Return those of the facts that somebody with that sight may read."""
    return tuple(fact for fact in facts if fact.audience <= seen)
