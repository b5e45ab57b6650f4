"""From OSV entries to the rows of the index."""

from midstream.analysis.exposure.inputs.distributions import stream_of_red_hat
from midstream.analysis.exposure.names import ecosystem_in, name_in, repository_name
from midstream.analysis.exposure.sources.events import intervals_of
from midstream.analysis.exposure.sources.rows import (
    AdvisoryRow,
    Collected,
    CommitRow,
    ExactRow,
    RangeRow,
    UnreadRow,
    UnsureRow,
)
from midstream.analysis.exposure.vers_ranges import Interval
from midstream.analysis.exposure.versions import InvalidVersion, key_function, scheme_of
from midstream.formats.osv.feed import Affected, Feed, Range

_BY_TAG = {"", "GIT", "OSS-Fuzz"}
"""Ecosystems, or none, in which the versions that are listed are tags of the repository."""

LENGTH_LIMIT = 4_096
"""Characters an id, a name or a version may have in the index."""


def take_entry(into: Collected, entry: Feed, *, line: str) -> None:
    """Return nothing, after the rows of an OSV entry were added. `line` says where the entry stands in the source."""
    summary = " ".join(entry.summary.split())[:300]
    into.advisories.append(
        AdvisoryRow(
            advisory=entry.id,
            aliases=" ".join(each for each in entry.aliases if _is_id(each)),
            withdrawn=entry.withdrawn if entry.withdrawn[:1].isdigit() else "",
            modified=entry.modified,
            summary=summary,
            severity=entry.severity[:200],
            line=line,
        )
    )
    into.unread += [UnreadRow(f"{line}: {entry.id}", fault) for fault in entry.faults]
    for affected in entry.affected:
        _Affected(into, entry.id, line, affected).take()


def _is_id(text: str) -> bool:
    return 0 < len(text) < 200 and text.isprintable() and " " not in text


