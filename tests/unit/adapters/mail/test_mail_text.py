"""The text a person reads: charsets, HTML, control characters, limits."""

import time
from collections.abc import Callable

import pytest

from midstream.desk.mail import IncomingMail

Take = Callable[[bytes], IncomingMail]

HEAD = b"From: a@b.org\nSubject: s\nDate: Mon, 3 Aug 2026 09:30:00 +0200\nMessage-ID: <1@b.org>\n"
MIB = 1024 * 1024


def body(content: bytes, *, media_type: bytes = b"text/plain", encoding: bytes = b"8bit") -> bytes:
    fields = b"Content-Type: " + media_type + b"\nContent-Transfer-Encoding: " + encoding
    return HEAD + fields + b"\n\n" + content


@pytest.mark.parametrize(
    ("media_type", "content"),
    [
        (b"text/plain", "grüße".encode()),
        (b"text/plain; charset=us-ascii", "grüße".encode()),
        (b"text/plain; charset=iso-8859-1", "grüße".encode("latin-1")),
        (b'text/plain; charset="UTF-16"', "grüße".encode("utf-16")),
    ],
)
def test_charset_is_undone(take: Take, media_type: bytes, content: bytes) -> None:
    mail = take(body(content, media_type=media_type))
    assert mail.text == "grüße"
    assert mail.notices == ()


@pytest.mark.parametrize(
    "charset", [b"x-klingon", b"rot13", b"hex", b"punycode", b"unicode_escape", b"../../x", b"\xff"]
)
def test_unknown_charset_is_read_as_utf8(take: Take, charset: bytes) -> None:
    mail = take(body(b"caf\xe9 \\q", media_type=b"text/plain; charset=" + charset))
    assert mail.text == "caf\ufffd \\q"
    assert mail.notices[0].startswith("unknown charset ")
    assert mail.notices[1:] == ("bytes that are not UTF-8 are shown as U+FFFD",)


def test_quoted_printable_and_base64_text(take: Take) -> None:
    assert take(body(b"a=3Db=\nc", encoding=b"quoted-printable")).text == "a=bc"
    assert take(body(b"aGVsbG8=", encoding=b"base64")).text == "hello"


def test_control_characters_and_overrides_are_shown(take: Take) -> None:
    mail = take(body("a\x00b\x1b[31m\tc\r\nd\re \u202egpj".encode()))
    assert mail.text == "a\ufffdb\ufffd[31m\tc\nd\ne \ufffdgpj"
    assert mail.notices == (
        "control characters in the text are shown as U+FFFD",
        "characters that change the direction of writing in the text are shown as U+FFFD",
    )


def test_text_is_cut_at_its_limit(take: Take) -> None:
    exact = take(body(b"a" * MIB))
    assert (len(exact.text), exact.notices) == (MIB, ())
    for more in (b"a" * (MIB + 1), b"a" * 6 * MIB):
        mail = take(body(more))
        assert len(mail.text) == MIB
        assert mail.notices == ("text cut at 1048576 characters",)


def html(source: str) -> bytes:
    return body(source.encode(), media_type=b"text/html; charset=utf-8")


def test_html_is_reduced_to_words(take: Take) -> None:
    mail = take(
        html(
            "<html><head><style>p { color: red }</style></head><body onload='evil()'><h1>Over&shy;flow</h1>"
            "<p>In  <b>boot</b>\nloader &lt;1.2&gt;<br>see <a href='https://evil.example'>here</a></p>"
            "<!-- hidden --><script>alert(1)</script><ul><li>one<li>two</ul><img src='https://track.example/x.png'>"
            "<pre>int a;\n  int b;</pre></body></html>"
        )
    )
    assert mail.text == "Over\xadflow\nIn boot loader <1.2>\nsee here\n\n- one\n- two\nint a;\n  int b;"
    assert mail.notices == ()


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<!-- never ends", "<!-- never ends"),
        ("a<!-->b-->c", "ab-->c"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("<a href='x", "<a href='x"),
        ("a<script>b", "ab"),
        ("a<script>b</script>c", "ac"),
        ("&#" + "9" * 5000 + ";", "\ufffd"),
        ("<template>x</template>y", "y"),
        ("<title>a<b>b</title><textarea><p>c", "ab\nc"),
        ("<plaintext>a<br>b", "a\nb"),
        ("a<SCRIPT type='x'>'</p>' < b && '</scrip>'</Script >c", "ac"),
        ("a<?php x ?><!DOCTYPE html>b", "ab"),
    ],
)
def test_broken_html_shows_more_rather_than_less(take: Take, source: str, text: str) -> None:
    assert take(html(source)).text == text


