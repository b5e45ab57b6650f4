"""Figures of the conflict forecast: trials in memory beside real cherry-picks in a work tree, on pairs given by DATA.

DATA is a CSV file (or a folder with one named ``backport_pairs_*.csv``) with the columns main_commit and lts_commit: a
fix, and its backport on another branch. The fix is tried on the parent of the backport. REPO is their repository.
"""

import csv
import functools
import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench.figure import Figure, NotRun, Places
from midstream.adapters.git.place import Place
from midstream.adapters.git.trial import try_all
from midstream.analysis.backports.trial import Request, Trial

HALF = 120
"""Pairs of each half: those that conflict, and those that do not."""


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """What came of the comparison: how many were tried, how many differ and in what, milliseconds of each trial."""

    pairs: int
    verdicts: int
    conflicts: int
    lists: int
    trees: int
    milliseconds: float


def _git(folder: Path, *words: str, feed: str = "") -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | {
        "GIT_CONFIG_GLOBAL": os.devnull, "LC_ALL": "C", "GIT_AUTHOR_NAME": "b", "GIT_AUTHOR_EMAIL": "b@example.org",
        "GIT_COMMITTER_NAME": "b", "GIT_COMMITTER_EMAIL": "b@example.org",
    }  # fmt: skip
    return subprocess.run(
        ["git", *words], cwd=folder, input=feed, env=environment, capture_output=True, text=True, check=False
    )


def _requests(repo: Path, data: Path) -> list[Request]:
    """Return a request for each pair whose commits are in the repository."""
    files = sorted(data.glob("backport_pairs_*.csv")) if data.is_dir() else [data]
    if not files or not files[0].is_file():
        raise NotRun("DATA holds no backport_pairs_*.csv")
    with files[0].open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or not {"main_commit", "lts_commit"} <= rows[0].keys():
        raise NotRun("DATA has no columns main_commit and lts_commit")
    told = _git(repo, "rev-list", "--no-walk=unsorted", "--parents", "--ignore-missing", "--stdin",
                feed="\n".join(row["lts_commit"] for row in rows))  # fmt: skip
    parents = {line.split()[0]: line.split()[1:] for line in told.stdout.splitlines()}
    return [
        Request(branch=row.get("branch") or "lts", target=parents[row["lts_commit"]][0], commits=(row["main_commit"],))
        for row in rows
        if len(parents.get(row["lts_commit"], ())) == 1
    ]


def _spread(entries: Sequence[tuple[Request, Trial]], count: int) -> list[tuple[Request, Trial]]:
    """Return that many entries, taken evenly over all of them."""
    step = max(1.0, len(entries) / count)
    return [entries[int(place * step)] for place in range(min(count, len(entries)))]


def _picked(tree: Path, request: Request) -> tuple[str, set[str], str]:
    """Return what a real cherry-pick comes to: the outcome, the unmerged files, the tree."""
    if _git(tree, "checkout", "--quiet", "--force", "--detach", request.target).returncode:
        raise NotRun(f"{request.target} cannot be checked out")
    done = _git(tree, "cherry-pick", "--keep-redundant-commits", "--allow-empty", *request.commits)
    if not done.returncode:
        after, before = _git(tree, "rev-parse", "HEAD^{tree}", "HEAD~1^{tree}").stdout.split()
        return ("empty" if after == before else "clean"), set(), after
    left = {name for name in _git(tree, "diff", "--name-only", "-z", "--diff-filter=U").stdout.split("\0") if name}
    _git(tree, "cherry-pick", "--abort")
    return ("conflict" if left else f"git left with {done.returncode}"), left, ""


@functools.cache
def _compared(repo: Path | None, data: Path | None, scratch: Path) -> Compared:
    if repo is None or data is None:
        raise NotRun("give REPO=path and DATA=path")
    requests = _requests(repo, data)
    place = Place(repo)
    all_tried = list(zip(requests, try_all(place, requests), strict=True))
    halves = [[entry for entry in all_tried if (entry[1].outcome == "conflict") is wanted] for wanted in (True, False)]
    if min(map(len, halves)) < HALF:
        raise NotRun(f"DATA has {len(halves[0])} conflicts and {len(halves[1])} others, fewer than {HALF} of each")
    chosen = [entry for half in halves for entry in _spread(half, HALF)]
    start = time.perf_counter()
    again = try_all(place, [request for request, _ in chosen])
    milliseconds = (time.perf_counter() - start) / len(chosen) * 1000
    tree = scratch / "forecast"
    _git(scratch, "clone", "--quiet", "--shared", "--no-checkout", "--no-tags", str(repo.resolve()), str(tree))
    verdicts = conflicts = lists = trees = 0
    for (request, _), trial in zip(chosen, again, strict=True):
        outcome, left, made = _picked(tree, request)
        verdicts += outcome != trial.outcome
        if outcome == "conflict":
            conflicts += 1
            lists += left != {file.path for file in trial.files}
        elif outcome == "clean":
            trees += made != trial.tree
    return Compared(pairs=len(chosen), verdicts=verdicts, conflicts=conflicts, lists=lists, trees=trees,
                    milliseconds=milliseconds)  # fmt: skip


def verdicts(places: Places) -> float:
    """Return the percentage of pairs whose verdict is not that of the real cherry-pick."""
    found = _compared(places.repo, places.data, places.scratch)
    return 100 * found.verdicts / found.pairs


def lists(places: Places) -> float:
    """Return the percentage of conflicts whose files are not exactly those the real cherry-pick leaves unmerged."""
    found = _compared(places.repo, places.data, places.scratch)
    return 100 * found.lists / max(found.conflicts, 1)


def trees(places: Places) -> float:
    """Return the percentage of pairs that are picked cleanly into another tree than the forecast made."""
    found = _compared(places.repo, places.data, places.scratch)
    return 100 * found.trees / max(found.pairs - found.conflicts, 1)


def milliseconds(places: Places) -> float:
    """Return how long one of the trials took, in milliseconds of the wall clock, all asked for at once."""
    return _compared(places.repo, places.data, places.scratch).milliseconds


FIGURES = (
    Figure(
        name="forecast: verdicts unlike cherry-pick (240 pairs, half conflicts)", limit=0, unit="%", measure=verdicts
    ),
    Figure(name="forecast: conflict files unlike cherry-pick", limit=1, unit="%", measure=lists),
    Figure(name="forecast: clean trees unlike cherry-pick", limit=0, unit="%", measure=trees),
    Figure(name="forecast: one trial", limit=15, unit="ms", measure=milliseconds),
)
