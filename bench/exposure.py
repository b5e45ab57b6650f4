"""Figures of the exposure analysis: building an index, and scanning one product. Fleets: `bench.fleet`.

The data are drawn from a seed at the stated sizes, or built from public OSV dumps given by ``DATA=path`` (zips). What
the comparison with trivy needs, `ahead_of_trivy` tells.
"""

import os
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from bench.exposure_data import purls, write_bom, write_feed
from bench.figure import Figure, NotRun, Places, peak_of, process_ratio, seconds

ADVISORIES = 50_000
COMPONENTS = 500
COPIES = 20
NOW = datetime(2026, 12, 2, tzinfo=UTC)
NOTHING = (sys.executable, "-c", "pass")
MIDSTREAM = (sys.executable, "-c", "from midstream.wiring.main import main; main()")
_QUIET = ("--scanners", "vuln", "--format", "json", "--quiet")
_TRIVY = ("--skip-db-update", "--skip-java-db-update", "--offline-scan", *_QUIET)


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
    return process_ratio(_scan(places, _index(places)), NOTHING, rounds=25)


def scan_peak(places: Places) -> float:
    """Return the peak memory of one scan, in MB."""
    return peak_of(_scan(places, _index(places)))


def scan_large(places: Places) -> float:
    """Return the wall time of one scan with 1,000,000 ranges by that with 50,000."""
    large, small = _scan(places, _large_index(places)), _scan(places, _index(places))
    return process_ratio(large, small, rounds=25)


def ahead_of_trivy(places: Places) -> float:
    """Return the wall time of one scan by that of trivy, over one file and the same advisories.

    ``DATA=folder`` holds the advisories as zips of OSV documents, the program as ``trivy``, and as ``trivy-cache`` its
    cache with a database (``db/trivy.db`` and ``db/metadata.json``) that was made of the same zips.
    """
    data = places.data
    if data is None or not (data / "trivy").is_file() or not (data / "trivy-cache/db/trivy.db").is_file():
        raise NotRun("DATA=folder with the zips, trivy, and trivy-cache made of these zips")
    bom = places.scratch / "for-trivy.json"
    write_bom(bom, purls(COMPONENTS), reads_properties=True)
    theirs = [str(data / "trivy"), "sbom", "--cache-dir", str(data / "trivy-cache"), *_TRIVY, str(bom)]
    ours = [*MIDSTREAM, "scan", str(bom), "--index", str(_index(places)), "--json"]
    return process_ratio(ours, theirs, rounds=25)


_SIZE = f"{COMPONENTS} components, 50,000 ranges"
FIGURES = (
    Figure(name="exposure: index build, 50,000 advisories", limit=30, unit="s", measure=build_seconds),
    Figure(name="exposure: index build, 50,000 advisories, memory", limit=500, unit="MB", measure=build_peak),
    Figure(name=f"exposure: scan, {_SIZE}", limit=7, unit="x", measure=scan_ratio),
    Figure(name=f"exposure: scan, {_SIZE}, memory", limit=30, unit="MB", measure=scan_peak),
    Figure(name="exposure: scan, 1,000,000 ranges by 50,000", limit=1.2, unit="x", measure=scan_large),
    Figure(name="exposure: scan, against trivy", limit=1, unit="x", measure=ahead_of_trivy),
)
