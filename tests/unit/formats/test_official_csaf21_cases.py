"""Our check of CSAF 2.1 against the documents that the CSAF package ships for each mandatory test of the draft."""

import json
from importlib.resources import files
from typing import Any

import pytest

from midstream.formats.base.fault import DocumentError
from midstream.formats.csaf import document21 as csaf21
from midstream.formats.csaf.rules21 import check

ROOT = files("csaf") / "csaf" / f"v21{csaf21.DRAFT.lower()}"
TESTS: dict[str, Any] = {
    each["id"]: each.get("fixtures", {})
    for each in json.loads((ROOT / "rules" / "catalog.json").read_text())["tests"]
    if each["group"] == "mandatory"
}
NOT_OURS = {
    **dict.fromkeys(("6.1.38", "6.1.39", "6.1.40", "6.1.41"), "sharing groups"),
    **dict.fromkeys(("6.1.43", "6.1.44", "6.1.61", "6.1.63"), "model and serial numbers, hashes"),
    **dict.fromkeys(("6.1.46", "6.1.47", "6.1.48", "6.1.49", "6.1.51"), "SSVC and EPSS"),
    **dict.fromkeys(("6.1.52", "6.1.53"), "dates of exploitation"),
    **dict.fromkeys(("6.1.54", "6.1.55"), "licences"),
    "6.1.60": "extensions",
    "6.1.27.20": "reports of vulnerabilities",
    "6.1.11": "weaknesses of older catalogues",
    "6.1.24": "involvement",
    **{identifier: "involvement" for identifier in TESTS if identifier.startswith(("6.1.64.", "6.1.65."))},
}
"""Rules that are not checked here, with what they are about: parts that are kept and never written."""
MISSED = {
    "6-1-01-03": "involvement names products",
    "6-1-04-03": "involvement names groups",
    "6-1-06-06": "the list of unknown products",
    "6-1-08-09": "an object of CVSS 2 that lacks more than its score",
    "6-1-10-03": "metrics of CVSS 2",
    "6-1-14-21": "pre-releases as revisions",
    "6-1-21-05": "gaps between minor versions",
    "6-1-21-08": "gaps between patch versions",
    "6-1-26-06": "categories of other standards",
    "6-1-27-08-02": "ids that are of some products only",
    "6-1-37-21": "dates of exploitation",
    "6-1-27-13-04": "products installed with others",
}
"""Documents that break a rule in a way which is not looked for."""

DOUBTED = ("6-1-66-13", "6-1-66-14")
"""Documents listed as valid that the package's own check rejects too."""


def rules_broken(name: str) -> set[str]:
    """The rules that a shipped document breaks; one that cannot be read at all breaks that of depth."""
    raw = (ROOT / "data" / name).read_bytes()
    try:
        return {fault.rule for fault in check(csaf21.read(raw))}
    except DocumentError:
        return {"6.1.34"}


def cases(kind: str) -> list[tuple[str, str]]:
    """Each rule of ours with each document of that kind."""
    ours = (rule for rule in TESTS if rule not in NOT_OURS and rule != "6.1.37")
    return [(rule, name) for rule in ours for name in TESTS[rule].get(kind, ())]


def test_every_mandatory_test_is_ours_or_is_named() -> None:
    assert len(TESTS) > 90
    assert NOT_OURS.keys() <= TESTS.keys()


@pytest.mark.parametrize(("rule", "name"), cases("failing"))
def test_what_breaks_a_rule_is_found(rule: str, name: str) -> None:
    is_missed = any(missed in name for missed in MISSED)
    assert (rule in rules_broken(name)) != is_missed


@pytest.mark.parametrize(("rule", "name"), cases("valid"))
def test_what_keeps_a_rule_is_not(rule: str, name: str) -> None:
    is_doubted = any(doubted in name for doubted in DOUBTED)
    assert (rule in rules_broken(name)) == is_doubted


@pytest.mark.parametrize("name", TESTS["6.1.37"]["failing"])
def test_a_moment_that_is_none_is_found(name: str) -> None:
    assert bool(rules_broken(name) & {"schema", "6.1.37"}) != any(missed in name for missed in MISSED)


def test_nothing_is_lost_by_reading() -> None:
    read = 0
    for path in (ROOT / "data" / "mandatory").iterdir():
        if path.name.endswith(".json") and "-34-" not in path.name:
            raw = path.read_bytes()
            assert json.loads(csaf21.write(csaf21.read(raw))) == json.loads(raw), path.name
            read += 1
    assert read > 300
