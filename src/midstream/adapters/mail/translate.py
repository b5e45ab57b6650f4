"""From the bytes of one mail to the desk's `IncomingMail`, without a file, a clock or a network."""

import binascii
import codecs
import hashlib
import re
from datetime import datetime
from typing import Final

from midstream.adapters.mail import header_values, limits
from midstream.adapters.mail.header_values import Header, read_header
from midstream.adapters.mail.mime_tree import VISIBLE, Leaf, leaves
from midstream.adapters.mail.plain_text import Notices, quoted, readable, words_of_html
from midstream.desk.mail import IncomingMail, MailPart, MailRefused

# A header with none of these is the beginning of some other file.
_MAIL_FIELDS: Final = frozenset(
    {"bcc", "cc", "date", "delivered-to", "from", "in-reply-to", "message-id"}
    | {"received", "reply-to", "return-path", "sender", "subject", "to"}
)
# RFC 5322 section 3.6 allows each of these once; a second one shows different people different mails.
_SINGLE_FIELDS: Final = ("From", "Subject", "Date", "Message-ID", "Content-Type", "Content-Transfer-Encoding")

_ARMOUR: Final = re.compile(r"^-----BEGIN PGP MESSAGE(?:, PART [0-9/]+)?-----[ \t\r]*$", re.MULTILINE)
_SMIME_TYPES: Final = ("application/pkcs7-mime", "application/x-pkcs7-mime")
# RFC 8551 section 3.2.2; without smime-type it is enveloped, which older agents left out.
_SMIME_SEALED: Final = ("", "enveloped-data", "authenveloped-data")

_BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOT_BASE64: Final = bytes(set(range(256)) - set(_BASE64))
_CHARSET: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+-]{0,39}")
# Codecs of Python that are no charset of a mail: quadratic in time, or ways to write escapes.
_NO_CHARSET: Final = frozenset(("idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined", "mbcs", "oem"))


def translate(*, raw: bytes, now: datetime) -> IncomingMail:
    """The mail as the desk takes it in, with a notice for everything that was odd.

    `raw` is one mail as it came (RFC 5322, MIME of RFC 2045 to 2049, names of RFC 2231); `now` is an aware instant,
    used only to judge whether the Date is believable. What is encrypted or compressed is described, never opened.
    Raises MailRefused when the bytes are empty, too many, or no mail; ValueError when `now` has no zone.
    """
    if now.tzinfo is None:
        message = "now has no time zone: pass an aware datetime"
        raise ValueError(message)
    if len(raw) > limits.MAIL_BYTES:
        raise too_large(what=f"the mail has {len(raw)} bytes")
    notices = Notices()
    source = _beginning_with_header(raw, notices=notices)
    header = _mail_header(source, notices=notices)
    address, name = header_values.sender(header, notices=notices)
    found = leaves(raw=source, header=header, notices=notices)
    texts, is_armoured = _texts(source, found, notices=notices)
    return IncomingMail(
        raw=raw,
        message_id=header_values.message_id(header, notices=notices),
        in_reply_to=header_values.answered_ids(header, notices=notices),
        subject=header_values.subject(header, notices=notices),
        sender=address,
        sender_name=name,
        sent_at=header_values.sent_at(header, now=now, notices=notices),
        text=texts,
        parts=tuple(_part(source, leaf, notices=notices) for leaf in found if leaf.is_attachment),
        encrypted=is_armoured or any(_is_encrypted(leaf) for leaf in found),
        notices=notices.all(),
    )


def too_large(*, what: str) -> MailRefused:
    """The refusal of a mail above the limit; `what` says which mail and how large it is."""
    return MailRefused(
        f"{what}, more than the {limits.MAIL_BYTES} bytes ({limits.MAIL_BYTES // 1024**2} MiB) a mail may have",
        "Ask the sender for the report without its large attachments, and for a place to fetch these from.",
    )


def _beginning_with_header(raw: bytes, *, notices: Notices) -> bytes:
    """The bytes to read: lines ended by line feeds, no byte order mark and no empty line before the header."""
    source = raw.removeprefix(codecs.BOM_UTF8)
    if b"\r" in source and b"\n" not in source:
        notices.add("lines end in carriage returns alone: read as line feeds")
        source = source.replace(b"\r", b"\n")
    if source.startswith((b"\n", b"\r\n")):
        notices.add("empty lines before the header are skipped")
        source = source.lstrip(b"\r\n")
    return source


def _mail_header(raw: bytes, *, notices: Notices) -> Header:
    if not raw.strip():
        raise MailRefused("the mail is empty", "Export the mail again and check the size of the file.")
    header = read_header(raw=raw, start=0, end=len(raw), limit=limits.HEADER_BLOCK_BYTES)
    if not any(field in _MAIL_FIELDS for field, _ in header.fields):
        begin = "it begins with" if header.is_whole else f"its first {limits.HEADER_BLOCK_BYTES} bytes hold"
        raise MailRefused(
            f"this is not a mail: {begin} no header field such as From, Subject or Date",
            'Export the mail as its original source (".eml", "message source", "raw message") and pass that file.',
        )
    if not header.is_whole:
        notices.add(f"header block of more than {limits.HEADER_BLOCK_BYTES} bytes: only these are read")
    if not header.has_separator:
        notices.add("no empty line between header and body: the body begins at the first other line")
    for name in _SINGLE_FIELDS:
        if (count := header.count(name.lower())) > 1:
            notices.add(f"{count} {name} fields: the first is taken")
    return header


