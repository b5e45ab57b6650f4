"""Taking reports in: a mail becomes a case, a further message of one, or is known already."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from midstream.desk.derive import content_key
from midstream.desk.desk import Decision, Desk
from midstream.desk.errors import NotFound
from midstream.desk.mail import IncomingMail
from midstream.ledger.fact import Draft, Fact
from midstream.ledger.kinds import Body
from midstream.ledger.kinds.intake import DuplicateSuspected, MessageReceived, ReportReceived

SIMILAR = 75
"""From this score, out of 100, two reports are pointed out as possible duplicates; a person decides."""

KEPT = 200
"""Characters of a mail's header fields that a fact keeps; a longer Message-ID is known again by as many."""

COMPARED = 4_000
"""Characters of a report's words that are compared."""

_SPACE = re.compile(r"\W+")


BELIEVED = timedelta(days=14)
"""How far back a mail's own Date may lie to count as when it was received."""

LATE = "its Date lies more than 14 days back: taken as received now; if it came earlier, say when with --received"


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one mail: a new case, a message added to one, or nothing because it is known already."""

    case: str
    facts: tuple[Fact, ...]
    outcome: str
    suspected: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


def take_reports(
    desk: Desk, *, path: Path, project: str, by: str, area: str = "", received: datetime | None = None
) -> Iterator[Taken]:
    """Yield what became of each mail in a file or folder: .eml, mbox or Maildir.

    Raises `MailRefused` naming what cannot be read; the mails before it are taken, and taking
    them again changes nothing.
    """
    for mail in desk.read_mail(path=path, now=desk.clock()):
        yield take_report(desk, mail=mail, project=project, by=by, area=area, received=received)


def take_report(
    desk: Desk, *, mail: IncomingMail, project: str, by: str, area: str = "", received: datetime | None = None
) -> Taken:
    """Return what became of one mail; it is kept whole under the case's key, and the fact holds its digest.

    It counts as received when `received` says, else at its own Date; but a Date further back than `BELIEVED` is
    only what the sender wrote, and would start every clock in the past: it is taken as received now, with a notice.
    """
    if project not in desk.viewer(by).teams:
        raise NotFound(f"no project is called {project!r} here", hint="Reports are taken by its response team.")
    digest = hashlib.sha256(mail.raw).hexdigest()
    suspected = _similar(desk, mail, project)
    outcome, name = "", ""
    late = received is None and mail.sent_at is not None and desk.clock() - mail.sent_at > BELIEVED
    told = received or (None if late else mail.sent_at)

    def decision() -> Decision:
        nonlocal outcome, name
        now = desk.clock()
        if known := _known(desk, (mail.message_id, content_key(digest)), project):
            outcome, name = "known", known
            return Decision(now=now)
        if known := _known(desk, mail.in_reply_to, project):
            outcome, name = "added", known
            earlier = desk.store.facts(f"case/{name}")
            return _decision(name, _message(mail, digest=digest), mail=mail, told=told, earlier=earlier, now=now, by=by)
        outcome, name = "new", next_name(desk, project)
        body = _report(mail, digest=digest, project=project, area=area)
        hints = [DuplicateSuspected(of=of, score=score, because="similar words") for of, score in suspected]
        return _decision(name, body, *hints, mail=mail, told=told, earlier=[], now=now, by=by)

    facts = desk.commit(decision, key=f"mail:{digest[:32]}")
    return Taken(
        case=name,
        facts=facts,
        outcome=outcome,
        suspected=tuple(of for of, _ in suspected) if outcome == "new" else (),
        notices=(*mail.notices, *((LATE,) if late and outcome != "known" else ())),
    )


def _known(desk: Desk, message_ids: Iterable[str], project: str) -> str:
    """Return the case of the project that one of the messages belongs to, or nothing.

    One mail sent to several projects is a case in each of them, and no team learns here of another's.
    """
    for message_id in message_ids:
        for case in desk.store.cases_with_message(message_id[:KEPT]) if message_id else ():
            view = desk.store.view(case)
            if view is not None and view.project == project:
                return case
    return ""


def _decision(
    name: str,
    *bodies: Body,
    mail: IncomingMail,
    told: datetime | None,
    earlier: list[Fact],
    now: datetime,
    by: str,
) -> Decision:
    """Return the decision to record `bodies` in the stream of a case, with the mail beside them as blobs."""
    happened = min(told or now, now)
    stream = f"case/{name}"
    return Decision(
        now=now,
        drafts=tuple(Draft(stream=stream, said_by=by, happened_at=happened, body=body) for body in bodies),
        streams={stream: earlier},
        blobs=((name, mail.raw), *(((name, mail.text.encode()),) if mail.text else ())),
    )


def _report(mail: IncomingMail, *, digest: str, project: str, area: str) -> ReportReceived:
    return ReportReceived(
        project=project,
        channel="mail",
        title=(mail.subject or "(no subject)")[:KEPT],
        reporter=mail.sender[:KEPT],
        reporter_name=mail.sender_name[:KEPT],
        anonymous=not mail.sender,
        area=area,
        message_id=mail.message_id[:KEPT],
        content=digest,
        text=hashlib.sha256(mail.text.encode()).hexdigest() if mail.text else "",
        encrypted=mail.encrypted,
    )


def _message(mail: IncomingMail, *, digest: str) -> MessageReceived:
    return MessageReceived(
        sender=mail.sender[:KEPT], subject=mail.subject[:KEPT], message_id=mail.message_id[:KEPT], content=digest
    )


def next_name(desk: Desk, project: str) -> str:
    """Return the name of the next case of the project: its id and the next number."""
    prefix = f"case/{project}-"
    numbers = [stream.removeprefix(prefix) for stream in desk.store.streams(prefix)]
    return f"{project}-{max((int(number) for number in numbers if number.isdecimal()), default=0) + 1}"


def _similar(desk: Desk, mail: IncomingMail, project: str) -> list[tuple[str, int]]:
    """Return the cases of the project whose report reads like this mail, best first, with scores up to 100."""
    from rapidfuzz import fuzz  # noqa: PLC0415 - only intake compares texts

    words = _words(f"{mail.subject} {mail.text}")
    found: list[tuple[str, int]] = []
    if not words:
        return found
    for stream in desk.store.streams("case/"):
        name = stream.removeprefix("case/")
        other = desk.store.view(name)
        if other is None or other.project != project:
            continue
        score = max(fuzz.token_set_ratio(_words(mail.subject), _words(other.title)), _text_score(desk, name, words))
        if score >= SIMILAR:
            found.append((name, round(score)))
    return sorted(found, key=lambda row: (-row[1], row[0]))[:5]


def _text_score(desk: Desk, case: str, words: str) -> float:
    from rapidfuzz import fuzz  # noqa: PLC0415 - as above

    digests = [
        str(getattr(fact.body, "text", ""))
        for fact in desk.store.facts(f"case/{case}")[:1]
        if isinstance(fact.body, ReportReceived)
    ]
    text = desk.store.blob(case, digests[0]) if digests and digests[0] else None
    return fuzz.ratio(words, _words(text.decode(errors="replace"))) if text else 0.0


def _words(text: str) -> str:
    """Return the words of a text in lower case, as far as they are compared."""
    return _SPACE.sub(" ", text.casefold()).strip()[:COMPARED]
