"""A fleet: many inputs kept by digest in one SQLite file, each distinct component once.

    input(id, digest, name, kind, added_at, listed, unidentified, faults, statements, components)
    package(id, ecosystem, name)
    component(id, package, key, body)            an index on (package, key)

`name` is the one an index is asked for (the source package where there is one), and `key` the sort key of the version,
NULL where more than a key decides; so a scan is one join with the ranges of an index. `components` are the numbers of
an input's components, four bytes each, little end first: an input of 500 components is one row, and finding who is
affected by one vulnerability looks at the components of its names, then through the inputs for their numbers.
"""

import sqlite3
import sys
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from midstream.analysis.exposure.errors import Unreadable
from midstream.analysis.exposure.fleets.adding import read_inputs
from midstream.analysis.exposure.fleets.rows import Added, Kept, NewInput, Read, component_of_row
from midstream.analysis.exposure.match import Component
from midstream.analysis.exposure.statements import Statement
from midstream.analysis.exposure.versions import scheme_of

FORMAT = 4
"""Raised when older versions could no longer read the file rightly, and when keys change."""

_TABLES = """
CREATE TABLE format (number INTEGER NOT NULL) STRICT;
CREATE TABLE input (
    id INTEGER PRIMARY KEY AUTOINCREMENT, digest TEXT NOT NULL UNIQUE, name TEXT NOT NULL, kind TEXT NOT NULL,
    added_at TEXT NOT NULL, listed INTEGER NOT NULL, unidentified INTEGER NOT NULL, faults INTEGER NOT NULL,
    statements TEXT NOT NULL, components BLOB NOT NULL
) STRICT;
CREATE TABLE package (
    id INTEGER PRIMARY KEY, ecosystem TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (name, ecosystem)
) STRICT;
CREATE TABLE component (id INTEGER PRIMARY KEY, package INTEGER NOT NULL, key TEXT, body TEXT NOT NULL) STRICT;
INSERT INTO format VALUES (4);
"""
_INDEX = "CREATE INDEX IF NOT EXISTS component_by_package ON component (package, key)"
_COMPONENTS = "SELECT component.id, ecosystem, body FROM package JOIN component ON package = package.id"
_BY_NUMBER = """
SELECT component.id, ecosystem, body
FROM json_each(?) CROSS JOIN component ON component.id = value CROSS JOIN package ON package = package.id
"""
_ECOSYSTEMS = """
SELECT ecosystem, count(*), min(component.id) FROM package CROSS JOIN component ON package = package.id
WHERE ecosystem NOT IN (SELECT value FROM json_each(?)) GROUP BY ecosystem
"""
_KEPT = """
SELECT id, digest, name, kind, added_at, listed, length(components) / 4, unidentified, faults FROM input
WHERE ?1 IS NULL OR id IN (SELECT value FROM json_each(?1)) ORDER BY id
"""
_IN_RANGES = """
SELECT r.vulnerability, r.withdrawn <> '' OR substr(r.state, 1, 12) = 'undetermined', (
    SELECT group_concat(id) FROM component WHERE package = package.id AND key >= r.lo AND key < r.hi
)
FROM package CROSS JOIN known.range AS r USING (ecosystem, name)
WHERE substr(r.state, 1, 12) <> 'not-affected' AND substr(r.state, 1, 5) <> 'fixed'
"""
_ONE_BY_ONE = """
SELECT component.id, ecosystem, body FROM package CROSS JOIN component ON package = package.id AND key IS NULL
WHERE ecosystem = 'GIT' OR ecosystem IN (SELECT name FROM known.ecosystem) OR body LIKE '[%cpe:2.3:%'
UNION SELECT component.id, ecosystem, body FROM package CROSS JOIN component ON package = package.id
WHERE (ecosystem, name) IN (SELECT ecosystem, name FROM known.exact UNION SELECT ecosystem, name FROM known.unsure)
"""
_FEW = 4
"""Up to so many components are looked for one by one in each input; more are looked for together."""


