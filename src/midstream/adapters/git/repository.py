"""One repository as it stands: its refs, what is unusual about it, and the history behind it."""

import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

from midstream.adapters.git import blame
from midstream.adapters.git.index import Index, connect, extend_index, is_usable, make_index, writing
from midstream.adapters.git.program import Git
from midstream.adapters.git.reading import read_rows
from midstream.adapters.git.stream import OPTIONS, Row, name_of, without_patch
from midstream.analysis.backports.corpus import Entry, Naming
from midstream.analysis.backports.model import Ref, Sha
from midstream.desk.ports import BlamedLine, HistoryTrouble

REFS: Final = ("refs/heads/", "refs/tags/", "refs/remotes/")
"""Where branches and tags are. Refs of pull requests and reviews are no branches of the project."""

TOUCHING: Final = 2000
"""Commits looked at of one file: the newest of a file that changes with every commit, such as a change log."""

SHOWN: Final = 4 * 1024 * 1024
"""Bytes of a file that is shown."""

_SHA: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def find_repository(path: Path) -> Path:
    """Return the git directory of a work tree, a bare repository or a linked work tree at `path`."""
    if not path.exists():
        raise HistoryTrouble(f"there is nothing at {path}", hint="Give the path of a clone, or of a bare repository.")
    for place in (path / ".git", path):
        if place.is_file():
            said = place.read_text(encoding="utf-8", errors="replace").strip()
            if said.startswith("gitdir: "):
                return (place.parent / said.removeprefix("gitdir: ")).resolve()
        if (place / "HEAD").is_file() and (place / "objects").is_dir():
            return place.resolve()
    raise HistoryTrouble(f"{path} is no git repository", hint="Give the path of a clone, or of a bare repository.")


