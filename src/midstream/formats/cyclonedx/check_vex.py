"""The rules of a CycloneDX VEX document (ECMA-424, JSON schemas 1.6 and 1.7), and those the schema does not catch."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Final

from midstream.formats.base.fault import Fault
from midstream.formats.base.moments import read_moment
from midstream.formats.base.node import repeated_items, unknown_members, wrong_members
from midstream.formats.cyclonedx.vex import (
    VERSIONS,
    Analysis,
    Component,
    Document,
    Property,
    Rating,
    Version,
    Vulnerability,
)

STATES: Final = ("resolved", "resolved_with_pedigree", "exploitable", "in_triage", "false_positive", "not_affected")
JUSTIFICATIONS: Final = (
    *("code_not_present", "code_not_reachable", "requires_configuration", "requires_dependency"),
    *("requires_environment", "protected_by_compiler", "protected_at_runtime", "protected_at_perimeter"),
    "protected_by_mitigating_control",
)
RESPONSES: Final = ("can_not_fix", "will_not_fix", "update", "rollback", "workaround_available")
METHODS: Final = ("CVSSv2", "CVSSv3", "CVSSv31", "CVSSv4", "OWASP", "SSVC", "other")
SEVERITIES: Final = ("critical", "high", "medium", "low", "info", "none", "unknown")
STATUSES: Final = ("affected", "unaffected", "unknown")
KINDS: Final = (
    *("application", "framework", "library", "container", "platform", "operating-system", "device", "device-driver"),
    *("firmware", "file", "machine-learning-model", "data", "cryptographic-asset"),
)
"""What a component may be (schema: component, type)."""
LINKS: Final = frozenset(
    {
        *("vcs", "issue-tracker", "website", "advisories", "bom", "mailing-list", "social", "chat", "documentation"),
        *("support", "source-distribution", "distribution", "distribution-intake", "license", "build-meta"),
        *("build-system", "release-notes", "security-contact", "model-card", "log", "configuration", "evidence"),
        *("formulation", "attestation", "threat-model", "adversary-model", "risk-assessment", "poam"),
        *("vulnerability-assertion", "exploitability-statement", "pentest-report", "static-analysis-report"),
        *("dynamic-analysis-report", "runtime-analysis-report", "component-analysis-report", "maturity-report"),
        *("certification-report", "codified-infrastructure", "quality-metrics", "electronic-signature"),
        *("digital-signature", "rfc-9116", "patent", "patent-family", "patent-assertion", "citation", "other"),
    }
)
"""What an address may be for (schema 1.7: externalReference, type; 1.6 knows some fewer)."""
UNIQUE: Final = frozenset({"/components", "/vulnerabilities", "/vulnerabilities/affects"})
"""Lists whose items stand once (the schema's `uniqueItems`)."""
TLP: Final = ("CLEAR", "GREEN", "AMBER", "AMBER_AND_STRICT", "RED")

_SERIAL: Final = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_VECTORS: Final = {"CVSSv31": "CVSS:3.1/", "CVSSv3": "CVSS:3.0/", "CVSSv4": "CVSS:4.0/"}
_RANGE: Final = re.compile(r"vers:[a-z][a-z0-9.+-]*/\S+")
# Keys of the schema that Midstream keeps and does not use.
_HAS_OTHER_KEYS: Final = re.compile(
    r"/vulnerabilities/[0-9]+/(tools|proofOfConcept|ratings/[0-9]+/justification"
    r"|credits/(organizations|individuals)/.*)"
)
_TIMES: Final = ("created", "published", "updated", "rejected")

_Say = Callable[[str, str, str], None]


def check_vex(document: Document) -> tuple[Fault, ...]:
    """The rules that the document breaks, in its order; empty when there is none.

    The schema allows no unknown keys in the objects that are checked here, so each is a fault.
    """
    found = [*wrong_members(document), *repeated_items(document, lists=UNIQUE, rule="cyclonedx.repeated")]
    found += [
        Fault(rule="cyclonedx.unknown", path=path, sentence=f"CycloneDX has no key {path.rpartition('/')[2]!r} here")
        for path, _ in unknown_members(document)
        if path.startswith("/vulnerabilities/") and not _HAS_OTHER_KEYS.fullmatch(path)
    ]

    def say(rule: str, path: str, sentence: str) -> None:
        found.append(Fault(rule=f"cyclonedx.{rule}", path=path, sentence=sentence))

    _check_head(document, say=say)
    refs = [each.bom_ref for each in document.components] + [each.bom_ref for each in document.vulnerabilities]
    for ref, count in Counter(refs).items():
        if ref and count > 1:
            say("bom-ref", "/components", f"the bom-ref {ref!r} stands {count} times; each may stand once")
    known = {each.bom_ref for each in document.components}
    for place, component in enumerate(document.components):
        _check_component(component, path=f"/components/{place}", say=say)
    for place, vulnerability in enumerate(document.vulnerabilities):
        _check_vulnerability(vulnerability, path=f"/vulnerabilities/{place}", known=known, say=say)
    return tuple(found)


def _check_component(component: Component, *, path: str, say: _Say) -> None:
    """Schema: component, externalReference, property."""
    if not component.name:
        say("component", f"{path}/name", "a component has no name")
    if not component.type:
        say("component", f"{path}/type", "a component has no type; firmware is one")
    elif component.type not in KINDS:
        say("component", f"{path}/type", f"the type {component.type!r} is none of {', '.join(KINDS)}")
    for place, link in enumerate(component.external):
        here = f"{path}/externalReferences/{place}"
        kind, url = link.get("type"), link.get("url")
        if not isinstance(kind, str) or kind not in LINKS:
            say("link", f"{here}/type", f"{str(kind)[:40]!r} is no type of an external reference, such as vcs")
        if not isinstance(url, str) or re.search(r"\s", url):
            say("link", f"{here}/url", "an external reference needs a url, an address without blanks")
    _check_properties(component.properties, path=f"{path}/properties", say=say)


def _check_properties(properties: tuple[Property, ...], *, path: str, say: _Say) -> None:
    for place, entry in enumerate(properties):
        if not entry.name:
            say("property", f"{path}/{place}/name", "a property has no name")


def _check_head(document: Document, *, say: _Say) -> None:
    if document.bom_format != "CycloneDX":
        say("format", "/bomFormat", f"bomFormat is {document.bom_format!r}, not 'CycloneDX'")
    if document.spec_version not in VERSIONS:
        say("version", "/specVersion", f"specVersion {document.spec_version!r} is none of {', '.join(VERSIONS)}")
    if document.serial_number and not _SERIAL.fullmatch(document.serial_number):
        say("serial", "/serialNumber", f"the serial number {document.serial_number!r} is no urn:uuid")
    if document.version < 1:
        say("version", "/version", "the version counts from 1 and grows with each change")
    metadata = document.metadata
    if metadata and metadata.timestamp and read_moment(metadata.timestamp) is None:
        say("time", "/metadata/timestamp", f"{metadata.timestamp!r} is no date and time of RFC 3339 with a zone")
    if metadata and metadata.distribution and document.spec_version == "1.6":
        say("tlp", "/metadata/distributionConstraints", "distribution constraints came with 1.7; this is 1.6")
    label, path = metadata.label if metadata else ("", "")
    if (path or (metadata and metadata.distribution)) and label not in TLP:
        say("tlp", path or "/metadata/distributionConstraints/tlp", f"{label!r} is none of {', '.join(TLP)}")
    _check_properties(metadata.properties if metadata else (), path="/metadata/properties", say=say)
    if not document.vulnerabilities:
        say("empty", "/vulnerabilities", "the document tells of no vulnerability")


def _check_vulnerability(each: Vulnerability, *, path: str, known: set[str], say: _Say) -> None:
    if not each.id:
        say("id", f"{path}/id", "the vulnerability has no id")
    _check_pointers(each, path=path, say=say)
    for place, rating in enumerate(each.ratings):
        _check_rating(rating, path=f"{path}/ratings/{place}", say=say)
    for name in _TIMES:
        moment = getattr(each, name)
        if moment and read_moment(moment) is None:
            say("time", f"{path}/{name}", f"{name} {moment!r} is no date and time of RFC 3339 with a zone")
    if each.analysis is None:
        say("analysis", f"{path}/analysis", "the vulnerability has no analysis, so it says of no component how it is")
    else:
        _check_analysis(each.analysis, path=f"{path}/analysis", say=say)
    for place, affects in enumerate(each.affects):
        if affects.ref not in known:
            say("ref", f"{path}/affects/{place}/ref", f"{affects.ref!r} is the bom-ref of no component")
        for number, version in enumerate(affects.versions):
            _check_version(version, path=f"{path}/affects/{place}/versions/{number}", say=say)


def _check_pointers(each: Vulnerability, *, path: str, say: _Say) -> None:
    for place, cwe in enumerate(each.cwes):
        if cwe < 1:
            say("cwe", f"{path}/cwes/{place}", f"{cwe} is no number of a CWE")
    for place, reference in enumerate(each.references):
        if not reference.id or reference.source is None:
            say("reference", f"{path}/references/{place}", "a reference needs the other id and its source")
        elif reference.id == each.id:
            say("reference", f"{path}/references/{place}/id", f"{each.id} refers to itself")
    for place, link in enumerate(each.advisories):
        if ":" not in link.url or re.search(r"\s", link.url):
            say("link", f"{path}/advisories/{place}/url", f"{link.url!r} is no address")
    _check_properties(each.properties, path=f"{path}/properties", say=say)


def _check_rating(rating: Rating, *, path: str, say: _Say) -> None:
    if rating.severity and rating.severity not in SEVERITIES:
        say("severity", f"{path}/severity", f"the severity {rating.severity!r} is none of {', '.join(SEVERITIES)}")
    if rating.method and rating.method not in METHODS:
        say("method", f"{path}/method", f"the method {rating.method!r} is none of {', '.join(METHODS)}")
    begin = _VECTORS.get(rating.method, "")
    if rating.vector and begin and not rating.vector.startswith(begin):
        say("vector", f"{path}/vector", f"a vector of {rating.method} begins with {begin}, not {rating.vector[:9]!r}")
    if rating.score is not None and not 0 <= rating.score <= 10 and rating.method.startswith("CVSS"):
        say("score", f"{path}/score", f"a CVSS score lies between 0 and 10, not at {rating.score}")


def _check_analysis(analysis: Analysis, *, path: str, say: _Say) -> None:
    if analysis.state not in STATES:
        say("state", f"{path}/state", f"the state {analysis.state!r} is none of {', '.join(STATES)}")
    if analysis.justification and analysis.justification not in JUSTIFICATIONS:
        say("justification", f"{path}/justification", f"{analysis.justification!r} is no justification of CycloneDX")
    if analysis.justification and analysis.state not in {"not_affected", "false_positive"}:
        say("justification", f"{path}/justification", f"a justification does not go with {analysis.state!r}")
    if analysis.state == "not_affected" and not (analysis.justification or analysis.detail):
        say("justification", f"{path}/justification", "not_affected needs a justification or a detail that says why")
    for name, moment in (("firstIssued", analysis.first_issued), ("lastUpdated", analysis.last_updated)):
        if moment and read_moment(moment) is None:
            say("time", f"{path}/{name}", f"{name} {moment[:40]!r} is no date and time of RFC 3339 with a zone")
    for place, response in enumerate(analysis.response):
        if response not in RESPONSES:
            say("response", f"{path}/response/{place}", f"{response!r} is none of {', '.join(RESPONSES)}")


def _check_version(version: Version, *, path: str, say: _Say) -> None:
    if bool(version.version) == bool(version.range):
        say("versions", path, "either a version or a range, not both and not neither")
    if version.range and not _RANGE.fullmatch(version.range):
        say("range", f"{path}/range", f"the range {version.range!r} does not follow vers:SCHEME/CONSTRAINTS")
    if version.status and version.status not in STATUSES:
        say("status", f"{path}/status", f"the status {version.status!r} is none of {', '.join(STATUSES)}")
