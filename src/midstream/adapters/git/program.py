"""Runs the git program so that nobody's configuration, replace refs, grafts, network or terminal has a say."""

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

import msgspec

from midstream.desk.ports import HistoryTrouble

SECONDS: Final = 600
"""After so long without an end a git command is given up."""

BIG_FILE: Final = 4 * 1024 * 1024
"""Bytes of a file from which on git treats it as binary: a change of it is known by its object ids only."""

_NOWHERE: Final = "/dev/null/nothing"
"""A file that cannot exist: with it git reads no configuration, no attributes, no grafts."""

# What git reads from the repository's own configuration, answered beforehand.
_ANSWERS: Final = {
    "advice.graftFileDeprecated": "false",
    "blame.ignoreRevsFile": "",
    "core.attributesFile": _NOWHERE,
    "core.bigFileThreshold": str(BIG_FILE),
    "core.deltaBaseCacheLimit": "256m",
    "core.fsmonitor": "false",
    "core.hooksPath": _NOWHERE,
    "core.quotePath": "true",
    "diff.indentHeuristic": "true",
    "diff.orderFile": "/dev/null",
    "diff.suppressBlankEmpty": "false",
    "attr.tree": "no-attributes",
    "i18n.logOutputEncoding": "UTF-8",
    "log.showSignature": "false",
    "protocol.allow": "never",
    "submodule.recurse": "false",
}

_SURROUNDINGS: Final = {
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": _NOWHERE,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_FLUSH": "0",
    "GIT_GRAFT_FILE": _NOWHERE,
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PAGER": "cat",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
    "TZ": "UTC",
}


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """How a git command ended: its exit code, what it wrote, and what it complained of."""

    code: int
    out: bytes
    said: str


class Git(msgspec.Struct, frozen=True, kw_only=True):
    """The git program on one repository, given by its git directory."""

    folder: Path

    def command(self, *args: str) -> list[str]:
        """Return the whole command line. A repository that was named is read, whoever owns its folder."""
        answers = [part for key, value in _ANSWERS.items() for part in ("-c", f"{key}={value}")]
        return ["git", "--no-pager", "-c", f"safe.directory={self.folder}", *answers, f"--git-dir={self.folder}", *args]

    def run(
        self, *args: str, stdin: bytes = b"", seconds: float = SECONDS, env: Mapping[str, str] | None = None
    ) -> Ended:
        """Return how the command ended; raise `HistoryTrouble` when git is not there or does not come to an end.

        `env` is added to the environment git runs in.
        """
        try:
            done = subprocess.run(  # noqa: S603 - git, with arguments and no shell
                self.command(*args),
                input=stdin,
                capture_output=True,
                check=False,
                env=surroundings() | dict(env or {}),
                timeout=seconds,
                cwd=self.folder,
            )
        except subprocess.TimeoutExpired:
            raise HistoryTrouble(
                f"git {args[0]} did not end within {seconds:g} seconds in {self.folder}",
                hint="Try it by hand; the disk or the repository may be in trouble.",
            ) from None
        except FileNotFoundError:
            raise no_program(self.folder) from None
        return Ended(code=done.returncode, out=done.stdout, said=done.stderr.decode("utf-8", "replace").strip())

    def read(self, *args: str, stdin: bytes = b"") -> bytes:
        """Return what the command wrote; raise `HistoryTrouble`, with what git said, when it failed."""
        done = self.run(*args, stdin=stdin)
        if done.code:
            raise trouble(self.folder, args[0], done.said)
        return done.out

    @contextmanager
    def stream(self, *args: str, stdin: IO[bytes]) -> "Iterator[subprocess.Popen[bytes]]":
        """Yield the running command, whose output is read as it comes; it does not outlive the block."""
        try:
            process = subprocess.Popen(  # noqa: S603 - as above
                self.command(*args),
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=surroundings(),
                cwd=self.folder,
            )
        except FileNotFoundError:
            raise no_program(self.folder) from None
        with process:
            try:
                yield process
            finally:
                process.kill()


def surroundings() -> dict[str, str]:
    """Return the environment git runs in: that of this process, without anything that would steer git."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | _SURROUNDINGS


def no_program(folder: Path) -> HistoryTrouble:
    """Return the error for a machine, or a folder, where git cannot be started."""
    return HistoryTrouble(
        f"git could not be started in {folder}", hint="Install git 2.39 or newer, and check the path."
    )


_PARTIAL: Final = (
    "The clone is partial and lacks objects; nothing is fetched from here. Fetch all: git fetch --refetch --no-filter."
)
_KNOWN: Final[Sequence[tuple[str, str]]] = (
    ("dubious ownership", "The folder belongs to somebody else; run this as its owner."),
    (
        "promisor remote",
        _PARTIAL,
    ),
    (
        "lazy fetch",
        _PARTIAL,
    ),
    ("shallow file has changed", "Somebody fetches right now; run this again."),
    ("unable to read", "Objects are missing or damaged. Look with git fsck; a fresh clone has them all."),
    ("missing", "Objects are missing. Look with git fsck; a fresh clone has them all."),
    ("bad object", "Objects are missing, or somebody prunes right now. Run this again; then look with git fsck."),
    ("not a git repository", "Give the path of a clone, or of a bare repository."),
)


def trouble(folder: Path, what: str, said: str) -> HistoryTrouble:
    """Return the error for a git command that failed, with the first line of what git said and a hint."""
    first = next(
        (line for line in said.splitlines() if line.startswith(("fatal:", "error:"))),
        said.splitlines()[0] if said else "no reason given",
    )
    hint = next((hint for mark, hint in _KNOWN if mark in said), "Try the same with git by hand.")
    return HistoryTrouble(f"git {what} failed in {folder}: {first[:300]}", hint=hint)
