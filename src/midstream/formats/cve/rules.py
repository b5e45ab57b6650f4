"""What a CVE Record must keep: the schema (5.1.1 and 5.2.0), what the service refuses, and what readers get wrong.

Rules named ``schema`` are of the schema, ``service`` of CVE Services, ``practice`` of how records are read.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from packageurl import PackageURL

from midstream.formats.base.addresses import split_address
from midstream.formats.base.cvss import faults_of
from midstream.formats.base.fault import Fault
from midstream.formats.base.moments import read_moment
from midstream.formats.base.node import repeated_items, unknown_members, write_node, wrong_members
from midstream.formats.base.versions import key_of
from midstream.formats.cve.document import Affected, Container, CveRecord, Metric, ProblemType, Text, Version

REFERENCE_TAGS = frozenset(
    {
        "broken-link",
        "customer-entitlement",
        "exploit",
        "government-resource",
        "issue-tracking",
        "mailing-list",
        "mitigation",
        "not-applicable",
        "patch",
        "permissions-required",
        "media-coverage",
        "product",
        "related",
        "release-notes",
        "signature",
        "technical-description",
        "third-party-advisory",
        "vendor-advisory",
        "vdb-entry",
    }
)
"""The closed list of tags of a reference (schema/tags/reference-tags.json)."""
CREDIT_TYPES = frozenset(
    {
        "finder",
        "reporter",
        "analyst",
        "coordinator",
        "remediation developer",
        "remediation reviewer",
        "remediation verifier",
        "tool",
        "sponsor",
        "other",
    }
)
STATUSES = frozenset({"affected", "unaffected", "unknown"})
UNIQUE = frozenset(
    {
        *("/affected/cpes", "/affected/modules", "/affected/platforms", "/affected/programFiles"),
        *("/affected/programRoutines", "/affected/versions/changes", "/references/tags", "/supportingMedia"),
        *("/cna/problemTypes", "/problemTypes/descriptions", "/cna/impacts", "/cna/metrics", "/metrics/scenarios"),
        *("/cna/configurations", "/cna/timeline", "/cna/credits", "/cna/tags", "/cna/replacedBy"),
    }
)
"""Lists whose items stand once (the schema's `uniqueItems`), besides those that have a rule of their own here."""
GRACE = timedelta(hours=24)
"""How far ahead `datePublic` may lie before the service refuses it."""
_UUID4 = re.compile(r"[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-4[0-9A-Fa-f]{3}-[89ABab][0-9A-Fa-f]{3}-[0-9A-Fa-f]{12}")
_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,19}")
_CWE = re.compile(r"CWE-[1-9][0-9]{0,4}")
_CAPEC = re.compile(r"CAPEC-[1-9][0-9]{0,4}")
_LANG = re.compile(r"[A-Za-z]{2,4}([_-][A-Za-z]{4})?([_-]([A-Za-z]{2}|[0-9]{3}))?")
_CPE = re.compile(r"c[pP][eE]:/|cpe:2\.3:[aho*-](:(\\.|[^:\\])+){10}")
_HASH = re.compile(r"[0-9a-f]{7,64}")


def check(document: CveRecord, *, now: datetime) -> tuple[Fault, ...]:
    """Return the faults of the record, in the order of the document; none when it may be sent."""
    found = wrong_members(document)
    found += repeated_items(document, lists=UNIQUE, rule="schema")
    found += _metadata(document)
    found += _names_and_dates(document)
    cna, path = document.cna, "/containers/cna"
    found += _unknown(document)
    if document.metadata.state == "REJECTED":
        found += _texts(cna.rejected_reasons, f"{path}/rejectedReasons", name="rejectedReasons", is_needed=True)
        return tuple(found)
    found += _texts(cna.descriptions, f"{path}/descriptions", name="descriptions", is_needed=True)
    for name, texts in (("workarounds", cna.workarounds), ("solutions", cna.solutions), ("exploits", cna.exploits)):
        found += _texts(texts, f"{path}/{name}", name=name, is_needed=False)
    found += _references(cna, f"{path}/references")
    if not cna.affected:
        found.append(_fault("schema", f"{path}/affected", "affected is missing; name at least one product"))
    for place, entry in enumerate(cna.affected):
        found += _affected(entry, f"{path}/affected/{place}")
    found += _mixed(cna.affected, f"{path}/affected")
    found += _classified(cna, path)
    found += _dated(cna, path, now=now)
    return tuple(found)


