"""The header of a mail or of a part, and the values read from it."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.errors import MessageError
from email.utils import parsedate_to_datetime
from typing import Any, Final

from midstream.adapters.mail import limits
from midstream.adapters.mail.plain_text import Notices, hides_something, one_line, quoted

# What the header parsers of the standard library raise on hostile values, seen or read in their code.
_PARSER_ERRORS: Final = (
    MessageError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    DeprecationWarning,  # of escape codecs named as charset, where the process makes warnings errors
    LookupError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
)

_FIELD: Final = re.compile(rb"([!-9;-~]{1,200})[ \t]*:(.*)", re.DOTALL)
_BLANK_LINE: Final = re.compile(rb"\n\r?\n")
# A lone carriage return ends no line here: it would let a value smuggle in a field.
_LINE: Final = re.compile(rb"[^\n]*\n|[^\n]+")
_FOLD: Final = re.compile(r"\r?\n(?=[ \t])")
_LINE_END: Final = re.compile(r"[\r\n]+")
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
_BRACKETED_ID: Final = re.compile(r"<([^<>\s]+)>")
_BRACKETED_ADDRESS: Final = re.compile(r"<([^<>@\s]+@[^<>@\s]+)>")
_MEDIA_TYPE: Final = re.compile(r"\s*([\w!#$&^.+-]{1,63}/[\w!#$&^.+-]{1,63})\s*(?:[;(]|$)", re.ASCII)
_PLAIN_PARAMETER: Final = r"""(?i)[;\s]{}\s*=\s*(?:"([^"]*)"|([^\s;]+))"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The fields of one header in their order, names in lower case, and where the body behind it begins."""

    fields: tuple[tuple[str, bytes], ...]
    body_start: int
    is_whole: bool
    has_separator: bool

    def count(self, name: str) -> int:
        """How often the field occurs."""
        return sum(field == name for field, _ in self.fields)

    def first(self, name: str, *, limit: int) -> str:
        """The first such field, unfolded and cut; "" without one. Bytes that are not UTF-8 become U+FFFD."""
        for field, value in self.fields:
            if field == name:
                # Four bytes are the longest character of UTF-8, so no more is decoded than is kept.
                text = value[: 4 * limit].decode("utf-8", "replace")
                return _LINE_END.sub(" ", _FOLD.sub("", text)).strip()[:limit]
        return ""


def read_header(*, raw: bytes, start: int, end: int, limit: int) -> Header:
    """The header that begins at `start`, of which at most `limit` bytes are read, and the place of the body.

    The header ends at the first empty line (RFC 5322 section 2.1), or before the first line that is no field, as
    broken mailers leave the empty line out. A line "From …" before the first field belongs to an mbox and is skipped.
    """
    if raw.startswith((b"\n", b"\r\n"), start, end):
        return Header(fields=(), body_start=raw.index(b"\n", start) + 1, is_whole=True, has_separator=True)
    blank = _BLANK_LINE.search(raw, start, end)
    block_end, body_start = (blank.start() + 1, blank.end()) if blank else (end, end)
    fields: list[tuple[str, list[bytes]]] = []
    at = start
    for line in _LINE.findall(raw[start : min(block_end, start + limit)]):
        field = _FIELD.match(line)
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1][1].append(line)
        elif field:
            fields.append((field[1].decode("ascii").lower(), [field[2]]))
        elif at + len(line) == start + limit < block_end:
            break  # The limit cut this line in two, so it says nothing about where the header ends.
        elif fields or not line.startswith((b"From ", b">From ")):
            return Header(fields=_joined(fields), body_start=at, is_whole=True, has_separator=False)
        at += len(line)
    return Header(fields=_joined(fields), body_start=body_start, is_whole=at >= block_end, has_separator=True)


def _joined(fields: list[tuple[str, list[bytes]]]) -> tuple[tuple[str, bytes], ...]:
    return tuple((name, b"".join(lines)) for name, lines in fields)


def _parsed(*, name: str, value: str) -> object:
    """The value as the standard library's header object for this field, or None where its parser fails."""
    try:
        return policy.default.header_factory(name, value)
    except _PARSER_ERRORS:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A Content-Type or Content-Disposition: its value in lower case, "" when unusable, and its parameters."""

    value: str
    parameters: dict[str, str]
    source: str

    def plain(self, name: str) -> str:
        """The parameter as it stands in the text, for values that need quotes and have none; "" without it."""
        found = re.search(_PLAIN_PARAMETER.format(name), self.source)
        return (found[1] or found[2] or "") if found else ""

    def parameter(self, name: str) -> str:
        """The parameter as RFC 2231 reads it, else as it stands; "" without it."""
        return self.parameters.get(name) or self.plain(name)


def content_type(header: Header) -> Typed:
    """The declared Content-Type (RFC 2045 section 5.1)."""
    source = header.first("content-type", limit=limits.STRUCTURED_VALUE_CHARS)
    declared = _MEDIA_TYPE.match(source)
    value = declared[1].lower() if declared else ""
    return Typed(value=value, parameters=_parameters(name="content-type", value=source), source=source)


def disposition(header: Header) -> Typed:
    """The declared Content-Disposition (RFC 2183)."""
    source = header.first("content-disposition", limit=limits.STRUCTURED_VALUE_CHARS)
    value = source.partition(";")[0].strip().lower()
    return Typed(value=value, parameters=_parameters(name="content-disposition", value=source), source=source)


def _parameters(*, name: str, value: str) -> dict[str, str]:
    found: Any = _parsed(name=name, value=value) if ";" in value else None
    try:
        return {key.lower(): str(text) for key, text in found.params.items()} if found else {}
    except _PARSER_ERRORS:
        return {}


def subject(header: Header, *, notices: Notices) -> str:
    """The Subject with its encoded words read (RFC 2047), on one line, cut; "" without one."""
    value = header.first("subject", limit=limits.SUBJECT_VALUE_CHARS)
    if not value:
        notices.add("no Subject")
        return ""
    found: Any = _parsed(name="subject", value=value)
    if found is None:
        notices.add("unreadable encoding in the Subject: shown as it was sent")
    return _shown(value if found is None else str(found), what="Subject", limit=limits.SUBJECT_CHARS, notices=notices)


def _shown(value: str, *, what: str, limit: int, notices: Notices) -> str:
    # The standard library hands on the bytes of an unknown charset as lone surrogates.
    value = _SURROGATE.sub("\ufffd", value)
    if "\n" in value or "\r" in value:
        notices.add(f"line break inside the {what}: shown as a space")
    if hides_something(value):
        notices.add(f"control or invisible characters in the {what} are replaced or removed")
    if "\ufffd" in one_line(value):
        notices.add(f"unreadable characters in the {what} are shown as U+FFFD")
    line = one_line(value)
    if len(line) > limit:
        notices.add(f"{what} longer than {limit} characters: cut")
    return line[:limit]


def sender(header: Header, *, notices: Notices) -> tuple[str, str]:
    """Address and display name of the first author in From (RFC 5322 section 3.6.2); each "" when unreadable."""
    value = header.first("from", limit=limits.STRUCTURED_VALUE_CHARS)
    if not value:
        notices.add("no From")
        return "", ""
    address, name, count = _mailboxes(value)
    if count > 1:
        notices.add(f"From names {count} authors: the first is taken")
    address = _usable_address(address)
    if not address:
        notices.add(f"no usable address in From {quoted(value)}")
    return address, _shown(name, what="sender's name", limit=limits.NAME_CHARS, notices=notices)


def _mailboxes(value: str) -> tuple[str, str, int]:
    found: Any = _parsed(name="from", value=value)
    try:
        boxes = [(str(box.addr_spec), str(box.display_name)) for box in found.addresses] if found else []
    except _PARSER_ERRORS:
        boxes = []
    if boxes and _usable_address(boxes[0][0]):
        return (*boxes[0], len(boxes))
    bracketed = _BRACKETED_ADDRESS.search(value)
    if bracketed:
        return bracketed[1], value[: bracketed.start()].strip(' "'), 1
    return "", boxes[0][1] if boxes else "", max(1, len(boxes))


def _usable_address(address: str) -> str:
    local, at, domain = address.rpartition("@")
    is_usable = local and domain and len(address) <= limits.ADDRESS_CHARS and not hides_something(address)
    if not is_usable or "\ufffd" in address or re.search(r"\s", address):
        return ""
    return local + at + domain.lower()


def message_id(header: Header, *, notices: Notices) -> str:
    """The Message-ID without angle brackets (RFC 5322 section 3.6.4); "" when there is none or it is no id."""
    value = header.first("message-id", limit=2 * limits.ID_CHARS)
    if not value:
        notices.add("no Message-ID")
        return ""
    bracketed = _BRACKETED_ID.search(value)
    if not bracketed and not re.search(r"[\s<>]", value):
        notices.add("Message-ID without angle brackets: taken whole")
    elif not bracketed:
        notices.add(f"Message-ID {quoted(value)} is not readable: taken as none")
        return ""
    found = bracketed[1] if bracketed else value
    if len(found) > limits.ID_CHARS or hides_something(found) or "\ufffd" in found:
        notices.add(f"Message-ID {quoted(found)} is not readable: taken as none")
        return ""
    return found


def answered_ids(header: Header, *, notices: Notices) -> tuple[str, ...]:
    """The ids of In-Reply-To, then those of References, oldest first, each once, without angle brackets."""
    replied = _BRACKETED_ID.findall(header.first("in-reply-to", limit=limits.HEADER_BLOCK_BYTES))
    references = _BRACKETED_ID.findall(header.first("references", limit=limits.HEADER_BLOCK_BYTES))
    if len(replied) > limits.REFERENCES:
        notices.add(f"In-Reply-To names {len(replied)} mails: the first {limits.REFERENCES} are kept")
    if len(references) > limits.REFERENCES:
        notices.add(f"References names {len(references)} mails: the last {limits.REFERENCES} are kept")
    ids = (*replied[: limits.REFERENCES], *references[-limits.REFERENCES :])
    return tuple(dict.fromkeys(i for i in ids if len(i) <= limits.ID_CHARS and not hides_something(i)))


def sent_at(header: Header, *, now: datetime, notices: Notices) -> datetime | None:
    """The Date (RFC 5322 section 3.3) as an instant in UTC; None when absent, unreadable or not believable."""
    value = header.first("date", limit=limits.DATE_VALUE_CHARS)
    if not value:
        notices.add("no Date")
        return None
    try:
        moment = parsedate_to_datetime(value)
        # "-0000" says the zone is not known; the time is in UTC all the same (RFC 5322 section 3.3).
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except _PARSER_ERRORS:
        notices.add(f"Date {quoted(value)} is not readable")
        return None
    if moment < limits.OLDEST_DATE or moment > now + limits.FUTURE_DATE:
        notices.add(f"Date {moment.date().isoformat()} not believed")
        return None
    return moment
