"""Each rule that naive generators break has a mutant: our own check rejects it, naming the record's field."""

import json
from typing import Any

import pytest

from midstream.advisories.formats import TARGETS, check_of
from midstream.advisories.public import public_part
from midstream.formats.base.cvss import scored
from tests.advisories import NOW, PUBLISHER, RECORD, RELEASES, V31, V40
from tests.mutations import Mutation, again, both, more, put, without

Json = Any
HASH = "1" * 40
CVE, OSV, CSAF, CSAF21 = "cve", "osv", "csaf20", "csaf21"


def document(name: str) -> Json:
    """The full record's document, as JSON."""
    target = TARGETS[name]
    made = target.write(record=public_part(RECORD, now=NOW), publisher=PUBLISHER, releases=RELEASES, now=NOW)
    return json.loads(target.dump(made))


CNA = ("containers", "cna")
VERSIONS = (*CNA, "affected", 0, "versions")
FLAW = ("vulnerabilities", 0)
TRACK = ("document", "tracking")
HISTORY = (*TRACK, "revision_history")
LEAF = ("product_tree", "branches", 0, "branches", 0, "branches", 0)
WRONG_V4 = {"version": "4", "vectorString": V40, "baseScore": 8.5, "baseSeverity": "High", "attackRequirement": "NONE"}

