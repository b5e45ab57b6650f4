"""Rules about the product tree and about which products are named where (CSAF, from section 6.1.1 on)."""

import functools
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from packageurl import PackageURL

from midstream.formats.base.fault import Fault
from midstream.formats.base.vers import bounds_of
from midstream.formats.csaf.document import CsafDocument, Product, Status, Tree, Vulnerability

RELATIONS = frozenset(
    {"default_component_of", "external_component_of", "installed_on", "installed_with", "optional_component_of"}
)
AFFECTED = ("first_affected", "known_affected", "last_affected")
FIXED = ("first_fixed", "fixed")
_KINDS = {
    **dict.fromkeys(AFFECTED, "affected"),
    **dict.fromkeys(FIXED, "fixed"),
    "known_not_affected": "not affected",
    "under_investigation": "under investigation",
}
_RANGE = re.compile(
    r"(^|[\s,])(<|<=|>|>=|after|all|before|earlier|later|prior|versions)([\s,0-9vV]|$)|[<>]", re.IGNORECASE
)
_CPE = re.compile(r"cpe:2\.3:[aho*-](:[^:\s]+(\\:[^:\s]*)*){10}|[cC][pP][eE]:/[AHOaho]?(:[A-Za-z0-9._~%-]*){0,6}")


def check_tree(document: CsafDocument) -> Iterator[Fault]:
    """Yield what is wrong in the product tree."""
    tree = document.product_tree or Tree()
    seen: set[str] = set()
    for path, product, above in document.products():
        if not product.product_id or not product.name:
            yield fault("schema", path, "a product needs a name and a product_id")
        if product.product_id in seen:
            yield fault("6.1.2", f"{path}/product_id", f"the product id {product.product_id!r} is given twice")
        seen.add(product.product_id)
        yield from _helper(product, path)
        if above:
            yield from _names(path, above[-1].category, above[-1].name)
    yield from _branches(document)
    yield from _relations(tree)
    yield from _circles(tree)
    groups: set[str] = set()
    for place, group in enumerate(tree.product_groups):
        here = f"/product_tree/product_groups/{place}"
        if group.group_id in groups:
            yield fault("6.1.5", here, f"the group id {group.group_id!r} is given twice")
        groups.add(group.group_id)
        if len(set(group.product_ids)) < 2:
            yield fault("schema", here, "a group has at least two products")


def _helper(product: Product, path: str) -> Iterator[Fault]:
    helper = product.product_identification_helper
    if helper is None or not (helper.package_urls() or helper.cpe or helper.other):
        yield fault("6.2.16", path, f"{product.name!r} has no purl and no cpe by which a machine finds it")
        return
    for place, purl in helper.package_urls():
        if not _is_purl(purl):
            yield fault("6.1.13", f"{path}/product_identification_helper/{place}", f"{purl!r} is no package URL")
    if helper.cpe and not _CPE.fullmatch(helper.cpe):
        yield fault("schema", f"{path}/product_identification_helper/cpe", f"{helper.cpe!r} is no CPE")
    hashed = helper.other.get("hashes")
    for entry in hashed if isinstance(hashed, list) else ():
        given = entry.get("file_hashes") if isinstance(entry, dict) else None
        names = [str(each.get("algorithm")) for each in given or () if isinstance(each, dict)]
        if len(set(names)) != len(names):
            yield fault("6.1.25", f"{path}/product_identification_helper/hashes", "one file has two hashes of one kind")


def check_uses(document: CsafDocument) -> Iterator[Fault]:
    """Yield what is wrong in how products and groups are named."""
    tree = document.product_tree or Tree()
    defined = {product.product_id for _, product, _ in document.products()}
    groups = {group.group_id: group.product_ids for group in tree.product_groups}
    used: set[str] = set()
    for path, identifier in _used_products(document):
        used.add(identifier)
        if identifier not in defined:
            yield fault("6.1.1", path, f"the product id {identifier!r} is defined nowhere in the product tree")
    for path, identifier in _used_groups(document):
        used.update(groups.get(identifier, ()))
        if identifier not in groups:
            yield fault("6.1.4", path, f"the group id {identifier!r} is defined nowhere in the product tree")
    for path, product, _ in document.products():
        if product.product_id not in used and document.meta.category != "csaf_informational_advisory":
            yield fault("6.2.1", path, f"{product.name!r} is named by no vulnerability")
    for place, each in enumerate(document.vulnerabilities):
        yield from _contradictions(each.product_status or Status(), f"/vulnerabilities/{place}/product_status")


def fault(rule: str, path: str, sentence: str) -> Fault:
    """Return a fault of one of CSAF's rules."""
    return Fault(rule=rule, path=path, sentence=sentence)


