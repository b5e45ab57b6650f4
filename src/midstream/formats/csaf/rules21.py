"""What a CSAF 2.1 document must keep beyond the rules of 2.0 (Committee Specification Draft 04, section 6.1).

Rules are here for what a security advisory or a VEX of ours can break, and for the profiles it could be taken for.
Those about parts that are kept and never written (sharing groups, SSVC, EPSS, involvement, extensions, licences) are
left to the tools of the committee until the standard is final. Branches deeper than 6.1.34 allows are not read at all.
"""

import re
from collections.abc import Iterator

from midstream.formats.base.fault import Fault
from midstream.formats.base.moments import read_moment
from midstream.formats.csaf import rules
from midstream.formats.csaf.document import Branch, Status
from midstream.formats.csaf.document21 import SCHEMA, CsafDocument, Helper, Publisher, Vulnerability
from midstream.formats.csaf.products import AFFECTED, FIXED, fault, with_groups

_FIXES = frozenset({"vendor_fix", "workaround", "mitigation", "fix_planned"})
_NO_FIXES = frozenset({"none_available", "no_fix_planned"})
_MOVED = {
    "cwe": "cwes",
    "scores": "metrics",
    "release_date": "disclosure_date",
    "involvements": "document/involvement",
}
_CATALOGUE = re.compile(r"[1-9][0-9]*(\.(0|[1-9][0-9]*)){1,2}")
_MOMENT = re.compile(r"[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}:[0-9]{2}:[0-5][0-9](\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})")
_VERS = re.compile(r"vers:([a-z][a-z0-9+.-]*/\S+|/all)")
_WITHDRAWN = {"csaf_withdrawn": "Reasoning for Withdrawal", "csaf_superseded": "Reasoning for Supersession"}


def check(document: CsafDocument) -> tuple[Fault, ...]:
    """Return the faults of the document; those of optional tests (6.2) are faults here too."""
    found = list(rules.check(document))
    if document.schema != SCHEMA:
        found.append(fault("schema", "/$schema", f"the document names its schema: {SCHEMA}"))
    if document.meta.distribution is None or document.meta.distribution.tlp is None:
        found.append(fault("schema", "/document/distribution", "the document has no TLP label"))
    found += _gone(document)
    found += _helpers(document)
    found += _branches(document)
    found += _profiles(document)
    found += _first(document)
    found += _moments(document)
    for place, each in enumerate(document.vulnerabilities):
        path = f"/vulnerabilities/{place}"
        found += _dates(document, each, path)
        found += _remedies(document, each, path)
        found += _ratings(each, path)
        found += _advised(document, each, path)
    return tuple(found)


def _gone(document: CsafDocument) -> Iterator[Fault]:
    """Yield members that 2.0 had and 2.1 has not."""
    publisher = document.meta.publisher
    if isinstance(publisher, Publisher) and publisher.contact_details:
        yield fault("schema", "/document/publisher/contact_details", "CSAF 2.1 writes contact, not contact_details")
    if document.product_tree and document.product_tree.relationships:
        yield fault("schema", "/product_tree/relationships", "CSAF 2.1 writes product_paths, not relationships")
    for place, each in enumerate(document.vulnerabilities):
        for old, new in _MOVED.items():
            if getattr(each, old):
                yield fault("schema", f"/vulnerabilities/{place}/{old}", f"CSAF 2.1 writes {new}, not {old}")
        for number, cwe in enumerate(each.cwes):
            if not _CATALOGUE.fullmatch(cwe.version):
                here = f"/vulnerabilities/{place}/cwes/{number}/version"
                yield fault("schema", here, "a weakness needs the version of the catalogue that calls it so")


def _helpers(document: CsafDocument) -> Iterator[Fault]:
    for path, product, _ in document.products():
        helper = product.product_identification_helper
        here = f"{path}/product_identification_helper"
        if helper is not None and helper.purl:
            yield fault("schema", f"{here}/purl", "CSAF 2.1 writes purls, not purl")
        if isinstance(helper, Helper) and len({re.split(r"[?#]", purl)[0] for purl in helper.purls}) > 1:
            yield fault("6.1.42", f"{here}/purls", "package URLs of one product may differ in their qualifiers only")


