"""Figures of the exposure analysis: building an index, scanning one product, and asking a fleet.

The data are drawn from a seed at the stated sizes, or built from public OSV dumps given by ``DATA=path`` (zips).
"""

import os
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import msgspec

from bench.exposure_data import purls, write_bom, write_feed
from bench.figure import Figure, NotRun, Places, peak_of, process_ratio, seconds
from midstream.analysis.exposure.fleets.asking import who_is_affected
from midstream.analysis.exposure.fleets.file import Fleet, open_fleet
from midstream.analysis.exposure.index import Index, open_index
from midstream.analysis.exposure.inputs.purls import component_of_purl
from midstream.analysis.exposure.match import Component, match, touched

ADVISORIES = 50_000
PRODUCTS, COMPONENTS, DISTINCT = 2_000, 500, 30_000
COPIES = 20
NOW = datetime(2026, 12, 2, tzinfo=UTC)
NOTHING = (sys.executable, "-c", "pass")
MIDSTREAM = (sys.executable, "-c", "from midstream.wiring.main import main; main()")


@cache
def _index(places: Places) -> Path:
    """The index over the feeds, built once by the command."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # as where people install it: modules are compiled once
    to = places.scratch / "index.db"
    subprocess.run([*_build(places), "--to", str(to)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return to


def _build(places: Places) -> list[str]:
    if places.data is not None:
        feeds = sorted(places.data.glob("*.zip")) if places.data.is_dir() else [places.data]
        if not feeds:
            raise NotRun(f"no zip in {places.data}")
        return [*MIDSTREAM, "index", "build", *map(str, feeds)]
    feed = places.scratch / "feed.zip"
    if not feed.exists():
        write_feed(feed, advisories=ADVISORIES)
    return [*MIDSTREAM, "index", "build", str(feed)]


@cache
def _large_index(places: Places) -> Path:
    """The same rows again under other names, up to 1,000,000 ranges."""
    to = places.scratch / "large.db"
    to.write_bytes(_index(places).read_bytes())
    db = sqlite3.connect(to)
    names = [name for _, name, *_ in db.execute("PRAGMA table_info(range)")]
    columns = ", ".join("name || '-copy-' || ?1" if name == "name" else name for name in names)
    for copy in range(1, COPIES):
        db.execute(f"INSERT INTO range SELECT {columns} FROM range WHERE instr(name, '-copy-') = 0", (copy,))  # noqa: S608 - columns of our own table
    db.commit()
    db.execute("VACUUM")
    db.close()
    return to


def _scan(places: Places, index: Path) -> list[str]:
    bom = places.scratch / "one.json"
    if not bom.exists():
        write_bom(bom, purls(COMPONENTS))
    command = [*MIDSTREAM, "scan", str(bom), "--index", str(index), "--json"]
    subprocess.run(command, check=True, capture_output=True)  # every module is compiled, and the file in the cache
    return command


def build_seconds(places: Places) -> float:
    """Return the seconds of ``midstream index build`` over 50,000 advisories, nothing taken over."""
    command = [*_build(places), "--to", str(places.scratch / "fresh.db")]
    took = seconds(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    (places.scratch / "fresh.db").unlink()
    return took


def build_peak(places: Places) -> float:
    """Return the peak memory of the same, in MB."""
    peak = peak_of([*_build(places), "--to", str(places.scratch / "fresh.db")])
    (places.scratch / "fresh.db").unlink()
    return peak


def scan_ratio(places: Places) -> float:
    """Return how many times longer one scan of 500 components takes than an interpreter that does nothing."""
    return process_ratio(_quiet(_scan(places, _index(places))), NOTHING, rounds=25)


def _quiet(command: list[str]) -> list[str]:
    """The command without its talk on stderr."""
    return ["/bin/sh", "-c", 'exec "$@" 2>/dev/null', "sh", *command]


def scan_peak(places: Places) -> float:
    """Return the peak memory of one scan, in MB."""
    return peak_of(_scan(places, _index(places)))


def scan_large(places: Places) -> float:
    """Return the wall time of one scan with 1,000,000 ranges by that with 50,000."""
    large, small = _scan(places, _large_index(places)), _scan(places, _index(places))
    return process_ratio(_quiet(large), _quiet(small), rounds=25)


def _products(places: Places) -> list[str]:
    folder = places.scratch / "products"
    if not folder.exists():
        folder.mkdir()
        known = purls(DISTINCT)
        step = DISTINCT // COMPONENTS
        for number in range(PRODUCTS):
            # Each has its own draw of all: neighbours share a part, as products of one maker do.
            chosen = [known[(number * 37 + place * step + place % 7) % DISTINCT] for place in range(COMPONENTS)]
            write_bom(folder / f"{number}.json", chosen)
    return [str(path) for path in sorted(folder.iterdir())]


def _cpu(work: Callable[[], object]) -> float:
    """Return the seconds of the processor one call took: what is compared here never waits."""
    start = time.process_time()
    work()
    return time.process_time() - start


def _fleet(places: Places, name: str) -> Fleet:
    path = places.scratch / f"{name}.db"
    path.unlink(missing_ok=True)
    return open_fleet(path=path)


def fleet_ratio(places: Places) -> float:
    """Return reading, keeping and matching 2,000 products, by reading and parsing the same files with msgspec."""
    files = _products(places)
    ratios = []
    for _ in range(5):
        base = _cpu(lambda: sum(len(msgspec.json.decode(Path(file).read_bytes())) for file in files))
        fleet, index = _fleet(places, "fleet"), open_index(path=_index(places))

        def ours(fleet: Fleet = fleet, index: Index = index) -> None:
            fleet.add(inputs=files, now=NOW.isoformat(), size_limit=2**29)
            sum(1 for _ in touched(index=index, components=(component for _, component in fleet.components())))

        ratios.append(_cpu(ours) / base)
        fleet.close()
        index.close()
    return statistics.median(ratios)


def who_is_affected_ms(places: Places) -> float:
    """Return the milliseconds until it is known who of the 2,000 is affected by one vulnerability."""
    index = open_index(path=_index(places))
    fleet = _fleet(places, "asked")
    fleet.add(inputs=_products(places), now=NOW.isoformat(), size_limit=2**29)
    names = _some_vulnerabilities(index, fleet)
    took = []
    for name in names:
        start = time.process_time()
        found = who_is_affected(fleet=fleet, index=index, vulnerability=name)
        took.append((time.process_time() - start) * 1000)
        if not found:
            raise NotRun(f"nobody is affected by {name}")
    fleet.close()
    index.close()
    return statistics.median(took)


def _some_vulnerabilities(index: Index, fleet: Fleet) -> list[str]:
    components = [component for number, component in fleet.components() if number % 40 == 0]
    return sorted({name for _, name, verdict in touched(index=index, components=components) if verdict == "affected"})[
        :25
    ]


def _distinct() -> Iterator[Component]:
    for each in purls(200_000, seed=3):
        yield component_of_purl(each)


def distinct_slowness(places: Places) -> float:
    """Return 150,000 components a second by how many are matched when all of 200,000 are distinct."""
    components = list(_distinct())
    rates = []
    for _ in range(3):
        index = open_index(path=_index(places))
        took = _cpu(lambda index=index: sum(1 for _ in touched(index=index, components=components)))
        rates.append(len(components) / took)
        index.close()
    return 150_000 / max(rates)


def wrong_answers(places: Places) -> float:
    """Return how many answers of the quick way differ from the full one, over 5,000 components."""
    components = [component_of_purl(each) for each in purls(5_000, seed=4)]
    with open_index(path=_index(places)) as index:
        quick = set(touched(index=index, components=components))
        full = {
            (each.component, each.vulnerability, each.verdict) for each in match(index=index, components=components)
        }
    if not full:
        raise NotRun("nothing is touched")
    return len(quick ^ full)


def ahead_of_trivy(places: Places) -> float:
    """Return the ratio to trivy on the same input; its database in its own format has to be given by path."""
    del places
    raise NotRun("trivy wants its own database; there is none made of these data")


_SIZE = f"{COMPONENTS} components, 50,000 ranges"
_FLEET = f"{PRODUCTS:,} products, 1,000,000 components"
FIGURES = (
    Figure(name="exposure: index build, 50,000 advisories", limit=30, unit="s", measure=build_seconds),
    Figure(name="exposure: index build, 50,000 advisories, memory", limit=500, unit="MB", measure=build_peak),
    Figure(name=f"exposure: scan, {_SIZE}", limit=7, unit="x", measure=scan_ratio),
    Figure(name=f"exposure: scan, {_SIZE}, memory", limit=30, unit="MB", measure=scan_peak),
    Figure(name="exposure: scan, 1,000,000 ranges by 50,000", limit=1.2, unit="x", measure=scan_large),
    Figure(name="exposure: scan by trivy", limit=1, unit="x", measure=ahead_of_trivy),
    Figure(name=f"exposure: {_FLEET} by reading and parsing", limit=1.4, unit="x", measure=fleet_ratio),
    Figure(name="exposure: 150,000 distinct components/s by ours", limit=1, unit="x", measure=distinct_slowness),
    Figure(name=f"exposure: who is affected, {_FLEET}", limit=50, unit="ms", measure=who_is_affected_ms),
    Figure(name="exposure: quick answers that differ from full ones", limit=0, unit="of 5,000", measure=wrong_answers),
)
