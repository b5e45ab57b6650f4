"""CSAF 2.0 documents, typed (OASIS Standard, 18 November 2022, section 3).

Version 2.1 adds to these types, in `document21`. What it writes elsewhere (scores, weaknesses, package URLs, the date
of disclosure) is asked for by methods, so that one reader and one check serve both.
"""

import functools
from collections.abc import Iterator
from typing import Any, ClassVar

import msgspec

from midstream.formats.base.json_text import read_object, write_json
from midstream.formats.base.node import Node, read_node, write_node

VERSION = "2.0"
_CATEGORIES = frozenset(
    {
        "architecture",
        "host_name",
        "language",
        "patch_level",
        "product_family",
        "product_name",
        "product_version",
        "product_version_range",
        "service_pack",
        "specification",
        "vendor",
    }
)
_ADVISORIES = frozenset({"csaf_security_advisory", "csaf_vex"})
_PROFILES = _ADVISORIES | {"csaf_base", "csaf_informational_advisory", "csaf_security_incident_response"}
_LATER = frozenset({"csaf_deprecated_security_advisory", "csaf_vulnerability_report"})
_REMEDIATIONS = frozenset({"mitigation", "no_fix_planned", "none_available", "vendor_fix", "workaround"})


class Edition(msgspec.Struct, frozen=True, kw_only=True):
    """The words that one version of the standard has and the other has not, or has otherwise.

    `advisories` are those profiles whose documents are about products and vulnerabilities.
    """

    version: str = VERSION
    labels: frozenset[str] = frozenset({"AMBER", "GREEN", "RED", "WHITE"})
    open_label: str = "WHITE"
    categories: frozenset[str] = _CATEGORIES | {"legacy"}
    remediations: frozenset[str] = _REMEDIATIONS
    profiles: frozenset[str] = _PROFILES
    advisories: frozenset[str] = _ADVISORIES


EDITION = Edition()
EDITION_21 = Edition(
    version="2.1",
    labels=frozenset({"AMBER", "AMBER+STRICT", "CLEAR", "GREEN", "RED"}),
    open_label="CLEAR",
    categories=_CATEGORIES | {"platform"},
    remediations=_REMEDIATIONS | {"fix_planned", "optional_patch"},
    profiles=_PROFILES | _LATER | {"csaf_superseded", "csaf_withdrawn"},
    advisories=_ADVISORIES | _LATER,
)


class Rated(msgspec.Struct, frozen=True, kw_only=True):
    """A rating of products: its place below the vulnerability, that of its CVSS objects, these by name, its source."""

    place: str
    inner: str
    products: tuple[str, ...]
    cvss: dict[str, dict[str, Any]]
    has_more: bool = False
    source: str = ""


class Helper(Node, frozen=True, kw_only=True):
    """By what else a product is known (section 3.1.3.3)."""

    cpe: str = ""
    purl: str = ""

    def package_urls(self) -> tuple[tuple[str, str], ...]:
        """Return each package URL with its place below the helper."""
        return (("purl", self.purl),) if self.purl else ()


class Product(Node, frozen=True, kw_only=True):
    """A full product name (section 3.1.3)."""

    name: str = ""
    product_id: str = ""
    product_identification_helper: Helper | None = None


class Branch(Node, frozen=True, kw_only=True):
    """A branch of the product tree; it has more branches, or is a product (section 3.1.2)."""

    category: str = ""
    name: str = ""
    branches: tuple["Branch", ...] = ()
    product: Product | None = None


class Group(Node, frozen=True, kw_only=True):
    """Products that are spoken of together."""

    group_id: str = ""
    product_ids: tuple[str, ...] = ()
    summary: str = ""


class Relationship(Node, frozen=True, kw_only=True):
    """A product made of two others."""

    category: str = ""
    full_product_name: Product | None = None
    product_reference: str = ""
    relates_to_product_reference: str = ""