class _Affected:
    """One affected package of one entry, on its way into rows."""

    def __init__(self, into: Collected, advisory: str, line: str, affected: Affected) -> None:
        self.into = into
        self.advisory = advisory
        self.line = line
        self.affected = affected
        vendor, _, stream = affected.ecosystem.partition(":")
        self.ecosystem = ecosystem_in(ecosystem=affected.ecosystem)
        if vendor == "Red Hat" and ":" in stream:
            self.ecosystem = stream_of_red_hat(stream)
        self.name = name_in(ecosystem=self.ecosystem, name=affected.name)
        self.intervals: list[Interval] = []

    def take(self) -> None:
        if len(self.ecosystem) + len(self.name) > LENGTH_LIMIT or not (self.ecosystem + self.name).isprintable():
            self.into.unread.append(
                UnreadRow(f"{self.line}: {self.advisory}", "a package name with control characters")
            )
            return
        if self.ecosystem:
            self.into.ecosystems.add(self.ecosystem)
        for found in self.affected.ranges:
            if found.type == "GIT":
                self._take_git(found)
            else:
                self._take_range(found)
        if self.ecosystem and self.name:
            self._put(self.ecosystem, self.name, self.intervals)
            self._take_versions(self.ecosystem, self.name)
            if self.affected.faults:
                self._unsure(self.ecosystem, self.name, self.affected.faults[0])
        elif self.affected.faults and not self.affected.ranges:
            return  # the faults are told; nothing says which package they are about

    def _take_range(self, found: Range) -> None:
        if not self.ecosystem:
            self._unread("a range of versions without a package")
            return
        scheme = scheme_of(ecosystem=self.ecosystem)
        if found.type not in {"SEMVER", "ECOSYSTEM"}:
            self._unsure(self.ecosystem, self.name, f"a range of the type {found.type[:40]!r}")
        elif scheme is None:
            # Versions that are listed are found by their text; of all others the range would have to tell.
            reason = f"nobody told how {self.ecosystem} orders its versions"
            if self.affected.versions:
                self.into.unsure.append(UnsureRow(self.ecosystem, self.name, self.advisory, reason, self.line))
            else:
                self._unsure(self.ecosystem, self.name, reason)
        else:
            try:
                intervals = intervals_of(found.events, scheme=scheme)
            except InvalidVersion as error:
                self._unsure(self.ecosystem, self.name, error.what)
            else:
                self.intervals += intervals
                if not intervals:
                    self._unread(f"{self.ecosystem} {self.name}: a range in which no version lies")

    def _take_git(self, found: Range) -> None:
        """Take a range of commits: its own commits are known, those between only where the source lists them."""
        repo = repository_name(address=found.repo)
        if not repo or not repo.isprintable() or len(repo) > LENGTH_LIMIT:
            self._unread("a range of commits without a repository")
            return
        self.into.ecosystems.add("GIT")
        known = {word: [commit for said, commit in found.events if said == word] for word in ("introduced", "fixed")}
        for commit in known["introduced"] + [each for said, each in found.events if said == "last_affected"]:
            self._commit(repo, commit, "affected")
        for commit in known["fixed"]:
            self._commit(repo, commit, "fixed")
        for commit in self.affected.commits:
            self._commit(repo, commit, "affected")
        if self.affected.commits:
            self.into.commits.append(CommitRow(repo, "*", self.advisory, "complete", self.line))
        intervals: list[Interval] = []
        if found.tagged:
            try:
                intervals = intervals_of(found.tagged, scheme="git-tag")
            except InvalidVersion as error:
                self._unread(f"its tags: {error.what}")
        self._put("GIT", repo, intervals)
        if self.ecosystem in _BY_TAG:
            self._take_versions("GIT", repo, intervals)
        start = ", ".join("the first" if each == "0" else each[:12] for each in known["introduced"])
        end = ", ".join(each[:12] for each in known["fixed"])
        reason = f"commits from {start or 'an unknown one'} on{f' up to the fix {end}' if end else ''} are affected"
        self.into.unsure.append(UnsureRow("GIT", repo, self.advisory, reason, self.line))

    def _commit(self, repo: str, commit: str, says: str) -> None:
        if commit != "0" and len(commit) in {40, 64} and commit.isalnum():
            self.into.commits.append(CommitRow(repo, commit.lower(), self.advisory, says, self.line))

    def _put(self, ecosystem: str, name: str, intervals: list[Interval]) -> None:
        for lo, hi, introduced, until in intervals:
            row = RangeRow(ecosystem, name, lo, hi, self.advisory, "", introduced, until, self.line)
            self.into.ranges.append(row)

    def _take_versions(self, ecosystem: str, name: str, intervals: list[Interval] | None = None) -> None:
        """Take the enumerated versions: those in a range are there already, those without a key go by their text."""
        spans = self.intervals if intervals is None else intervals
        scheme = scheme_of(ecosystem=ecosystem)
        key_of = key_function(scheme) if scheme else None
        for version in self.affected.versions:
            if not 0 < len(version) <= LENGTH_LIMIT or not version.isprintable():
                self._unread(f"an enumerated version of {len(version)} characters, or with control characters")
                continue
            try:
                key = key_of(version) if key_of else ""
            except InvalidVersion:
                key = ""
            if not key:
                self.into.exact.append(ExactRow(ecosystem, name, version, self.advisory, self.line))
            elif not any(lo <= key < hi for lo, hi, _, _ in spans):
                row = RangeRow(ecosystem, name, key, key + " ", self.advisory, "", version, f"<= {version}", self.line)
                self.into.ranges.append(row)

    def _unsure(self, ecosystem: str, name: str, reason: str) -> None:
        self.into.unsure.append(UnsureRow(ecosystem, name, self.advisory, reason, self.line))
        self._unread(f"{ecosystem} {name}: {reason}")

    def _unread(self, reason: str) -> None:
        self.into.unread.append(UnreadRow(f"{self.line}: {self.advisory}", reason))
