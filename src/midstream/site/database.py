"""Every public advisory in one SQLite file, for those who would rather ask than read."""

import itertools
import sqlite3
from collections.abc import Iterable, Iterator

from midstream.formats.catalogue.document import Catalogue, Summary
from midstream.site.front import marks_of

SCHEMA = """
CREATE TABLE product (key TEXT PRIMARY KEY, name TEXT NOT NULL, repository TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE branch (
    product TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, supported_until TEXT, PRIMARY KEY (product, name)
) WITHOUT ROWID;
CREATE TABLE release (
    product TEXT NOT NULL, version TEXT NOT NULL, tag TEXT NOT NULL, branch TEXT NOT NULL, released_on TEXT,
    position INTEGER NOT NULL, "commit" TEXT NOT NULL, PRIMARY KEY (product, version)
) WITHOUT ROWID;
CREATE TABLE advisory (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, summary TEXT NOT NULL, severity TEXT NOT NULL, score REAL,
    fix TEXT NOT NULL, published_at TEXT NOT NULL, modified_at TEXT NOT NULL, withdrawn_at TEXT
) WITHOUT ROWID;
CREATE TABLE alias (advisory TEXT NOT NULL, alias TEXT NOT NULL, PRIMARY KEY (advisory, alias)) WITHOUT ROWID;
CREATE TABLE line (
    advisory TEXT NOT NULL, product TEXT NOT NULL, branch TEXT NOT NULL, status TEXT NOT NULL, introduced TEXT NOT NULL,
    fixed_in TEXT NOT NULL, PRIMARY KEY (advisory, product, branch)
) WITHOUT ROWID;
CREATE TABLE marks (
    product TEXT NOT NULL, advisory TEXT NOT NULL, marks TEXT NOT NULL, PRIMARY KEY (product, advisory)
) WITHOUT ROWID;
CREATE TABLE document (
    advisory TEXT NOT NULL, format TEXT NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL, sha256 TEXT NOT NULL,
    PRIMARY KEY (advisory, format)
) WITHOUT ROWID;
CREATE VIEW verdict AS
    SELECT r.product, r.version, m.advisory, CASE substr(m.marks, r.position + 1, 1)
        WHEN 'a' THEN 'affected' WHEN 'f' THEN 'fixed' WHEN 'n' THEN 'not_affected'
        WHEN 'i' THEN 'under_investigation' ELSE 'unknown' END AS verdict
    FROM release r JOIN marks m ON m.product = r.product;
CREATE VIEW affected AS
    SELECT v.product, v.version, a.id, a.title, a.severity, a.fix
    FROM verdict v JOIN advisory a ON a.id = v.advisory
    WHERE v.verdict IN ('affected', 'under_investigation', 'unknown') AND a.withdrawn_at IS NULL;
"""
"""`marks` has a letter for each release of the product, in the order of their positions, so that ten thousand
advisories make a small file; the view `verdict` has them in words. The view `affected` lists what is not known too.
"""
VERSION = 1
BATCH = 50
"""Rows of one statement; of nine columns each they stay below the 999 values that any SQLite takes."""


def database(catalogue: Catalogue) -> bytes:
    """Return the SQLite file (database file format, version 3); the same catalogue gives the same bytes."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        connection.execute("PRAGMA page_size = 4096")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.executescript(SCHEMA)
        connection.execute("BEGIN")
        _fill(connection, catalogue)
        connection.execute("COMMIT")
        return connection.serialize()
    finally:
        connection.close()


def _fill(connection: sqlite3.Connection, catalogue: Catalogue) -> None:
    for product in catalogue.products:
        connection.execute("INSERT INTO product VALUES (?, ?, ?)", (product.key, product.name, product.repository))
        _insert(
            connection,
            "branch",
            ((product.key, each.name, each.kind, _text(each.supported_until)) for each in product.branches),
        )
        _insert(
            connection,
            "release",
            (
                (product.key, each.version, each.tag, each.branch, _text(each.released_on), position, each.commit)
                for position, each in enumerate(product.releases)
            ),
        )
    found = sorted(catalogue.advisories, key=lambda each: each.id)
    _insert(
        connection,
        "advisory",
        (
            (
                each.id,
                each.title,
                each.summary,
                each.severity,
                each.score,
                each.fix,
                each.published_at.isoformat(),
                each.modified_at.isoformat(),
                each.withdrawn_at.isoformat() if each.withdrawn_at else None,
            )
            for each in found
        ),
    )
    _insert(connection, "alias", ((each.id, a) for each in found for a in sorted(set(each.aliases))))
    _insert(connection, "line", _lines(found))
    _insert(connection, "marks", _marks(catalogue, found))
    _insert(
        connection,
        "document",
        ((each.id, one.format, one.path, one.size, one.sha256) for each in found for one in each.documents),
    )


def _insert(connection: sqlite3.Connection, table: str, rows: Iterable[tuple[object, ...]]) -> None:
    """Return nothing, after the rows are in the table: many by one statement, which is quicker than one by one."""
    waiting = iter(rows)
    while batch := list(itertools.islice(waiting, BATCH)):
        row = f"({', '.join('?' * len(batch[0]))})"
        values = list(itertools.chain.from_iterable(batch))
        connection.execute(f"INSERT INTO {table} VALUES {', '.join([row] * len(batch))}", values)  # noqa: S608 - names of ours


def _lines(found: list[Summary]) -> Iterator[tuple[str, ...]]:
    for each in found:
        for part in each.affected:
            for line in part.lines:
                yield each.id, part.product, line.branch, line.status, line.introduced, line.fixed_in


def _marks(catalogue: Catalogue, found: list[Summary]) -> Iterator[tuple[str, str, str]]:
    products = {product.key: product for product in catalogue.products}
    for each in found:
        for part in each.affected:
            if part.product in products:
                yield part.product, each.id, marks_of(part, products[part.product])


def _text(day: object) -> str | None:
    return str(day) if day else None
