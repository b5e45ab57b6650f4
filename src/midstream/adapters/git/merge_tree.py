"""What ``git merge-tree --stdin`` writes (git-merge-tree, "OUTPUT" and "INPUT FORMAT"), read without running it."""

from collections.abc import Sequence

import msgspec

from midstream.analysis.backports.trial import ConflictFile, conflict_file

CLEAN, CONFLICT = b"1", b"0"
"""How each merge begins in this mode: the other way round than the exit codes of a single one."""


class Merge(msgspec.Struct, frozen=True, kw_only=True):
    """One merge: the tree it makes, and the files that conflict; none when it is clean."""

    tree: str
    is_clean: bool
    files: tuple[ConflictFile, ...] = ()


def read_merges(raw: bytes, *, count: int) -> list[Merge]:
    """Return that many merges, in order; raise `ValueError` for what is not this format, or not so many.

    Each is: clean or not, the tree, then the conflicting files as ``MODE ID STAGE<TAB>PATH``, an empty part, messages
    as a count, that many paths, a type and a text, and an empty part; parts end in NUL.
    """
    parts = raw.split(b"\0")
    whole = len(parts) - 1  # what follows the last NUL is no part
    merges: list[Merge] = []
    place = 0
    while place < whole:
        state = parts[place]
        if state not in (CLEAN, CONFLICT) or place + 1 >= whole:
            raise ValueError(f"a merge begins with {state[:20]!r}")
        tree = parts[place + 1].decode("ascii")
        place, stages = _stages(parts, place + 2)
        place, types = _messages(parts, place)
        if place > whole:
            raise ValueError("the last merge is cut off")
        files = tuple(conflict_file(path, modes, types.get(path, ())) for path, modes in stages.items())
        if (state == CLEAN) is bool(files):
            raise ValueError(f"a merge says {state!r} and names {len(files)} conflicts")
        merges.append(Merge(tree=tree, is_clean=state == CLEAN, files=files))
    if len(merges) != count:
        raise ValueError(f"{len(merges)} answers to {count} merges")
    return merges


def _stages(parts: Sequence[bytes], place: int) -> tuple[int, dict[bytes, dict[int, str]]]:
    found: dict[bytes, dict[int, str]] = {}
    while place < len(parts) and parts[place]:
        entry, tab, path = parts[place].partition(b"\t")
        fields = entry.split(b" ")
        if not tab or len(fields) != 3:
            raise ValueError(f"{parts[place][:60]!r} is no conflicting file")
        found.setdefault(path, {})[int(fields[2])] = fields[0].decode("ascii")
        place += 1
    return place + 1, found


def _messages(parts: Sequence[bytes], place: int) -> tuple[int, dict[bytes, list[str]]]:
    found: dict[bytes, list[str]] = {}
    # Of submodules git gives advice in plain words after the messages, in the place of the empty part.
    while place < len(parts) and parts[place].isdigit():
        count = int(parts[place])
        paths = parts[place + 1 : place + 1 + count]
        kind, text = parts[place + 1 + count : place + 3 + count]
        # The type says add/add only in the text, which is not translated here.
        word = "CONFLICT (add/add)" if text.startswith(b"CONFLICT (add/add)") else kind.decode("utf-8", "replace")
        for path in paths:
            found.setdefault(path, []).append(word)
        place += 3 + count
    return place + 1, found
