"""CVSS objects are FIRST's, and wrong ones are named."""

from typing import Any

import pytest

from midstream.formats.base.cvss import faults_of, scored

V31 = "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H"
V40 = "CVSS:4.0/AV:L/AC:L/AT:N/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"


def test_version_3_1_is_written_as_first_has_it() -> None:
    found = scored(V31)
    assert found
    assert (found.version, found.score, found.severity) == ("3.1", 7.8, "high")
    assert found.json == {
        "version": "3.1",
        "vectorString": V31,
        "attackVector": "LOCAL",
        "attackComplexity": "LOW",
        "privilegesRequired": "LOW",
        "userInteraction": "NONE",
        "scope": "UNCHANGED",
        "confidentialityImpact": "HIGH",
        "integrityImpact": "HIGH",
        "availabilityImpact": "HIGH",
        "baseScore": 7.8,
        "baseSeverity": "HIGH",
    }


def test_version_4_is_written_as_first_has_it() -> None:
    found = scored(f"{V40}/E:P/MSI:S/S:P/AU:Y/R:U/V:D/RE:L/U:Red")
    assert found
    assert found.json["version"] == "4.0"
    assert found.json["baseSeverity"] == "HIGH"
    assert found.json["baseScore"] == 8.5  # of the base metrics alone
    assert found.json["attackRequirements"] == "NONE"
    assert found.json["modifiedSubIntegrityImpact"] == "SAFETY"
    assert (found.json["Safety"], found.json["Automatable"], found.json["Recovery"]) == ("PRESENT", "YES", "USER")
    assert found.json["providerUrgency"] == "RED"


def test_temporal_scores_stand_only_beside_temporal_metrics() -> None:
    plain, temporal = scored(V31), scored(f"{V31}/E:P/RL:O")
    assert plain
    assert temporal
    assert "temporalScore" not in plain.json
    assert (temporal.json["temporalScore"], temporal.json["temporalSeverity"]) == (7.0, "HIGH")
    assert "environmentalScore" not in temporal.json


@pytest.mark.parametrize(
    "vector",
    [
        "",
        "AV:N/AC:L/Au:N/C:P/I:P/A:P",
        "CVSS:3.1/AV:L",
        "CVSS:3.1/AV:Q/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:5.0/AV:L",
        f"{V31}/AV:N",
        f"{V40[:-5]}",
        "CVSS:4.0/AC:L/AV:L/AT:N/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
        V31 + "/E:P" * 200,
    ],
)
def test_what_is_no_vector_has_no_score(vector: str) -> None:
    assert scored(vector) is None


def right(vector: str) -> dict[str, Any]:
    found = scored(vector)
    assert found
    return found.json


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({**right(V31), "baseSeverity": "High"}, "baseSeverity is 'High', the vector makes it 'HIGH'"),
        ({**right(V31), "baseScore": 9.8}, "baseScore is 9.8, the vector makes it 7.8"),
        ({**right(V40), "version": "4"}, "version is '4'"),
        ({**right(V40), "attackRequirement": "NONE"}, "attackRequirement is no member"),
        ({**right(V31), "attackVector": "NETWORK"}, "attackVector is 'NETWORK'"),
        ({"vectorString": V31, "version": "3.1", "baseScore": 7.8}, "baseSeverity is missing"),
        ({"vectorString": "CVSS:3.1/", "version": "3.1"}, "is no CVSS vector"),
        ({}, "is no CVSS vector"),
    ],
)
def test_a_wrong_object_is_named(given: dict[str, Any], words: str) -> None:
    assert any(words in sentence for sentence in faults_of(given)), faults_of(given)


@pytest.mark.parametrize("vector", [V31, V40, f"{V31}/E:P/MAV:X", f"{V40}/E:X"])
def test_a_right_object_has_no_fault(vector: str) -> None:
    assert faults_of(right(vector)) == []
    assert (
        faults_of({name: right(vector)[name] for name in ("version", "vectorString", "baseScore", "baseSeverity")})
        == []
    )
