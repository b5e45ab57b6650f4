"""Figures of the board: how right it is on a project whose backports are known, and how quick on a large history.

REPO is a git repository, DATA the folder of the lists of what is known. The figures of accuracy ask TF-A's: each
(commit of the main line, LTS line) of ``backport_pairs_tfa.csv``; as hard negatives every commit of the list on the
LTS lines it was not brought to and did not come to by inheritance; and as plain ones commits of the main line that
are in no list, drawn by the digest of their id, on the lines that did not inherit them, up to 4,015 in all.
"""

import csv
import functools
import hashlib
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from bench.figure import Figure, NotRun, Places, seconds
from midstream.adapters.git import GitHistory
from midstream.analysis.backports import BranchLine, Fix, Rung
from midstream.analysis.backports.ladder import ALL_RUNGS
from midstream.analysis.backports.lines import Wanted, find_line
from midstream.analysis.backports.verdicts import Judge
from midstream.desk.backports.board import judge, read_board

TODAY = date(2026, 11, 1)
NEGATIVES = 4_015
UNTOLD = ALL_RUNGS - {Rung.TRAILER, Rung.CHANGE_ID, Rung.NAMED}
"""The rungs that are left when no message says anything."""

BRANCHES = (
    "development", "mbedtls-3.6", "mbedtls-4.1", "mbedtls-2.28", "mbedtls-2.16", "mbedtls-2.7", "mbedtls-2.1",
    "mbedtls-1.3", "archive/development_2.x",
)  # fmt: skip
"""The branches of the large history: Mbed TLS, 44,978 commits."""

ASKED = BRANCHES[:6]
_BOARD = """
import sys; from midstream.wiring.main import main
sys.argv = ["midstream", *sys.argv[1:]]; main()
"""


