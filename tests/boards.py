"""Asking a test's own repository for verdicts, with the real adapter and an index in the test's folder."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from midstream.adapters.git import GitHistory
from midstream.analysis.backports import Fix, Verdict
from midstream.analysis.backports.lines import Wanted, find_line
from midstream.desk.backports.board import judge

TODAY = date(2026, 11, 25)


def history_of(path: Path, folder: Path) -> GitHistory:
    """Return the history of a repository, with its index in `folder`."""
    return GitHistory(repo=path, index=folder / "history.index")


def verdict(
    history: GitHistory, fix: Sequence[str], branch: str, *, beside: Sequence[str] = ("main",), introduced: str = ""
) -> Verdict:
    """Return the verdict on one branch of a fix of these commits; `beside` are the other branches of the board."""
    names = [*beside, branch] if branch not in beside else list(beside)
    lines = [find_line(Wanted(name=name), history.refs()) for name in names]
    asked = Fix(name="F", commits=tuple(fix), introduced=(introduced,) if introduced else ())
    return judge(history, lines=lines, fixes=[asked]).verdict(asked, branch, today=TODAY)
