"""A CSAF document, of 2.0 or 2.1, as a partial record, and where each field of a record stands in one."""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import msgspec
from packageurl import PackageURL

from midstream.advisories.carry import labelled
from midstream.advisories.carry.foreign import Unread, entry_at, foreign_of
from midstream.advisories.reading import Provenance, Reading
from midstream.advisories.record import (
    Advice,
    Advisory,
    Component,
    Credit,
    Dates,
    Distribution,
    Exploitation,
    Foreign,
    Ids,
    OtherId,
    Reference,
    Revision,
    Score,
    Statement,
    Tlp,
    Verdict,
    Weakness,
)
from midstream.advisories.targets.to_csaf import EXPLOITS, PATTERNS, SCORES, TARGET, WEAKNESSES
from midstream.formats.base.cvss import is_computed
from midstream.formats.base.moments import read_moment
from midstream.formats.base.node import wrong_members
from midstream.formats.csaf import document as csaf

_FLAW = "/vulnerabilities/0"
_NOTES = f"{_FLAW}/notes"
PLACES = {
    "id": "/document/tracking/id",
    "ids.cve": f"{_FLAW}/cve",
    "ids.ghsa": f"{_FLAW}/ids",
    "ids.aliases": f"{_FLAW}/ids, /document/references",
    "ids.other": f"{_FLAW}/ids",
    "ids.upstream": "/document/references",
    "ids.related": "/document/references",
    "title.en": "/document/title",
    "summary.en": f"{_NOTES}/* (Summary)",
    "details.en": f"{_NOTES}/* (Details)",
    "impact.en": f"{_FLAW}/threats/* (impact)",
    "weakness.cwe": f"{_FLAW}/cwe, {_NOTES}/* ({WEAKNESSES})",
    "attack_pattern": f"{_NOTES}/* ({PATTERNS})",
    "score.vector": f"{_FLAW}/scores, {_NOTES}/* ({SCORES})",
    "exploitation.status": f"{_FLAW}/threats/* (exploit_status)",
    "exploitation.at": f"{_FLAW}/threats/* (exploit_status)",
    "component.vendor": "/product_tree/branches/*/name",
    "component.name": "/product_tree/branches/*/branches/*/name",
    "component.purl": "/product_tree/…/product_identification_helper/purl",
    "component.cpe": "/product_tree/…/product_identification_helper/cpe",
    **{
        f"component.{field}": f"{_NOTES}/* (Code of …)"
        for field in (
            "key",
            "repo",
            "scheme",
            "kind",
            "fork_of",
            "ecosystem",
            "package",
            "paths",
            "routines",
            "modules",
            "platforms",
            "config",
        )
    },
    "component.line": f"{_FLAW}/product_status, {_NOTES}/* (Branch …)",
    "component.statement": f"{_FLAW}/product_status, {_NOTES}/* (Release …)",
    "workaround.text.en": f"{_FLAW}/remediations/* (workaround)",
    "mitigation.text.en": f"{_FLAW}/remediations/* (mitigation)",
    "reference.url": "/document/references/*/url",
    "reference.title": "/document/references/*/summary",
    "credit.name": f"{_FLAW}/acknowledgments/*/names",
    "credit.org": f"{_FLAW}/acknowledgments/*/organization",
    "credit.url": f"{_FLAW}/acknowledgments/*/urls",
    "dates.reported": f"{_FLAW}/discovery_date",
    "dates.public": f"{_FLAW}/release_date",
    "revision.number": "/document/tracking/revision_history/*/number",
    "revision.at": "/document/tracking/revision_history/*/date",
    "revision.summary": "/document/tracking/revision_history/*/summary",
    "distribution.tlp": "/document/distribution/tlp/label",
}
"""Where each field that a document of CSAF 2.0 keeps stands in it."""
PLACES_21 = PLACES | {
    "weakness.cwe": f"{_FLAW}/cwes, {_NOTES}/* ({WEAKNESSES})",
    "score.vector": f"{_FLAW}/metrics, {_NOTES}/* ({SCORES})",
    "component.purl": "/product_tree/…/product_identification_helper/purls",
    "dates.public": f"{_FLAW}/disclosure_date",
    **{
        f"{field}.text.en": f"{_FLAW}/remediations/* ({field}), {_NOTES}/* ({field.capitalize()})"
        for field in ("workaround", "mitigation")
    },
}
"""Where each field that a document of CSAF 2.1 keeps stands in it."""
_TARGETS = {"2.0": (TARGET, PLACES), "2.1": ("csaf21", PLACES_21)}
_LABELS: dict[str, Tlp] = {
    "WHITE": "clear",
    "CLEAR": "clear",
    "GREEN": "green",
    "AMBER": "amber",
    "AMBER+STRICT": "amber+strict",
    "RED": "red",
}
_STATUSES: dict[str, Verdict] = {
    "known_affected": "affected",
    "first_affected": "affected",
    "last_affected": "affected",
    "fixed": "fixed",
    "first_fixed": "fixed",
    "known_not_affected": "not_affected",
    "under_investigation": "under_investigation",
}
_POINTER = re.compile(r"(Upstream|Related|Alias): (\S+)")


