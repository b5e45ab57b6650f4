"""Reports from people without an account: taken in by a form, and followed up by a code.

The code is the only thing that ties a reporter to their report. The ledger keeps its digest alone.
"""

import hashlib
from datetime import datetime

import msgspec

from midstream.cases.case import Case, replay
from midstream.cases.states import is_public, triage
from midstream.cases.visibility import Viewer
from midstream.desk.derive import PUBLIC_DATE, code_key
from midstream.desk.desk import Decision, Desk
from midstream.desk.errors import Misuse
from midstream.desk.intake import KEPT, SIMILAR, next_name
from midstream.formats.toml import nearest
from midstream.ledger.fact import Draft
from midstream.ledger.kinds import Body
from midstream.ledger.kinds.cve import CveReporterTold
from midstream.ledger.kinds.disclosure import AdvisoryPublished
from midstream.ledger.kinds.intake import (
    DuplicateSuspected,
    FileAttached,
    InformationReceived,
    InformationRequested,
    MessageReceived,
    ReportAcknowledged,
    ReportReceived,
)
from midstream.policy.duties import clocks

INTAKE = "intake"
"""The name under which reports are recorded that nobody of the team took in."""

HINTS = 5
"""How many similar cases are named at most."""


class Attached(msgspec.Struct, frozen=True, kw_only=True):
    """A file that came with a report: its name and type as they were said, and its bytes."""

    name: str
    media_type: str
    content: bytes


class WebReport(msgspec.Struct, frozen=True, kw_only=True):
    """A report as its form gives it. `answers` are the questions that were asked, with what was answered."""

    project: str
    title: str
    answers: tuple[tuple[str, str], ...]
    reporter: str = ""
    reporter_name: str = ""
    area: str = ""
    disclosure_plan: str = ""
    files: tuple[Attached, ...] = ()

    def text(self) -> str:
        """Return the report as one text: each question with its answer."""
        return "\n\n".join(f"{question}\n{answer}" for question, answer in self.answers if answer)


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """What a reporter is told of their report: dates and decisions that concern them, and questions to them."""

    case: str
    received_at: datetime
    acknowledged_at: datetime | None
    state: str
    questions: tuple[tuple[datetime, str], ...]
    cve: str
    public_at: datetime | None
    is_public: bool
    published: tuple[str, ...]


def digest_of(code: str) -> str:
    """Return the digest that the ledger keeps of a code, however it was typed: case and hyphens do not count."""
    plain = "".join(char for char in code.upper() if char.isalnum())
    return hashlib.sha256(f"follow-up\0{plain}".encode()).hexdigest()


def take_web_report(desk: Desk, *, report: WebReport, code: str) -> str:
    """Return the name of the case that the report began; sent again with the same code it is the same case.

    Raises `Misuse` for a project that the desk does not serve.
    """
    projects = desk.projects()
    if report.project not in projects:
        raise Misuse(f"no project is called {report.project[:80]!r} here", hint=nearest(report.project, set(projects)))
    digest = digest_of(code)
    content, text = msgspec.json.encode(msgspec.structs.replace(report, files=())), report.text().encode()
    similar = _similar_titles(desk, report)
    bodies = [
        _received(report, content=content, text=text, code=digest),
        *_attached(report.files),
        *(DuplicateSuspected(of=of, score=score, because="similar title") for of, score in similar),
    ]
    blobs = (content, text, *(file.content for file in report.files))
    name = ""

    def decision() -> Decision:
        nonlocal name
        now = desk.clock()
        if known := desk.store.cases_with_message(code_key(digest)):
            name = known[0]
            return Decision(now=now)
        name = next_name(desk, report.project)
        return _decision(name, bodies, blobs=blobs, desk=desk, now=now)

    desk.commit(decision, key=f"report:{digest[:32]}")
    return name


def _received(report: WebReport, *, content: bytes, text: bytes, code: str) -> ReportReceived:
    return ReportReceived(
        project=report.project,
        channel="web",
        title=report.title[:KEPT],
        reporter=report.reporter[:KEPT],
        reporter_name=report.reporter_name[:KEPT],
        anonymous=not report.reporter,
        area=report.area[:KEPT],
        disclosure_plan=report.disclosure_plan,
        content=hashlib.sha256(content).hexdigest(),
        text=hashlib.sha256(text).hexdigest(),
        code=code,
    )


