"""The record as a CSAF 2.0 security advisory.

Every release that the record judges is a product, and each run of affected versions one more, as a ``vers:`` range.
CSAF 2.0 has no place for branches, commits, code and CVSS 4: they stand in notes, one fact a line.
"""

import functools
from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec
from packageurl import PackageURL

from midstream.advisories.carry import labelled
from midstream.advisories.carry.foreign import with_foreign
from midstream.advisories.public import marking
from midstream.advisories.ranges import Judged, judged, runs_of, vers_of
from midstream.advisories.record import Advisory, Component, Credit, Publisher, Release, Verdict
from midstream.formats.base.cvss import Scored, scored
from midstream.formats.base.cwe import name_of
from midstream.formats.base.moments import write_moment
from midstream.formats.csaf import document as csaf
from midstream.formats.csaf.places import document_place

TARGET = "csaf20"
LABELS = {"clear": "WHITE", "green": "GREEN", "amber": "AMBER", "amber+strict": "AMBER", "red": "RED"}
"""The label of TLP 1 that CSAF 2.0 writes for one of TLP 2."""
EXPLOITS = {
    "none": "No exploitation is known.",
    "poc": "A proof of concept is public.",
    "active": "It is exploited.",
}
WEAKNESSES, PATTERNS, SCORES = "Weaknesses", "Attack patterns", "CVSS vectors"
"""The titles of notes that hold lists."""
_LISTS = {
    "affected": "known_affected",
    "fixed": "fixed",
    "not_affected": "known_not_affected",
    "under_investigation": "under_investigation",
}


class _Products(msgspec.Struct, frozen=True, kw_only=True):
    """The products of one component: each judged release with its id, and ranges of versions with theirs.

    The ranges are what is affected. A component of which nothing else is known is one range of all its versions, and
    is being looked at: CSAF names a product only by saying how it stands.
    """

    component: Component
    rows: tuple[tuple[str, Judged], ...]
    ranges: tuple[tuple[str, str], ...]
    ranges_are: Verdict = "affected"

    def of(self, verdict: str) -> tuple[str, ...]:
        """Return the ids of the products with that verdict."""
        found = tuple(identifier for identifier, row in self.rows if row.verdict == verdict)
        return found + (tuple(identifier for identifier, _ in self.ranges) if verdict == self.ranges_are else ())


def write(*, record: Advisory, publisher: Publisher, releases: Sequence[Release], now: datetime) -> csaf.CsafDocument:
    """Return the record's CSAF document. Its dates are those of its revisions; without one, `now`."""
    made = own_part(record=record, publisher=publisher, releases=releases, now=now)
    return with_foreign(made, record, target=TARGET)


def own_part(
    *, record: Advisory, publisher: Publisher, releases: Sequence[Release], now: datetime
) -> csaf.CsafDocument:
    """Return the record's CSAF document without what others put into theirs."""
    products = tuple(_products(record, component, releases=releases) for component in record.component)
    return csaf.CsafDocument(
        document=_meta(
            record, publisher=publisher, now=now, has_affected=any(each.of("affected") for each in products)
        ),
        product_tree=_tree(products, publisher=publisher),
        vulnerabilities=(_vulnerability(record, products),),
    )


