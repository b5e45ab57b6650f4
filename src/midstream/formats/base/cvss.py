"""CVSS scores, as the JSON that FIRST's schemas ask for, from vectors.

The scores are computed by the library `cvss`. The JSON is written here: the library's own for version 4 has other names
and spellings than FIRST's schema (cvss-v4.0.json: version "4.0", severities in capitals, ``attackRequirements``,
``Automatable``), and no consumer takes it.
"""

import functools
from typing import Any

import cvss
import msgspec
from cvss.exceptions import CVSSError

_AV = {"N": "NETWORK", "L": "LOCAL", "P": "PHYSICAL"}
_AV3, _AV4 = {**_AV, "A": "ADJACENT_NETWORK"}, {**_AV, "A": "ADJACENT"}
_HIGH_LOW = {"H": "HIGH", "L": "LOW"}
_LEVEL = {"H": "HIGH", "L": "LOW", "N": "NONE"}
_GRADE = {"H": "HIGH", "M": "MEDIUM", "L": "LOW"}
_SCOPE = {"U": "UNCHANGED", "C": "CHANGED"}
_UI3, _UI4 = {"N": "NONE", "R": "REQUIRED"}, {"N": "NONE", "P": "PASSIVE", "A": "ACTIVE"}
_AT = {"N": "NONE", "P": "PRESENT"}
_SAFE = {**_LEVEL, "S": "SAFETY"}

_V3: dict[str, tuple[str, dict[str, str]]] = {
    "AV": ("attackVector", _AV3),
    "AC": ("attackComplexity", _HIGH_LOW),
    "PR": ("privilegesRequired", _LEVEL),
    "UI": ("userInteraction", _UI3),
    "S": ("scope", _SCOPE),
    "C": ("confidentialityImpact", _LEVEL),
    "I": ("integrityImpact", _LEVEL),
    "A": ("availabilityImpact", _LEVEL),
    "E": ("exploitCodeMaturity", {"U": "UNPROVEN", "P": "PROOF_OF_CONCEPT", "F": "FUNCTIONAL", "H": "HIGH"}),
    "RL": (
        "remediationLevel",
        {"O": "OFFICIAL_FIX", "T": "TEMPORARY_FIX", "W": "WORKAROUND", "U": "UNAVAILABLE"},
    ),
    "RC": ("reportConfidence", {"U": "UNKNOWN", "R": "REASONABLE", "C": "CONFIRMED"}),
    "CR": ("confidentialityRequirement", _GRADE),
    "IR": ("integrityRequirement", _GRADE),
    "AR": ("availabilityRequirement", _GRADE),
    "MAV": ("modifiedAttackVector", _AV3),
    "MAC": ("modifiedAttackComplexity", _HIGH_LOW),
    "MPR": ("modifiedPrivilegesRequired", _LEVEL),
    "MUI": ("modifiedUserInteraction", _UI3),
    "MS": ("modifiedScope", _SCOPE),
    "MC": ("modifiedConfidentialityImpact", _LEVEL),
    "MI": ("modifiedIntegrityImpact", _LEVEL),
    "MA": ("modifiedAvailabilityImpact", _LEVEL),
}
_V4: dict[str, tuple[str, dict[str, str]]] = {
    "AV": ("attackVector", _AV4),
    "AC": ("attackComplexity", _HIGH_LOW),
    "AT": ("attackRequirements", _AT),
    "PR": ("privilegesRequired", _LEVEL),
    "UI": ("userInteraction", _UI4),
    "VC": ("vulnConfidentialityImpact", _LEVEL),
    "VI": ("vulnIntegrityImpact", _LEVEL),
    "VA": ("vulnAvailabilityImpact", _LEVEL),
    "SC": ("subConfidentialityImpact", _LEVEL),
    "SI": ("subIntegrityImpact", _LEVEL),
    "SA": ("subAvailabilityImpact", _LEVEL),
    "E": ("exploitMaturity", {"U": "UNREPORTED", "P": "PROOF_OF_CONCEPT", "A": "ATTACKED"}),
    "CR": ("confidentialityRequirement", _GRADE),
    "IR": ("integrityRequirement", _GRADE),
    "AR": ("availabilityRequirement", _GRADE),
    "MAV": ("modifiedAttackVector", _AV4),
    "MAC": ("modifiedAttackComplexity", _HIGH_LOW),
    "MAT": ("modifiedAttackRequirements", _AT),
    "MPR": ("modifiedPrivilegesRequired", _LEVEL),
    "MUI": ("modifiedUserInteraction", _UI4),
    "MVC": ("modifiedVulnConfidentialityImpact", _LEVEL),
    "MVI": ("modifiedVulnIntegrityImpact", _LEVEL),
    "MVA": ("modifiedVulnAvailabilityImpact", _LEVEL),
    "MSC": ("modifiedSubConfidentialityImpact", _LEVEL),
    "MSI": ("modifiedSubIntegrityImpact", _SAFE),
    "MSA": ("modifiedSubAvailabilityImpact", _SAFE),
    "S": ("Safety", {"N": "NEGLIGIBLE", "P": "PRESENT"}),
    "AU": ("Automatable", {"N": "NO", "Y": "YES"}),
    "R": ("Recovery", {"A": "AUTOMATIC", "U": "USER", "I": "IRRECOVERABLE"}),
    "V": ("valueDensity", {"D": "DIFFUSE", "C": "CONCENTRATED"}),
    "RE": ("vulnerabilityResponseEffort", {"L": "LOW", "M": "MODERATE", "H": "HIGH"}),
    "U": ("providerUrgency", {"Clear": "CLEAR", "Green": "GREEN", "Amber": "AMBER", "Red": "RED"}),
}
_BASE_OF_V4 = 11
"""How many metrics of version 4 make the base score."""


