"""What is left when a process is killed while it appends, and when many append to one case.

``python -m bench.crash ADDRESS KEY_FILE CASE WORKER COUNT`` appends and writes the number of each acknowledged fact.
"""

import contextlib
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, cast

from bench.figure import Figure, Places
from midstream.desk.ports import Conflict, Store
from midstream.desk.views import CaseView
from midstream.ledger.chain import Head, record, verify
from midstream.ledger.errors import LedgerError
from midstream.ledger.fact import Draft, Fact
from midstream.ledger.kinds.intake import NoteAdded
from midstream.store import open_store

ROUNDS = 200
WITHIN = 0.06
"""Seconds after the first acknowledged fact within which the process is killed."""


def append(store: Store, case: str, worker: str, count: int) -> None:
    """Append one fact after another, each with a view and a blob of its text, and write its number once it is kept."""
    stream = f"case/{case}"
    for turn in range(count):
        text = f"{worker} {turn} " + "x" * 300
        while True:
            head = store.head(stream)
            now = datetime.now(UTC)
            draft = Draft(stream=stream, said_by=worker, happened_at=now, body=NoteAdded(text=text))
            facts = record(head, [draft], recorded_at=now, key=f"{worker} {turn}")
            views = [_view(case, facts[-1])]
            with contextlib.suppress(Conflict):
                store.append(facts, views=views, expect={stream: head.number}, blobs=[(case, text.encode())])
                break
        print(facts[-1].number, flush=True)


def _view(case: str, last: Fact) -> CaseView:
    """Return a view that repeats what the last fact says, so that one of another moment can be told."""
    return CaseView(
        case=case,
        project="bench",
        title=last.digest,
        number=last.number,
        is_public=False,
        triage="accepted",
        embargo="none",
        fix="none",
        severity="high",
        readers={f"reader {last.number}": True},
        message_ids=(f"<{last.number}@{case}>",),
    )


def command(address: str, key_file: Path, case: str, worker: str, count: int) -> list[str]:
    """Return the command that appends."""
    return [sys.executable, "-m", "bench.crash", address, str(key_file), case, worker, str(count)]


def kill_while_appending(address: str, key_file: Path, case: str, *, within: float) -> int:
    """Return the number of the last acknowledged fact of a process that was killed at a random moment."""
    ours = command(address, key_file, case, "killed", 1_000_000)
    with subprocess.Popen(ours, stdout=subprocess.PIPE) as process:
        output = cast("IO[bytes]", process.stdout)
        first = output.readline()
        time.sleep(random.uniform(0, within))
        process.send_signal(signal.SIGKILL)
        rest = output.read()
    # The last line may be cut off: a fact is acknowledged once its whole line was written.
    whole = (first + rest).rpartition(b"\n")[0].split(b"\n")
    return int(whole[-1])


def complaints(store: Store, case: str, *, acknowledged: int) -> list[str]:
    """Return what is lost, broken or half-written in the store, one sentence each.

    A server may still be finishing what a killed client sent last; when it does so meanwhile, all is looked at again.
    """
    while True:
        before = store.heads()
        found = list(_complaints(store, case, acknowledged=acknowledged))
        if store.heads() == before:
            return found


def _complaints(store: Store, case: str, *, acknowledged: int) -> Iterator[str]:
    heads: dict[str, Head] = {}
    try:
        facts = list(verify(store.everything(), heads=heads))
    except LedgerError as error:
        yield error.what
        return
    mine = [fact for fact in facts if fact.stream == f"case/{case}"]
    if len(mine) < acknowledged:
        yield f"fact {acknowledged} was acknowledged, {len(mine)} are there"
    if store.heads() != sorted(heads.values(), key=lambda head: head.stream):
        yield "a head does not match the facts"
    if mine and store.view(case) != _view(case, mine[-1]):
        yield f"the view is not that of fact {mine[-1].number}"
    found = [store.cases_with_message(f"<{number}@{case}>") for number in (len(mine) - 1, len(mine), len(mine) + 1)]
    if mine and found != [[], [case], []]:
        yield "the messages are not those of the last view"
    if store.blob_count(case) != len(mine):
        yield f"{len(mine)} facts, but {store.blob_count(case)} blobs"


def together(address: str, key_file: Path, case: str, *, workers: int, count: int) -> list[list[int]]:
    """Return the numbers each of several processes was told while they appended to one case at the same time."""
    started = [
        subprocess.Popen(command(address, key_file, case, f"worker {number}", count), stdout=subprocess.PIPE)
        for number in range(workers)
    ]
    told = [process.communicate()[0] for process in started]
    failed = [process.args for process in started if process.returncode]
    if failed:
        raise RuntimeError(f"{failed[0]!r} failed")
    return [[int(line) for line in lines.split()] for lines in told]


def lost(places: Places) -> float:
    """Return how many complaints there were after `ROUNDS` processes were killed, each over a new store."""
    count = 0
    for turn in range(ROUNDS):
        folder = places.scratch / f"crash-{turn}"
        address, key_file = str(folder / "store.db"), folder / "store.key"
        acknowledged = kill_while_appending(address, key_file, "a", within=WITHIN)
        store = open_store(url=address, key_file=key_file)
        count += len(complaints(store, "a", acknowledged=acknowledged))
        store.close()
        shutil.rmtree(folder)
    return float(count)


FIGURES = (Figure(name=f"lost or broken by {ROUNDS} kills during appends", limit=0, unit="lost", measure=lost),)


def main(arguments: Sequence[str]) -> None:
    """Append as the command line says."""
    address, key_file, case, worker, count = arguments
    append(open_store(url=address, key_file=Path(key_file)), case, worker, int(count))


if __name__ == "__main__":
    main(sys.argv[1:])
