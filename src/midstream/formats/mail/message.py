"""An advisory as one mail: plain text, lines of at most 72 columns, no HTML (RFC 5322; RFC 3676 is not needed).

The body has a fixed grammar, so that it is read back::

    EMBARGOED until 2026-03-01 …          only under embargo

    Advisory   ZEP-2026-0042              fields
    CVE        CVE-2026-12345

    Details                               sections
    -------

    text
"""

import re
import textwrap
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Final

import msgspec

from midstream.formats.base.fault import DocumentError, Fault
from midstream.formats.base.visible import one_line, paragraphs, visible

COLUMNS: Final = 72
SIZE_LIMIT: Final = 4 * 1024 * 1024
"""Bytes of a mail that is read back: an advisory is text."""

_FIELD: Final = re.compile(r"([A-Z][A-Za-z -]{0,19}?) {2,}(\S.*)|([A-Z][A-Za-z -]{0,19}): (\S.*)")
_EMBARGO: Final = re.compile(r"EMBARGOED until ([0-9TZ:+-]{10,25})\b")
_ID: Final = re.compile(r"<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,200}@[A-Za-z0-9.-]{1,200}>")
_FENCE: Final = re.compile(r" {0,3}(?:`{3,}|~{3,})")


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One mail. `embargo_until` makes it an embargoed one; `message_id` and `in_reply_to` stand in angle brackets."""

    sender: str
    to: tuple[str, ...]
    subject: str
    at: datetime
    message_id: str
    sender_name: str = ""
    reply_to: str = ""
    in_reply_to: str = ""
    embargo_until: str = ""
    tlp: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    sections: tuple[tuple[str, str], ...] = ()


def write(message: Message) -> bytes:
    """The mail as bytes with CRLF line ends, the same for equal messages. DocumentError for an address that is none."""
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"] = _address(message.sender, name=message.sender_name)
    mail["To"] = tuple(_address(each) for each in message.to)
    if message.reply_to:
        mail["Reply-To"] = _address(message.reply_to)
    mail["Subject"] = one_line(message.subject)
    mail["Date"] = message.at.astimezone(UTC)
    mail["Message-ID"] = _message_id(message.message_id)
    if message.in_reply_to:
        mail["In-Reply-To"] = _message_id(message.in_reply_to)
        mail["References"] = _message_id(message.in_reply_to)
    mail.set_content(body(message), subtype="plain", charset="utf-8", cte=_encoding(body(message)))
    return mail.as_bytes()


def body(message: Message) -> str:
    """The text of the mail, its lines ended by line feeds."""
    lines: list[str] = []
    if message.embargo_until:
        tlp = f" TLP:{one_line(message.tlp)}." if message.tlp else ""
        lines += textwrap.wrap(
            f"EMBARGOED until {one_line(message.embargo_until)}.{tlp} Do not forward this mail, and do not tell anyone"
            " who is not on its list.",
            COLUMNS,
        )
        lines.append("")
    width = max((len(name) for name, _ in message.fields), default=0) + 3
    for name, value in message.fields:
        lines += _wrapped(f"{one_line(name):<{width}}{one_line(value)}", indent=" " * width)
    for title, text in message.sections:
        lines += ["", one_line(title), "-" * len(one_line(title)), "", *_prose(text)]
    return "\n".join([*lines, ""])


def read(raw: bytes, *, where: str = "") -> Message:
    """The message of a mail that we sent; DocumentError for what is no mail in plain text.

    Wrapped lines are joined, so a paragraph comes back as one line.
    """
    if len(raw) > SIZE_LIMIT:
        raise DocumentError(f"{len(raw)} bytes, more than {SIZE_LIMIT}", where=where, hint="Is it an advisory?")
    try:
        mail = message_from_bytes(raw, policy=policy.default)
        sender, to, at = mail["From"], mail["To"], mail["Date"]
        if sender is None or to is None or at is None or at.datetime is None or mail.get_content_type() != "text/plain":
            raise DocumentError("no mail in plain text", where=where, hint="Pass the mail as its source, .eml.")
        text = str(mail.get_content()).replace("\r\n", "\n")
        first = sender.addresses[0]
        addresses = tuple(each.addr_spec for each in to.addresses)
    except (LookupError, ValueError, HeaderParseError, AttributeError):
        raise DocumentError("a mail whose header or text cannot be read", where=where, hint="Look at it.") from None
    embargo = _EMBARGO.match(text.lstrip())
    fields, sections = _read_body(text)
    reply = mail["Reply-To"]
    return Message(
        sender=first.addr_spec,
        sender_name=first.display_name,
        to=addresses,
        reply_to=reply.addresses[0].addr_spec if reply and reply.addresses else "",
        subject=one_line(str(mail["Subject"] or "")),
        at=at.datetime.astimezone(UTC),
        message_id=str(mail["Message-ID"] or "").strip(),
        in_reply_to=str(mail["In-Reply-To"] or "").strip(),
        embargo_until=embargo[1] if embargo else "",
        tlp=(re.search(r"TLP:(\S+?)\. ", " ".join(text.split())[:400]) or ["", ""])[1] if embargo else "",
        fields=fields,
        sections=sections,
    )


def check(message: Message) -> tuple[Fault, ...]:
    """What is wrong with the message: recipients, subject, ids. Lines of any length travel in short ones."""
    found = []

    def say(rule: str, path: str, sentence: str) -> None:
        found.append(Fault(rule=f"mail.{rule}", path=path, sentence=sentence))

    if not message.to:
        say("to", "To", "the mail has no recipient")
    if not one_line(message.subject):
        say("subject", "Subject", "the mail has no subject")
    for name, value in (("Message-ID", message.message_id), ("In-Reply-To", message.in_reply_to)):
        if value and not _ID.fullmatch(value):
            say("id", name, f"{value[:80]!r} is no message id in angle brackets (RFC 5322 section 3.6.4)")
    if message.at.tzinfo is None:
        say("date", "Date", "the date has no time zone")
    if message.embargo_until and not message.tlp:
        say("tlp", "body", "an embargoed mail says to whom it may go, by a label of the Traffic Light Protocol")
    return tuple(found)


def _address(spec: str, *, name: str = "") -> Address:
    try:
        return Address(display_name=one_line(name), addr_spec=spec)
    except (ValueError, IndexError, HeaderParseError):
        raise DocumentError(
            f"{one_line(spec)[:80]!r} is no mail address", where="the mail", hint="Write it as team@example.org."
        ) from None


def _message_id(text: str) -> str:
    if not _ID.fullmatch(text):
        raise DocumentError(
            f"{one_line(text)[:80]!r} is no message id", where="the mail", hint="Write it as <name@example.org>."
        )
    return text


def _encoding(text: str) -> str:
    """How the body travels: as it is where it is ASCII in short lines, quoted-printable else (RFC 2045)."""
    is_short = all(len(line) <= 78 for line in text.split("\n"))
    return "7bit" if text.isascii() and is_short and "\nFrom " not in f"\n{text}" else "quoted-printable"


def _wrapped(text: str, *, indent: str = "") -> list[str]:
    return textwrap.wrap(
        text, COLUMNS, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )


def _prose(text: str) -> list[str]:
    """Lines of the text: paragraphs and list items wrapped, fenced code indented by four and not wrapped."""
    lines: list[str] = []
    for part in paragraphs(text):
        if lines:
            lines.append("")
        if _FENCE.match(part) or part.startswith("    "):
            lines += [f"    {line}".rstrip() for line in visible(part).split("\n") if not _FENCE.match(line)]
        else:
            lines += [one for item in re.split(r"\n(?=[-*] )", part) for one in _item(item)]
    return lines


def _item(text: str) -> list[str]:
    line = one_line(text)
    safe = f" {line}" if re.fullmatch(r"-+", line) else line
    return _wrapped(safe, indent="  " if line.startswith(("- ", "* ")) else "")


def _read_body(text: str) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """The fields and the sections of a body."""
    lines = text.split("\n")
    fields: list[tuple[str, str]] = []
    sections: list[tuple[str, list[str]]] = []
    for place, line in enumerate(lines):
        under = lines[place + 1] if place + 1 < len(lines) else ""
        if line.strip() and under and under == "-" * len(line):
            sections.append((line, []))
        elif sections:
            if not (line and line == "-" * len(lines[place - 1])):
                sections[-1][1].append(line)
        elif (field := _FIELD.fullmatch(line)) and field[1]:
            fields.append((field[1].strip(), field[2]))
        elif fields and line.startswith("   ") and line.strip():
            fields[-1] = (fields[-1][0], f"{fields[-1][1]} {line.strip()}")
    return tuple(fields), tuple((title, _joined(body_)) for title, body_ in sections)


def _joined(lines: list[str]) -> str:
    parts = re.split(r"\n[ \t]*\n", "\n".join(lines).strip("\n"))
    return "\n\n".join(
        part if part.startswith("    ") else re.sub(r"\n(?![-*] )\s*", " ", part.strip())
        for part in parts
        if part.strip()
    )
