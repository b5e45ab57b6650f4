"""Reading a document in: what the record lacks is taken and recorded with its source; the rest a person decides."""

import hashlib

import msgspec

from midstream.advisories.formats import TARGETS
from midstream.advisories.intake.imported import Offer, offer, other_flaw, written
from midstream.advisories.intake.marks import format_of
from midstream.advisories.reading import Reading
from midstream.advisories.record import Advisory
from midstream.advisories.targets.target import Target
from midstream.cases.errors import Refused
from midstream.cases.guards import Asked, is_open
from midstream.cases.visibility import Sight
from midstream.desk.advisories.documents import known_of
from midstream.desk.desk import Decision, Desk, is_case_name
from midstream.desk.errors import Misuse, NotFound
from midstream.formats.base.json_text import SIZE_LIMIT as LIMIT
from midstream.formats.toml import nearest
from midstream.ledger.fact import Draft, Fact
from midstream.ledger.kinds.disclosure import AdvisoryImported

__all__ = ["LIMIT", "ReadIn", "case_of", "read_in"]


class ReadIn(msgspec.Struct, frozen=True, kw_only=True):
    """What came of reading a document in: what it offers, what in it was not understood, and the facts recorded."""

    offer: Offer
    doubts: tuple[str, ...]
    facts: tuple[Fact, ...]
    case: str
    format: str


def read_in(desk: Desk, case: str, *, content: bytes, format_: str = "", by: str, dry: bool = False) -> ReadIn:
    """Return what a document adds to the record of the case, after it was recorded.

    With no `format_` its own marks tell it; with no `case` it is the one that the document names, of those that `by`
    may see. With `dry` nothing is recorded, and nothing is when the document adds nothing: the same one again, or our
    own read back. For the response team. Raises `Misuse`, `Refused`, `NotFound`, and `DocumentError` for a document
    that cannot be read; then nothing was recorded.
    """
    if format_ and format_ not in TARGETS:
        raise Misuse(f"no format is called {format_!r}", hint=nearest(format_, set(TARGETS)))
    if len(content) > LIMIT:
        raise Misuse(f"the document has more than {LIMIT:,} bytes", hint="Take the one advisory out of the collection.")
    if case:
        _check_team(desk, case, by=by)
    target = TARGETS[format_ or format_of(content)]
    document = target.load(content)
    reading = target.read(document)
    if not case:
        case = case_of(desk, reading.partial, by=by)
        _check_team(desk, case, by=by)
    digest = hashlib.sha256(content).hexdigest()
    found: Offer | None = None

    def decision() -> Decision:
        nonlocal found, reading
        now = desk.clock()
        told, _ = desk.case(case, by=by)
        at = known_of(desk, told, public=False)
        reading = _about(at.whole, reading, target=target, document=document, case=case)
        found = offer(record=at.whole, partial=reading.partial, provenance=reading.provenance)
        if dry or not found.taken:
            return Decision(now=now)
        body = AdvisoryImported(
            format=target.name,
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
    return ReadIn(offer=found, doubts=reading.doubts, facts=facts, case=case, format=target.name)


def _about(record: Advisory, reading: Reading, *, target: Target, document: object, case: str) -> Reading:
    """Return what the document tells of the flaw of the record, which need not be the first; refuse when nothing."""
    if other_flaw(record, reading.partial):
        ids = {record.ids.cve, record.ids.ghsa, record.id} - {""}
        reading = target.read(target.about(document, ids))
    if other := other_flaw(record, reading.partial):
        raise Refused(
            f"the document is about {other}, and {case} is about {record.ids.cve or record.id}",
            hint="Name the case it is about; nothing was recorded.",
        )
    return reading


def case_of(desk: Desk, partial: Advisory, *, by: str) -> str:
    """Return the one case that a document is about, of those that `by` may see, by the ids it gives the flaw.

    Raises `NotFound` when none is called so, whether there is none or it is not for them, and `Misuse` for several.
    """
    ids = partial.ids
    names = [name for name in dict.fromkeys((partial.id, ids.cve, ids.ghsa, *ids.aliases)) if is_case_name(name)]
    hint = "Name the case: midstream advisory import CASE FILE."
    if not names:
        raise Misuse("the document gives no id by which a case could be called", hint=hint)
    who = desk.viewer(by)
    found = sorted({case for name in names[:_NAMES] for case in desk.store.cases_called(who, name)})
    told = ", ".join(names[:_NAMES])
    if not found:
        raise NotFound(f"no case here is called {told}", hint=f"See those you may see: midstream case list. {hint}")
    if len(found) > 1:
        raise Misuse(f"the document is about {told}, and so are several cases: {', '.join(found)}", hint=hint)
    return found[0]


_NAMES = 8
"""How many ids of a document are looked for: a document with more of them is about more than one flaw."""


def _check_team(desk: Desk, case: str, *, by: str) -> None:
    _, seen = desk.case(case, by=by)
    if seen < Sight.TEAM:
        raise Refused(f"a document is read in by the response team of {case}", hint="Ask who is on duty.")