def _meta(record: Advisory, *, publisher: Publisher, now: datetime, has_affected: bool) -> csaf.Meta:
    """Return what is said of the document: an advisory says what to do, so it is a VEX where nothing is affected."""
    revisions = tuple(
        csaf.Revision(
            number=each.number, date=write_moment(each.at or now), summary=each.summary or f"Revision {each.number}."
        )
        for each in record.revision
    ) or (csaf.Revision(number="1", date=write_moment(record.dates.public or now), summary="First published."),)
    first, last = revisions[0], revisions[-1]
    is_draft = record.state not in ("published", "withdrawn", "rejected")
    base = publisher.base_url or publisher.namespace
    label = LABELS.get(marking(record, now=now), "WHITE")
    place = document_place(tracking_id=record.id, label=label, year=int(first.date[:4]))
    address = f"{base.rstrip('/')}/{place}"
    found = [csaf.Reference(category="self", summary="This document", url=address)]
    found += [
        csaf.Reference(category="external", summary=each.title or each.url, url=each.url) for each in record.reference
    ]
    others = tuple(each for each in record.ids.aliases if each.startswith("CVE-"))
    for word, identifiers in (("Upstream", record.ids.upstream), ("Related", record.ids.related), ("Alias", others)):
        found += [_pointer(word, identifier) for identifier in identifiers]
    return csaf.Meta(
        category="csaf_security_advisory" if has_affected else "csaf_vex",
        csaf_version=csaf.VERSION,
        title=record.title.get("en") or record.id,
        lang="en",
        publisher=csaf.Publisher(
            category=publisher.category,
            name=publisher.name,
            namespace=publisher.namespace,
            contact_details=publisher.contact,
        ),
        tracking=csaf.Tracking(
            id=record.id,
            status="draft" if is_draft else "final",
            version=last.number,
            initial_release_date=first.date,
            current_release_date=last.date,
            revision_history=revisions,
        ),
        distribution=csaf.Distribution(tlp=csaf.Tlp(label=label)),
        references=tuple(found),
    )


def _pointer(word: str, identifier: str) -> csaf.Reference:
    place = "https://www.cve.org/CVERecord?id=" if identifier.startswith("CVE-") else "https://osv.dev/vulnerability/"
    return csaf.Reference(category="external", summary=f"{word}: {identifier}", url=f"{place}{identifier}")


def _products(record: Advisory, component: Component, *, releases: Sequence[Release]) -> _Products:
    found = judged(record=record, component=component, releases=releases)
    rows = tuple(
        (f"{component.key}:{row.release.version}", row) for row in found if row.is_real and row.verdict != "unknown"
    )
    runs = runs_of(found, component=component, counts={"affected"})
    ranges = tuple(
        (f"{component.key}:affected-{place}", vers_of((span,), scheme=component.scheme))
        for place, span in enumerate(runs, 1)
    )
    if not rows and not ranges:
        whole = ((f"{component.key}:all", "vers:generic/*"),)
        return _Products(component=component, rows=(), ranges=whole, ranges_are="under_investigation")
    return _Products(component=component, rows=rows, ranges=ranges)


def _tree(products: Sequence[_Products], *, publisher: Publisher) -> csaf.Tree | None:
    vendors: dict[str, list[csaf.Branch]] = {}
    for each in products:
        component = each.component
        leaves = [
            _leaf(component, "product_version", identifier, row.release.version, publisher=publisher)
            for identifier, row in each.rows
        ]
        leaves += [
            _leaf(component, "product_version_range", identifier, text, publisher=publisher)
            for identifier, text in each.ranges
        ]
        if leaves:
            branch = csaf.Branch(category="product_name", name=component.name or component.key, branches=tuple(leaves))
            vendors.setdefault(component.vendor or publisher.name, []).append(branch)
    if not vendors:
        return None
    return csaf.Tree(
        branches=tuple(
            csaf.Branch(category="vendor", name=name, branches=tuple(branches)) for name, branches in vendors.items()
        )
    )


def _leaf(component: Component, category: str, identifier: str, name: str, *, publisher: Publisher) -> csaf.Branch:
    version = name if category == "product_version" else ""
    helper = csaf.Helper(cpe=component.cpe, purl=_purl(component.purl, version=version))
    if not helper.cpe and not helper.purl:
        address = component.repo or f"{publisher.namespace.rstrip('/')}/{component.key}"
        generic = [{"namespace": publisher.namespace, "uri": address}]
        helper = csaf.Helper(other={"x_generic_uris": generic})
    product = csaf.Product(
        name=f"{component.name or component.key} {name}", product_id=identifier, product_identification_helper=helper
    )
    return csaf.Branch(category=category, name=name, product=product)