def _branches(document: CsafDocument) -> Iterator[Fault]:
    waiting: list[tuple[str, Branch, tuple[str, ...]]] = [
        (f"/product_tree/branches/{place}", each, ())
        for place, each in enumerate(document.product_tree.branches if document.product_tree else ())
    ]
    while waiting:
        path, branch, above = waiting.pop()
        if branch.category in above and branch.category != "product_family":
            yield fault("6.1.57", f"{path}/category", f"a branch of category {branch.category} lies in another one")
        if {"product_version", "product_version_range"} <= {*above, branch.category}:
            yield fault("6.1.58", f"{path}/category", "a version lies in a range of versions, or the other way round")
        if branch.category == "product_version_range":
            yield from _range(branch.name, f"{path}/name")
        lower = (*above, branch.category)
        waiting += [(f"{path}/branches/{place}", each, lower) for place, each in enumerate(branch.branches)]


def _range(name: str, path: str) -> Iterator[Fault]:
    if re.search(r"\s", name) or (
        name.startswith("vers:") and not re.fullmatch(r"vers:([a-z][a-z0-9+.-]*/\S+|/all)", name)
    ):
        yield fault("6.1.50", path, f"{name!r} is no range of versions as vers: writes it")
    elif name and name != "vers:/all":
        bounds = name.partition("/")[2].split("|") if name.startswith("vers:") else [name]
        if any(bound and bound[0] not in "<>=!~*" for bound in bounds):
            yield fault("6.1.59", path, f"{name!r} names a single version; use product_version")


def _profiles(document: CsafDocument) -> Iterator[Fault]:
    meta, category = document.meta, document.meta.category
    title = _WITHDRAWN.get(category)
    if title is None:
        return
    described = [note for note in meta.notes if note.category == "description"]
    if not described:
        yield fault("6.1.27.14", "/document/notes", f"{category} needs a note of category description")
    if document.product_tree is not None:
        yield fault("6.1.27.15", "/product_tree", f"{category} has no product tree")
    if document.vulnerabilities:
        yield fault("6.1.27.3", "/vulnerabilities", f"{category} has no vulnerabilities")
    if len(document.tracking.revision_history) < 2:
        yield fault("6.1.27.16", "/document/tracking/revision_history", f"{category} has at least two revisions")
    if meta.lang.partition("-")[0].lower() not in ("", "en"):
        return
    rule = "6.1.27.17" if category == "csaf_withdrawn" else "6.1.27.18"
    named = [note for note in meta.notes if note.title == title]
    if len(named) != 1 or named[0].category != "description":
        yield fault(rule, "/document/notes", f"{category} needs one note {title!r} of category description")
    if category == "csaf_superseded":
        yield from _superseded(document)


def _superseded(document: CsafDocument) -> Iterator[Fault]:
    references = document.meta.references
    named = [each for each in references if each.summary.startswith("Superseding Document")]
    if not named or any(each.category != "external" for each in named):
        yield fault("6.1.27.19", "/document/references", "an external reference 'Superseding Document' is missing")
    if not any(each.category == "external" for each in references):
        yield fault("6.1.27.2", "/document/references", "csaf_superseded needs an external reference")


def _first(document: CsafDocument) -> Iterator[Fault]:
    """Yield when the first release is not dated as the first revision (6.1.66)."""
    tracking = document.tracking
    initial = read_moment(tracking.initial_release_date)
    if tracking.status not in ("final", "interim") or initial is None:
        return
    first = {read_moment(each.date) for each in tracking.revision_history if each.number in ("1", "1.0.0")}
    if first != {initial}:
        path = "/document/tracking/initial_release_date"
        yield fault("6.1.66", path, "the first release is not dated as revision 1")


def _moments(document: CsafDocument) -> Iterator[Fault]:
    """Yield moments that RFC 3339 knows and CSAF does not: without a T, or in small letters (6.1.37)."""
    tracking = document.tracking
    path = "/document/tracking"
    given = [(f"{path}/{name}", getattr(tracking, name)) for name in ("initial_release_date", "current_release_date")]
    given += [(f"{path}/revision_history/{n}/date", each.date) for n, each in enumerate(tracking.revision_history)]
    for place, each in enumerate(document.vulnerabilities):
        path = f"/vulnerabilities/{place}"
        given += [(f"{path}/{name}", getattr(each, name)) for name in ("disclosure_date", "discovery_date")]
        for name in ("flags", "remediations", "threats"):
            given += [(f"{path}/{name}/{n}/date", one.date) for n, one in enumerate(getattr(each, name))]
    for where, text in given:
        if text and not _MOMENT.fullmatch(text):
            yield fault("6.1.37", where, f"{text!r} is no moment as CSAF writes it: 2026-01-31T12:00:00Z")