def _is_read_note(notes: Sequence[Any], place: int) -> bool:
    """Return whether a note is ours, or the description of a document that is not; or of products, which are ours."""
    note = entry_at(notes, place)
    title = str(note.get("title", ""))
    is_ours = title in _TITLES or title.startswith(("Code of ", "Branch ", "Release "))
    return is_ours or note.get("category") in ("description", "summary") or _is_of_products(notes, place)


def _is_read_threat(threats: Sequence[Any], place: int) -> bool:
    threat = entry_at(threats, place)
    is_ours = threat.get("category") == "impact" or threat.get("details") in EXPLOITS.values()
    return is_ours or _is_of_products(threats, place)


def _is_of_products(items: Sequence[Any], place: int) -> bool:
    """Return whether an item names products or groups: those of another's tree, which ours does not have."""
    item = entry_at(items, place)
    return bool(item.get("product_ids") or item.get("group_ids"))


_TITLES = frozenset(
    {"Summary", "Details", "Title", WEAKNESSES, PATTERNS, SCORES, "Workaround", "Mitigation"}  # the last two in 2.1
)
UNREAD = (
    *(
        Unread(path=f"/document/{name}")
        for name in ("aggregate_severity", "distribution/text", "involvement", "license_expression", "source_lang")
    ),
    Unread(path="/document/notes/*", is_ours=_is_of_products),
    Unread(path="/document/tracking/aliases/*"),
    Unread(path="/document/x_extensions/*"),
    Unread(path="/x_extensions/*"),
    Unread(path=f"{_NOTES}/*", is_ours=_is_read_note),
    Unread(path=f"{_FLAW}/acknowledgments/*/summary"),
    Unread(path=f"{_FLAW}/dl_vuln_id"),
    Unread(path=f"{_FLAW}/first_known_exploitation_dates/*"),
    Unread(path=f"{_FLAW}/involvements/*", is_ours=_is_of_products),
    Unread(path=f"{_FLAW}/references/*"),
    Unread(path=f"{_FLAW}/threats/*", is_ours=_is_read_threat),
    Unread(path=f"{_FLAW}/x_extensions/*"),
    Unread(path=f"{_FLAW}/scores/*/cvss_v2"),
    Unread(path=f"{_FLAW}/scores/*/cvss_v3/*", is_ours=is_computed),
    *(
        Unread(path=f"{_FLAW}/metrics/*/content/{name}")
        for name in ("cvss_v2", "epss", "qualitative_severity_rating", "ssvc_v2", "x_extensions")
    ),
    *(Unread(path=f"{_FLAW}/metrics/*/content/{name}/*", is_ours=is_computed) for name in ("cvss_v3", "cvss_v4")),
)
"""What a CSAF document has a name for and the record has no field for; what names products is made anew."""


