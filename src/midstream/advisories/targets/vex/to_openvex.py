"""OpenVEX 0.2.0: one statement for each group of releases for which the same holds, products one by one."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from urllib.parse import quote, unquote

from midstream.advisories.carry.foreign import anchored_foreign_of, with_foreign
from midstream.advisories.reading import Provenance, Reading
from midstream.advisories.record import Advisory, Component, Ids, Publisher, Release, Verdict
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
from midstream.formats.base.moments import write_moment
from midstream.formats.base.visible import visible
from midstream.formats.openvex import document as openvex

NAME: Final = "openvex"
PLACES: Final = {
    "id": "/@id",
    "ids.cve": "/statements/*/vulnerability/name",
    "ids.ghsa": "/statements/*/vulnerability/aliases",
    "ids.aliases": "/statements/*/vulnerability/aliases",
    "summary.en": "/statements/*/vulnerability/description",
}
SAYS: Final[dict[Verdict, str]] = {
    "affected": "affected",
    "fixed": "fixed",
    "not_affected": "not_affected",
    "under_investigation": "under_investigation",
    "unknown": "",
}
_CVE: Final = re.compile(r"CVE-[0-9]{4}-[0-9]{4,19}")
_GHSA: Final = re.compile(r"GHSA(-[0-9a-z]{4}){3}")
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
    (r"/statements/[0-9]+/status", "component.statement.status"),
    (r"/statements/[0-9]+/products", "component.purl"),
    (r"/statements", "component.line"),
)


def write(*, record: Advisory, publisher: Publisher, releases: Sequence[Release], now: datetime) -> openvex.Document:
    """The OpenVEX document of the record; of a record that says nothing of any release, that it is looked at."""
    document = openvex.Document(
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
    return with_foreign(document, record, target=NAME)


def read(document: openvex.Document) -> Reading:
    """What the document tells of the record: its ids and its summary; statements become no lines."""
    found = [each.vulnerability for each in document.statements if each.vulnerability is not None]
    names = list(dict.fromkeys(name for each in found for name in (each.name, *each.aliases) if name))
    first = found[0].name if found else ""
    id_ = unquote(document.id.rpartition("/openvex/")[2]) if "/openvex/" in document.id else ""
    cve = first if _CVE.fullmatch(first) else ""
    ghsa = next((name for name in names if _GHSA.fullmatch(name)), "")
    summary = next((each.description for each in found if each.description), "")
    partial = Advisory(
        id=id_,
        ids=Ids(cve=cve, ghsa=ghsa, aliases=tuple(each for each in names if each not in {cve, ghsa, id_})),
        summary={"en": summary} if summary else {},
        foreign=anchored_foreign_of(document, target=NAME),
    )
    return Reading(partial=partial, provenance=Provenance(target=NAME, places=dict(PLACES)))


def evaluate(document: openvex.Document, *, component: Component, release: Release) -> str:
    """The status of the release: that of the last statement that names it (OpenVEX, Status Labels); else nothing."""
    wanted = _product(component, release).id
    found = [each.status for each in document.statements if any(product.id == wanted for product in each.products)]
    return found[-1] if found else ""


def field_of(_: openvex.Document, path: str) -> str:
    """The field of the record that the value at the path comes from."""
    return next((field for pattern, field in _FIELDS if re.match(pattern, path)), "")


def _vulnerability(record: Advisory) -> openvex.Vulnerability:
    return openvex.Vulnerability(
        name=name_of(record), description=visible(english(record.summary)), aliases=other_names(record)
    )


def _nothing_known(record: Advisory) -> tuple[openvex.Statement, ...]:
    """One statement on the components whole, where no release of them can be named."""
    if not record.component:
        return ()
    return (
        openvex.Statement(
            vulnerability=_vulnerability(record),
            products=tuple(openvex.Product(id=_address(component)) for component in record.component),
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
    check=timeless(openvex.check),
    field_of=field_of,
    places=PLACES,
    says=SAYS,
    evaluate=evaluate,
)
