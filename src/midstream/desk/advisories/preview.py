"""What the advisory of a case would say in every format, for one reader, before anything is published."""

import msgspec

from midstream.advisories.formats import TARGETS
from midstream.advisories.record import Advisory
from midstream.cases.case import Case
from midstream.cases.errors import Refused
from midstream.cases.states import is_public
from midstream.cases.visibility import Sight, visible
from midstream.desk.advisories.documents import Documents, Written, documents, foreseen, known
from midstream.desk.desk import Desk
from midstream.desk.errors import Misuse
from midstream.formats.toml import nearest


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """One format: its document, or in a sentence why there is none."""

    name: str
    document: Written | None = None
    left_out: str = ""


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """The advisory as one person may see it: the record and every format of it; `number` is their last fact.

    `is_all_public` says that only the public part was asked for, or that they see no more than that.
    """

    case: str
    record: Advisory
    formats: tuple[Format, ...]
    is_all_public: bool
    may_see_more: bool
    is_team: bool
    is_public_case: bool
    number: int

    def format(self, name: str) -> Format:
        """Return the format of that name; raise `Misuse` with the nearest."""
        found = {each.name: each for each in self.formats}
        if name not in found:
            raise Misuse(f"no format is called {name[:40]!r}", hint=nearest(name[:40], set(found)))
        return found[name]


def look(desk: Desk, case: str, *, by: str, public: bool = False) -> Look:
    """Return the advisory of a case as `by` may see it; with `public`, as anybody would once it is published.

    Every document was checked. With `public` it was also checked that none holds what is not public. Raises `NotFound`,
    and `Refused` for somebody who sees only what is public while nothing was published.
    """
    found, seen = desk.case(case, by=by)
    only_public = public or seen <= Sight.PUBLIC
    at = foreseen(desk, case, by=by) if public else known(desk, case, by=by, public=only_public)
    made = documents(desk, at, names=tuple(TARGETS), public=only_public)
    return Look(
        case=case,
        record=at.record,
        formats=tuple(_formats(made)),
        is_all_public=only_public,
        may_see_more=seen > Sight.PUBLIC,
        is_team=seen is Sight.TEAM,
        is_public_case=is_public(found),
        number=_last(found, seen),
    )


def document(found: Look, name: str) -> Written:
    """Return the document of that format; raise `Refused` with why there is none, and `Misuse`."""
    chosen = found.format(name)
    if chosen.document is None:
        raise Refused(f"{found.case} has no {name}: {chosen.left_out}", hint="Record what is missing, then ask again.")
    return chosen.document


def _formats(made: Documents) -> list[Format]:
    written = {each.format: each for each in made.written}
    return [
        Format(name=name, document=written.get(name), left_out=made.left_out.get(name, ""))
        for name in TARGETS
        if name in written or name in made.left_out
    ]


def _last(case: Case, seen: Sight) -> int:
    return max((fact.number for fact in visible(case.facts, seen)), default=0)
