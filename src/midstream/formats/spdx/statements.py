"""What an SPDX 3 document says about vulnerabilities in packages: its VEX.

SPDX 3.0.1, Security/VexVulnAssessmentRelationship and the four classes below it.
"""

import re
from itertools import product
from typing import Any

import msgspec

from midstream.formats.spdx.packages import kind_of

_STATUSES = {
    "security_VexAffectedVulnAssessmentRelationship": "affected",
    "security_VexNotAffectedVulnAssessmentRelationship": "not_affected",
    "security_VexFixedVulnAssessmentRelationship": "fixed",
    "security_VexUnderInvestigationVulnAssessmentRelationship": "under_investigation",
}
_PURL_TYPES = {"purl", "packageUrl"}
_CPE_TYPES = {"cpe23", "cpe22"}
_IDS = {"cve": 0, "securityOther": 1}
"""The kinds of identifiers that are ids of vulnerabilities, the one that stands for all of them first."""

_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


class Product(msgspec.Struct, kw_only=True, frozen=True):
    """A package as a statement means it: its id in the document, its purls and CPEs, its version."""

    id: str
    names: list[str]
    version: str


class Statement(msgspec.Struct, kw_only=True, frozen=True):
    """What somebody says about one vulnerability in one package; `at` is ISO 8601 text as written.

    With `part` it is about that element in the product (``assessedElement``).
    """

    vulnerability: str
    aliases: list[str]
    product: Product
    part: Product | None
    status: str
    justification: str
    impact: str
    action: str
    notes: str
    said_by: str
    at: str


class Statements(msgspec.Struct, kw_only=True):
    """A document's statements, its name, and which elements could not be read."""

    name: str
    statements: list[Statement]
    faults: list[str]


def read_statements(*, tree: object) -> Statements:
    """Return the statements of a decoded document; raise `ValueError` for one that is none.

    One about an element the document does not have, or that was withdrawn, is a fault, and does not count.
    """
    graph = tree.get("@graph") if isinstance(tree, dict) else None
    if not isinstance(graph, list):
        raise ValueError("it has no @graph, so it is no SPDX 3 document")
    entries = [each for each in graph if isinstance(each, dict)]
    elements = {_id(each): each for each in entries}
    found = Statements(name="", statements=[], faults=[])
    for each in entries:
        kind = kind_of(each)
        if kind == "SpdxDocument":
            found.name = _text(each, "name") or _id(each)
        elif kind in _STATUSES:
            _take(found, each, _STATUSES[kind], elements)
    return found


def _take(found: Statements, entry: dict[str, Any], status: str, elements: dict[str, dict[str, Any]]) -> None:
    where = _id(entry) or "a statement"
    names = _vulnerability(elements.get(_text(entry, "from"), {}))
    if not names:
        found.faults.append(f"{where}: what it is from, {_text(entry, 'from')[:200]!r}, has no id of a vulnerability")
        return
    if _text(entry, "security_withdrawnTime"):
        found.faults.append(f"{where}: it was withdrawn")
        return
    made = elements.get(_text(entry, "creationInfo"), {})
    made = entry["creationInfo"] if isinstance(entry.get("creationInfo"), dict) else made
    whom = [_text(entry, "suppliedBy") or _text(entry, "security_suppliedBy"), *_texts(made.get("createdBy"))]
    parts = _texts(entry.get("security_assessedElement"))
    targets = [] if entry.get("security_assessedElement") and not parts else _texts(entry.get("to"))
    if not targets:
        found.faults.append(f"{where}: it is about nothing that can be read")
    for target, part in product(targets, parts or [""]):
        lost = next((each for each in (target, part) if each and each not in elements), "")
        if lost:
            found.faults.append(f"{where}: it is about {lost[:200]!r}, which is not in the document")
            continue
        found.statements.append(
            Statement(
                vulnerability=names[0],
                aliases=names[1:],
                product=_product(target, elements),
                part=_product(part, elements) if part else None,
                status=status,
                justification=_CAPITAL.sub("_", _text(entry, "security_justificationType")).lower(),
                impact=_text(entry, "security_impactStatement"),
                action=_text(entry, "security_actionStatement"),
                notes=_text(entry, "security_statusNotes"),
                said_by=next((name for who in whom if (name := _text(elements.get(who, {}), "name"))), ""),
                at=next((text for key in _MOMENTS if (text := _text(entry, key))), "") or _text(made, "created"),
            )
        )


_MOMENTS = ("security_modifiedTime", "security_publishedTime")


def _vulnerability(element: dict[str, Any]) -> list[str]:
    """Return the ids of a vulnerability, a CVE id first; its name where it has no identifier."""
    held = [each for each in _list(element.get("externalIdentifier")) if isinstance(each, dict)]
    ids = [(_IDS.get(_text(each, "externalIdentifierType"), 2), _text(each, "identifier")) for each in held]
    known = [name for rank, name in sorted(ids, key=lambda pair: pair[0]) if name and (rank < 2 or len(ids) == 1)]
    return list(dict.fromkeys(known)) or list(filter(None, [_text(element, "name")]))


def _product(target: str, elements: dict[str, dict[str, Any]]) -> Product:
    element = elements[target]
    names = [_text(element, "software_packageUrl")]
    for each in _list(element.get("externalIdentifier")):
        held = elements.get(each, {}) if isinstance(each, str) else each
        if isinstance(held, dict) and _text(held, "externalIdentifierType") in _PURL_TYPES | _CPE_TYPES:
            names.append(_text(held, "identifier"))
    unique = [name for name in dict.fromkeys(names) if name]
    return Product(id=target, names=unique, version=_text(element, "software_packageVersion"))


def _id(element: dict[str, Any]) -> str:
    return _text(element, "spdxId") or _text(element, "@id")


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _texts(value: object) -> list[str]:
    return [each for each in _list(value) if isinstance(each, str) and each]


def _text(tree: dict[str, Any], key: str) -> str:
    value = tree.get(key)
    return value if isinstance(value, str) else ""
