"""The board read from a repository: its branches, the fixes, and a verdict for each of them on each branch."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

import msgspec

from midstream.analysis.backports import BranchLine, Fix, Rung, Verdict
from midstream.analysis.backports.grid import Grid, Row, Square, square
from midstream.analysis.backports.lines import Wanted, find_line
from midstream.analysis.backports.trial import Trial
from midstream.analysis.backports.verdicts import Judge
from midstream.desk.backports.trying import Tried
from midstream.desk.ports import History
from midstream.project import Branch, Project
from midstream.project.propose import Line, Seen, lines_of

FILE = "midstream.toml"


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """A board: the branches as git has them, the fixes, and the verdicts of each fix in the order of the branches.

    `tried` has by the fix's name and the branch what trying the fix said, where it is missing and was tried.
    """

    repository: str
    branches: tuple[BranchLine, ...]
    fixes: tuple[Fix, ...]
    verdicts: tuple[tuple[Verdict, ...], ...]
    notices: tuple[str, ...] = ()
    tried: Mapping[str, Mapping[str, Tried]] = {}

    def trial(self, fix: Fix, branch: str) -> Trial | None:
        """Return what trying the fix on the branch said; None when it was not tried."""
        found = self.tried.get(fix.name, {}).get(branch)
        return found.trial if found else None

    def square(self, fix: Fix, verdict: Verdict) -> Square:
        """Return the square of one verdict, with its trial and whom to ask about each file of a conflict."""
        found = self.tried.get(fix.name, {}).get(verdict.branch)
        if found is None:
            return square(verdict)
        asked = [", ".join(owner.shown for owner in answer.owners[:3]) for answer in found.owners]
        return square(verdict, found.trial, asked=asked)

    def rows(self) -> Iterable[tuple[Fix, tuple[Verdict, ...]]]:
        """Return each fix with its verdicts."""
        return zip(self.fixes, self.verdicts, strict=True)


def branches_of(
    history: History, project: Project | None, *, named: Sequence[str] = (), today: date
) -> list[BranchLine]:
    """Return the branches of the board as git has them: those named, else the project's, else what looks like one.

    Archived branches are left out unless they are named.
    """
    listed = {branch.name: branch for branch in (project.branches if project else guessed(history, today=today))}
    chosen = [listed.get(name) or Branch(name=name) for name in named]
    chosen = chosen or [branch for branch in listed.values() if branch.kind != "archive"]
    refs = history.refs()
    return [_line(branch, find_line(_wanted(branch), refs)) for branch in chosen]


def _wanted(branch: Branch) -> Wanted:
    return Wanted(name=branch.name, kind=branch.kind, ref=branch.ref, tags=branch.tags)


def _line(branch: Branch, line: BranchLine) -> BranchLine:
    # What is archived is maintained no more, whenever that was.
    ended = date.min if branch.kind == "archive" else branch.supported_until
    return msgspec.structs.replace(line, supported_from=branch.supported_from, supported_until=ended)


def guessed(history: History, *, today: date) -> list[Branch]:
    """Return the branches that a repository without a project file seems to maintain."""
    head = history.head()
    branches: dict[str, Line] = {}
    tags: list[Line] = []
    # Without the dates of commits nothing is taken for old; a project file says which branches are.
    day = today - timedelta(days=1)
    for ref in history.refs():
        if ref.name.startswith("refs/tags/"):
            tags.append(Line(name=ref.short, on=day))
        elif ref.name.startswith(("refs/heads/", "refs/remotes/origin/")):
            branches[ref.short] = Line(name=ref.short, on=day)
    main = head.removeprefix("refs/heads/")
    seen = Seen(name=main, main=main, today=today, branches=tuple(branches.values()), tags=tuple(tags))
    return [branch for branch, _ in lines_of(seen)]


def project_text(history: History) -> str:
    """Return the text of the project file at HEAD; empty when there is none."""
    head = next((ref for ref in history.refs() if ref.name == history.head()), None)
    content = history.show(head.commit, FILE) if head else None
    return content.decode("utf-8", "replace") if content else ""


def judge(history: History, *, lines: Sequence[BranchLine], fixes: Sequence[Fix]) -> Judge:
    """Return the judge of these fixes on these branches, after the index was brought up to date."""
    tips = [line.tip for line in lines if line.tip]
    tips += [ref.commit for line in lines for ref in line.releases]
    history.update([*tips, *(commit for fix in fixes for commit in (*fix.commits, *fix.introduced))])
    return Judge(history, lines=lines, fixes=fixes)


def read_board(history: History, *, lines: Sequence[BranchLine], fixes: Sequence[Fix], today: date, name: str) -> Board:
    """Return the board of a repository; raise `HistoryTrouble` when git cannot say what is there."""
    court = judge(history, lines=lines, fixes=fixes)
    rows = [[court.verdict(fix, line.name, today=today) for line in lines] for fix in fixes]
    asked = {commit for row in rows for verdict in row for commit in _same_lines(verdict)}
    if asked:  # only what stands on the same changed lines alone gains by the whole patch
        strict = history.strict_ids(sorted(asked))
        rows = [
            [
                court.verdict(fix, verdict.branch, today=today, strict=strict) if _same_lines(verdict) else verdict
                for verdict in row
            ]
            for fix, row in zip(fixes, rows, strict=True)
        ]
    return Board(
        repository=name,
        branches=tuple(lines),
        fixes=tuple(fixes),
        verdicts=tuple(tuple(row) for row in rows),
        notices=tuple(history.notices()),
    )


def _same_lines(verdict: Verdict) -> list[str]:
    """Return the commits, of the fix and of the branch, that were matched by nothing more than the same lines."""
    loose = [found for found in verdict.found if found.hit is not None and found.hit.rung is Rung.LOOSE]
    return [commit for found in loose if found.hit is not None for commit in (found.fix, found.hit.commit)]


def only_open(board: Board) -> Board:
    """Return the board with the fixes of which a branch needs a person."""
    kept = [(fix, row) for fix, row in board.rows() if any(square(verdict).is_open for verdict in row)]
    fixes, rows = tuple(fix for fix, _ in kept), tuple(row for _, row in kept)
    return msgspec.structs.replace(board, fixes=fixes, verdicts=rows)


def grid(board: Board, *, read_at: str) -> Grid:
    """Return the board as it is drawn on a page."""
    return Grid(
        title=board.repository,
        read_at=read_at,
        branches=tuple((line.name, note_of(line)) for line in board.branches),
        rows=tuple(
            Row(name=fix.name, title=fix.title, squares={verdict.branch: board.square(fix, verdict) for verdict in row})
            for fix, row in board.rows()
        ),
        notices=board.notices,
    )


def note_of(line: BranchLine) -> str:
    """Return what to know of a branch beside its name."""
    if line.trouble:
        return "not found"
    until = line.supported_until
    return f"until {until}" if until is not None and until != date.min else ""
