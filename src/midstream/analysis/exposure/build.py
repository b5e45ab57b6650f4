"""Building an index: every source is read, or taken over from the index that is there when it did not change."""

import contextlib
import os
import sqlite3
import tempfile
from collections import Counter
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
from midstream.analysis.exposure.versions import scheme_of

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
    meta = {"label": label, "built_at": now.isoformat(timespec="seconds"), "path": str(to)}
    try:
        return _replaced(sources, to, meta, tick, older=to)
    except sqlite3.DatabaseError:
        pass  # most likely the older index is damaged: read the sources themselves
    try:
        return _replaced(sources, to, meta, tick, older=None)
    except sqlite3.Error as error:
        raise IndexTrouble(
            f"{to}: the index cannot be written: {error}",
            hint="Make room on its disk, or name another file: --to FILE.",
        ) from None


def _replaced(
    sources: Sequence[Path], to: Path, meta: dict[str, str], tick: Callable[[str], None], *, older: Path | None
) -> Built:
    """Return what was built, after it took the place of `to`; a draft that fails leaves nothing behind."""
    handle, name = tempfile.mkstemp(dir=to.parent, prefix=f".{to.name}.")  # mode 0600
    os.close(handle)
    draft = Path(name)
    try:
        built = _write(draft, sources, older, meta, tick)
        draft.chmod(0o600 if built.label == "embargoed" else 0o644)
        draft.replace(to)
    finally:
        draft.unlink(missing_ok=True)
    return built


def _write(
    draft: Path, sources: Sequence[Path], older: Path | None, meta: dict[str, str], tick: Callable[[str], None]
) -> Built:
    label: Label = "embargoed" if meta["label"] == "embargoed" else "public"
    with contextlib.closing(sqlite3.connect(draft, isolation_level=None, uri=True)) as db:
        for pragma in ("page_size = 8192", "journal_mode = OFF", "synchronous = OFF", "cache_size = -32000"):
            db.execute(f"PRAGMA {pragma}")
        db.execute("PRAGMA temp_store = FILE")
        db.executescript(TABLES)
        _stage(db)
        taken = _Older(db, older, label)
        db.execute("BEGIN")
        built: list[BuiltSource] = []
        for number, path in enumerate(sources, 1):
            tick(_name_of(path))
            digest = digest_of(path=path)
            found = taken.take_over(number, digest) or _read(db, number, path, digest, label)
            found = msgspec.structs.replace(found, name=_distinct(found.name, [each.name for each in built]))
            row = (number, found.name, found.kind, digest, found.newest, found.advisories, found.unread)
            db.execute("INSERT INTO source VALUES (?, ?, ?, ?, ?, ?, ?)", row)
            built.append(found)
        tick("sorting")
        _spread(db)
        _settle(db)
        told = {"format": str(FORMAT), "readers": str(READERS), "label": label, "built_at": meta["built_at"]}
        db.executemany("INSERT INTO meta VALUES (?, ?)", list(told.items()))
        db.execute("COMMIT")
        counts = [
            db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("advisory", "range", "unread")
        ]
        return Built(
            path=meta["path"],
            label=label,
            sources=tuple(built),
            advisories=counts[0],
            ranges=counts[1],
            unread=counts[2],
        )


def _name_of(path: Path) -> str:
    """Return what a source is called, also where its path is ``.`` or ``..``."""
    return path.name if path.name not in {"", ".."} else path.resolve().name


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


def _spread(db: sqlite3.Connection) -> None:
    """Say of each release what is said of its distribution as a whole (OSV schema, affected[].package.ecosystem).

    The suffix of a release is optional there: without it an entry is about every release.
    """
    known = {name for (name,) in db.execute("SELECT name FROM new_ecosystem")}
    for release in sorted(known):
        whole, is_release, _ = release.partition(":")
        if not is_release or whole not in known or scheme_of(ecosystem=whole) not in {"deb", "rpm", "apk"}:
            continue
        for table in ("range", "exact", "unsure"):
            others = COLUMNS[table].removeprefix("ecosystem, ")
            db.execute(
                f"INSERT INTO new_{table} SELECT ?, {others}, source FROM new_{table} WHERE ecosystem = ?",
                (release, whole),
            )


