"""Figures of fleets: thousands of bills of materials in one process, and who is affected by one vulnerability.

The data are those of `bench.exposure_data`, of the density it states. The base of the ratio is reading and decoding the
same files with msgspec in one process; both are counted in processor time, which a busy machine changes less.
"""

import gc
import random
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from bench.exposure_data import purls, write_bom, write_feed
from bench.figure import Figure, Places
from midstream.analysis.exposure.build import build_index
from midstream.analysis.exposure.fleets.asking import scan_fleet, who_is_affected
from midstream.analysis.exposure.fleets.file import Fleet, open_fleet
from midstream.analysis.exposure.index import Index, open_index

DOCUMENTS = 2_000
PARTS = 500
DISTINCT = 30_000


def _index(places: Places) -> Index:
    """Return an index of 50,000 advisories."""
    path = places.scratch / "fleet-index.db"
    if not path.exists():
        write_feed(places.scratch / "fleet-feed.zip", advisories=50_000)
        build_index(sources=[places.scratch / "fleet-feed.zip"], to=path, now=datetime(2026, 11, 25, tzinfo=UTC))
    return open_index(path=path)


def _documents(places: Places, *, distinct: int, is_full: bool = False) -> list[str]:
    """Return the paths of 2,000 documents with 500 components each, drawn from so many distinct ones; no two alike."""
    folder = places.scratch / f"boms-{distinct}{'-full' if is_full else ''}"
    if not folder.exists():
        folder.mkdir()
        drawn = purls(distinct)
        chance = random.Random(5)
        for number in range(DOCUMENTS):
            if distinct >= DOCUMENTS * PARTS:
                chosen = drawn[number * PARTS : (number + 1) * PARTS]
            else:
                chosen = chance.sample(drawn, PARTS)
            write_bom(folder / f"{number:04}.json", chosen, is_full=is_full)
    return sorted(map(str, folder.iterdir()))


def _seconds(work: Callable[[], object]) -> float:
    """Return the processor time of one call, which a busy machine changes less than the wall clock.

    The collector of cycles rests, as it does in the commands for fleets; so it does for what they are compared with.
    """
    gc.collect()
    gc.disable()
    try:
        start = time.process_time()
        work()
        return time.process_time() - start
    finally:
        gc.enable()


def _decoded(documents: list[str]) -> None:
    for document in documents:
        msgspec.json.decode(Path(document).read_bytes())


def _added(documents: list[str], path: Path) -> Fleet:
    path.unlink(missing_ok=True)
    fleet = open_fleet(path=path)
    fleet.add(inputs=documents, now="2026-11-25", size_limit=2**30)
    return fleet


def _scanned(fleet: Fleet, index: Index) -> None:
    """Scan as the command does for its table: all are counted, and the most urgent told with their reasons."""
    scan_fleet(fleet=fleet, index=index, first=50)


def _ratio(places: Places, *, is_full: bool) -> float:
    documents, index = _documents(places, distinct=DISTINCT, is_full=is_full), _index(places)
    ratios = []
    for turn in range(5):
        base = _seconds(lambda: _decoded(documents))
        path = places.scratch / f"ratio-{turn}.db"
        mine = _seconds(lambda path=path: _scanned(_added(documents, path), index))
        ratios.append(mine / base)
    return statistics.median(ratios)


def scanning(places: Places) -> float:
    """Return how many times longer adding and then scanning takes than decoding the same files."""
    return _ratio(places, is_full=False)


def scanning_full(places: Places) -> float:
    """Return the same of documents that also have licences, hashes and references, 430 bytes a component, not 180."""
    return _ratio(places, is_full=True)


def all_distinct(places: Places) -> float:
    """Return the seconds to add and then scan a million components, no two alike."""
    documents, index = _documents(places, distinct=DOCUMENTS * PARTS), _index(places)
    return _seconds(lambda: _scanned(_added(documents, places.scratch / "distinct.db"), index))


def affected(places: Places) -> float:
    """Return the seconds, at worst of 40 vulnerabilities, to tell who of 2,000 is affected."""
    index = _index(places)
    fleet = _added(_documents(places, distinct=DISTINCT), places.scratch / "affected.db")
    names = [entry.vulnerability for entry in scan_fleet(fleet=fleet, index=index).open]
    chosen = names[:: max(1, len(names) // 40)]

    def ask(name: str) -> float:
        start = time.perf_counter()
        who_is_affected(fleet=fleet, index=index, vulnerability=name)
        return time.perf_counter() - start

    return max(ask(name) for name in chosen if name)


RATE = 1_000_000 / 150_000
"""Seconds for a million components at 150,000 a second."""

FIGURES = (
    Figure(name="fleet: add and scan 2,000 SBOMs, 30,000 distinct", limit=1.4, unit="x", measure=scanning),
    Figure(name="fleet: the same, documents with licences and hashes", limit=1.4, unit="x", measure=scanning_full),
    Figure(name="fleet: add and scan 1,000,000 distinct components", limit=RATE, unit="s", measure=all_distinct),
    Figure(name="fleet: who is affected, of 2,000 SBOMs", limit=0.05, unit="s", measure=affected),
)
