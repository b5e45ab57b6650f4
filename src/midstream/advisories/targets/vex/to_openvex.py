"""OpenVEX 0.2.0: one statement for each group of releases for which the same holds, products one by one."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from urllib.parse import quote

import msgspec

from midstream.advisories.carry.foreign import with_foreign
from midstream.advisories.carry.outline import write_outline
from midstream.advisories.record import Advisory, Component, Publisher, Release, Verdict
from midstream.advisories.targets.target import Target, file_stem, timeless
from midstream.advisories.targets.telling import (
    begun_at,
    changed_at,
    english,
    groups,
    name_of,
    other_names,
    version_number,
    versioned,
)
from midstream.advisories.targets.vex.from_openvex import NAME, PLACES, about, read
from midstream.formats.base.moments import write_moment
from midstream.formats.base.visible import visible
from midstream.formats.openvex import document as openvex

SAYS: Final[dict[Verdict, str]] = {
    "affected": "affected",
    "fixed": "fixed",
    "not_affected": "not_affected",
    "under_investigation": "under_investigation",
    "unknown": "",
}
_FIELDS: Final = (
    (r"/@id", "id"),
    (r"/(timestamp|last_updated|version)", "revision"),
    (r"/statements/[0-9]+/vulnerability/name", "ids.cve"),
    (r"/statements/[0-9]+/vulnerability/aliases", "ids.aliases"),
    (r"/statements/[0-9]+/vulnerability/description", "summary.en"),
    (r"/statements/[0-9]+/vulnerability", "ids.cve"),
    (r"/statements/[0-9]+/justification", "component.line.justification"),
    (r"/statements/[0-9]+/impact_statement", "component.statement.detail"),
    (r"/statements/[0-9]+/action_statement", "component.statement.action"),
    (r"/statements/[0-9]+/status_notes", "component.statement.detail"),
    (r"/statements/[0-9]+/status", "component.statement.status"),
    (r"/statements/[0-9]+/products", "component.purl"),
    (r"/statements", "component.line"),
)


def write(*, record: Advisory, publisher: Publisher, releases: Sequence[Release], now: datetime) -> openvex.Document:
    """The OpenVEX document of the record; of a record that says nothing of any release, that it is looked at."""
    made = openvex.Document(
        context=openvex.CONTEXT,
        id=f"{publisher.namespace.rstrip('/')}/openvex/{quote(record.id, safe='')}",
        author=publisher.name,
        timestamp=write_moment(begun_at(record, now=now)),
        last_updated=write_moment(changed_at(record, now=now)),
        version=version_number(record),
        statements=tuple(
            openvex.Statement(
                vulnerability=_vulnerability(record),
                products=tuple(_product(component, release) for component, release in group.members),
                status=group.verdict,
                justification=group.justification,
                impact_statement=visible(group.reason) if group.verdict == "not_affected" else "",
                status_notes=visible(group.reason) if group.verdict != "not_affected" else "",
                action_statement=visible(group.action),
            )
            for group in groups(record=record, releases=releases)
        )
        or _nothing_known(record),
    )
    return with_foreign(_with_outline(made, record), record, target=NAME)


def evaluate(document: openvex.Document, *, component: Component, release: Release) -> str:
    """The status of the release: that of the last statement that names it (OpenVEX, Status Labels); else nothing."""
    wanted = _product(component, release).id
    found = [each.status for each in document.statements if any(product.id == wanted for product in each.products)]
    return found[-1] if found else ""


def field_of(_: openvex.Document, path: str) -> str:
    """The field of the record that the value at the path comes from."""
    return next((field for pattern, field in _FIELDS if re.match(pattern, path)), "")


def _with_outline(document: openvex.Document, record: Advisory) -> openvex.Document:
    """The document with what is known of code and branches in the notes of its first statement: why they say so."""
    if not document.statements:
        return document
    first, *others = document.statements
    notes = "\n\n".join(filter(None, (first.status_notes, visible(write_outline(record.component)))))
    return msgspec.structs.replace(document, statements=(msgspec.structs.replace(first, status_notes=notes), *others))


def _vulnerability(record: Advisory) -> openvex.Vulnerability:
    return openvex.Vulnerability(
        name=name_of(record), description=visible(english(record.summary)), aliases=other_names(record)
    )


def _nothing_known(record: Advisory) -> tuple[openvex.Statement, ...]:
    """One statement on the components whole, where no release of them can be named."""
    if not record.component:
        return ()
    addresses = dict.fromkeys(_address(component) for component in record.component)
    return (
        openvex.Statement(
            vulnerability=_vulnerability(record),
            products=tuple(openvex.Product(id=address) for address in addresses),
            status="under_investigation",
        ),
    )


def _address(component: Component) -> str:
    """An IRI of the component without a release."""
    return component.repo or f"urn:component:{quote(component.key or component.name, safe='')}"


def _product(component: Component, release: Release) -> openvex.Product:
    if component.purl:
        purl = versioned(component.purl, release.version)
        return openvex.Product(id=purl, identifiers={"purl": purl})
    return openvex.Product(id=f"{_address(component)}#{quote(release.version, safe='')}")


TARGET: Final = Target(
    name=NAME,
    title="OpenVEX 0.2.0",
    media_type="application/json",
    is_public=True,
    file_name=lambda record: f"{file_stem(record.id).lower()}.openvex.json",
    write=write,
    dump=openvex.write,
    load=openvex.read,
    read=read,
    about=about,
    check=timeless(openvex.check),
    field_of=field_of,
    places=PLACES,
    says=SAYS,
    evaluate=evaluate,
)
