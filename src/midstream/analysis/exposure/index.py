"""The index: one immutable SQLite file of all that the sources say, opened for reading."""

import sqlite3
from pathlib import Path
from typing import NamedTuple, Self

import msgspec

from midstream.analysis.exposure.errors import IndexTrouble, NoIndex
from midstream.analysis.exposure.package import NOTHING, Package
from midstream.analysis.exposure.tables import FORMAT

_PACKAGE = """
SELECT 0, lo, hi, advisory, source, state, introduced, until, line, vulnerability, withdrawn
    FROM range WHERE ecosystem = ?1 AND name = ?2
UNION ALL SELECT 1, version, '', advisory, source, '', '', '', line, vulnerability, withdrawn
    FROM exact WHERE ecosystem = ?1 AND name = ?2
UNION ALL SELECT 2, reason, '', advisory, source, '', '', '', line, vulnerability, withdrawn
    FROM unsure WHERE ecosystem = ?1 AND name = ?2
"""
_REBUILD = "Build it again with `midstream index build`."
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
        self.meta: dict[str, str] = dict(db.execute("SELECT name, value FROM meta"))
        self.sources = tuple(
            Source(id=id_, name=name, kind=kind, digest=digest, newest=newest, advisories=advisories, unread=unread)
            for id_, name, kind, digest, newest, advisories, unread in db.execute("SELECT * FROM source ORDER BY id")
        )
        self.ecosystems = frozenset(name for (name,) in db.execute("SELECT DISTINCT name FROM ecosystem"))
        self.names = {source.id: source.name for source in self.sources}
        self._numbers = {name: number for number, name in self.names.items()}
        self._packages: dict[tuple[str, str], Package] = {}
        self._kept = 0
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

    def package(self, ecosystem: str, name: str) -> Package:
        """Return all that is said of a package; `NOTHING` when nothing is."""
        found = self._packages.get((ecosystem, name))
        if found is None:
            rows = self._db.execute(_PACKAGE, (ecosystem, name)).fetchall()
            found = Package(rows) if rows else NOTHING
            self._kept += len(rows) + 1
            if self._kept > _KEPT_ROWS:
                self._packages.clear()
                self._kept = len(rows)
            self._packages[ecosystem, name] = found
        return found

    def commits(self, repo: str, sha: str) -> list[Commit]:
        """Return what is said of one commit of a repository, and which advisories list all of theirs ("*")."""
        rows = self._db.execute(
            "SELECT sha, advisory, says, source, line FROM commits WHERE repo = ? AND sha IN (?, '*')", (repo, sha)
        )
        return [Commit._make(row) for row in rows]

    def told_of(self, advisory: str, source: str) -> tuple[str, str]:
        """Return the summary and the severity a source, by its name, gives an advisory."""
        found = self._told.get((advisory, source))
        if found is None:
            found = self._db.execute(
                "SELECT summary, severity FROM advisory WHERE id = ? AND source = ?",
                (advisory, self._numbers[source]),
            ).fetchone() or ("", "")
            self._told[advisory, source] = found
        return found

    def aliases_beside(self, canonical: str) -> tuple[str, ...]:
        """Return the other ids of the vulnerability that `canonical` stands for."""
        found = self._aliases.get(canonical)
        if found is None:
            rows = self._db.execute("SELECT id FROM alias WHERE canonical = ? ORDER BY id", (canonical,))
            found = self._aliases[canonical] = tuple([name for (name,) in rows if name != canonical])
        return found

    def canonical(self, name: str) -> str:
        """Return the id that stands for all aliases of `name`; "" when the index does not know it."""
        row = self._db.execute("SELECT canonical FROM alias WHERE id = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def packages_of(self, vulnerability: str) -> tuple[tuple[str, str], ...]:
        """Return the packages, as ecosystem and name, of which any source says something for this vulnerability."""
        found: set[tuple[str, str]] = set()
        canonical = self.canonical(vulnerability) or vulnerability
        for name in (canonical, *self.aliases_beside(canonical)):
            found.update(self._db.execute("SELECT ecosystem, name FROM touches WHERE advisory = ?", (name,)))
        return tuple(sorted(found))

    def unread(self, limit: int = -1) -> list[tuple[str, str, str]]:
        """Return what could not be read when the index was built: source, place, reason."""
        rows = self._db.execute(
            "SELECT source, place, reason FROM unread ORDER BY source, number LIMIT ?", (limit,)
        ).fetchall()
        return [(self.names[source], place, reason) for source, place, reason in rows]

    def count(self, table: str) -> int:
        """Return how many rows one of the tables has."""
        if table not in {"range", "advisory", "exact", "commits", "unsure", "unread", "ecosystem"}:
            raise KeyError(table)
        return int(self._db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def open_index(*, path: Path) -> Index:
    """Return the index at `path`, opened read-only.

    Raise `NoIndex` when there is none, when it is no index, or when it is of a newer format; `IndexTrouble` when it is
    damaged.
    """
    if not path.is_file():
        raise NoIndex(f"{path}: there is no index", hint="Make one with `midstream index build SOURCE… --to FILE`.")
    try:
        db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None)
        db.execute("PRAGMA mmap_size = 1073741824")
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
        raise IndexTrouble(f"{path}: the index is damaged: {error}", hint=_REBUILD) from None