class GitHistory:
    """The history of one repository, as `desk.ports.History` says."""

    def __init__(self, *, repo: Path, index: Path) -> None:
        """Look at the repository; the index is opened by the first `update`."""
        self.git = Git(folder=find_repository(repo))
        self._file = index
        self._index: Index | None = None
        self._format = self.git.read("rev-parse", "--show-object-format").decode().strip()
        self._refs, self._head = self._read_refs()
        common = self.git.read("rev-parse", "--path-format=absolute", "--git-common-dir").decode().strip()
        self._common = Path(common)
        self._shallow = _lines(self._common / "shallow")

    # What stands in the repository

    def refs(self) -> Sequence[Ref]:
        """Return the branches, remote branches and tags that lead to commits, sorted by name."""
        return self._refs

    def head(self) -> str:
        """Return the full name of the ref that HEAD names; empty when it names none."""
        return self._head

    def _read_refs(self) -> tuple[tuple[Ref, ...], str]:
        shape = "%(objecttype) %(*objecttype) %(objectname) %(*objectname) %(symref) %(refname)"
        found: list[Ref] = []
        for line in self.git.read("for-each-ref", f"--format={shape}", *REFS).decode("utf-8", "replace").splitlines():
            kind, peeled_kind, own, peeled, symbolic, name = line.split(" ", 5)
            if kind == "commit" and not symbolic:
                found.append(Ref(name=name, commit=own))
            elif peeled_kind == "commit":
                found.append(Ref(name=name, commit=peeled))
        head = self.git.run("symbolic-ref", "-q", "HEAD")
        return tuple(sorted(found, key=lambda ref: ref.name)), head.out.decode("utf-8", "replace").strip()

    def notices(self) -> Sequence[str]:
        """Return what a reader should know about this clone."""
        said: list[str] = []
        if self._shallow:
            said.append("The clone is shallow: where the history is cut, nothing is said to be missing.")
        if self.git.run("config", "--local", "--get-regexp", r"^(extensions\.partialclone|remote\..*\.promisor)$").out:
            said.append("The clone is partial: what it lacks is not fetched.")
        if self.git.run("for-each-ref", "--count=1", "refs/replace/").out:
            said.append("There are replace refs; they are not followed, the history is read as it was written.")
        if (self._common / "info" / "grafts").is_file():
            said.append("There are grafts; they are not followed, the history is read as it was written.")
        if self._index is not None and (unread := len(self._index.gaps())):
            said.append(
                f"{unread} commits could not be read whole: objects are missing. After fetching them delete the index."
            )
        return said

    def resolve(self, name: str) -> Sha:
        """Return the commit that a name or the beginning of an id means; raise `HistoryTrouble` when there is none."""
        if not _is_name(name):
            raise HistoryTrouble(f"{name!r} is no name of a commit", hint="Give a commit id, a tag or a branch.")
        done = self.git.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        found = done.out.decode("ascii", "replace").strip()
        if done.code or not _SHA.fullmatch(found):
            raise HistoryTrouble(
                f"{name!r} is no commit in {self.git.folder}"
                + (f": {done.said.splitlines()[0][:200]}" if done.said else ""),
                hint="Fetch the branch that has it, or give the whole id.",
            )
        return found

    def resolve_all(self, names: Sequence[str]) -> Mapping[str, Sha]:
        """Return the commit of each name, as `resolve` does, asking git once for all of them."""
        wanted = [name for name in dict.fromkeys(names) if _is_name(name)]
        asked = "".join(f"{name}^{{commit}}\n" for name in wanted).encode()
        done = self.git.run("cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=asked)
        told = done.out.decode("utf-8", "replace").splitlines()
        if done.code or len(told) != len(wanted):
            told = [""] * len(wanted)
        found = {
            name: line.removesuffix(" commit")
            for name, line in zip(wanted, told, strict=True)
            if _SHA.fullmatch(line.removesuffix(" commit"))
        }
        # What git did not find among the others is asked for by itself, which says why.
        return {name: found[name] if name in found else self.resolve(name) for name in dict.fromkeys(names)}

    # The index

    @property
    def index(self) -> Index:
        """Return the open index; raise `HistoryTrouble` before the first `update`."""
        if self._index is None:
            raise HistoryTrouble("the index was not brought up to date", hint="Ask for the board; it does that first.")
        return self._index

    def update(self, tips: Iterable[Sha]) -> int:
        """Bring the index up to these commits and all before them; return how many commits were new to it."""
        wanted = sorted(set(tips))
        cut = sha256(" ".join(self._shallow).encode()).hexdigest()
        about = f"{self.git.folder}\n{self._format}\n{cut}".encode()
        if not is_usable(self._file, about=about):
            commits = self._commits(wanted)
            make_index(self._file, about=about, rows=self._rows(commits))
            self._index = Index(connect(self._file))
            return len(commits)
        if self._index is None:
            self._index = Index(connect(self._file))
        index = self._index
        if all(index.number(tip) is not None for tip in wanted):
            return 0
        with writing(index.db):
            index.refresh()
            commits = [one for one in self._commits(wanted, known=index.heads()) if index.number(one) is None]
            extend_index(index, rows=self._rows(commits))
        index.refresh()
        return len(commits)

    def _rows(self, commits: Sequence[Sha]) -> Iterator[list[Row]]:
        """Yield the rows of the commits. Where a shallow clone is cut, git shows the whole tree as if it were new."""
        cut = frozenset(self._shallow)
        for rows in read_rows(self.git, commits):
            yield [row if row.commit not in cut else without_patch(row) for row in rows] if cut else rows

    def _commits(self, tips: Iterable[Sha], *, known: Iterable[Sha] = ()) -> list[Sha]:
        """Return the commits reachable from the tips and not from what is known, parents before children."""
        asked = "\n".join([*tips, *(f"^{commit}" for commit in known), ""])
        args = ("rev-list", "--topo-order", "--reverse", "--ignore-missing", "--stdin")
        return self.git.read(*args, stdin=asked.encode()).decode().split()

    def number(self, commit: Sha) -> int | None:
        """Return the number of a commit; None when it is not in the index."""
        return self.index.number(commit)

    def entry(self, number: int) -> Entry:
        """Return the commit of that number."""
        return self.index.entry(number)

    def parents(self) -> Sequence[Sequence[int]]:
        """Return the numbers of the parents of every commit, by its number."""
        return self.index.parents

    def cut(self) -> frozenset[int]:
        """Return the commits whose parents are not in the repository, because the clone is shallow."""
        return frozenset(number for one in self._shallow if (number := self.index.number(one)) is not None)

    def gaps(self) -> Sequence[int]:
        """Return the commits that could not be read whole."""
        return self.index.gaps()

    def lines(self, numbers: Sequence[int]) -> Sequence[frozenset[int]]:
        """Return the keys of the changed lines of each of the commits."""
        return self.index.lines(numbers)

    def with_change_id(self, change_id: str) -> list[int]:
        """Return the commits that have this Change-Id."""
        return self.index.having("change", change_id)

    def with_patch(self, patch: str) -> list[int]:
        """Return the commits with exactly these changed lines."""
        return self.index.having("patch", patch)

    def with_subject(self, subject: str) -> list[int]:
        """Return the commits with this subject, as `keys.plain_subject` writes it."""
        return self.index.having("subject", subject)

    def naming(self, commit: Sha) -> list[tuple[int, Naming]]:
        """Return the commits whose messages name `commit`, and how."""
        return self.index.naming(commit)

    def reverting(self) -> list[tuple[int, str]]:
        """Return every commit whose message says that it reverts another, with that one's id or its beginning."""
        return self.index.reverting()

    def touching(self, file: str) -> list[int]:
        """Return the commits that change a file of that name, whatever its folder; of many, the newest."""
        return self.index.touching(file, TOUCHING)

    def folders(self, file: str) -> int:
        """Return in how many folders there was ever a file of that name."""
        return self.index.folders(file)

    def weigh(self, lines: Iterable[int]) -> float:
        """Return how telling lines are together: the sum of the logarithms of how rare each is in the history."""
        return self.index.weigh(lines)

    # What is asked of git when somebody wants to know more

    def strict_ids(self, commits: Sequence[Sha]) -> Mapping[Sha, str]:
        """Return the patch ids of ``git patch-id --stable``, context and all; a commit without text has none."""
        found = self.index.strict(commits)
        left = [commit for commit in dict.fromkeys(commits) if commit not in found]
        if left:
            patches = self._patch_ids(left)
            # What git cannot read is asked for one by one, so that one missing object spoils no other answer.
            fresh = (
                patches
                if patches is not None
                else {k: v for one in left for k, v in (self._patch_ids([one]) or {}).items()}
            )
            self.index.keep_strict(fresh)
            found |= fresh
        return found

    def _patch_ids(self, commits: Sequence[Sha]) -> dict[Sha, str] | None:
        asked = "\n".join([*commits, ""]).encode()
        patches = self.git.run(
            "log", "--no-walk=unsorted", "--stdin", *OPTIONS[:-1], "-U3", "--format=commit %H", stdin=asked
        )
        if patches.code:
            return None
        lines = self.git.read("patch-id", "--stable", stdin=patches.out).decode().splitlines()
        return {commit: patch for patch, commit in (line.split() for line in lines)}

    def blame(self, commit: Sha) -> Sequence[BlamedLine]:
        """Return who last wrote the lines the commit removes, or those beside what it adds, in its first parent."""
        return blame.blame(self.git, commit)

    def paths(self, commit: Sha) -> frozenset[str]:
        """Return the paths of all files of a commit."""
        out = self.git.read("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit)
        return frozenset(name_of(path) for path in out.split(b"\0") if path)

    def show(self, commit: Sha, path: str) -> bytes | None:
        """Return a file at a commit; None when there is none, or none that is text of a common size."""
        name = f"{commit}:{path}"
        size = self.git.run("cat-file", "-s", name)
        if size.code or int(size.out) > SHOWN:
            return None
        content = self.git.read("cat-file", "blob", name)
        return None if b"\0" in content else content


def _is_name(name: str) -> bool:
    """Return whether git may be asked for it: no option, no blanks, nothing that does not print."""
    return bool(name) and not name.startswith("-") and all(char.isprintable() and not char.isspace() for char in name)


def _lines(file: Path) -> tuple[str, ...]:
    with contextlib.suppress(OSError):
        return tuple(sorted(file.read_text(encoding="ascii", errors="replace").split()))
    return ()
