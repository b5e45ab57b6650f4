"""Stories: facts written by hand in TOML, for the demo and for scenarios.

    [[fact]]
    stream = "case/tf-m-7"
    at = 2026-11-20T09:30:00Z        # an instant, or text such as "now - 3 days 2 hours"
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

from .chain import empty, head_of, record
from .errors import BadFact
from .fact import Draft, Fact
from .kinds import KINDS

_SPAN = re.compile(r"([0-9]+) (minute|hour|day|week)s?")
_NOW = re.compile(r"now(?: - ((?:[0-9]+ (?:minute|hour|day|week)s? ?)+))?")


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
    told: list[tuple[datetime, datetime, StoryFact]] = []
    for count, entry in enumerate(entries, 1):
        try:
            story = msgspec.convert(dict(entry), StoryFact)
        except msgspec.ValidationError as error:
            raise BadFact(f"{where}, fact {count}: {error}", hint="See the fields of a story fact.") from None
        happened = moment(story.at, now=now)
        told.append((moment(story.recorded or story.at, now=now), happened, story))
    told.sort(key=lambda row: row[0])
    streams: dict[str, list[Fact]] = {}
    facts: list[Fact] = []
    for recorded, happened, story in told:
        so_far = streams.setdefault(story.stream, [])
        draft = Draft(stream=story.stream, said_by=story.said_by, happened_at=happened, body=_body(story, where=where))
        head = head_of(so_far[-1:], stream=story.stream) if so_far else empty(story.stream)
        made = record(head, [draft], recorded_at=recorded, key=key)
        so_far.extend(made)
        facts.extend(made)
    return facts


def moment(value: object, *, now: datetime) -> datetime:
    """Return the instant that `value` names: itself in UTC, or ``now - 3 days 2 hours`` reckoned from `now`."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise BadFact(f"{value} has no zone", hint="Add one: 2026-11-20T09:30:00Z.")
        return value.astimezone(UTC)
    if not (found := _NOW.fullmatch(str(value))):
        raise BadFact(f"{value!r} is no moment", hint='Write an instant, or "now - 3 days 2 hours".')
    spans = {f"{unit}s": int(count) for count, unit in _SPAN.findall(found[1] or "")}
    return now - timedelta(**spans)


def _body(story: StoryFact, *, where: str) -> Any:
    entry = KINDS.get(story.kind)
    if entry is None:
        raise BadFact(f"{where}: no kind {story.kind!r}", hint="See the reference of fact kinds.")
    try:
        return msgspec.convert(story.body, entry.body)
    except msgspec.ValidationError as error:
        raise BadFact(f"{where}, {story.kind} in {story.stream}: {error}", hint="See the reference of fact kinds.") from None