def read(document: csaf.CsafDocument) -> Reading:
    """Return what the document tells of its first vulnerability; a record is about one."""
    each = document.vulnerabilities[0] if document.vulnerabilities else csaf.Vulnerability()
    meta, notes = document.meta, {note.title: note.text for note in each.notes}
    pointers = [found for reference in meta.references if (found := _POINTER.fullmatch(reference.summary))]
    exploits = {words: status for status, words in EXPLOITS.items()}
    known = next((threat for threat in each.threats if threat.details in exploits), None)
    target, places = _TARGETS[document.edition.version]
    partial = Advisory(
        id=document.tracking.id,
        ids=_ids(each, pointers=pointers),
        title={"en": meta.title} if meta.title else {},
        summary=_english(notes.get("Summary") or _summed_up(each)),
        details=_english(notes.get("Details") or _described(each)),
        impact=_english(next((t.details for t in each.threats if t.category == "impact" and not t.product_ids), "")),
        weakness=tuple(Weakness(cwe=int(number)) for number in _numbers("CWE", _weaknesses(each, notes))),
        attack_pattern=tuple(map(int, _numbers("CAPEC", notes.get(PATTERNS, "")))),
        score=tuple(Score(vector=vector) for vector in _vectors(each, notes)),
        exploitation=Exploitation(status=exploits[known.details], at=read_moment(known.date))  # type: ignore[arg-type]  # keys of EXPLOITS are statuses
        if known
        else Exploitation(),
        component=_components(document, each),
        workaround=_advice(each, "workaround"),
        mitigation=_advice(each, "mitigation"),
        reference=tuple(
            Reference(url=reference.url, title="" if reference.summary == reference.url else reference.summary)
            for reference in meta.references
            if reference.category != "self" and not _POINTER.fullmatch(reference.summary)
        ),
        credit=tuple(
            Credit(name=name, org=entry.organization, url=(entry.urls or ("",))[0])
            for entry in (*each.acknowledgments, *meta.acknowledgments)
            for name in (entry.names or ("",))
        ),
        dates=Dates(reported=read_moment(each.discovery_date), public=read_moment(each.disclosed()[1])),
        revision=tuple(
            Revision(number=entry.number, at=read_moment(entry.date), summary=entry.summary)
            for entry in document.tracking.revision_history
        ),
        distribution=Distribution(tlp=_LABELS.get(_label(meta), "")),
        foreign=_foreign(document, target=target),
    )
    doubts = [str(fault) for fault in wrong_members(document)]
    if len(document.vulnerabilities) > 1:
        doubts.append(f"the document is about {len(document.vulnerabilities)} vulnerabilities; only the first was read")
    return Reading(
        partial=partial,
        provenance=Provenance(target=target, places=places),
        doubts=tuple(doubts),
    )


def about(document: csaf.CsafDocument, ids: AbstractSet[str]) -> csaf.CsafDocument:
    """Return the document with that vulnerability alone which has one of the ids; the whole when none has."""
    for each in document.vulnerabilities:
        if ids & {each.cve, *(entry.text for entry in each.ids)}:
            return msgspec.structs.replace(document, vulnerabilities=(each,))
    return document


def field_of(document: csaf.CsafDocument, path: str) -> str:
    """Return the record's field that the path in the document comes from; empty for what comes from none."""
    del document
    if path.startswith("/document/tracking"):
        return "id" if path.endswith("/id") else "revision"
    exact = {
        "/document/title": "title",
        "/document/distribution": "distribution.tlp",
        "/document/references": "reference",
        "/document/notes": "details",
        "/product_tree": "component",
        "/vulnerabilities": "component.line",
    }
    flaw = re.fullmatch(r"/vulnerabilities/[0-9]+(/.*)?", path)
    inner = {
        "/cve": "ids.cve",
        "/ids": "ids",
        "/cwe": "weakness",  # and /cwes
        "/notes": "details",
        "/scores": "score",
        "/metrics": "score",
        "/threats": "impact",
        "/flags": "component.line.justification",
        "/remediations": "component.line.fix",
        "/product_status": "component.line.status",
        "/acknowledgments": "credit",
        "/discovery_date": "dates.reported",
        "/release_date": "dates.public",
        "/disclosure_date": "dates.public",
    }
    if flaw is not None and not flaw[1]:
        return "ids"
    table, here = (inner, flaw[1]) if flaw else (exact, path)
    return next((field for start, field in table.items() if here.startswith(start)), "")


def _label(meta: csaf.Meta) -> str:
    return meta.distribution.tlp.label if meta.distribution and meta.distribution.tlp else ""


def _english(text: str) -> dict[str, str]:
    return {"en": text} if text else {}


def _foreign(document: csaf.CsafDocument, *, target: str) -> tuple[Foreign, ...]:
    """Return the foreign values, without the one address that we write where a product has no purl and no cpe."""
    first = msgspec.structs.replace(document, vulnerabilities=document.vulnerabilities[:1])
    found = foreign_of(first, target=target, unread=UNREAD)
    return tuple(each for each in found if not (each.path.endswith("/x_generic_uris") and _is_one(each)))


def _is_one(uris: Foreign) -> bool:
    return isinstance(uris.value, list) and [set(each) for each in uris.value] == [{"namespace", "uri"}]


def _summed_up(each: csaf.Vulnerability) -> str:
    """Return the summary of a document that is not ours, which gives it whatever title it likes."""
    if any(note.title in ("Summary", "Details", "Title") for note in each.notes):
        return ""
    return next((note.text for note in each.notes if note.category == "summary"), "")


