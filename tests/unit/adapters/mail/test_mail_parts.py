"""Attachments, encryption and the shape of MIME, whole and broken."""

import base64
import hashlib
import io
import zipfile
from collections.abc import Callable

import pytest

from midstream.desk.mail import IncomingMail, MailPart

Take = Callable[[bytes], IncomingMail]

HEAD = b"From: a@b.org\nSubject: s\nDate: Mon, 3 Aug 2026 09:30:00 +0200\nMessage-ID: <1@b.org>\n"


def multipart(*parts: bytes, kind: bytes = b"mixed") -> bytes:
    head = HEAD + b"Content-Type: multipart/" + kind + b'; boundary="b"\n\n'
    return head + b"".join(b"--b\n" + part + b"\n" for part in parts) + b"--b--\n"


def attached(name: bytes, content: bytes = b"x", media_type: bytes = b"application/zip") -> bytes:
    place = b"Content-Disposition: attachment; " + name
    return b"Content-Type: " + media_type + b"\n" + place + b"\n\n" + content


def test_attachment_is_described_after_its_encoding_is_undone(take: Take) -> None:
    content = bytes(range(256))
    part = attached(b'filename="poc.BIN"\nContent-Transfer-Encoding: BASE64', base64.encodebytes(content))
    mail = take(multipart(b"Content-Type: text/plain\n\nsee attachment", part))
    digest = hashlib.sha256(content).hexdigest()
    assert mail.parts == (MailPart(name="poc.BIN", media_type="application/zip", size=256, sha256=digest),)
    assert mail.text == "see attachment"
    assert mail.notices == ()


@pytest.mark.parametrize(
    ("declared", "shown"),
    [
        (b'filename="../../etc/passwd"', "passwd"),
        (b"filename*=utf-8''..%2f..%2fetc%2fpass%00wd", "pass\ufffdwd"),
        (b"filename*0*=utf-8''..%5C..%5C; filename*1=evil.bat", "evil.bat"),
        (b'filename="C:\\\\Windows\\\\cmd.exe"', "cmd.exe"),
        (b'filename=".."', ""),
        (b"filename*=utf-8''photo%E2%80%AEgpj.exe", "photogpj.exe"),
        (b"filename*=utf-8''a%0D%0AX-Evil%3A%20b", "a X-Evil: b"),
        (b'filename="=?utf-8?b?w6kudHh0?="', "é.txt"),
        (b"filename*=x-none''%ff", "\ufffd"),
        (b'filename="' + b"a" * 300 + b'.exe"', "a" * 150 + "…" + "a" * 45 + ".exe"),
    ],
)
def test_attachment_name_is_safe_to_show(take: Take, declared: bytes, shown: str) -> None:
    part = take(multipart(attached(declared))).parts[0]
    assert part.name == shown


@pytest.mark.parametrize("declared", [b"nonsense", b"a/b/c", b"/", b"text/", b"\xff/x"])
def test_unusable_type_is_octet_stream_for_attachments_and_text_otherwise(take: Take, declared: bytes) -> None:
    mail = take(multipart(attached(b"filename=x", media_type=declared), b"Content-Type: " + declared + b"\n\nhi"))
    assert [part.media_type for part in mail.parts] == ["application/octet-stream"]
    assert mail.text == "hi"
    assert len(mail.notices) == 2


def test_compressed_attachment_is_not_unpacked(take: Take) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(20_000_000))
    content = packed.getvalue()
    mail = take(multipart(attached(b"filename=b.zip\nContent-Transfer-Encoding: base64", base64.encodebytes(content))))
    assert mail.parts[0].size == len(content) < 100_000
    assert mail.parts[0].sha256 == hashlib.sha256(content).hexdigest()


def test_attachments_beyond_the_limit_are_counted(take: Take) -> None:
    mail = take(multipart(*[attached(b"filename=a")] * 10_000))
    # The multipart itself is one of the 200 parts looked at.
    assert len(mail.parts) == 199
    assert mail.notices == ("9801 parts beyond the first 200 are kept only in the raw mail",)


def test_nesting_has_a_limit_and_needs_no_stack(take: Take) -> None:
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(10_000))
    mail = take(HEAD + deep + b"\nat the bottom")
    assert [part.media_type for part in mail.parts] == ["multipart/mixed"]
    assert "multiparts nested deeper than 20: the inner ones are kept as one part, unread" in mail.notices


@pytest.mark.parametrize(
    "declared", [b"multipart/mixed", b"multipart/mixed; boundary=other", b'multipart/x; boundary=""']
)
def test_broken_boundary_is_read_as_plain_text(take: Take, declared: bytes) -> None:
    mail = take(HEAD + b"Content-Type: " + declared + b"\n\n--b\n\nhello\n--b--\n")
    assert mail.text == "--b\n\nhello\n--b--\n"
    assert mail.notices == ("broken MIME boundary: read as plain text",)


def test_boundary_with_equal_signs_and_no_quotes_is_found(take: Take) -> None:
    mail = take(HEAD + b"Content-Type: multipart/mixed; boundary=--==_P_1\n\n----==_P_1\n\nhello\n----==_P_1--\n")
    assert mail.text == "hello"
    assert mail.notices == ()


