"""What the frame around every page shows: who is signed in, and where they may go."""

from typing import NamedTuple

from django.http import HttpRequest

from midstream.web.parts import parts, person_of, the_desk
from midstream.web.signin.demo import demo_people


class Place(NamedTuple):
    """One entry of the navigation."""

    name: str
    url: str
    is_here: bool


class Frame(NamedTuple):
    """What the frame shows."""

    person: str
    roles: tuple[str, ...]
    places: tuple[Place, ...]
    is_demo: bool


_WORKERS = frozenset({"response-team", "maintainer", "release-manager"})
_PLACES = (
    ("Today", "/", _WORKERS),
    ("Cases", "/cases/", _WORKERS | {"stakeholder", "reporter"}),
    ("Board", "/board/", _WORKERS | {"stakeholder"}),
    ("Releases", "/releases/", _WORKERS | {"stakeholder"}),
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
    """Return the frame of a request, made once."""
    made: Frame | None = getattr(request, "frame", None)
    if made is None:
        made = request.frame = _frame(request)
    return made


def roles_of(person: str) -> tuple[str, ...]:
    """Return the roles of a person in any of the projects, each once."""
    projects = the_desk().projects().values() if person else ()
    entries = [entry for project in projects if (entry := project.person(person)) is not None]
    return tuple(dict.fromkeys(role for entry in entries for role in entry.roles))


def _frame(request: HttpRequest) -> Frame:
    person = person_of(request) if hasattr(request, "user") else ""
    roles = roles_of(person)
    return Frame(
        person=person,
        roles=roles,
        places=tuple(
            Place(name, url, _is_here(request.path, url)) for name, url, whose in _PLACES if whose.intersection(roles)
        ),
        is_demo=parts().is_demo(the_desk()),
    )


def _is_here(path: str, url: str) -> bool:
    return path == url if url == "/" else path.startswith(url)