@functools.lru_cache(maxsize=8192)  # every advisory of a product names the same releases
def _purl(purl: str, *, version: str) -> str:
    try:
        found = PackageURL.from_string(purl)
    except ValueError:
        return ""
    return found._replace(version=version or None).to_string()


def _vulnerability(record: Advisory, products: Sequence[_Products]) -> csaf.Vulnerability:
    lists = {name: tuple(p for each in products for p in each.of(verdict)) for verdict, name in _LISTS.items()}
    ids = [("GHSA", record.ids.ghsa)] if record.ids.ghsa else []
    # A second CVE id is no id of another system (6.2.17); it stands among the references.
    ids += [("Alias", identifier) for identifier in record.ids.aliases if not identifier.startswith("CVE-")]
    ids += [(other.system, other.text) for other in record.ids.other]
    if not record.ids.cve and not ids:
        ids = [("Advisory", record.id)]
    root = record.weakness[0].cwe if record.weakness else 0
    return csaf.Vulnerability(
        cve=record.ids.cve,
        ids=tuple(csaf.VulnerabilityId(system_name=system, text=text) for system, text in ids),
        title=record.title.get("en", ""),
        cwe=csaf.Cwe(id=f"CWE-{root}", name=name_of(root)) if name_of(root) else None,
        notes=_notes(record),
        discovery_date=write_moment(record.dates.reported) if record.dates.reported else "",
        release_date=write_moment(record.dates.public) if record.dates.public else "",
        product_status=_status(lists),
        flags=_flags(products),
        scores=tuple(
            csaf.Score(products=rated, cvss_v3=own.json)
            for rated, own in ratings(record, lists["known_affected"], versions={"3.0": "3.0", "3.1": "3.1"})
        ),
        threats=_threats(record, products),
        remediations=_remediations(record, products),
        acknowledgments=tuple(_acknowledgment(credit) for credit in record.credit),
    )


def _status(lists: dict[str, tuple[str, ...]]) -> csaf.Status | None:
    if not any(lists.values()):
        return None
    return csaf.Status(
        known_affected=lists["known_affected"],
        fixed=lists["fixed"],
        known_not_affected=lists["known_not_affected"],
        under_investigation=lists["under_investigation"],
    )


def _notes(record: Advisory) -> tuple[csaf.Note, ...]:
    found = [
        ("summary", "Summary", record.summary.get("en", "")),
        ("description", "Details", record.details.get("en", "")),
    ]
    if not any(text for _, _, text in found):
        found.append(("general", "Title", record.title.get("en") or record.id))
    if record.weakness and (len(record.weakness) > 1 or not name_of(record.weakness[0].cwe)):
        found.append(("other", WEAKNESSES, ", ".join(f"CWE-{each.cwe}" for each in record.weakness)))
    found.append(("other", PATTERNS, ", ".join(f"CAPEC-{capec}" for capec in record.attack_pattern)))
    found.append(("other", SCORES, "\n".join(each.vector for each in record.score)))
    for component in record.component:
        name = component.name or component.key
        found.append(("details", f"Code of {name}", labelled.write_code(component)))
        found += [("details", f"Branch {line.branch} of {name}", labelled.write_line(line)) for line in component.line]
        found += [
            ("details", f"Release {each.release or each.range} of {name}", labelled.write_statement(each))
            for each in component.statement
        ]
    return tuple(csaf.Note(category=category, title=title, text=text) for category, title, text in found if text)


def _flags(products: Sequence[_Products]) -> tuple[csaf.Flag, ...]:
    by_label: dict[str, list[str]] = {}
    for each in products:
        for identifier, row in each.rows:
            if row.verdict == "not_affected" and (label := _justification(each.component, row.release)):
                by_label.setdefault(label, []).append(identifier)
    return tuple(csaf.Flag(label=label, product_ids=tuple(found)) for label, found in by_label.items())


def _justification(component: Component, release: Release) -> str:
    """Return why the release is not affected; what is older than the flaw does not have its code."""
    for statement in component.statement:
        if statement.release in (release.version, release.tag):
            return statement.justification
    line = next((each for each in component.line if each.branch == release.branch), None)
    if line is None or line.status == "not_affected":
        return line.justification if line else ""
    return "vulnerable_code_not_present"


