"""The port `desk.ports.Trials`, over the git program."""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from midstream.adapters.git.place import Place
from midstream.adapters.git.ready_branch import committer, write_branch
from midstream.adapters.git.trial import try_all
from midstream.analysis.backports.model import Sha
from midstream.analysis.backports.trial import Request, Trial, shown_path
from midstream.desk.ports import HistoryTrouble
from midstream.formats.owners import Owner

RANGE_LIMIT: Final = 500
"""Commits a range may have: a fix of more is a slip of the pen."""
_FINAL: Final = re.compile(r"(\.[0-9]+)+")
"""What follows the name of a line that exists only as tags: lts-v2.8 in lts-v2.8.45."""
_ID: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
LOOKED_AT: Final = 40
"""The newest commits of a file that are asked who changes it."""
NAMED: Final = 3
"""How many authors, and how many reviewers, are named."""
TEXT_LIMIT: Final = 4 * 1024 * 1024


class GitTrials:
    """Backports tried in the repository at `repo`."""

    def __init__(self, *, repo: Path) -> None:
        """Find the repository."""
        self.place = Place(repo)

    def tip(self, name: str) -> tuple[str, Sha]:
        """Return the full name of the ref that a branch's name means, and its commit."""
        for ref in (name, f"refs/remotes/origin/{name}", f"refs/heads/{name}", f"refs/tags/{name}"):
            if not ref.startswith("refs/"):
                continue
            if found := self._verify(ref):
                return self._full(ref), found
        if found := self._verify(name):
            return self._full(name), found
        if name.isprintable() and not name.startswith("-") and not set("*?[\\") & set(name):
            shape, sort = "--format=%(refname)", "--sort=-v:refname"
            tags = self.place.run("for-each-ref", shape, sort, f"refs/tags/{name}.*").decode("utf-8", "replace").split()
            for ref in (ref for ref in tags if _FINAL.fullmatch(ref.removeprefix(f"refs/tags/{name}"))):
                return ref, self._verify(ref)
        raise HistoryTrouble(
            f"there is no branch {name!r} in {self.place.git.folder}",
            hint="See those there are: git branch -a; fetch it, or name a tag or a commit.",
        )

    def commits(self, name: str) -> Sequence[Sha]:
        """Return the commits that a name or a range means, oldest first."""
        if ".." in name and not name.startswith("-"):
            limit = f"--max-count={RANGE_LIMIT + 1}"
            words = ("rev-list", "--topo-order", "--reverse", "--no-merges", limit, "--end-of-options", name, "--")
            found = self.place.run(*words).decode("ascii").split()
            if not found:
                raise HistoryTrouble(f"{name!r} holds no commits", hint="The older end comes first: OLD..NEW.")
            if len(found) > RANGE_LIMIT:
                raise HistoryTrouble(f"{name!r} holds more than {RANGE_LIMIT} commits", hint="Name those of the fix.")
            return found
        if found_one := self._verify(name):
            return [found_one]
        raise HistoryTrouble(f"there is no commit {name!r} in {self.place.git.folder}", hint=self.place.missing_hint())

    def _full(self, name: str) -> str:
        """Return the full name of the ref that a name stands for; the name itself for a commit's id."""
        words = ("rev-parse", "--symbolic-full-name", "--verify", "--quiet", "--end-of-options", name)
        return self.place.git.run(*words).out.decode("utf-8", "replace").strip() or name

    def _verify(self, name: str) -> Sha:
        if not name or name.startswith("-") or not name.isprintable():
            return ""
        words = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        done = self.place.git.run(*words)
        return done.out.decode("ascii", "replace").strip() if not done.code else ""

    def try_all(self, requests: Sequence[Request]) -> Sequence[Trial]:
        """Return what came of each request, in their order."""
        return try_all(self.place, requests)

    def write(self, request: Request, *, name: str, sign_off: bool) -> Trial:
        """Return the trial, with the new branch of that name that it was written to when it is clean."""
        return write_branch(self.place, request, name=name, sign_off=sign_off)

    def text(self, commit: Sha, path: str) -> str:
        """Return a file at a commit as text; empty when there is none."""
        name = f"{commit}:{path}"
        size = self.place.git.run("cat-file", "-s", name)
        if size.code or int(size.out) > TEXT_LIMIT:
            return ""
        return self.place.run("cat-file", "blob", name).decode("utf-8", "replace")

    def files(self, commit: Sha) -> Sequence[str]:
        """Return the paths that a commit changes against its first parent."""
        words = (
            "diff-tree",
            "-r",
            "-z",
            "--root",
            "--name-only",
            "--no-commit-id",
            "--no-renames",
            "-m",
            "--first-parent",
        )
        return [shown_path(path) for path in self.place.run(*words, commit).split(b"\0") if path]

    def people(self, commit: Sha, path: str) -> Sequence[Owner]:
        """Return who wrote the newest changes of a file up to a commit, and who reviewed them; the busiest first."""
        shape = "%aN%x00%aE%x00%(trailers:key=Reviewed-by,valueonly,separator=%x1f)%x1e"
        limit = f"--max-count={LOOKED_AT}"
        words = (
            "log",
            "--no-merges",
            limit,
            f"--format={shape}",
            "--end-of-options",
            commit,
            "--",
            f":(literal){path}",
        )
        authors: Counter[tuple[str, str]] = Counter()
        reviewers: Counter[tuple[str, str]] = Counter()
        for row in self.place.run(*words).decode("utf-8", "replace").split("\x1e"):
            name, _, rest = row.strip().partition("\0")
            email, _, reviewed = rest.partition("\0")
            if email:
                authors[name[:200], email[:200]] += 1
            for reviewer in filter(None, reviewed.split("\x1f")):
                who, _, address = reviewer.partition("<")
                reviewers[who.strip()[:200], address.strip("> ")[:200]] += 1
        return [
            *(Owner(name=name, email=email, role="author") for (name, email), _ in authors.most_common(NAMED)),
            *(Owner(name=name, email=email, role="reviewer") for (name, email), _ in reviewers.most_common(NAMED)),
        ]

    def url(self) -> str:
        """Return the address the repository was cloned from; empty when none is known."""
        return self.place.git.run("config", "--get", "remote.origin.url").out.decode("utf-8", "replace").strip()

    def user(self) -> str:
        """Return who commits here, by git's settings; empty when nothing says so."""
        try:
            return committer(self.place).rpartition(b" <")[0].decode("utf-8", "replace")
        except HistoryTrouble:
            return ""

    def moments(self, names: Sequence[str]) -> Mapping[str, int]:
        """Return when commits were committed and tags were made, in seconds; what is unknown is left out."""
        ids = [name for name in names if _ID.fullmatch(name)]
        found: dict[str, int] = {}
        if ids:
            words = ("rev-list", "--no-walk=unsorted", "--no-commit-header", "--format=%H %ct", "--ignore-missing")
            rows = self.place.run(*words, "--stdin", feed="\n".join([*ids, ""]).encode()).decode("ascii", "replace")
            found |= {name: int(moment) for name, _, moment in (row.partition(" ") for row in rows.splitlines())}
        tags = [f"refs/tags/{name}" for name in names if name not in found and not set("*?[\\") & set(name)]
        if tags:
            rows = self.place.run("for-each-ref", "--format=%(creatordate:unix) %(refname)", *tags).decode(
                "utf-8", "replace"
            )
            pairs = (row.partition(" ") for row in rows.splitlines())
            found |= {name.removeprefix("refs/tags/"): int(moment) for moment, _, name in pairs if moment.isdecimal()}
        return found

    def state(self) -> str:
        """Return a digest of all refs and the commits they lead to."""
        rows = self.place.run("for-each-ref", "--format=%(objectname) %(refname)")
        return hashlib.sha256(rows).hexdigest()

    def newest(self) -> Sequence[tuple[str, date]]:
        """Return every branch and tag by its full name, with the day of its newest commit."""
        shape = "--format=%(creatordate:unix) %(refname)"
        prefixes = ("refs/heads/", "refs/remotes/origin/", "refs/tags/")
        rows = self.place.run("for-each-ref", shape, *prefixes).decode("utf-8", "replace").splitlines()
        found: list[tuple[str, date]] = []
        for row in rows:
            moment, _, name = row.partition(" ")
            if moment.isdecimal():
                found.append((name, datetime.fromtimestamp(int(moment), UTC).date()))
        return found
