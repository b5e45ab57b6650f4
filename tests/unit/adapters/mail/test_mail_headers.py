"""Who wrote, when, about what, in answer to what: the header read from plain, odd and hostile mails."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from midstream.desk.mail import IncomingMail

Take = Callable[[bytes], IncomingMail]

PLAIN = (
    b"Received: from a by b\r\n"
    b"From: =?utf-8?q?J=C3=BCrgen?= Doe <J.Doe@Example.ORG>\r\n"
    b"To: security@example.org\r\n"
    b"Subject: Buffer overflow\r\n in the =?iso-8859-1?Q?l=F6ader?=\r\n"
    b"Date: Mon, 3 Aug 2026 09:30:00 +0200\r\n"
    b"Message-ID: <one@example.org>\r\n"
    b"In-Reply-To: <zero@example.org>\r\n"
    b"References: <first@example.org>\r\n\t<zero@example.org>\r\n"
    b"\r\n"
    b"Hello\r\n"
)


def test_plain_mail_is_read_without_a_notice(take: Take) -> None:
    mail = take(PLAIN)
    assert mail.raw == PLAIN
    assert mail.sender == "J.Doe@example.org"
    assert mail.sender_name == "Jürgen Doe"
    assert mail.subject == "Buffer overflow in the löader"
    assert mail.sent_at == datetime(2026, 8, 3, 7, 30, tzinfo=UTC)
    assert mail.sent_at.tzinfo is UTC
    assert mail.message_id == "one@example.org"
    assert mail.in_reply_to == ("zero@example.org", "first@example.org")
    assert mail.text == "Hello\n"
    assert mail.parts == ()
    assert not mail.encrypted
    assert mail.notices == ()


def without(field: bytes) -> bytes:
    return b"".join(line for line in PLAIN.splitlines(keepends=True) if not line.startswith(field + b":"))


def changed(field: bytes, value: bytes) -> bytes:
    head, _, body = without(field).partition(b"\r\n\r\n")
    return head + b"\r\n" + field + b": " + value + b"\r\n\r\n" + body


def test_mail_without_message_id_says_so(take: Take) -> None:
    mail = take(without(b"Message-ID"))
    assert mail.message_id == ""
    assert mail.notices == ("no Message-ID",)


@pytest.mark.parametrize(
    ("value", "read", "notice"),
    [
        (b"one@example.org", "one@example.org", "Message-ID without angle brackets: taken whole"),
        (b"one two", "", 'Message-ID "one two" is not readable: taken as none'),
        (b"<a\xe2\x80\x8bb@c>", "", 'Message-ID "ab@c" is not readable: taken as none'),
        (b"<\xff@c>", "", 'Message-ID "\ufffd@c" is not readable: taken as none'),
    ],
)
def test_odd_message_id(take: Take, value: bytes, read: str, notice: str) -> None:
    mail = take(changed(b"Message-ID", value))
    assert mail.message_id == read
    assert mail.notices == (notice,)


def test_message_id_longer_than_a_line_is_none(take: Take) -> None:
    mail = take(changed(b"Message-ID", b"<" + b"a" * 999 + b">"))
    assert mail.message_id == ""
    assert "is not readable: taken as none" in mail.notices[0]


@pytest.mark.parametrize("year", [b"1970", b"1989", b"2100"])
def test_date_out_of_range_is_not_believed(take: Take, year: bytes) -> None:
    mail = take(changed(b"Date", b"Thu, 01 Jan " + year + b" 00:00:00 +0000"))
    assert mail.sent_at is None
    assert mail.notices == (f"Date {year.decode()}-01-01 not believed",)


def test_date_a_little_ahead_is_believed(take: Take) -> None:
    assert take(changed(b"Date", b"5 Aug 2026 12:00:00 +0000")).sent_at == datetime(2026, 8, 5, 12, tzinfo=UTC)
    assert take(changed(b"Date", b"5 Aug 2026 12:00:01 +0000")).sent_at is None


def test_date_in_unknown_zone_is_utc(take: Take) -> None:
    assert take(changed(b"Date", b"1 Aug 2026 10:00:00 -0000")).sent_at == datetime(2026, 8, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        b"yesterday",
        b"32 Aug 2026 10:00:00 +0000",
        b"1 Aug 2026 10:00:00 +9999",
        b"31 Dec 9999 23:59:00 -2359",
        b"9" * 5000,
    ],
)
def test_unreadable_date_says_so(take: Take, value: bytes) -> None:
    mail = take(changed(b"Date", value))
    assert mail.sent_at is None
    assert len(mail.notices) == 1
    assert mail.notices[0].endswith("is not readable")


def test_hidden_characters_leave_subject_and_name(take: Take) -> None:
    raw = changed(b"Subject", "pay\u202egpj.exe\u200b\x00 now\u3164".encode())
    mail = take(raw.replace(b"J.Doe@", "\u2066".encode() + b"J.Doe@"))
    assert mail.subject == "paygpj.exe\ufffd now"
    assert mail.sender == ""
    assert "control or invisible characters in the Subject are replaced or removed" in mail.notices
    assert any(notice.startswith("no usable address in From") for notice in mail.notices)


def test_sender_name_is_cleaned_and_cut(take: Take) -> None:
    mail = take(changed(b"From", b'"A\xe2\x80\xae' + b"b" * 300 + b'" <a@b.org>'))
    assert mail.sender == "a@b.org"
    assert mail.sender_name == "A" + "b" * 199
    assert "sender's name longer than 200 characters: cut" in mail.notices


def test_injected_line_break_does_not_make_a_field(take: Take) -> None:
    mail = take(changed(b"Subject", b"=?utf-8?q?hi=0D=0AMessage-ID:_=3Cevil=40x=3E?="))
    assert mail.subject == "hi Message-ID: <evil@x>"
    assert mail.message_id == "one@example.org"
    assert "line break inside the Subject: shown as a space" in mail.notices


def test_lone_carriage_return_does_not_make_a_field(take: Take) -> None:
    mail = take(without(b"Message-ID").replace(b"Buffer", b"a\rMessage-ID: <evil@x>\rb"))
    assert mail.message_id == ""
    assert mail.subject.startswith("a Message-ID: <evil@x> b overflow")


def test_first_of_duplicate_fields_is_taken_and_named(take: Take) -> None:
    mail = take(b"From: a@b.org\r\nSubject: other\r\n" + PLAIN)
    assert mail.sender == "a@b.org"
    assert mail.subject == "other"
    assert mail.notices == ("2 From fields: the first is taken", "2 Subject fields: the first is taken")


def test_first_of_several_authors_is_taken(take: Take) -> None:
    mail = take(changed(b"From", b"A <a@b.org>, C <c@d.org>"))
    assert (mail.sender, mail.sender_name) == ("a@b.org", "A")
    assert mail.notices == ("From names 2 authors: the first is taken",)


@pytest.mark.parametrize("value", [b"", b"undisclosed-recipients:;", b"nobody", b"<>", b"@", b"<a b@c d>", b"\xff"])
def test_sender_without_address_is_empty(take: Take, value: bytes) -> None:
    mail = take(changed(b"From", value))
    assert mail.sender == ""
    assert mail.notices


def test_address_behind_what_the_parser_fails_on_is_found(take: Take) -> None:
    mail = take(changed(b"From", b"(" * 500 + b" <a@B.org>"))
    assert mail.sender == "a@b.org"


def test_unknown_charset_and_bare_bytes_in_the_header_are_shown(take: Take) -> None:
    for value in (b"caf\xe9", b"=?x-klingon?q?caf=E9?="):
        mail = take(changed(b"Subject", value))
        assert mail.subject == "caf\ufffd"
        assert mail.notices == ("unreadable characters in the Subject are shown as U+FFFD",)
    assert take(changed(b"Subject", "café".encode())).subject == "café"
    mail = take(changed(b"From", b"=?x-klingon?q?caf=E9?= <a@b.org>"))
    assert (mail.sender, mail.sender_name) == ("a@b.org", "caf\ufffd")
    assert mail.notices == ("unreadable characters in the sender's name are shown as U+FFFD",)


def test_references_keep_the_newest(take: Take) -> None:
    mail = take(changed(b"References", b" ".join(b"<%d@x>" % number for number in range(300))))
    assert len(mail.in_reply_to) == 201
    assert mail.in_reply_to[-1] == "299@x"
    assert mail.notices == ("References names 300 mails: the last 200 are kept",)


def test_header_of_ten_megabytes_is_read_in_part(take: Take) -> None:
    long = take(b"From: a@b.org\nSubject: " + b"a" * 10_000_000 + b"\n\nbody")
    many = take(b"From: a@b.org\nSubject: s\n" + b"X-Y: z\n" * 1_500_000 + b"\nbody")
    for mail in (long, many):
        assert mail.sender == "a@b.org"
        assert mail.text == "body"
        assert "header block of more than 262144 bytes: only these are read" in mail.notices
    assert long.subject == "a" * 998


def test_missing_empty_line_begins_the_body_at_the_first_other_line(take: Take) -> None:
    mail = take(b"From: a@b.org\nSubject: s\nHello there\nSubject: no field\n\nmore")
    assert mail.subject == "s"
    assert mail.text == "Hello there\nSubject: no field\n\nmore"
    assert "no empty line between header and body: the body begins at the first other line" in mail.notices


def test_line_of_an_mbox_before_the_header_is_skipped(take: Take) -> None:
    mail = take(b"From jo Mon Aug  3 09:30:00 2026\n" + PLAIN)
    assert mail.sender == "J.Doe@example.org"
    assert mail.notices == ()


def test_byte_order_mark_empty_lines_and_lone_carriage_returns(take: Take) -> None:
    assert take(b"\xef\xbb\xbf" + PLAIN).notices == ()
    assert take(b"\r\n\n" + PLAIN).notices == ("empty lines before the header are skipped",)
    mail = take(PLAIN.replace(b"\r\n", b"\r"))
    assert mail.text == "Hello\n"
    assert mail.notices == ("lines end in carriage returns alone: read as line feeds",)


def test_notices_have_a_limit(take: Take) -> None:
    parts = b"".join(b"--b\nContent-Transfer-Encoding: x%d\n\n\n" % number for number in range(60))
    mail = take(changed(b"Content-Type", b"multipart/mixed; boundary=b").replace(b"Hello\r\n", parts + b"--b--\n"))
    assert len(mail.notices) == 51
    assert mail.notices[-1] == "10 further notices are not kept"
