"""Who may see: the one rule. `store` holds the same rule as SQL, and a law says that they agree.

A person sees a case
- with all its facts, as a member of the response team of its project;
- with the facts for participants, when invited and not removed since; or, unless removed, as a maintainer of a code
  area that the team named for the case, or as a stakeholder whose party was told of it: the stages of an embargo are
  the order in which parties are told;
- with its public facts, once the case is public.
Unknown and forbidden are the same answer: not found.

An auditor sees of every case of the project that it is there and what was done when, but nothing that was said:
`may_audit` is that second, smaller rule. An administrator sees no case at all.
"""

import enum
from collections.abc import Mapping

import msgspec

from midstream.cases.case import Case
from midstream.cases.states import areas, is_public
from midstream.ledger.fact import Fact
from midstream.ledger.kinds.embargo import ParticipantInvited, ParticipantRemoved, PartyTold
from midstream.project import Project


class Sight(enum.IntEnum):
    """How much of a case a person sees; facts are shown whose audience is not above it."""

    NOTHING = 0
    PUBLIC = 1
    PARTICIPANT = 2
    TEAM = 3


class Viewer(msgspec.Struct, frozen=True, kw_only=True):
    """A person and what the projects' files say of them.

    The projects whose response team they are on; the code areas they maintain, as (project, area); the parties they
    speak for, as (project, party); the projects whose evidence they audit.
    """

    person: str
    teams: frozenset[str] = frozenset()
    areas: frozenset[tuple[str, str]] = frozenset()
    parties: frozenset[tuple[str, str]] = frozenset()
    audits: frozenset[str] = frozenset()


def viewer(person: str, projects: Mapping[str, Project]) -> Viewer:
    """Return what the projects' files say of a person. Somebody no file names is nobody in particular."""
    teams: set[str] = set()
    maintained: set[tuple[str, str]] = set()
    parties: set[tuple[str, str]] = set()
    audits: set[str] = set()
    for name, project in projects.items():
        entry = project.person(person)
        if entry is None:
            continue
        if "response-team" in entry.roles:
            teams.add(name)
        if "maintainer" in entry.roles:
            maintained.update((name, area) for area in entry.areas)
        if "stakeholder" in entry.roles and entry.party:
            parties.add((name, entry.party))
        if "auditor" in entry.roles:
            audits.add(name)
    return Viewer(
        person=person,
        teams=frozenset(teams),
        areas=frozenset(maintained),
        parties=frozenset(parties),
        audits=frozenset(audits),
    )


def readers(case: Case) -> dict[str, bool]:
    """Return the persons named in the case's access facts: True for those invited, False for those removed since."""
    said = [(fact.number, body.person, True) for fact, body in case.all(ParticipantInvited)]
    said += [(fact.number, body.person, False) for fact, body in case.all(ParticipantRemoved)]
    return {person: is_invited for _, person, is_invited in sorted(said)}


def told(case: Case) -> frozenset[str]:
    """Return the parties that were told of the case."""
    return frozenset(body.party for _, body in case.all(PartyTold))


def sight(who: Viewer, case: Case) -> Sight:
    """Return how much of the case the viewer sees."""
    if case.project in who.teams:
        return Sight.TEAM
    invited = readers(case).get(who.person)
    if invited or (invited is None and _belongs(who, case)):
        return Sight.PARTICIPANT
    return Sight.PUBLIC if is_public(case) else Sight.NOTHING


def _belongs(who: Viewer, case: Case) -> bool:
    """Return whether the viewer takes part without an invitation: by a code area or by their party."""
    by_area = who.areas and any((case.project, area) in who.areas for area in areas(case))
    return bool(by_area) or bool(who.parties and any((case.project, party) in who.parties for party in told(case)))


def may_audit(who: Viewer, project: str) -> bool:
    """Return whether the viewer may read the evidence of a project's cases: who did what when, but no content."""
    return project in who.audits or project in who.teams


def visible(facts: tuple[Fact, ...], seen: Sight) -> tuple[Fact, ...]:
    """Return those of the facts that somebody with that sight may read."""
    return tuple(fact for fact in facts if fact.audience <= seen)
