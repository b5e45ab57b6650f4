"""Whom to ask about a file: the project's own files of owners, else those who change it."""

from collections.abc import Sequence

from midstream.analysis.backports.model import Sha
from midstream.desk.ports import HistoryTrouble, Trials
from midstream.formats.owners import PLACES, Answer, OwnerFile, look_up, read_owners

HISTORY = "history"
"""The source of an answer that no file gives."""


class Owners:
    """Whom to ask in one repository; files of owners are read once for each tree."""

    def __init__(
        self, trials: Trials, *, main: tuple[str, Sha], named: Sequence[str] = (), ask_history: bool = True
    ) -> None:
        """Ask the files of the main line first: people are those of today. `named` are further paths to look at.

        Without `ask_history` nobody is looked for in the history of a file, which takes a while for many files.
        """
        self._ask_history = ask_history
        self._trials = trials
        self._main = main
        self._paths = (*named, *(path for path in PLACES if path not in named))
        self._files: dict[Sha, tuple[OwnerFile, ...]] = {}

    def of(self, path: str, *, branch: str, tip: Sha) -> Answer:
        """Return the owners of a path; `source` says which file of which branch, or that it is the file's history."""
        path = path.partition("~")[0]  # how git names one side of a file where a folder is
        for name, commit in dict.fromkeys([self._main, (branch, tip)]):
            answer = look_up(self._read(commit), path)
            if answer is not None and answer.owners:
                return Answer(
                    path=path, owners=answer.owners, source=f"{answer.source} on {name}", because=answer.because
                )
        if not self._ask_history:
            return Answer(path=path, owners=(), source=HISTORY, because="no file of owners says")
        try:
            people = tuple(self._trials.people(tip, path) or self._trials.people(self._main[1], path))
        except HistoryTrouble as error:
            return Answer(path=path, owners=(), source=HISTORY, because=f"git could not say: {error.what}")
        because = "its newest authors and reviewers" if people else "nobody is known to change it"
        return Answer(path=path, owners=people, source=HISTORY, because=because)

    def faults(self) -> tuple[str, ...]:
        """Return what could not be read in the files asked so far."""
        return tuple(
            f"{file.path}: {fault}" for file in dict.fromkeys(f for files in self._files.values() for f in files)
            for fault in file.faults
        )  # fmt: skip

    def _read(self, commit: Sha) -> tuple[OwnerFile, ...]:
        if commit not in self._files:
            texts = [(path, self._trials.text(commit, path)) for path in self._paths]
            self._files[commit] = tuple(read_owners(text, path=path) for path, text in texts if text)
        return self._files[commit]