def _content(raw: bytes, leaf: Leaf, *, notices: Notices) -> bytes:
    """The body of the leaf with its transfer encoding undone (RFC 2045 section 6), as far as it can be."""
    body = raw[leaf.start : leaf.end]
    if leaf.transfer_encoding == "base64":
        return _from_base64(body, notices=notices)
    if leaf.transfer_encoding == "quoted-printable":
        return binascii.a2b_qp(body)
    if leaf.transfer_encoding not in ("", "7bit", "8bit", "binary"):
        notices.add(f"unknown Content-Transfer-Encoding {quoted(leaf.transfer_encoding)}: content kept as it came")
    return body


def _from_base64(body: bytes, *, notices: Notices) -> bytes:
    digits = body.translate(None, _NOT_BASE64)
    data, _, rest = digits.partition(b"=")
    strange = body.translate(None, _BASE64 + b" \t\r\n")
    if strange or len(data) % 4 == 1 or rest.strip(b"="):
        notices.add("wrong base64 in a part: what could be read of it is kept")
    # One digit alone holds no whole byte, and absent padding loses nothing.
    data = data[: len(data) - (len(data) % 4 == 1)]
    return binascii.a2b_base64(data + b"=" * (-len(data) % 4))


def _texts(raw: bytes, found: list[Leaf], *, notices: Notices) -> tuple[str, bool]:
    """The text to read, of all leaves that are no attachment, and whether ASCII-armoured PGP stands in it.

    Of the leaves of one multipart/alternative only plain text is read when it has any.
    """
    bodies = [leaf for leaf in found if not leaf.is_attachment]
    plain_in = {
        leaf.alternative
        for leaf in bodies
        if leaf.media_type == "text/plain" and VISIBLE.search(raw, leaf.start, leaf.end)
    } - {-1}
    kept: list[str] = []
    room = limits.TEXT_CHARS
    is_armoured = False
    for leaf in bodies:
        if leaf.media_type == "text/html" and leaf.alternative in plain_in:
            continue
        if room <= 0:
            notices.add(f"text cut at {limits.TEXT_CHARS} characters")
            break
        text = _body_text(raw, leaf, notices=notices)
        is_armoured = is_armoured or bool(_ARMOUR.search(text))
        if len(text) > room:
            notices.add(f"text cut at {limits.TEXT_CHARS} characters")
        if text:
            kept.append(text[:room])
            room -= len(text) + 1
    return "\n".join(kept)[: limits.TEXT_CHARS], is_armoured


def _body_text(raw: bytes, leaf: Leaf, *, notices: Notices) -> str:
    content = _content(raw, leaf, notices=notices)
    # Four bytes are the longest character of UTF-8; one character above the limit shows that something is cut.
    most = 4 * (limits.TEXT_CHARS + 1)
    if len(content) > most:
        notices.add(f"text cut at {limits.TEXT_CHARS} characters")
    text = _decoded(content[:most], leaf.declared.parameter("charset"), notices=notices)
    if leaf.media_type == "text/html":
        text = words_of_html(text, notices=notices)
    return readable(text, notices=notices)


def _decoded(content: bytes, charset: str, *, notices: Notices) -> str:
    name = charset.strip()
    if name.lower() not in ("", "us-ascii", "ascii", "utf-8"):
        try:
            text = _decoded_as(content, name)
        except (LookupError, ValueError):
            notices.add(f"unknown charset {quoted(name)}: read as UTF-8")
        else:
            if "\ufffd" in text:
                notices.add(f"bytes that are not {quoted(name)} are shown as U+FFFD")
            return text
    # UTF-8 includes ASCII, and mailers that declare ASCII often send UTF-8.
    text = content.decode("utf-8-sig", "replace")
    if "\ufffd" in text:
        notices.add("bytes that are not UTF-8 are shown as U+FFFD")
    return text


def _decoded_as(content: bytes, name: str) -> str:
    if not _CHARSET.fullmatch(name) or codecs.lookup(name).name.replace("_", "-") in _NO_CHARSET:
        raise LookupError(name)
    return content.decode(name, "replace")


def _part(raw: bytes, leaf: Leaf, *, notices: Notices) -> MailPart:
    if leaf.media_type == "message/rfc822":
        notices.add("an attached mail is kept as a part and not read: pass it as a file of its own to read it")
    content = _content(raw, leaf, notices=notices)
    digest = hashlib.sha256(content).hexdigest()
    return MailPart(name=leaf.name, media_type=leaf.media_type, size=len(content), sha256=digest)


def _is_encrypted(leaf: Leaf) -> bool:
    """PGP/MIME (RFC 3156), also where a server made multipart/mixed of it, or S/MIME enveloped data (RFC 8551)."""
    if leaf.is_sealed or leaf.media_type == "application/pgp-encrypted":
        return True
    return leaf.media_type in _SMIME_TYPES and leaf.declared.parameter("smime-type").lower() in _SMIME_SEALED
