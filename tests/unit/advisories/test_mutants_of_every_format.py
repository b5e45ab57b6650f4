"""More of what naive generators break, for every format: our own check finds it, and names the record's field.

`test_mutants` has the rules of CVE, OSV and CSAF that a schema has too; here are those about more than one value, those
of the formats without a schema, and what no rule of a format catches but the comparison with the record does.
"""

import json
from datetime import date
from typing import Any

import msgspec
import pytest

from midstream.advisories.checks.agreement import disagreements
from midstream.advisories.formats import TARGETS, check_of
from midstream.advisories.public import public_part
from midstream.formats.zephyr.entry import Fix
from tests.advisories import NOW, PUBLISHER, RECORD, RELEASES
from tests.mutations import Json, Mutation, again, both, more, put, without

CNA = ("containers", "cna")
VERSIONS = (*CNA, "affected", 0, "versions")
FLAW = ("vulnerabilities", 0)
TREE = "product_tree"
LEAF = (TREE, "branches", 0, "branches", 0, "branches", 0)
HISTORY = ("document", "tracking", "revision_history")
INVOLVED = {"party": "vendor", "status": "completed", "date": "2026-01-01T00:00:00Z"}
PART = {"name": "x", "product_id": "x", "product_identification_helper": {"cpe": "cpe:2.3:a:x:x:*:*:*:*:*:*:*:*"}}


def relation(part: str, whole: str) -> Json:
    """A product that is made of two others."""
    return {
        "category": "installed_on",
        "full_product_name": PART,
        "product_reference": part,
        "relates_to_product_reference": whole,
    }