def with_groups(document: CsafDocument, product_ids: Sequence[str], group_ids: Sequence[str]) -> frozenset[str]:
    """Return the products named, those of groups included."""
    groups = {group.group_id: group.product_ids for group in (document.product_tree or Tree()).product_groups}
    return frozenset(product_ids).union(*(groups.get(identifier, ()) for identifier in group_ids))


@functools.lru_cache(maxsize=8192)  # every advisory of a product names the same releases
def _is_purl(text: str) -> bool:
    try:
        PackageURL.from_string(text)
    except ValueError:
        return False
    return True


def _names(path: str, category: str, name: str) -> Iterator[Fault]:
    path = path.removesuffix("/product")
    if category == "product_version" and _RANGE.search(name):
        yield fault("6.1.31", f"{path}/name", f"{name!r} names more than one version; use product_version_range")
    if category == "product_version_range" and bounds_of(name) is None:
        yield fault("6.2.18", f"{path}/name", f"{name!r} is no range as vers: writes it")


def _branches(document: CsafDocument) -> Iterator[Fault]:
    waiting = [
        (f"/product_tree/branches/{place}", branch)
        for place, branch in enumerate((document.product_tree or Tree()).branches)
    ]
    while waiting:
        path, branch = waiting.pop()
        if branch.category not in document.edition.categories:
            yield fault("schema", f"{path}/category", f"{branch.category!r} is no category of a branch")
        if not branch.name:
            yield fault("schema", f"{path}/name", "a branch without a name")
        if bool(branch.branches) == (branch.product is not None):
            yield fault("schema", path, "a branch has either branches or a product")
        waiting += [(f"{path}/branches/{place}", each) for place, each in enumerate(branch.branches)]


def _relations(tree: Tree) -> Iterator[Fault]:
    for place, each in enumerate(tree.relationships):
        path = f"/product_tree/relationships/{place}"
        if each.category not in RELATIONS:
            yield fault("schema", f"{path}/category", f"{each.category!r} is no kind of relationship")


def _circles(tree: Tree) -> Iterator[Fault]:
    made: dict[str, tuple[str, ...]] = {}
    for _, product, parts in tree.combinations():
        if product is not None:
            made[product.product_id] = tuple(part for _, part in parts)
    for path, product, _ in tree.combinations():
        own = product.product_id if product else ""
        reached: set[str] = set()
        waiting = list(made.get(own, ()))
        while waiting:
            step = waiting.pop()
            if step not in reached:
                reached.add(step)
                waiting += made.get(step, ())
        if own in reached:
            yield fault("6.1.3", f"/product_tree/{path}", f"the product {own!r} is made of itself")


def _used_products(document: CsafDocument) -> Iterator[tuple[str, str]]:
    tree = document.product_tree or Tree()
    for place, group in enumerate(tree.product_groups):
        for identifier in group.product_ids:
            yield f"/product_tree/product_groups/{place}/product_ids", identifier
    for path, _, parts in tree.combinations():
        for step, identifier in parts:
            yield f"/product_tree/{path}/{step}", identifier
    for number, vulnerability in enumerate(document.vulnerabilities):
        for path, identifiers in _lists(vulnerability, f"/vulnerabilities/{number}"):
            for identifier in identifiers:
                yield path, identifier


def _lists(vulnerability: Vulnerability, path: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    status = vulnerability.product_status or Status()
    for name in (*_KINDS, "recommended"):
        yield f"{path}/product_status/{name}", getattr(status, name)
    for name in ("remediations", "threats", "flags"):
        for place, each in enumerate(getattr(vulnerability, name)):
            yield f"{path}/{name}/{place}/product_ids", each.product_ids
    for rated in vulnerability.ratings():
        yield f"{path}/{rated.place}/products", rated.products


def _used_groups(document: CsafDocument) -> Iterator[tuple[str, str]]:
    for number, vulnerability in enumerate(document.vulnerabilities):
        for name in ("remediations", "threats", "flags"):
            for place, each in enumerate(getattr(vulnerability, name)):
                for identifier in each.group_ids:
                    yield f"/vulnerabilities/{number}/{name}/{place}/group_ids", identifier


def _contradictions(status: Status, path: str) -> Iterator[Fault]:
    said: dict[str, str] = {}
    for name, kind in _KINDS.items():
        listed = getattr(status, name)
        for identifier, count in Counter(listed).items():
            if count > 1:
                yield fault("schema", f"{path}/{name}", f"{identifier!r} is listed twice")
            if said.setdefault(identifier, kind) != kind:
                yield fault("6.1.6", f"{path}/{name}", f"{identifier!r} is {said[identifier]} and {kind} at once")