def test_html_longer_than_its_limit_is_read_in_part(take: Take) -> None:
    mail = take(html("<p>" + "a" * MIB))
    assert len(mail.text) == MIB - 3
    assert mail.notices == ("HTML longer than 1048576 characters: only these are read",)


def alternative(plain: bytes) -> bytes:
    parts = b"--b\nContent-Type: text/plain\n\n" + plain + b"\n--b\nContent-Type: text/html\n\n<p>rich</p>\n--b--\n"
    return HEAD + b"Content-Type: multipart/alternative; boundary=b\n\n" + parts


def test_plain_alternative_is_preferred_unless_empty(take: Take) -> None:
    assert take(alternative(b"plain")).text == "plain"
    assert take(alternative(b" ")).text.strip() == "rich"


@pytest.mark.parametrize(
    "unit",
    ["<!--", "<a ", "<a x='", "<![CDATA[", "</", "&#9", "<script></a>", "<style></", "<", "<!", "<a<", "&amp", "<?"],
)
def test_hostile_html_takes_bounded_time(take: Take, unit: str) -> None:
    raw = html((unit * MIB)[:MIB])
    began = time.perf_counter()
    mail = take(raw)
    # A second is plenty where time is linear; where it is quadratic, minutes are not enough.
    assert time.perf_counter() - began < 15
    assert len(mail.text) <= MIB


HOSTILE_BODIES = {
    "many boundaries": (b"multipart/mixed; boundary=b", b"--b\n" * MIB),
    "near boundaries": (b"multipart/mixed; boundary=b", b"--bx\n" * MIB),
    "dashes": (b"multipart/mixed; boundary=-", b"-" * 8 * MIB),
    "spaces behind a boundary": (b"multipart/mixed; boundary=b", b"--b" + b" " * 8 * MIB),
    "line feeds": (b"text/plain", b"\n" * 8 * MIB),
    "comments in part headers": (
        b"multipart/mixed; boundary=b",
        b"".join(b"--b\nContent-Type: a/b;" + b"(a)" * 4000 + b"\n\n" for _ in range(300)),
    ),
    "one level per boundary": (
        b"multipart/mixed; boundary=0",
        b"".join(b"--%d\nContent-Type: multipart/mixed; boundary=%d\n\n" % (n, n + 1) for n in range(3000))
        + b"\n--19" * MIB,
    ),
    "punycode": (b"text/plain; charset=punycode", b"a-" * 2 * MIB),
}


@pytest.mark.parametrize("name", HOSTILE_BODIES)
def test_hostile_body_takes_bounded_time(take: Take, name: str) -> None:
    media_type, content = HOSTILE_BODIES[name]
    raw = body(content, media_type=media_type)
    began = time.perf_counter()
    mail = take(raw)
    assert time.perf_counter() - began < 15
    assert mail.raw == raw


@pytest.mark.parametrize(
    "field", [b"From", b"Subject", b"Content-Type", b"Content-Disposition", b"References", b"Date"]
)
@pytest.mark.parametrize("unit", [b"(", b'"', b"(a)", b"<@a,", b"=?utf-8?q?a?= ", b"=?", b"a;b*0*=", b"<", b"\\"])
def test_hostile_header_takes_bounded_time(take: Take, field: bytes, unit: bytes) -> None:
    raw = b"To: a\n" + field + b": " + unit * 200_000 + b"\nX: y\n\nhello"
    began = time.perf_counter()
    mail = take(raw)
    assert time.perf_counter() - began < 15
    assert mail.notices
