"""Building an index: every source is read, or taken over from the index that is there when it did not change."""

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

from midstream.analysis.exposure.errors import IndexTrouble
from midstream.analysis.exposure.sources.aliases import canonical_ids
from midstream.analysis.exposure.sources.files import digest_of
from midstream.analysis.exposure.sources.reading import READERS, Reading, read_source
from midstream.analysis.exposure.sources.rows import Collected, UnreadRow
from midstream.analysis.exposure.tables import COLUMNS, FORMAT, TABLES

Label = Literal["public", "embargoed"]


class BuiltSource(msgspec.Struct, frozen=True, kw_only=True):
    """One source as the index holds it. `newest` is the newest date its entries bear (ISO 8601), "" for none."""

    name: str
    kind: str
    digest: str
    newest: str
    advisories: int
    unread: int
    is_taken_over: bool = False


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """What a build came to."""

    path: str
    label: str
    sources: tuple[BuiltSource, ...]
    advisories: int
    ranges: int
    unread: int


def build_index(
    *,
    sources: Sequence[Path],
    to: Path,
    now: datetime,
    label: Label = "public",
    tick: Callable[[str], None] = lambda _: None,
) -> Built:
    """Return what was built, after the index at `to` was replaced as a whole by one over `sources`.

    A source whose digest the index at `to` already has is taken over from it. An embargoed index can be read by its
    owner only, and only it may hold documents that are not for the public. Nothing at `to` changes when this fails:
    `OSError` for a source that cannot be opened, `IndexTrouble` for an index that cannot be written.
    """
    for path in sources:
        path.stat()  # a mistyped path is told before anything is read
    to.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=to.parent, prefix=f".{to.name}.")  # mode 0600
    os.close(handle)
    draft = Path(name)
    try:
        built = _write(draft, sources, to, now, label, tick)
        draft.chmod(0o600 if label == "embargoed" else 0o644)
        draft.replace(to)
    except sqlite3.Error as error:
        raise IndexTrouble(f"{to}: the index cannot be written: {error}", hint="Is there room on the disk?") from None
    finally:
        draft.unlink(missing_ok=True)
    return built


def _write(
    draft: Path, sources: Sequence[Path], to: Path, now: datetime, label: Label, tick: Callable[[str], None]
) -> Built:
    with contextlib.closing(sqlite3.connect(draft, isolation_level=None, uri=True)) as db:
        for pragma in ("page_size = 4096", "journal_mode = OFF", "synchronous = OFF", "cache_size = -32000"):
            db.execute(f"PRAGMA {pragma}")
        db.execute("PRAGMA temp_store = FILE")
        db.executescript(TABLES)
        _stage(db)
        db.execute("BEGIN")
        taken = _Older(db, to, label)
        built: list[BuiltSource] = []
        for number, path in enumerate(sources, 1):
            tick(path.name)
            digest = digest_of(path=path)
            found = taken.take_over(number, digest) or _read(db, number, path, digest, label)
            found = msgspec.structs.replace(found, name=_distinct(found.name, [each.name for each in built]))
            row = (number, found.name, found.kind, digest, found.newest, found.advisories, found.unread)
            db.execute("INSERT INTO source VALUES (?, ?, ?, ?, ?, ?, ?)", row)
            built.append(found)
        taken.close()
        tick("sorting")
        _settle(db)
        meta = {"format": FORMAT, "readers": READERS, "label": label, "built_at": now.isoformat(timespec="seconds")}
        db.executemany("INSERT INTO meta VALUES (?, ?)", [(name, str(value)) for name, value in meta.items()])
        db.execute("COMMIT")
        counts = [
            db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("advisory", "range", "unread")
        ]
        return Built(
            path=str(to),
            label=label,
            sources=tuple(built),
            advisories=counts[0],
            ranges=counts[1],
            unread=counts[2],
        )


def _distinct(name: str, taken: list[str]) -> str:
    """Return the name of a source, with a number when another has it too."""
    count = 2
    found = name
    while found in taken:
        found = f"{name} ({count})"
        count += 1
    return found


def _stage(db: sqlite3.Connection) -> None:
    """Make the places where rows wait unsorted: written in the order of their key in the end, they lie densely."""
    for table, columns in COLUMNS.items():
        db.execute(f"CREATE TEMP TABLE new_{table} ({columns}, source)")


_WITH_VULNERABILITY = """{columns}, source,
ifnull((SELECT canonical FROM alias WHERE alias.id = new_{table}.advisory), advisory),
ifnull((SELECT withdrawn FROM advisory WHERE advisory.id = new_{table}.advisory
        AND advisory.source = new_{table}.source), '')"""