class Tree(Node, frozen=True, kw_only=True):
    """The product tree (section 3.2.2)."""

    branches: tuple[Branch, ...] = ()
    full_product_names: tuple[Product, ...] = ()
    product_groups: tuple[Group, ...] = ()
    relationships: tuple[Relationship, ...] = ()

    def combinations(self) -> Iterator[tuple[str, Product | None, tuple[tuple[str, str], ...]]]:
        """Yield what is made of other products: its place in the tree, itself, and place and id of each part."""
        for place, each in enumerate(self.relationships):
            parts = ("product_reference", "relates_to_product_reference")
            yield f"relationships/{place}", each.full_product_name, tuple((name, getattr(each, name)) for name in parts)


class Note(Node, frozen=True, kw_only=True):
    """A text of a category (section 3.1.5)."""

    category: str = ""
    title: str = ""
    audience: str = ""
    text: str = ""


class Reference(Node, frozen=True, kw_only=True):
    """An address (section 3.1.10)."""

    category: str = ""
    summary: str = ""
    url: str = ""


class Acknowledgment(Node, frozen=True, kw_only=True):
    """Who helped (section 3.1.1)."""

    names: tuple[str, ...] = ()
    organization: str = ""
    summary: str = ""
    urls: tuple[str, ...] = ()


class Tlp(Node, frozen=True, kw_only=True):
    """A label of TLP 1, whose CLEAR is WHITE here (section 3.2.1.5.2)."""

    label: str = ""
    url: str = ""


class Distribution(Node, frozen=True, kw_only=True):
    """To whom it may go."""

    text: str = ""
    tlp: Tlp | None = None


class Publisher(Node, frozen=True, kw_only=True):
    """Who publishes it."""

    category: str = ""
    name: str = ""
    namespace: str = ""
    contact_details: str = ""
    issuing_authority: str = ""


class Revision(Node, frozen=True, kw_only=True):
    """One published version of the document."""

    number: str = ""
    date: str = ""
    summary: str = ""
    legacy_version: str = ""


class Tracking(Node, frozen=True, kw_only=True):
    """Its id, version and dates (section 3.2.1.12)."""

    id: str = ""
    aliases: tuple[str, ...] = ()
    status: str = ""
    version: str = ""
    initial_release_date: str = ""
    current_release_date: str = ""
    revision_history: tuple[Revision, ...] = ()
    generator: dict[str, Any] | None = None


class Meta(Node, frozen=True, kw_only=True):
    """What is said of the document itself (section 3.2.1)."""

    category: str = ""
    csaf_version: str = ""
    title: str = ""
    lang: str = ""
    source_lang: str = ""
    publisher: Publisher | None = None
    tracking: Tracking | None = None
    distribution: Distribution | None = None
    notes: tuple[Note, ...] = ()
    references: tuple[Reference, ...] = ()
    acknowledgments: tuple[Acknowledgment, ...] = ()
    aggregate_severity: dict[str, Any] | None = None


class Cwe(Node, frozen=True, kw_only=True):
    """A weakness, with the catalogue's name."""

    id: str = ""
    name: str = ""


class VulnerabilityId(Node, frozen=True, kw_only=True):
    """An id of another system than CVE."""

    system_name: str = ""
    text: str = ""


class Flag(Node, frozen=True, kw_only=True):
    """Why products are not affected (section 3.2.3.5)."""

    label: str = ""
    date: str = ""
    product_ids: tuple[str, ...] = ()
    group_ids: tuple[str, ...] = ()


class Involvement(Node, frozen=True, kw_only=True):
    """What a party did."""

    party: str = ""
    status: str = ""
    date: str = ""
    summary: str = ""


class Status(Node, frozen=True, kw_only=True):
    """Which products are how (section 3.2.3.9)."""

    first_affected: tuple[str, ...] = ()
    first_fixed: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    known_affected: tuple[str, ...] = ()
    known_not_affected: tuple[str, ...] = ()
    last_affected: tuple[str, ...] = ()
    recommended: tuple[str, ...] = ()
    under_investigation: tuple[str, ...] = ()


class Remediation(Node, frozen=True, kw_only=True):
    """What can be done (section 3.2.3.12)."""

    category: str = ""
    details: str = ""
    date: str = ""
    url: str = ""
    product_ids: tuple[str, ...] = ()
    group_ids: tuple[str, ...] = ()


class Threat(Node, frozen=True, kw_only=True):
    """What happens, or is known to happen (section 3.2.3.14)."""

    category: str = ""
    details: str = ""
    date: str = ""
    product_ids: tuple[str, ...] = ()
    group_ids: tuple[str, ...] = ()


