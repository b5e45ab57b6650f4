"""Facts and views for the tests of the store, as the desk would make them."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from midstream.desk.ports import Store
from midstream.desk.views import CaseView, CellView
from midstream.ledger.chain import Head, empty, record, verify
from midstream.ledger.fact import Draft, Fact
from midstream.ledger.kinds.intake import NoteAdded
from midstream.policy.duties import Duty

if TYPE_CHECKING:
    from midstream.ledger.kinds import Body

NOW = datetime(2026, 11, 20, 9, 30, 0, 123456, tzinfo=UTC)
HOUR = timedelta(hours=1)


def notes(
    stream: str, texts: Iterable[str], *, head: Head | None = None, key: str = "", at: datetime = NOW
) -> tuple[Fact, ...]:
    """Facts that follow `head`, one per text."""
    bodies: list[Body] = [NoteAdded(text=text) for text in texts]
    drafts = [Draft(stream=stream, said_by="ada", happened_at=at - HOUR, body=body) for body in bodies]
    return record(head or empty(stream), drafts, recorded_at=at, key=key)


def add(store: Store, stream: str, *texts: str, key: str = "", views: Sequence[CaseView] = ()) -> tuple[Fact, ...]:
    """Append one fact per text to the stream as it stands."""
    head = store.head(stream)
    at = max(NOW, head.recorded_at or NOW)
    facts = notes(stream, texts, head=head, key=key, at=at)
    store.append(facts, views=views, expect={stream: head.number})
    return facts


def duty(case: str, key: str, *, opens: timedelta = -HOUR, due: timedelta | None = HOUR) -> Duty:
    """A duty that opens and is due at these distances from `NOW`."""
    return Duty(
        case=case,
        key=key,
        name=key.title(),
        clause="T1",
        policy="bench 1",
        work="process",
        do=("note",),
        opens_at=NOW + opens,
        due_at=None if due is None else NOW + due,
        because=(1, 2),
        missing=("report.accepted",),
        zone="Europe/Paris",
    )


def view(case: str, number: int = 1, **changed: object) -> CaseView:
    """A view of a case of project ``tf-m``, with what differs given by name."""
    given: dict[str, object] = {
        "project": "tf-m",
        "title": f"Ünlaut of {case}",
        "is_public": False,
        "triage": "accepted",
        "embargo": "agreed",
        "fix": "none",
        "severity": "high",
        "began_at": NOW,
        "public_at": NOW + 90 * 24 * HOUR,
        "areas": ("boot",),
        "readers": {"vic": True, "wim": False},
        "claims": {"triage": "ada"},
        "duties": (duty(case, "triage"),),
        "cells": (
            CellView(branch="main", word="merged", detail="0123abc", since=NOW, because=(3,)),
            CellView(branch="lts", word="conflict", detail="a.c, b.c", since=NOW, because=(4,)),
        ),
        "message_ids": (f"<{case}@example.org>",),
    }
    return CaseView(case=case, number=number, **(given | changed))  # type: ignore[arg-type]


def verified(store: Store) -> list[Fact]:
    """Every fact, after the chain and the heads kept beside it were checked as `ledger verify` does."""
    heads: dict[str, Head] = {}
    facts = list(verify(store.everything(), heads=heads))
    assert store.heads() == sorted(heads.values(), key=lambda head: head.stream)
    return facts