def _fault(rule: str, path: str, sentence: str) -> Fault:
    return Fault(rule=rule, path=path, sentence=sentence)


def _metadata(document: CveRecord) -> Iterator[Fault]:
    metadata = document.metadata
    if document.data_type != "CVE_RECORD":
        yield _fault("schema", "/dataType", "dataType must be CVE_RECORD")
    if not re.fullmatch(r"5\.[0-9]+(\.[0-9]+)?", document.data_version):
        yield _fault("schema", "/dataVersion", f"{document.data_version!r} is no version 5 of the record format")
    if not _CVE.fullmatch(metadata.cve_id):
        yield _fault("schema", "/cveMetadata/cveId", f"{metadata.cve_id!r} is no CVE id, such as CVE-2026-12345")
    if metadata.state not in ("PUBLISHED", "REJECTED"):
        yield _fault("schema", "/cveMetadata/state", f"the state {metadata.state!r} is neither PUBLISHED nor REJECTED")
    if not _UUID4.fullmatch(metadata.assigner_org_id):
        yield _fault("schema", "/cveMetadata/assignerOrgId", "the assigner's organisation id is no version 4 UUID")
    provider = document.cna.provider_metadata
    if provider is None or not _UUID4.fullmatch(provider.org_id):
        yield _fault(
            "schema", "/containers/cna/providerMetadata/orgId", "the provider's organisation id is no version 4 UUID"
        )


def _names_and_dates(document: CveRecord) -> Iterator[Fault]:
    """Yield short names of a wrong length, dates that are none, and an empty source.

    The service keeps these dates; its schema takes them without a zone too (timestamp).
    """
    metadata, provider, source = document.metadata, document.cna.provider_metadata, document.cna.source
    short = [("/cveMetadata/assignerShortName", metadata.assigner_short_name)]
    short += [("/containers/cna/providerMetadata/shortName", provider.short_name)] if provider else []
    for path, text in short:
        if text and not 2 <= len(text) <= 32:
            yield _fault("schema", path, f"the short name {text[:40]!r} has {len(text)} characters, wanted are 2 to 32")
    for name in ("date_reserved", "date_published", "date_rejected", "date_updated"):
        text = getattr(metadata, name)
        if text and read_moment(text) is None and read_moment(f"{text}Z") is None:
            path = f"/cveMetadata/date{name.removeprefix('date_').capitalize()}"
            yield _fault("schema", path, f"{text[:40]!r} is no date and time")
    if source is not None and not write_node(source):
        yield _fault("schema", "/containers/cna/source", "source is empty; leave it out")


def _unknown(document: CveRecord) -> Iterator[Fault]:
    for path, _ in unknown_members(document):
        name = path.rpartition("/")[2]
        parent = path.rpartition("/")[0]
        is_own = parent == "/containers/cna" and re.fullmatch(r"x_[^.]*", name)
        is_metric = name == "other" and re.fullmatch(r"/containers/cna/metrics/[0-9]+", parent)
        is_free = parent in ("/containers/cna/source", "/cveMetadata")
        if is_own or is_metric or is_free or f"{parent}/{name}" in _OTHERS:
            continue
        hint = "put what is your own under x_… beside it" if parent == "/containers/cna" else "leave it out"
        yield _fault("schema", path, f"{name} is no member of the record format; {hint}")


_OTHERS = frozenset({"/containers/cna/cpeApplicability", "/containers/cna/taxonomyMappings", "/containers/adp"})
"""Members of the format that have no type here, and are kept as they are."""


