"""Mails of advisories: plain, narrow, nothing injected, read back."""

from datetime import UTC, datetime
from email import message_from_bytes, policy

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midstream.adapters.mail.translate import translate
from midstream.formats.base.fault import DocumentError
from midstream.formats.base.visible import one_line
from midstream.formats.mail.message import Message, body, check, read, write

AT = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
MAIL = Message(
    sender="security@example.org",
    sender_name="Example Team",
    to=("list@example.org",),
    subject="TFMV-9: a title",
    at=AT,
    message_id="<tfmv-9.1@example.org>",
    fields=(
        ("Advisory", "TFMV-9"),
        ("Title", "A title so long that it needs more than one line of a mail, surely"),
    ),
    sections=(("Details", "One paragraph.\n\n- item\n- other"), ("Code", "```c\nint x = 0;\n```")),
)


def test_a_mail_is_plain_and_narrow_and_comes_back() -> None:
    raw = write(MAIL)
    assert raw == write(MAIL)
    assert check(MAIL) == ()
    assert b"html" not in raw.lower()
    assert all(len(line) <= 72 for line in body(MAIL).split("\n"))
    found = read(raw)
    assert (found.fields, found.subject, found.at, found.message_id) == (MAIL.fields, MAIL.subject, AT, MAIL.message_id)
    assert found.sections[0] == MAIL.sections[0]
    taken = translate(raw=raw, now=AT)
    assert taken.subject == MAIL.subject
    assert taken.notices == ()


@pytest.mark.parametrize("field", ["subject", "sender_name"])
def test_no_header_can_be_injected(field: str) -> None:
    hostile = "x\r\nBcc: all@example.org\r\n\r\n<html>\u202e"
    raw = write(msgspec.structs.replace(MAIL, **{field: hostile}))
    mail = message_from_bytes(raw, policy=policy.default)
    assert mail["Bcc"] is None
    assert mail.get_content_type() == "text/plain"
    assert "\u202e" not in str(mail["Subject"]) + str(mail["From"])


@pytest.mark.parametrize(
    "change",
    [
        {"to": ("a@b\r\nBcc: c@d",)},
        {"sender": "no address"},
        {"reply_to": "x y@z"},
        {"message_id": "<a@b>\r\nX: y"},
        {"in_reply_to": "none"},
    ],
)
def test_an_address_that_is_none_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(DocumentError):
        write(msgspec.structs.replace(MAIL, **change))


@pytest.mark.parametrize("word", ["x" * 3000, "漢" * 1200], ids=["ASCII", "three bytes each"])
def test_a_word_longer_than_a_line_may_be_travels_in_short_lines(word: str) -> None:
    mail = msgspec.structs.replace(MAIL, sections=(("Details", word),))
    raw = write(mail)
    assert max(map(len, raw.splitlines())) <= 78
    assert read(raw).sections == (("Details", word),)
    assert check(mail) == ()


def test_an_embargoed_mail_says_so_first() -> None:
    held = msgspec.structs.replace(MAIL, embargo_until="2026-12-24T12:00:00Z", tlp="AMBER")
    assert body(held).startswith("EMBARGOED until 2026-12-24T12:00:00Z. TLP:AMBER. Do not forward")
    found = read(write(held))
    assert (found.embargo_until, found.tlp) == ("2026-12-24T12:00:00Z", "AMBER")
    assert [fault.rule for fault in check(msgspec.structs.replace(held, tlp=""))] == ["mail.tlp"]


@given(st.text(max_size=300))
def test_any_text_is_carried(text: str) -> None:
    mail = msgspec.structs.replace(MAIL, sections=(("Details", text),))
    found = read(write(mail))
    assert found.fields == MAIL.fields
    assert all(line.isprintable() or "\t" in line for line in body(found).split("\n"))
    assert one_line(text) in one_line(body(mail)) or "\n" in text or len(text) > 60 or "`" in text


NO_MAILS = [
    b"",
    b"\xff\x00",
    b"From: a\n\nx",
    b"Content-Type: text/html\n\n<p>",
    b"From: a@b\nTo: c@d\nDate: x\n\ny",
]


@pytest.mark.parametrize("raw", NO_MAILS)
def test_what_is_no_mail_of_ours_is_refused(raw: bytes) -> None:
    with pytest.raises(DocumentError):
        read(raw)
