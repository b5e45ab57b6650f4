"""What is taken of a document that somebody else wrote: descriptions of the flaw, never what our own facts decide.

Whether a branch is affected, whether the case is public, who is named: each is said by a verb that a person is
answerable for. A document fills in the rest: texts, ids elsewhere, weaknesses, scores, references, advice, and values
of its format that the record has no field for.
"""

import msgspec

from midstream.advisories.intake.merge import Merged, Taken, is_same, merge
from midstream.advisories.intake.words import words_of
from midstream.advisories.mapping import project
from midstream.advisories.reading import Provenance
from midstream.advisories.record import Advisory
from midstream.formats.base.fault import DocumentError
from midstream.ledger.kinds.disclosure import AdvisoryImported

TAKEN = frozenset(
    {
        "ids.ghsa",
        "ids.upstream",
        "ids.aliases",
        "ids.related",
        "ids.other",
        "summary",
        "details",
        "impact",
        "weakness",
        "attack_pattern",
        "score",
        "component.key",
        "component.purl",
        "component.cpe",
        "component.paths",
        "component.routines",
        "component.modules",
        "component.platforms",
        "component.config",
        "workaround",
        "mitigation",
        "reference",
        "foreign",
    }
)
"""Fields that a document may fill, by their path without positions."""


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What a document offers a record: `part` may be taken, `taken` is what of it is new, `left` is for a person.

    `left` holds, in a sentence each, where the document differs from the record, and what it says about fields that
    only a verb fills.
    """

    part: Advisory
    record: Advisory
    taken: tuple[Taken, ...]
    left: tuple[str, ...]


def offer(*, record: Advisory, partial: Advisory, provenance: Provenance) -> Offer:
    """Return what a document that reads as `partial` offers the record."""
    whole = merge(record=record, partial=partial, provenance=provenance)
    part = _part(record, partial)
    merged = merge(record=record, partial=part, provenance=provenance)
    fields = {each.field for each in merged.taken}
    left = [str(conflict) for conflict in whole.conflicts]
    left += [
        f"{each.field}: the document says {words_of(each.value, most=120)}; if that is right, record it with its verb"
        for each in whole.taken
        if each.field not in fields
    ]
    return Offer(part=part, record=merged.record, taken=merged.taken, left=tuple(left))


def with_imports(record: Advisory, imports: tuple[AdvisoryImported, ...]) -> Advisory:
    """Return the record with what it lacks of each document that was read in, the first of them first."""
    for each in imports:
        record = _merged(record, each).record
    return record


def _merged(record: Advisory, body: AdvisoryImported) -> Merged:
    part = msgspec.json.decode(body.record or "{}", type=Advisory)
    return merge(record=record, partial=part, provenance=Provenance(target=body.format, digest=body.digest))


def written(part: Advisory) -> str:
    """Return a part as a fact keeps it; raise `DocumentError` when it is too large for one."""
    text = msgspec.json.encode(part).decode()
    if len(text) > _MOST:
        raise DocumentError(
            f"what it says takes {len(text):,} characters, more than {_MOST:,}",
            hint="No advisory says that much; take out what is not about the flaw.",
        )
    return text


def other_flaw(record: Advisory, partial: Advisory) -> str:
    """Return the CVE id of a document that is about another flaw than the record; empty when none says so."""
    ours = _cves(record, record.ids.upstream, record.ids.related)
    theirs = _cves(partial)
    return min(theirs) if ours and theirs and not ours & theirs else ""


def _cves(record: Advisory, *more: tuple[str, ...]) -> set[str]:
    names = {record.id, record.ids.cve, *record.ids.aliases, *(name for names in more for name in names)}
    return {name for name in names if name.startswith("CVE-")}


_MOST = 1_000_000


def _part(record: Advisory, partial: Advisory) -> Advisory:
    """Return what may be taken; of components, those that the record has."""
    kept = project(partial, kept=TAKEN)
    known = []
    for mine in record.component:
        for theirs in partial.component:
            if is_same(mine, theirs):
                told = project(Advisory(component=(theirs,)), kept=TAKEN).component
                known += [msgspec.structs.replace(each, key=mine.key) for each in told]
    return msgspec.structs.replace(kept, component=tuple(known))
