"""The way in: builds the desk from its parts when a command asks for it."""

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from midstream.cli.app import Session, run
from midstream.wiring.settings import default_person, index_file, key_file, settle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from midstream.desk.desk import Desk
    from midstream.desk.mail import IncomingMail
    from midstream.desk.ports import History, Trials


def clock() -> datetime:
    """Return now, in UTC."""
    return datetime.now(UTC)


def open_desk(store: str) -> "Desk":
    """Return the desk over the store of that path or address, made when it is new."""
    from midstream.desk.desk import Desk  # noqa: PLC0415 - help and completion open nothing
    from midstream.store import open_store  # noqa: PLC0415 - as above

    return Desk(store=open_store(url=store, key_file=key_file(store)), clock=clock, read_mail=read_mail)


def read_mail(*, path: "Path", now: datetime) -> "Iterator[IncomingMail]":
    """Return the mails of a file or folder, one by one; the adapter is loaded when mail is read."""
    from midstream.adapters.mail import read_mail as read  # noqa: PLC0415 - most commands read no mail

    return read(path=path, now=now)


def open_trials(*, repo: "Path") -> "Trials":
    """Return the repository at that path, for trials of backports."""
    from midstream.adapters.git.trials import GitTrials  # noqa: PLC0415 - most commands ask no repository

    return GitTrials(repo=repo)


def open_history(store: str, repo: "Path") -> "History":
    """Return the history of the repository at that path, with its index beside the store of that path or address."""
    from midstream.adapters.git import GitHistory  # noqa: PLC0415 - most commands ask no repository

    return GitHistory(repo=repo, index=index_file(store, repo))


def main() -> None:
    """Run the command line and leave with its exit code."""
    session = Session(
        open_desk=open_desk,
        open_trials=open_trials,
        open_history=open_history,
        settle=settle,
        default_person=default_person,
        clock=clock,
    )
    sys.exit(run(session))