MUTANTS: list[tuple[str, str, Mutation, str, str]] = [
    ("cve", "a single version with changes", both(without(*VERSIONS, 0, "lessThan"), put(*VERSIONS, 0, "changes", to=[{"at": "2.0.0", "status": "unaffected"}])), "only a range has changes", "line"),
    ("cve", "a range that ends at its candidate", both(put(*VERSIONS, 0, "version", to="2.1.0"), put(*VERSIONS, 0, "lessThan", to="2.1.0-rc1")), "ends before it begins", "line"),
    ("cve", "a weakness without words", without(*CNA, "problemTypes", 0, "descriptions", 0, "description"), "needs a description", "weakness"),
    ("cve", "a weakness without its type", without(*CNA, "problemTypes", 0, "descriptions", 0, "type"), "needs the type CWE", "weakness"),
    ("cve", "an entry without versions and default", both(put(*VERSIONS, to=[]), without(*CNA, "affected", 0, "defaultStatus")), "needs versions or defaultStatus", "component"),
    ("cve", "an assigner that is none", put("cveMetadata", "assignerOrgId", to="example"), "no version 4 UUID", ""),
    ("cve", "a CPE twice", again(*CNA, "affected", 0, "cpes"), "cpes holds one item twice", "component"),
    ("cve", "a weakness twice", again(*CNA, "problemTypes"), "problemTypes holds one item twice", "weakness"),
    ("cve", "a score twice", again(*CNA, "metrics"), "metrics holds one item twice", "score"),
    ("cve", "a credit twice", again(*CNA, "credits"), "credits holds one item twice", "credit"),
    ("cve", "a tag twice", again(*CNA, "references", 0, "tags"), "tags holds one item twice", "reference"),
    ("cve", "a description in capital EN", put(*CNA, "descriptions", 0, "lang", to="EN"), "is in English", "details"),
    ("cve", "a CPE that is none", put(*CNA, "affected", 0, "cpes", to=["tf-m"]), "is no CPE name", "component"),
    ("cve", "a file without a name", put(*CNA, "affected", 0, "programFiles", to=[""]), "programFiles has an empty text", "component"),
    ("cve", "a routine without a name", put(*CNA, "affected", 0, "programRoutines", to=[{}]), "a routine needs a name", "component"),
    ("cve", "a vendor that is too long", put(*CNA, "affected", 0, "vendor", to="x" * 513), "more than 512 characters", "component"),
    ("cve", "a credit in no language", put(*CNA, "credits", 0, "lang", to="English"), "its language, such as en", "credit"),
    ("cve", "a weakness in no language", put(*CNA, "problemTypes", 0, "descriptions", 0, "lang", to=" "), "its language, such as en", "weakness"),
    ("cve", "a source that is empty", put(*CNA, "source", to={}), "source is empty", ""),
    ("cve", "reserved at no moment", put("cveMetadata", "dateReserved", to="de"), "is no date and time", "dates"),
    ("cve", "a short name of one letter", put("cveMetadata", "assignerShortName", to="*"), "wanted are 2 to 32", ""),
    ("cve", "a metric without its score", put(*CNA, "metrics", 0, to={"format": "CVSS"}), "a metric needs a score", "score"),
    ("cve", "a format of scores that is too long", put(*CNA, "metrics", 0, "format", to="x" * 65), "at most 64", "score"),
    ("cve", "a reference that cannot be taken apart", put(*CNA, "references", 0, "url", to="http://[x"), "is no web address", "reference"),
    ("cve", "a repository that cannot be taken apart", put(*CNA, "affected", 0, "repo", to="http://[x"), "is no address", "component"),
    ("osv", "a reference that cannot be taken apart", put("references", 0, "url", to="http://[x"), "http://[x", "reference"),
    ("osv", "the same flaw related to itself", put("related", to=["x_TFMV-9"]), "names itself in related", "ids.related"),
    ("osv", "upstream of itself", put("upstream", to=["x_TFMV-9"]), "names itself in upstream", "ids.upstream"),
    ("osv", "a range of commits without a type", without("affected", 0, "ranges", 0, "type"), "no type of range", "line"),
    ("osv", "withdrawn at no moment", put("withdrawn", to="2026-01-01"), "ends in Z", "dates.withdrawn"),
    ("osv", "a tag twice", again("affected", 0, "versions"), "holds one twice", "line"),
    ("csaf20", "an id twice", again(*FLAW, "ids"), "ids holds one item twice", "ids"),
    ("csaf20", "a product of a remediation twice", again(*FLAW, "remediations", 0, "product_ids"), "product_ids holds one item twice", "component.line.fix"),
    ("csaf20", "a product of a flag twice", again(*FLAW, "flags", 0, "product_ids"), "product_ids holds one item twice", "justification"),
    ("csaf20", "a note of no category", without(*FLAW, "notes", 0, "category"), "a note needs a text and a category", "details"),
    ("csaf20", "a note without a text", without(*FLAW, "notes", 0, "text"), "a note needs a text and a category", "details"),
    ("csaf20", "thanks to nobody", put(*FLAW, "acknowledgments", 0, to={}), "names nobody", "credit"),
    ("csaf20", "a generic URI without its namespace", put(*LEAF, "product", "product_identification_helper", "x_generic_uris", to=[{"uri": "https://example.org/1"}]), "needs a namespace and a uri", "component"),
    ("csaf20", "no generic URIs", put(*LEAF, "product", "product_identification_helper", "x_generic_uris", to=[]), "at least one address", "component"),
    ("csaf20", "a reference that cannot be taken apart", put("document", "references", 0, "url", to="http://[x"), "is no address", "reference"),
    ("csaf20", "a namespace that cannot be taken apart", put("document", "publisher", "namespace", to="http://[x"), "is no address", ""),
    ("csaf20", "6.1.3", put(TREE, "relationships", to=[relation("x", "tf-m:1.3.0")]), "made of itself", "component"),
    ("csaf20", "6.1.4", put(*FLAW, "flags", 0, "group_ids", to=["nobody"]), "the group id 'nobody' is defined nowhere", "justification"),
    ("csaf20", "6.1.5", put(TREE, "product_groups", to=[{"group_id": "g", "product_ids": ["tf-m:1.3.0", "tf-m:2.0.0"]}] * 2), "group id 'g' is given twice", "component"),
    ("csaf20", "6.1.14", both(put(*HISTORY, 0, "number", to="2"), put(*HISTORY, 1, "number", to="1")), "in another order", "revision"),
    ("csaf20", "6.1.15", put("document", "publisher", "category", to="translator"), "names the language that was translated", ""),
    ("csaf20", "6.1.24", put(*FLAW, "involvements", to=[INVOLVED, INVOLVED]), "involved twice", ""),
    ("csaf20", "6.1.25", put(*LEAF, "product", "product_identification_helper", "hashes", to=[{"file_hashes": [{"algorithm": "sha256", "value": "ab"}] * 2, "filename": "x"}]), "two hashes of one kind", "component"),
    ("csaf20", "6.1.27.1", both(put("document", "category", to="csaf_informational_advisory"), put("document", "notes", to=[])), "needs a note", "details"),
    ("csaf20", "6.1.27.2", both(put("document", "category", to="csaf_informational_advisory"), put("document", "references", to=[{"category": "self", "summary": "x", "url": "https://example.org/x.json"}])), "needs a reference", "reference"),
    ("csaf20", "6.1.27.3", put("document", "category", to="csaf_informational_advisory"), "has no vulnerabilities", "component.line"),
    ("csaf20", "6.1.27.4", without(TREE), "needs a product tree", "component"),
    ("csaf20", "6.1.27.6", without(*FLAW, "product_status"), "no product is known", "status"),
    ("csaf20", "6.1.27.7", both(put("document", "category", to="csaf_vex"), without(*FLAW, "product_status")), "looked at", "status"),
    ("csaf20", "6.1.27.11", without("vulnerabilities"), "needs a vulnerability", "component.line"),
    ("csaf20", "6.1.28", put("document", "source_lang", to="en"), "are in one language", ""),
    ("csaf20", "6.2.11", put("document", "references", 0, "url", to="https://security.example.org/TFMV-9.json"), "no reference of category self", "reference"),
    ("csaf20", "scores of 2.1", both(put(*FLAW, "metrics", to=[{}]), without(*FLAW, "scores")), "metrics is no member of CSAF 2.0", "score"),
    ("csaf20", "weaknesses of 2.1", put(*FLAW, "cwes", to=[{"id": "CWE-787"}]), "cwes is no member of CSAF 2.0", "weakness"),
    ("csaf20", "package URLs of 2.1", put(*LEAF, "product", "product_identification_helper", "purls", to=["pkg:a/b@1"]), "purls is no member of CSAF 2.0", "component"),
    ("csaf20", "a date of 2.1", put(*FLAW, "disclosure_date", to="2026-01-01T00:00:00Z"), "disclosure_date is no member of CSAF 2.0", "dates.public"),
    ("csaf20", "the schema of 2.1", put("$schema", to="https://docs.oasis-open.org/csaf/csaf/v2.1/schema/csaf.json"), "$schema is no member of CSAF 2.0", ""),
    ("openvex", "not affected without a reason", both(without("statements", -1, "justification"), put("statements", -1, "impact_statement", to="")), "needs a justification or an impact statement", "justification"),
    ("openvex", "a statement twice", again("statements"), "statements holds one item twice", "component"),
    ("openvex", "a product twice", again("statements", 0, "products"), "products holds one item twice", "component"),
    ("openvex", "a range of versions", put("statements", 0, "products", 0, "@id", to="pkg:github/example/tf-m?vers=1.0-2.0"), "OpenVEX has no ranges", "purl"),
    ("openvex", "two statuses of one release", more("statements", 4, "products", item={"@id": "pkg:github/trustedfirmware-m/trusted-firmware-m@1.3.0"}), "is fixed here and affected at", "purl"),
    ("openvex", "a version in words", put("version", to="2"), "wrong type", "revision"),
    ("cyclonedx", "a CWE of words", put(*FLAW, "cwes", to=["787"]), "wrong type", "weakness"),
    ("cyclonedx", "not affected without a reason", put(*FLAW, "analysis", to={"state": "not_affected"}), "needs a justification or a detail", "justification"),
    ("cyclonedx", "versions of a component twice", again(*FLAW, "affects"), "affects holds one item twice", "component"),
    ("cyclonedx", "a component of an own type", put("components", 0, "type", to="module"), "the type 'module' is none of", "component"),
    ("cyclonedx", "an address of an own type", put("components", 0, "externalReferences", 0, "type", to="git"), "no type of an external reference", "component"),
    ("cyclonedx", "an external reference without its address", without("components", 0, "externalReferences", 0, "url"), "needs a url", "component"),
    ("cyclonedx", "a property of a component without a name", without("components", 0, "properties", 0, "name"), "a property has no name", "component"),
    ("cyclonedx", "an analysis of no moment", put(*FLAW, "analysis", "firstIssued", to="git"), "firstIssued 'git' is no date", "component"),
    ("cyclonedx", "an advisory with a blank", put(*FLAW, "advisories", 0, "url", to=" https://example.org/2"), "is no address", "reference"),
    ("cyclonedx", "a version and a range", put(*FLAW, "affects", 0, "versions", 0, "range", to="vers:semver/>=1.0.0"), "not both", "line"),
    ("cyclonedx-1.6", "constraints of 1.7", put("metadata", "distributionConstraints", to={"tlp": "CLEAR"}), "came with 1.7", "tlp"),
    ("ghsa", "severity beside the vector", put("severity", to="high"), "exclude each other", "score"),
    ("ghsa", "two vectors", put("cvss_vector_string", to="CVSS:3.1/AV:L CVSS:4.0/AV:L"), "no CVSS vector", "score.vector"),
    ("ghsa", "an own ecosystem", put("vulnerabilities", 0, "package", "ecosystem", to="zephyr"), "firmware is 'other'", "component.name"),
    ("ghsa", "a credit by name", put("credits", 0, "login", to="Rosa Lind"), "no account of GitHub", "credit"),
    ("ghsa", "a type with blanks", put("credits", 0, "type", to="remediation developer"), "is none of", "credit"),
    ("ghsa", "a state of reporters", put("state", to="triage"), "is none of published, closed, draft", "state"),
    ("ghsa", "references as a field", put("references", to=["https://example.org"]), "goes into the description", ""),
    ("ghsa", "a CWE as a number", put("cwe_ids", to=["787"]), "is no CWE id", "weakness"),
    ("ghsa", "no package", put("vulnerabilities", to=[]), "vulnerabilities is empty", "component.line"),
]  # fmt: skip
"""The format, the rule, the mutation, words of the complaint, and what its field holds (nothing: of the publisher)."""


