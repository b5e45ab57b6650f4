"""What trying a backport comes to: clean, conflict, empty or error. Nothing here runs git."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Literal

import msgspec

Outcome = Literal["clean", "conflict", "empty", "error"]
"""Applies; conflicts in files; nothing is left to apply; could not be tried, which says nothing of the branch."""

Kind = Literal[
    "content", "add/add", "binary", "modify/delete", "rename", "file/directory", "mode", "submodule", "other"
]  # fmt: skip
"""In what way a file conflicts."""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What to try: the commits of one fix, oldest first, onto the commit `target` that `branch` stands at.

    All are whole ids of git objects. `mainline` says of merge commits which parent's side the change is taken
    against, counted from 1 as `git cherry-pick -m`; 0 tries no merges.
    """

    branch: str
    target: str
    commits: tuple[str, ...]
    mainline: int = 0


class ConflictFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that conflicts, in which ways, and whether it is documentation. Bytes that are no UTF-8 are escaped."""

    path: str
    kinds: tuple[Kind, ...]
    is_docs: bool = False


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a request.

    `applied` are the commits that change the branch and apply one after the other, `skipped` those with nothing left
    to apply, `stopped_at` the one that conflicts or could not be tried; later ones were not tried. `tree` is the tree
    after `applied`. `what` and `hint` say why it could not be tried. `written` is the branch that was written, when
    that was asked for, and `head` its newest commit.
    """

    branch: str
    target: str
    commits: tuple[str, ...]
    outcome: Outcome
    tree: str = ""
    applied: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    stopped_at: str = ""
    files: tuple[ConflictFile, ...] = ()
    what: str = ""
    hint: str = ""
    written: str = ""
    head: str = ""

    @property
    def is_docs_only(self) -> bool:
        """Whether it conflicts, and only in documentation."""
        return bool(self.files) and all(file.is_docs for file in self.files)


_DOCS = frozenset({".md", ".rst", ".txt", ".adoc", ".puml"})
_DOC_FOLDERS = frozenset({"doc", "docs", "documentation"})
_DOC_NAMES = ("readme", "changelog", "change-log", "release-notes", "news")
_NOT_DOCS = frozenset({"cmakelists.txt", "requirements.txt"})


def is_docs(path: str) -> bool:
    """Return whether a path is documentation, by its name: what builds or runs never is."""
    pure = PurePosixPath(path.lower())
    if pure.name in _NOT_DOCS or pure.name.startswith("requirements"):
        return False
    if pure.suffix in _DOCS or pure.name.startswith(_DOC_NAMES):
        return True
    return pure.suffix in {"", ".png", ".svg"} and any(part in _DOC_FOLDERS for part in pure.parts[:-1])


def shown_path(raw: bytes) -> str:
    r"""Return a path of git as text: UTF-8, with each byte that is none written ``\xNN``."""
    return raw.decode("utf-8", "backslashreplace")


_WORDS: tuple[tuple[str, Kind], ...] = (
    ("submodule", "submodule"),
    ("binary", "binary"),
    ("modify/delete", "modify/delete"),
    ("rename/delete", "modify/delete"),
    ("rename", "rename"),
    ("file/directory", "file/directory"),
    ("file location", "rename"),
    ("dir rename", "rename"),
    ("directory rename", "rename"),
    ("distinct modes", "mode"),
    ("distinct types", "mode"),
    ("add/add", "add/add"),
    ("contents", "content"),
    ("content", "content"),
)
_STAGE_KINDS: dict[frozenset[int], Kind] = {
    frozenset({2, 3}): "add/add",
    frozenset({1, 2, 3}): "content",
    frozenset({1, 2}): "modify/delete",
    frozenset({1, 3}): "modify/delete",
}
GITLINK = "160000"
"""The mode of a submodule in a tree (gitformat-index)."""


def conflict_file(path: bytes, stages: dict[int, str], types: Sequence[str]) -> ConflictFile:
    """Return one conflicting file, from the modes of its stages (1 base, 2 branch, 3 fix) and git's words for it.

    The words are the stable ones between brackets in git's ``CONFLICT (…)`` types (git-merge-tree, "OUTPUT").
    """
    kinds: list[Kind] = ["submodule"] if GITLINK in stages.values() else []
    for text in types:
        inner = text.lower()
        kind = next((kind for word, kind in _WORDS if word in inner), None)
        if inner.startswith("conflict"):
            kinds.append(kind or "other")
    by_stage = _STAGE_KINDS.get(frozenset(stages), "other")
    if by_stage == "add/add" and kinds in ([], ["content"]):
        kinds = ["add/add"]
    if {"binary", "submodule"} & set(kinds):
        kinds = [kind for kind in kinds if kind != "content"]  # git says both
    shown = shown_path(path)
    return ConflictFile(path=shown, kinds=tuple(dict.fromkeys(kinds or [by_stage])), is_docs=is_docs(shown))