def test_missing_last_boundary_keeps_the_last_part(take: Take) -> None:
    mail = take(multipart(b"\nhello", attached(b"filename=a", b"content")).removesuffix(b"\n--b--\n"))
    assert mail.text == "hello"
    assert mail.parts[0].size == len(b"content")
    assert mail.notices == ("no closing MIME boundary: the last part is read to the end",)


def test_text_behind_the_last_boundary_is_noticed(take: Take) -> None:
    assert take(multipart(b"\nhello") + b"\n \n").notices == ()
    assert take(multipart(b"\nhello") + b" " * 5000 + b"hidden").notices == (
        "text after the last boundary is not shown",
    )
    inner = b"Content-Type: multipart/mixed; boundary=i\n\n--i\n\nhello\n--i--"
    assert take(multipart(inner, b"\nmore")).notices == ()


def test_longer_boundary_of_an_inner_part_is_not_the_outer_one(take: Take) -> None:
    inner = b"Content-Type: multipart/mixed; boundary=bb\n\n--bb\n\none\n--bb\n\ntwo\n--bb--"
    assert take(multipart(inner, b"\nthree")).text == "one\ntwo\nthree"


@pytest.mark.parametrize("body", [b"QUJD*", b"QUJDR", b"QUI=QUJD", b"=QUJD"])
def test_wrong_base64_is_noticed(take: Take, body: bytes) -> None:
    mail = take(multipart(attached(b"filename=a\nContent-Transfer-Encoding: base64", body)))
    assert mail.parts[0].size in (0, 2, 3)
    assert mail.notices == ("wrong base64 in a part: what could be read of it is kept",)


def test_base64_without_padding_is_whole(take: Take) -> None:
    mail = take(multipart(attached(b"filename=a\nContent-Transfer-Encoding: base64", b"QUI")))
    assert mail.parts[0].sha256 == hashlib.sha256(b"AB").hexdigest()
    assert mail.notices == ()


def test_unknown_transfer_encoding_keeps_the_bytes(take: Take) -> None:
    mail = take(multipart(attached(b"filename=a\nContent-Transfer-Encoding: x-uuencode", b"begin 644 a")))
    assert mail.parts[0].sha256 == hashlib.sha256(b"begin 644 a").hexdigest()
    assert mail.notices == ('unknown Content-Transfer-Encoding "x-uuencode": content kept as it came',)


def test_attached_mail_is_a_part(take: Take) -> None:
    mail = take(multipart(b"Content-Type: message/rfc822\n\nSubject: inner\n\nsecret"))
    assert [part.media_type for part in mail.parts] == ["message/rfc822"]
    assert mail.text == ""
    assert "an attached mail is kept as a part and not read" in mail.notices[0]
    assert [part.media_type for part in take(multipart(b"\nSubject: x\n\ny", kind=b"digest")).parts] == [
        "message/rfc822"
    ]


ARMOUR = b"-----BEGIN PGP MESSAGE-----\n\nhQEMA\n=abcd\n-----END PGP MESSAGE-----"


def test_pgp_mime_is_kept_closed(take: Take) -> None:
    control = b"Content-Type: application/pgp-encrypted\n\nVersion: 1"
    mail = take(multipart(control, b"Content-Type: application/octet-stream\n\n" + ARMOUR, kind=b"encrypted"))
    assert mail.encrypted
    assert [part.size for part in mail.parts] == [len(b"Version: 1"), len(ARMOUR)]
    assert mail.text == ""
    # Some servers turn multipart/encrypted into multipart/mixed on the way.
    assert take(multipart(control, b"Content-Type: application/octet-stream\n\n" + ARMOUR)).encrypted


@pytest.mark.parametrize(
    ("declared", "encrypted"),
    [
        (b"application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", True),
        (b"application/x-pkcs7-mime; smime-type=AuthEnveloped-Data", True),
        (b"application/pkcs7-mime; name=smime.p7m", True),
        (b"application/pkcs7-mime; smime-type=signed-data", False),
        (b"application/pkcs7-signature", False),
    ],
)
def test_smime(take: Take, declared: bytes, encrypted: bool) -> None:  # noqa: FBT001
    mail = take(HEAD + b"Content-Type: " + declared + b"\nContent-Transfer-Encoding: base64\n\nQUJD\n")
    assert mail.encrypted is encrypted
    assert [part.size for part in mail.parts] == [3]


def test_inline_armour_is_encrypted_and_shown_as_it_is(take: Take) -> None:
    mail = take(HEAD + b"\nHi,\n" + ARMOUR + b"\n")
    assert mail.encrypted
    assert mail.text == "Hi,\n" + ARMOUR.decode() + "\n"
    assert not take(HEAD + b"\nit begins with\n> -----BEGIN PGP MESSAGE-----\n").encrypted
    assert not take(HEAD + b"\n-----BEGIN PGP SIGNED MESSAGE-----\nhi\n").encrypted


def test_encrypted_mail_with_broken_boundary_is_still_encrypted(take: Take) -> None:
    assert take(HEAD + b"Content-Type: multipart/encrypted\n\nxyz").encrypted
