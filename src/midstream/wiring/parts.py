"""The parts of a desk, put together."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from midstream.wiring.settings import key_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from midstream.desk.desk import Desk
    from midstream.desk.mail import IncomingMail


def clock() -> datetime:
    """Return now, in UTC."""
    return datetime.now(UTC)


def open_desk(store: str) -> "Desk":
    """Return the desk over the store of that path or address, made when it is new."""
    from midstream.desk.desk import Desk  # noqa: PLC0415 - help and completion open nothing
    from midstream.store import open_store  # noqa: PLC0415 - as above

    return Desk(store=open_store(url=store, key_file=key_file(store)), clock=clock, read_mail=read_mail, post=post)


def post(*, url: str, body: bytes, headers: dict[str, str]) -> str:
    """Return what went wrong when `body` was sent to `url`, or nothing; the adapter is loaded when it is sent."""
    from midstream.adapters.webhooks import post as send  # noqa: PLC0415 - most commands send nothing

    return send(url=url, body=body, headers=headers)


def read_mail(*, path: "Path", now: datetime) -> "Iterator[IncomingMail]":
    """Return the mails of a file or folder, one by one; the adapter is loaded when mail is read."""
    from midstream.adapters.mail import read_mail as read  # noqa: PLC0415 - most commands read no mail

    return read(path=path, now=now)