def _dates(document: CsafDocument, each: Vulnerability, path: str) -> Iterator[Fault]:
    tracking, distribution = document.tracking, document.meta.distribution
    disclosed, discovered = read_moment(each.disclosure_date), read_moment(each.discovery_date)
    current = read_moment(tracking.current_release_date)
    is_clear = bool(distribution and distribution.tlp and distribution.tlp.label == "CLEAR")
    if is_clear and disclosed and current and disclosed > current:
        yield fault("6.1.45", f"{path}/disclosure_date", "it was disclosed after the current release, which is public")
    dated = [moment for one in tracking.revision_history if (moment := read_moment(one.date)) is not None]
    is_out = tracking.status in ("final", "interim") and bool(dated)
    if discovered and ((is_out and discovered > max(dated)) or (disclosed and discovered > disclosed)):
        yield fault("6.1.62", f"{path}/discovery_date", "it was discovered after it was told of")


def _remedies(document: CsafDocument, each: Vulnerability, path: str) -> Iterator[Fault]:
    status = each.product_status or Status()
    said: dict[str, set[str]] = {}
    for remedy in each.remediations:
        for product in with_groups(document, remedy.product_ids, remedy.group_ids):
            said.setdefault(product, set()).add(remedy.category)
    for product, categories in sorted(said.items()):
        is_optional = "optional_patch" in categories and len(categories) > 1
        if is_optional or (categories & _FIXES and categories & _NO_FIXES):
            words = " and ".join(sorted(categories))
            yield fault("6.1.35", f"{path}/remediations", f"{product!r} has remediations that contradict: {words}")
    for names, wrong in (
        (("known_not_affected",), _FIXES | _NO_FIXES),
        (FIXED, _NO_FIXES),
        (AFFECTED, {"optional_patch"}),
    ):
        for product in (product for name in names for product in getattr(status, name)):
            if bad := said.get(product, set()) & wrong:
                words = f"{product!r} is {names[-1].replace('_', ' ')}, and has a remediation {min(bad)}"
                yield fault("6.1.36", f"{path}/remediations", words)


def _ratings(each: Vulnerability, path: str) -> Iterator[Fault]:
    """Yield ratings by words beside scores from the same source (6.1.56)."""
    rated = list(enumerate(each.metrics))
    for place, one in rated:
        content = one.content
        if content is None or not (content.cvss_v2 or content.cvss_v3 or content.cvss_v4):
            continue
        for _, other in rated:
            words = other.content.qualitative_severity_rating if other.content else ""
            if words and other.source == one.source and set(one.products) & set(other.products):
                yield fault("6.1.56", f"{path}/metrics/{place}", "a source rates a product by CVSS and by a word")


def _advised(document: CsafDocument, each: Vulnerability, path: str) -> Iterator[Fault]:
    """Yield what a security advisory says of fixed products without affected ones."""
    if document.meta.category != "csaf_security_advisory":
        return
    status = each.product_status or Status()
    if not status.known_affected:
        yield fault("6.1.27.12", f"{path}/product_status", "a security advisory names products known to be affected")
    others = {
        product
        for name in type(status).__struct_fields__
        if name not in ("fixed", "other")
        for product in getattr(status, name)
    }
    families = _families(document)
    for product in status.fixed:
        family = families.get(product)
        if family is not None and not (family - {product}) & others:
            yield fault(
                "6.1.27.13", f"{path}/product_status/fixed", f"{product!r} is fixed, and no version is affected"
            )


def _families(document: CsafDocument) -> dict[str, set[str]]:
    """Return for each product the products of the same name; what is made of others has none here."""
    found: dict[str, set[str]] = {}
    by_name: dict[str, set[str]] = {}
    for path, product, above in document.products():
        depth = next((place for place, branch in enumerate(above) if branch.category == "product_name"), None)
        if depth is not None:
            name = "/".join(path.split("/")[: 4 + 2 * depth])
        elif "/full_product_names/" in path:
            name = ""
        else:
            continue
        found[product.product_id] = by_name.setdefault(name, set())
        found[product.product_id].add(product.product_id)
    return found
