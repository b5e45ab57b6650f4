"""Figures of the store on SQLite: reading today's tasks, appending, importing, memory."""

import sqlite3
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench.figure import Figure, Places, peak_of, process_ratio, seconds
from bench.start import MIDSTREAM
from bench.world import NOW, PROJECT, world
from midstream.desk.desk import Decision, Desk
from midstream.desk.do import Order, do
from midstream.desk.moving import checked, export_lines, import_lines, rebuild
from midstream.ledger.chain import write_line
from midstream.ledger.fact import Draft
from midstream.ledger.kinds.intake import NoteAdded
from midstream.store import open_store
from midstream.store.ledger_rows import COLUMNS as NAMES
from midstream.store.ledger_rows import row_of

CASES, FACTS = 2_000, 60
COLUMNS = ", ".join(NAMES)
BARE = f"CREATE TABLE fact (position INTEGER PRIMARY KEY, {COLUMNS})"
INSERT = f"INSERT INTO fact ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - names, no values

DJANGO = """
import sys
import django
from django.conf import settings
settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": sys.argv[1]}},
    INSTALLED_APPS=["midstream.store.apps.StoreConfig"],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    LOGGING_CONFIG=None,
    USE_I18N=False,
    USE_TZ=True,
)
django.setup()
"""
"""Django set up with the settings of the store, and nothing else."""


def desk_over(path: Path) -> Desk:
    """Return a desk over an SQLite store at `path`, whose clock stands at the made-up world's end."""
    store = open_store(url=str(path), key_file=path.with_suffix(".key"))
    return Desk(store=store, clock=lambda: NOW, read_mail=lambda **_: iter(()))


def full_store(places: Places) -> Path:
    """Return the path of a store with the made-up world in it, made once a run."""
    path = places.scratch / "full" / "store.db"
    if not path.exists():
        path.parent.mkdir()
        desk = desk_over(path)
        desk.store.load(world(cases=CASES, facts=FACTS))
        rebuild(desk)
    return path


def today(places: Places) -> float:
    """Return how many times longer ``midstream today`` takes than setting Django up with the same settings."""
    path = str(full_store(places))
    ours = [*MIDSTREAM, "--store", path, "--as", "ada", "today"]
    return process_ratio(ours, [sys.executable, "-c", DJANGO, path], rounds=9)


def today_memory(places: Places) -> float:
    """Return the peak memory of ``midstream today`` in megabytes."""
    return peak_of([*MIDSTREAM, "--store", str(full_store(places)), "--as", "ada", "today"])


def _bare(path: Path) -> sqlite3.Connection:
    """Return a bare database with the same journal and synchronous setting as the store."""
    bare = sqlite3.connect(path, isolation_level=None)
    bare.execute("PRAGMA journal_mode = WAL")
    bare.execute("PRAGMA synchronous = FULL")
    bare.execute(BARE)
    return bare


def append(places: Places) -> float:
    """Return how many times longer one append takes than a bare durable insert of one such row.

    Counted from the decision: the fact is chained, the case's tasks and other read models are derived anew, all is
    written in one durable transaction.
    """
    return _appended(places, whole=False)


def verb(places: Places) -> float:
    """Return the same ratio for a whole verb: who asks, the case's 60 facts read and replayed, decided, appended."""
    return _appended(places, whole=True)


def _appended(places: Places, *, whole: bool) -> float:
    desk = desk_over(full_store(places))
    bare = _bare(places.scratch / f"bare-append-{whole}.db")
    sample = row_of(desk.store.facts(f"case/{PROJECT}-1")[-1])
    ratios = []
    for number in range(300):
        case = f"{PROJECT}-{1 + number % CASES}"
        order = Order(verb="note", case=case, fields={"text": "as long as notes are"}, by="ada")
        draft = Draft(stream=f"case/{case}", said_by="ada", happened_at=NOW, body=NoteAdded(text="as long as notes"))
        decision = Decision(now=NOW, drafts=(draft,), streams={draft.stream: desk.store.facts(draft.stream)})
        desk.viewer("ada")
        start = time.perf_counter()
        bare.execute("BEGIN IMMEDIATE")
        bare.execute(INSERT, sample)
        bare.execute("COMMIT")
        middle = time.perf_counter()
        if whole:
            do(desk, order)
        else:
            desk.commit(lambda decision=decision: decision, key="")  # type: ignore[misc]
        ratios.append((time.perf_counter() - middle) / (middle - start))
    bare.close()
    return statistics.median(ratios)


