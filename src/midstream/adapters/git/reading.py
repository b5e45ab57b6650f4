"""Reads commits with their patches: in this process when they are few, else in one worker for each core.

``python -m midstream.adapters.git.reading FOLDER`` is such a worker: it takes lists of commits on stdin and gives
their rows back on stdout, each list and each answer after its length in four bytes.
"""

import os
import queue
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Final

import msgspec

import midstream
from midstream.adapters.git.program import Git, surroundings
from midstream.adapters.git.stream import DIFF, FORMAT, OPTIONS, Row, records, row_of
from midstream.desk.ports import HistoryTrouble

BLOCK: Final = 4 * 1024 * 1024
"""Bytes read from git at a time."""

PATCH_LIMIT: Final = 256 * 1024 * 1024
"""Bytes of one commit's patch; of a larger one only the names and object ids of its files are read."""

FEW: Final = 1500
"""Commits that are read sooner here than in workers, which take a moment to start."""

PORTION: Final = 750
"""Commits given to a worker at a time."""

GAPS: Final = 300
"""Commits with missing objects among those of one portion, from which on it is no use to read each by itself."""

EXCLUDED: Final = 200
"""Files that are left out of a commit one by one; of a commit with more of them no file is read."""


def read_rows(git: Git, commits: Sequence[str], *, cores: int = 2) -> Iterator[list[Row]]:
    """Yield the rows of the commits, in their order, some at a time; raise `HistoryTrouble` when git cannot."""
    portions = [commits[start : start + PORTION] for start in range(0, len(commits), PORTION)]
    if len(commits) <= FEW or cores < 2:
        for portion in portions:
            yield list(rows_of(git, portion))
        return
    workers: queue.SimpleQueue[Worker] = queue.SimpleQueue()
    made = [Worker(git) for _ in range(cores)]
    for worker in made:
        workers.put(worker)

    def one(portion: Sequence[str]) -> list[Row]:
        worker = workers.get()
        try:
            return worker.rows(portion)
        finally:
            workers.put(worker)

    pool = ThreadPoolExecutor(cores)
    try:
        yield from pool.map(one, portions)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in made:
            worker.stop()


