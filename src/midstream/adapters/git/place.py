"""Runs the git program on one repository, so that it neither fetches nor asks nor obeys the surroundings."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from midstream.desk.ports import HistoryTrouble

KEPT = ("GIT_CONFIG", "GIT_COMMITTER_", "GIT_EXEC_PATH", "GIT_CEILING_DIRECTORIES")
"""What may be set of git's variables: its settings, and who commits. Others would mean another repository."""

FIXED = {
    "LC_ALL": "C",
    "GIT_NO_REPLACE_OBJECTS": "1",  # a fact names a commit as it was recorded, not what stands for it here
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": "none",  # a partial clone would fetch what it lacks, from wherever it says
    "GIT_NO_LAZY_FETCH": "1",
}
EMPTY_TREES = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}
SECONDS = 300
"""How long one run of git may take."""


class Place:
    """The git program on the repository at `path`: a work tree, a folder in one, or a bare repository."""

    def __init__(self, path: Path) -> None:
        """Find the repository; raise `HistoryTrouble` when there is none that can be read."""
        self.path = path
        if not path.is_dir():
            raise HistoryTrouble(f"{path} is no folder", hint="Name the folder of a git repository.")
        told = self.run("rev-parse", "--show-object-format", "--is-shallow-repository", "--git-path", "objects")
        form, shallow, objects = told.decode("utf-8", "surrogateescape").rstrip("\n").split("\n", 2)
        self.form: Literal["sha1", "sha256"] = "sha256" if form == "sha256" else "sha1"
        self.is_shallow = shallow == "true"
        self.objects = (path / objects).resolve()
        self.empty_tree = EMPTY_TREES[self.form]

    def run(self, *words: str, feed: bytes = b"", env: Mapping[str, str] | None = None) -> bytes:
        """Return what git wrote; raise `HistoryTrouble` with its last words when it did not leave with 0."""
        command = ["git", "-C", str(self.path), *words]
        try:
            done = subprocess.run(  # noqa: S603 - no shell, and the program's name and options are ours
                command, input=feed, capture_output=True, env=surroundings() | dict(env or {}), check=False,
                timeout=SECONDS,
            )  # fmt: skip
        except FileNotFoundError:
            raise HistoryTrouble("there is no git program", hint="Install git 2.39 or newer.") from None
        except subprocess.TimeoutExpired:
            raise HistoryTrouble(f"git took more than {SECONDS} seconds", hint="Try it by hand.") from None
        if done.returncode:
            raise self._trouble(done.returncode, done.stderr.decode("utf-8", "replace"))
        return done.stdout

    def missing_hint(self) -> str:
        """Return what to do about objects that are not here."""
        if self.is_shallow:
            return "This clone is shallow: git fetch --unshallow."
        try:
            is_partial = bool(self.run("config", "--get-regexp", r"^remote\..*\.promisor$"))
        except HistoryTrouble:
            is_partial = False
        if is_partial:
            return "This clone is partial, and nothing is fetched here: git fetch --refetch --no-filter."
        return "Fetch it first, or check the id; git fsck tells whether the repository is whole."

    def _trouble(self, code: int, said: str) -> HistoryTrouble:
        last = next((line for line in reversed(said.splitlines()) if line.strip()), f"it left with {code}")
        what = last.removeprefix("fatal: ").removeprefix("error: ").strip()[:300]
        if "not a git repository" in said:
            return HistoryTrouble(f"{self.path} is no git repository", hint="Name the folder of one.")
        if "dubious ownership" in said:
            hint = f"If you trust it: git config --global --add safe.directory {self.path}"
            return HistoryTrouble(f"{self.path} belongs to somebody else", hint=hint)
        if code == 129 and "usage: git merge-tree" in said:
            return HistoryTrouble("this git merges nothing in memory", hint="Install git 2.39 or newer.")
        if any(word in said for word in ("unable to read", "promisor", "not allowed", "missing", "bad object")):
            return HistoryTrouble(f"git: {what}", hint=self.missing_hint() if hasattr(self, "objects") else "")
        return HistoryTrouble(f"git: {what}", hint="Try the same by hand in the repository.")


def surroundings() -> dict[str, str]:
    """Return the environment git runs in."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name.startswith(KEPT)}
    return kept | FIXED
