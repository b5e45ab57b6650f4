"""Hypothesis strategies for bodies of every kind, for chained streams, and for cases whose facts bear on each other."""

import string
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

from midstream.cases.case import Case, replay
from midstream.ledger.chain import empty, head_of, record
from midstream.ledger.fact import Draft, Fact
from midstream.ledger.kinds import KINDS, Body

moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - see timezones
"""Instants in UTC, with microseconds."""

names = st.text(string.ascii_lowercase, min_size=1, max_size=8)
"""Names as a stream or a person may have."""

PROCESS_KINDS = frozenset({"project.configured", "policy.activated"})
"""Kinds whose text has a grammar of its own: a random text is a valid body but no valid project or policy."""

CASE_KINDS = tuple(sorted(KINDS.keys() - PROCESS_KINDS))

POOLS: dict[str, st.SearchStrategy[Any]] = {
    "project": st.just("tf-m"),
    "branch": st.sampled_from(["main", "lts-1", "v2"]),
    "into": st.sampled_from(["main", "master"]),
    "party": st.sampled_from(["alder", "brook"]),
    "list": st.sampled_from(["partners", "ess", ""]),
    "person": st.sampled_from(["ada", "ben", "ines", "mara"]),
    "area": st.sampled_from(["", "crypto", "boot"]),
    "channel": st.sampled_from(["mail", "web"]),
    "cve": st.sampled_from(["CVE-2026-1111", "CVE-2026-2222"]),
    "case": st.just("c-2"),
    "of": st.just("c-2"),
    "role": st.sampled_from(["triager", "handler"]),
}
"""Few values for the fields by which facts speak of the same thing."""


_PLAIN: dict[type[inspect.Type], st.SearchStrategy[Any]] = {
    inspect.BoolType: st.booleans(),
    inspect.NoneType: st.none(),
    inspect.DateTimeType: moments,
}


def valid(info: inspect.Type) -> st.SearchStrategy[Any]:
    """Values that a type of msgspec accepts, as Python objects."""
    if isinstance(info, inspect.Metadata):
        return valid(info.type)
    if isinstance(info, inspect.StrType):
        sized = st.text(min_size=info.min_length or 0, max_size=min(info.max_length or 20, 20))
        return st.from_regex(info.pattern) if info.pattern else sized
    if isinstance(info, inspect.UnionType):
        return st.one_of(*map(valid, info.types))
    found = _PLAIN.get(type(info))
    if isinstance(info, inspect.IntType):
        found = st.integers(info.ge, info.le)
    elif isinstance(info, inspect.LiteralType):
        found = st.sampled_from(info.values)
    elif isinstance(info, inspect.VarTupleType):
        found = st.lists(valid(info.item_type), max_size=3).map(tuple)
    assert found is not None, f"no strategy for {info}: add one"
    return found


def bodies(kind: str, *, pools: bool = False) -> st.SearchStrategy[Body]:
    """Valid bodies of one kind; with `pools`, fields such as branch and party have few values."""
    body = KINDS[kind].body
    info = inspect.type_info(body)
    assert isinstance(info, inspect.StructType)
    fields = {
        field.name: POOLS[field.name] if pools and field.name in POOLS else valid(field.type) for field in info.fields
    }
    needed = {field.name for field in info.fields if field.required}
    optional = {name: fields[name] for name in fields.keys() - needed}
    return st.fixed_dictionaries({name: fields[name] for name in sorted(needed)}, optional=optional).map(
        lambda values: body(**values)
    )


any_body: st.SearchStrategy[Body] = st.sampled_from(sorted(KINDS)).flatmap(bodies)
"""A valid body of any kind."""


@st.composite
def drafts(draw: st.DrawFn, *, stream: str, kinds: Collection[str] = CASE_KINDS, until: datetime) -> Draft:
    """What somebody says happened at some hour of the year before `until`."""
    kind = draw(st.sampled_from(sorted(kinds)))
    body = draw(bodies(kind, pools=True))
    happened = until - timedelta(hours=draw(st.integers(0, 24 * 365)))
    return Draft(stream=stream, said_by=draw(st.sampled_from(["mara", "ines"])), happened_at=happened, body=body)


@st.composite
def streams(
    draw: st.DrawFn, *, stream: str = "case/c-1", kinds: Collection[str] = CASE_KINDS, max_size: int = 12
) -> tuple[Fact, ...]:
    """The chained facts of one stream that begins with a report or an opened case."""
    recorded = datetime(2026, 1, 1, tzinfo=UTC)
    told = [draw(drafts(stream=stream, kinds=("case.opened", "report.received"), until=recorded))]
    told += draw(st.lists(drafts(stream=stream, kinds=kinds, until=recorded), max_size=max_size))
    return chained(told, hours=[draw(st.integers(0, 3)) for _ in told], start=recorded)


def chained(told: Sequence[Draft], *, hours: Sequence[int], start: datetime) -> tuple[Fact, ...]:
    """The drafts recorded one after another, each some hours after the one before."""
    facts: list[Fact] = []
    recorded = start
    for draft, gap in zip(told, hours, strict=True):
        recorded += timedelta(hours=gap)
        head = head_of(facts, stream=draft.stream) if facts else empty(draft.stream)
        facts += record(head, [draft], recorded_at=recorded, key="law")
    return tuple(facts)


def cases(*, kinds: Collection[str] = CASE_KINDS, max_size: int = 12) -> st.SearchStrategy[Case]:
    """Cases whose facts speak of the same few branches, parties and persons."""
    return streams(kinds=kinds, max_size=max_size).map(lambda facts: replay(facts, case="c-1"))


def changed(fact: Fact, **fields: object) -> Fact:
    """The fact with some fields changed and its digest left as it was."""
    return msgspec.structs.replace(fact, **fields)