def _decision(name: str, bodies: list[Body], *, blobs: tuple[bytes, ...], desk: Desk, now: datetime) -> Decision:
    stream = f"case/{name}"
    return Decision(
        now=now,
        drafts=tuple(Draft(stream=stream, said_by=INTAKE, happened_at=now, body=body) for body in bodies),
        streams={stream: desk.store.facts(stream)},
        blobs=tuple((name, blob) for blob in blobs),
    )


def _attached(files: tuple[Attached, ...]) -> list[FileAttached]:
    return [
        FileAttached(
            name=file.name[:KEPT] or "file",
            content=hashlib.sha256(file.content).hexdigest(),
            size=len(file.content),
            media_type=file.media_type[:KEPT],
        )
        for file in files
    ]


def _similar_titles(desk: Desk, report: WebReport) -> list[tuple[str, int]]:
    """Return the cases of the project whose title reads like the report's, best first: for the team alone."""
    team = Viewer(person=INTAKE, teams=frozenset({report.project}))
    lines = desk.store.case_lines(team, project=report.project)
    return _best(report.title, {line.case: line.title for line in lines})


def _best(title: str, others: dict[str, str]) -> list[tuple[str, int]]:
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - only reports compare texts

    if not title.strip():
        return []
    found = process.extract(
        title.casefold(),
        {case: other.casefold() for case, other in others.items()},
        scorer=fuzz.token_set_ratio,
        score_cutoff=SIMILAR,
        limit=HINTS,
    )
    return [(case, round(score)) for _, score, case in found]


def follow(desk: Desk, *, code: str) -> Progress | None:
    """Return how the report of that code stands; None for a code that nobody was given."""
    desk.projects()  # looks up where each project stands now
    found = desk.store.cases_with_message(code_key(digest_of(code)))
    if not found:
        return None
    return _progress(desk, replay(desk.store.facts(f"case/{found[0]}"), case=found[0]))


def _progress(desk: Desk, case: Case) -> Progress:
    received = case.first(ReportReceived)
    acknowledged, told = case.first(ReportAcknowledged), case.last(CveReporterTold)
    known = desk.known(case)
    public = clocks(case, known.policy, known.team).get(PUBLIC_DATE) if known.policy else None
    answered = max((fact.number for fact, _ in case.all(InformationReceived)), default=0)
    return Progress(
        case=case.id,
        received_at=received[0].happened_at if received else desk.clock(),
        acknowledged_at=acknowledged[0].happened_at if acknowledged else None,
        state=_WORDS.get(triage(case).word, "being looked at"),
        questions=tuple(
            (fact.happened_at, body.question) for fact, body in case.all(InformationRequested) if fact.number > answered
        ),
        cve=told[1].cve if told else "",
        public_at=public.at if public and acknowledged else None,
        is_public=is_public(case),
        published=tuple(body.url or body.advisory for _, body in case.all(AdvisoryPublished)),
    )


_WORDS = {
    "unacknowledged": "received",
    "in triage": "being looked at",
    "needs information": "waiting for your answer",
    "accepted": "accepted as a vulnerability",
    "rejected": "not taken as a vulnerability of this project",
    "duplicate": "known already; followed with the earlier report",
}


def add_message(desk: Desk, *, code: str, text: str, files: tuple[Attached, ...] = (), key: str) -> bool:
    """Return whether there is such a report; what its reporter adds is then recorded, once per key."""
    found = desk.store.cases_with_message(code_key(digest_of(code)))
    if not found:
        return False
    content = text.encode()
    message = MessageReceived(
        sender="the reporter, by code", subject="added on the web", content=hashlib.sha256(content).hexdigest()
    )

    def decision() -> Decision:
        now = desk.clock()
        if already := desk.store.with_key(f"case/{found[0]}", key):
            return Decision(now=now, already=tuple(already))
        blobs = (content, *(file.content for file in files))
        return _decision(found[0], [message, *_attached(files)], blobs=blobs, desk=desk, now=now)

    desk.projects()
    desk.commit(decision, key=key)
    return True
