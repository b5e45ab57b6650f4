"""What a CSAF document must keep: the schema, all mandatory tests of 2.0 (section 6.1) and optional ones (6.2).

Version 2.1 keeps these rules under the same numbers; those that it adds are in `rules21`.
"""

import re
from collections import Counter
from collections.abc import Iterator

from midstream.formats.base.addresses import split_address
from midstream.formats.base.fault import Fault
from midstream.formats.base.moments import read_moment
from midstream.formats.base.node import repeated_items, unknown_members, write_node, wrong_members
from midstream.formats.base.versions import Key, key_of
from midstream.formats.csaf.document import Acknowledgment, CsafDocument, Meta, Note, Reference, Revision
from midstream.formats.csaf.places import file_name
from midstream.formats.csaf.products import check_tree, check_uses, fault
from midstream.formats.csaf.vulnerabilities import check_vulnerability

PUBLISHERS = frozenset({"coordinator", "discoverer", "other", "translator", "user", "vendor"})
NOTES = frozenset({"description", "details", "faq", "general", "legal_disclaimer", "other", "summary"})
HELPERS = frozenset({"hashes", "model_numbers", "sbom_urls", "serial_numbers", "skus", "x_generic_uris"})
"""What helps to find a product besides its purl and its CPE (section 3.1.3.3); ``purls`` came with CSAF 2.1."""
UNIQUE = frozenset(
    {
        *("/product_identification_helper/purls", "/tracking/aliases", "/product_groups/product_ids"),
        *("/vulnerabilities/ids", "/vulnerabilities/flags", "/vulnerabilities/cwes", "/vulnerabilities/metrics"),
        *(f"/{name}/{ids}" for name in ("flags", "remediations", "threats") for ids in ("product_ids", "group_ids")),
        *("/scores/products", "/metrics/products", "/notes/product_ids", "/notes/group_ids"),
    }
)
"""Lists whose items stand once (the schemas' `uniqueItems`; products_t and product_groups_t, section 3.1)."""
_INTEGER = re.compile(r"0|[1-9][0-9]*")
_SEMVER = re.compile(
    r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?"
)
_LANG = re.compile(r"([A-Za-z]{2,3}|[A-Za-z]{4,8})(-[A-Za-z0-9]{1,8})*|[iI]-[A-Za-z]+")
_TWO_LETTERS = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de d"
    "v dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie"
    " ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv "
    "mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm r"
    "n ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts"
    " tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
"""The two-letter language codes of ISO 639."""


def check(document: CsafDocument) -> tuple[Fault, ...]:
    """Return the faults of the document; those of optional tests (6.2) are faults here too."""
    found = wrong_members(document)
    found += repeated_items(document, lists=UNIQUE, rule="schema")
    found += [
        fault("6.2.20", path, f"{path.rpartition('/')[2]} is no member of CSAF {document.edition.version}")
        for path, _ in unknown_members(document)
        if not _is_untyped(path)
    ]
    found += _meta(document)
    found += _tracking(document)
    found += check_tree(document)
    found += check_uses(document)
    found += _generic(document)
    for place, each in enumerate(document.vulnerabilities):
        found += check_vulnerability(document, each, f"/vulnerabilities/{place}")
        found += check_notes(each.notes, f"/vulnerabilities/{place}/notes")
        found += _thanks(each.acknowledgments, f"/vulnerabilities/{place}/acknowledgments")
    for cve, count in Counter(each.cve for each in document.vulnerabilities if each.cve).items():
        if count > 1:
            found.append(fault("6.1.23", "/vulnerabilities", f"{cve} has {count} entries; write one"))
    found += _profile(document)
    return tuple(found)


def _is_untyped(path: str) -> bool:
    """Return whether a member is of CSAF and has no type here: hashes, model numbers and the like of a product."""
    above, _, name = path.rpartition("/")
    if above.endswith("/product_identification_helper"):
        return name in HELPERS
    return "/product_identification_helper/" in path or path.endswith(
        ("/entitlements", "/restart_required", "/x_extensions")
    )