def document(name: str) -> Json:
    """The full record's document, as JSON."""
    target = TARGETS[name]
    made = target.write(record=public_part(RECORD, now=NOW), publisher=PUBLISHER, releases=RELEASES, now=NOW)
    return json.loads(target.dump(made))


@pytest.mark.parametrize(
    ("name", "rule", "mutate", "words", "field"), MUTANTS, ids=[f"{row[0]}-{row[1]}" for row in MUTANTS]
)
def test_a_mutant_is_rejected_in_words(name: str, rule: str, mutate: Mutation, words: str, field: str) -> None:
    target, tree = TARGETS[name], document(name)
    assert check_of(target, target.load(json.dumps(tree).encode()), now=NOW) == ()
    mutate(tree)
    found = check_of(target, target.load(json.dumps(tree).encode()), now=NOW)
    named = [each for each in found if words in each.sentence]
    assert named, [f"{each.rule} {each}" for each in found]
    assert field in named[0].field
    assert bool(field) == bool(named[0].field)
    if rule.startswith("6."):
        assert rule == named[0].rule


PROSE: list[tuple[str, str, dict[str, Any], str, str]] = [
    ("zephyr", "no CVE id", {"cve": "TFMV-9"}, "sorts by CVE id", "ids.cve"),
    ("zephyr", "no title", {"title": ""}, "has no title", "title.en"),
    ("zephyr", "more than the day under embargo", {"embargo_until": date(2027, 1, 1)}, "only id and day", "title.en"),
    ("zephyr", "a fix without an address", {"fixes": (Fix(branch="main", url="82289"),)}, "has no address", "fix.pr"),
    ("trustedfirmware", "an id of others", {"id": "CVE-2025-53022"}, "no id such as TFV-18", "id"),
    ("trustedfirmware", "no title", {"title": ""}, "has no title", "title.en"),
    ("trustedfirmware", "no versions", {"versions": ()}, "does not say which are affected", "component.line"),
    ("trustedfirmware", "no date", {"date": ""}, "has no date", "dates.public"),
    ("mail", "no subject", {"subject": " "}, "has no subject", "title"),
    ("mail", "no recipient", {"to": ()}, "has no recipient", ""),
    ("mail", "an id without brackets", {"message_id": "1@example.org"}, "no message id in angle brackets", ""),
    ("mail", "an embargo without its label", {"embargo_until": "2027-01-01", "tlp": ""}, "by a label of the", ""),
    ("atom", "an id that is an address", {"id": "https://example.org/1"}, "an address may move, an id may not", "id"),
    ("atom", "no link to itself", {"self_link": "http://example.org/feed"}, "no link to itself", ""),
]
"""The format, the rule, what is another value of the document, words of the complaint, and the field."""


