"""The project file and its checks."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta

from midstream.formats.toml import TomlError, line_of, read_toml

Id = Annotated[str, Meta(pattern=r"\A[a-z0-9][a-z0-9.-]{0,60}\Z")]
Name = Annotated[str, Meta(min_length=1, max_length=200)]


class ProjectError(TomlError):
    """A `midstream.toml` that cannot be used: names file, line and what to do."""


class Repository(msgspec.Struct, frozen=True, kw_only=True):
    """A source repository of the project."""

    name: Name
    url: str = ""


class Branch(msgspec.Struct, frozen=True, kw_only=True):
    """A branch the project maintains, or did. `supported_until` is the last day of its support."""

    name: Name
    kind: Literal["development", "lts", "release", "archive"] = "release"
    supported_from: date | None = None
    supported_until: date | None = None

    def ends_at(self) -> datetime | None:
        """Return the instant its support ends, the midnight in UTC after the last day; None when it never does."""
        if self.supported_until is None or self.supported_until == date.max:
            return None
        return datetime.combine(self.supported_until + timedelta(days=1), datetime.min.time(), UTC)

    def is_maintained(self, moment: datetime) -> bool:
        """Return whether the branch receives fixes at `moment`; the development branch is not counted among them."""
        if self.kind in {"development", "archive"}:
            return False
        begun = self.supported_from is None or self.supported_from <= moment.astimezone(UTC).date()
        ends = self.ends_at()
        return begun and (ends is None or moment < ends)


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who works on the project's security, with their zone, skills and code areas.

    `roles` say what they may see: the response team sees every case, the others what they are invited to.
    `holidays` is a region of ISO 3166, such as ``GB`` or ``DE-BY``, whose public holidays are no working days.
    """

    name: Name
    zone: str = "UTC"
    roles: tuple[Literal["response-team", "maintainer", "release-manager", "auditor"], ...] = ()
    skills: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    holidays: str = ""


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation on one of the project's lists that is told of embargoed vulnerabilities."""

    name: Name
    list: Name
    zone: str = "UTC"
    contact: str = ""


class Cna(msgspec.Struct, frozen=True, kw_only=True):
    """The CVE Numbering Authority that assigns the project's ids; with its id and short name in CVE Services."""

    name: Name
    org_id: str = ""
    short: str = ""


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """The public advisory site: where it stands, over https, and the address that stands for its publisher.

    `namespace` is what CSAF 2.0, section 3.2.1.8.5, calls so; by default the address of the site.
    """

    url: Annotated[str, Meta(pattern=r"\A(https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*)?\Z")] = ""
    namespace: Annotated[str, Meta(pattern=r"\A(https?://\S{1,300})?\Z")] = ""


class _Identity(msgspec.Struct, frozen=True, kw_only=True):
    id: Id
    name: Name
    policy: Name
    zone: str = "UTC"
    contact: str = ""


class _File(msgspec.Struct, frozen=True, kw_only=True):
    project: _Identity
    repository: tuple[Repository, ...] = ()
    branch: tuple[Branch, ...] = ()
    person: tuple[Person, ...] = ()
    party: tuple[Party, ...] = ()
    cna: Cna | None = None
    site: Site = Site()


class Project(msgspec.Struct, frozen=True, kw_only=True):
    """A project as its file describes it. Zones are IANA names that exist; names are unique in their lists."""

    id: str
    name: str
    policy: str
    zone: str = "UTC"
    contact: str = ""
    repositories: tuple[Repository, ...] = ()
    branches: tuple[Branch, ...] = ()
    people: tuple[Person, ...] = ()
    parties: tuple[Party, ...] = ()
    cna: Cna | None = None
    site: Site = Site()

    def person(self, name: str) -> Person | None:
        """Return the person of that name, or None."""
        return next((person for person in self.people if person.name == name), None)

    def branch(self, name: str) -> Branch | None:
        """Return the branch of that name, or None."""
        return next((branch for branch in self.branches if branch.name == name), None)

    def parties_in(self, name: str) -> tuple[Party, ...]:
        """Return the parties on the list of that name."""
        return tuple(party for party in self.parties if party.list == name)


def read_project(text: str, *, where: str = "midstream.toml") -> Project:
    """Return the project that the file describes; raise `ProjectError` naming `where`, the line and a hint."""
    try:
        file = read_toml(text, into=_File, where=where)
    except TomlError as error:
        raise ProjectError(error.what.removeprefix(f"{error.where}: "), where=error.where, hint=error.hint) from None
    _check_unique(file, text=text, where=where)
    _check_zones(file, text=text, where=where)
    return Project(
        id=file.project.id,
        name=file.project.name,
        policy=file.project.policy,
        zone=file.project.zone,
        contact=file.project.contact,
        repositories=file.repository,
        branches=file.branch,
        people=file.person,
        parties=file.party,
        cna=file.cna,
        site=file.site,
    )


RESERVED = frozenset({"worker", "intake"})
"""Names under which parts of Midstream speak; no person may have them."""


def _check_unique(file: _File, *, text: str, where: str) -> None:
    tables: dict[str, tuple[Branch | Person | Party | Repository, ...]] = {
        "branch": file.branch,
        "person": file.person,
        "party": file.party,
        "repository": file.repository,
    }
    for table, entries in tables.items():
        seen: set[str] = set()
        for count, entry in enumerate(entries):
            if entry.name in seen:
                line = line_of(text, (table, count, "name"))
                raise ProjectError(
                    f"two of [[{table}]] are called {entry.name!r}",
                    where=f"{where}:{line}",
                    hint="Rename or remove one.",
                )
            seen.add(entry.name)
            if table == "person" and entry.name in RESERVED:
                line = line_of(text, (table, count, "name"))
                raise ProjectError(
                    f"nobody may be called {entry.name!r}", where=f"{where}:{line}", hint="Choose another."
                )


def _check_zones(file: _File, *, text: str, where: str) -> None:
    named: list[tuple[str, tuple[str | int, ...]]] = [(file.project.zone, ("project", "zone"))]
    named += [(person.zone, ("person", count, "zone")) for count, person in enumerate(file.person)]
    named += [(party.zone, ("party", count, "zone")) for count, party in enumerate(file.party)]
    for zone, path in named:
        if not is_zone(zone):
            raise ProjectError(
                f"{zone!r} is no time zone",
                where=f"{where}:{line_of(text, path)}",
                hint="Use an IANA name: Europe/London.",
            )


def is_zone(name: str) -> bool:
    """Return whether `name` is a time zone of the IANA database."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
