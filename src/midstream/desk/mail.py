"""A mail as the desk takes it in: what a person may read of it, and the bytes it came as."""

from datetime import datetime

import msgspec


class MailPart(msgspec.Struct, frozen=True, kw_only=True):
    """One attachment or encrypted part, described and never opened; its bytes stay in the raw mail.

    `name` is safe to show: no path, no control or bidi characters, at most 200 characters, "" when there is none.
    `media_type` is what the mail declares, in lower case, or "application/octet-stream" when that is unusable.
    `size` and `sha256` are those of the content after its transfer encoding (base64, quoted-printable) is undone.
    """

    name: str
    media_type: str
    size: int
    sha256: str


class IncomingMail(msgspec.Struct, frozen=True, kw_only=True):
    """One mail, read once at the edge.

    `raw` is exactly the bytes that came. Every other field is a reading of them, and `notices` says in sentences
    where the mail was odd and how it was read. `message_id` and `in_reply_to` (of In-Reply-To and References) are
    without angle brackets. `sender` is the bare address with its domain in lower case. `sent_at` is the Date header
    as an instant in UTC, None when it is absent or not believable. `text` is plain text, cut at a stated limit.
    `encrypted` is true for PGP/MIME, S/MIME enveloped data and ASCII-armoured PGP in the text.
    """

    raw: bytes
    message_id: str
    in_reply_to: tuple[str, ...]
    subject: str
    sender: str
    sender_name: str
    sent_at: datetime | None
    text: str
    parts: tuple[MailPart, ...]
    encrypted: bool
    notices: tuple[str, ...]


class MailRefused(Exception):
    """A mail, or a file of mails, that is not taken in: `what` went wrong and where, and a `hint` what to do next."""

    # Both are positional as well, so that copying and pickling, which call the class with `args`, work.
    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what, hint)
        self.what = what
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.what}. {self.hint}"