def _texts(texts: Sequence[Text], path: str, *, name: str, is_needed: bool) -> Iterator[Fault]:
    if is_needed and not texts:
        yield _fault("schema", path, f"{name} is missing; there must be one in English")
    elif is_needed and not any(re.split("[-_]", text.lang)[0] == "en" for text in texts):
        yield _fault("schema", path, f"none of {name} is in English")
    languages: set[str] = set()
    for place, text in enumerate(texts):
        here = f"{path}/{place}"
        if not _LANG.fullmatch(text.lang):
            yield _fault("schema", f"{here}/lang", f"{text.lang!r} is no language of the record format, such as en")
        if not 0 < len(text.value) <= 4096:
            yield _fault("schema", f"{here}/value", f"the text has {len(text.value)} characters, wanted are 1 to 4096")
        if any(not media.type or not 0 < len(media.value) <= 16384 for media in text.supporting_media):
            yield _fault("schema", f"{here}/supportingMedia", "a supporting text has a type and 1 to 16384 characters")
        if name == "descriptions" and text.lang in languages:
            yield _fault(
                "service", f"{here}/lang", f"two descriptions are in {text.lang!r}; the service takes one each"
            )
        languages.add(text.lang)
    if len(set(map(repr, texts))) != len(texts):
        yield _fault("schema", path, f"two of {name} are the same")


def _references(cna: Container, path: str) -> Iterator[Fault]:
    if not cna.references:
        yield _fault("schema", path, "references is missing; a record needs at least one public address")
    if len(cna.references) > 512:
        yield _fault("schema", path, f"{len(cna.references)} references, at most 512 are taken")
    if len(set(map(repr, cna.references))) != len(cna.references):
        yield _fault("schema", path, "two references are the same")
    for place, reference in enumerate(cna.references):
        parts = split_address(reference.url if len(reference.url) <= 2048 else "")
        if parts.scheme not in ("http", "https", "ftp") or not parts.netloc or re.search(r"[\s<>\"{}]", reference.url):
            yield _fault("schema", f"{path}/{place}/url", f"{reference.url[:80]!r} is no web address")
        if len(reference.name) > 512:
            yield _fault("schema", f"{path}/{place}/name", "the name has more than 512 characters")
        for tag in reference.tags:
            if tag not in REFERENCE_TAGS and not re.fullmatch(r"x_.{0,126}", tag):
                yield _fault(
                    "schema",
                    f"{path}/{place}/tags",
                    f"{tag!r} is no tag of the closed list (an advisory is vendor-advisory, a fix is patch)",
                )


def _affected(entry: Affected, path: str) -> Iterator[Fault]:
    if not (entry.vendor and entry.product) and not (entry.collection_url and entry.package_name):
        yield _fault("schema", path, "a product needs vendor and product, or collectionURL and packageName")
    if not entry.versions and not entry.default_status:
        yield _fault("schema", path, "a product needs versions or defaultStatus")
    if entry.default_status and entry.default_status not in STATUSES:
        yield _fault("schema", f"{path}/defaultStatus", f"{entry.default_status!r} is no status")
    if entry.package_url:
        yield from _package_url(entry.package_url, f"{path}/packageURL")
    if entry.repo and (re.search(r"\s", entry.repo) or not split_address(entry.repo).scheme):
        yield _fault("schema", f"{path}/repo", f"{entry.repo!r} is no address")
    yield from _code(entry, path)
    if len(set(map(repr, entry.versions))) != len(entry.versions):
        yield _fault("schema", f"{path}/versions", "two versions are the same")
    for place, version in enumerate(entry.versions):
        yield from _version(version, f"{path}/versions/{place}")
    yield from _overlaps(entry, f"{path}/versions")


def _code(entry: Affected, path: str) -> Iterator[Fault]:
    """Yield what is wrong in the names of a product, its CPEs and the parts of its code (schema: product)."""
    for place, cpe in enumerate(entry.cpes):
        if len(cpe) > 2048 or not _CPE.search(cpe):
            yield _fault("schema", f"{path}/cpes/{place}", f"{cpe[:80]!r} is no CPE name, such as cpe:2.3:a:…")
    for place, routine in enumerate(entry.program_routines):
        if not 0 < len(routine.name) <= 4096:
            here = f"{path}/programRoutines/{place}/name"
            yield _fault("schema", here, "a routine needs a name of 1 to 4096 characters")
    for name, texts, least, most in (
        ("vendor", (entry.vendor,), 0, 512),
        ("product", (entry.product,), 0, 2048),
        ("packageName", (entry.package_name,), 0, 2048),
        ("modules", entry.modules, 1, 4096),
        ("programFiles", entry.program_files, 1, 1024),
        ("platforms", entry.platforms, 0, 1024),
    ):
        if any(not least <= len(text) <= most for text in texts):
            yield _fault("schema", f"{path}/{name}", f"{name} has an empty text, or one of more than {most} characters")


