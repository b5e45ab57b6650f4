"""Who wrote the lines that a commit changes, as ``git blame`` says."""

import re
from collections import defaultdict
from typing import Final

from midstream.adapters.git.program import Git
from midstream.adapters.git.stream import DIFF, file_of, name_of
from midstream.desk.ports import BlamedLine

RANGES: Final = 200
"""Hunks of one file that are blamed; a commit with more of them is a rewrite, whose lines say nothing."""

FILES: Final = 50
"""Files of one commit that are blamed."""

_HUNK: Final = re.compile(rb"^@@ -([0-9]+)(?:,([0-9]+))? \+", re.MULTILINE)
_LINE: Final = re.compile(r"^([0-9a-f]{40,64}) [0-9]+ ([0-9]+)", re.MULTILINE)


def blame(git: Git, commit: str) -> list[BlamedLine]:
    """Return the lines before the commit that it removes or stands beside, with who wrote each; none for a root."""
    parents = git.read("rev-list", "--no-walk", "--parents", commit, "--").decode().split()[1:]
    if not parents:
        return []
    patch = git.read("diff-tree", "--no-commit-id", "-r", *DIFF, parents[0], commit)
    found: list[BlamedLine] = []
    for part in (b"\n" + patch).split(b"\ndiff --git ")[1:][:FILES]:
        path, hunks = file_of(part)
        ranges = [(int(first), int(count or 1)) for first, count in _HUNK.findall(hunks)][:RANGES]
        removed = {line for first, count in ranges for line in range(first, first + count)}
        beside = {line for first, count in ranges if not count for line in (first, first + 1) if line}
        if wanted := sorted(removed | beside):
            authors = _authors(git, parents[0], path, wanted)
            found += [
                BlamedLine(commit=authors[line], path=name_of(path), is_removed=line in removed)
                for line in wanted
                if line in authors
            ]
    return found


def _authors(git: Git, commit: str, path: bytes, lines: list[int]) -> dict[int, str]:
    """Return who wrote each of the lines of a file; a file that is not there, or a line behind its end, has nobody."""
    size = git.run("cat-file", "blob", f"{commit}:{path.decode('utf-8', 'surrogateescape')}")
    last = size.out.count(b"\n") + (not size.out.endswith(b"\n"))
    spans: dict[int, int] = defaultdict(int)
    start = 0
    for line in lines:
        start = line if line != start + spans[start] else start
        spans[start] += 1
    asked = [f"-L{first},{min(first + count - 1, last)}" for first, count in spans.items() if count and first <= last]
    if size.code or not asked:
        return {}
    done = git.run("blame", "--porcelain", "-w", *asked, commit, "--", path.decode("utf-8", "surrogateescape"))
    if done.code:
        return {}
    return {int(line): author for author, line in _LINE.findall(done.out.decode("utf-8", "replace"))}
