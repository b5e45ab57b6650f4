"""Facts and heads in SQL."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from midstream.desk.ports import Conflict, StoreTrouble
from midstream.ledger.chain import Head, empty
from midstream.ledger.errors import BadFact, BrokenChain
from midstream.ledger.fact import FIRST, Fact, decode_body, read_time, write_time
from midstream.store.database import BATCH, Database, marks

COLUMNS = ("stream", "number", "kind", "said_by", "happened_at", "recorded_at", "key", "body", "previous", "digest")
_ALL = ", ".join(COLUMNS)
_INSERT = f"INSERT INTO fact ({_ALL}) VALUES ({marks(len(COLUMNS))})"
_MOVE = (
    "INSERT INTO head (stream, number, digest, recorded_at) VALUES (%s, %s, %s, %s) ON CONFLICT (stream) DO UPDATE"
    " SET number = excluded.number, digest = excluded.digest, recorded_at = excluded.recorded_at"
)


def row_of(fact: Fact) -> tuple[Any, ...]:
    """Return the fact as a row, in the order of `COLUMNS`."""
    return (
        fact.stream,
        fact.number,
        fact.kind,
        fact.said_by,
        write_time(fact.happened_at),
        write_time(fact.recorded_at),
        fact.key,
        fact.raw.decode(),
        fact.previous,
        fact.digest,
    )


def fact_of(row: Sequence[Any]) -> Fact:
    """Return the fact a row holds; raise `BrokenChain` naming stream and number when it cannot be one."""
    stream, number, kind, said_by, happened_at, recorded_at, key, body, previous, digest = row
    # SQLite keeps whatever type a damaged row claims, and an empty blob would hash like an empty text.
    texts = (
        type(stream) is type(kind) is type(said_by) is type(key) is type(body) is type(previous) is type(digest) is str
    )
    if not (texts and type(happened_at) is type(recorded_at) is str and type(number) is int):
        raise _unreadable(row, "a column holds what was never written there")
    raw = body.encode()
    try:
        happened = read_time(happened_at)
        return Fact(
            stream=stream,
            number=number,
            kind=kind,
            said_by=said_by,
            happened_at=happened,
            recorded_at=happened if recorded_at == happened_at else read_time(recorded_at),
            key=key,
            body=decode_body(kind, raw),
            raw=raw,
            previous=previous,
            digest=digest,
        )
    except BadFact as error:
        raise _unreadable(row, error.what) from None


def _unreadable(row: Sequence[Any], what: str) -> BrokenChain:
    stream, number = row[0], row[1]
    return BrokenChain(stream=_legible(stream), number=number if isinstance(number, int) else 0, what=what)


def _legible(stream: object) -> str:
    return stream if isinstance(stream, str) else repr(stream)[:100]


def head(db: Database, stream: str) -> Head:
    """Return where the stream stands."""
    with db.reading() as cursor:
        cursor.execute("SELECT stream, number, digest, recorded_at FROM head WHERE stream = %s", [stream])
        row = cursor.fetchone()
    return _head(db, row) if row else empty(stream)


def heads(db: Database, prefix: str) -> list[Head]:
    """Return the heads of the streams that begin with the prefix, sorted by stream."""
    where, values = _begins(db, prefix)
    with db.reading() as cursor:
        cursor.execute(f"SELECT stream, number, digest, recorded_at FROM head WHERE {where}", values)
        return sorted((_head(db, row) for row in cursor.fetchall()), key=lambda head: head.stream)


def _begins(db: Database, prefix: str) -> tuple[str, list[str]]:
    """Return the condition, with its parameters, that a stream begins with the prefix: a range, so an index serves."""
    if not prefix:
        return "TRUE", []
    stream = 'stream COLLATE "C"' if db.is_postgresql else "stream"
    return f"{stream} >= %s AND {stream} < %s", [prefix, prefix[:-1] + chr(ord(prefix[-1]) + 1)]


def _head(db: Database, row: Sequence[Any]) -> Head:
    stream, number, digest, recorded_at = row
    try:
        return Head(stream=stream, number=number, digest=digest, recorded_at=read_time(recorded_at))
    except (BadFact, TypeError, ValueError):
        raise StoreTrouble(
            f"{db.place}: the head of {_legible(stream)} is damaged", hint="Compare with a backup; the facts are apart."
        ) from None


def version(db: Database) -> int:
    """Return a number that is another one after every fact.

    On SQLite, the position of the last: one look at the end of a table. PostgreSQL gives positions before a transaction
    ends, so that a smaller one may come later; there it is how many facts all streams have, by their heads.
    """
    sql = "SUM(number), 0) FROM head" if db.is_postgresql else "MAX(position), 0) FROM fact"
    with db.reading() as cursor:
        cursor.execute(f"SELECT COALESCE({sql}")
        return int(cursor.fetchone()[0])


def since(db: Database, position: int, *, limit: int) -> list[tuple[int, Fact]]:
    """Return the first facts after that position, each with its own."""
    with db.writing() as cursor:
        # PostgreSQL gives positions before a transaction ends. While nobody else appends, none is still to come.
        hold_all(db, cursor)
        cursor.execute(
            f"SELECT position, {_ALL} FROM fact WHERE position > %s ORDER BY position LIMIT %s", [position, limit]
        )
        return [(place, fact_of(row)) for place, *row in cursor.fetchall()]


def last_position(db: Database) -> int:
    """Return the position of the fact recorded last."""
    with db.writing() as cursor:
        hold_all(db, cursor)
        cursor.execute("SELECT COALESCE(MAX(position), 0) FROM fact")
        return int(cursor.fetchone()[0])


def facts(db: Database, stream: str) -> list[Fact]:
    """Return all facts of a stream in order."""
    with db.reading() as cursor:
        cursor.execute(f"SELECT {_ALL} FROM fact WHERE stream = %s ORDER BY number", [stream])
        return [fact_of(row) for row in cursor.fetchall()]


def facts_of(db: Database, streams: Sequence[str]) -> dict[str, list[Fact]]:
    """Return all facts of each of the streams in order."""
    found: dict[str, list[Fact]] = {stream: [] for stream in streams}
    names = list(found)
    for start in range(0, len(names), BATCH):
        some = names[start : start + BATCH]
        with db.reading() as cursor:
            cursor.execute(
                f"SELECT {_ALL} FROM fact WHERE stream IN ({marks(len(some))}) ORDER BY stream, number", some
            )
            for row in cursor.fetchall():
                found[row[0]].append(fact_of(row))
    return found


def with_key(db: Database, stream: str, key: str) -> list[Fact]:
    """Return the facts of the stream recorded under the key."""
    with db.reading() as cursor:
        # Asked to sort, SQLite would walk the whole stream in order instead of using the index of keys.
        cursor.execute(f"SELECT {_ALL} FROM fact WHERE stream = %s AND key = %s AND NOT key = ''", [stream, key])
        return sorted((fact_of(row) for row in cursor.fetchall()), key=lambda fact: fact.number)


def streams(db: Database, prefix: str) -> list[str]:
    """Return the names of the streams that begin with the prefix, sorted."""
    where, values = _begins(db, prefix)
    with db.reading() as cursor:
        cursor.execute(f"SELECT stream FROM head WHERE {where}", values)
        return sorted(stream for (stream,) in cursor.fetchall())


def everything(db: Database) -> Iterator[Fact]:
    """Yield every fact in the order of recording, in flat memory; raise `BrokenChain` at one that cannot be read."""
    with db.streaming() as cursor:
        cursor.execute(f"SELECT position, {_ALL} FROM fact ORDER BY position")
        position = 0
        while rows := _fetch(db, cursor):
            for place, *row in rows:
                position += 1
                if not db.is_postgresql and place != position:
                    # SQLite numbers rows without a gap, as nothing is removed. PostgreSQL skips numbers on a rollback.
                    raise _unreadable(row, f"it stands at position {place}, not {position}")
                yield fact_of(row)


def _fetch(db: Database, cursor: Any) -> list[Any]:
    """Return the next rows. Text that is no UTF-8 gets marks of replacement, so that its digest tells where it is."""
    if db.is_postgresql:
        return list(cursor.fetchmany(BATCH))
    inner = cursor.connection
    inner.text_factory = lambda text: str(text, "utf-8", "replace")
    try:
        return list(cursor.fetchmany(BATCH))
    finally:
        inner.text_factory = str


def record(db: Database, cursor: Any, new: Sequence[Fact], *, expect: Mapping[str, int]) -> None:
    """Insert the facts and move the heads, within a transaction; raise `Conflict` when a stream stands elsewhere."""
    expected = dict(expect)
    for fact in reversed(new):
        if expect.get(fact.stream, fact.number - 1) > fact.number - 1:
            raise Conflict(stream=fact.stream, expected=expect[fact.stream], found=fact.number - 1)
        expected[fact.stream] = expect.get(fact.stream, fact.number - 1)
    check_heads(db, cursor, expected)
    last: dict[str, Fact] = {}
    for fact in new:
        if fact.number != expected[fact.stream] + 1:
            raise Conflict(stream=fact.stream, expected=fact.number - 1, found=expected[fact.stream])
        expected[fact.stream] = fact.number
        last[fact.stream] = fact
    if len(new) == 1:
        cursor.execute(_INSERT, row_of(new[0]))
    else:
        db.insert(cursor, "fact", COLUMNS, (row_of(fact) for fact in new))
    for stream, fact in last.items():
        cursor.execute(_MOVE, (stream, fact.number, fact.digest, write_time(fact.recorded_at)))


def check_heads(db: Database, cursor: Any, expected: Mapping[str, int]) -> None:
    """Return nothing while every stream stands where it is expected and is held there; raise `Conflict` otherwise.

    On SQLite the transaction holds the write lock. On PostgreSQL the heads are locked in the order of their names, and
    names that have no head yet by a lock of their own, so that two commands cannot both begin a stream.
    """
    names = sorted(expected)
    stand = _numbers(cursor, names, lock=db.is_postgresql)
    absent = [name for name in names if name not in stand]
    if db.is_postgresql and absent:
        for name in absent:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        stand |= _numbers(cursor, absent, lock=False)
    for name in names:
        if stand.get(name, 0) != expected[name]:
            raise Conflict(stream=name, expected=expected[name], found=stand.get(name, 0))


def _numbers(cursor: Any, names: Sequence[str], *, lock: bool) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(names), BATCH):
        some = names[start : start + BATCH]
        cursor.execute(
            f"SELECT stream, number FROM head WHERE stream IN ({marks(len(some))})"
            + (" ORDER BY stream FOR UPDATE" if lock else ""),
            some,
        )
        found.update(cursor.fetchall())
    return found


def load(db: Database, incoming: Iterable[Fact]) -> int:
    """Record already chained facts in one transaction and flat memory; return how many."""
    last: dict[str, Fact] = {}
    count = 0

    def rows() -> Iterator[tuple[Any, ...]]:
        nonlocal count
        for fact in incoming:
            before = last.get(fact.stream)
            number, digest = (before.number, before.digest) if before else kept.get(fact.stream, (0, FIRST))
            if fact.number != number + 1 or fact.previous != digest:
                raise Conflict(stream=fact.stream, expected=fact.number - 1, found=number)
            last[fact.stream] = fact
            count += 1
            yield row_of(fact)

    with db.writing() as cursor:
        hold_all(db, cursor)
        cursor.execute("SELECT stream, number, digest FROM head")
        kept: dict[str, tuple[int, str]] = {stream: (number, digest) for stream, number, digest in cursor.fetchall()}
        db.insert(cursor, "fact", COLUMNS, rows())
        cursor.executemany(
            _MOVE, [(fact.stream, fact.number, fact.digest, write_time(fact.recorded_at)) for fact in last.values()]
        )
    return count


def hold_all(db: Database, cursor: Any) -> None:
    """Return nothing, after every stream is held until the transaction ends. Reading goes on."""
    if db.is_postgresql:
        cursor.execute("LOCK TABLE head IN EXCLUSIVE MODE")