def _meta(document: CsafDocument) -> Iterator[Fault]:
    meta = document.meta
    edition = document.edition
    if meta.csaf_version != edition.version:
        yield fault("schema", "/document/csaf_version", f"{meta.csaf_version!r} is not CSAF {edition.version}")
    if not meta.title:
        yield fault("schema", "/document/title", "the document has no title")
    publisher = meta.publisher
    if publisher is None or publisher.category not in PUBLISHERS or not publisher.name:
        yield fault("schema", "/document/publisher", "the publisher needs a name and a category, such as vendor")
    elif not split_address(publisher.namespace).scheme:
        yield fault("schema", "/document/publisher/namespace", f"{publisher.namespace!r} is no address")
    elif publisher.category == "translator" and not meta.source_lang:
        yield fault("6.1.15", "/document/source_lang", "a translator names the language that was translated")
    yield from _languages(meta)
    label = meta.distribution.tlp.label if meta.distribution and meta.distribution.tlp else ""
    if label not in edition.labels:
        yield fault(
            "6.2.10" if not label else "schema",
            "/document/distribution/tlp/label",
            f"{label!r} is no TLP label of CSAF {edition.version} (clear is written {edition.open_label})",
        )
    yield from check_notes(meta.notes, "/document/notes")
    yield from check_references(meta.references, "/document/references")
    yield from _thanks(meta.acknowledgments, "/document/acknowledgments")


def _languages(meta: Meta) -> Iterator[Fault]:
    for name, lang in (("lang", meta.lang), ("source_lang", meta.source_lang)):
        first = lang.partition("-")[0].lower()
        if lang and (not _LANG.fullmatch(lang) or (len(first) == 2 and first not in _TWO_LETTERS.split())):
            yield fault("6.1.12", f"/document/{name}", f"{lang!r} is no language of BCP 47")
    if meta.lang and meta.lang == meta.source_lang:
        yield fault("6.1.28", "/document/source_lang", "the text and what it was translated from are in one language")
    if not meta.lang:
        yield fault("6.2.12", "/document/lang", "the language of the document is not said")


def check_notes(notes: tuple[Note, ...], path: str) -> Iterator[Fault]:
    """Yield what is wrong in notes."""
    for place, note in enumerate(notes):
        if note.category not in NOTES or not note.text:
            yield fault("schema", f"{path}/{place}", "a note needs a text and a category, such as description")


def _thanks(given: tuple[Acknowledgment, ...], path: str) -> Iterator[Fault]:
    """Yield acknowledgments of nobody (section 3.1.1)."""
    for place, each in enumerate(given):
        if not write_node(each):
            yield fault("schema", f"{path}/{place}", "an acknowledgment names nobody and says nothing; leave it out")


def _generic(document: CsafDocument) -> Iterator[Fault]:
    """Yield generic URIs of a product that lack their address or their namespace (section 3.1.3.3.8).

    The schema of 2.0 is of a draft of JSON Schema whose formats need not be asserted; so any text is an address there.
    """
    is_lenient = document.edition.version == "2.0"
    for path, product, _ in document.products():
        helper = product.product_identification_helper
        given = helper.other.get("x_generic_uris") if helper is not None else None
        if given is None:
            continue
        here = f"{path}/product_identification_helper/x_generic_uris"
        if not isinstance(given, list) or not given:
            yield fault("schema", here, "x_generic_uris is a list of at least one address; else leave it out")
            continue
        for place, each in enumerate(given):
            texts = [each.get(name) for name in ("namespace", "uri")] if isinstance(each, dict) else [None]
            if not all(isinstance(text, str) and (is_lenient or split_address(text).scheme) for text in texts):
                yield fault(
                    "schema", f"{here}/{place}", "a generic URI needs a namespace and a uri, which are addresses"
                )