MUTANTS: list[tuple[str, str, Mutation, str, str]] = [
    # CVE
    (CVE, "no reference", put(*CNA, "references", to=[]), "references is missing", "reference"),
    (CVE, "no description", put(*CNA, "descriptions", to=[]), "descriptions is missing", "details"),
    (CVE, "the same description twice", again(*CNA, "descriptions"), "two of descriptions are the same", "details"),
    (CVE, "two in English", more(*CNA, "descriptions", item={"lang": "en", "value": "x"}), "two descriptions are in 'en'", "details"),
    (CVE, "an empty description", put(*CNA, "descriptions", 0, "value", to=""), "value is empty", "details"),
    (CVE, "nothing affected", put(*CNA, "affected", to=[]), "affected is missing", "component"),
    (CVE, "no provider", without(*CNA, "providerMetadata"), "provider's organisation id", ""),
    (CVE, "a range without its type", without(*VERSIONS, 0, "versionType"), "range without versionType", "line"),
    (CVE, "both ends of a range", put(*VERSIONS, 0, "lessThanOrEqual", to="9.0.0"), "not both", "line"),
    (CVE, "a range of one version", both(without(*VERSIONS, 0, "lessThan"), put(*VERSIONS, 0, "lessThanOrEqual", to="1.3.0")), "is one version", "line"),
    (CVE, "a wildcard in a version", put(*VERSIONS, 0, "lessThan", to="2.1.*"), "only wildcard is *", "line"),
    (CVE, "no semantic version", put(*VERSIONS, 0, "lessThan", to="TF-Mv2.1.3"), "no semantic version", "line"),
    (CVE, "commits among versions", more(*VERSIONS, item={"version": "0", "lessThan": HASH, "versionType": "git", "status": "affected"}), "commits and versions in one list", "line"),
    (CVE, "overlapping ranges", more(*VERSIONS, item={"version": "2.0.0", "lessThan": "2.1.5", "versionType": "semver", "status": "affected"}), "two ranges overlap", "line"),
    (CVE, "a product listed twice", again(*CNA, "affected"), "listed twice", "line"),
    (CVE, "a tag that is none", put(*CNA, "references", 0, "tags", to=["advisory"]), "'advisory' is no tag", "reference"),
    (CVE, "a public date ahead", put(*CNA, "datePublic", to="2027-01-01T00:00:00Z"), "public date lies ahead", "dates.public"),
    (CVE, "a credit of another format", put(*CNA, "credits", 0, "type", to="REMEDIATION_DEVELOPER"), "no type of credit", "credit"),
    (CVE, "a CWE as a number", put(*CNA, "problemTypes", 0, "descriptions", 0, "cweId", to="787"), "no CWE id", "weakness"),
    (CVE, "the library's CVSS 4", put(*CNA, "metrics", 1, to={"cvssV4_0": WRONG_V4}), "version is '4'", "score"),
    (CVE, "a severity in small letters", put(*CNA, "metrics", 0, "cvssV3_1", "baseSeverity", to="High"), "makes it 'HIGH'", "score"),
    (CVE, "a package URL with a version", put(*CNA, "affected", 0, "packageURL", to="pkg:github/a/b@1"), "must not have one", "purl"),
    (CVE, "an own key in affected", put(*CNA, "affected", 0, "x_branch", to="main"), "x_branch is no member", "line"),
    (CVE, "an own key with a dot", put(*CNA, "x_a.b", to=1), "x_a.b is no member", ""),
    (CVE, "a wrong id", put("cveMetadata", "cveId", to="CVE-25-1"), "no CVE id", "ids.cve"),
    (CVE, "a state that is none", put("cveMetadata", "state", to="RESERVED"), "neither PUBLISHED nor REJECTED", "state"),
    (CVE, "an empty list", put(*CNA, "workarounds", to=[]), "workarounds is empty", "workaround"),
    (CVE, "another type", put(*CNA, "title", to=["x"]), "title has a wrong type", "title"),
    # OSV
    (OSV, "an own prefix", put("id", to="TFMV-9"), "no registered prefix", "id"),
    (OSV, "an id that is a path", put("id", to="x_../../a"), "could be a path", "id"),
    (OSV, "an ecosystem that is none", put("affected", 0, "package", to={"ecosystem": "Zephyr", "name": "zephyr"}), "no registered ecosystem", "ecosystem"),
    (OSV, "versions without a package", put("affected", 0, "ranges", 0, "type", to="SEMVER"), "needs a package", "line"),
    (OSV, "no introduced", put("affected", 0, "ranges", 0, "events", to=[{"fixed": HASH}]), "no introduced event", "line"),
    (OSV, "a short hash", put("affected", 0, "ranges", 0, "events", to=[{"introduced": "abc1234"}]), "no whole commit", "line"),
    (OSV, "fixed and last affected", put("affected", 0, "ranges", 0, "events", to=[{"introduced": "0"}, {"fixed": HASH}, {"last_affected": "2" * 40}]), "use one of them", "line"),
    (OSV, "introduced is fixed", put("affected", 0, "ranges", 0, "events", to=[{"introduced": HASH}, {"fixed": HASH}]), "so nothing is affected", "line"),
    (OSV, "an event of two ends", put("affected", 0, "ranges", 0, "events", to=[{"introduced": "0", "fixed": HASH}]), "exactly one of", "line"),
    (OSV, "no repository", without("affected", 0, "ranges", 0, "repo"), "needs the address of its repository", "line"),
    (OSV, "a moment with an offset", put("modified", to="2026-01-01T00:00:00+01:00"), "ends in Z", "revision"),
    (OSV, "modified before published", put("modified", to="2001-01-01T00:00:00Z"), "before published", "revision"),
    (OSV, "an own member", put("cwe_ids", to=["CWE-1"]), "no member of OSV", ""),
    (OSV, "a credit in small letters", put("credits", 0, "type", to="finder"), "in capitals", "credit"),
    (OSV, "another version of CVSS", put("severity", 0, "type", to="CVSS_V4"), "no vector of CVSS_V4", "score"),
    (OSV, "its own alias", put("aliases", to=["x_TFMV-9"]), "names itself", "ids.aliases"),
    (OSV, "an alias that is upstream", put("upstream", to=["CVE-2025-53022"]), "an alias and upstream", "ids.upstream"),
    (OSV, "nothing affected", put("affected", to=[]), "affected is empty", "component"),
    (OSV, "commits beside versions", more("affected", 0, "ranges", item={"type": "SEMVER", "events": [{"introduced": "0"}]}), "write two entries", "line"),
    (OSV, "a reference type that is none", put("references", 0, "type", to="PATCH"), "no type of reference", "reference"),
    # CSAF 2.0
    (CSAF, "6.1.1", more(*FLAW, "product_status", "fixed", item="nowhere"), "defined nowhere", "status"),
    (CSAF, "6.1.2", put(*LEAF, "product", "product_id", to="tf-m:1.3.0"), "given twice", "component"),
    (CSAF, "6.1.6", more(*FLAW, "product_status", "fixed", item="tf-m:1.3.0"), "affected and fixed at once", "status"),
    (CSAF, "6.1.7", again(*FLAW, "scores"), "has two scores", "score"),
    (CSAF, "6.1.8", put(*FLAW, "scores", 0, "cvss_v3", "baseSeverity", to="High"), "makes it 'HIGH'", "score"),
    (CSAF, "6.1.9", put(*FLAW, "scores", 0, "cvss_v3", "baseScore", to=9.8), "makes it 7.8", "score"),
    (CSAF, "6.1.10", put(*FLAW, "scores", 0, "cvss_v3", "attackVector", to="NETWORK"), "makes it 'LOCAL'", "score"),
    (CSAF, "CVSS 4", put(*FLAW, "scores", 0, "cvss_v3", to=scored(V40).json), "no place for CVSS 4", "score"),  # type: ignore[union-attr]
    (CSAF, "6.1.11", put(*FLAW, "cwe", "name", to="Out of bounds"), "is called 'Out-of-bounds Write'", "weakness"),
    (CSAF, "6.1.12", put("document", "lang", to="EZ"), "no language", ""),
    (CSAF, "6.1.13", put(*LEAF, "product", "product_identification_helper", "purl", to="pkg:/"), "no package URL", "component"),
    (CSAF, "6.1.16", put(*TRACK, "version", to="1"), "the last revision is 2", "revision"),
    (CSAF, "6.1.17", both(put(*TRACK, "version", to="0"), put(*HISTORY, to=[{"number": "0", "date": "2026-01-01T00:00:00Z", "summary": "x"}])), "is a draft's", "revision"),
    (CSAF, "6.1.18", put(*HISTORY, 0, "number", to="0"), "keeps the draft's revision", "revision"),
    (CSAF, "6.1.19", put(*HISTORY, 0, "number", to="1.0.0-rc1"), "mixed", "revision"),
    (CSAF, "6.1.20", both(put(*TRACK, "version", to="1.0.0-rc1"), put(*HISTORY, to=[{"number": "1.0.0-rc1", "date": "2026-01-01T00:00:00Z", "summary": "x"}])), "pre-release", "revision"),
    (CSAF, "6.1.21", both(put(*TRACK, "version", to="4"), put(*HISTORY, 1, "number", to="4")), "revisions are missing", "revision"),
    (CSAF, "6.1.21", both(put(*TRACK, "version", to="9" * 12), put(*HISTORY, 1, "number", to="9" * 12)), "revisions are missing", "revision"),
    (CSAF, "6.1.21", both(put(*TRACK, "version", to="9" * 5_000), put(*HISTORY, 1, "number", to="9" * 5_000)), "revisions are missing", "revision"),
    (CSAF, "6.1.22", again(*HISTORY), "is there twice", "revision"),
    (CSAF, "6.1.23", again("vulnerabilities"), "has 2 entries", "component.line"),
    (CSAF, "6.1.26", put("document", "category", to="Security Advisory"), "looks like a profile", ""),
    (CSAF, "6.1.27.5", without(*FLAW, "notes"), "no note", "details"),
    (CSAF, "6.1.27.8", both(without(*FLAW, "cve"), without(*FLAW, "ids")), "neither a CVE id", "ids"),
    (CSAF, "6.1.27.9", both(put("document", "category", to="csaf_vex"), without(*FLAW, "flags")), "nothing says why", "justification"),
    (CSAF, "6.1.27.10", both(put("document", "category", to="csaf_vex"), without(*FLAW, "remediations")), "nothing says what to do", "fix"),
    (CSAF, "6.1.29", without(*FLAW, "remediations", 0, "product_ids"), "names no product", "fix"),
    (CSAF, "6.1.30", put(*HISTORY, 0, "number", to="1.0.0"), "are mixed", "revision"),
    (CSAF, "a date as the number of a revision", put(*HISTORY, 1, "number", to="2026-01-01T00:00:00Z"), "a revision needs a number", "revision"),
    (CSAF, "6.1.31", put(*LEAF, "name", to="prior to 2.1.3"), "names more than one version", "component"),
    (CSAF, "6.1.32", without(*FLAW, "flags", 0, "product_ids"), "the flag names no product", "justification"),
    (CSAF, "6.1.33", again(*FLAW, "flags"), "there can be one", "justification"),
    (CSAF, "an empty list", put(*FLAW, "threats", to=[]), "threats is empty", "impact"),
    (CSAF, "a date without a zone", put(*TRACK, "current_release_date", to="2026-01-01T00:00:00"), "no moment with its zone", "revision"),
    (CSAF, "TLP 2", put("document", "distribution", "tlp", "label", to="CLEAR"), "no TLP label of CSAF 2.0", "distribution.tlp"),
    (CSAF, "6.2.6", put(*TRACK, "current_release_date", to="2026-08-18T00:00:00Z"), "before the last revision", "revision"),
    (CSAF, "6.2.16", without(*LEAF, "product", "product_identification_helper"), "no purl and no cpe", "component"),
    (CSAF, "6.2.18", put(*LEAF, "category", to="product_version_range"), "no range as vers: writes it", "component"),
    (CSAF, "6.2.20", put("document", "x_own", to=1), "no member of CSAF", ""),
]  # fmt: skip


