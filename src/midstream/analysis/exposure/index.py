"""The index: one immutable SQLite file of all that the sources say, opened for reading."""

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import msgspec

from midstream.analysis.exposure.errors import IndexTrouble, NoIndex
from midstream.analysis.exposure.package import NOTHING, Package
from midstream.analysis.exposure.tables import FORMAT

if TYPE_CHECKING:
    from collections.abc import Sequence

_COLUMNS = {
    "range": "0, lo, hi, r.advisory, r.source, state, introduced, until",
    "exact": "1, r.version, '', r.advisory, r.source, '', '', ''",
    "unsure": "2, reason, '', r.advisory, r.source, '', '', ''",
}
_TOLD = "r.line, r.vulnerability, r.withdrawn, r.beside, r.summary, r.severity"
_PACKAGE = " UNION ALL ".join(
    f"SELECT {columns}, {_TOLD} FROM {table} AS r WHERE ecosystem = ?1 AND name = ?2"
    for table, columns in _COLUMNS.items()
)
_SPEAKS = {
    "range": "asked CROSS JOIN range AS r USING (ecosystem, name) "
    "WHERE lo <= key AND hi > key AND substr(state, 1, 12) <> 'not-affected'",
    "exact": "asked CROSS JOIN exact AS r USING (ecosystem, name, version) WHERE true",
    "unsure": "asked CROSS JOIN unsure AS r USING (ecosystem, name) WHERE true",
}
_AGAINST = """
WITH asked AS MATERIALIZED (
    SELECT value ->> 0 AS n, value ->> 1 AS ecosystem, value ->> 2 AS name, value ->> 3 AS key, value ->> 4 AS version
    FROM json_each(?1)
)
""" + " UNION ALL ".join(f"SELECT n, shared, {_COLUMNS[table]}, {_TOLD} FROM {what}" for table, what in _SPEAKS.items())
_ALL_OF = """
WITH hit AS MATERIALIZED (
    SELECT value ->> 0 AS n, value ->> 1 AS ecosystem, value ->> 2 AS name, value ->> 3 AS vulnerability
    FROM json_each(?1)
)
""" + " UNION ALL ".join(
    f"SELECT n, {columns}, {_TOLD} FROM hit CROSS JOIN {table} AS r USING (ecosystem, name, vulnerability)"
    for table, columns in _COLUMNS.items()
)
_REBUILD = "Build it again with `midstream index build`."
_KEPT_ROWS = 300_000
"""Rows of packages that are remembered, so that a fleet does not ask for the same package again: some 150 MB."""


