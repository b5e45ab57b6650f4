"""What a CSAF document says about products and vulnerabilities (CSAF 2.0 and 2.1, "product_status")."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

DEPTH_LIMIT = 60
"""How deep branches may lie in one another; the standard's own checks allow 30."""

_STATUSES = {
    "known_affected": "affected",
    "first_affected": "affected",
    "last_affected": "affected",
    "known_not_affected": "not_affected",
    "fixed": "fixed",
    "first_fixed": "fixed",
    "under_investigation": "under_investigation",
}

_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]*-[A-Za-z0-9_.:-]*[0-9A-Za-z]")
"""What an id of a vulnerability looks like: GHSA-xxxx-xxxx-xxxx, ACME-7."""


class Product(msgspec.Struct, kw_only=True):
    """One product id of the tree: its names (purls, CPEs), a range of versions if it stands for many, and its parts.

    `parts` is not empty for a relationship: the product with the other installed in it. `through` are the names of what
    lies between the two, such as the module of a distribution that a package belongs to.
    """

    names: list[str]
    versions: str = ""
    parts: list[str] = []
    through: list[str] = []


class Statement(msgspec.Struct, kw_only=True, frozen=True):
    """What the document says about one vulnerability in one product."""

    vulnerability: str
    aliases: list[str]
    product: Product
    status: str
    justification: str
    impact: str
    action: str
    remedy: str = ""  # the category of the action: vendor_fix, no_fix_planned, none_available


class Statements(msgspec.Struct, kw_only=True):
    """A document's statements, who publishes it, when it was last changed (ISO 8601), and what could not be read."""

    id: str
    publisher: str
    at: str
    statements: list[Statement]
    faults: list[str]


def read_statements(*, tree: object) -> Statements:
    """Return what a decoded CSAF document says; raise `ValueError` for one that is none.

    A product status that names a product the tree does not have is a fault, and does not count.
    """
    document = tree.get("document") if isinstance(tree, dict) else None
    if not isinstance(tree, dict) or not isinstance(document, dict) or not _text(document, "csaf_version"):
        raise ValueError("it has no document.csaf_version")
    tracking = _table(document, "tracking")
    found = Statements(
        id=_text(tracking, "id"),
        publisher=_text(_table(document, "publisher"), "name"),
        at=_text(tracking, "current_release_date"),
        statements=[],
        faults=[],
    )
    products, groups = _products(_table(tree, "product_tree"), found.faults)
    for entry in _tables(tree, "vulnerabilities"):
        found.statements += _statements(entry, products, groups, found.faults)
    return found


def _statements(
    entry: dict[str, Any], products: dict[str, Product], groups: dict[str, list[str]], faults: list[str]
) -> Iterator[Statement]:
    ids = [_text(each, "text") for each in _tables(entry, "ids")]
    names = [name for name in [_text(entry, "cve"), *ids] if name]
    if not names:
        faults.append("a vulnerability has neither a cve nor ids")
        return
    # Among the ids are numbers of bugs, and one bug may be about several vulnerabilities: those are no names of this.
    names = [names[0], *(name for name in names[1:] if _ID.fullmatch(name))]
    labels = _by_product(entry, "flags", "label", groups)
    threats = [each for each in _tables(entry, "threats") if each.get("category") == "impact"]
    impacts = _by_product({"threats": threats}, "threats", "details", groups)
    actions = _by_product(entry, "remediations", "details", groups)
    remedies = _by_product(entry, "remediations", "category", groups)
    said = _table(entry, "product_status")
    if not _STATUSES.keys() & said.keys():  # "recommended" and "unknown" say nothing about being affected
        only = f"only what is {', '.join(sorted(said))[:80]}" if said else "nothing"
        faults.append(f"{names[0]}: it says {only} of any product")
    for group, listed in said.items():
        status = _STATUSES.get(group)
        if status is None:
            continue
        if not isinstance(listed, list):
            faults.append(f"{names[0]}: {group} is no list")
            continue
        for product in map(str, listed):
            if product not in products:
                faults.append(f"{names[0]}: {group} names {product!r}, which the product tree does not have")
                continue
            yield Statement(
                vulnerability=names[0],
                aliases=names[1:],
                product=products[product],
                status=status,
                justification=labels.get(product, ""),
                impact=impacts.get(product, ""),
                action=actions.get(product, ""),
                remedy=remedies.get(product, ""),
            )


