"""What belongs to a case beside its facts: texts and files, kept under the case's key, for those who may read them."""

from datetime import datetime

import msgspec

from midstream.desk.desk import Desk
from midstream.desk.errors import NotFound
from midstream.desk.reading import Shown
from midstream.ledger.kinds.intake import FileAttached, MessageReceived, ReportReceived

SHOWN = 20_000
"""Characters of a message that are shown; the whole is in its file."""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message as it is shown: who sent it and when, its words as far as they can be shown, and its file."""

    number: int
    at: datetime
    sender: str
    subject: str
    text: str
    is_cut: bool
    content: str
    is_erased: bool


class File(msgspec.Struct, frozen=True, kw_only=True):
    """One file: the fact that names it, its name and size as they were said, its digest."""

    number: int
    name: str
    size: int
    media_type: str
    digest: str


def messages(desk: Desk, shown: Shown, *, limit: int) -> list[Message]:
    """Return the last messages that the reader of `shown` may read, the latest first."""
    named = [
        (fact, fact.body)
        for fact in shown.facts
        if isinstance(fact.body, ReportReceived | MessageReceived) and fact.body.content
    ]
    found = []
    for fact, body in named[-limit:][::-1]:
        digest = body.text if isinstance(body, ReportReceived) else body.content
        blob = desk.store.blob(shown.case.id, digest or body.content)
        text = blob.decode("utf-8", errors="replace") if blob else ""
        found.append(
            Message(
                number=fact.number,
                at=fact.happened_at,
                sender=body.reporter if isinstance(body, ReportReceived) else body.sender,
                subject=body.title if isinstance(body, ReportReceived) else body.subject,
                text=text[:SHOWN],
                is_cut=len(text) > SHOWN,
                content=body.content,
                is_erased=blob is None,
            )
        )
    return found


def files(shown: Shown) -> list[File]:
    """Return the files that the reader of `shown` may read."""
    return [
        File(
            number=fact.number,
            name=fact.body.name,
            size=fact.body.size,
            media_type=fact.body.media_type,
            digest=fact.body.content,
        )
        for fact in shown.facts
        if isinstance(fact.body, FileAttached)
    ]


def open_file(desk: Desk, shown: Shown, digest: str) -> tuple[str, bytes]:
    """Return name and bytes of the file of that digest that a fact names which the reader may read.

    Raises `NotFound` for every other digest, and for a file that was erased.
    """
    for fact in shown.facts:
        body = fact.body
        name = ""
        if isinstance(body, FileAttached) and body.content == digest:
            name = body.name
        elif isinstance(body, ReportReceived | MessageReceived) and digest in {body.content, getattr(body, "text", "")}:
            name = f"{shown.case.id}-fact-{fact.number}"
        if name and digest and (blob := desk.store.blob(shown.case.id, digest)) is not None:
            return name, blob
    raise NotFound(f"{shown.case.id} has no such file", hint="See its page for those it has.")
