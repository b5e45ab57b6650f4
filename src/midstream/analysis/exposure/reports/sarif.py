"""A report as SARIF 2.1.0 (OASIS), for code hosts that show findings beside the code."""

import hashlib

from midstream.analysis.exposure.answers import Answer
from midstream.analysis.exposure.reports.report import OPEN_VERDICTS, Report

_LEVELS = {"affected": "error", "unknown version": "warning", "no data": "note"}


def as_sarif(report: Report, *, version: str) -> dict[str, object]:
    """Return the report as SARIF: a rule for each vulnerability, a result for each component it concerns.

    What only a statement makes harmless is a result that is suppressed, with who says so; "no data" is a note. What the
    data itself calls fixed or not affected is no result.
    """
    rules: dict[str, dict[str, object]] = {}
    places: dict[str, int] = {}
    results: list[dict[str, object]] = []
    for answer in report.answers:
        is_open = answer.verdict in OPEN_VERDICTS
        if not is_open and answer.by != "statement":
            continue
        name = answer.vulnerability or "no-data"
        rules.setdefault(name, _rule(answer, name))
        places.setdefault(name, len(places))
        results.append(_result(answer, name, places[name]))
    driver = {"name": "Midstream", "version": version, "rules": list(rules.values())}
    notices = [{"level": "error", "message": {"text": f"{entry.what}. {entry.hint}"}} for entry in report.unread]
    notices += [
        {"level": "warning", "message": {"text": f"{entry.where}: {fault}"}}
        for entry in report.inputs
        for fault in entry.faults
    ]
    notices += [
        {"level": "warning", "message": {"text": f"{entry.where}: {lost.name} cannot be identified: {lost.why}"}}
        for entry in report.inputs
        for lost in entry.unidentified
    ]
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "invocations": [
                    {
                        "executionSuccessful": not report.unread,
                        "endTimeUtc": report.made_at.replace("+00:00", "Z"),
                        "toolExecutionNotifications": notices,
                    }
                ],
                "artifacts": [
                    {"location": {"uri": _uri(entry.where)}, "hashes": {"sha-256": entry.digest}}
                    for entry in report.inputs
                ],
                "results": results,
            }
        ],
    }


def _rule(answer: Answer, name: str) -> dict[str, object]:
    words = answer.summary or (f"Vulnerability {name}" if answer.vulnerability else "The index knows nothing of this")
    return {"id": name, "shortDescription": {"text": words[:1000]}}


def _result(answer: Answer, name: str, place: int) -> dict[str, object]:
    component = answer.component
    shown = f"{component.name} {component.version or component.commit or '(version unknown)'}"
    identity = f"{component.purl}\0{component.name}\0{component.version}\0{component.commit}\0{name}"
    result: dict[str, object] = {
        "ruleId": name,
        "ruleIndex": place,
        "level": _LEVELS.get(answer.verdict, "none"),
        "message": {"text": f"{shown}: {answer.verdict}. {answer.why}"},
        "locations": [_location(component.place, answer.where)],
        "partialFingerprints": {"componentAndVulnerability/v1": hashlib.sha256(identity.encode()).hexdigest()},
    }
    if answer.verdict not in OPEN_VERDICTS:
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": answer.why}]
    return result


def _location(place: str, where: str) -> dict[str, object]:
    physical: dict[str, object] = {"artifactLocation": {"uri": _uri(where)}}
    number = place.removeprefix("line ")
    if number.isdecimal() and int(number):
        physical["region"] = {"startLine": int(number)}
    location: dict[str, object] = {"physicalLocation": physical}
    if place:
        location["logicalLocations"] = [{"fullyQualifiedName": place}]
    return location


def _uri(where: str) -> str:
    from urllib.parse import quote  # noqa: PLC0415 - loaded only where it is needed

    return quote(where, safe="/:@?=&+%") if not where.startswith("/") else "file://" + quote(where)
