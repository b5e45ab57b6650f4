"""What the frame around every page shows: who is signed in, and where they may go."""

from collections.abc import Mapping
from typing import NamedTuple

from django.contrib.auth import BACKEND_SESSION_KEY
from django.http import HttpRequest
from django.utils import timezone

from midstream.project import Project
from midstream.web.parts import parts, person_of, the_desk
from midstream.web.signin.demo import DEMO, demo_people


class Place(NamedTuple):
    """One entry of the navigation."""

    name: str
    url: str
    is_here: bool


class Frame(NamedTuple):
    """What the frame shows."""

    person: str
    roles: tuple[str, ...]
    projects: Mapping[str, Project]
    places: tuple[Place, ...]
    is_demo: bool
    zone: str


_WORKERS = frozenset({"response-team", "maintainer", "release-manager"})
_PLACES = (
    ("Today", "/", _WORKERS),
    ("Cases", "/cases/", _WORKERS | {"stakeholder", "reporter"}),
    ("Board", "/board/", _WORKERS | {"stakeholder"}),
    ("Releases", "/releases/", _WORKERS | {"stakeholder"}),
    ("Advisories", "/advisories/", _WORKERS | {"stakeholder"}),
    ("Evidence", "/evidence/", frozenset({"response-team", "auditor"})),
    ("Reports", "/reports/", frozenset({"response-team", "auditor"})),
    ("Policy", "/policy/", _WORKERS | {"auditor"}),
    ("People", "/people/", frozenset({"administrator"})),
)
"""Where each role goes. It is a help for the eye: what may be seen is decided by the pages, not here."""


def frame(request: HttpRequest) -> dict[str, object]:
    """Return the frame, made when a template first asks for it: a page of trouble asks for none of it."""
    return {"frame": lambda: frame_of(request), "demo_people": demo_people}


def frame_of(request: HttpRequest) -> Frame:
    """Return the frame of a request, made once; from then on instants are told in the person's own zone."""
    made: Frame | None = getattr(request, "frame", None)
    if made is None:
        made = request.frame = _frame(request)
        timezone.activate(made.zone)  # until the door lets the answer out
    return made


def roles_of(person: str) -> tuple[str, ...]:
    """Return the roles of a person in any of the projects, each once."""
    return roles_in(the_desk().projects(), person) if person else ()


def roles_in(projects: Mapping[str, Project], person: str) -> tuple[str, ...]:
    """Return the roles of a person in these projects, each once."""
    entries = [entry for project in projects.values() if (entry := project.person(person)) is not None]
    return tuple(dict.fromkeys(role for entry in entries for role in entry.roles))


def _frame(request: HttpRequest) -> Frame:
    person = person_of(request) if hasattr(request, "user") else ""
    is_open_door = not person or request.session.get(BACKEND_SESSION_KEY) == DEMO
    projects = the_desk().projects() if person else {}
    roles = roles_in(projects, person)
    return Frame(
        person=person,
        roles=roles,
        projects=projects,
        places=tuple(
            Place(name, url, _is_here(request.path, url)) for name, url, whose in _PLACES if whose.intersection(roles)
        ),
        is_demo=is_open_door and parts().is_demo(the_desk()),
        zone=next((entry.zone for project in projects.values() if (entry := project.person(person))), "UTC"),
    )


def _is_here(path: str, url: str) -> bool:
    return path == url if url == "/" else path.startswith(url)
