"""The index of a history: one SQLite file, made from git and safe to delete.

A first reading is written to a file beside it and then takes its place; later ones are one transaction each. So a
reader finds either the index as it was or as it is, and what was interrupted is as if it had not begun.
"""

import contextlib
import math
import os
import sqlite3
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Final

import msgspec

from midstream.adapters.git.stream import Row
from midstream.analysis.backports.corpus import Entry, Naming
from midstream.analysis.backports.keys import plain_subject
from midstream.desk.ports import HistoryTrouble

FORMAT: Final = 1
"""Raised when the tables or the keys change; an index of another format is made anew."""

BUCKETS: Final = 1 << 20
"""Counters of how often lines occur; lines share them, which makes some look a little more common than they are."""

AT_ONCE: Final = 500
"""Commits asked for in one query."""

WAIT_MS: Final = 60_000
"""How long one process waits for another that brings the same index up to date."""

_TABLES: Final = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE commits (
    number INTEGER PRIMARY KEY, id BLOB NOT NULL, author INTEGER NOT NULL, authored_at INTEGER NOT NULL,
    committed_at INTEGER NOT NULL, subject TEXT NOT NULL, said BLOB NOT NULL, patch BLOB NOT NULL,
    files BLOB NOT NULL, lines BLOB NOT NULL, size INTEGER NOT NULL, unread BLOB NOT NULL, is_whole INTEGER NOT NULL
);
CREATE UNIQUE INDEX commits_by_id ON commits (id);
CREATE TABLE graph (start INTEGER PRIMARY KEY, parents BLOB NOT NULL);
CREATE TABLE authors (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE paths (number INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, base INTEGER NOT NULL);
CREATE INDEX paths_by_base ON paths (base);
CREATE TABLE touches (path INTEGER, number INTEGER, PRIMARY KEY (path, number)) WITHOUT ROWID;
CREATE TABLE keys (key INTEGER, number INTEGER, PRIMARY KEY (key, number)) WITHOUT ROWID;
CREATE TABLE names (target TEXT, number INTEGER, how TEXT, PRIMARY KEY (target, number)) WITHOUT ROWID;
CREATE TABLE gaps (number INTEGER PRIMARY KEY);
CREATE TABLE strict (id BLOB PRIMARY KEY, patch TEXT NOT NULL) WITHOUT ROWID;
"""
_ROW: Final = "SELECT c.*, a.name FROM commits c JOIN authors a ON a.number = c.author WHERE c.number = ?"


def key_of(kind: str, value: str) -> int:
    """Return the number under which a Change-Id, a subject or a patch is found."""
    digest = blake2b(f"{kind}\0{value}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def base_of(path: str) -> int:
    """Return the number under which a file name without its folder is found."""
    return key_of("base", path.rpartition("/")[2])


class _Weights(dict[int, float]):
    """How telling a line is by how often it occurs, reckoned when it is asked for first."""

    def __init__(self, most: float) -> None:
        """Begin with the weight of a line that occurs once."""
        super().__init__()
        self._most = most

    def __missing__(self, count: int) -> float:
        """Return the weight, and keep it."""
        weight = self[count] = max(0.1, self._most - math.log(max(1, count)))
        return weight


class Index:
    """The index in one file, open for reading; see `open_index`."""

    def __init__(self, db: sqlite3.Connection) -> None:
        """Read what every answer needs."""
        self.db = db
        self.refresh()

    def refresh(self) -> None:
        """Read anew what is kept in memory: the graph, the names of paths as they are asked for, the counts."""
        self._entries: dict[int, Entry] = {}
        self._lines: dict[int, frozenset[int]] = {}
        self._numbers: dict[str, int | None] = {}
        self.parents: list[tuple[int, ...]] = []
        for (blob,) in self.db.execute("SELECT parents FROM graph ORDER BY start"):
            self.parents += msgspec.msgpack.decode(blob, type=list[tuple[int, ...]])
        self._counts = array("H")
        self._counts.frombytes(self.meta("counts") or bytes(2 * BUCKETS))
        self._weights = _Weights(math.log(max(2, len(self.parents))))

    def meta(self, key: str) -> bytes:
        """Return a value kept beside the commits; empty when there is none."""
        found = self.db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return found[0] if found else b""

    def heads(self) -> list[str]:
        """Return the commits that have no child here; all that is here can be reached from them."""
        inner = {parent for parents in self.parents for parent in parents}
        outer = [number for number in range(len(self.parents)) if number not in inner]
        return [self.entry(number).commit for number in outer]

    def number(self, commit: str) -> int | None:
        """Return the number of a commit; None when it is not in the index."""
        if commit not in self._numbers:
            found = self.db.execute("SELECT number FROM commits WHERE id = ?", (bytes.fromhex(commit),)).fetchall()
            self._numbers[commit] = next(iter(self._seen(found)), None)
        return self._numbers[commit]

    def _seen(self, rows: Iterable[tuple[int]]) -> list[int]:
        """Return the numbers up to where the graph was read: another process may have put more behind them."""
        end = len(self.parents)
        return [number for (number,) in rows if number < end]

    def entry(self, number: int) -> Entry:
        """Return the commit of that number."""
        if number not in self._entries:
            self._entries[number] = self._entry(number)
        return self._entries[number]

    def _entry(self, number: int) -> Entry:
        _, commit, _, authored, committed, subject, said, patch, files, lines, size, unread, whole, author = (
            self.db.execute(_ROW, (number,)).fetchone()
        )
        ids, names = msgspec.msgpack.decode(said, type=tuple[tuple[str, ...], tuple[tuple[Naming, str], ...]])
        return Entry(
            number=number,
            commit=commit.hex(),
            author=author,
            authored_at=authored,
            committed_at=committed,
            subject=subject,
            change_ids=ids,
            names=names,
            patch=patch.hex(),
            files=frozenset(self._paths(files)),
            lines=self._lines.setdefault(number, frozenset(array("I", lines))),
            size=size,
            unread=frozenset(self._paths(unread)),
            is_whole=bool(whole),
        )

    def _paths(self, packed: bytes) -> Iterator[str]:
        for number in array("I", packed):
            yield self.db.execute("SELECT path FROM paths WHERE number = ?", (number,)).fetchone()[0]

    def lines(self, numbers: Sequence[int]) -> list[frozenset[int]]:
        """Return the keys of the changed lines of each of the commits."""
        new = [number for number in numbers if number not in self._lines]
        for start in range(0, len(new), AT_ONCE):
            some = new[start : start + AT_ONCE]
            marks = ",".join("?" * len(some))
            for number, blob in self.db.execute(f"SELECT number, lines FROM commits WHERE number IN ({marks})", some):  # noqa: S608 - nothing but marks
                self._lines[number] = frozenset(array("I", blob))
        return [self._lines[number] for number in numbers]

    def gaps(self) -> list[int]:
        """Return the commits that could not be read whole."""
        return self._seen(self.db.execute("SELECT number FROM gaps ORDER BY number"))

    def having(self, kind: str, value: str) -> list[int]:
        """Return the commits with that ``change``, ``subject`` or ``patch``."""
        rows = self.db.execute("SELECT number FROM keys WHERE key = ? ORDER BY number", (key_of(kind, value),))
        return self._seen(rows)

    def naming(self, commit: str) -> list[tuple[int, Naming]]:
        """Return the commits whose messages name `commit` by its id or by the beginning of it, and how."""
        rows = self.db.execute(
            "SELECT target, number, how FROM names WHERE target BETWEEN ? AND ? ORDER BY number", (commit[:7], commit)
        )
        end = len(self.parents)
        return [(number, how) for target, number, how in rows if number < end and commit.startswith(target)]

    def reverting(self) -> list[tuple[int, str]]:
        """Return every (commit, whole id or beginning of the id of what its message says it reverts)."""
        rows = self.db.execute("SELECT number, target FROM names WHERE how = 'reverted' ORDER BY number")
        end = len(self.parents)
        return [(number, target) for number, target in rows if number < end]

    def touching(self, file: str, limit: int) -> list[int]:
        """Return the newest commits, at most `limit`, that change a file of that name, whatever its folder."""
        rows = self.db.execute(
            "SELECT DISTINCT number FROM touches WHERE path IN (SELECT number FROM paths WHERE base = ?)"
            " ORDER BY number DESC LIMIT ?",
            (base_of(file), limit),
        )
        return self._seen(rows)

    def folders(self, file: str) -> int:
        """Return in how many folders there was ever a file of that name."""
        found: tuple[int] = self.db.execute("SELECT count(*) FROM paths WHERE base = ?", (base_of(file),)).fetchone()
        return found[0]

    def weigh(self, lines: Iterable[int]) -> float:
        """Return the sum of the logarithms of how rare each line is: of all commits by those that have it."""
        counts, weights = self._counts, self._weights
        return sum([weights[counts[line % BUCKETS]] for line in lines])

    def strict(self, commits: Sequence[str]) -> dict[str, str]:
        """Return the strict patch ids that were asked for before."""
        found: dict[str, str] = {}
        for commit in commits:
            row = self.db.execute("SELECT patch FROM strict WHERE id = ?", (bytes.fromhex(commit),)).fetchone()
            if row:
                found[commit] = row[0]
        return found

    def keep_strict(self, patches: dict[str, str]) -> None:
        """Return nothing, after the strict patch ids were kept."""
        with writing(self.db):
            self.db.executemany(
                "INSERT OR REPLACE INTO strict VALUES (?, ?)",
                [(bytes.fromhex(one), patch) for one, patch in patches.items()],
            )


@contextlib.contextmanager
def writing(db: sqlite3.Connection) -> Iterator[None]:
    """Run the block in one transaction: all of it, or nothing."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


class Writer:
    """Puts rows into an index. It runs within the caller's transaction."""

    def __init__(self, db: sqlite3.Connection, *, start: int) -> None:
        """Begin behind the commit of number `start - 1`."""
        self.db = db
        self._start = self._next = start
        self._fresh: dict[str, int] = {}
        self._authors: dict[str, int] = {}
        self._paths: dict[str, int] = {}
        self._counts: Counter[int] = Counter()
        self._graph: list[tuple[int, ...]] = []

    def add(self, rows: Iterable[Row]) -> None:
        """Return nothing, after the rows were put in; parents come before their children."""
        commits: list[tuple[object, ...]] = []
        touches: list[tuple[int, int]] = []
        keys: set[tuple[int, int]] = set()
        names: list[tuple[str, int, str]] = []
        for row in rows:
            number, self._next = self._next, self._next + 1
            self._fresh[row.commit] = number
            self._graph.append(tuple(found for parent in row.parents if (found := self._number(parent)) is not None))
            files = [self._path(path) for path in row.files]
            touches += [(path, number) for path in files]
            keys |= {(key_of("change", one), number) for one in row.change_ids}
            keys.add((key_of("subject", plain_subject(row.subject)), number))
            if row.patch:
                keys.add((key_of("patch", row.patch.hex()), number))
            names += [(target, number, how) for how, target in row.names]
            self._counts.update(line % BUCKETS for line in array("I", row.lines))
            if row.unread or not row.is_whole:
                self.db.execute("INSERT INTO gaps VALUES (?)", (number,))
            commits.append(self._commit(row, number, files))
        self.db.executemany("INSERT INTO commits VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", commits)
        self.db.executemany("INSERT INTO touches VALUES (?, ?)", touches)
        self.db.executemany("INSERT INTO keys VALUES (?, ?)", keys)
        self.db.executemany("INSERT OR IGNORE INTO names VALUES (?, ?, ?)", names)

    def _commit(self, row: Row, number: int, files: list[int]) -> tuple[object, ...]:
        return (
            number,
            bytes.fromhex(row.commit),
            self._author(row.author),
            row.authored_at,
            row.committed_at,
            row.subject,
            msgspec.msgpack.encode((row.change_ids, row.names)),
            row.patch,
            array("I", files).tobytes(),
            row.lines,
            row.size,
            array("I", [self._path(path) for path in row.unread]).tobytes(),
            int(row.is_whole),
        )

    def finish(self, meta: dict[str, bytes]) -> None:
        """Return nothing, after the graph, the counts of lines and `meta` were put in."""
        if self._graph:
            self.db.execute("INSERT INTO graph VALUES (?, ?)", (self._start, msgspec.msgpack.encode(self._graph)))
        counts = array("H")
        kept = self.db.execute("SELECT value FROM meta WHERE key = 'counts'").fetchone()
        counts.frombytes(kept[0] if kept else bytes(2 * BUCKETS))
        for bucket, count in self._counts.items():
            counts[bucket] = min(65_535, counts[bucket] + count)
        values = meta | {"counts": counts.tobytes()}
        self.db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    def _number(self, commit: str) -> int | None:
        if commit in self._fresh:
            return self._fresh[commit]
        found = self.db.execute("SELECT number FROM commits WHERE id = ?", (bytes.fromhex(commit),)).fetchone()
        return found[0] if found else None

    def _author(self, name: str) -> int:
        if name not in self._authors:
            self.db.execute("INSERT OR IGNORE INTO authors (name) VALUES (?)", (name,))
            found = self.db.execute("SELECT number FROM authors WHERE name = ?", (name,)).fetchone()
            self._authors[name] = found[0]
        return self._authors[name]

    def _path(self, path: str) -> int:
        if path not in self._paths:
            self.db.execute("INSERT OR IGNORE INTO paths (path, base) VALUES (?, ?)", (path, base_of(path)))
            self._paths[path] = self.db.execute("SELECT number FROM paths WHERE path = ?", (path,)).fetchone()[0]
        return self._paths[path]


def connect(file: Path) -> sqlite3.Connection:
    """Return a connection to the file, whose transactions are begun and ended by `writing` alone."""
    db = sqlite3.connect(file, isolation_level=None, timeout=WAIT_MS / 1000)
    db.execute("PRAGMA trusted_schema = OFF")
    return db


def is_usable(file: Path, *, about: bytes) -> bool:
    """Return whether the file is an index of this format about the same repository, undamaged as far as one sees."""
    if not file.is_file():
        return False
    try:
        with contextlib.closing(connect(file)) as db:
            kept = dict(db.execute("SELECT key, value FROM meta WHERE key IN ('format', 'about')"))
    except sqlite3.DatabaseError:
        return False
    return kept == {"format": str(FORMAT).encode(), "about": about}


def make_index(file: Path, *, about: bytes, rows: Iterable[list[Row]]) -> None:
    """Return nothing, after a whole new index took the place of `file`; nobody else may read it."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = file.with_name(f"{file.name}.{os.getpid()}.new")
    beside.unlink(missing_ok=True)
    try:
        os.close(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with contextlib.closing(connect(beside)) as db:
            db.execute("PRAGMA journal_mode = OFF")
            db.execute("PRAGMA synchronous = OFF")
            db.executescript(_TABLES)
            db.execute("BEGIN")
            writer = Writer(db, start=0)
            for some in rows:
                writer.add(some)
            writer.finish({"format": str(FORMAT).encode(), "about": about})
            db.execute("COMMIT")
        _to_disk(beside)
        beside.replace(file)
    except sqlite3.DatabaseError as error:
        raise _trouble(file, error) from None
    finally:
        beside.unlink(missing_ok=True)


def extend_index(index: Index, *, rows: Iterable[list[Row]]) -> None:
    """Return nothing, after the rows were put behind those there are, in one transaction of the caller."""
    writer = Writer(index.db, start=len(index.parents))
    for some in rows:
        writer.add(some)
    writer.finish({})


def _to_disk(file: Path) -> None:
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _trouble(file: Path, error: sqlite3.DatabaseError) -> HistoryTrouble:
    return HistoryTrouble(
        f"the index {file} could not be used: {error}", hint="Delete it; it is made anew. Check that the disk has room."
    )
