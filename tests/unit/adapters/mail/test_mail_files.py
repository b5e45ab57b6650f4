"""Files of mails: one mail, mbox and Maildir, and what is refused with which words."""

import copy
import os
import tracemalloc
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from midstream.adapters.mail import read_mail, translate
from midstream.desk.mail import MailRefused

MIB = 1024 * 1024
SEPARATOR = b"From jo@example.org Mon Aug  3 09:30:00 2026\n"


def mail(number: int, body: bytes = b"hello\n") -> bytes:
    return b"From: jo@example.org\nSubject: mail %d\nMessage-ID: <%d@example.org>\n\n" % (number, number) + body


def ids(path: Path, now: datetime) -> list[str]:
    return [found.message_id.partition("@")[0] for found in read_mail(path=path, now=now)]


def refusal(path: Path, now: datetime) -> MailRefused:
    with pytest.raises(MailRefused) as caught:
        list(read_mail(path=path, now=now))
    assert str(path) in caught.value.what
    assert len(caught.value.hint) > 20
    assert str(caught.value) == f"{caught.value.what}. {caught.value.hint}"
    return caught.value


def sparse(path: Path, *, head: bytes, size: int) -> Path:
    with path.open("wb") as file:
        file.write(head)
        file.truncate(size)
    return path


