"""What of advisories is public: each publication of each case, with what stands of it on the desk's site."""

from datetime import datetime

import msgspec

from midstream.cases.case import Case, replay
from midstream.desk.advisories.publication import standing_on
from midstream.desk.desk import Desk
from midstream.desk.ports import Target
from midstream.desk.reading import cases as read_cases
from midstream.desk.views import CaseLine
from midstream.formats.catalogue.document import Document
from midstream.ledger.kinds.disclosure import AdvisoryConfirmed, AdvisoryCorrected, AdvisoryPublished


class Publication(msgspec.Struct, frozen=True, kw_only=True):
    """An advisory on one channel: what it is called there, the digest of what it says, and when that happened.

    `digest` is that of the last correction, else of the publication; empty when nobody recorded one. `documents` are
    those that stand on the desk's own site, when this is its channel.
    """

    channel: str
    advisory: str
    url: str
    digest: str
    published_at: datetime
    corrected_at: datetime | None = None
    sent_at: datetime | None = None
    confirmed_at: datetime | None = None
    documents: tuple[Document, ...] = ()


class Public(msgspec.Struct, frozen=True, kw_only=True):
    """A public case with its publications; without one, nothing was published of it."""

    line: CaseLine
    publications: tuple[Publication, ...]


def public_lines(desk: Desk, *, by: str, project: str = "") -> list[CaseLine]:
    """Return the public cases that a person may see, those that became no vulnerability left out."""
    lines = read_cases(desk, by=by, project=project)
    return [line for line in lines if line.is_public and line.triage not in {"rejected", "duplicate"}]


def overview(desk: Desk, *, lines: list[CaseLine], target: Target | None) -> list[Public]:
    """Return these cases, which the reader may see, with their publications; with `target`, the documents there."""
    standing = standing_on(target) if target is not None else {}
    here = target.name if target is not None else ""
    facts = desk.store.facts_of([f"case/{line.case}" for line in lines])
    found = []
    for line in lines:
        rows = publications(replay(facts[f"case/{line.case}"], case=line.case))
        found.append(
            Public(
                line=line,
                publications=tuple(
                    msgspec.structs.replace(row, documents=standing[row.advisory].documents)
                    if row.channel == here and row.advisory in standing
                    else row
                    for row in rows
                ),
            )
        )
    return found


def publications(case: Case) -> list[Publication]:
    """Return the publications of a case, one for each channel, in the order they were made; each kind is public."""
    found: dict[str, Publication] = {}
    for fact, body in case.all(AdvisoryPublished):
        found[body.channel] = Publication(
            channel=body.channel,
            advisory=body.advisory,
            url=body.url,
            digest=body.digest,
            published_at=fact.happened_at,
        )
    for fact, put_right in case.all(AdvisoryCorrected):
        if (row := found.get(put_right.channel)) is not None:
            digest = put_right.digest or row.digest
            found[row.channel] = msgspec.structs.replace(row, digest=digest, corrected_at=fact.happened_at)
    for fact, read_back in case.all(AdvisoryConfirmed):
        row = found.get(read_back.channel)
        # What was read back before a correction says nothing of the corrected text.
        if row is not None and (not read_back.digest or not row.digest or read_back.digest == row.digest):
            found[row.channel] = msgspec.structs.replace(row, sent_at=read_back.sent_at, confirmed_at=fact.happened_at)
    return list(found.values())
