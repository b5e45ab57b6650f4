"""Events: which facts a policy's words name."""

import re
from typing import TYPE_CHECKING

import msgspec

from midstream.formats.toml import nearest
from midstream.ledger.kinds import KINDS, Body
from midstream.policy.spans import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from midstream.cases.case import Case
    from midstream.ledger.fact import Fact

_FIELD = re.compile(r"([a-z_]+)=(\S+)")


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of fact, narrowed to those whose fields have one of the values given."""

    kind: str
    fields: tuple[tuple[str, tuple[str, ...]], ...] = ()
    has_branch: bool = False
    has_party: bool = False
    has_until: bool = False

    def __str__(self) -> str:
        return " ".join((self.kind, *(f"{name}={'|'.join(values)}" for name, values in self.fields)))

    def fits(self, body: Body) -> bool:
        """Return whether a body of the right kind has the fields asked for."""
        return all(_word(getattr(body, name, None)) in values for name, values in self.fields)

    def of(self, case: "Case", *, branch: str = "", party: str = "") -> "Sequence[Fact]":
        """Return the facts of the case the event names, in the order they happened.

        With `branch` or `party`, kinds that speak of one are narrowed to it; other kinds are not.
        """
        facts = case.by_kind.get(self.kind)
        if not facts:
            return ()
        if self.fields:
            facts = [fact for fact in facts if self.fits(fact.body)]
        if branch and self.has_branch:
            facts = [fact for fact in facts if getattr(fact.body, "branch", None) == branch]
        if party and self.has_party:
            facts = [fact for fact in facts if getattr(fact.body, "party", None) == party]
        return facts


class Lead(msgspec.Struct, frozen=True, kw_only=True):
    """A moment that lies a span before a clock."""

    span: Span
    clock: str

    def __str__(self) -> str:
        return f"{self.span} before {self.clock}"


Moment = Event | Lead | str
"""What `after` and `when` name: an event, a clock, or a span before a clock."""


def parse_event(text: str) -> Event:
    """Return the event that `text` names; raise `ValueError`, with the nearest word, when there is none."""
    kind, *rest = text.split() or [""]
    entry = KINDS.get(kind)
    if entry is None:
        raise ValueError(f"no fact kind is called {kind!r}. {nearest(kind, set(KINDS))}")
    known = entry.body.__struct_fields__
    fields: list[tuple[str, tuple[str, ...]]] = []
    for part in rest:
        found = _FIELD.fullmatch(part)
        if not found:
            raise ValueError(f"{part!r} is not FIELD=VALUE; write for instance 'party.told list=ess'")
        if found[1] not in known:
            raise ValueError(f"{kind} has no field {found[1]!r}. {nearest(found[1], known)}")
        fields.append((found[1], tuple(found[2].split("|"))))
    return Event(
        kind=kind,
        fields=tuple(fields),
        has_branch="branch" in known,
        has_party="party" in known,
        has_until="until" in known,
    )


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