METRIC = (*FLAW, "metrics", 0)
MOVED = {"6.1.7", "6.1.8", "6.1.9", "6.1.10", "6.1.11", "6.1.13", "CVSS 4", "TLP 2"}
"""What CSAF 2.1 has elsewhere; the other mutants of 2.0 are those of 2.1 too."""
MUTANTS += [(CSAF21, *rest) for name, *rest in MUTANTS if name == CSAF and rest[0] not in MOVED]  # type: ignore[arg-type]  # the rest has its types
MUTANTS += [
    (CSAF21, "no schema", without("$schema"), "names its schema", ""),
    (CSAF21, "the schema of another version", put("$schema", to="https://docs.oasis-open.org/csaf/csaf/v2.0/csaf_json_schema.json"), "names its schema", ""),
    (CSAF21, "the version of 2.0", put("document", "csaf_version", to="2.0"), "is not CSAF 2.1", ""),
    (CSAF21, "TLP 1", put("document", "distribution", "tlp", "label", to="WHITE"), "no TLP label of CSAF 2.1", "distribution.tlp"),
    (CSAF21, "no distribution", without("document", "distribution"), "has no TLP label", "distribution.tlp"),
    (CSAF21, "scores", put(*FLAW, "scores", to=[{"products": ["tf-m:1.3.0"], "cvss_v3": scored(V31).json}]), "writes metrics, not scores", "score"),  # type: ignore[union-attr]
    (CSAF21, "one cwe", put(*FLAW, "cwe", to={"id": "CWE-787", "name": "Out-of-bounds Write"}), "writes cwes, not cwe", "weakness"),
    (CSAF21, "a release date", put(*FLAW, "release_date", to="2026-01-01T00:00:00Z"), "writes disclosure_date", "dates.public"),
    (CSAF21, "one purl", put(*LEAF, "product", "product_identification_helper", "purl", to="pkg:github/a/b@1"), "writes purls, not purl", "component"),
    (CSAF21, "contact_details", put("document", "publisher", "contact_details", to="x@example.org"), "writes contact, not contact_details", ""),
    (CSAF21, "a weakness of no catalogue", without(*FLAW, "cwes", 0, "version"), "the version of the catalogue", "weakness"),
    (CSAF21, "6.1.7", again(*FLAW, "metrics"), "has two scores", "score"),
    (CSAF21, "6.1.8", put(*METRIC, "content", "cvss_v3", "baseSeverity", to="High"), "makes it 'HIGH'", "score"),
    (CSAF21, "the library's CVSS 4", put(*FLAW, "metrics", 1, "content", "cvss_v4", to=WRONG_V4), "version is '4'", "score"),
    (CSAF21, "CVSS 3 as CVSS 4", put(*METRIC, "content", to={"cvss_v4": scored(V31).json}), "it is not of cvss_v4", "score"),  # type: ignore[union-attr]
    (CSAF21, "6.1.9", put(*METRIC, "content", "cvss_v3", "baseScore", to=9.8), "makes it 7.8", "score"),
    (CSAF21, "6.1.10", put(*METRIC, "content", "cvss_v3", "attackVector", to="NETWORK"), "makes it 'LOCAL'", "score"),
    (CSAF21, "6.1.11", put(*FLAW, "cwes", 0, "name", to="Out of bounds"), "is called 'Out-of-bounds Write'", "weakness"),
    (CSAF21, "6.1.13", put(*LEAF, "product", "product_identification_helper", "purls", to=["pkg:/"]), "no package URL", "component"),
    (CSAF21, "6.1.42", put(*LEAF, "product", "product_identification_helper", "purls", to=["pkg:github/a/b@1", "pkg:github/a/c@1"]), "in their qualifiers only", "component"),
    (CSAF21, "6.1.35", more(*FLAW, "remediations", item={"category": "none_available", "details": "x", "product_ids": ["tf-m:1.3.0"]}), "that contradict", "fix"),
    (CSAF21, "6.1.36", more(*FLAW, "remediations", item={"category": "vendor_fix", "details": "x", "product_ids": ["tf-m:2.1.6"]}), "and has a remediation", "fix"),
    (CSAF21, "6.1.37", put(*TRACK, "current_release_date", to="2026-08-27 12:00:00Z"), "as CSAF writes it", "revision"),
    (CSAF21, "6.1.45", put(*FLAW, "disclosure_date", to="2026-11-01T00:00:00Z"), "after the current release", "dates.public"),
    (CSAF21, "6.1.62", put(*FLAW, "discovery_date", to="2026-11-01T00:00:00Z"), "discovered after it was told of", "dates.reported"),
    (CSAF21, "6.1.66", put(*TRACK, "initial_release_date", to="2026-08-16T00:00:00Z"), "dated as revision 1", "revision"),
    (CSAF21, "6.1.57", put(*LEAF, "category", to="vendor"), "lies in another one", "component"),
    (CSAF21, "6.1.59", both(put(*LEAF, "category", to="product_version_range"), put(*LEAF, "name", to="vers:semver/1.0.0")), "names a single version", "component"),
    (CSAF21, "6.1.50", both(put(*LEAF, "category", to="product_version_range"), put(*LEAF, "name", to="1.0.0 to 2")), "as vers: writes it", "component"),
    (CSAF21, "6.1.56", more(*FLAW, "metrics", item={"content": {"qualitative_severity_rating": "low"}, "products": ["tf-m:1.3.0"]}), "by CVSS and by a word", "score"),
    (CSAF21, "6.1.27.12", without(*FLAW, "product_status", "known_affected"), "known to be affected", "status"),
    (CSAF21, "6.1.27.13", put(*FLAW, "product_status", to={"fixed": ["tf-m:2.1.3"]}), "and no version is affected", "status"),
    (CSAF21, "6.1.27.15", put("document", "category", to="csaf_withdrawn"), "has no product tree", "component"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "rule", "mutate", "words", "field"), MUTANTS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_mutant_is_rejected_in_words(name: str, rule: str, mutate: Mutation, words: str, field: str) -> None:
    target, tree = TARGETS[name], document(name)
    mutate(tree)
    found = check_of(target, target.load(json.dumps(tree).encode()), now=NOW)
    named = [each for each in found if words in each.sentence]
    assert named, [f"{each.rule} {each}" for each in found]
    assert field in named[0].field
    assert bool(field) == bool(named[0].field)
    if rule.startswith("6.") and rule != "6.1.19":
        assert rule in {each.rule for each in found}, [each.rule for each in found]


@pytest.mark.parametrize("name", [CVE, OSV, CSAF, CSAF21])
def test_what_is_no_mutant_is_not_rejected(name: str) -> None:
    target = TARGETS[name]
    assert check_of(target, target.load(json.dumps(document(name)).encode()), now=NOW) == ()
