"""The fact: one thing somebody said happened, and the line it is written as."""

import functools
import re
from datetime import UTC, datetime
from typing import Any

import msgspec

from midstream.ledger.errors import BadFact
from midstream.ledger.kinds import KINDS, NAMES, Audience, Body, Unknown

FIRST = "0" * 64
"""The `previous` of the first fact of a stream."""

BODY_LIMIT = 512 * 1024
"""Bytes a canonical body may have. Long content belongs into a blob; policies and project files fit well below."""

_STREAM = re.compile(r"(case|project)/[a-z0-9][a-z0-9.-]{0,80}")
_KIND = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
_EXACT_INTEGER = 2**53
_ODD = re.compile(rb"[0-9][.eE]|[0-9]{16}")
"""What a number that cannot be written exactly has in it; text may have it too, so that it only calls for a look."""
_DEPTH = 50


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A fact not yet recorded: what happened, when, and who says so."""

    stream: str
    said_by: str
    happened_at: datetime
    body: Body


class Fact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A recorded fact. `raw` is the canonical JSON of `body`, which the digest is taken over.

    `number` counts from 1 within the stream. `key` is shared by the facts of one command, so that the
    same command sent twice is recorded once. Times are aware UTC instants.
    """

    stream: str
    number: int
    kind: str
    said_by: str
    happened_at: datetime
    recorded_at: datetime
    key: str
    body: Body
    raw: bytes
    previous: str
    digest: str

    @property
    def audience(self) -> Audience:
        """How widely the fact may be read; a kind this version does not know is for the team alone."""
        known = KINDS.get(self.kind)
        return known.audience if known and not isinstance(self.body, Unknown) else Audience.TEAM


_encoder = msgspec.json.Encoder(order="sorted")


@functools.cache
def _decoder(kind: str) -> msgspec.json.Decoder[Body]:
    """Return the decoder of the body of a known kind, made when first asked for."""
    return msgspec.json.Decoder(KINDS[kind].body)


_any = msgspec.json.Decoder(dict[str, Any])


@functools.lru_cache(maxsize=4096)
def write_time(moment: datetime) -> str:
    """Return `moment` as a fixed-width RFC 3339 string in UTC, so that text order is time order.

    Kept for a while, as a fact's moments are written for its line, its digest and its row.
    """
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return f"{moment.isoformat(timespec='microseconds')[:26]}Z"


def read_time(text: str) -> datetime:
    """Return the instant that :func:`write_time` wrote; raise `BadFact` for anything else."""
    try:
        moment = datetime.fromisoformat(text) if _TIME.fullmatch(text) else None
    except ValueError:
        moment = None
    if moment is None:
        raise BadFact(
            f"{text[:40]!r} is not a time as the ledger writes it",
            hint="Write UTC with six decimals: 2026-11-20T09:30:00.000000Z.",
        )
    return moment


def encode_body(body: Body) -> bytes:
    """Return the canonical JSON of `body`: RFC 8785, without floating-point numbers, keys in the order of code points.

    Raises `BadFact` when a field breaks its type's rule or the body is larger than `BODY_LIMIT`.
    """
    if isinstance(body, Unknown):
        return encode_fields(body.fields)
    raw = _encode(body)
    name = NAMES[type(body)]
    try:
        _decoder(name).decode(raw)
    except msgspec.ValidationError as error:
        raise BadFact(f"{name}: {error}", hint=f"See the fields of {name} in the reference of fact kinds.") from None
    return raw


def encode_fields(fields: dict[str, Any]) -> bytes:
    """Return the canonical JSON of a body of unknown kind; raise `BadFact` for a number it cannot hold exactly."""
    _check_numbers(fields, depth=0)
    return _encode(fields)


def check_raw(kind: str, raw: bytes) -> None:
    """Return nothing; raise `BadFact` when a body that came from outside is not JSON, or not canonical."""
    try:
        fields = _any.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _not_json(kind, error) from None
    if _ODD.search(raw) or raw.count(b"{") + raw.count(b"[") > _DEPTH:
        _check_numbers(fields, depth=0)
    if _encode(fields) != raw:
        raise BadFact(f"the body of {kind} is not canonical", hint="Take the file from its source again, unchanged.")


def decode_body(kind: str, raw: bytes) -> Body:
    """Return the typed body, or `Unknown` when this version has no type that fits; raise `BadFact` if not JSON."""
    if kind in KINDS:
        try:
            return _decoder(kind).decode(raw)
        except msgspec.ValidationError:
            pass  # written by a newer version: kept whole below
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise _not_json(kind, error) from None
    try:
        return Unknown(fields=_any.decode(raw))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _not_json(kind, error) from None


def fields_of(fact: Fact) -> dict[str, Any]:
    """Return the body as it is written, with every field, those of newer versions included."""
    return _any.decode(fact.raw)


def check_names(*, stream: str, kind: str, said_by: str) -> None:
    """Return nothing; raise `BadFact` when one of a fact's names is not of the form the ledger keeps."""
    if not _STREAM.fullmatch(stream):
        raise BadFact(f"{stream[:100]!r} is not a stream", hint="A stream is case/NAME or project/NAME, in lower case.")
    if len(kind) > 80 or not _KIND.fullmatch(kind):
        raise BadFact(
            f"{kind[:100]!r} is not a kind", hint="Kinds are dotted words in the past tense: report.received."
        )
    if not 0 < len(said_by) <= 120:
        raise BadFact("a fact needs the name of who says it", hint="Name the person, or the part such as 'worker'.")


def _encode(content: Body | dict[str, Any]) -> bytes:
    try:
        raw = _encoder.encode(content)
    except UnicodeEncodeError:
        raise not_text() from None
    if len(raw) > BODY_LIMIT:
        raise BadFact(
            f"the body has {len(raw)} bytes, more than {BODY_LIMIT}",
            hint="Keep long content as a blob and put its digest into the fact.",
        )
    return raw


def not_text() -> BadFact:
    """Return the error for a lone surrogate, which stands for a byte that was no text and cannot be written down."""
    return BadFact("it holds bytes that are no UTF-8 text", hint="Write it anew in UTF-8.")


def _check_numbers(value: object, *, depth: int) -> None:
    if depth > _DEPTH:
        raise BadFact(f"a body nested more than {_DEPTH} deep", hint="Keep deep content as a blob.")
    if isinstance(value, float) or (isinstance(value, int) and abs(value) > _EXACT_INTEGER):
        raise BadFact(f"{value!r} cannot be written the same way everywhere", hint="Write it as a string.")
    if isinstance(value, dict):
        for inner in value.values():
            _check_numbers(inner, depth=depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _check_numbers(inner, depth=depth + 1)


def _not_json(kind: str, error: Exception) -> BadFact:
    return BadFact(
        f"the body of {kind} is not JSON: {error}", hint="The line is damaged; take it from the export again."
    )