def _described(each: csaf.Vulnerability) -> str:
    """Return the description of a document that is not ours."""
    if any(note.title in ("Summary", "Title") for note in each.notes):
        return ""
    return next((note.text for note in each.notes if note.category == "description"), "")


def _ids(each: csaf.Vulnerability, *, pointers: list[re.Match[str]]) -> Ids:
    named = [(entry.system_name, entry.text) for entry in each.ids]
    return Ids(
        cve=each.cve,
        ghsa=next((text for system, text in named if system == "GHSA"), ""),
        aliases=(
            *(text for system, text in named if system == "Alias"),
            *(found[2] for found in pointers if found[1] == "Alias"),
        ),
        upstream=tuple(found[2] for found in pointers if found[1] == "Upstream"),
        related=tuple(found[2] for found in pointers if found[1] == "Related"),
        other=tuple(
            OtherId(system=system, text=text) for system, text in named if system not in ("GHSA", "Alias", "Advisory")
        ),
    )


def _weaknesses(each: csaf.Vulnerability, notes: dict[str, str]) -> str:
    return notes.get(WEAKNESSES) or " ".join(one.id for _, one in each.weaknesses())


def _numbers(kind: str, text: str) -> list[str]:
    return re.findall(rf"{kind}-([1-9][0-9]{{0,5}})", text)


def _vectors(each: csaf.Vulnerability, notes: dict[str, str]) -> list[str]:
    if SCORES in notes:
        return notes[SCORES].split("\n")
    found = [
        rated.cvss[name].get("vectorString")
        for rated in each.ratings()
        for name in ("cvss_v3", "cvss_v4")
        if name in rated.cvss
    ]
    return list(dict.fromkeys(vector for vector in found if isinstance(vector, str)))


def _advice(each: csaf.Vulnerability, category: str) -> tuple[Advice, ...]:
    found = [remedy.details for remedy in each.remediations if remedy.category == category]
    found += [note.text for note in each.notes if note.title == category.capitalize()]
    return tuple(Advice(text={"en": text}) for text in found)


def _components(document: csaf.CsafDocument, each: csaf.Vulnerability) -> tuple[Component, ...]:
    found: dict[str, Component] = {}
    for _, product, above in document.products():
        by_kind = {branch.category: branch.name for branch in above}
        name = by_kind.get("product_name") or product.name
        if name not in found:
            helper = product.product_identification_helper or csaf.Helper()
            purl = next((each for _, each in helper.package_urls()), "")
            found[name] = _noted(
                Component(vendor=by_kind.get("vendor", ""), name=name, purl=_without_version(purl), cpe=helper.cpe),
                each,
            )
        if not found[name].line and not any(note.title == f"Code of {name}" for note in each.notes):
            found[name] = _with_statement(found[name], product, above, each)
    return tuple(found.values())


def _noted(component: Component, each: csaf.Vulnerability) -> Component:
    """Return the component with what our notes say of its code, branches and releases."""
    changes: dict[str, Any] = {}
    lines, statements = [], []
    for note in each.notes:
        place = note.title.removesuffix(f" of {component.name}")
        if place == note.title:
            continue
        if place == "Code":
            changes |= labelled.read_code(note.text)
        elif place.startswith("Branch "):
            lines.append(labelled.read_line(note.text, branch=place.removeprefix("Branch ")))
        elif place.startswith("Release "):
            statements.append(labelled.read_statement(note.text, release=place.removeprefix("Release ")))
    return msgspec.structs.replace(component, **changes, line=tuple(lines), statement=tuple(statements))


def _with_statement(
    component: Component, product: csaf.Product, above: tuple[csaf.Branch, ...], each: csaf.Vulnerability
) -> Component:
    """Return the component with what a document that is not ours says of one product."""
    status = each.product_status or csaf.Status()
    word = next((_STATUSES[name] for name in _STATUSES if product.product_id in getattr(status, name)), None)
    if word is None or not above or above[-1].category not in ("product_version", "product_version_range"):
        return component
    is_range = above[-1].category == "product_version_range"
    told = Statement(release="" if is_range else above[-1].name, range=above[-1].name if is_range else "", status=word)
    return msgspec.structs.replace(component, statement=(*component.statement, told))


def _without_version(purl: str) -> str:
    try:
        return PackageURL.from_string(purl)._replace(version=None).to_string()
    except ValueError:
        return ""