@pytest.mark.parametrize(("name", "rule", "change", "words", "field"), PROSE, ids=[f"{r[0]}-{r[1]}" for r in PROSE])
def test_a_page_a_mail_or_a_feed_that_is_wrong_is_rejected(
    name: str, rule: str, change: dict[str, Any], words: str, field: str
) -> None:
    del rule
    target = TARGETS[name]
    right = target.write(record=public_part(RECORD, now=NOW), publisher=PUBLISHER, releases=RELEASES, now=NOW)
    assert check_of(target, right, now=NOW) == ()
    found = check_of(target, msgspec.structs.replace(right, **change), now=NOW)
    assert found
    named = [each for each in found if words in each.sentence]
    assert named, [str(each) for each in found]
    assert field in named[0].field


def test_an_entry_of_a_feed_keeps_the_rules_of_its_record() -> None:
    target = TARGETS["atom"]
    feed = target.write(record=public_part(RECORD, now=NOW), publisher=PUBLISHER, releases=RELEASES, now=NOW)
    for change, field in (({"title": ""}, "title.en"), ({"id": "TFMV-9"}, "id"), ({"links": ()}, "reference.url")):
        wrong = msgspec.structs.replace(feed, entries=(msgspec.structs.replace(feed.entries[0], **change),))
        assert [each.field for each in check_of(target, wrong, now=NOW)] == [field]


