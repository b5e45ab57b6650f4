"""Our check against the test documents that the CSAF package ships for each mandatory test of the standard."""

import json
from importlib.resources import files
from typing import Any

import pytest

from midstream.formats.csaf import document as csaf
from midstream.formats.csaf.rules import check

ROOT = files("csaf") / "csaf" / "v20"
TESTS: dict[str, Any] = {
    each["id"]: each.get("fixtures", {})
    for each in json.loads((ROOT / "rules" / "catalog.json").read_text())["tests"]
    if each["group"] == "mandatory"
}


def rules_broken(name: str) -> set[str]:
    """The rules that a shipped document breaks, those of profiles by their common number."""
    found = check(csaf.read((ROOT / "data" / name).read_bytes()))
    return {".".join(fault.rule.split(".")[:3]) for fault in found}


def test_there_is_a_document_for_every_mandatory_test() -> None:
    assert len(TESTS) == 33
    assert all(each.get("failing") for each in TESTS.values())


@pytest.mark.parametrize(("rule", "name"), [(rule, name) for rule, each in TESTS.items() for name in each["failing"]])
def test_what_breaks_a_rule_is_found(rule: str, name: str) -> None:
    assert rule in rules_broken(name)


@pytest.mark.parametrize(("rule", "name"), [(rule, name) for rule, each in TESTS.items() for name in each["valid"]])
def test_what_keeps_a_rule_is_not(rule: str, name: str) -> None:
    assert rule not in rules_broken(name)
