"""What naive generators break: our own check finds each mutant, and its complaint names a field of the record."""

import copy
import json
from typing import Any

import pytest

from midstream.advisories.formats import TARGETS, check_of
from midstream.advisories.public import public_part
from tests.advisories import NOW, PUBLISHER, RECORD, RELEASES

# Target, where in the document, what is put there (None: it is taken away), the field that the complaint names.
MUTANTS: list[tuple[str, str, Any, str]] = [
    ("openvex", "@context", "https://openvex.dev/ns", ""),
    ("openvex", "@id", "x", "id"),
    ("openvex", "author", None, ""),
    ("openvex", "version", 0, "revision"),
    ("openvex", "timestamp", "2026-01-01", "revision"),
    ("openvex", "last_updated", "2020-01-01T00:00:00Z", "revision"),
    ("openvex", "statements", None, "component.line"),
    ("openvex", "statements/0/status", "exploitable", "component.statement.status"),
    ("openvex", "statements/0/action_statement", None, "component.statement.action"),
    ("openvex", "statements/0/products", None, "component.purl"),
    ("openvex", "statements/0/products/0/@id", "pkg:github/example/tf-m", "component.purl"),
    ("openvex", "statements/0/vulnerability", None, "ids.cve"),
    ("openvex", "statements/0/justification", "component_not_present", "component.line.justification"),
    ("openvex", "statements/-1/justification", "code_not_present", "component.line.justification"),
    ("cyclonedx", "bomFormat", "cyclonedx", ""),
    ("cyclonedx", "specVersion", "1.3", ""),
    ("cyclonedx", "serialNumber", "42", "id"),
    ("cyclonedx", "version", 0, "revision"),
    ("cyclonedx", "metadata/distributionConstraints/tlp", "WHITE", "distribution.tlp"),
    ("cyclonedx", "vulnerabilities/0/cwes/0", "CWE-787", "weakness"),
    ("cyclonedx", "vulnerabilities/0/ratings/0/severity", "HIGH", "score"),
    ("cyclonedx", "vulnerabilities/0/ratings/0/method", "CVSSv3.1", "score"),
    ("cyclonedx", "vulnerabilities/0/ratings/0/method", "CVSSv4", "score"),
    ("cyclonedx", "vulnerabilities/0/ratings/0/score", 11, "score"),
    ("cyclonedx", "vulnerabilities/0/analysis/state", "affected", "component.line.status"),
    ("cyclonedx", "vulnerabilities/0/analysis/justification", "component_not_present", "component.line.justification"),
    ("cyclonedx", "vulnerabilities/0/analysis/response", ["fix"], "component.line.status"),
    ("cyclonedx", "vulnerabilities/0/analysis", None, "component.line.status"),
    ("cyclonedx", "vulnerabilities/0/affects/0/ref", "nobody", "component.key"),
    ("cyclonedx", "vulnerabilities/0/affects/0/versions/0/range", "vers:semver/>=1", "component.line"),
    ("cyclonedx", "vulnerabilities/0/affects/0/versions/-1/range", ">= 1.0, < 2", "component.line"),
    ("cyclonedx", "vulnerabilities/0/affects/0/versions/0/status", "fixed", "component.line"),
    ("cyclonedx", "vulnerabilities/0/published", "yesterday", "dates.public"),
    ("cyclonedx", "vulnerabilities/0/title", "x", "component.line"),
    ("cyclonedx", "vulnerabilities/0/references/0/id", "CVE-2025-53022", "ids.aliases"),
    ("spdx", "@context", "https://spdx.org/rdf/3.0.0/spdx-context.jsonld", "id"),
    ("spdx", "@graph/0/created", "2026-01-01T00:00:00+01:00", "revision"),
    ("spdx", "@graph/0/specVersion", "3.0", "revision"),
    ("spdx", "@graph/0/createdBy", None, "revision"),
    ("spdx", "VexAffected/relationshipType", "hasAssessmentFor", "component.line.status"),
    ("spdx", "VexAffected/security_actionStatement", None, "component.statement.action"),
    ("spdx", "VexNotAffected/security_justificationType", "component_not_present", "component.line.justification"),
    ("spdx", "VexFixed/to/0", "https://nobody.example.org/", "component.line.status"),
    ("spdx", "CvssV3/security_severity", "HIGH", "score.vector"),
    ("spdx", "CvssV3/security_vectorString", "AV:L/AC:L", "score.vector"),
    ("spdx", "CvssV3/security_score", None, "score.vector"),
]


def tree_of(name: str) -> dict[str, Any]:
    target = TARGETS[name]
    record = public_part(RECORD, now=NOW)
    document = target.write(record=record, publisher=PUBLISHER, releases=RELEASES, now=NOW)
    tree: dict[str, Any] = json.loads(target.dump(document))
    return tree


def mutated(tree: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """A copy of the tree with the value at the path; in SPDX the first step may be a part of an element's class."""
    tree = copy.deepcopy(tree)
    first, *steps = path.split("/")
    node: Any = tree
    if "@graph" in tree and steps and first != "@graph":
        node = next(each for each in tree["@graph"] if f"security_{first}Vuln" in each["type"])
    else:
        steps = [first, *steps]
    for step in steps[:-1]:
        node = node[int(step) if isinstance(node, list) else step]
    last: Any = int(steps[-1]) if isinstance(node, list) else steps[-1]
    if value is None:
        del node[last]
    else:
        node[last] = value
    return tree


@pytest.mark.parametrize(("name", "path", "value", "field"), MUTANTS)
def test_each_mutant_is_found_and_names_its_field(name: str, path: str, value: object, field: str) -> None:
    target = TARGETS[name]
    right = tree_of(name)
    assert check_of(target, target.load(json.dumps(right).encode()), now=NOW) == ()
    document = target.load(json.dumps(mutated(right, path, value)).encode())
    complaints = check_of(target, document, now=NOW)
    assert complaints, "the mutant lives"
    assert field in {complaint.field for complaint in complaints}
    assert all(" " in complaint.sentence for complaint in complaints)
