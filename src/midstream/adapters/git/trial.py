"""Tries backports in memory with ``git merge-tree``: no work tree, no index and no ref of the repository is touched.

A cherry-pick is a merge of the branch and the fix whose base is the fix's parent (git-cherry-pick, "DESCRIPTION").
Every version of ``merge-tree`` since 2.39 takes that base from two commits that have it as their only ancestor, so
three commits by nobody are made for each trial, in a folder of objects of its own. Many trials are one process.
"""

from collections.abc import Mapping, Sequence

import msgspec

from midstream.adapters.git.merge_tree import Merge, read_merges
from midstream.adapters.git.place import Place
from midstream.adapters.git.quarantine import Quarantine
from midstream.analysis.backports.trial import Request, Trial
from midstream.desk.ports import HistoryTrouble

MERGE = (
    "-c", "merge.renames=true", "-c", "merge.directoryRenames=conflict", "-c", "merge.renameLimit=7000",
    "-c", "diff.renames=true", "-c", "merge.renormalize=false", "-c", "core.bigFileThreshold=512m",
    "merge-tree", "--write-tree", "--messages", "-z", "--stdin",
)  # fmt: skip
"""The merge as git does it when nobody set anything, so that the answer does not depend on whose machine it is."""

AT_ONCE = 500
"""How many merges one process is asked for."""


