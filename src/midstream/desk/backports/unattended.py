"""The worker's look at the repositories that project files give by their path."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from midstream.analysis.backports import Fix
from midstream.desk.backports.board import branches_of, read_board
from midstream.desk.backports.fixes import fixes_on_record
from midstream.desk.backports.record import record_board, with_trials
from midstream.desk.desk import WORKER, Desk
from midstream.desk.ports import History, HistoryTrouble, OpenTrials, Trials
from midstream.desk.worker import Done
from midstream.project import Project

TASK = "look at the repository"
"""What the worker says it did."""


def look_once(
    desk: Desk, *, open_history: Callable[[Path], History], open_trials: OpenTrials, today: date
) -> list[Done]:
    """Return what became of each case of which a repository shows something new, and what could not be read.

    A repository that cannot be read fails alone, and nothing follows from it.
    """
    found: list[Done] = []
    for project in desk.projects().values():
        for repository in project.repositories:
            if not repository.path:
                continue
            try:
                path = Path(repository.path)
                history, trials = open_history(path), open_trials(repo=path)
                names = frozenset({repository.name, repository.url} - {""})
                fixes = fixes_on_record(desk, by=WORKER, project=project.id, repository=names)
                found += _look(desk, project, fixes, history, trials, today=today) if fixes else []
            except HistoryTrouble as error:
                detail = f"{error.what}. {error.hint}"
                found.append(Done(case=project.id, task=TASK, verb="observe", outcome="failed", detail=detail))
    return found


def _look(
    desk: Desk, project: Project, fixes: Sequence[Fix], history: History, trials: Trials, *, today: date
) -> list[Done]:
    lines = branches_of(history, project, today=today)
    board = read_board(history, lines=lines, fixes=fixes, today=today, name=project.name)
    board = with_trials(board, trials, limit=None)
    return [
        Done(
            case=entry.case,
            task=TASK,
            verb="observe",
            outcome="done" if entry.facts else "refused",
            detail=", ".join([*(fact.kind for fact in entry.facts), *entry.refused]),
        )
        for entry in record_board(desk, board, trials, by=WORKER)
    ]