class Scored(msgspec.Struct, frozen=True, kw_only=True):
    """What a vector comes to: its CVSS version (``3.1``), the base score, its severity in lower case, and the JSON."""

    version: str
    score: float
    severity: str
    json: dict[str, Any]


@functools.lru_cache(maxsize=4096)
def scored(vector: str) -> Scored | None:
    """Return what the vector comes to; None when it is no vector of version 3.0, 3.1 or 4.0."""
    version = vector.partition("/")[0].removeprefix("CVSS:")
    if len(vector) > 400 or version not in ("3.0", "3.1", "4.0"):
        return None
    names = _V4 if version == "4.0" else _V3
    pairs = [pair.partition(":") for pair in vector.split("/")[1:]]
    try:
        metrics = {names[short][0]: _word(names[short][1], value) for short, _, value in pairs}
        scores = _scores_of_v4(vector) if version == "4.0" else _scores_of_v3(vector)
    except (CVSSError, KeyError):
        return None
    if version == "4.0" and [short for short, _, _ in pairs] != [each for each in names if each in dict_of(pairs)]:
        return None  # version 4 has one order (specification, section 7)
    json = {"version": version, "vectorString": vector, **metrics, **scores}
    return Scored(version=version, score=scores["baseScore"], severity=scores["baseSeverity"].lower(), json=json)


def dict_of(pairs: list[tuple[str, str, str]]) -> dict[str, str]:
    """Return the metrics of a vector by their short names."""
    return {short: value for short, _, value in pairs}


def faults_of(given: dict[str, Any]) -> list[str]:
    """Return in sentences what is wrong with a CVSS object: a bad vector, a score or a metric that is not its own."""
    vector = given.get("vectorString")
    right = scored(vector) if isinstance(vector, str) else None
    if right is None:
        return [f"{str(vector)[:80]!r} is no CVSS vector of version 3.0, 3.1 or 4.0"]
    found = [f"{name} is missing" for name in ("version", "baseScore", "baseSeverity") if name not in given]
    for name, value in given.items():
        wanted = right.json.get(name, "NOT_DEFINED")
        if value != wanted and name in right.json | dict.fromkeys(_NAMES[right.version]):
            found.append(f"{name} is {value!r}, the vector makes it {wanted!r}")
        elif name not in right.json and name not in _NAMES[right.version]:
            found.append(f"{name} is no member of a CVSS {right.version} object")
    return found


def is_computed(given: Any, name: Any) -> bool:  # noqa: ANN401 (JSON, and a member's name)
    """Return whether the member of a CVSS object of version 3 or 4 is computed from its vector, or is the vector."""
    vector = given.get("vectorString") if isinstance(given, dict) else None
    right = scored(vector) if isinstance(vector, str) else None
    return right is not None and name in _NAMES[right.version] | right.json.keys()


def faults_of_v2(given: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what is wrong with a CVSS 2 object of others, as CSAF's rule and a sentence. We write none ourselves."""
    vector = given.get("vectorString")
    try:
        base = float(cvss.CVSS2(str(vector)).scores()[0])
    except CVSSError:
        return [("6.1.8", f"{str(vector)[:80]!r} is no CVSS vector of version 2.0")]
    found = [("6.1.8", f"{name} is missing") for name in ("version", "baseScore") if name not in given]
    if "baseScore" in given and given["baseScore"] != base:
        found.append(("6.1.9", f"baseScore is {given['baseScore']!r}, the vector makes it {base}"))
    return found


_SCORES3 = ("temporalScore", "temporalSeverity", "environmentalScore", "environmentalSeverity")
_NAMES = {
    "3.0": {name for name, _ in _V3.values()} | {"version", "vectorString", "baseScore", "baseSeverity", *_SCORES3},
    "3.1": {name for name, _ in _V3.values()} | {"version", "vectorString", "baseScore", "baseSeverity", *_SCORES3},
    "4.0": {name for name, _ in _V4.values()} | {"version", "vectorString", "baseScore", "baseSeverity"},
}


def _scores_of_v3(vector: str) -> dict[str, Any]:
    found = cvss.CVSS3(vector)
    base, temporal, environmental = map(float, found.scores())
    words = [severity.upper() for severity in found.severities()]
    scores: dict[str, Any] = {"baseScore": base, "baseSeverity": words[0]}
    shorts = {pair.partition(":")[0] for pair in vector.split("/")[1:]}
    if shorts & {"E", "RL", "RC"}:
        scores |= {"temporalScore": temporal, "temporalSeverity": words[1]}
    if shorts - {"AV", "AC", "PR", "UI", "S", "C", "I", "A", "E", "RL", "RC"}:
        scores |= {"environmentalScore": environmental, "environmentalSeverity": words[2]}
    return scores


def _scores_of_v4(vector: str) -> dict[str, Any]:
    cvss.CVSS4(vector)
    base = cvss.CVSS4("/".join(vector.split("/")[: 1 + _BASE_OF_V4]))
    return {"baseScore": float(base.base_score), "baseSeverity": base.severity.upper()}


def _word(words: dict[str, str], value: str) -> str:
    return "NOT_DEFINED" if value == "X" else words[value]
