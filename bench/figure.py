"""What a figure is, and how its line reads."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec


class NotRun(Exception):
    """A figure that cannot be measured here, with the reason."""


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """What the figures may use: a scratch folder, and a repository and data given by path, if any."""

    scratch: Path
    repo: Path | None = None
    data: Path | None = None


class Count(msgspec.Struct, frozen=True):
    """A value that was counted, and of what."""

    value: float
    of: str


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One promise: a name, the bound with its unit (s, MB, or x for a ratio), and a function that measures.

    With `is_floor` the value has to be at least the bound, else at most.
    """

    name: str
    limit: float
    unit: str
    measure: Callable[[Places], float | Count]
    is_floor: bool = False


def line(figure: Figure, places: Places) -> tuple[str, bool]:
    """Return the line ``name  value  limit  ok|short|not run (why)``, and whether the promise was kept or not run."""
    bound = f"{'≥' if figure.is_floor else '≤'} {figure.limit:g} {figure.unit}".rstrip()
    try:
        found = figure.measure(places)
    except NotRun as why:
        return f"{figure.name}  -  {bound}  not run ({why})", True
    value, of = (found.value, f" ({found.of})") if isinstance(found, Count) else (found, "")
    kept = value >= figure.limit if figure.is_floor else value <= figure.limit
    told = f"{value:.3g} {figure.unit}".rstrip()
    return f"{figure.name}  {told}  {bound}  {'ok' if kept else 'short'}{of}", kept


def seconds(work: Callable[[], object]) -> float:
    """Return how long one call took, in seconds of the wall clock."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def process_ratio(ours: Sequence[str], theirs: Sequence[str], *, rounds: int = 9) -> float:
    """Return the median over rounds of the wall time of `ours` by that of `theirs`, whole processes run in turn."""
    ratios = []
    for _ in range(rounds):
        base = seconds(lambda: _run(theirs))
        mine = seconds(lambda: _run(ours))
        ratios.append(mine / base)
    return statistics.median(ratios)


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


_WATCH = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def peak_of(command: Sequence[str]) -> float:
    """Return the peak resident memory of a command, in megabytes (10^6 bytes).

    A small process starts it: a child's peak counts that of its parent up to the moment it begins.
    """
    told = subprocess.run([sys.executable, "-c", _WATCH, *command], check=True, capture_output=True, text=True).stdout
    code, peak = map(int, told.split())
    if code:
        raise NotRun(f"{command[0]} left with {code}")
    return peak * 1024 / 1e6