def check_references(references: tuple[Reference, ...], path: str) -> Iterator[Fault]:
    """Yield what is wrong in references."""
    for place, reference in enumerate(references):
        if not split_address(reference.url).scheme or re.search(r"[\s<>\"]", reference.url):
            yield fault("schema", f"{path}/{place}/url", f"{reference.url[:80]!r} is no address")
        if not reference.summary:
            yield fault("schema", f"{path}/{place}/summary", "a reference needs a summary")
        if reference.category not in ("", "external", "self"):
            yield fault("schema", f"{path}/{place}/category", f"{reference.category!r} is neither external nor self")


def _tracking(document: CsafDocument) -> Iterator[Fault]:
    tracking, path = document.tracking, "/document/tracking"
    if not tracking.id or tracking.id != tracking.id.strip():
        yield fault("schema", f"{path}/id", "the document has no id, or one with blanks around it")
    if tracking.status not in ("draft", "final", "interim"):
        yield fault("schema", f"{path}/status", f"{tracking.status!r} is none of draft, final and interim")
    for name, text in (("initial", tracking.initial_release_date), ("current", tracking.current_release_date)):
        if read_moment(text) is None:
            yield fault("schema", f"{path}/{name}_release_date", f"{text!r} is no moment with its zone")
    history = tracking.revision_history
    if not history:
        yield fault("schema", f"{path}/revision_history", "the document has no revision")
    for place, revision in enumerate(history):
        here = f"{path}/revision_history/{place}"
        if not _is_version(revision.number) or not revision.summary or read_moment(revision.date) is None:
            yield fault("schema", here, "a revision needs a number, a moment with its zone and a summary")
    if not _is_version(tracking.version):
        yield fault("schema", f"{path}/version", f"{tracking.version!r} is neither an integer nor a semantic version")
    yield from _history(document)


def _is_version(text: str) -> bool:
    return bool(_INTEGER.fullmatch(text) or _SEMVER.fullmatch(text))


def _history(document: CsafDocument) -> Iterator[Fault]:
    tracking, path = document.tracking, "/document/tracking"
    numbers = [revision.number for revision in tracking.revision_history]
    kinds = {bool(_INTEGER.fullmatch(number)) for number in (*numbers, tracking.version) if _is_version(number)}
    if len(kinds) > 1:
        yield fault("6.1.30", path, "integers and semantic versions are mixed in the numbers of revisions")
        return
    dated = sorted(tracking.revision_history, key=_when)
    order = [revision.number for revision in dated]
    if order != sorted(numbers, key=lambda number: key_of(scheme="semver", version=number) or ()):
        yield fault("6.1.14", f"{path}/revision_history", "the revisions' numbers and their dates are in another order")
    last = max(numbers, key=lambda number: key_of(scheme="semver", version=number) or (), default="")
    is_draft = tracking.status == "draft"
    if last and _plain(tracking.version, keep_pre=not is_draft) != _plain(last, keep_pre=not is_draft):
        yield fault("6.1.16", f"{path}/version", f"the version is {tracking.version}, the last revision is {last}")
    if _is_early(tracking.version) and not is_draft:
        yield fault(
            "6.1.17", f"{path}/status", f"version {tracking.version} is a draft's; its status is {tracking.status}"
        )
    if "-" in tracking.version.partition("+")[0] and not is_draft:
        yield fault("6.1.20", f"{path}/version", f"a {tracking.status} document has the pre-release {tracking.version}")
    for place, revision in enumerate(tracking.revision_history):
        here = f"{path}/revision_history/{place}/number"
        if _is_early(revision.number) and not is_draft:
            yield fault("6.1.18", here, f"a {tracking.status} document keeps the draft's revision {revision.number}")
        if "-" in revision.number.partition("+")[0]:
            yield fault("6.1.19", here, f"the revision {revision.number} is a pre-release")
        if "+" in revision.number:
            yield fault("6.2.4", here, f"the revision {revision.number} has build metadata")
    yield from _gaps(numbers, path)
    yield from _release_dates(document, dated)


