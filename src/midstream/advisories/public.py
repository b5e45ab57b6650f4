"""The public part of a record: what anybody may read at a moment. An export before that moment is a filter, not a file.

The label of a value comes from three places: the kind of field (`ALWAYS_PRIVATE`), the record itself (`private` names
fields), and the list item (`label`, `public_from`, a credit's consent). The most private one counts.
"""

from datetime import datetime
from typing import Any, TypeVar

import msgspec

from midstream.advisories.record import Advisory, Credit, Dates, Distribution, Ids, Part, Reference, Tlp, fields_of

ALWAYS_PRIVATE = frozenset(
    {
        "dates.acknowledged",
        "dates.confirmed",
        "dates.embargo_until",
        "dates.embargo_extended",
        "distribution.groups",
        "distribution.placeholder",
        "private",
        "publication",
        "reason",
        "component.line.conflict",
    }
)
"""Fields that are about the work and about people, never about the flaw."""

RESTRICTED: frozenset[Tlp] = frozenset({"amber", "amber+strict", "red"})
"""The labels of what may not go to everybody."""

_Part = TypeVar("_Part", bound=Part)


def is_public(record: Advisory, *, now: datetime) -> bool:
    """Return whether the record may be read by anybody at `now`: it is published, and its public date is not ahead."""
    if record.state not in ("published", "withdrawn", "rejected"):
        return False
    return record.dates.public is None or record.dates.public <= now


def marking(record: Advisory, *, now: datetime) -> Tlp:
    """Return the TLP label that a document of the record has to have (FIRST, TLP 2.0): its own, or a stricter one.

    What is not public has one that says so, at least amber, whatever the record says or does not say.
    """
    label = record.distribution.tlp
    return label if label in RESTRICTED or is_public(record, now=now) else "amber"


def public_part(record: Advisory, *, now: datetime) -> Advisory:
    """Return what anybody may read of the record at `now`; before it is public, no more than that there is one.

    What may be said before is nothing, or with `distribution.placeholder` the ids and the end of the embargo.
    """
    if not is_public(record, now=now):
        return _placeholder(record)
    kept = _filtered(record, path="", private=ALWAYS_PRIVATE | frozenset(record.private), now=now)
    if record.state in ("withdrawn", "rejected"):
        kept = msgspec.structs.replace(kept, reason=record.reason)
    return kept


def _placeholder(record: Advisory) -> Advisory:
    if not record.distribution.placeholder:
        return Advisory(state="embargoed")
    return Advisory(
        id=record.id,
        ids=Ids(cve=record.ids.cve),
        state="embargoed",
        dates=Dates(embargo_until=record.dates.embargo_until),
        distribution=Distribution(placeholder=True),
    )


def _filtered(part: _Part, *, path: str, private: frozenset[str], now: datetime) -> _Part:
    changes: dict[str, Any] = {}
    for field in fields_of(type(part)):
        value = getattr(part, field.name)
        here = f"{path}{field.name}"
        if here in private:
            changes[field.name] = _empty(field)
        elif isinstance(value, Part):
            changes[field.name] = _filtered(value, path=f"{here}.", private=private, now=now)
        elif isinstance(value, tuple) and value and isinstance(value[0], Part):
            shown = (_shown(item, now=now) for item in value)
            changes[field.name] = tuple(
                _filtered(item, path=f"{here}.", private=private, now=now) for item in shown if item is not None
            )
    return msgspec.structs.replace(part, **changes) if changes else part


def _shown(item: Part, *, now: datetime) -> Part | None:
    """Return the item as the public may see it, or None."""
    if getattr(item, "label", "public") != "public":
        return None
    if isinstance(item, Reference) and item.public_from is not None and item.public_from > now:
        return None
    return _credited(item) if isinstance(item, Credit) else item


def _credited(credit: Credit) -> Credit | None:
    if credit.consent == "public":
        return credit
    if credit.consent == "org" and credit.org:
        return Credit(role=credit.role, org=credit.org, consent="org")
    return None


def _empty(field: msgspec.structs.FieldInfo) -> Any:  # noqa: ANN401 (the defaults of every type)
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    if field.default is msgspec.NODEFAULT:
        raise ValueError(field.name)
    return field.default