class RawCommit(msgspec.Struct, frozen=True, kw_only=True):
    """A commit as it was recorded: its tree, its parents and its whole content."""

    tree: str
    parents: tuple[str, ...]
    content: bytes


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One commit to apply: the tree before it and the tree after it."""

    commit: str
    before: str
    after: str


class State(msgspec.Struct, kw_only=True):
    """A trial on its way: the steps left, the tree reached, and the answer once there is one."""

    request: Request
    steps: list[Step] = []
    first: str = ""
    tree: str = ""
    applied: list[tuple[str, str]] = []
    skipped: list[str] = []
    answer: Trial | None = None

    def fail(self, what: str, hint: str, *, at: str = "") -> None:
        """Answer that it could not be tried, and why."""
        self.answer = self.end("error", at=at, what=what, hint=hint)

    def end(self, outcome: str, *, at: str = "", **more: object) -> Trial:
        """Return the answer."""
        fields: dict[str, object] = {
            "branch": self.request.branch,
            "target": self.request.target,
            "commits": self.request.commits,
            "outcome": outcome,
            "tree": self.tree if self.applied else "",
            "applied": tuple(commit for commit, _ in self.applied),
            "skipped": tuple(self.skipped),
            "stopped_at": at,
            **more,
        }
        return msgspec.convert(fields, Trial)

    def take(self, merge: Merge) -> None:
        """Go on with the result of the next step."""
        step = self.steps.pop(0)
        if not merge.is_clean:
            self.answer = self.end("conflict", at=step.commit, files=merge.files)
        elif merge.tree == self.tree:
            self.skipped.append(step.commit)
        else:
            self.tree = merge.tree
            self.applied.append((step.commit, merge.tree))
        if self.answer is None and not self.steps:
            # Several commits may undo one another on a branch that has part of them.
            self.answer = self.end("clean" if self.tree != self.first else "empty")


def try_all(git: Place, requests: Sequence[Request]) -> list[Trial]:
    """Return what came of each request, in their order. What could not be tried is an error, never a conflict."""
    with Quarantine(objects=git.objects, form=git.form) as room:
        states = run(git, room, requests)
    return [state.answer for state in states if state.answer is not None]


def run(git: Place, room: Quarantine, requests: Sequence[Request]) -> list[State]:
    """Return the trials with their answers and the trees they made, which `room` holds."""
    states = [State(request=request) for request in requests]
    try:
        commits, ids = _read(git, requests)
    except HistoryTrouble as error:
        for state in states:
            state.fail(error.what, error.hint)
        return states
    for state in states:
        _prepare(git, state, commits, ids)
    while going := [state for state in states if state.answer is None][:AT_ONCE]:
        pairs = [_pair(room, state) for state in going]
        for state, merge in zip(going, _merge(git, room, pairs), strict=True):
            if isinstance(merge, HistoryTrouble):
                state.fail(merge.what, merge.hint, at=state.steps[0].commit)
            else:
                state.take(merge)
    return states


def _pair(room: Quarantine, state: State) -> tuple[str, str]:
    step = state.steps[0]
    base = room.commit(tree=step.before)
    return room.commit(tree=state.tree, parent=base), room.commit(tree=step.after, parent=base)


def _merge(git: Place, room: Quarantine, pairs: Sequence[tuple[str, str]]) -> list[Merge | HistoryTrouble]:
    """Return the merge of each pair. When git gives up on several at once, each is asked for alone."""
    feed = "".join(f"{ours} {theirs}\n" for ours, theirs in pairs).encode()
    try:
        merges = read_merges(git.run(*MERGE, feed=feed, env=room.env), count=len(pairs))
    except HistoryTrouble as error:
        if len(pairs) == 1:
            return [error]
    except ValueError as error:
        if len(pairs) == 1:
            return [
                HistoryTrouble(f"git merge-tree answered in a way not known here: {error}", hint="Tell us its version.")
            ]
    else:
        return list(merges)
    return [_merge(git, room, [pair])[0] for pair in pairs]


def _read(git: Place, requests: Sequence[Request]) -> tuple[Mapping[str, RawCommit | str], Mapping[str, str]]:
    """Return the commits the requests name (or the type of what else they name), and ids by the words asked for.

    Objects are taken as they were recorded: `git` follows no replacement.
    """
    whole = dict.fromkeys(name for request in requests for name in (*request.commits, request.target))
    asked = dict.fromkeys(
        words for request in requests for commit in request.commits for words in _parent(commit, request.mainline)
    )
    asked |= dict.fromkeys(f"{name}^{{tree}}" for name in whole)
    feed = "".join([*(f"contents {name}\n" for name in whole), *(f"info {words}\n" for words in asked)])
    raw = git.run("cat-file", "--batch-command", "--buffer", feed=feed.encode() + b"flush\n")
    commits, rest = _contents(raw, list(whole))
    ids: dict[str, str] = {}
    for words, line in zip(asked, rest.decode("ascii", "replace").splitlines(), strict=True):
        fields = line.split(" ")
        if len(fields) == 3 and fields[-1] != "missing":
            ids[words] = fields[0]
    return commits, ids


def read_commits(git: Place, names: Sequence[str]) -> Mapping[str, RawCommit | str]:
    """Return the commits of those ids, or the type of what else they are; one that is not there is left out."""
    feed = "".join(f"contents {name}\n" for name in names)
    return _contents(git.run("cat-file", "--batch-command", "--buffer", feed=feed.encode() + b"flush\n"), names)[0]


def _contents(raw: bytes, names: Sequence[str]) -> tuple[dict[str, RawCommit | str], bytes]:
    """Return the commits that ``cat-file`` wrote for those ids, in their order, and what follows them."""
    found: dict[str, RawCommit | str] = {}
    place = 0
    for name in names:
        end = raw.index(b"\n", place)
        fields = raw[place:end].decode("ascii", "replace").split(" ")
        place = end + 1
        if len(fields) != 3:
            continue  # ID missing
        size = int(fields[2])
        found[name] = _commit(raw[place : place + size]) if fields[1] == "commit" else fields[1]
        place += size + 1
    return found, raw[place:]


def _parent(commit: str, mainline: int) -> tuple[str, str]:
    """Return how git is asked for the parent the change is taken against, and for its tree."""
    parent = f"{commit}^{mainline or 1}"
    return parent, f"{parent}^{{tree}}"


def _commit(content: bytes) -> RawCommit:
    head = content.partition(b"\n\n")[0].decode("utf-8", "replace").split("\n")
    return RawCommit(
        tree=next((line[5:] for line in head if line.startswith("tree ")), ""),
        parents=tuple(line[7:] for line in head if line.startswith("parent ")),
        content=content,
    )


def _prepare(git: Place, state: State, commits: Mapping[str, RawCommit | str], ids: Mapping[str, str]) -> None:
    """Give the state its steps, or an answer when it cannot be tried."""
    request = state.request
    for name in (request.target, *request.commits):
        commit = commits.get(name)
        if commit is None:
            state.fail(f"there is no object {name[:12]} in this repository", git.missing_hint(), at=name)
            return
        if isinstance(commit, str):
            state.fail(f"{name[:12]} is a {commit}, not a commit", "Name a commit.", at=name)
            return
        if f"{name}^{{tree}}" not in ids:
            state.fail(f"the files of {name[:12]} are not in this repository", git.missing_hint(), at=name)
            return
    if not request.commits:
        state.fail("no commit was named", "Name the commits of the fix.")
        return
    state.first = state.tree = ids[f"{request.target}^{{tree}}"]
    for name in request.commits:
        commit = commits[name]
        if isinstance(commit, RawCommit) and not _step(git, state, name, commit, ids):
            return


def _step(git: Place, state: State, name: str, commit: RawCommit, ids: Mapping[str, str]) -> bool:
    """Add the step of one commit; return False after an error was answered."""
    mainline = state.request.mainline
    after = ids[f"{name}^{{tree}}"]
    if not commit.parents:
        state.steps.append(Step(commit=name, before=git.empty_tree, after=after))
        return True
    if len(commit.parents) > 1 and not mainline:
        hint = f"Name the commits it merged (git log {name[:12]}^1..{name[:12]}^2), or a side: --mainline 1."
        state.fail(
            f"{name[:12]} is a merge of {len(commit.parents)} lines: its change depends on the side", hint, at=name
        )
        return False
    if mainline > len(commit.parents):
        state.fail(
            f"{name[:12]} has no parent {mainline}", "Leave --mainline out for commits that are no merges.", at=name
        )
        return False
    _, tree = _parent(name, mainline)
    if tree not in ids:
        state.fail(f"the parent of {name[:12]} is not in this repository", git.missing_hint(), at=name)
        return False
    state.steps.append(Step(commit=name, before=ids[tree], after=after))
    return True