ONE_BRANCH = [{"range": "vers:semver/>=1.3.0|<2.1.3", "status": "affected"}]
SAYS: list[tuple[str, str, Mutation, str]] = [
    ("cve", "everything is affected by default", put(*CNA, "affected", 0, "defaultStatus", to="affected"), "release/2.3.x"),
    ("cve", "a branch without support is left out", without(*VERSIONS, 0), "release/2.0.x"),
    ("cve", "one range over two branches", put(*VERSIONS, 0, "lessThan", to="*"), "release/2.1.x"),
    ("osv", "commits as if they were one branch", put("affected", 0, "versions", to=[]), "main"),
    ("csaf20", "a release in no list", without(*FLAW, "product_status", "known_affected", 0), "main"),
    ("openvex", "a release without a statement", without("statements", 0, "products", 0), "main"),
    ("cyclonedx", "the range of one branch for all", both(*(put("vulnerabilities", place, "affects", 0, "versions", to=ONE_BRANCH) for place in range(4))), "release/2.2.x"),
    ("ghsa", "a range that is lost", without("vulnerabilities", -1), "release/2.2.x"),
]  # fmt: skip
"""The format, what is wrong, the mutation, and the branch that the complaint is about."""


@pytest.mark.parametrize(("name", "wrong", "mutate", "branch"), SAYS, ids=[f"{row[0]}-{row[1]}" for row in SAYS])
def test_a_document_that_says_another_thing_than_the_record_is_rejected(
    name: str, wrong: str, mutate: Mutation, branch: str
) -> None:
    del wrong
    target, tree, record = TARGETS[name], document(name), public_part(RECORD, now=NOW)
    mutate(tree)
    changed = target.load(json.dumps(tree).encode())
    found = disagreements(target, changed, record=record, releases=RELEASES)
    assert f"component[tf-m].line[{branch}]" in {each.field for each in found}
    assert all("the record says that" in each.sentence for each in found)