class Score(Node, frozen=True, kw_only=True):
    """A CVSS score of products; version 4 is not of CSAF 2.0."""

    products: tuple[str, ...] = ()
    cvss_v2: dict[str, Any] | None = None
    cvss_v3: dict[str, Any] | None = None


class Vulnerability(Node, frozen=True, kw_only=True):
    """One vulnerability (section 3.2.3)."""

    cve: str = ""
    ids: tuple[VulnerabilityId, ...] = ()
    title: str = ""
    cwe: Cwe | None = None
    notes: tuple[Note, ...] = ()
    discovery_date: str = ""
    release_date: str = ""
    product_status: Status | None = None
    flags: tuple[Flag, ...] = ()
    involvements: tuple[Involvement, ...] = ()
    scores: tuple[Score, ...] = ()
    threats: tuple[Threat, ...] = ()
    remediations: tuple[Remediation, ...] = ()
    references: tuple[Reference, ...] = ()
    acknowledgments: tuple[Acknowledgment, ...] = ()

    def weaknesses(self) -> tuple[tuple[str, Cwe], ...]:
        """Return each weakness with its place below the vulnerability."""
        return (("cwe", self.cwe),) if self.cwe else ()

    def ratings(self) -> tuple[Rated, ...]:
        """Return each rating."""
        return tuple(
            Rated(
                place=f"scores/{place}",
                inner=f"scores/{place}",
                products=each.products,
                cvss={name: given for name in ("cvss_v2", "cvss_v3") if (given := getattr(each, name)) is not None},
            )
            for place, each in enumerate(self.scores)
        )

    def disclosed(self) -> tuple[str, str]:
        """Return the member that says since when the flaw is public, and what it says."""
        return "release_date", self.release_date


class CsafDocument(Node, frozen=True, kw_only=True, dict=True):
    """A whole document."""

    document: Meta | None = None
    product_tree: Tree | None = None
    vulnerabilities: tuple[Vulnerability, ...] = ()

    edition: ClassVar[Edition] = EDITION

    @property
    def meta(self) -> Meta:
        """What is said of the document, empty when nothing is."""
        return self.document or Meta()

    @property
    def tracking(self) -> Tracking:
        """Its tracking, empty when there is none."""
        return self.meta.tracking or Tracking()

    @functools.cached_property
    def releases(self) -> dict[tuple[str, str], frozenset[str]]:
        """The product ids of each version by itself, by the names of the product and of the version."""
        found: dict[tuple[str, str], set[str]] = {}
        for _, product, above in self.products():
            if above and above[-1].category == "product_version":
                for name in {branch.name for branch in above if branch.category == "product_name"}:
                    found.setdefault((name, above[-1].name), set()).add(product.product_id)
        return {names: frozenset(ids) for names, ids in found.items()}

    def products(self) -> Iterator[tuple[str, Product, tuple[Branch, ...]]]:
        """Yield every product defined, with its JSON Pointer and the branches above it."""
        tree = self.product_tree or Tree()
        yield from _in_branches(tree.branches, "/product_tree/branches", ())
        for place, product in enumerate(tree.full_product_names):
            yield f"/product_tree/full_product_names/{place}", product, ()
        for path, made, _ in tree.combinations():
            if made is not None:
                yield f"/product_tree/{path}/full_product_name", made, ()


def read(raw: bytes, *, where: str = "") -> CsafDocument:
    """Return the document that `raw` holds, whatever is wrong in it; raise `DocumentError` if it is no JSON object."""
    return read_node(read_object(raw, where=where), CsafDocument)


def write(document: CsafDocument) -> bytes:
    """Return the bytes of the document, members sorted (section 6.2.13), the same for the same content."""
    return write_json(write_node(document), is_sorted=True)


def _in_branches(
    branches: tuple[Branch, ...], path: str, above: tuple[Branch, ...]
) -> Iterator[tuple[str, Product, tuple[Branch, ...]]]:
    for place, branch in enumerate(branches):
        here = f"{path}/{place}"
        if branch.product is not None:
            yield f"{here}/product", branch.product, (*above, branch)
        yield from _in_branches(branch.branches, f"{here}/branches", (*above, branch))
