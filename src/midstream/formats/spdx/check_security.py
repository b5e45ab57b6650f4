"""The rules of an SPDX 3.0.1 security document: of the schema, and those of the class pages that it does not catch."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Final

from midstream.formats.base.fault import Fault
from midstream.formats.base.node import Node, wrong_members
from midstream.formats.spdx.security import (
    CONTEXT,
    SPEC_VERSION,
    Assessment,
    CreationInfo,
    Document,
    Element,
    Package,
    SpdxDocument,
    Vulnerability,
)

RELATIONSHIPS: Final = {
    "security_VexAffectedVulnAssessmentRelationship": "affects",
    "security_VexFixedVulnAssessmentRelationship": "fixedIn",
    "security_VexNotAffectedVulnAssessmentRelationship": "doesNotAffect",
    "security_VexUnderInvestigationVulnAssessmentRelationship": "underInvestigationFor",
    "security_CvssV2VulnAssessmentRelationship": "hasAssessmentFor",
    "security_CvssV3VulnAssessmentRelationship": "hasAssessmentFor",
    "security_CvssV4VulnAssessmentRelationship": "hasAssessmentFor",
}
"""The one relationship type of each class (Security/* pages, "Properties must be set")."""

JUSTIFICATIONS: Final = (
    *("componentNotPresent", "vulnerableCodeNotPresent", "vulnerableCodeNotInExecutePath"),
    *("vulnerableCodeCannotBeControlledByAdversary", "inlineMitigationsAlreadyExist"),
)
SEVERITIES: Final = ("none", "low", "medium", "high", "critical")

_MOMENT: Final = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]Z")
_IRI: Final = re.compile(r"(?!_:)\S+:\S+")
_Say = Callable[[str, str, str], None]


def check_security(document: Document) -> tuple[Fault, ...]:
    """The rules that the document breaks, in the order of its graph; empty when there is none."""
    found: list[Fault] = []

    def say(rule: str, path: str, sentence: str) -> None:
        found.append(Fault(rule=f"spdx.{rule}", path=path, sentence=sentence))

    if document.context != CONTEXT:
        say("context", "/@context", f"the context is {document.context!r}, not that of SPDX 3.0.1: {CONTEXT}")
    made = {each.id for each in document.of(CreationInfo)}
    ids = Counter(each.spdx_id for each in document.graph if isinstance(each, Element) and each.spdx_id)
    for place, each in enumerate(document.graph):
        path = f"/@graph/{place}"
        if not isinstance(each, Node):
            say("element", path, "an element of the graph is no object")
            continue
        found += wrong_members(each, path=path)
        if isinstance(each, CreationInfo):
            _check_creation(each, path=path, known=ids, say=say)
        elif isinstance(each, Element):
            _check_element(each, path=path, made=made, ids=ids, say=say)
    for kind, what in ((SpdxDocument, "SpdxDocument"), (Vulnerability, "security_Vulnerability")):
        if not document.of(kind):
            say("missing", "/@graph", f"the graph has no {what}")
    _check_contradictions(document, say=say)
    return tuple(found)


def _check_creation(each: CreationInfo, *, path: str, known: Counter[str], say: _Say) -> None:
    if not _MOMENT.fullmatch(each.created):
        say("time", f"{path}/created", f"created {each.created!r} is not of the form 2026-01-31T23:59:59Z")
    if each.spec_version != SPEC_VERSION:
        say("version", f"{path}/specVersion", f"specVersion is {each.spec_version!r}, not {SPEC_VERSION}")
    if not each.createdBy:
        say("agent", f"{path}/createdBy", "nobody is named who made it")
    for number, agent in enumerate(each.createdBy):
        if agent not in known:
            say("agent", f"{path}/createdBy/{number}", f"{agent!r} is no element of the graph")


def _check_element(each: Element, *, path: str, made: set[str], ids: Counter[str], say: _Say) -> None:
    if not _IRI.fullmatch(each.spdx_id):
        say("id", f"{path}/spdxId", f"the spdxId {each.spdx_id!r} is no IRI")
    elif ids[each.spdx_id] > 1:
        say("id", f"{path}/spdxId", f"the spdxId {each.spdx_id} names {ids[each.spdx_id]} elements")
    if each.creation_info not in made:
        say("creation", f"{path}/creationInfo", f"creationInfo {each.creation_info!r} is none of the graph")
    for name in ("published", "modified", "withdrawn"):
        moment = getattr(each, name, "")
        if moment and not _MOMENT.fullmatch(moment):
            key = f"{path}/security_{name}Time"
            say("time", key, f"{name} {moment!r} is not of the form 2026-01-31T23:59:59Z")
    if isinstance(each, Assessment):
        _check_assessment(each, path=path, ids=ids, say=say)
    if isinstance(each, Package) and not each.name:
        say("name", f"{path}/name", "a package has no name")


def _check_assessment(each: Assessment, *, path: str, ids: Counter[str], say: _Say) -> None:
    wanted = RELATIONSHIPS.get(each.type)
    if wanted and each.relationship != wanted:
        say("type", f"{path}/relationshipType", f"{each.type} goes with {wanted!r}, not {each.relationship!r}")
    if not each.to:
        say("to", f"{path}/to", "the assessment names no package, so it is about nothing")
    for key, target in (("from", each.from_), *((f"to/{number}", ref) for number, ref in enumerate(each.to))):
        if target not in ids:
            say("ref", f"{path}/{key}", f"{target!r} is no element of the graph")
    if "VexAffected" in each.type and not each.action.strip():
        say("action", f"{path}/security_actionStatement", "affected needs an action statement: what should users do?")
    if "VexNotAffected" in each.type:
        if not each.justification and not each.impact.strip():
            key = f"{path}/security_justificationType"
            say("reason", key, "not affected needs a justification or an impact statement")
        if each.justification and each.justification not in JUSTIFICATIONS:
            key = f"{path}/security_justificationType"
            say("reason", key, f"{each.justification!r} is no justification of SPDX")
    if "Cvss" in each.type:
        _check_score(each, path=path, say=say)


def _check_score(each: Assessment, *, path: str, say: _Say) -> None:
    begin = {"V3": ("CVSS:3.0/", "CVSS:3.1/"), "V4": ("CVSS:4.0/",)}.get(each.type[13:15], ("",))
    if not each.vector.startswith(begin):
        say("vector", f"{path}/security_vectorString", f"a vector of {each.type} begins with {' or '.join(begin)}")
    if each.score is None or not 0 <= each.score <= 10:
        say("score", f"{path}/security_score", f"a CVSS score lies between 0 and 10, not at {each.score}")
    if each.severity not in SEVERITIES:
        say(
            "severity",
            f"{path}/security_severity",
            f"the severity {each.severity!r} is none of {', '.join(SEVERITIES)}",
        )


def _check_contradictions(document: Document, *, say: _Say) -> None:
    """One package has one VEX status for one vulnerability."""
    seen: dict[tuple[str, str], tuple[str, str]] = {}
    for place, each in enumerate(document.graph):
        if not isinstance(each, Assessment) or "_Vex" not in each.type:
            continue
        for number, package in enumerate(each.to):
            path = f"/@graph/{place}/to/{number}"
            kind, before = seen.setdefault((each.from_, package), (each.relationship, path))
            if kind != each.relationship:
                say("contradiction", path, f"{package} has {each.relationship!r} here and {kind!r} at {before}")