def _export(count: int) -> tuple[list[bytes], list[tuple[object, ...]]]:
    """Return the lines of an export of so many facts, and the same facts as rows."""
    facts = [fact for fact, _ in zip(world(cases=CASES, facts=FACTS), range(count), strict=False)]
    lines = [write_line(fact) + b"\n" for fact in facts]
    return [*lines, b'{"end":%d}\n' % count], [row_of(fact) for fact in facts]


def _bare_import(places: Places, name: str, rows: list[tuple[object, ...]]) -> float:
    """Return the seconds of a bare executemany of the rows in one durable transaction."""
    bare = _bare(places.scratch / name)

    def insert() -> None:
        bare.execute("BEGIN")
        bare.executemany(INSERT, rows)
        bare.execute("COMMIT")

    base = seconds(insert)
    bare.close()
    return base


def _new_desk(places: Places, name: str) -> Desk:
    folder = places.scratch / name
    folder.mkdir()
    desk = desk_over(folder / "store.db")
    desk.store.heads()
    return desk


def import_(places: Places) -> float:
    """Return how many times longer recording 100,000 facts of an export, all checked, takes than a bare insert."""
    return _imported(places, "import", lambda desk, lines: desk.store.load(checked(desk, lines, where="bench")))


def import_whole(places: Places) -> float:
    """Return the same ratio for the whole command's work: facts recorded, then every read model remade."""
    return _imported(places, "whole", lambda desk, lines: import_lines(desk, lines, where="bench"))


def _imported(places: Places, name: str, work: Callable[[Desk, list[bytes]], object]) -> float:
    """Return the median over three rounds, each beside a bare insert of its own."""
    lines, rows = _export(100_000)
    ratios = []
    for number in range(3):
        desk = _new_desk(places, f"{name}-{number}")
        base = _bare_import(places, f"bare-{name}-{number}.db", rows)
        ratios.append(seconds(lambda desk=desk: work(desk, lines)) / base)  # type: ignore[misc]
    return statistics.median(ratios)


def import_memory(places: Places) -> float:
    """Return how much more memory an import of 100,000 facts needs at its peak than one of 10,000, as a ratio."""
    desk = desk_over(full_store(places))
    peaks = []
    for count in (10_000, 100_000):
        file = places.scratch / f"{count}.jsonl"
        with file.open("wb") as out:
            for number, line in enumerate(export_lines(desk)):
                if number == count:
                    break
                out.write(line + b"\n")
            out.write(b'{"end":%d}\n' % count)
        store = places.scratch / f"import-{count}" / "store.db"
        peaks.append(peak_of([*MIDSTREAM, "--store", str(store), "ledger", "import", str(file)]))
    return peaks[1] / peaks[0]


FIGURES = (
    Figure(name="today over 2,000 cases, whole process, against django.setup()", limit=2, unit="x", measure=today),
    Figure(name="memory of today over 2,000 cases", limit=150, unit="MB", measure=today_memory),
    Figure(name="one append (fact and read models, durable) against a bare insert", limit=4, unit="x", measure=append),
    Figure(name="the same for a whole verb, from who asks to the receipt", limit=6, unit="x", measure=verb),
    Figure(
        name="import of 100,000 facts, chain checked, against a bare executemany", limit=6, unit="x", measure=import_
    ),
    Figure(
        name="the same with all read models remade, as `ledger import` does", limit=6, unit="x", measure=import_whole
    ),
    Figure(name="memory of an import, 100,000 against 10,000 facts", limit=1.25, unit="x", measure=import_memory),
)
