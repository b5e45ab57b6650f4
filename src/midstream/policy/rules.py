"""Compiled policies: every word of a file checked and turned into something that can be applied to a case."""

import re
from datetime import date
from typing import Literal

import msgspec

from midstream.cases.verbs import VERBS
from midstream.formats.toml import line_of, nearest
from midstream.ledger.kinds import KINDS
from midstream.policy.errors import PolicyError
from midstream.policy.events import Event, Lead, Moment, parse_event
from midstream.policy.language import Clock, Decision, Header, LeftOut, Limit, Obligation, Words, words
from midstream.policy.spans import Span, parse_span
from midstream.project.config import is_zone

BRANCH_WORDS = ("maintained", "affected", "lts")
"""What `each = "branch where …"` may ask of a branch."""

_LEAD = re.compile(r"(.+?) before (.+)")
_SLUG = re.compile(r"[^a-z0-9]+")


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where an entry is written: `where` names the file, `text` is its content, `index` counts within its table."""

    where: str
    text: str
    policy: str
    table: str
    index: int

    def error(self, key: str, what: str, *, hint: str) -> PolicyError:
        """Return the error that names the line of `key` in this entry."""
        line = line_of(self.text, (self.table, self.index, key))
        return PolicyError(what, where=f"{self.where}:{line}", hint=hint)


class ClockRule(msgspec.Struct, frozen=True, kw_only=True):
    """A clock, ready to run."""

    name: str
    clause: str
    after: tuple[Moment, ...]
    length: Span
    zone: str
    sooner: tuple[Event, ...]
    later: tuple[Event, ...]
    only_with: str
    note: str


class Each(msgspec.Struct, frozen=True, kw_only=True):
    """How an obligation repeats: not at all, per branch, per party of a list, or per fact of some events."""

    what: Literal["", "branch", "party", "fact"] = ""
    words: frozenset[str] = frozenset()
    list: str = ""
    events: tuple[Event, ...] = ()


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """An obligation, ready to apply."""

    name: str
    slug: str
    clause: str
    policy: str
    after: tuple[Moment, ...]
    when: tuple[Moment, ...]
    until: tuple[Event, ...]
    missing: tuple[str, ...]
    unless: tuple[Event, ...]
    within: Span | None
    before: str
    lead: Span | None
    every: Span | None
    each: Each
    match: tuple[str, ...]
    severity: frozenset[str]
    zone: str
    work: Literal["expert", "process"]
    do: tuple[str, ...]
    skill: str
    role: str
    ask: str
    note: str
    is_plain: bool
    """Whether it opens at `after` alone, whatever else is on record."""


class LimitRule(msgspec.Struct, frozen=True, kw_only=True):
    """A limit, ready to check."""

    name: str
    clause: str
    on: Event
    of: Literal["until", "happened_at"]
    after: tuple[Moment, ...]
    within: Span
    exceptional: Span | None
    zone: str


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What a project follows on a day: its own text and all it extends, compiled."""

    name: str
    title: str
    version: str
    valid_from: date
    source: str
    extends: tuple[str, ...]
    rules: tuple[Rule, ...]
    clocks: dict[str, ClockRule]
    limits: tuple[LimitRule, ...]
    left_out: tuple[LeftOut, ...]
    decisions: tuple[Decision, ...]

    @property
    def label(self) -> str:
        """Name and version, as shown beside a task."""
        return f"{self.name} {self.version}"


def slug(name: str) -> str:
    """Return `name` as it stands in a task's key: lower case, words joined by hyphens."""
    return _SLUG.sub("-", name.lower()).strip("-")


