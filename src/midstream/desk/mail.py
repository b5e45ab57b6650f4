"""A mail as the desk takes it in; `adapters.mail` reads it."""

from datetime import datetime

import msgspec


class MailPart(msgspec.Struct, frozen=True, kw_only=True):
    """One attachment or encrypted part, kept as it came. `size` is in bytes, decoded."""

    name: str
    media_type: str
    size: int
    sha256: str


class IncomingMail(msgspec.Struct, frozen=True, kw_only=True):
    """A mail as a person may read it; `raw` is exactly what came, `notices` say what was odd and how it was read."""

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
    """A mail or mail folder that cannot be read: `what` and where, and a `hint`."""

    def __init__(self, what: str, *, hint: str) -> None:
        super().__init__(f"{what} {hint}")
        self.what = what
        self.hint = hint
