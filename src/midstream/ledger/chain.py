"""The hash chain: how drafts become facts, how stored facts are checked, how they are written as lines.

The digest of a fact is SHA-256 over the digest of the fact before it, then the canonical JSON
(RFC 8785) of all other fields. One flipped byte therefore shows at its own stream and number.
"""

import functools
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from midstream.ledger.errors import BadFact, BrokenChain, ClockBackwards
from midstream.ledger.fact import (
    FIRST,
    Draft,
    Fact,
    check_names,
    check_raw,
    decode_body,
    encode_body,
    not_text,
    read_time,
    write_time,
)
from midstream.ledger.kinds import NAMES
from midstream.ledger.kinds.base import Count

SKEW = timedelta(seconds=5)
"""How far two machines' clocks may differ: up to this an append takes the later moment, beyond it is refused."""


class Head(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Where a stream stands: the number, digest and moment of its last fact."""

    stream: str
    number: int
    digest: str
    recorded_at: datetime | None


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """One line of an export: every field of a fact as text, the body as JSON."""

    stream: str
    number: Count
    kind: str
    said_by: str
    happened_at: str
    recorded_at: str
    key: str
    body: msgspec.Raw
    previous: str
    digest: str


_encoder = msgspec.json.Encoder(order="sorted")
_line = msgspec.json.Decoder(Line)


def empty(stream: str) -> Head:
    """Return the head of a stream that has no fact yet."""
    return Head(stream=stream, number=0, digest=FIRST, recorded_at=None)


def head_of(facts: Sequence[Fact], *, stream: str) -> Head:
    """Return where the stream stands after `facts`, which are all of it in order."""
    if not facts:
        return empty(stream)
    last = facts[-1]
    return Head(stream=stream, number=last.number, digest=last.digest, recorded_at=last.recorded_at)


def digest_of(
    *,
    stream: str,
    number: int,
    kind: str,
    said_by: str,
    happened_at: str,
    recorded_at: str,
    key: str,
    raw: bytes,
    previous: str,
) -> str:
    """Return the digest of a fact given as text: SHA-256 over `previous` and the canonical JSON of the rest."""
    rest = (
        b'{"body":%b,"happened_at":"%b","key":%b,"kind":%b,"number":%d,"recorded_at":"%b","said_by":%b,"stream":%b}'
        % (
            raw,
            happened_at.encode(),
            _quoted(key),
            _quoted(kind),
            number,
            recorded_at.encode(),
            _quoted(said_by),
            _quoted(stream),
        )
    )
    return hashlib.sha256(previous.encode() + rest).hexdigest()


@functools.lru_cache(maxsize=4096)
def _quoted(text: str) -> bytes:
    """Return `text` as a JSON string; raise `BadFact` for one that cannot be written down."""
    try:
        return _encoder.encode(text)
    except UnicodeEncodeError:
        raise not_text() from None


def record(head: Head, drafts: Iterable[Draft], *, recorded_at: datetime, key: str) -> tuple[Fact, ...]:
    """Return the facts that follow `head`, numbered and chained.

    Raises `ClockBackwards` when `recorded_at` lies more than `SKEW` before the head, and `BadFact` when a
    body breaks its rule or something is said to happen later than it is recorded.
    """
    if head.recorded_at is not None and recorded_at < head.recorded_at:
        if head.recorded_at - recorded_at > SKEW:
            raise ClockBackwards(
                f"it is {write_time(recorded_at)}, but {head.stream} has a fact of {write_time(head.recorded_at)}",
                hint="Set the machine's clock right, then repeat the command; nothing was recorded.",
            )
        recorded_at = head.recorded_at
    recorded_at = recorded_at.astimezone(UTC)
    facts: list[Fact] = []
    number, previous = head.number, head.digest
    for draft in drafts:
        if draft.happened_at.tzinfo is None:
            raise BadFact("a moment without a zone", hint="Give the hour with its zone: 2026-11-20T09:30+01:00.")
        if draft.happened_at - recorded_at > SKEW:
            raise BadFact(
                f"{_kind_of(draft)} would happen at {write_time(draft.happened_at)}, after now",
                hint="A fact tells what has happened; check the date.",
            )
        number += 1
        fact = _fact(draft, number=number, previous=previous, recorded_at=recorded_at, key=key)
        previous = fact.digest
        facts.append(fact)
    return tuple(facts)


def _fact(draft: Draft, *, number: int, previous: str, recorded_at: datetime, key: str) -> Fact:
    kind = _kind_of(draft)
    check_names(stream=draft.stream, kind=kind, said_by=draft.said_by)
    raw = encode_body(draft.body)
    digest = digest_of(
        stream=draft.stream,
        number=number,
        kind=kind,
        said_by=draft.said_by,
        happened_at=write_time(draft.happened_at),
        recorded_at=write_time(recorded_at),
        key=key,
        raw=raw,
        previous=previous,
    )
    return Fact(
        stream=draft.stream,
        number=number,
        kind=kind,
        said_by=draft.said_by,
        happened_at=draft.happened_at.astimezone(UTC),
        recorded_at=recorded_at,
        key=key,
        body=draft.body,
        raw=raw,
        previous=previous,
        digest=digest,
    )


def _kind_of(draft: Draft) -> str:
    kind = NAMES.get(type(draft.body))
    if kind is None:
        raise BadFact("a fact of a kind this version does not know", hint="Only an import keeps unknown kinds.")
    return kind


def verify(facts: Iterable[Fact], *, heads: dict[str, Head]) -> Iterator[Fact]:
    """Yield each fact once it is seen to follow the one before; `heads` is moved on and must start where they do.

    Facts of several streams may be mixed as long as each stream is in order. Raises `BrokenChain` at the first that
    does not follow, naming stream and number.
    """
    for fact in facts:
        head = heads.get(fact.stream) or empty(fact.stream)
        if fact.number != head.number + 1:
            missing = fact.number > head.number + 1
            raise BrokenChain(
                stream=fact.stream,
                number=fact.number,
                what=f"fact {head.number + 1} is missing before it" if missing else "this number is there twice",
            )
        if fact.previous != head.digest:
            raise BrokenChain(stream=fact.stream, number=fact.number, what="it does not follow the fact before it")
        if digest_of_fact(fact) != fact.digest:
            raise BrokenChain(stream=fact.stream, number=fact.number, what="its content does not match its digest")
        heads[fact.stream] = Head(
            stream=fact.stream, number=fact.number, digest=fact.digest, recorded_at=fact.recorded_at
        )
        yield fact


def digest_of_fact(fact: Fact) -> str:
    """Return the digest that `fact` ought to have."""
    return digest_of(
        stream=fact.stream,
        number=fact.number,
        kind=fact.kind,
        said_by=fact.said_by,
        happened_at=write_time(fact.happened_at),
        recorded_at=write_time(fact.recorded_at),
        key=fact.key,
        raw=fact.raw,
        previous=fact.previous,
    )


_LINE = (
    b'{"body":%b,"digest":"%b","happened_at":"%b","key":%b,"kind":"%b","number":%d,"previous":"%b",'
    b'"recorded_at":"%b","said_by":%b,"stream":"%b"}'
)
"""A line of an export: canonical JSON. What stands in quotes here is made of plain letters, or it fits no line."""


def write_line(fact: Fact) -> bytes:
    """Return the fact as one line of an export: canonical JSON, without the newline."""
    return _LINE % (
        fact.raw,
        fact.digest.encode(),
        write_time(fact.happened_at).encode(),
        _quoted(fact.key),
        fact.kind.encode(),
        fact.number,
        fact.previous.encode(),
        write_time(fact.recorded_at).encode(),
        _quoted(fact.said_by),
        fact.stream.encode(),
    )


def read_line(line: bytes) -> Fact:
    """Return the fact an export line holds; raise `BadFact` when it is not one, written as `write_line` writes it.

    The chain is for :func:`verify`.
    """
    try:
        row = _line.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadFact(
            f"not a fact: {error}",
            hint="Each line of an export is one JSON object; take the file from its source again.",
        ) from None
    check_names(stream=row.stream, kind=row.kind, said_by=row.said_by)
    raw = bytes(row.body)
    check_raw(row.kind, raw)
    happened_at = read_time(row.happened_at)
    fact = Fact(
        stream=row.stream,
        number=row.number,
        kind=row.kind,
        said_by=row.said_by,
        happened_at=happened_at,
        recorded_at=happened_at if row.recorded_at == row.happened_at else read_time(row.recorded_at),
        key=row.key,
        body=decode_body(row.kind, raw),
        raw=raw,
        previous=row.previous,
        digest=row.digest,
    )
    written = _LINE % (
        raw,
        row.digest.encode(),
        row.happened_at.encode(),
        _quoted(row.key),
        row.kind.encode(),
        row.number,
        row.previous.encode(),
        row.recorded_at.encode(),
        _quoted(row.said_by),
        row.stream.encode(),
    )
    if written != line:
        raise BadFact("not written as an export writes it", hint="Take the file from its source again, unchanged.")
    return fact
