"""The output of ``git log -p -U0``, cut into commits. No line of it can be taken for another kind of line.

Each commit begins with a line ``commit ID``. Lines of the message begin with a space, lines of content with ``+``,
``-`` or a backslash, and git quotes paths with control characters; so a line that begins with ``commit`` or
``diff --git`` was written by git itself.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from midstream.analysis.backports.corpus import Naming
from midstream.analysis.backports.keys import message_keys, patch_keys

FORMAT: Final = "--format=commit %H%n%P%n%at %ct%n %aN <%aE>%n%w(0,1,1)%B"
"""The head of each commit: id; parents; dates; author; then the message, each line after a space."""

DIFF: Final = (
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--no-renames",
    "--diff-algorithm=myers",
    "--inter-hunk-context=0",
    "--submodule=short",
    "--ignore-submodules=none",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    "--full-index",
    "--root",
    "-O/dev/null",
    "-U0",
    "-p",
)
"""How differences are written, whatever the configuration says."""

OPTIONS: Final = (
    "--no-mailmap",
    "--no-notes",
    "--no-decorate",
    "--no-show-signature",
    "--diff-merges=off",
    *DIFF,
    FORMAT,
)
"""How commits are written with their patches."""

_COMMIT: Final = b"\ncommit "
_DIFF: Final = b"\ndiff --git "
_HUNK: Final = b"\n@@ "
_OBJECTS: Final = re.compile(rb"^index ([0-9a-f]{40,64}\.\.[0-9a-f]{40,64})", re.MULTILINE)
_ESCAPE: Final = re.compile(rb"\\([abtnvfr\"\\]|[0-7]{3})")
_ESCAPES: Final = {b"a": b"\a", b"b": b"\b", b"t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f", b"r": b"\r"}


class Row(msgspec.Struct, frozen=True, array_like=True):
    """A commit as it goes into the index; `lines` is a sorted array of unsigned 32-bit numbers, as bytes.

    `unread` are files whose content git could not read: of them only the object ids are part of `patch`. `is_whole`
    is False when not even the names of the changed files could be read.
    """

    commit: str
    parents: tuple[str, ...]
    author: str
    authored_at: int
    committed_at: int
    subject: str
    change_ids: tuple[str, ...]
    names: tuple[tuple[Naming, str], ...]
    patch: bytes
    files: tuple[str, ...]
    lines: bytes
    size: int
    unread: tuple[str, ...] = ()
    is_whole: bool = True


def records(block: bytes) -> Iterator[bytes]:
    """Yield the text of each commit in a block of output that begins with one, without the word ``commit``."""
    yield from (b"\n" + block).split(_COMMIT)[1:]


def row_of(record: bytes, *, extra: Sequence[tuple[bytes, bytes]] = ()) -> Row:
    """Return the row of one commit; `extra` are (path, object ids) of changed files whose content cannot be read."""
    # An empty line separates commits; behind the last of a reading there is none.
    head, *parts = record.rstrip(b"\n").split(_DIFF)
    commit, parents, dates, author, *message = head.decode("utf-8", "replace").split("\n")
    authored, committed = (int(word) if word.lstrip("-").isdigit() else 0 for word in [*dates.split(" "), "", ""][:2])
    said = message_keys("\n".join(line.removeprefix(" ") for line in message))
    changed = [file_of(part) for part in parts]
    keys = patch_keys([*changed, *((path, b"=" + ids) for path, ids in extra)])
    paths = [path for path, _ in changed] + [path for path, _ in extra]
    return Row(
        commit=commit,
        parents=tuple(parents.split()),
        author=author.strip(),
        authored_at=authored,
        committed_at=committed,
        subject=said.subject,
        change_ids=said.change_ids,
        names=said.names,
        patch=keys.patch,
        files=tuple(sorted({name_of(path) for path in paths})),
        lines=keys.lines.tobytes(),
        size=keys.size,
        unread=tuple(sorted(name_of(path) for path, _ in extra)),
    )


def file_of(part: bytes) -> tuple[bytes, bytes]:
    """Return (path, hunks) of one file of a patch; of a binary file, which has no hunks, its object ids after ``=``."""
    end = part.find(b"\n")
    names = part[:end] if end >= 0 else part
    # Without renames both names are the same, and quoted alike: a/PATH b/PATH.
    path = unquoted(names[: (len(names) - 1) // 2])[2:]
    hunk = part.find(_HUNK, end)
    if hunk >= 0:
        return path, part[hunk + 1 :]
    ids = _OBJECTS.search(part)
    return path, b"=" + (ids[1] if ids else part[end:])


def unquoted(path: bytes) -> bytes:
    """Return a path as it is in the tree, from how git writes it (git-config, core.quotePath)."""
    if not path.startswith(b'"'):
        return path

    def one(match: re.Match[bytes]) -> bytes:
        char = match[1]
        return bytes([int(char, 8) & 255]) if len(char) == 3 else _ESCAPES.get(char, char)

    return _ESCAPE.sub(one, path[1:-1] if path.endswith(b'"') else path[1:])


def name_of(path: bytes) -> str:
    """Return a path as text; bytes that are no UTF-8 are kept apart, so that two paths never become one."""
    return path.decode("utf-8", "backslashreplace")


def without_patch(row: Row) -> Row:
    """Return the row of a commit of which only the message is known."""
    return msgspec.structs.replace(row, patch=b"", files=(), lines=b"", size=0, unread=())
