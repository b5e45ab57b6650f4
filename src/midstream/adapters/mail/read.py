"""Mails from the files mail programs write: one mail, an mbox, or a Maildir."""

import re
import stat
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from midstream.adapters.mail import limits
from midstream.adapters.mail.translate import too_large, translate
from midstream.desk.mail import IncomingMail, MailRefused

# "From sender date", the date as asctime writes it (RFC 4155 appendix A) or at least with a time of day: a sentence
# that begins with "From" has neither.
_SEPARATOR: Final = re.compile(
    rb"From .{0,500}(?:\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} +[0-9]{1,2}\b|\b[0-9]{1,2}:[0-9]{2}\b)"
)
_FIELD: Final = re.compile(rb"[!-9;-~]+[ \t]*:|>From ")


def read_mail(*, path: Path, now: datetime) -> Iterator[IncomingMail]:
    """The mails at `path` one by one, never more than one in memory: a file of one mail, an mbox, or a Maildir.

    A file is an mbox when it begins with a line "From sender date" and its name does not end in ".eml". A folder is
    a Maildir when it has `new` and `cur`; their mails come in the order of the file names, those of `new` first.
    `now` is an aware instant, see `translate`. Raises MailRefused, naming the file and in an mbox the number of the
    mail counted from 1, for what is not there, not readable, not a mail or too large; mails before it have come.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            yield from _maildir(path, now=now)
        elif path.suffix.lower() != ".eml" and stat.S_ISREG(mode) and _is_mbox(path):
            yield from _mbox(path, now=now)
        else:
            yield _single(path, now=now)
    except OSError as trouble:
        raise MailRefused(
            f"{trouble.filename or path}: cannot be read: {trouble.strerror or trouble}",
            "Check that the path is right and that you may read it.",
        ) from trouble


def _single(path: Path, *, now: datetime) -> IncomingMail:
    state = path.stat()
    if not stat.S_ISREG(state.st_mode):
        raise MailRefused(f"{path}: is no regular file", "Save the mail to a file and pass that file.")
    if state.st_size > limits.MAIL_BYTES:
        raise too_large(what=f"{path}: the mail has {state.st_size} bytes")
    with path.open("rb") as file:
        # The file may have grown since its size was asked for.
        raw = file.read(limits.MAIL_BYTES + 1)
    return _translated(raw, place=f"{path}", now=now)


def _translated(raw: bytes, *, place: str, now: datetime) -> IncomingMail:
    try:
        return translate(raw=raw, now=now)
    except MailRefused as refusal:
        raise MailRefused(f"{place}: {refusal.what}", refusal.hint) from refusal


def _is_mbox(path: Path) -> bool:
    with path.open("rb") as file:
        return bool(_SEPARATOR.match(file.readline(limits.LINE_BYTES)))


def _mbox(path: Path, *, now: datetime) -> Iterator[IncomingMail]:
    with path.open("rb") as file:
        file.readline(limits.LINE_BYTES)
        for number, raw in enumerate(_mbox_mails(file, path=path), start=1):
            yield _translated(raw, place=f"{path}, message {number}", now=now)


def _mbox_mails(file: BinaryIO, *, path: Path) -> Iterator[bytes]:
    """The bytes of each mail between the separator lines, as they stand; a ">From" is not undone."""
    number = 1
    mail = bytearray()
    at_line_start = True
    line = file.readline(limits.LINE_BYTES)
    while line:
        following = file.readline(limits.LINE_BYTES)
        # A body may hold a line like the separator; that a header field follows tells them apart. The empty line
        # that should come before is not asked for: without it two mails would be read as one and a report lost.
        if at_line_start and _SEPARATOR.match(line) and _FIELD.match(following):
            yield _without_last_empty_line(mail)
            number, mail = number + 1, bytearray()
        else:
            mail += line
            if len(mail) > limits.MAIL_BYTES:
                raise too_large(what=f"{path}, message {number}: the mail has at least {len(mail)} bytes")
        at_line_start = line.endswith(b"\n")
        line = following
    yield _without_last_empty_line(mail)


def _without_last_empty_line(mail: bytearray) -> bytes:
    """The mail without the one empty line that the mbox adds behind it (RFC 4155 appendix A)."""
    for empty in (b"\n", b"\r\n"):
        if mail.endswith(b"\n" + empty):
            return bytes(memoryview(mail)[: -len(empty)])
    return bytes(mail)


def _maildir(path: Path, *, now: datetime) -> Iterator[IncomingMail]:
    folders = (path / "new", path / "cur")
    if not all(folder.is_dir() for folder in folders):
        raise MailRefused(
            f"{path}: this folder is not a Maildir: it has no new and cur",
            "Pass the Maildir itself, or the mail files one by one.",
        )
    seen: set[str] = set()
    for folder in folders:
        for name in sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith(".")):
            if _unique(name) not in seen:
                file = _where_now(folder / name, cur=folders[1])
                if file:
                    seen.add(_unique(name))
                    yield _single(file, now=now)


def _unique(name: str) -> str:
    """The part of a Maildir file name that stays when a mail program changes the flags behind ":"."""
    return name.partition(":")[0]


def _where_now(file: Path, *, cur: Path) -> Path | None:
    """The file, or where a mail program has moved it meanwhile, or None when the mail was deleted."""
    if file.exists():
        return file
    return next((entry for entry in cur.iterdir() if _unique(entry.name) == _unique(file.name)), None)
