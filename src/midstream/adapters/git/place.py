"""Where a repository keeps its objects, and what to say about those it lacks."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from midstream.adapters.git.program import Git, trouble
from midstream.adapters.git.repository import find_repository
from midstream.desk.ports import HistoryTrouble

EMPTY_TREES = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}
"""The tree without files, which every git knows."""


class Place:
    """One repository at `path`: a work tree, a bare repository or a linked work tree."""

    def __init__(self, path: Path) -> None:
        """Find the repository; raise `HistoryTrouble` when there is none that can be read."""
        self.git = Git(folder=find_repository(path))
        told = self.run("rev-parse", "--show-object-format", "--is-shallow-repository", "--git-path", "objects")
        form, shallow, objects = told.decode("utf-8", "surrogateescape").rstrip("\n").split("\n", 2)
        self.form: Literal["sha1", "sha256"] = "sha256" if form == "sha256" else "sha1"
        self.is_shallow = shallow == "true"
        self.objects = (self.git.folder / objects).resolve()
        self.empty_tree = EMPTY_TREES[self.form]

    def run(self, *words: str, feed: bytes = b"", env: Mapping[str, str] | None = None) -> bytes:
        """Return what git wrote; raise `HistoryTrouble` with what it said when it did not leave with 0."""
        done = self.git.run(*words, stdin=feed, env=env)
        if done.code == 129 and "merge-tree" in words:
            raise HistoryTrouble("this git merges nothing in memory", hint="Install git 2.39 or newer.")
        if done.code:
            name = next((word for word in words if not word.startswith("-") and "=" not in word), words[0])
            raise trouble(self.git.folder, name, done.said)
        return done.out

    def missing_hint(self) -> str:
        """Return what to do about objects that are not here."""
        if self.is_shallow:
            return "This clone is shallow: git fetch --unshallow."
        if self.git.run("config", "--get-regexp", r"^(extensions\.partialclone|remote\..*\.promisor)$").out:
            return "This clone is partial, and nothing is fetched from here: git fetch --refetch --no-filter."
        return "Fetch it first, or check the id; git fsck tells whether the repository is whole."