_CANONICAL = "(SELECT canonical FROM alias WHERE alias.id = new_advisory.id)"
_BESIDE = f"(SELECT beside FROM alias WHERE alias.id = {_CANONICAL})"
_SHARED = "(SELECT shared FROM alias WHERE alias.id = new_advisory.id)"


def _settle(db: sqlite3.Connection) -> None:
    """Move all rows to their tables, sorted, and work out which ids are the same vulnerability."""
    ids = db.execute("SELECT id, aliases FROM new_advisory")
    canonical = canonical_ids((name, aliases.split()) for name, aliases in ids)
    beside: dict[str, list[str]] = {}
    for name, group in sorted(canonical.items()):
        if name != group:
            beside.setdefault(group, []).append(name)
    entries = Counter(canonical[name] for (name,) in db.execute("SELECT id FROM new_advisory"))
    rows = (
        (name, group, " ".join(beside.get(name, ())), int(entries[group] > 1))
        for name, group in sorted(canonical.items())
    )
    db.executemany("INSERT INTO alias VALUES (?, ?, ?, ?)", rows)
    for table, columns in COLUMNS.items():
        into, what = f"{columns}, source", f"{columns}, source"
        if table == "advisory":
            into, what = f"{into}, canonical, beside, shared", f"{what}, {_CANONICAL}, {_BESIDE}, {_SHARED}"
        elif table in {"range", "exact", "unsure"}:
            _settle_told(db, table, columns)
            continue
        order = "1, 2, 3, 4, 5" if columns.count(",") >= 4 else "1"
        db.execute(f"INSERT OR IGNORE INTO {table} ({into}) SELECT {what} FROM new_{table} ORDER BY {order}")
        db.execute(f"DROP TABLE new_{table}")
    db.execute(
        "INSERT OR IGNORE INTO touches SELECT advisory, ecosystem, name FROM range UNION "
        "SELECT advisory, ecosystem, name FROM exact UNION SELECT advisory, ecosystem, name FROM unsure UNION "
        "SELECT advisory, 'GIT', repo FROM commits ORDER BY 1, 2, 3"
    )


def _settle_told(db: sqlite3.Connection, table: str, columns: str) -> None:
    """Move the rows of a table, each with what its advisory tells as a whole."""
    own = ", ".join(f"new.{column.strip()}" for column in columns.split(","))
    told = ", ".join(f"advisory.{column}" for column in ("canonical", "withdrawn", "beside", "shared"))
    db.execute(
        f"INSERT OR IGNORE INTO {table} "
        f"({columns}, source, vulnerability, withdrawn, beside, shared, summary, severity) "
        f"SELECT {own}, new.source, {told}, substr(advisory.summary, 1, 160), advisory.severity "
        f"FROM new_{table} AS new CROSS JOIN advisory ON advisory.id = new.advisory AND advisory.source = new.source "
        "ORDER BY 1, 2, 3, 4, 5"
    )
    db.execute(f"DROP TABLE new_{table}")


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
    is_secret = reading.has_refused and not counts["advisory"] and path.is_file()
    return BuiltSource(
        name=f"source {number}" if is_secret else _name_of(path),
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

    def __init__(self, db: sqlite3.Connection, path: Path | None, label: Label) -> None:
        self.db = db
        self.known: dict[str, tuple[int, BuiltSource]] = {}
        if path is None or not path.is_file():
            return
        try:
            db.execute("ATTACH ? AS older", (path.resolve().as_uri() + "?mode=ro",))
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
            what = f"SELECT {columns}, {number} FROM older.{table} WHERE source = {old}"
            self.db.execute(f"INSERT INTO new_{table} {what}")
        return found
