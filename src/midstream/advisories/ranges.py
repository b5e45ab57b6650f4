"""Ranges of versions, derived from the lines of the branches and the calendar of releases.

Nobody types a range. The releases of a component are put in order, each has its verdict, and runs of releases with the
same word become spans: from the first release of the run to before the first release after it. So a span is right for
every release there is, and errs on the side of affected for those to come: a branch without a fix runs into the next.
"""

from collections.abc import Collection, Sequence

import msgspec

from midstream.advisories.record import BEGINNING, Advisory, Component, Line, Release, Verdict
from midstream.advisories.verdicts import fixed_from, verdicts_of
from midstream.formats.base.vers import Interval, write_vers
from midstream.formats.base.versions import Key, key_of

UNSURE: frozenset[Verdict] = frozenset({"under_investigation", "unknown"})
"""What is neither affected nor clean."""


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """A release and what the record says of it. `is_real` is False for one that is only announced."""

    release: Release
    verdict: Verdict
    is_real: bool = True
    is_placed: bool = True


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """Versions from `start` (included; ``0``: from the first) to before `end` (empty: without end).

    `is_fixed` tells whether `end` has the fix, and not merely no flaw. `releases` are those of the calendar within.
    """

    start: str
    end: str
    is_fixed: bool
    releases: tuple[Release, ...]

    @property
    def branches(self) -> tuple[str, ...]:
        """The branches whose releases lie in the span, in order."""
        return tuple(dict.fromkeys(release.branch for release in self.releases))


def judged(*, record: Advisory, component: Component, releases: Sequence[Release]) -> tuple[Judged, ...]:
    """Return the component's releases in the order of their versions, each with its verdict.

    Versions that no order can place come last, in the order of the calendar. Releases that the lines name and the
    calendar does not have yet are among them.
    """
    own = [release for release in releases if release.component == component.key]
    found = [(release, True) for release in own]
    found += [(release, False) for release in _announced(component, known=own)]
    placed: list[tuple[Key, Release, bool]] = []
    rest: list[tuple[Release, bool]] = []
    for release, is_real in found:
        key = key_of(scheme=component.scheme, version=release.version)
        if key is None:
            rest.append((release, is_real))
        else:
            placed.append((key, release, is_real))
    placed.sort(key=lambda row: row[0])
    ordered = [(release, is_real) for _, release, is_real in placed] + rest
    verdicts = verdicts_of(record=record, component=component, releases=[each for each, _ in ordered])
    return tuple(
        Judged(release=each, verdict=verdict, is_real=is_real, is_placed=place < len(placed))
        for place, ((each, is_real), verdict) in enumerate(zip(ordered, verdicts, strict=True))
    )


def spans(
    *, record: Advisory, component: Component, releases: Sequence[Release], counts: Collection[Verdict]
) -> tuple[Span, ...]:
    """Return the spans of versions whose verdict is one of `counts`, in order, none touching another."""
    return runs_of(judged(record=record, component=component, releases=releases), component=component, counts=counts)


def runs_of(found: Sequence[Judged], *, component: Component, counts: Collection[Verdict]) -> tuple[Span, ...]:
    """Return the spans, as `spans`, of what was `judged` of the component already."""
    rows = [row for row in found if row.is_placed]
    if not found:
        return _without_calendar(component, counts=counts)
    spanned: list[Span] = []
    start = None
    for place, row in enumerate([*rows, None]):
        if row is not None and row.verdict in counts:
            start = place if start is None else start
        elif start is not None:
            spanned.append(_span(rows[start:place], after=row, component=component, is_first=start == 0))
            start = None
    return tuple(spanned)


def unplaced(found: Sequence[Judged], *, counts: Collection[Verdict]) -> tuple[Release, ...]:
    """Return the releases that no order can place, of which each has to be named by itself."""
    return tuple(row.release for row in found if row.is_real and not row.is_placed and row.verdict in counts)


def affected_vers(*, record: Advisory, component: Component, releases: Sequence[Release]) -> str:
    """Return the ``vers:`` of the affected versions; empty when none is."""
    found = spans(record=record, component=component, releases=releases, counts={"affected"})
    return vers_of(found, scheme=component.scheme)


def vers_of(found: Sequence[Span], *, scheme: str) -> str:
    """Return spans as a ``vers:``; empty when there are none."""
    intervals = [Interval(start="" if span.start == BEGINNING else span.start, end=span.end) for span in found]
    return write_vers(intervals, scheme=scheme if scheme in ("semver", "deb") else "generic")


class GitEvents(msgspec.Struct, frozen=True, kw_only=True):
    """Where the flaw came in and where it went, as commits, over all branches of one repository.

    They belong in one list: a commit is affected when it has an introducing commit and none of the fixing ones. A list
    for each branch would call the commits of every other branch affected. Of several commits that fix one branch
    together, the last one counts. `introduced` is ``0`` where nobody knows the commit.
    """

    introduced: tuple[str, ...]
    fixed: tuple[str, ...]


def git_events(component: Component) -> GitEvents | None:
    """Return the events of the component's repository; None when no line has the flaw."""
    lines = [
        line for line in component.line if line.status in ("affected", "fixed", "wont_fix", "eol", "investigating")
    ]
    if not lines or not component.repo:
        return None
    introduced = list(dict.fromkeys(sha for line in lines for sha in line.introduced))
    if not introduced or any(not line.introduced for line in lines):
        introduced = [BEGINNING]
    fixed = dict.fromkeys(line.fix[-1].sha for line in lines if line.status == "fixed" and line.fix)
    return GitEvents(introduced=tuple(introduced), fixed=tuple(sha for sha in fixed if sha not in introduced))


def _span(run: Sequence[Judged], *, after: Judged | None, component: Component, is_first: bool) -> Span:
    start = run[0].release.version
    if is_first and _is_from_the_beginning(run[0].release, component):
        start = BEGINNING
    return Span(
        start=start,
        end=after.release.version if after else "",
        is_fixed=after is not None and after.verdict == "fixed",
        releases=tuple(row.release for row in run if row.is_real),
    )


def _is_from_the_beginning(release: Release, component: Component) -> bool:
    line = next((line for line in component.line if line.branch == release.branch), None)
    return line is None or line.first in ("", BEGINNING)


def _announced(component: Component, *, known: Sequence[Release]) -> list[Release]:
    """Return the releases that bound a line and that the calendar does not have."""
    keys: set[object] = {
        key_of(scheme=component.scheme, version=release.version) or release.version for release in known
    }
    found = []
    for line in component.line:
        for version in (line.first, fixed_from(line, scheme=component.scheme)):
            key = key_of(scheme=component.scheme, version=version) or version
            if version not in ("", BEGINNING) and key not in keys:
                keys.add(key)
                found.append(Release(component=component.key, version=version, branch=line.branch))
    return found


def _without_calendar(component: Component, *, counts: Collection[Verdict]) -> tuple[Span, ...]:
    words = {_word(line) for line in component.line}
    if words & set(counts):
        return (Span(start=BEGINNING, end="", is_fixed=False, releases=()),)
    return ()


def _word(line: Line) -> Verdict:
    plain: dict[str, Verdict] = {"not_affected": "not_affected", "investigating": "under_investigation", "": "unknown"}
    return plain.get(line.status, "affected")
