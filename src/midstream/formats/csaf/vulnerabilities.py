"""Rules about one vulnerability of a CSAF document."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from midstream.formats.base.cvss import faults_of, faults_of_v2
from midstream.formats.base.cwe import EDITION, name_of
from midstream.formats.base.fault import Fault
from midstream.formats.base.moments import read_moment
from midstream.formats.csaf.document import CsafDocument, Edition, Rated, Status, Vulnerability
from midstream.formats.csaf.products import AFFECTED, FIXED, fault, with_groups

LABELS = frozenset(
    {
        "component_not_present",
        "inline_mitigations_already_exist",
        "vulnerable_code_cannot_be_controlled_by_adversary",
        "vulnerable_code_not_in_execute_path",
        "vulnerable_code_not_present",
    }
)
THREATS = frozenset({"exploit_status", "impact", "target_set"})
_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,}")
_CWE = re.compile(r"CWE-([1-9][0-9]{0,5})")


def check_vulnerability(document: CsafDocument, each: Vulnerability, path: str) -> Iterator[Fault]:
    """Yield what is wrong in one vulnerability."""
    yield from _identity(each, path)
    yield from _scores(each, path, edition=document.edition)
    yield from _named(each, path, edition=document.edition)
    yield from _dates(each, path)
    yield from _statuses(document, each, path)


def _identity(each: Vulnerability, path: str) -> Iterator[Fault]:
    if each.cve and not _CVE.fullmatch(each.cve):
        yield fault("schema", f"{path}/cve", f"{each.cve!r} is no CVE id")
    for place, entry in enumerate(each.ids):
        if not entry.system_name or not entry.text:
            yield fault("schema", f"{path}/ids/{place}", "an id needs the name of its system and a text")
        if _CVE.fullmatch(entry.text):
            yield fault("6.2.17", f"{path}/ids/{place}", f"{entry.text} is a CVE id; it belongs into cve")
    for step, cwe in each.weaknesses():
        number = _CWE.fullmatch(cwe.id)
        wanted = name_of(int(number[1])) if number else ""
        if number is None or not cwe.name:
            yield fault("schema", f"{path}/{step}", "a weakness needs an id, such as CWE-787, and its name")
        elif wanted and cwe.name != wanted and getattr(cwe, "version", EDITION) == EDITION:
            yield fault("6.1.11", f"{path}/{step}/name", f"{cwe.id} is called {wanted!r}, not {cwe.name!r}")


def _scores(each: Vulnerability, path: str, *, edition: Edition) -> Iterator[Fault]:
    fixed = {product for name in FIXED for product in getattr(each.product_status or Status(), name)}
    seen: set[tuple[str, str]] = set()
    for rated in each.ratings():
        here = f"{path}/{rated.place}"
        if not rated.products or not (rated.cvss or rated.has_more):
            yield fault("schema", here, "a score needs products and a CVSS object")
        yield from _cvss(rated, f"{path}/{rated.inner}", edition=edition)
        for name, given in rated.cvss.items():
            version = str(given.get("version")) if edition.version == "2.0" else name
            for product in rated.products:
                if (version, product) in seen:
                    sentence = f"{product!r} has two scores of CVSS {given.get('version')}"
                    yield fault("6.1.7", f"{here}/products", sentence)
                seen.add((version, product))
        if repaired := fixed.intersection(rated.products):
            for _ in filter(_says_harm, rated.cvss.values()):
                yield fault("6.2.19", f"{here}/products", f"{min(repaired)!r} is fixed and has a score above zero")


def _says_harm(given: dict[str, Any]) -> bool:
    """Whether a CVSS object has a base score above zero that nothing about the environment takes back."""
    is_changed = "/M" in str(given.get("vectorString")) or any(name.startswith("modified") for name in given)
    return bool(given.get("baseScore")) and not is_changed


def _cvss(rated: Rated, path: str, *, edition: Edition) -> Iterator[Fault]:
    for member in ("cvss_v3", "cvss_v4"):
        given = rated.cvss.get(member)
        if given is None:
            continue
        for sentence in faults_of(given):
            name = sentence.partition(" ")[0]
            computed = name.endswith(("Score", "Severity")) and ", the vector" in sentence
            spelt = name.endswith("Severity") and str(given.get(name)) not in _SEVERITIES
            rule = "6.1.9" if computed and not spelt else ("6.1.10" if ", the vector" in sentence else "6.1.8")
            yield fault("6.1.8" if spelt else rule, f"{path}/{member}", sentence)
        if not str(given.get("version", member[-1])).startswith(member[-1]):
            where = "CSAF 2.0 has no place for CVSS 4" if edition.version == "2.0" else f"it is not of {member}"
            yield fault("6.1.8", f"{path}/{member}", where)
    if (given := rated.cvss.get("cvss_v2")) is not None:
        for rule, sentence in faults_of_v2(given):
            yield fault(rule, f"{path}/cvss_v2", sentence)


_SEVERITIES = frozenset({"NONE", "LOW", "MEDIUM", "HIGH", "CRITICAL"})


def _named(each: Vulnerability, path: str, *, edition: Edition) -> Iterator[Fault]:
    """Yield what names no product, or is no word of its list."""
    for place, remedy in enumerate(each.remediations):
        here = f"{path}/remediations/{place}"
        if remedy.category not in edition.remediations or not remedy.details:
            yield fault("schema", here, "a remediation needs details and a category, such as vendor_fix")
        if not remedy.product_ids and not remedy.group_ids:
            yield fault("6.1.29", here, "the remediation names no product")
    for place, flag in enumerate(each.flags):
        here = f"{path}/flags/{place}"
        if flag.label not in LABELS:
            yield fault("schema", f"{here}/label", f"{flag.label!r} is no justification")
        if not flag.product_ids and not flag.group_ids:
            yield fault("6.1.32", here, "the flag names no product")
    yield from _told(each, path)


def _told(each: Vulnerability, path: str) -> Iterator[Fault]:
    for place, threat in enumerate(each.threats):
        if threat.category not in THREATS or not threat.details:
            yield fault("schema", f"{path}/threats/{place}", "a threat needs details and a category, such as impact")
    roles = Counter((entry.party, entry.date) for entry in each.involvements)
    for (party, _), count in roles.items():
        if count > 1:
            yield fault("6.1.24", f"{path}/involvements", f"{party} is involved twice at one moment")
    for place, entry in enumerate(each.involvements):
        if not entry.date:
            yield fault("6.2.7", f"{path}/involvements/{place}", "an involvement without its moment")


def _dates(each: Vulnerability, path: str) -> Iterator[Fault]:
    for name, text in (("discovery_date", each.discovery_date), each.disclosed()):
        if text and read_moment(text) is None:
            yield fault("schema", f"{path}/{name}", f"{text!r} is no moment with its zone")
    for name in ("remediations", "flags", "threats"):
        for place, entry in enumerate(getattr(each, name)):
            if entry.date and read_moment(entry.date) is None:
                yield fault("schema", f"{path}/{name}/{place}/date", f"{entry.date!r} is no moment with its zone")


def _statuses(document: CsafDocument, each: Vulnerability, path: str) -> Iterator[Fault]:
    status = each.product_status or Status()
    justified: list[str] = []
    for flag in each.flags:
        justified += with_groups(document, flag.product_ids, flag.group_ids)
    for product, count in Counter(justified).items():
        if count > 1:
            yield fault("6.1.33", f"{path}/flags", f"{product!r} has {count} justifications; there can be one")
    affected = {product for name in AFFECTED for product in getattr(status, name)}
    remedied = {
        product
        for remedy in each.remediations
        for product in with_groups(document, remedy.product_ids, remedy.group_ids)
    }
    ratings = each.ratings()
    scored = {product for rated in ratings for product in rated.products}
    place = ratings[0].place.partition("/")[0] if ratings else ""
    category = document.meta.category
    if category == "csaf_vex":
        yield from _vex(document, each, path, justified=justified, open_=affected - remedied)
    if bare := affected.union(status.under_investigation) - remedied:
        yield fault("6.2.2", f"{path}/remediations", f"{min(bare)!r} may be affected and has no remediation")
    if ratings and affected - scored:
        yield fault("6.2.3", f"{path}/{place}", f"{min(affected - scored)!r} is affected and has no score")
    yield from _profile(category, each, path, edition=document.edition)


def _profile(category: str, each: Vulnerability, path: str, *, edition: Edition) -> Iterator[Fault]:
    status = each.product_status or Status()
    if category in edition.advisories:
        if not each.notes:
            yield fault("6.1.27.5", f"{path}/notes", "the vulnerability has no note that says what it is")
        if not each.cve and not each.ids:
            yield fault("6.1.27.8", path, "the vulnerability has neither a CVE id nor another one")
    is_known = status.fixed or status.known_affected or status.known_not_affected
    if category in ("csaf_security_advisory", "csaf_deprecated_security_advisory") and not is_known:
        yield fault("6.1.27.6", f"{path}/product_status", "no product is known to be affected, fixed or not affected")


def _vex(
    document: CsafDocument, each: Vulnerability, path: str, *, justified: list[str], open_: set[str]
) -> Iterator[Fault]:
    status = each.product_status or Status()
    told = {
        product
        for threat in each.threats
        if threat.category == "impact"
        for product in with_groups(document, threat.product_ids, threat.group_ids)
    }
    bare = set(status.known_not_affected) - set(justified) - told
    if bare:
        yield fault("6.1.27.9", f"{path}/flags", f"{min(bare)!r} is not affected, and nothing says why")
    if open_:
        yield fault("6.1.27.10", f"{path}/remediations", f"{min(open_)!r} is affected, and nothing says what to do")
    if not (status.fixed or status.known_affected or status.known_not_affected or status.under_investigation):
        yield fault("6.1.27.7", f"{path}/product_status", "no product is fixed, affected, not affected or looked at")
