"""The record as a CSAF 2.1 document, as far as that version stands (see `formats.csaf.document21` for the draft).

What both versions say in the same way is written by `to_csaf`. Here it is put where 2.1 has it, and what 2.0 has no
place for is added: every weakness, CVSS 4, the whole TLP. 2.1 forbids what contradicts itself, so a product with a
workaround is not also said to have no remedy.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from midstream.advisories.carry.foreign import with_foreign
from midstream.advisories.public import marking
from midstream.advisories.record import Advisory, Publisher, Release
from midstream.advisories.targets.to_csaf import own_part, ratings
from midstream.formats.base.cvss import Scored
from midstream.formats.base.cwe import EDITION, name_of
from midstream.formats.base.node import Node
from midstream.formats.csaf import document as csaf
from midstream.formats.csaf import document21 as csaf21

TARGET = "csaf21"
_VERSIONS = {"3.0": "cvss_v3", "3.1": "cvss_v3", "4.0": "cvss_v4"}
_REMEDIED = frozenset({"workaround", "mitigation"})
_NOT_REMEDIED = frozenset({"none_available", "no_fix_planned"})
_Node = TypeVar("_Node", bound=Node)


def write(*, record: Advisory, publisher: Publisher, releases: Sequence[Release], now: datetime) -> csaf21.CsafDocument:
    """Return the record's document. Its dates are those of its revisions; without one, `now`."""
    made = own_part(record=record, publisher=publisher, releases=releases, now=now)
    document = csaf21.CsafDocument(
        schema=csaf21.SCHEMA,
        document=_meta(made, record, now=now),
        product_tree=_tree(made.product_tree) if made.product_tree else None,
        vulnerabilities=tuple(_vulnerability(each, record) for each in made.vulnerabilities),
    )
    return with_foreign(document, record, target=TARGET)


def _as(kind: type[_Node], node: Node, **changes: Any) -> _Node:  # noqa: ANN401 (any field)
    """Return the node as one of a type that has its fields and more."""
    return kind(**{field: getattr(node, field) for field in node.__struct_fields__} | changes)


def _meta(made: csaf.CsafDocument, record: Advisory, *, now: datetime) -> csaf21.Meta:
    meta = made.meta
    publisher = meta.publisher or csaf.Publisher()
    label = (marking(record, now=now) or "clear").upper()
    return _as(
        csaf21.Meta,
        meta,
        category=meta.category if _is_advisory(made) else "csaf_vex",
        csaf_version=csaf21.VERSION,
        publisher=_as(csaf21.Publisher, publisher, contact=_contact(publisher.contact_details), contact_details=""),
        distribution=csaf21.Distribution(tlp=csaf.Tlp(label=label)),
    )


def _is_advisory(made: csaf.CsafDocument) -> bool:
    """Return whether it can be a security advisory: of each product that is fixed, a version is not (6.1.27.13)."""
    fixed: set[str] = set()
    others: set[str] = set()
    for each in made.vulnerabilities:
        status = each.product_status or csaf.Status()
        for name in csaf.Status.__struct_fields__:
            if name != "other":
                found = fixed if name == "fixed" else others
                found.update(identifier.rpartition(":")[0] for identifier in getattr(status, name))
    return fixed <= others


def _contact(text: str) -> csaf21.Contact | None:
    if not text:
        return None
    if text.startswith("https://"):
        return csaf21.Contact(url=text)
    if "@" in text and " " not in text and ":" not in text:
        return csaf21.Contact(email=text)
    return csaf21.Contact(details=text)


def _tree(tree: csaf.Tree) -> csaf21.Tree:
    return _as(csaf21.Tree, tree, branches=tuple(_branch(each) for each in tree.branches))


def _branch(branch: csaf.Branch) -> csaf21.Branch:
    product = branch.product
    helper = product.product_identification_helper if product else None
    if helper is not None:
        helper = _as(csaf21.Helper, helper, purl="", purls=(helper.purl,) if helper.purl else ())
    return _as(
        csaf21.Branch,
        branch,
        branches=tuple(_branch(each) for each in branch.branches),
        product=_as(csaf21.Product, product, product_identification_helper=helper) if product else None,
    )


def _vulnerability(each: csaf.Vulnerability, record: Advisory) -> csaf21.Vulnerability:
    status = each.product_status
    remediations, notes = _remedies(each)
    return _as(
        csaf21.Vulnerability,
        each,
        cwe=None,
        cwes=tuple(
            csaf21.Cwe(id=f"CWE-{cwe}", name=name_of(cwe), version=EDITION)
            for cwe in dict.fromkeys(weakness.cwe for weakness in record.weakness)
            if name_of(cwe)
        ),
        release_date="",
        disclosure_date=each.release_date,
        scores=(),
        metrics=tuple(
            csaf21.Metric(content=_content(own), products=products)
            for products, own in ratings(record, status.known_affected if status else (), versions=_VERSIONS)
        ),
        product_status=_as(csaf21.Status, status) if status else None,
        remediations=remediations,
        notes=(*each.notes, *notes),
    )


def _content(own: Scored) -> csaf21.Content:
    return csaf21.Content(cvss_v4=own.json) if own.version == "4.0" else csaf21.Content(cvss_v3=own.json)


def _remedies(each: csaf.Vulnerability) -> tuple[tuple[csaf.Remediation, ...], tuple[csaf.Note, ...]]:
    """Return the remediations that fit the status of their products; advice for no product as notes.

    They contradict neither one another nor the status (6.1.35, 6.1.36), and nothing is advised where nobody knows yet
    (6.2.27).
    """
    status = each.product_status or csaf.Status()
    free = set(status.known_not_affected)
    unsure = free | set(status.under_investigation)
    helped = {p for one in each.remediations if one.category in _REMEDIED for p in one.product_ids} - unsure
    found: list[csaf.Remediation] = []
    notes: list[csaf.Note] = []
    for one in each.remediations:
        without = free | helped if one.category in _NOT_REMEDIED else unsure
        left = tuple(product for product in one.product_ids if product not in without)
        if left:
            found.append(msgspec.structs.replace(one, product_ids=left))
        elif one.category in _REMEDIED:
            notes.append(csaf.Note(category="other", title=one.category.capitalize(), text=one.details))
    return tuple(found), tuple(notes)
