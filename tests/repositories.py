"""Small git repositories for tests, built by git itself: every commit has its own moment and a name one can rely on."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

Content = str | bytes | None | tuple[str, str | bytes]
"""What a file holds; None takes it away; a pair gives its mode first, and for a submodule the commit second."""

BEGAN = 1_760_000_000
"""The moment of the first commit, in seconds; each later one is made a minute after the one before it."""

ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | {
    "GIT_CONFIG_GLOBAL": f"{os.devnull}/nothing",  # a file that cannot exist
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada Lin",
    "GIT_AUTHOR_EMAIL": "ada@acme.example",
    "GIT_COMMITTER_NAME": "Cy Ox",
    "GIT_COMMITTER_EMAIL": "cy@acme.example",
    "LC_ALL": "C",
}


def git(folder: Path, *words: str, feed: bytes = b"", code: int = 0) -> bytes:
    """Return what git wrote in that folder, once it left with `code`."""
    done = subprocess.run(["git", *words], cwd=folder, input=feed, capture_output=True, env=ENVIRONMENT, check=False)
    assert done.returncode == code, (words, done.returncode, done.stdout[-500:], done.stderr[-500:])
    return done.stdout


class Repository:
    """A bare repository under construction at `path`."""

    def __init__(self, path: Path, *, form: str = "sha1") -> None:
        self.path = path
        self.began = BEGAN
        self._count = 0
        path.mkdir(parents=True, exist_ok=True)
        git(path, "init", "--quiet", "--bare", "--initial-branch=main", f"--object-format={form}")

    def __call__(self, *words: str, feed: bytes = b"", code: int = 0) -> str:
        return git(self.path, *words, feed=feed, code=code).decode("utf-8", "replace").strip()

    def commit(
        self,
        branch: str,
        files: Mapping[str | bytes, Content],
        message: str | bytes = "Change",
        *,
        on: str = "",
        merging: Sequence[str] = (),
        author: str = "Ada Lin <ada@acme.example>",
        committer: str = "Cy Ox <cy@acme.example>",
        written: int = 0,
    ) -> str:
        """Return the id of a new commit on the branch; a new branch begins at `on`, or with no parent.

        `written` is the moment its author wrote it, where that is another one than when it was committed.
        """
        moment = self.began + 60 * self._count
        self._count += 1
        ref = f"refs/heads/{branch}"
        text = message if isinstance(message, bytes) else message.encode()
        parent = on or (f"{ref}^0" if self("for-each-ref", "--format=x", ref) else "")
        lines = [
            f"commit {ref}\nauthor {author} {written or moment} +0100\ncommitter {committer} {moment} +0000\n".encode(),
            b"data %d\n%s\n" % (len(text), text),
        ]
        lines += [f"from {parent}\n".encode()] if parent else []
        lines += [f"merge {other}\n".encode() for other in merging]
        lines += [_line(path, content) for path, content in files.items()]
        self("fast-import", "--quiet", "--force", feed=b"".join(lines))
        return self("rev-parse", ref)

    def tag(self, name: str, at: str = "main") -> None:
        """Make an annotated tag, at a moment of its own as commits are."""
        moment = self.began + 60 * self._count
        self._count += 1
        head = f"object {self('rev-parse', f'{at}^0')}\ntype commit\ntag {name}\n"
        text = f"{head}tagger Cy Ox <cy@acme.example> {moment} +0000\n\n{name}\n"
        self("update-ref", f"refs/tags/{name}", self("mktag", feed=text.encode()))

    def clone(self, path: Path, *options: str) -> Path:
        """Return the folder of a clone with a work tree, made over the file protocol."""
        options = ("--quiet", "--no-tags", *options)
        git(path.parent, "-c", "protocol.file.allow=always", "clone", *options, f"file://{self.path}", str(path))
        return path


def _line(path: str | bytes, content: Content) -> bytes:
    raw = path if isinstance(path, bytes) else path.encode()
    quoted = (
        b'"'
        + b"".join(bytes([byte]) if 32 <= byte < 127 and byte not in b'"\\' else b"\\%03o" % byte for byte in raw)
        + b'"'
    )
    if content is None:
        return b"D " + quoted + b"\n"
    mode, what = content if isinstance(content, tuple) else ("100644", content)
    data = what if isinstance(what, bytes) else what.encode()
    if mode == "160000":
        return b"M 160000 " + data + b" " + quoted + b"\n"
    return b"M %s inline %s\ndata %d\n%s\n" % (mode.encode(), quoted, len(data), data)


def lines(*numbers: int, **changed: str) -> str:
    """Return a file of numbered lines; ``l3="x"`` gives line 3 other words."""
    first, last = numbers or (1, 20)
    return "".join(f"{changed.get(f'l{number}', f'line {number}')}\n" for number in range(first, last + 1))