def ratings(
    record: Advisory, affected: tuple[str, ...], *, versions: dict[str, str]
) -> Iterator[tuple[tuple[str, ...], Scored]]:
    """Yield products with their score: the first of each component, or of all, of each kind that `versions` names.

    `versions` has the kind of each version of CVSS; a product has one score of each kind.
    """
    taken: set[tuple[str, str]] = set()
    for score in record.score:
        own = scored(score.vector)
        if own is None or own.version not in versions:
            continue
        kind = versions[own.version]
        hit = tuple(p for p in affected if not score.component or p.startswith(f"{score.component}:"))
        free = tuple(product for product in hit if (kind, product) not in taken)
        taken.update((kind, product) for product in free)
        if free:
            yield free, own


def _threats(record: Advisory, products: Sequence[_Products]) -> tuple[csaf.Threat, ...]:
    found = [csaf.Threat(category="impact", details=record.impact["en"])] if record.impact.get("en") else []
    status = record.exploitation
    if status.status:
        date = write_moment(status.at) if status.at else ""
        found.append(csaf.Threat(category="exploit_status", details=EXPLOITS[status.status], date=date))
    for each in products:
        bare = [
            identifier
            for identifier, row in each.rows
            if row.verdict == "not_affected" and not _justification(each.component, row.release)
        ]
        if bare:
            found.append(csaf.Threat(category="impact", details="It is not affected.", product_ids=tuple(bare)))
    return tuple(found)


def _remediations(record: Advisory, products: Sequence[_Products]) -> tuple[csaf.Remediation, ...]:
    found: list[csaf.Remediation] = []
    for each in products:
        found += _fixes(each)
    affected = tuple(p for each in products for p in each.of("affected"))
    named = affected or tuple(identifier for each in products for identifier, _ in (*each.rows, *each.ranges))
    for category, advices in (("workaround", record.workaround), ("mitigation", record.mitigation)):
        found += [
            csaf.Remediation(category=category, details=advice.text["en"], product_ids=named)
            for advice in advices
            if advice.text.get("en") and named
        ]
    return tuple(found)


def _fixes(products: _Products) -> list[csaf.Remediation]:
    """Return what to do for each affected product: the release of its branch with the fix, or that there is none."""
    component = products.component
    lines = {line.branch: line for line in component.line}
    told: dict[tuple[str, str], list[str]] = {}
    for identifier, row in products.rows:
        if row.verdict == "affected":
            line = lines.get(row.release.branch)
            fixed = line.fix[-1].release if line and line.status == "fixed" and all(f.release for f in line.fix) else ""
            if fixed:
                word = ("vendor_fix", f"Update to {fixed} or later of {row.release.branch}.")
            elif line is not None and line.status in ("wont_fix", "eol"):
                word = ("no_fix_planned", f"{row.release.branch} gets no fix; move to a branch that has it.")
            else:
                word = ("none_available", "There is no release with a fix yet.")
            told.setdefault(word, []).append(identifier)
    released = [f.release for line in component.line if line.status == "fixed" for f in line.fix[-1:] if f.release]
    if products.ranges and products.ranges_are == "affected":
        words = f"Fixed in {', '.join(dict.fromkeys(released))}." if released else "There is no release with a fix yet."
        told.setdefault(("vendor_fix" if released else "none_available", words), []).extend(
            identifier for identifier, _ in products.ranges
        )
    if waiting := products.of("under_investigation"):
        told["none_available", "It is being looked at; there is nothing to do yet."] = list(waiting)
    return [
        csaf.Remediation(category=category, details=details, product_ids=tuple(found))
        for (category, details), found in told.items()
    ]


def _acknowledgment(credit: Credit) -> csaf.Acknowledgment:
    return csaf.Acknowledgment(
        names=(credit.name,) if credit.name else (),
        organization=credit.org,
        urls=(credit.url,) if credit.url else (),
    )
