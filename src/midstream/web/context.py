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


_WORK = (("Today", "/"), ("Cases", "/cases/"))
"""Where everybody who works on cases goes."""


def frame(request: HttpRequest) -> dict[str, object]:
    """Return the frame, made when a template first asks for it: a page of trouble asks for none of it."""
    made: list[Frame] = []

    def make() -> Frame:
        if not made:
            made.append(_frame(request))
        return made[0]

    return {"frame": make, "demo_people": demo_people}


def roles_of(person: str) -> tuple[str, ...]:
    """Return the roles of a person in any of the projects, each once."""
    projects = the_desk().projects().values() if person else ()
    entries = [entry for project in projects if (entry := project.person(person)) is not None]
    return tuple(dict.fromkeys(role for entry in entries for role in entry.roles))


def _frame(request: HttpRequest) -> Frame:
    person = person_of(request) if hasattr(request, "user") else ""
    places = _WORK if person else ()
    return Frame(
        person=person,
        roles=roles_of(person),
        places=tuple(Place(name, url, _is_here(request.path, url)) for name, url in places),
        is_demo=parts().is_demo(the_desk()),
    )


def _is_here(path: str, url: str) -> bool:
    return path == url if url == "/" else path.startswith(url)