def _by_product(entry: dict[str, Any], key: str, value: str, groups: dict[str, list[str]]) -> dict[str, str]:
    """Return what the entries of a list say, by product id, with groups of products taken apart."""
    found: dict[str, str] = {}
    for each in _tables(entry, key):
        ids = _texts(each, "product_ids")
        for group in _texts(each, "group_ids"):
            ids += groups.get(group, [])
        for product in ids:
            found.setdefault(product, _text(each, value))
    return found


def _products(tree: dict[str, Any], faults: list[str]) -> tuple[dict[str, Product], dict[str, list[str]]]:
    found: dict[str, Product] = {}
    stack = [(branch, 0) for branch in _tables(tree, "branches")]
    while stack:
        branch, depth = stack.pop()
        held = branch.get("product")
        if isinstance(held, dict):
            is_range = branch.get("category") == "product_version_range"
            found[_text(held, "product_id")] = Product(
                names=_names(held), versions=_text(branch, "name") if is_range else ""
            )
        if depth >= DEPTH_LIMIT:
            faults.append(f"branches lie more than {DEPTH_LIMIT} deep; what is below was not read")
            continue
        stack += [(inner, depth + 1) for inner in _tables(branch, "branches")]
    for held in _tables(tree, "full_product_names"):
        found[_text(held, "product_id")] = Product(names=_names(held))
    _relate(_tables(tree, "relationships"), found, faults)
    groups = {_text(entry, "group_id"): _texts(entry, "product_ids") for entry in _tables(tree, "product_groups")}
    return found, groups


def _relate(entries: list[dict[str, Any]], found: dict[str, Product], faults: list[str]) -> None:
    """Add the products that relationships make of others, in whatever order they stand: package, module, release.

    One that is made of itself, or of what the tree does not have, is a fault.
    """
    waiting = entries
    while waiting:
        left = [entry for entry in waiting if not _has_related(entry, found)]
        if len(left) == len(waiting):
            break
        waiting = left
    for entry in waiting:
        whole, part = _text(entry, "relates_to_product_reference"), _text(entry, "product_reference")
        lost = " and ".join(repr(name[:200]) for name in (part, whole) if name not in found)
        name = _text(_table(entry, "full_product_name"), "product_id")
        faults.append(f"the product {name[:200]!r} is made of {lost}, which the product tree does not have")


def _has_related(entry: dict[str, Any], found: dict[str, Product]) -> bool:
    """Return whether both sides of a relationship are known; then the product it makes is, too."""
    whole = found.get(_text(entry, "relates_to_product_reference"))
    part = found.get(_text(entry, "product_reference"))
    if whole is None or part is None:
        return False
    held = _table(entry, "full_product_name")
    own = _names(held)
    found[_text(held, "product_id")] = Product(
        names=own or whole.names,
        versions=part.versions,
        parts=[] if own else part.names,
        through=[] if own else [*whole.through, *whole.parts],
    )
    return True


def _names(product: dict[str, Any]) -> list[str]:
    helper = _table(product, "product_identification_helper")
    purls = helper.get("purls")
    listed = [helper.get("purl"), *(purls if isinstance(purls, list) else []), helper.get("cpe")]
    return [name for name in listed if isinstance(name, str) and name]


def _tables(tree: dict[str, Any], key: str) -> list[dict[str, Any]]:
    entries = tree.get(key)
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def _texts(tree: dict[str, Any], key: str) -> list[str]:
    value = tree.get(key)
    return [str(each) for each in value] if isinstance(value, list) else []


def _table(tree: dict[str, Any], key: str) -> dict[str, Any]:
    value = tree.get(key)
    return value if isinstance(value, dict) else {}


def _text(tree: dict[str, Any], key: str) -> str:
    value = tree.get(key)
    return value if isinstance(value, str) else ""
