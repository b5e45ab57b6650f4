"""A report as CycloneDX with vulnerabilities, and as an OpenVEX document to fill in."""

import hashlib

import msgspec

from midstream.analysis.exposure.answers import Answer
from midstream.analysis.exposure.match import Component
from midstream.analysis.exposure.reports.report import OPEN_VERDICTS, Report

_STATES = {"not affected": "not_affected", "fixed in this version": "resolved"}
_SEVERITIES = {"critical", "high", "medium", "low", "none", "info"}
_JUSTIFICATIONS = {
    "component_not_present": "code_not_present",
    "vulnerable_code_not_present": "code_not_present",
    "vulnerable_code_not_in_execute_path": "code_not_reachable",
    "vulnerable_code_cannot_be_controlled_by_adversary": "protected_by_mitigating_control",
    "inline_mitigations_already_exist": "protected_by_mitigating_control",
}


def as_cyclonedx(report: Report, *, version: str) -> dict[str, object]:
    """Return the report as CycloneDX 1.6: the components with answers, and a vulnerability for each that concerns them.

    An analysis is written where somebody made one; what only data says has none, since nobody has looked yet. What
    CycloneDX has no word for (unknown version, no data, disputed) is in properties.
    """
    refs = {answer.component: _ref(answer.component) for answer in report.answers}
    by_name: dict[tuple[str, str], list[Answer]] = {}
    for answer in report.answers:
        if answer.vulnerability and answer.verdict != "withdrawn":
            by_name.setdefault((answer.vulnerability, answer.verdict), []).append(answer)
    silent = [answer for answer in report.answers if not answer.vulnerability]
    document: dict[str, object] = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": report.made_at,
            "tools": {"components": [{"type": "application", "name": "Midstream", "version": version}]},
        },
        "components": [_component(component, ref) for component, ref in refs.items()],
        "vulnerabilities": [_vulnerability(answers, refs) for answers in by_name.values()],
    }
    if silent:
        document["properties"] = [
            {"name": "midstream:no-data", "value": f"{refs[answer.component]}: {answer.why}"} for answer in silent
        ]
    return document


def _ref(component: Component) -> str:
    whole = f"{component.purl}\0{component.name}\0{component.version}\0{component.repo}\0{component.commit}"
    return component.purl or f"midstream-{hashlib.sha256(whole.encode()).hexdigest()[:16]}"


def _component(component: Component, ref: str) -> dict[str, object]:
    made: dict[str, object] = {"type": "library", "bom-ref": ref, "name": component.name}
    if component.version or component.commit:
        made["version"] = component.version or component.commit
    if component.purl:
        made["purl"] = component.purl
    if component.cpes:
        made["cpe"] = component.cpes[0]
    if component.repo:
        made["externalReferences"] = [{"type": "vcs", "url": component.repo}]
    return made


def _vulnerability(answers: list[Answer], refs: dict[Component, str]) -> dict[str, object]:
    first = answers[0]
    made: dict[str, object] = {"id": first.vulnerability}
    if first.source:
        made["source"] = {"name": first.source}
    if first.aliases:
        made["references"] = [{"id": alias, "source": {"name": first.source or "index"}} for alias in first.aliases]
    if first.severity.lower() in _SEVERITIES:
        made["ratings"] = [{"severity": first.severity.lower()}]
    if first.summary:
        made["description"] = first.summary
    fixed = sorted({answer.fixed for answer in answers if answer.fixed})
    if fixed:
        made["recommendation"] = f"Fixed in {', '.join(fixed)}."
    if first.by == "statement" and not first.is_disputed:
        said = first.statements[0]
        analysis = {"state": _STATES.get(first.verdict, "exploitable"), "detail": first.why}
        if said.justification in _JUSTIFICATIONS and first.verdict == "not affected":
            analysis["justification"] = _JUSTIFICATIONS[said.justification]
        made["analysis"] = analysis
    made["affects"] = [{"ref": ref} for ref in dict.fromkeys(refs[answer.component] for answer in answers)]
    made["properties"] = [
        {"name": "midstream:verdict", "value": first.verdict},
        {"name": "midstream:why", "value": first.why},
    ]
    if first.is_disputed:
        made["properties"] = [*made["properties"], {"name": "midstream:disputed", "value": "true"}]  # type: ignore[misc] # the list above
    return made


def as_openvex(report: Report) -> dict[str, object]:
    """Return an OpenVEX 0.2.0 document to fill in: one statement for each open vulnerability nobody has spoken about.

    Every statement says under_investigation, which is true, and stays valid until somebody knows more.
    """
    open_answers: dict[str, list[Answer]] = {}
    for answer in report.answers:
        if answer.vulnerability and answer.verdict in OPEN_VERDICTS and not answer.statements:
            open_answers.setdefault(answer.vulnerability, []).append(answer)
    statements = [
        {
            "vulnerability": {"name": name, **({"aliases": list(answers[0].aliases)} if answers[0].aliases else {})},
            "products": [{"@id": ref} for ref in dict.fromkeys(_product(answer.component) for answer in answers)],
            "status": "under_investigation",
            "status_notes": "; ".join(dict.fromkeys(f"{each.verdict}: {each.why}" for each in answers))[:2_000],
        }
        for name, answers in open_answers.items()
    ]
    digest = hashlib.sha256(msgspec.json.encode(statements)).hexdigest()
    return {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": f"urn:midstream:openvex:{digest[:32]}",
        "author": "Your name and address",
        "timestamp": report.made_at,
        "version": 1,
        "statements": statements,
    }


def _product(component: Component) -> str:
    if component.purl:
        return component.purl
    if component.cpes:
        return component.cpes[0]
    revision = component.commit or component.version
    return f"git+{component.repo}@{revision}" if component.repo else f"{component.name}@{revision}"