class Worker:
    """A process that reads commits."""

    def __init__(self, git: Git) -> None:
        """Start it."""
        self._folder = git.folder
        source = str(Path(midstream.__file__).parents[1])
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the worker
        self._process = subprocess.Popen(  # noqa: S603 - this program again, with a path
            [sys.executable, "-m", __name__, str(git.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            env=surroundings()
            | {"PYTHONPATH": os.pathsep.join([source, *filter(None, [os.environ.get("PYTHONPATH")])])},
        )

    def rows(self, commits: Sequence[str]) -> list[Row]:
        """Return the rows of the commits; raise `HistoryTrouble` for what the worker met."""
        try:
            send(self._process.stdin, "\n".join(commits).encode())
            answer = take(self._process.stdout)
        except OSError:
            answer = None
        if answer is None:
            self._process.wait()
            self._said.seek(0)
            last = (self._said.read()[-300:].decode("utf-8", "replace").strip().splitlines() or ["no reason given"])[-1]
            raise HistoryTrouble(
                f"reading commits of {self._folder} stopped: {last}", hint="Run it again; the index is as it was."
            )
        if answer[:1] == b"!":
            what, hint = msgspec.msgpack.decode(answer[1:], type=tuple[str, str])
            raise HistoryTrouble(what, hint=hint)
        return msgspec.msgpack.decode(answer[1:], type=list[Row])

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()
        self._said.close()


def send(to: IO[bytes] | None, payload: bytes) -> None:
    """Return nothing, after the payload was written behind its length."""
    if to is not None:
        to.write(struct.pack(">I", len(payload)) + payload)
        to.flush()


def take(source: IO[bytes] | None) -> bytes | None:
    """Return the next payload; None at the end of the stream."""
    head = source.read(4) if source is not None else b""
    if source is None or len(head) < 4:
        return None
    (size,) = struct.unpack(">I", head)
    payload = source.read(size)
    return payload if len(payload) == size else None


def serve(folder: Path) -> None:
    """Return nothing, after every list on stdin was answered."""
    git = Git(folder=folder)
    while (asked := take(sys.stdin.buffer)) is not None:
        try:
            answer = b"=" + msgspec.msgpack.encode(list(rows_of(git, asked.decode().split())))
        except HistoryTrouble as trouble:
            answer = b"!" + msgspec.msgpack.encode((trouble.what, trouble.hint))
        send(sys.stdout.buffer, answer)


def rows_of(git: Git, commits: Sequence[str]) -> Iterator[Row]:
    """Yield the rows of the commits in their order.

    Where git stops, as it does at a missing object, the commit is read file by file, and git starts again behind it.
    """
    done = gaps = 0
    while done < len(commits):
        for record in _whole_records(git, commits[done:]):
            yield row_of(record)
            done += 1
        if done < len(commits):
            yield _with_gaps(git, commits[done])
            done, gaps = done + 1, gaps + 1
            if gaps > GAPS:
                raise HistoryTrouble(
                    f"hundreds of commits of {git.folder} cannot be read, as objects are missing",
                    hint="A partial clone lacks them; nothing is fetched from here: git fetch --refetch --no-filter.",
                )


def _whole_records(git: Git, commits: Sequence[str]) -> Iterator[bytes]:
    """Yield the text of the commits up to the first that git cannot read or whose patch is too large."""
    with tempfile.TemporaryFile() as asked:
        asked.write("\n".join(commits).encode() + b"\n")
        asked.seek(0)
        with git.stream("log", "--no-walk=unsorted", "--stdin", *OPTIONS, stdin=asked) as process:
            left = b""
            while block := _block(process.stdout):
                left += block
                *whole, left = [*_cut(left)]
                yield from whole
                if len(left) > PATCH_LIMIT:
                    return
            if process.wait() == 0 and left:
                yield from records(left)


def _cut(text: bytes) -> Iterable[bytes]:
    """Return the records of all but the last commit, then the text of the last one, which may go on."""
    place = text.rfind(b"\ncommit ") + 1
    return [*records(text[:place]), text[place:]] if place else [text]


def _block(source: IO[bytes] | None) -> bytes:
    return source.read(BLOCK) if source is not None else b""


def _with_gaps(git: Git, commit: str) -> Row:
    """Return the row of a commit of which git cannot read everything, with what can be read."""
    head = git.read(
        "log", "--no-walk", "--no-patch", "--no-show-signature", "--no-mailmap", "--no-color", FORMAT, commit
    )
    record = head.removeprefix(b"commit ")
    raw = git.run("diff-tree", "--root", "-r", "--raw", "-z", "--no-renames", "--no-commit-id", "--no-abbrev", commit)
    if raw.code:
        return msgspec.structs.replace(row_of(record), is_whole=False)
    changed = list(_changed(raw.out))
    missing = _missing(git, [one for _, ids, _ in changed for one in ids.split(b"..")])
    gaps = [(path, ids) for path, ids, is_file in changed if is_file and missing & set(ids.split(b".."))]
    if len(gaps) <= EXCLUDED:
        left_out = [f":(top,literal,exclude){os.fsdecode(path)}" for path, _ in gaps]
        diff = git.run("diff-tree", "--no-commit-id", "-r", *DIFF, commit, "--", *left_out, seconds=60)
        if not diff.code and len(diff.out) <= PATCH_LIMIT:
            return row_of(record.rstrip(b"\n") + b"\n" + diff.out, extra=gaps)
    return row_of(record, extra=[(path, ids) for path, ids, _ in changed])


def _changed(raw: bytes) -> Iterator[tuple[bytes, bytes, bool]]:
    """Yield (path, ``old..new`` object ids, whether it is a file and no submodule) of each changed path."""
    words = raw.split(b"\0")
    for head, path in zip(words[::2], words[1::2], strict=False):
        old_mode, new_mode, old, new, _ = head.removeprefix(b":").split(b" ")
        yield path, old + b".." + new, b"160000" not in {old_mode, new_mode}


def _missing(git: Git, objects: Iterable[bytes]) -> set[bytes]:
    """Return which of the objects are not here. Of all commands only this one never asks a partial clone's remote."""
    asked = sorted({one for one in objects if one.strip(b"0")})
    words = ("rev-list", "--objects", "--no-walk", "--missing=print", "--ignore-missing", "--stdin")
    there = git.read(*words, stdin=b"\n".join(asked) + b"\n").split() if asked else []
    return set(asked) - set(there)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
