"""A fleet: many inputs kept by digest in one SQLite file, each distinct component once.

    input(id, digest, name, kind, added_at, listed, unidentified, faults, statements, components)
    component(id, ecosystem, name, body)         an index on (ecosystem, name)

`name` is the one an index is asked for (the source package where there is one); `components` the numbers of an input's
components, four bytes each, little end first. So an input of 500 components is one row, and finding who is affected by
one vulnerability looks at the components of the names it concerns, then through the inputs for their numbers.
"""

import sqlite3
import sys
from array import array
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

import msgspec

from midstream.analysis.exposure.errors import Unreadable
from midstream.analysis.exposure.fleets.adding import Adding
from midstream.analysis.exposure.fleets.rows import Added, Kept, NewInput, Row, component_of_row
from midstream.analysis.exposure.match import Component
from midstream.analysis.exposure.statements import Statement
from midstream.analysis.exposure.versions import scheme_of

FORMAT = 1

_TABLES = """
CREATE TABLE format (number INTEGER NOT NULL) STRICT;
CREATE TABLE input (
    id INTEGER PRIMARY KEY AUTOINCREMENT, digest TEXT NOT NULL UNIQUE, name TEXT NOT NULL, kind TEXT NOT NULL,
    added_at TEXT NOT NULL, listed INTEGER NOT NULL, unidentified INTEGER NOT NULL, faults INTEGER NOT NULL,
    statements TEXT NOT NULL, components BLOB NOT NULL
) STRICT;
CREATE TABLE component (id INTEGER PRIMARY KEY, ecosystem TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL) STRICT;
INSERT INTO format VALUES (1);
"""
_INDEX = "CREATE INDEX IF NOT EXISTS component_by_name ON component (ecosystem, name)"
_KEPT = """
SELECT id, digest, name, kind, added_at, listed, length(components) / 4, unidentified, faults FROM input WHERE id = ?
"""
_KNOWN = """
SELECT component.id, component.ecosystem, component.body
FROM (SELECT DISTINCT ecosystem, name FROM component) AS named
JOIN component ON component.ecosystem = named.ecosystem AND component.name = named.name
WHERE named.ecosystem IN (SELECT value FROM json_each(?))
   OR EXISTS (SELECT 1 FROM known.range WHERE range.ecosystem = named.ecosystem AND range.name = named.name)
   OR EXISTS (SELECT 1 FROM known.exact WHERE exact.ecosystem = named.ecosystem AND exact.name = named.name)
   OR EXISTS (SELECT 1 FROM known.unsure WHERE unsure.ecosystem = named.ecosystem AND unsure.name = named.name)
"""
_FEW = 8
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
        adding = Adding(release=release, known={digest for (digest,) in self._db.execute("SELECT digest FROM input")})
        new: list[NewInput] = []
        for text in inputs:
            try:
                for entry in adding.read(text, size_limit=size_limit):
                    if isinstance(entry, Unreadable):
                        adding.added.unread.append(entry)
                    else:
                        new.append(entry)
            except OSError as error:
                hint = "Check that the path is right and may be read."
                adding.added.unread.append(Unreadable(error.strerror or str(error), where=text[:200], hint=hint))
            tick()
        with self._db:
            if replace:
                self._db.executemany("DELETE FROM input WHERE name = ?", [(entry.name,) for entry in new])
            numbers = self._put(adding.rows)
            self._db.executemany(
                "INSERT INTO input VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (_input_row(entry, numbers, now) for entry in new),
            )
        added = adding.added
        added.new, added.entries = len(new), sum(entry.listed for entry in new)
        return added

    def inputs(self, numbers: Collection[int] | None = None, /) -> list[Kept]:
        """Return what is kept, oldest first: all, or those of some numbers."""
        if numbers is None:
            numbers = [number for (number,) in self._db.execute("SELECT id FROM input")]
        rows = [row for number in sorted(numbers) for row in self._db.execute(_KEPT, (number,))]
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
        rows = self._db.execute("SELECT id, ecosystem, body FROM component ORDER BY ecosystem, name")
        return ((number, component_of_row(ecosystem, body)) for number, ecosystem, body in rows)

    def components_named(self, names: Iterable[tuple[str, str]], /) -> Iterator[tuple[int, Component]]:
        """Yield the components of some ecosystems (with their releases) and names.

        Those of the RPM family are found by either name, of the package or of its source: advisories name both.
        """
        by_both = "SELECT id, body FROM component WHERE ecosystem = ? AND (name = ? OR body LIKE ? ESCAPE '\\')"
        for ecosystem, name in names:
            if scheme_of(ecosystem=ecosystem) == "rpm":
                begins = '["' + name.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + '",%'
                for number, body in self._db.execute(by_both, (ecosystem, name, begins)):
                    yield number, component_of_row(ecosystem, body)
                continue
            rows = self._db.execute(
                "SELECT id, body FROM component WHERE ecosystem = ? AND name = ?", (ecosystem, name)
            )
            yield from ((number, component_of_row(ecosystem, body)) for number, body in rows)

    def components_with_cpe(self) -> Iterator[tuple[int, Component]]:
        """Yield the components that somebody declared a CPE for: the index knows them by other names."""
        rows = self._db.execute("SELECT id, ecosystem, body FROM component WHERE body LIKE '[%cpe:2.3:%'")
        return ((number, component_of_row(ecosystem, body)) for number, ecosystem, body in rows)

    def components_known_to(self, index: Path, /) -> Iterator[tuple[int, Component]]:
        """Yield the components of which an index says something by their name.

        All come of the ecosystem GIT, where a repository without data is told by its name, and of the RPM family, where
        advisories name the package or its source.
        """
        whole = [name for name, _, _ in self.ecosystems() if name == "GIT" or scheme_of(ecosystem=name) == "rpm"]
        self._db.execute("ATTACH ? AS known", (f"{index.resolve().as_uri()}?mode=ro&immutable=1",))
        try:
            for number, ecosystem, body in self._db.execute(_KNOWN, (msgspec.json.encode(whole).decode(),)):
                yield number, component_of_row(ecosystem, body)
        finally:
            self._db.execute("DETACH known")

    def ecosystems(self) -> list[tuple[str, int, Component]]:
        """Return each ecosystem with how many components are of it, and one of them."""
        rows = self._db.execute("SELECT ecosystem, count(*), min(id) FROM component GROUP BY ecosystem").fetchall()
        found: list[tuple[str, int, Component]] = []
        for ecosystem, count, number in rows:
            (body,) = self._db.execute("SELECT body FROM component WHERE id = ?", (number,)).fetchone()
            found.append((ecosystem, count, component_of_row(ecosystem, body)))
        return found

    def who_has(self, numbers: set[int], /) -> Iterator[tuple[int, list[int]]]:
        """Yield each input that has some of the components, with which of them."""
        if not numbers:
            return
        needles = [(number, number.to_bytes(4, "little")) for number in numbers] if len(numbers) <= _FEW else []
        for input_, blob in self._db.execute("SELECT id, components FROM input ORDER BY id"):
            if needles and not any(needle in blob for _, needle in needles):
                continue
            has = numbers.intersection(_numbers(blob))  # the bytes may also have been met between two numbers
            if has:
                yield input_, sorted(has)

    def holders(self, groups: Sequence[Collection[int]], /) -> list[int]:
        """Return, for each group of components, how many inputs have any of them."""
        (last,) = self._db.execute("SELECT coalesce(max(id), 0) FROM component").fetchone()
        nothing: list[int] = []
        places = [nothing] * (last + 1)
        for place, group in enumerate(groups):
            for number in group:
                places[number] = [*places[number], place]
        count: Counter[int] = Counter()
        for (blob,) in self._db.execute("SELECT components FROM input"):
            count.update(set(chain.from_iterable(map(places.__getitem__, _numbers(blob)))))
        return [count[place] for place in range(len(groups))]

    def _put(self, rows: dict[Row, int]) -> list[int] | None:
        """Return the number of each row in the file, after new ones were written; None when as in the batch."""
        (last,) = self._db.execute("SELECT coalesce(max(id), 0) FROM component").fetchone()
        insert = "INSERT INTO component (ecosystem, name, body) VALUES (?, ?, ?)"
        if not last:
            self._db.executemany(insert, rows)
            self._db.execute(_INDEX)
            return None
        numbers = [0]  # what a batch has begins with 1, as what the file has
        find = "SELECT id FROM component WHERE ecosystem = ? AND name = ? AND body = ?"
        for row in rows:
            found = self._db.execute(find, row).fetchone()
            numbers.append(int(found[0] if found else self._db.execute(insert, row).lastrowid or 0))
        return numbers


def _input_row(entry: NewInput, numbers: list[int] | None, now: str) -> tuple[object, ...]:
    held = entry.components if numbers is None else array("I", map(numbers.__getitem__, entry.components))
    if sys.byteorder == "big":
        held = array("I", held)
        held.byteswap()
    statements = msgspec.json.encode(entry.statements).decode()
    told = (entry.digest, entry.name, entry.kind, now, entry.listed, entry.unidentified, entry.faults, statements)
    return *told, held.tobytes()


def _numbers(blob: bytes) -> "array[int]":
    found: array[int] = array("I")
    found.frombytes(blob)
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