def _settle(db: sqlite3.Connection) -> None:
    """Move all rows to their tables, sorted, and work out which ids are the same vulnerability."""
    ids = db.execute("SELECT id, aliases FROM new_advisory")
    canonical = canonical_ids((name, aliases.split()) for name, aliases in ids)
    db.executemany("INSERT INTO alias VALUES (?, ?)", sorted(canonical.items()))
    for table, columns in COLUMNS.items():
        into, what = f"{columns}, source", f"{columns}, source"
        if table == "advisory":
            into, what = into + ", canonical", what + ", (SELECT canonical FROM alias WHERE alias.id = new_advisory.id)"
        elif table in {"range", "exact", "unsure"}:
            into, what = into + ", vulnerability, withdrawn", _WITH_VULNERABILITY.format(columns=columns, table=table)
        order = "1, 2, 3, 4, 5" if columns.count(",") >= 4 else "1"
        db.execute(f"INSERT OR IGNORE INTO {table} ({into}) SELECT {what} FROM new_{table} ORDER BY {order}")
        db.execute(f"DROP TABLE new_{table}")
    db.execute(
        "INSERT OR IGNORE INTO touches SELECT advisory, ecosystem, name FROM range UNION "
        "SELECT advisory, ecosystem, name FROM exact UNION SELECT advisory, ecosystem, name FROM unsure UNION "
        "SELECT advisory, 'GIT', repo FROM commits ORDER BY 1, 2, 3"
    )


def _read(db: sqlite3.Connection, number: int, path: Path, digest: str, label: Label) -> BuiltSource:
    into = Collected()
    counts = {"advisory": 0, "unread": 0}

    def flush() -> None:
        numbered = [(counts["unread"] + place, *row) for place, row in enumerate(into.unread)]
        rows: dict[str, Sequence[tuple[object, ...]]] = {
            "range": into.ranges,
            "exact": into.exact,
            "commits": into.commits,
            "unsure": into.unsure,
            "advisory": into.advisories,
            "unread": [(place, _shown(where), _shown(reason)) for place, where, reason in numbered],
        }
        for table, found in rows.items():
            marks = ", ".join("?" * (COLUMNS[table].count(",") + 1))
            db.executemany(f"INSERT INTO new_{table} VALUES ({marks}, {number})", found)
        counts["advisory"] += len(into.advisories)
        counts["unread"] += len(into.unread)
        into.clear()

    reading = Reading(into=into, flush=flush, may_hold_private=label == "embargoed")
    try:
        read_source(path, reading)
    except (MemoryError, UnicodeDecodeError) as error:
        into.unread.append(UnreadRow(path.name, f"it could not be read to its end: {error}"))
    flush()
    db.executemany("INSERT INTO new_ecosystem VALUES (?, ?)", [(name, number) for name in sorted(into.ecosystems)])
    return BuiltSource(
        name=path.name,
        kind=reading.kind or "unknown",
        digest=digest,
        newest=reading.newest,
        advisories=counts["advisory"],
        unread=counts["unread"],
    )


def _shown(text: str) -> str:
    """Return what a list of faults may hold: short, and without what a terminal would obey."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text[:500])


class _Older:
    """The index that is being replaced, from which unchanged sources are taken over."""

    def __init__(self, db: sqlite3.Connection, path: Path, label: Label) -> None:
        self.db = db
        self.known: dict[str, tuple[int, BuiltSource]] = {}
        if not path.is_file():
            return
        try:
            db.execute("COMMIT")
            db.execute("ATTACH ? AS older", (path.resolve().as_uri() + "?mode=ro",))
            db.execute("BEGIN")
            self.known = self._sources(label)
        except sqlite3.Error:
            self.known = {}  # no index, or a damaged one: it is about to be replaced by a whole one

    def _sources(self, label: Label) -> dict[str, tuple[int, BuiltSource]]:
        meta = dict(self.db.execute("SELECT name, value FROM older.meta"))
        if meta.get("format") != str(FORMAT) or meta.get("readers") != str(READERS) or meta.get("label") != label:
            return {}
        rows: Iterator[tuple[int, str, str, str, str, int, int]] = self.db.execute("SELECT * FROM older.source")
        return {
            digest: (
                number,
                BuiltSource(
                    name=name,
                    kind=kind,
                    digest=digest,
                    newest=newest,
                    advisories=advisories,
                    unread=unread,
                    is_taken_over=True,
                ),
            )
            for number, name, kind, digest, newest, advisories, unread in rows
        }

    def take_over(self, number: int, digest: str) -> BuiltSource | None:
        """Return the source when the older index has it, after its rows were copied; else None."""
        if digest not in self.known:
            return None
        old, found = self.known[digest]
        for table, columns in COLUMNS.items():
            self.db.execute(
                f"INSERT INTO new_{table} SELECT {columns}, {number} FROM older.{table} WHERE source = {old}"
            )
        return found

    def close(self) -> None:
        """Let go of the older index."""
        if "older" in {name for _, name, _ in self.db.execute("PRAGMA database_list")}:
            self.db.execute("COMMIT")
            self.db.execute("DETACH older")
            self.db.execute("BEGIN")
