"""Laws: any bytes give a mail or a refusal; whole mails are read as the standard library reads them."""

import hashlib
import unicodedata
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from midstream.adapters.mail import limits, translate
from midstream.adapters.mail.plain_text import file_name
from midstream.desk.mail import IncomingMail, MailRefused

NOW = datetime(2026, 8, 3, 12, tzinfo=UTC)
SLOW = timedelta(seconds=10)

FIELDS = [
    *(b"From: ", b"From: a@b.org\n", b"Subject: ", b"Date: ", b"Message-ID: <", b"References: <a> <b"),
    *(b"Content-Type: ", b"Content-Transfer-Encoding: ", b"Content-Disposition: attachment; filename="),
]
VALUES = [
    *(b"=?utf-8?b?", b"=?utf-8?q?=E2=80=AE?=", b"?=", b"Mon, 3 Aug 2026 10:00:00 +0000", b"1 Jan 99999 99:99:99 -9999"),
    *(b"multipart/mixed; boundary=", b"multipart/alternative", b"multipart/encrypted", b"text/html", b"message/rfc822"),
    *(b"; charset=", b"idna", b"utf-7", b"unicode_escape", b"; name*0*=", b"''", b"%00", b"../"),
    *(b"base64", b"quoted-printable", b"--b", b"--b--", b"b", b"QUJD", b"=3D"),
    *(b"<script>", b"<!--", b"&#x110000;", b"-----BEGIN PGP MESSAGE-----", "\u202e".encode(), "\U000e0041".encode()),
]
MARKS = [b"\n\n", b"\r\n", b"\xff", *(bytes([mark]) for mark in b'\n\r \t\x00"()<>@,;:=\\[')]
PIECES = FIELDS + VALUES + MARKS


def a_mail() -> bytes:
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"] = "Jürgen Doe <jo@example.org>"
    mail["To"] = "security@example.org"
    mail["Subject"] = "Überlauf in the boot loader, " + "long " * 30
    mail["Date"] = "Mon, 03 Aug 2026 09:30:00 +0200"
    mail["Message-ID"] = "<one@example.org>"
    mail["References"] = "<zero@example.org> <half@example.org>"
    mail.set_content("Hello,\n\nan overflow: Süd, see the patch.\n")
    mail.add_alternative("<p>Hello,</p><p>an overflow &ndash; see the patch.</p>", subtype="html")
    mail.add_attachment(bytes(range(256)), maintype="application", subtype="zip", filename="ünïcode näme.zip")
    mail.add_attachment("diff --git\n", subtype="x-patch", filename="fix.patch")
    return mail.as_bytes()


SEEDS = [a_mail(), a_mail().replace(b"\r\n", b"\n")]


@st.composite
def mutated_mails(draw: st.DrawFn) -> bytes:
    """A real-looking mail with pieces cut out, doubled and put in."""
    raw = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(raw)))
        end = min(len(raw), start + draw(st.integers(0, 80)))
        middle = draw(st.sampled_from([b"", raw[start:end] * 2]) | st.sampled_from(PIECES) | st.binary(max_size=20))
        raw = raw[:start] + middle + raw[end:]
    return raw


def is_clean(line: str) -> bool:
    return all(unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for character in line)


def check(raw: bytes) -> IncomingMail | None:
    """Translates and holds what every mail promises; None for a refusal with its two sentences."""
    try:
        mail = translate(raw=raw, now=NOW)
    except MailRefused as caught:
        refusal = caught
    else:
        promises(mail, raw=raw)
        return mail
    assert refusal.what
    assert refusal.hint
    return None


def promises(mail: IncomingMail, *, raw: bytes) -> None:
    """What every mail that is taken keeps."""
    assert mail.raw == raw
    lines = (mail.subject, mail.sender, mail.sender_name, mail.message_id, *mail.in_reply_to, *mail.notices)
    assert all(is_clean(line) for line in lines)
    assert len(mail.subject) <= limits.SUBJECT_CHARS
    assert len(mail.text) <= limits.TEXT_CHARS
    assert all(unicodedata.category(c) not in ("Cc", "Cs") for c in mail.text if c not in "\n\t")
    assert mail.sent_at is None or limits.OLDEST_DATE <= mail.sent_at <= NOW + limits.FUTURE_DATE
    for part in mail.parts:
        assert is_clean(part.name)
        assert len(part.name) <= limits.NAME_CHARS
        assert not set(part.name) & {"/", "\\"}
        assert part.media_type == part.media_type.lower()
    # No lone surrogate and no odd type anywhere: it can be written down and read back.
    assert msgspec.json.decode(msgspec.json.encode(mail), type=IncomingMail) == mail


@given(st.binary(max_size=2000))
@settings(deadline=SLOW, max_examples=200)
def test_any_bytes_give_a_mail_or_a_refusal(raw: bytes) -> None:
    check(raw)
    assert check(b"From: a@b.org\n" + raw) is not None


@given(st.lists(st.sampled_from(PIECES) | st.binary(max_size=6), max_size=60).map(b"".join))
@settings(deadline=SLOW, max_examples=400)
def test_any_words_of_mails_give_a_mail_or_a_refusal(raw: bytes) -> None:
    check(raw)
    check(b"To: a@b.org\nContent-Type: multipart/mixed; boundary=b\n" + raw)


@given(mutated_mails())
@settings(deadline=SLOW, max_examples=400)
def test_any_mutated_mail_gives_a_mail_or_a_refusal(raw: bytes) -> None:
    check(raw)


words = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=30)
contents = st.binary(max_size=200)


@st.composite
def whole_mails(draw: st.DrawFn) -> EmailMessage:
    """A mail with text, attachments and some nesting, as the standard library writes it."""
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"] = "a@b.org"
    mail["Subject"] = draw(words)
    mail.set_content(draw(words))
    for name, content in draw(st.lists(st.tuples(words, contents), min_size=1, max_size=4)):
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    for name in draw(st.lists(words, max_size=2)):
        inner = EmailMessage(policy=policy.SMTP)
        inner.set_content("inner")
        inner.add_attachment(b"1", maintype="image", subtype="png", filename=name)
        mail.attach(inner)
    return mail


@given(whole_mails())
@settings(deadline=SLOW)
def test_whole_mails_are_read_as_the_standard_library_reads_them(mail: EmailMessage) -> None:
    raw = mail.as_bytes()
    expected = []
    for part in message_from_bytes(raw, policy=policy.default).walk():
        if part.get_filename():
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            name = file_name(part.get_filename() or "")
            expected.append((name, part.get_content_type(), len(content), hashlib.sha256(content).hexdigest()))
    found = check(raw)
    assert found is not None
    assert [(part.name, part.media_type, part.size, part.sha256) for part in found.parts] == expected
    # A boundary line takes the line end before it, which is not content (RFC 2046 section 5.1.1).
    body = mail.get_body(("plain",))
    assert body is not None
    assert found.text.startswith(str(body.get_content()).strip())