def _package_url(text: str, path: str) -> Iterator[Fault]:
    try:
        purl = PackageURL.from_string(text)
    except ValueError:
        yield _fault("schema", path, f"{text!r} is no package URL")
        return
    if purl.version:
        yield _fault("schema", path, f"{text!r} has a version; the package URL of a record must not have one")


def _version(version: Version, path: str) -> Iterator[Fault]:
    if not version.version:
        yield _fault("schema", f"{path}/version", "a version without its version")
    if version.status not in STATUSES:
        yield _fault(
            "schema", f"{path}/status", f"the status {version.status!r} is none of {', '.join(sorted(STATUSES))}"
        )
    if version.less_than and version.less_than_or_equal:
        yield _fault("schema", path, "a range has lessThan or lessThanOrEqual, not both")
    if version.is_range and not version.version_type:
        yield _fault("schema", f"{path}/versionType", "a range without versionType; say how its versions are compared")
    if version.changes and not version.is_range:
        yield _fault("schema", f"{path}/changes", "only a range has changes")
    if version.less_than_or_equal and version.version == version.less_than_or_equal:
        yield _fault(
            "practice",
            f"{path}/lessThanOrEqual",
            f"from {version.version} up to {version.version} is one version; for all before it write 0 as the version",
        )
    yield from _bounds(version, path)


def _bounds(version: Version, path: str) -> Iterator[Fault]:
    for name, text in (
        ("version", version.version if version.is_range else ""),
        ("lessThan", "" if version.less_than == "*" else version.less_than),
        ("lessThanOrEqual", "" if version.less_than_or_equal == "*" else version.less_than_or_equal),
        *[("changes", change.at) for change in version.changes],
    ):
        if "*" in text:
            yield _fault("practice", f"{path}/{name}", f"{text!r}: the only wildcard is * alone, as the end of a range")
        elif (
            version.version_type == "semver" and text not in ("", "0") and key_of(scheme="semver", version=text) is None
        ):
            yield _fault("practice", f"{path}/{name}", f"{text!r} is no semantic version")
        elif version.version_type == "git" and text not in ("", "0") and not _HASH.fullmatch(text):
            yield _fault("practice", f"{path}/{name}", f"{text!r} is no commit")


def _overlaps(entry: Affected, path: str) -> Iterator[Fault]:
    ranges = []
    for place, version in enumerate(entry.versions):
        start = key_of(scheme="semver", version=version.version)
        if version.version_type != "semver" or not version.is_range or start is None:
            continue
        end = key_of(scheme="semver", version=version.less_than or version.less_than_or_equal)
        if end is not None and (end < start or (end == start and version.less_than)):
            yield _fault("practice", f"{path}/{place}", f"the range ends before it begins, at {version.version}")
        ranges.append((start, end, place))
    for (_, end, _), (start, _, place) in itertools.pairwise(sorted(ranges, key=lambda row: row[0])):
        if end is None or start < end:
            yield _fault("practice", f"{path}/{place}", "two ranges overlap; write one for each branch")


def _mixed(affected: Sequence[Affected], path: str) -> Iterator[Fault]:
    """Yield a fault for a list that mixes commits and versions, and for a product listed twice in one kind."""
    seen: set[tuple[str, str, bool]] = set()
    for place, entry in enumerate(affected):
        kinds = {version.version_type for version in entry.versions if version.version_type}
        if "git" in kinds and len(kinds) > 1:
            yield _fault(
                "practice",
                f"{path}/{place}/versions",
                "commits and versions in one list; write two entries for the product",
            )
        named = (entry.vendor or entry.collection_url, entry.product or entry.package_name, "git" in kinds)
        if named in seen:
            yield _fault("practice", f"{path}/{place}", f"{named[1]} is listed twice; write its ranges into one entry")
        seen.add(named)


