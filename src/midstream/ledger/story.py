"""Stories: facts written by hand in TOML, for the demo and for scenarios.

[[fact]]
stream = "case/tf-m-7"
at = 2026-11-20T09:30:00Z        # an instant, or text such as "now - 3 days 2 hours"; so may times in `body`
recorded = 2026-11-21T08:00:00Z  # optional: when it was written down, by default `at`
said_by = "mara"
kind = "report.received"
body = { project = "tf-m", channel = "mail", title = "…" }
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from midstream.formats.toml import nearest
from midstream.ledger.chain import Head, empty, head_of, record
from midstream.ledger.errors import BadFact
from midstream.ledger.fact import Draft, Fact
from midstream.ledger.kinds import KINDS, Body

_SPAN = re.compile(r"([0-9]{1,6}) (minute|hour|day|week)s?")
_NOW = re.compile(r"now(?: ([-+]) ((?:[0-9]{1,6} (?:minute|hour|day|week)s? ?)+))?")


class StoryFact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry of a story, as written."""

    stream: str
    kind: str
    said_by: str
    at: Any
    recorded: Any = ""
    body: dict[str, Any] = {}


def tell(entries: list[Mapping[str, Any]], *, now: datetime, key: str, where: str) -> list[Fact]:
    """Return the chained facts of a story, every stream in the order of recording.

    `entries` are the ``[[fact]]`` tables; `where` names the file in errors. Raises `BadFact` naming the entry.
    """
    told: list[tuple[datetime, Draft, str]] = []
    for count, entry in enumerate(entries, 1):
        named = f"{where}, fact {count}"
        try:
            recorded, draft = _read(entry, now=now)
        except BadFact as error:
            raise BadFact(f"{named}: {error.what}", hint=error.hint) from None
        told.append((recorded, draft, named))
    told.sort(key=lambda row: row[0])
    heads: dict[str, Head] = {}
    facts: list[Fact] = []
    for recorded, draft, named in told:
        head = heads.get(draft.stream) or empty(draft.stream)
        try:
            made = record(head, [draft], recorded_at=recorded, key=key)
        except BadFact as error:
            raise BadFact(f"{named}: {error.what}", hint=error.hint) from None
        heads[draft.stream] = head_of(made, stream=draft.stream)
        facts.extend(made)
    return facts


def _read(entry: Mapping[str, Any], *, now: datetime) -> tuple[datetime, Draft]:
    """Return when the entry was recorded, and what it says."""
    try:
        story = msgspec.convert(dict(entry), StoryFact)
    except msgspec.ValidationError as error:
        raise BadFact(str(error), hint="See the fields of a story fact.") from None
    happened = moment(story.at, now=now)
    draft = Draft(stream=story.stream, said_by=story.said_by, happened_at=happened, body=_body(story, now=now))
    return moment(story.recorded or story.at, now=now), draft


def moment(value: object, *, now: datetime) -> datetime:
    """Return the instant that `value` names: itself in UTC, or ``now - 3 days 2 hours`` reckoned from `now`."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise BadFact(f"{value} has no zone", hint="Add one: 2026-11-20T09:30:00Z.")
        return value.astimezone(UTC)
    if not (found := _NOW.fullmatch(str(value))):
        raise BadFact(f"{value!r} is no moment", hint='Write an instant, or "now - 3 days 2 hours".')
    try:
        span = timedelta(**{f"{unit}s": int(count) for count, unit in _SPAN.findall(found[2] or "")})
        return now + span if found[1] == "+" else now - span
    except OverflowError:
        raise BadFact(f"{value!r} lies before the first or after the last year", hint="Name a shorter span.") from None


def _body(story: StoryFact, *, now: datetime) -> Body:
    entry = KINDS.get(story.kind)
    if entry is None:
        raise BadFact(f"no kind {story.kind!r}", hint=nearest(story.kind, set(KINDS)))
    names = set(entry.body.__struct_fields__)
    if strange := set(story.body) - names:
        raise BadFact(f"{story.kind} has no field {min(strange)!r}", hint=nearest(min(strange), names))
    told = {name: moment(value, now=now) if _is_reckoned(value) else value for name, value in story.body.items()}
    try:
        return msgspec.convert(told, entry.body)
    except msgspec.ValidationError as error:
        raise BadFact(f"{story.kind}: {error}", hint="See the reference of fact kinds.") from None


def _is_reckoned(value: object) -> bool:
    return isinstance(value, str) and _NOW.fullmatch(value) is not None
