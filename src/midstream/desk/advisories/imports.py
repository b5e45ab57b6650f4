"""Reading a document in: what the record lacks is taken and recorded with its source; the rest a person decides."""

import hashlib

import msgspec

from midstream.advisories.formats import TARGETS
from midstream.advisories.intake.imported import Offer, offer, other_flaw, written
from midstream.cases.errors import Refused
from midstream.cases.guards import Asked, is_open
from midstream.cases.visibility import Sight
from midstream.desk.advisories.documents import known_of
from midstream.desk.desk import Decision, Desk
from midstream.desk.errors import Misuse
from midstream.formats.base.json_text import SIZE_LIMIT as LIMIT
from midstream.formats.toml import nearest
from midstream.ledger.fact import Draft, Fact
from midstream.ledger.kinds.disclosure import AdvisoryImported

__all__ = ["LIMIT", "ReadIn", "read_in"]


class ReadIn(msgspec.Struct, frozen=True, kw_only=True):
    """What came of reading a document in: what it offers, what in it was not understood, and the facts recorded."""

    offer: Offer
    doubts: tuple[str, ...]
    facts: tuple[Fact, ...]


def read_in(desk: Desk, case: str, *, content: bytes, format_: str, by: str, dry: bool = False) -> ReadIn:
    """Return what a document of that format adds to the record of the case, after it was recorded.

    With `dry` nothing is recorded, and nothing is when the document adds nothing: the same one again, or our own read
    back. For the response team. Raises `Misuse`, `Refused`, `NotFound`, and `DocumentError` for a document that
    cannot be read; then nothing was recorded.
    """
    if format_ not in TARGETS:
        raise Misuse(f"no format is called {format_!r}", hint=nearest(format_, set(TARGETS)))
    if len(content) > LIMIT:
        raise Misuse(f"the document has more than {LIMIT:,} bytes", hint="No advisory is that large.")
    _, seen = desk.case(case, by=by)
    if seen < Sight.TEAM:
        raise Refused(f"a document is read in by the response team of {case}", hint="Ask who is on duty.")
    target = TARGETS[format_]
    reading = target.read(target.load(content))
    digest = hashlib.sha256(content).hexdigest()
    found: Offer | None = None

    def decision() -> Decision:
        nonlocal found
        now = desk.clock()
        told, _ = desk.case(case, by=by)
        at = known_of(desk, told, public=False)
        if other := other_flaw(at.whole, reading.partial):
            raise Refused(
                f"the document is about {other}, and {case} is about {at.whole.ids.cve or at.whole.id}",
                hint="Name the case it is about; nothing was recorded.",
            )
        found = offer(record=at.whole, partial=reading.partial, provenance=reading.provenance)
        if dry or not found.taken:
            return Decision(now=now)
        body = AdvisoryImported(
            format=format_,
            digest=digest,
            record=written(found.part),
            taken=tuple(f"{each.field} from {each.place or 'the document'}"[:2000] for each in found.taken),
            left=tuple(each[:2000] for each in found.left),
        )
        is_open(Asked(case=told, body=body, by=by, at=now))
        stream = f"case/{case}"
        draft = Draft(stream=stream, said_by=by, happened_at=now, body=body)
        return Decision(now=now, drafts=(draft,), streams={stream: desk.store.facts(stream)})

    facts = desk.commit(decision, key="")
    assert found is not None  # noqa: S101 - `commit` asks at least once
    return ReadIn(offer=found, doubts=reading.doubts, facts=facts)