def _classified(cna: Container, path: str) -> Iterator[Fault]:
    for place, kind in enumerate(cna.problem_types):
        yield from _problem(kind, f"{path}/problemTypes/{place}/descriptions")
    for place, impact in enumerate(cna.impacts):
        here = f"{path}/impacts/{place}"
        if impact.capec_id and not _CAPEC.fullmatch(impact.capec_id):
            yield _fault("schema", f"{here}/capecId", f"{impact.capec_id!r} is no CAPEC id, such as CAPEC-100")
        yield from _texts(impact.descriptions, f"{here}/descriptions", name="impacts", is_needed=True)
    for place, metric in enumerate(cna.metrics):
        yield from _metric(metric, f"{path}/metrics/{place}")
    for place, credit in enumerate(cna.credits):
        here = f"{path}/credits/{place}"
        if credit.type and credit.type not in CREDIT_TYPES:
            yield _fault("schema", f"{here}/type", f"{credit.type!r} is no type of credit; they have spaces")
        if not 0 < len(credit.value) <= 4096 or not _LANG.fullmatch(credit.lang):
            yield _fault("schema", here, "a credit needs a value and its language, such as en")
    if len(cna.title) > 256:
        yield _fault("schema", f"{path}/title", f"the title has {len(cna.title)} characters, at most 256 are taken")


def _problem(kind: ProblemType, path: str) -> Iterator[Fault]:
    if not kind.descriptions:
        yield _fault("schema", path, "a problem type without a description")
    for problem in kind.descriptions:
        if not 0 < len(problem.description) <= 4096 or not _LANG.fullmatch(problem.lang):
            yield _fault("schema", path, "a problem needs a description and its language, such as en")
        if problem.cwe_id and not _CWE.fullmatch(problem.cwe_id):
            yield _fault("schema", path, f"{problem.cwe_id!r} is no CWE id, such as CWE-787")
        if problem.cwe_id and problem.type != "CWE":
            yield _fault("schema", path, f"{problem.cwe_id} needs the type CWE")


def _metric(metric: Metric, path: str) -> Iterator[Fault]:
    scores = {
        "4.0": ("cvssV4_0", metric.cvss_4_0),
        "3.1": ("cvssV3_1", metric.cvss_3_1),
        "3.0": ("cvssV3_0", metric.cvss_3_0),
    }
    if not any((metric.cvss_4_0, metric.cvss_3_1, metric.cvss_3_0, metric.cvss_2_0, "other" in metric.other)):
        yield _fault("schema", path, "a metric needs a score, such as cvssV3_1")
    if len(metric.format) > 64:
        yield _fault(
            "schema", f"{path}/format", f"the format has {len(metric.format)} characters, at most 64 are taken"
        )
    for version, (name, score) in scores.items():
        if score is None:
            continue
        for sentence in faults_of(score):
            yield _fault("schema", f"{path}/{name}", sentence)
        if score.get("version") != version:
            yield _fault("schema", f"{path}/{name}/version", f"the version of a {name} is {version!r}")


def _dated(cna: Container, path: str, *, now: datetime) -> Iterator[Fault]:
    for name, text in (("datePublic", cna.date_public), ("dateAssigned", cna.date_assigned)):
        if text and read_moment(text) is None:
            yield _fault("schema", f"{path}/{name}", f"{text!r} is no moment with its zone")
    public = read_moment(cna.date_public)
    if public is not None and public > now + GRACE:
        yield _fault(
            "service",
            f"{path}/datePublic",
            "the public date lies ahead; the service takes it at that minute, not before",
        )
    for place, moment in enumerate(cna.timeline):
        has_text = 0 < len(moment.value) <= 4096 and _LANG.fullmatch(moment.lang)
        if read_moment(moment.time) is None or not has_text:
            yield _fault(
                "schema", f"{path}/timeline/{place}", "an entry needs a moment with its zone, a language and a text"
            )