class Compiler:
    """Turns the entries of one resolved policy into rules; `clocks` are the names that moments may use."""

    def __init__(self, *, clocks: set[str]) -> None:
        self._clocks = clocks

    def clock(self, entry: Clock, origin: Origin) -> ClockRule:
        """Return the clock compiled; raise `PolicyError` for a word that means nothing."""
        return ClockRule(
            name=entry.name,
            clause=entry.clause,
            after=self._moments(entry.after, "after", origin),
            length=self._span(entry.length, "length", origin),
            zone=self._zone(entry.zone, origin, party=False),
            sooner=self._events(entry.sooner, "sooner", origin),
            later=self._later(entry, origin),
            only_with=entry.only_with,
            note=entry.note,
        )

    def unless(self, header: Header, origin: Origin) -> tuple[Event, ...]:
        """Return the events that lift every obligation of a policy that is not marked `always`."""
        return self._events(header.unless, "unless", origin)

    def rule(self, entry: Obligation, origin: Origin, *, unless: tuple[Event, ...]) -> Rule:
        """Return the obligation compiled, `unless` added where it is not marked `always`."""
        for verb in words(entry.do):
            if verb not in VERBS:
                raise origin.error("do", f"no verb is called {verb!r}", hint=nearest(verb, set(VERBS)))
        if entry.work == "expert" and not entry.ask:
            raise origin.error("name", f"{entry.name!r} is expert work without a question", hint='Add ask = "…?"')
        if entry.every and (entry.within or entry.before):
            raise origin.error("every", "`every` takes the place of `within` and `before`", hint="Keep one of them.")
        lead, before = self._before(entry.before, "before", origin)
        each = self._each(entry.each, origin)
        until = self._events(entry.until, "until", origin)
        self._check_match(entry, each, until, origin)
        return Rule(
            name=entry.name,
            slug=slug(entry.name),
            clause=entry.clause,
            policy=origin.policy,
            after=self._moments(entry.after, "after", origin),
            when=self._moments(entry.when, "when", origin),
            until=until,
            missing=words(entry.until),
            unless=self._events(entry.unless, "unless", origin) + (() if entry.always else unless),
            within=self._span(entry.within, "within", origin) if entry.within else None,
            before=before,
            lead=lead,
            every=self._span(entry.every, "every", origin) if entry.every else None,
            each=each,
            match=entry.match,
            severity=frozenset(entry.severity),
            zone=self._zone(entry.zone, origin, party=each.what in {"party", "fact"}),
            work=entry.work,
            do=words(entry.do),
            skill=entry.skill,
            role=entry.role,
            ask=entry.ask,
            note=entry.note,
            is_plain=not entry.when and not entry.severity and not entry.each,
        )

    def _check_match(self, entry: Obligation, each: Each, until: tuple[Event, ...], origin: Origin) -> None:
        if entry.match and each.what != "fact":
            raise origin.error(
                "match", "`match` goes with an event in `each`", hint="Remove it, or name the event in `each`."
            )
        for name in entry.match:
            for event in (*each.events, *until):
                known = KINDS[event.kind].body.__struct_fields__
                if name not in known:
                    raise origin.error("match", f"{event.kind} has no field {name!r}", hint=nearest(name, known))

    def limit(self, entry: Limit, origin: Origin) -> LimitRule:
        """Return the limit compiled."""
        on = self._events((entry.on,), "on", origin)[0]
        if entry.of == "until" and not on.has_until:
            raise origin.error("of", f"{on.kind} has no field 'until'", hint='Write of = "happened_at".')
        return LimitRule(
            name=entry.name,
            clause=entry.clause,
            on=on,
            of=entry.of,
            after=self._moments(entry.after, "after", origin),
            within=self._span(entry.within, "within", origin),
            exceptional=self._span(entry.exceptional, "exceptional", origin) if entry.exceptional else None,
            zone=self._zone(entry.zone, origin, party=True),
        )

    def _moments(self, texts: Words, key: str, origin: Origin) -> tuple[Moment, ...]:
        return tuple(self._moment(text, key, origin) for text in words(texts))

    def _moment(self, text: str, key: str, origin: Origin) -> Moment:
        if text in self._clocks:
            return text
        if _LEAD.fullmatch(text):
            span, clock = self._before(text, key, origin)
            return Lead(span=span, clock=clock) if span is not None else clock
        if "." not in text.split(" ", maxsplit=1)[0]:
            raise origin.error(key, f"no clock is called {text!r}", hint=self._near(text))
        return self._event(text, key, origin)

    def _near(self, text: str) -> str:
        if not self._clocks:
            return "There are no clocks here; name a fact kind such as report.received."
        return nearest(text, self._clocks) + " A moment is a clock, or a fact kind such as report.received."

    def _events(self, texts: Words, key: str, origin: Origin) -> tuple[Event, ...]:
        return tuple(self._event(text, key, origin) for text in words(texts))

    def _event(self, text: str, key: str, origin: Origin) -> Event:
        try:
            return parse_event(text)
        except ValueError as error:
            what, _, hint = str(error).partition(". ")
            raise origin.error(key, what, hint=hint or "See the reference of fact kinds.") from None

    def _later(self, entry: Clock, origin: Origin) -> tuple[Event, ...]:
        events = self._events(entry.later, "later", origin)
        for event in events:
            if not event.has_until:
                raise origin.error(
                    "later", f"{event.kind} has no field 'until'", hint="Only such an event can put a clock off."
                )
        return events

    def _span(self, text: str, key: str, origin: Origin) -> Span:
        span = parse_span(text)
        if span is None:
            raise origin.error(
                key,
                f"{text!r} is no span of time",
                hint="Write a number and a unit: 24 hours, 7 days, 3 working days, 1 month.",
            )
        return span

    def _before(self, text: str, key: str, origin: Origin) -> tuple[Span | None, str]:
        if not text or text in self._clocks:
            return None, text
        found = _LEAD.fullmatch(text)
        clock = found[2] if found else text
        if clock not in self._clocks:
            raise origin.error(key, f"no clock is called {clock!r}", hint=self._near(clock))
        lead = self._span(found[1] if found else "", key, origin)
        if lead.unit == "working day":
            raise origin.error(key, "working days are not reckoned backwards", hint="Write days.")
        return lead, clock

    def _zone(self, text: str, origin: Origin, *, party: bool) -> str:
        if text == "project" or text.startswith("role:") or (party and text == "party") or is_zone(text):
            return text
        raise origin.error("zone", f"{text!r} is no zone here", hint="Use project, role:NAME, party, or an IANA name.")

    def _each(self, text: str, origin: Origin) -> Each:
        if not text:
            return Each()
        if text == "branch" or text.startswith("branch where "):
            words = frozenset(text.removeprefix("branch").removeprefix(" where ").split(" and ")) - {""}
            if strange := words - set(BRANCH_WORDS):
                word = min(strange)
                raise origin.error(
                    "each", f"a branch is not asked whether it is {word!r}", hint=nearest(word, BRANCH_WORDS)
                )
            return Each(what="branch", words=words)
        if text.startswith("party in "):
            return Each(what="party", list=text.removeprefix("party in "))
        return Each(what="fact", events=tuple(self._event(part.strip(), "each", origin) for part in text.split(",")))


def check_clocks(clocks: dict[str, ClockRule], origins: dict[str, Origin]) -> None:
    """Return nothing; raise `PolicyError` when a clock waits for itself, naming the circle."""
    for start in clocks:
        path = [start]
        _follow(clocks, path, origins[start])


def _follow(clocks: dict[str, ClockRule], path: list[str], origin: Origin) -> None:
    for named in clocks[path[-1]].after:
        if isinstance(named, Event):
            continue
        moment = named.clock if isinstance(named, Lead) else named
        if moment in path:
            circle = " → ".join((*path[path.index(moment) :], moment))
            raise origin.error("after", f"clocks wait for each other: {circle}", hint="Start one of them from a fact.")
        _follow(clocks, [*path, moment], origin)