class Commit(msgspec.Struct, frozen=True, gc=False):
    """What one source says of a commit: affected, fixed, or complete (of "*": all affected commits are listed)."""

    sha: str
    advisory: str
    says: str
    source: int
    line: str


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One source of the index: its name, kind, digest, the newest date in it, and what was read and not read."""

    id: int
    name: str
    kind: str
    digest: str
    newest: str
    advisories: int
    unread: int


class Index:
    """An open index. It stays the same when the file is replaced meanwhile, since the file is replaced as a whole."""

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        """Keep the connection; use `open_index`."""
        self._db = db
        self.path = path
        self.meta: dict[str, str] = dict(self._ask("SELECT name, value FROM meta"))
        self.sources = tuple(
            Source(id=id_, name=name, kind=kind, digest=digest, newest=newest, advisories=advisories, unread=unread)
            for id_, name, kind, digest, newest, advisories, unread in self._ask("SELECT * FROM source ORDER BY id")
        )
        self.ecosystems = frozenset(name for (name,) in self._ask("SELECT DISTINCT name FROM ecosystem"))
        self.names = {source.id: source.name for source in self.sources}
        self._packages: dict[tuple[str, str], Package] = {}
        self._kept = 0

    def __enter__(self) -> Self:
        """Return the index."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _ask(self, what: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._db.execute(what, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise _trouble(self.path, error) from None

    def package(self, ecosystem: str, name: str) -> Package:
        """Return all that is said of a package; `NOTHING` when nothing is."""
        found = self._packages.get((ecosystem, name))
        if found is None:
            rows = self._ask(_PACKAGE, (ecosystem, name))
            found = Package(rows) if rows else NOTHING
            self._kept += len(rows) + 1
            if self._kept > _KEPT_ROWS:
                self._packages.clear()
                self._kept = len(rows)
            self._packages[ecosystem, name] = found
        return found

    def against(self, asked: "Sequence[tuple[int, str, str, str, str]]") -> dict[int, Package]:
        """Return what is said against versions, or leaves them open: a package for each number that has any.

        Asked are a number, an ecosystem, a name, a key and a version, many at once. Such a package holds only the
        vulnerabilities of which anything speaks against the version, and all that any source says of them.
        """
        by_number = {each[0]: each for each in asked}
        found: dict[int, list[tuple[Any, ...]]] = {}
        hits: dict[tuple[int, str, str, str], None] = {}
        for n, is_shared, *row in self._ask(_AGAINST, (msgspec.json.encode(asked).decode(),)):
            if is_shared:  # others speak of it too, perhaps otherwise
                _, ecosystem, name, _, _ = by_number[n]
                hits[n, ecosystem, name, row[9]] = None
            else:
                found.setdefault(n, []).append(tuple(row))
        if hits:
            for n, *row in self._ask(_ALL_OF, (msgspec.json.encode(list(hits)).decode(),)):
                found.setdefault(n, []).append(tuple(row))
        return {n: Package(rows) for n, rows in found.items()}

    def commits(self, repo: str, sha: str) -> list[Commit]:
        """Return what is said of one commit of a repository, and which advisories list all of theirs ("*")."""
        rows = self._ask(
            "SELECT sha, advisory, says, source, line FROM commits WHERE repo = ? AND sha IN (?, '*')", (repo, sha)
        )
        return [Commit(*row) for row in rows]

    def ids_of(self, name: str) -> tuple[str, ...]:
        """Return all ids of a vulnerability, the one that stands for them first; only `name` when it is not known."""
        rows = self._ask("SELECT canonical FROM alias WHERE id = ?", (name,))
        if not rows:
            return (name,)
        canonical = str(rows[0][0])
        beside = self._ask("SELECT beside FROM alias WHERE id = ?", (canonical,))
        return (canonical, *(beside[0][0].split() if beside else ()))

    def packages_of(self, vulnerability: str) -> tuple[tuple[str, str], ...]:
        """Return the packages, as ecosystem and name, of which any source says something for this vulnerability."""
        found: set[tuple[str, str]] = set()
        for name in self.ids_of(vulnerability):
            rows = self._ask("SELECT ecosystem, name FROM touches WHERE advisory = ?", (name,))
            found.update((ecosystem, package) for ecosystem, package in rows)
        return tuple(sorted(found))

    def unread(self, limit: int = -1) -> list[tuple[str, str, str]]:
        """Return what could not be read when the index was built: source, place, reason."""
        rows = self._ask("SELECT source, place, reason FROM unread ORDER BY source, number LIMIT ?", (limit,))
        return [(self.names[source], place, reason) for source, place, reason in rows]

    def count(self, table: str) -> int:
        """Return how many rows one of the tables has."""
        if table not in {"range", "advisory", "exact", "commits", "unsure", "unread", "ecosystem"}:
            raise KeyError(table)
        return int(self._ask(f"SELECT count(*) FROM {table}")[0][0])


def open_index(*, path: Path) -> Index:
    """Return the index at `path`, opened read-only.

    Raise `NoIndex` when there is none, when it is no index, or when it is of a newer format; `IndexTrouble` when it is
    damaged.
    """
    if not path.is_file():
        raise NoIndex(f"{path}: there is no index", hint="Make one with `midstream index build SOURCE… --to FILE`.")
    try:
        db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None)
        db.execute("PRAGMA mmap_size = 0")
        db.execute("PRAGMA cache_size = -2000")
        row = db.execute("SELECT value FROM meta WHERE name = 'format'").fetchone()
        if row and row[0].isdigit() and int(row[0]) > FORMAT:
            raise NoIndex(
                f"{path}: an index of format {row[0]}; this version reads {FORMAT}",
                hint="Update Midstream, or build the index again with this version.",
            )
        if row is None or row[0] != str(FORMAT):
            raise NoIndex(f"{path}: an index of an older format", hint=_REBUILD)
        return Index(db, path)
    except sqlite3.DatabaseError as error:
        if "no such table" in str(error) or "not a database" in str(error):
            raise NoIndex(f"{path}: this is no index", hint=_REBUILD) from None
        raise _trouble(path, error) from None


def _trouble(path: Path, error: Exception) -> NoIndex | IndexTrouble:
    """Return what a failed question means: a file of another layout, or a damaged one."""
    if "no such column" in str(error):
        return NoIndex(f"{path}: an index of an older format", hint=_REBUILD)
    return IndexTrouble(f"{path}: the index is damaged: {error}", hint=_REBUILD)