def _gaps(numbers: list[str], path: str) -> Iterator[Fault]:
    for number, count in Counter(_plain(number, keep_pre=True) for number in numbers).items():
        if count > 1:
            yield fault("6.1.22", f"{path}/revision_history", f"the revision {number} is there twice")
    # Cut off where int() refuses hostile numbers: so long a one leaves a gap whatever its other digits are.
    majors = sorted({int(number.partition(".")[0][:19]) for number in numbers if _is_version(number)})
    if majors and (majors[0] > 1 or majors[-1] - majors[0] >= len(majors)):
        yield fault("6.1.21", f"{path}/revision_history", f"revisions are missing among {', '.join(map(str, majors))}")


def _release_dates(document: CsafDocument, dated: list[Revision]) -> Iterator[Fault]:
    tracking, path = document.tracking, "/document/tracking"
    moments = [moment for revision in dated if (moment := read_moment(revision.date)) is not None]
    initial, current = read_moment(tracking.initial_release_date), read_moment(tracking.current_release_date)
    if moments and initial and initial < moments[0]:
        yield fault("6.2.5", f"{path}/initial_release_date", "the first release lies before the first revision")
    if moments and current and current < moments[-1]:
        yield fault("6.2.6", f"{path}/current_release_date", "the current release lies before the last revision")


def _when(revision: Revision) -> tuple[float, Key]:
    moment = read_moment(revision.date)
    return (moment.timestamp() if moment else 0.0), key_of(scheme="semver", version=revision.number) or ()


def _plain(version: str, *, keep_pre: bool) -> str:
    version = version.partition("+")[0]
    return version if keep_pre else version.partition("-")[0]


def _is_early(version: str) -> bool:
    return version == "0" or version.startswith("0.")


def _profile(document: CsafDocument) -> Iterator[Fault]:
    meta, category, profiles = document.meta, document.meta.category, document.edition.profiles
    path = "/document/category"
    if not category or category != category.strip(" -_.\t"):
        yield fault("schema", path, f"{category!r} is no category")
    simple = re.sub(r"[\s_-]", "", category).lower().removeprefix("csaf")
    alike = {re.sub(r"_", "", profile).removeprefix("csaf") for profile in profiles} - {"base"} | {"csafbase"}
    if category not in profiles and (category.lower().startswith("csaf_") or simple in alike):
        yield fault("6.1.26", path, f"{category!r} looks like a profile of CSAF and is none")
    yield from _informational(document)
    if category not in document.edition.advisories:
        return
    if document.product_tree is None:
        yield fault("6.1.27.4", "/product_tree", f"{category} needs a product tree")
    if not document.vulnerabilities:
        yield fault("6.1.27.11", "/vulnerabilities", f"{category} needs a vulnerability")
    own = file_name(document.tracking.id)
    selves = [each for each in meta.references if each.category == "self" and each.url.startswith("https://")]
    if not any(each.url.endswith(f"/{own}") for each in selves):
        yield fault("6.2.11", "/document/references", f"no reference of category self to https://…/{own}")


def _informational(document: CsafDocument) -> Iterator[Fault]:
    meta, category = document.meta, document.meta.category
    if category in ("csaf_security_incident_response", "csaf_informational_advisory"):
        if not any(note.category in ("description", "details", "general", "summary") for note in meta.notes):
            yield fault("6.1.27.1", "/document/notes", f"{category} needs a note that says what it is about")
        if not any(reference.category in ("", "external") for reference in meta.references):
            yield fault("6.1.27.2", "/document/references", f"{category} needs a reference to something outside")
    if category == "csaf_informational_advisory" and document.vulnerabilities:
        yield fault("6.1.27.3", "/vulnerabilities", f"{category} has no vulnerabilities")
