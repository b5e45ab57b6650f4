"""The way in: builds the desk from its parts when a command asks for it."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from midstream.cli.app import Session, run
from midstream.wiring.settings import default_person, key_file, settle, site_at
from midstream.wiring.site import PublicSite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from midstream.desk.desk import Desk
    from midstream.desk.mail import IncomingMail
    from midstream.desk.ports import Target


def clock() -> datetime:
    """Return now, in UTC."""
    return datetime.now(UTC)


def open_desk(store: str) -> "Desk":
    """Return the desk over the store of that path or address, made when it is new."""
    from midstream.desk.desk import Desk  # noqa: PLC0415 - help and completion open nothing
    from midstream.store import open_store  # noqa: PLC0415 - as above

    return Desk(
        store=open_store(url=store, key_file=key_file(store)),
        clock=clock,
        read_mail=read_mail,
        site=PublicSite(),
        open_target=open_target,
        site_at=site_at(),
    )


def open_target(path: str) -> "Target":
    """Return the directory to publish to; the adapter is loaded when something is published."""
    from midstream.adapters.publication import DirectoryTarget  # noqa: PLC0415 - most commands publish nothing

    return DirectoryTarget(Path(path))


def read_mail(*, path: "Path", now: datetime) -> "Iterator[IncomingMail]":
    """Return the mails of a file or folder, one by one; the adapter is loaded when mail is read."""
    from midstream.adapters.mail import read_mail as read  # noqa: PLC0415 - most commands read no mail

    return read(path=path, now=now)


def main() -> None:
    """Run the command line and leave with its exit code."""
    session = Session(open_desk=open_desk, settle=settle, default_person=default_person, clock=clock)
    sys.exit(run(session))
