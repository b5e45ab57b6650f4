"""The record of one scan, which ``--json`` writes and ``--since`` reads."""

from collections import Counter
from collections.abc import Sequence
from typing import Literal

import msgspec

from midstream.analysis.exposure.answers import Answer, rank_of
from midstream.analysis.exposure.inputs.inventory import Inventory, Unidentified
from midstream.analysis.exposure.statements import Statement

FORMAT: Literal["midstream-scan-1"] = "midstream-scan-1"

OPEN_VERDICTS = ("affected", "unknown version", "no data")
"""The verdicts that ask somebody for something."""


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One source of the index that was asked: name, digest, the newest date its entries bear, and how many it has."""

    name: str
    digest: str = ""
    newest: str = ""
    advisories: int = 0


class Input(msgspec.Struct, frozen=True, kw_only=True):
    """One input: what it was, how much it lists, and what of it was not looked up."""

    where: str
    kind: str
    digest: str
    listed: int
    components: int
    unidentified: list[Unidentified]
    faults: list[str]


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """An input or a VEX document that could not be read, or only a part of it; `is_missing` when it is not there."""

    what: str
    hint: str
    is_missing: bool = False
    is_part: bool = False


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One scan: when (ISO 8601), with which index, of what, and the answers, those that ask for something first."""

    format: Literal["midstream-scan-1"] = FORMAT
    made_at: str
    index: str
    sources: list[Source]
    counts: dict[str, int]
    inputs: list[Input]
    unread: list[Unread]
    answers: list[Answer]
    unused_statements: list[Statement]


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What is different from an earlier report: answers that are new, gone, or have another verdict (old, new)."""

    since: str
    new: list[Answer]
    gone: list[Answer]
    changed: list[tuple[Answer, Answer]]


def make_report(
    *,
    made_at: str,
    index: str,
    sources: list[Source],
    inventories: Sequence[Inventory],
    unread: list[Unread],
    answers: list[Answer],
    unused: list[Statement],
) -> Report:
    """Return the record of a scan, with its answers sorted and counted."""
    ordered = sorted(answers, key=lambda answer: (rank_of(answer.verdict), answer.component.name, answer.vulnerability))
    counts: Counter[str] = Counter(answer.verdict for answer in ordered)
    counts["disputed"] = sum(answer.is_disputed for answer in ordered)
    counts["unidentified"] = sum(len(inventory.unidentified) for inventory in inventories)
    counts["components"] = sum(len(inventory.components) for inventory in inventories)
    return Report(
        made_at=made_at,
        index=index,
        sources=sources,
        counts=dict(counts),
        inputs=[_input(inventory) for inventory in inventories],
        unread=unread,
        answers=ordered,
        unused_statements=unused,
    )


def _input(inventory: Inventory) -> Input:
    return Input(
        where=inventory.where,
        kind=inventory.kind,
        digest=inventory.digest,
        listed=inventory.listed,
        components=len(inventory.components),
        unidentified=inventory.unidentified,
        faults=inventory.faults,
    )


def read_report(data: bytes, /) -> Report:
    """Return the report that an earlier scan wrote as JSON; raise `ValueError` when it is none."""
    try:
        return msgspec.json.decode(data, type=Report)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError(f"it is no report of a scan: {error}") from None


def changes_since(before: Report, now: Report) -> Changes:
    """Return what is different, by component without its version and by vulnerability.

    So a component that was updated and is no longer affected shows as gone, and one that still is does not show as new.
    """
    old, new = _by_identity(before), _by_identity(now)
    return Changes(
        since=before.made_at,
        new=[answer for key, answer in new.items() if key not in old],
        gone=[answer for key, answer in old.items() if key not in new],
        changed=[
            (old[key], answer) for key, answer in new.items() if key in old and old[key].verdict != answer.verdict
        ],
    )


def _by_identity(report: Report) -> dict[tuple[str, ...], Answer]:
    found: dict[tuple[str, ...], Answer] = {}
    for answer in report.answers:
        component = answer.component
        key = (component.ecosystem, component.name, component.source_name, component.repo, answer.vulnerability)
        found.setdefault(key, answer)  # of several versions, the one that asks for most comes first
    return found
