"""Every target by name: what is written of a record, and how it is read back, checked and evaluated."""

from datetime import datetime
from typing import Any

from midstream.advisories.complaint import Complaint
from midstream.advisories.record import Advisory, Component, Publisher, Release, Verdict
from midstream.advisories.targets import from_csaf, from_cve, to_csaf, to_csaf21, to_cve, to_ghsa, to_osv
from midstream.advisories.targets.prose import to_atom, to_mail, to_trustedfirmware, to_zephyr
from midstream.advisories.targets.target import Target, file_stem, timeless
from midstream.advisories.targets.vex import to_cyclonedx, to_openvex, to_spdx
from midstream.formats.csaf import document as csaf
from midstream.formats.csaf import document21 as csaf21
from midstream.formats.csaf import rules as csaf_rules
from midstream.formats.csaf import rules21 as csaf21_rules
from midstream.formats.csaf.places import file_name
from midstream.formats.cve import document as cve
from midstream.formats.cve import rules as cve_rules
from midstream.formats.cve.versions import status_of
from midstream.formats.osv import document as osv
from midstream.formats.osv import rules as osv_rules
from midstream.formats.osv.evaluate import is_affected


def check_of(target: Target, document: Any, *, now: datetime) -> tuple[Complaint, ...]:  # noqa: ANN401 (any document)
    """Return what is wrong with a document, each complaint with the record's field it comes from."""
    return tuple(
        Complaint(
            target=target.name,
            rule=fault.rule,
            path=fault.path,
            field=target.field_of(document, fault.path),
            sentence=fault.sentence,
        )
        for fault in target.check(document, now=now)
    )


def _of_cve(document: cve.CveRecord, *, component: Component, release: Release) -> str:
    if document.metadata.state == "REJECTED":
        return "unaffected"  # it names no product: nothing is affected by what was no vulnerability
    entries = [each for each in document.cna.affected if each.product == component.name]
    return status_of(entries, version=release.version)


def _no_cve(record: Advisory, publisher: Publisher) -> str:
    if not record.ids.cve:
        return "the record has no CVE id (ids.cve); assign one first"
    return "" if publisher.cna_org_id else "the publisher has no CNA's organisation id (cna_org_id)"


def _of_osv(document: osv.OsvRecord, *, component: Component, release: Release) -> str:
    own = [entry for entry in document.affected if (entry.database_specific or {}).get("component") == component.key]
    return "affected" if is_affected(own, version=release.version, tags=(release.tag,)) else "unaffected"


def _nothing_affected(record: Advisory, publisher: Publisher) -> str:
    del publisher
    if record.state in ("withdrawn", "rejected") or any(
        line.status != "not_affected" for component in record.component for line in component.line
    ):
        return ""
    return "nothing is affected (component.line), and OSV has no word for that"


_SAID_BY_CSAF: dict[Verdict, str] = {
    "affected": "known_affected",
    "fixed": "fixed",
    "not_affected": "known_not_affected",
    "under_investigation": "under_investigation",
    "unknown": "unknown",
}


def _of_csaf(document: csaf.CsafDocument, *, component: Component, release: Release) -> str:
    """Return the word of the list that names the release's product; a product that no list names is unknown."""
    named = document.releases.get((component.name, release.version), frozenset())
    for each in document.vulnerabilities:
        status = each.product_status or csaf.Status()
        for name in ("known_affected", "fixed", "known_not_affected", "under_investigation"):
            if named.intersection(getattr(status, name)):
                return name
    return "unknown"


TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        Target(
            name="cve",
            title="CVE Record 5.2.0",
            media_type="application/json",
            is_public=True,
            file_name=lambda record: f"{file_stem(record.ids.cve or record.id)}.json",
            write=to_cve.write,
            dump=cve.write,
            load=cve.read,
            read=from_cve.read,
            check=cve_rules.check,
            field_of=from_cve.field_of,
            places=from_cve.PLACES,
            lacks=_no_cve,
            says={
                "affected": "affected",
                "fixed": "unaffected",
                "not_affected": "unaffected",
                "under_investigation": "unknown",
                "unknown": "unknown",
            },
            evaluate=_of_cve,
        ),
        Target(
            name="osv",
            title="OSV 1.7.5",
            media_type="application/json",
            is_public=True,
            file_name=lambda record: f"{file_stem(to_osv.identifier(record))}.json",
            write=to_osv.write,
            dump=osv.write,
            load=osv.read,
            read=to_osv.read,
            check=timeless(osv_rules.check),
            field_of=to_osv.field_of,
            places=to_osv.PLACES,
            lacks=_nothing_affected,
            says={
                "affected": "affected",
                "fixed": "unaffected",
                "not_affected": "unaffected",
                "under_investigation": "affected",
                "unknown": "affected",
            },
            evaluate=_of_osv,
        ),
        Target(
            name="csaf20",
            title="CSAF 2.0",
            media_type="application/json",
            is_public=True,
            file_name=lambda record: file_name(record.id),
            write=to_csaf.write,
            dump=csaf.write,
            load=csaf.read,
            read=from_csaf.read,
            about=from_csaf.about,
            check=timeless(csaf_rules.check),
            field_of=from_csaf.field_of,
            places=from_csaf.PLACES,
            says=_SAID_BY_CSAF,
            evaluate=_of_csaf,
        ),
        Target(
            name="csaf21",
            title=f"CSAF 2.1 ({csaf21.DRAFT})",
            media_type="application/json",
            is_public=True,
            file_name=lambda record: file_name(record.id),
            write=to_csaf21.write,
            dump=csaf21.write,
            load=csaf21.read,
            read=from_csaf.read,
            about=from_csaf.about,
            check=timeless(csaf21_rules.check),
            field_of=from_csaf.field_of,
            places=from_csaf.PLACES_21,
            says=_SAID_BY_CSAF,
            evaluate=_of_csaf,
        ),
        to_openvex.TARGET,
        to_cyclonedx.TARGET,
        to_cyclonedx.TARGET_1_6,
        to_spdx.TARGET,
        to_ghsa.TARGET,
        to_zephyr.TARGET,
        to_trustedfirmware.TARGET,
        to_mail.TARGET,
        to_atom.TARGET,
    )
}
"""The targets, in the order of the reference."""