def _repo(places: Places, *needed: str) -> Path:
    if places.repo is None:
        raise NotRun("give a repository: REPO=path")
    known = subprocess.run(
        ["git", "-C", places.repo, "for-each-ref", "--format=%(refname)"], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    for name in needed:
        if not any(ref == name or ref.endswith(f"/{name}") for ref in known):
            raise NotRun(f"the repository has no {name}")
    return places.repo


def _rows(places: Places, name: str) -> list[dict[str, str]]:
    file = places.data / name if places.data is not None else None
    if file is None or not file.is_file():
        raise NotRun(f"give the folder of {name}: DATA=path")
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


# Accuracy


@functools.cache
def _answers(places: tuple[Path | None, Path | None, Path]) -> dict[str, tuple[int, int, int, int]]:
    """Return for each set of rungs how many were found rightly, wrongly, not at all, and at another commit."""
    repo, data, scratch = places
    given = Places(repo=repo, data=data, scratch=scratch)
    rows = _rows(given, "backport_pairs_tfa.csv")
    tips = {row["branch"]: row["tip"] for row in rows}
    history = GitHistory(repo=_repo(given, *tips.values()), index=scratch / "accuracy.index")
    main = [
        BranchLine(name=ref.name, tip=ref.commit) for ref in history.refs() if ref.short in {"master", "integration"}
    ]
    lines = [BranchLine(name=name, tip=history.resolve(tip)) for name, tip in tips.items()]
    everything = judge(history, lines=[*main, *lines], fixes=[])
    truth: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        truth.setdefault((row["main_commit"], row["branch"]), set()).add(row["lts_commit"])
    queries = _queries(history, everything, lines, main, truth)
    fixes = [Fix(name=commit, commits=(commit,)) for commit in dict.fromkeys(commit for commit, _ in queries)]
    found: dict[str, tuple[int, int, int, int]] = {}
    for name, rungs in (("all", ALL_RUNGS), ("untold", UNTOLD)):
        court = Judge(history, lines=[*main, *lines], fixes=fixes, rungs=rungs)
        right = wrong = missed = elsewhere = 0
        for commit, branch in queries:
            tip = history.number(court.lines[branch].tip)
            hit = court.found(commit, tip=tip).hit if tip is not None else None
            known = truth.get((commit, branch))
            right += hit is not None and known is not None
            wrong += hit is not None and known is None
            missed += hit is None and known is not None
            elsewhere += hit is not None and known is not None and hit.commit not in known
        found[name] = right, wrong, missed, elsewhere
        sys.stderr.write(
            f"{name}: {len(queries)} asked, {right} found, {wrong} wrongly, {missed} missed, {elsewhere} elsewhere\n"
        )
    return found


def _queries(
    history: GitHistory,
    court: Judge,
    lines: Sequence[BranchLine],
    main: Sequence[BranchLine],
    truth: dict[tuple[str, str], set[str]],
) -> list[tuple[str, str]]:
    tips = {line.name: history.index.number(line.tip) or 0 for line in lines}
    homes = [history.index.number(line.tip) or 0 for line in main]
    parents = history.parents()

    def is_new(commit: str, branch: str) -> bool:
        number = history.number(commit)
        return number is not None and not court.reach.has(tips[branch], number)

    mains = sorted({commit for commit, _ in truth})
    positive = [(commit, branch) for commit, branch in truth if is_new(commit, branch)]
    hard = [(one, name) for one in mains for name in tips if (one, name) not in truth and is_new(one, name)]
    known = set(mains)
    plain = [
        history.entry(number).commit
        for number in range(len(parents))
        if len(parents[number]) < 2 and court.reach.first_of(homes, number) is not None
    ]
    plain = sorted((one for one in plain if one not in known), key=lambda one: hashlib.sha256(one.encode()).digest())
    others = [(one, name) for one in plain for name in tips if is_new(one, name)]
    return [*positive, *hard, *others[: NEGATIVES - len(hard)]]


def _wrong(kind: str) -> Callable[[Places], float]:
    def measure(places: Places) -> float:
        right, wrong, _, _ = _answers((places.repo, places.data, places.scratch))[kind]
        return wrong / (right + wrong)

    return measure


def _missed(kind: str) -> Callable[[Places], float]:
    def measure(places: Places) -> float:
        right, _, missed, _ = _answers((places.repo, places.data, places.scratch))[kind]
        return missed / (right + missed)

    return measure


def first_releases(places: Places) -> float:
    """Return how many fixes of advisories, of the project whose repository is given, have another first release."""
    rows = _rows(places, "advisory_fixes_tfa_tfm.csv")
    repo = _repo(places)
    history = GitHistory(repo=repo, index=places.scratch / "releases.index")
    is_tfm = any(ref.short.startswith("TF-Mv") for ref in history.refs())
    rows = [row for row in rows if row["project"] == ("TF-M" if is_tfm else "TF-A")]
    lines = [
        find_line(Wanted(name=name, kind="development" if name == "main" else "lts"), history.refs())
        for name in dict.fromkeys(row["branch"] for row in rows)
    ]
    fixes = {one: Fix(name=one, commits=(one,)) for one in dict.fromkeys(row["main_commit"] for row in rows)}
    if not fixes or not all(line.tip for line in lines):
        raise NotRun("this is the repository of neither TF-A nor TF-M")
    court = judge(history, lines=lines, fixes=list(fixes.values()))
    wrong = 0
    for row in rows:
        verdict = court.verdict(fixes[row["main_commit"]], row["branch"], today=TODAY)
        is_right = verdict.first_release == row["first_tag"] and (verdict.word == "fixed") == bool(row["branch_commit"])
        wrong += not is_right
        if not is_right:
            sys.stderr.write(
                f"{row['cve']} {row['branch']}: {verdict.word} {verdict.first_release!r}, known: {row['first_tag']!r}\n"
            )
    return wrong


# Speed


def _large(places: Places, index: str) -> tuple[GitHistory, list[BranchLine]]:
    history = GitHistory(repo=_repo(places, *BRANCHES), index=places.scratch / index)
    wanted = [Wanted(name=name, kind="development" if name == "development" else "lts") for name in BRANCHES]
    lines = [find_line(each, history.refs()) for each in wanted]
    history.update(line.tip for line in lines)
    return history, lines


def _spent() -> float:
    """Return the seconds of processor time that this process and those that it waited for have used."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds of the clock, and of the processors, that the work took."""
    begun = _spent()
    passed = seconds(work)
    return passed, _spent() - begun


def index_time(places: Places) -> float:
    """Return the wall time to index a large history by that of ``git log -p -U0`` over the commits it can read."""
    repo = _repo(places, *BRANCHES)
    history, lines = _large(places, "sized.index")
    gaps = {history.entry(number).commit for number in history.gaps()}
    commits = history.git.read("rev-list", "--no-merges", *(line.tip for line in lines)).decode().split()
    asked = "\n".join([*(one for one in commits if one not in gaps), ""]).encode()
    command = ["git", "-C", str(repo), "log", "-p", "-U0", "--no-walk=unsorted", "--stdin"]
    ratios = []
    for count in range(3):
        base, base_used = _timed(lambda: subprocess.run(command, input=asked, check=True, stdout=subprocess.DEVNULL))
        passed, used = _timed(functools.partial(_large, places, f"timed-{count}.index"))
        ratios.append(passed / base)
        sys.stderr.write(
            f"git log: {base:.1f} s, {base_used:.1f} s of a core; the index: {passed:.1f} s, {used:.1f} s of cores\n"
        )
    return statistics.median(ratios)


def index_size(places: Places) -> float:
    """Return the size of the index of a large history, in megabytes (10^6 bytes)."""
    _large(places, "sized.index")
    return (places.scratch / "sized.index").stat().st_size / 1e6


def update_time(places: Places) -> float:
    """Return the seconds to bring the index of a large history up to date after 100 new commits."""
    repo = _repo(places, *BRANCHES)
    history, lines = _large(places, "sized.index")
    log = history.git.read("rev-list", "--first-parent", lines[0].tip).decode().split()
    spent = []
    for count in range(3):
        younger = GitHistory(repo=repo, index=places.scratch / f"update-{count}.index")
        tip = lines[0].tip
        older = next(one for one in log if _between(history, one, tip) >= 100)
        younger.update([older])
        again = GitHistory(repo=repo, index=places.scratch / f"update-{count}.index")
        spent.append(seconds(functools.partial(again.update, [tip])))
    return statistics.median(spent)


def _between(history: GitHistory, old: str, new: str) -> int:
    return int(history.git.read("rev-list", "--count", f"{old}..{new}"))


def _asked(history: GitHistory, lines: Sequence[BranchLine]) -> list[Fix]:
    """Return 100 fixes of the main line since the oldest of the asked branches that is still open began."""
    words = ("--no-merges", "-i", "--grep=fix", "--since=2019-01-01")
    commits = history.git.read("rev-list", *words, lines[0].tip).decode().split()
    drawn = sorted(commits, key=lambda one: hashlib.sha256(one.encode()).digest())[:100]
    return [Fix(name=one[:12], commits=(one,)) for one in drawn]


def answer_time(places: Places) -> float:
    """Return the milliseconds for one answer, fix by branch: the mean of 600 from a graph that is walked."""
    _, lines = _large(places, "sized.index")
    chosen = [line for line in lines if line.name in ASKED]
    rounds = []
    for _ in range(5):
        history, _ = _large(places, "sized.index")
        fixes = _asked(history, lines)
        court = judge(history, lines=chosen, fixes=fixes)
        start = time.perf_counter()
        for fix in fixes:
            for line in chosen:
                court.verdict(fix, line.name, today=TODAY)
        rounds.append((time.perf_counter() - start) * 1000 / (len(fixes) * len(chosen)))
    return statistics.median(rounds)


def _installed(places: Places) -> dict[str, str]:
    """Return an environment in which modules are compiled once, as they are where the program is installed."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(places.scratch / "compiled")}


def board_time(places: Places) -> float:
    """Return the seconds of the whole process that shows the board of 100 fixes on 6 branches."""
    history, lines = _large(places, "sized.index")
    fixes = _asked(history, lines)
    tables = [f'[[fix]]\nname = "{fix.name}"\ncommits = ["{fix.commits[0]}"]\n' for fix in fixes]
    listed = places.scratch / "fixes.toml"
    listed.write_text("".join(tables), encoding="utf-8")
    named = [word for name in ASKED for word in ("--branch", name)]
    store = places.scratch / "store.db"
    command = [sys.executable, "-c", _BOARD, "--store", str(store), "board", str(places.repo), "--fixes", str(listed)]
    command = [*command, "--json", *named]
    run = functools.partial(subprocess.run, command, check=True, stdout=subprocess.DEVNULL, env=_installed(places))
    run()  # makes the index of its own, and compiles
    rounds = [_timed(run) for _ in range(7)]
    sys.stderr.write(f"the board: {statistics.median(used for _, used in rounds):.2f} s of a core\n")
    return statistics.median(passed for passed, _ in rounds)


def against_cherry(places: Places) -> float:
    """Return the time to open the index and answer, by that of ``git cherry`` for each branch, for the same answers."""
    _, lines = _large(places, "sized.index")
    main, *others = [line for line in lines if line.name in ASKED]
    rounds: list[tuple[float, float]] = []
    found = 0

    def answer() -> None:
        nonlocal found
        history = GitHistory(repo=_repo(places), index=places.scratch / "sized.index")
        board = read_board(history, lines=[main, *others], fixes=fixes, today=TODAY, name="")
        found = sum(verdict.word == "fixed" for _, row in board.rows() for verdict in row[1:])

    fixes = _asked(GitHistory(repo=_repo(places), index=places.scratch / "sized.index"), lines)
    rounds = [_timed(answer) for _ in range(5)]
    ours, ours_used = (statistics.median(column) for column in zip(*rounds, strict=True))
    marked = 0
    start, begun = time.perf_counter(), _spent()
    for line in others:
        out = subprocess.run(
            ["git", "-C", str(places.repo), "cherry", line.tip, main.tip], check=False, capture_output=True, text=True
        )
        if out.returncode:
            raise NotRun(f"git cherry failed: {out.stderr.strip()[:80]}")
        there = {word.split()[1] for word in out.stdout.splitlines() if word.startswith("-")}
        marked += sum(fix.commits[0] in there for fix in fixes)
    theirs, theirs_used = time.perf_counter() - start, _spent() - begun
    sys.stderr.write(
        f"git cherry: {theirs:.1f} s, {theirs_used:.1f} s of a core, {marked} picked; "
        f"the board: {ours:.2f} s, {ours_used:.2f} s of a core, {found} fixed\n"
    )
    return ours / theirs


FIGURES = (
    Figure(name="board, TF-A, all evidence: wrong of found", limit=0.001, unit="", measure=_wrong("all")),
    Figure(name="board, TF-A, all evidence: missed of there", limit=0.001, unit="", measure=_missed("all")),
    Figure(name="board, TF-A, no trailers and ids: wrong of found", limit=0.002, unit="", measure=_wrong("untold")),
    Figure(name="board, TF-A, no trailers and ids: missed of there", limit=0.008, unit="", measure=_missed("untold")),
    Figure(name="board, TF-A or TF-M advisories: other first release", limit=0, unit="", measure=first_releases),
    Figure(name="board, index by git log -p -U0, 45,000 commits", limit=1.2, unit="x", measure=index_time),
    Figure(name="board, index size, 45,000 commits", limit=40, unit="MB", measure=index_size),
    Figure(name="board, update after 100 commits", limit=1, unit="s", measure=update_time),
    Figure(name="board, one answer", limit=1, unit="ms", measure=answer_time),
    Figure(name="board, 100 fixes by 6 branches, whole process", limit=1, unit="s", measure=board_time),
    Figure(name="board by git cherry for each branch", limit=1 / 50, unit="x", measure=against_cherry),
)
