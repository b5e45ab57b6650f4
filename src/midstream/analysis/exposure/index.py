"""The index: one immutable SQLite file of all that the sources say, opened for reading."""

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import msgspec

from midstream.analysis.exposure.errors import IndexTrouble, NoIndex
from midstream.analysis.exposure.package import NOTHING, Package
from midstream.analysis.exposure.tables import FORMAT

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_PACKAGE = """
SELECT 0, lo, hi, advisory, source, state, introduced, until, line, vulnerability, withdrawn
    FROM range WHERE ecosystem = ?1 AND name = ?2
UNION ALL SELECT 1, version, '', advisory, source, '', '', '', line, vulnerability, withdrawn
    FROM exact WHERE ecosystem = ?1 AND name = ?2
UNION ALL SELECT 2, reason, '', advisory, source, '', '', '', line, vulnerability, withdrawn
    FROM unsure WHERE ecosystem = ?1 AND name = ?2
"""
_ASKED = """
CREATE TEMP TABLE asked (n INTEGER PRIMARY KEY, ecosystem TEXT, name TEXT, key TEXT, version TEXT);
CREATE TEMP TABLE hit (n INTEGER, vulnerability TEXT, PRIMARY KEY (n, vulnerability)) WITHOUT ROWID;
"""
_FIND = """
INSERT OR IGNORE INTO hit
SELECT n, vulnerability FROM asked CROSS JOIN range USING (ecosystem, name) WHERE lo <= key AND hi > key
UNION ALL SELECT n, vulnerability FROM asked CROSS JOIN exact USING (ecosystem, name, version)
UNION ALL SELECT n, vulnerability FROM asked CROSS JOIN unsure USING (ecosystem, name)
"""
_TOLD_OF_HITS = """
WITH a AS MATERIALIZED (SELECT * FROM asked WHERE n IN (SELECT n FROM hit))
SELECT n, 0, lo, hi, advisory, source, state, introduced, until, line, r.vulnerability, withdrawn
    FROM a CROSS JOIN range AS r USING (ecosystem, name) CROSS JOIN hit USING (n, vulnerability)
UNION ALL SELECT n, 1, r.version, '', advisory, source, '', '', '', line, r.vulnerability, withdrawn
    FROM a CROSS JOIN exact AS r USING (ecosystem, name) CROSS JOIN hit USING (n, vulnerability)
UNION ALL SELECT n, 2, reason, '', advisory, source, '', '', '', line, r.vulnerability, withdrawn
    FROM a CROSS JOIN unsure AS r USING (ecosystem, name) CROSS JOIN hit USING (n, vulnerability)
"""
_REBUILD = "Build it again with `midstream index build`."
_TOLD = "SELECT id, source, summary, severity FROM advisory WHERE id IN (SELECT value FROM json_each(?))"
_ALIASES = "SELECT canonical, id FROM alias WHERE canonical IN (SELECT value FROM json_each(?)) ORDER BY id"
_KEPT_ROWS = 300_000
"""Rows of packages that are remembered, so that a fleet does not ask for the same package again: some 150 MB."""


class Commit(NamedTuple):
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
        self._numbers = {name: number for number, name in self.names.items()}
        self._packages: dict[tuple[str, str], Package] = {}
        self._kept = 0
        self._has_asked = False
        self._told: dict[tuple[str, str], tuple[str, str]] = {}
        self._aliases: dict[str, tuple[str, ...]] = {}

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
            raise _damaged(self.path, error) from None

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
        if not self._has_asked:
            self._db.executescript(_ASKED)
            self._has_asked = True
        self._ask("DELETE FROM asked")
        self._ask("DELETE FROM hit")
        self._db.executemany("INSERT INTO asked VALUES (?, ?, ?, ?, ?)", asked)
        self._ask(_FIND)
        found: dict[int, list[tuple[Any, ...]]] = {}
        for n, *row in self._ask(_TOLD_OF_HITS):
            found.setdefault(n, []).append(tuple(row))
        return {n: Package(rows) for n, rows in found.items()}

    def learn(self, advisories: "Iterable[str]", vulnerabilities: "Iterable[str]") -> None:
        """Return nothing, after what `told_of` and `aliases_beside` will be asked was read at once."""
        wanted = msgspec.json.encode(sorted(advisories)).decode()
        for id_, source, summary, severity in self._ask(_TOLD, (wanted,)):
            self._told[id_, self.names[source]] = summary, severity
        names = [name for name in sorted(vulnerabilities) if name not in self._aliases]
        beside: dict[str, list[str]] = {name: [] for name in names}
        for canonical, name in self._ask(_ALIASES, (msgspec.json.encode(names).decode(),)):
            if name != canonical:
                beside[canonical].append(name)
        self._aliases.update((name, tuple(others)) for name, others in beside.items())

    def commits(self, repo: str, sha: str) -> list[Commit]:
        """Return what is said of one commit of a repository, and which advisories list all of theirs ("*")."""
        rows = self._ask(
            "SELECT sha, advisory, says, source, line FROM commits WHERE repo = ? AND sha IN (?, '*')", (repo, sha)
        )
        return [Commit._make(row) for row in rows]

    def told_of(self, advisory: str, source: str) -> tuple[str, str]:
        """Return the summary and the severity a source, by its name, gives an advisory."""
        found = self._told.get((advisory, source))
        if found is None:
            rows = self._ask(
                "SELECT summary, severity FROM advisory WHERE id = ? AND source = ?",
                (advisory, self._numbers[source]),
            )
            found = (rows[0][0], rows[0][1]) if rows else ("", "")
            self._told[advisory, source] = found
        return found

    def aliases_beside(self, canonical: str) -> tuple[str, ...]:
        """Return the other ids of the vulnerability that `canonical` stands for."""
        found = self._aliases.get(canonical)
        if found is None:
            rows = self._ask("SELECT id FROM alias WHERE canonical = ? ORDER BY id", (canonical,))
            found = self._aliases[canonical] = tuple([name for (name,) in rows if name != canonical])
        return found

    def canonical(self, name: str) -> str:
        """Return the id that stands for all aliases of `name`; "" when the index does not know it."""
        rows = self._ask("SELECT canonical FROM alias WHERE id = ?", (name,))
        return str(rows[0][0]) if rows else ""

    def packages_of(self, vulnerability: str) -> tuple[tuple[str, str], ...]:
        """Return the packages, as ecosystem and name, of which any source says something for this vulnerability."""
        found: set[tuple[str, str]] = set()
        canonical = self.canonical(vulnerability) or vulnerability
        for name in (canonical, *self.aliases_beside(canonical)):
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
        db.execute("PRAGMA temp_store = MEMORY")
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
        raise _damaged(path, error) from None


def _damaged(path: Path, error: Exception) -> IndexTrouble:
    return IndexTrouble(f"{path}: the index is damaged: {error}", hint=_REBUILD)