def test_one_mail(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "report.eml"
    path.write_bytes(mail(1))
    assert [found.raw for found in read_mail(path=path, now=now)] == [mail(1)]


def test_eml_is_one_mail_though_it_begins_as_an_mbox(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "report.eml"
    path.write_bytes(SEPARATOR + mail(1) + b"\n" + SEPARATOR + mail(2))
    assert ids(path, now) == ["1"]


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_mbox_gives_the_bytes_between_its_separators(tmp_path: Path, now: datetime, line_end: bytes) -> None:
    path = tmp_path / "inbox"
    mails = [mail(number).replace(b"\n", line_end) for number in range(1, 4)]
    path.write_bytes(b"".join(SEPARATOR.replace(b"\n", line_end) + raw + line_end for raw in mails))
    assert [found.raw for found in read_mail(path=path, now=now)] == mails


def test_from_lines_in_bodies_do_not_cut_a_mail(tmp_path: Path, now: datetime) -> None:
    body = b"\nFrom here on it fails.\n\nFrom: is a field\nFrom 9 to 10:30 we saw it\n\n>From quoted\n" + SEPARATOR
    path = tmp_path / "inbox.mbox"
    path.write_bytes(SEPARATOR + mail(1, body + b"no field\n") + b"\n" + SEPARATOR + mail(2))
    assert [found.raw for found in read_mail(path=path, now=now)] == [mail(1, body + b"no field\n"), mail(2)]


def test_mbox_without_empty_lines_between_its_mails_loses_none(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "inbox.mbox"
    path.write_bytes(b"".join(SEPARATOR + mail(number) for number in range(1, 4)))
    assert ids(path, now) == ["1", "2", "3"]


def test_mbox_names_the_number_of_what_it_refuses(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "inbox.mbox"
    path.write_bytes(SEPARATOR + mail(1) + b"\n" + SEPARATOR + b"X-Odd: 1\n\nno mail\n\n" + SEPARATOR + mail(3))
    assert "message 2: this is not a mail" in refusal(path, now).what
    assert next(read_mail(path=path, now=now)).message_id == "1@example.org"


def test_maildir_gives_new_then_cur_by_name(tmp_path: Path, now: datetime) -> None:
    for folder in ("new", "cur", "tmp"):
        (tmp_path / folder).mkdir()
    (tmp_path / "new" / "30.a").write_bytes(mail(3))
    (tmp_path / "cur" / "20.a:2,S").write_bytes(mail(2))
    (tmp_path / "cur" / "10.a:2,").write_bytes(mail(1))
    (tmp_path / "cur" / ".hidden").write_bytes(b"")
    (tmp_path / "tmp" / "40.a").write_bytes(mail(4))
    assert ids(tmp_path, now) == ["3", "1", "2"]


def test_mail_moved_while_a_maildir_is_read_comes_once(tmp_path: Path, now: datetime) -> None:
    for folder in ("new", "cur"):
        (tmp_path / folder).mkdir()
    for number in (1, 2, 3, 4):
        (tmp_path / "new" / f"{number}.a").write_bytes(mail(number))
    mails = read_mail(path=tmp_path, now=now)
    assert next(mails).message_id == "1@example.org"
    (tmp_path / "new" / "1.a").rename(tmp_path / "cur" / "1.a:2,S")
    (tmp_path / "new" / "2.a").rename(tmp_path / "cur" / "2.a:2,S")
    (tmp_path / "new" / "3.a").unlink()
    assert [found.message_id for found in mails] == ["2@example.org", "4@example.org"]


def test_maildir_names_the_file_it_refuses(tmp_path: Path, now: datetime) -> None:
    for folder in ("new", "cur"):
        (tmp_path / folder).mkdir()
    (tmp_path / "cur" / "1.a").write_bytes(b"not a mail")
    assert str(tmp_path / "cur" / "1.a") in refusal(tmp_path, now).what


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the mail is empty"),
        (b"\r\n \n", "the mail is empty"),
        (b"\x7fELF\x02\x01\x01", "this is not a mail"),
        (b"Dear team,\n\nSubject: x\n", "this is not a mail"),
        (b"Title: notes\n\nFrom: x\n", "this is not a mail"),
        (b'{"Subject": "x"}', "this is not a mail"),
        (b"X-Y: z\n" * 50_000 + b"From: a@b.org\n\n", "its first 262144 bytes hold no header field"),
    ],
)
def test_file_that_is_no_mail_is_refused(tmp_path: Path, now: datetime, content: bytes, words: str) -> None:
    path = tmp_path / "file.eml"
    path.write_bytes(content)
    assert words in refusal(path, now).what
    with pytest.raises(MailRefused, match=words):
        translate(raw=content, now=now)


def test_folder_that_is_no_maildir_is_refused(tmp_path: Path, now: datetime) -> None:
    (tmp_path / "new").mkdir()
    assert "is not a Maildir" in refusal(tmp_path, now).what


def test_missing_and_irregular_files_are_refused(tmp_path: Path, now: datetime) -> None:
    assert "cannot be read" in refusal(tmp_path / "none.eml", now).what
    os.mkfifo(tmp_path / "pipe")
    assert "is no regular file" in refusal(tmp_path / "pipe", now).what


def test_unreadable_file_inside_a_maildir_is_named(tmp_path: Path, now: datetime) -> None:
    for folder in ("new", "cur"):
        (tmp_path / folder).mkdir()
    loop = tmp_path / "new" / "1.a"
    loop.symlink_to(loop)
    assert ids(tmp_path, now) == []
    (tmp_path / "cur" / "2.a").mkdir()
    assert "2.a: is no regular file" in refusal(tmp_path, now).what


def peak(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_mail_of_200_megabytes_is_refused_before_it_is_read(tmp_path: Path, now: datetime) -> None:
    path = sparse(tmp_path / "large.eml", head=mail(1), size=200_000_000)
    assert peak(lambda: refusal(path, now)) < MIB
    what = refusal(path, now).what
    assert "200000000 bytes" in what
    assert "50 MiB" in what


def test_mail_of_200_megabytes_in_an_mbox_is_refused_while_it_is_read(tmp_path: Path, now: datetime) -> None:
    path = sparse(tmp_path / "large.mbox", head=SEPARATOR + mail(1) + b"\n" + SEPARATOR + mail(2), size=200_000_000)
    assert peak(lambda: refusal(path, now)) < 130 * MIB
    assert "message 2: the mail has at least" in refusal(path, now).what


def test_largest_mail_is_taken_and_one_byte_more_refused(now: datetime) -> None:
    raw = mail(1)
    full = raw + bytes(50 * MIB - len(raw))
    assert translate(raw=full, now=now).message_id == "1@example.org"
    with pytest.raises(MailRefused, match="52428801 bytes, more than"):
        translate(raw=full + b"x", now=now)


def test_memory_stays_flat_over_an_mbox(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "long.mbox"
    with path.open("wb") as file:
        for number in range(60):
            file.write(SEPARATOR + mail(number, (b"text " * 1000 + b"\n") * 100) + b"\n")
    assert path.stat().st_size > 30_000_000
    assert peak(lambda: [None for _ in read_mail(path=path, now=now)]) < 10_000_000


def test_moment_without_a_zone_is_an_error_of_the_caller(now: datetime) -> None:
    with pytest.raises(ValueError, match="aware"):
        translate(raw=mail(1), now=now.replace(tzinfo=None))


def test_refusal_survives_copying() -> None:
    refused = copy.copy(MailRefused("what", "hint"))
    assert (refused.what, refused.hint) == ("what", "hint")