class Fleet:
    """An open fleet."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        """Keep the connection; use `open_fleet`."""
        self._db = connection
        self.path = path

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def add(
        self,
        *,
        inputs: Iterable[str],
        now: str,
        release: str = "",
        size_limit: int,
        replace: bool = False,
        tick: Callable[[], None] = lambda: None,
    ) -> Added:
        """Return what came of adding inputs, all in one transaction; one that is known by its digest changes nothing.

        With `replace`, what was kept under the same name goes. An input that cannot be read is named, and the others
        are added all the same.
        """
        known = {digest for (digest,) in self._db.execute("SELECT digest FROM input")}
        read = read_inputs(inputs, release=release, known=known, size_limit=size_limit, tick=tick)
        with self._db:
            if replace:
                self._db.executemany("DELETE FROM input WHERE name = ?", [(entry.name,) for entry in read.new])
            numbers = self._put(read)
            rows = (_input_row(entry, numbers, now) for entry in read.new)
            self._db.executemany("INSERT INTO input VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        entries = sum(entry.listed for entry in read.new)
        return Added(new=len(read.new), known=read.known, entries=entries, unread=read.unread)

    def inputs(self, numbers: Collection[int] | None = None, /) -> list[Kept]:
        """Return what is kept, oldest first: all, or those of some numbers."""
        wanted = None if numbers is None else msgspec.json.encode(list(numbers)).decode()
        rows = self._db.execute(_KEPT, (wanted,))
        return [
            Kept(
                id=row[0],
                digest=row[1],
                name=row[2],
                kind=row[3],
                added_at=row[4],
                listed=row[5],
                components=row[6],
                unidentified=row[7],
                faults=row[8],
            )
            for row in rows
        ]

    def count(self) -> int:
        """Return how many inputs are kept."""
        return int(self._db.execute("SELECT count(*) FROM input").fetchone()[0])

    def statements(self) -> dict[int, list[Statement]]:
        """Return what inputs say about their own components, by their number; those that say nothing are left out."""
        rows = self._db.execute("SELECT id, statements FROM input WHERE statements <> '[]'")
        return {number: msgspec.json.decode(text, type=list[Statement]) for number, text in rows}

    def drop(self, *, name: str) -> int:
        """Return how many inputs of that name were dropped. Components nobody has any more do no harm, and stay."""
        with self._db:
            return self._db.execute("DELETE FROM input WHERE name = ?", (name,)).rowcount

    def components(self) -> Iterator[tuple[int, Component]]:
        """Yield every distinct component with its number, sorted by ecosystem and name."""
        rows = self._db.execute(f"{_COMPONENTS} ORDER BY ecosystem, name")
        return ((number, component_of_row(ecosystem, body)) for number, ecosystem, body in rows)

    def components_named(self, names: Iterable[tuple[str, str]], /) -> Iterator[tuple[int, Component]]:
        """Yield the components of some ecosystems (with their releases) and names.

        Those of the RPM family are found by either name, of the package or of its source: advisories name both.
        """
        by_both = f"{_COMPONENTS} WHERE ecosystem = ? AND (name = ? OR body LIKE ? ESCAPE '\\')"
        for ecosystem, name in names:
            if scheme_of(ecosystem=ecosystem) == "rpm":
                name = name.rpartition("::")[2]  # noqa: PLW2901 - a package of a module is kept by its own name
                begins = '["' + name.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + '",%'
                rows = self._db.execute(by_both, (ecosystem, name, begins))
            else:
                rows = self._db.execute(f"{_COMPONENTS} WHERE ecosystem = ? AND name = ?", (ecosystem, name))
            yield from ((number, component_of_row(ecosystem, body)) for number, ecosystem, body in rows)

    def components_with_cpe(self) -> Iterator[tuple[int, Component]]:
        """Yield the components that somebody declared a CPE for: the index knows them by other names."""
        rows = self._db.execute(f"{_COMPONENTS} WHERE body LIKE '[%cpe:2.3:%'")
        return ((number, component_of_row(ecosystem, body)) for number, ecosystem, body in rows)

    def looked_up_in(self, index: Path, /) -> "tuple[list[tuple[str, int, list[int]]], list[tuple[int, Component]]]":
        """Return what an index holds against the components by their keys, and those it must be asked for one by one.

        The first has a vulnerability, 1 where one of its ranges is withdrawn or undetermined, and the numbers of the
        components in that range. Asked one by one are those without a key in an ecosystem of the index, those with a
        CPE, repositories, and those of names that the index also knows by single versions, or cannot compare.
        """
        self._db.execute("ATTACH ? AS known", (f"{index.resolve().as_uri()}?mode=ro&immutable=1",))
        try:
            self._db.execute("PRAGMA known.cache_size = -65536")
            rows = self._db.execute(_IN_RANGES)
            in_ranges = [(name, is_open, list(map(int, ids.split(",")))) for name, is_open, ids in rows if ids]
            others = self._db.execute(_ONE_BY_ONE).fetchall()
        finally:
            self._db.execute("DETACH known")
        return in_ranges, [(number, component_of_row(ecosystem, body)) for number, ecosystem, body in others]

    def components_of(self, numbers: Iterable[int], /) -> dict[int, Component]:
        """Return components by their numbers."""
        rows = self._db.execute(_BY_NUMBER, (msgspec.json.encode(list(numbers)).decode(),))
        return {number: component_of_row(ecosystem, body) for number, ecosystem, body in rows}

    def keyed(self) -> list[tuple[int, str, str, str]]:
        """Return number, ecosystem, name and key of each component that has a key."""
        query = "SELECT component.id, ecosystem, name, key FROM package JOIN component ON package = package.id"
        return self._db.execute(f"{query} WHERE key IS NOT NULL").fetchall()

    def ecosystems(self, *, without: Iterable[str]) -> list[tuple[str, int, Component]]:
        """Return each ecosystem but some with how many components are of it, and one of them."""
        rows = self._db.execute(_ECOSYSTEMS, (msgspec.json.encode(list(without)).decode(),)).fetchall()
        examples = self.components_of(number for _, _, number in rows)
        return [(ecosystem, count, examples[number]) for ecosystem, count, number in rows]

    def who_has(self, numbers: set[int], /, *, one_of: set[int] | None = None) -> Iterator[tuple[int, list[int]]]:
        """Yield each input that has some of the components, with which of them; with `one_of`, that has one of these.

        A few are looked for one by one in the bytes of each input, where they may also be met between two numbers.
        """
        wanted = numbers if one_of is None else one_of
        if not wanted:
            return
        needles = [number.to_bytes(4, "little") for number in wanted] if len(wanted) <= _FEW else []
        for input_, blob in self._db.execute("SELECT id, components FROM input ORDER BY id"):
            if needles and not any(map(blob.__contains__, needles)):
                continue
            held = _numbers(blob)
            if not wanted.isdisjoint(held):
                yield input_, sorted(numbers.intersection(held))

    def holders(self, groups: Sequence[Collection[int]], /) -> list[int]:
        """Return, for each group of components, how many inputs have any of them."""
        places: defaultdict[int, list[int]] = defaultdict(list)
        for place, group in enumerate(groups):
            for number in group:
                places[number].append(place)
        wanted = set(places)
        count: Counter[int] = Counter()
        for (blob,) in self._db.execute("SELECT components FROM input"):
            count.update(set[int]().union(*map(places.__getitem__, wanted.intersection(_numbers(blob)))))
        return [count[place] for place in range(len(groups))]

    def _put(self, read: Read) -> list[int] | None:
        """Return the number of each component in the file, after new ones were written; None when as in the batch."""
        put_package = "INSERT INTO package (ecosystem, name) VALUES (?, ?)"
        put_component = "INSERT INTO component (package, key, body) VALUES (?, ?, ?)"
        if not self._db.execute("SELECT EXISTS (SELECT 1 FROM package)").fetchone()[0]:
            self._db.executemany(put_package, read.packages)
            self._db.executemany(put_component, read.rows)
            self._db.execute(_INDEX)
            return None
        # What a batch has begins with 1, as what the file has.
        find = "SELECT id FROM package WHERE ecosystem = ? AND name = ?"
        packages = [0, *(self._number(find, put_package, package) for package in read.packages)]
        find = "SELECT id FROM component WHERE package = ? AND key IS ? AND body = ?"
        rows = ((packages[package], key, body) for package, key, body in read.rows)
        return [0, *(self._number(find, put_component, row) for row in rows)]

    def _number(self, find: str, put: str, row: tuple[object, ...]) -> int:
        found = self._db.execute(find, row).fetchone()
        return int(found[0] if found else self._db.execute(put, row).lastrowid or 0)


def _input_row(entry: NewInput, numbers: list[int] | None, now: str) -> tuple[object, ...]:
    held = entry.components if numbers is None else array("I", map(numbers.__getitem__, entry.components))
    if sys.byteorder == "big":
        held = array("I", held)
        held.byteswap()
    statements = msgspec.json.encode(entry.statements).decode()
    told = (entry.digest, entry.name, entry.kind, now, entry.listed, entry.unidentified, entry.faults, statements)
    return *told, held.tobytes()


def _numbers(blob: bytes) -> "array[int]":
    found: array[int] = array("I", blob)
    if sys.byteorder == "big":
        found.byteswap()
    return found


def open_fleet(*, path: Path) -> Fleet:
    """Return the fleet of that file, made when it is new; raise `Unreadable` for a file that is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path.resolve().as_uri(), uri=True)
    try:
        fault = _fault_of(connection)
    except sqlite3.DatabaseError as error:
        fault = str(error)
    if fault:
        connection.close()
        hint = "Name another file; a new one is made. The inputs can be added again."
        raise Unreadable(f"it is no fleet: {fault}", where=str(path), hint=hint)
    return Fleet(connection, path)


def _fault_of(connection: sqlite3.Connection) -> str:
    """Return what is wrong with the file, "" for nothing; a new one gets its tables."""
    connection.execute("PRAGMA cache_size = -65536")
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables:
        connection.executescript(f"BEGIN IMMEDIATE; {_TABLES} COMMIT;")
    elif "format" not in tables:
        return "it is a database of something else"
    number = connection.execute("SELECT number FROM format").fetchone()[0]
    return "" if number == FORMAT else f"its format is {number}, and this Midstream reads {FORMAT}"
