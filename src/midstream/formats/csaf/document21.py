"""CSAF 2.1 documents, typed, as of Committee Specification Draft 04: what that version adds to the types of 2.0.

Nothing of it is final. Members that 2.1 no longer has are still read where they stand, and the check rejects them.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

import msgspec

from midstream.formats.base.json_text import read_object, write_json
from midstream.formats.base.node import Node, read_node, write_node
from midstream.formats.csaf import document as csaf

VERSION = "2.1"
DRAFT = "CSD04"
"""The draft that is written and checked."""
SCHEMA = "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/csaf.json"


class Helper(csaf.Helper, frozen=True, kw_only=True):
    """By what else a product is known: several package URLs."""

    purls: tuple[str, ...] = ()

    def package_urls(self) -> tuple[tuple[str, str], ...]:
        """Return each package URL with its place below the helper."""
        return (*((f"purls/{place}", each) for place, each in enumerate(self.purls)), *super().package_urls())


class Product(csaf.Product, frozen=True, kw_only=True):
    """A full product name."""

    product_identification_helper: Helper | None = None


class Branch(csaf.Branch, frozen=True, kw_only=True):
    """A branch of the product tree."""

    branches: tuple["Branch", ...] = ()
    product: Product | None = None


class Subpath(Node, frozen=True, kw_only=True):
    """The next product of a path."""

    category: str = ""
    next_product_reference: str = ""


class ProductPath(Node, frozen=True, kw_only=True):
    """A product made of others, from the first on; in the place of the relationships of 2.0."""

    beginning_product_reference: str = ""
    full_product_name: Product | None = None
    subpaths: tuple[Subpath, ...] = ()


class Tree(csaf.Tree, frozen=True, kw_only=True):
    """The product tree."""

    branches: tuple[Branch, ...] = ()
    full_product_names: tuple[Product, ...] = ()
    product_paths: tuple[ProductPath, ...] = ()

    def combinations(self) -> Iterator[tuple[str, csaf.Product | None, tuple[tuple[str, str], ...]]]:
        """Yield what is made of other products: its place in the tree, itself, and place and id of each part."""
        yield from super().combinations()
        for place, each in enumerate(self.product_paths):
            steps = ((f"subpaths/{one}/next_product_reference", step) for one, step in enumerate(each.subpaths))
            parts = (
                ("beginning_product_reference", each.beginning_product_reference),
                *((path, step.next_product_reference) for path, step in steps),
            )
            yield f"product_paths/{place}", each.full_product_name, parts


class Contact(Node, frozen=True, kw_only=True):
    """How a party is reached."""

    details: str = ""
    email: str = ""
    public_openpgp_key_url: str = ""
    url: str = ""


class Publisher(csaf.Publisher, frozen=True, kw_only=True):
    """Who publishes it."""

    contact: Contact | None = None


class Distribution(csaf.Distribution, frozen=True, kw_only=True):
    """To whom it may go; with a sharing group, to that one."""

    sharing_group: dict[str, Any] | None = None


class Meta(csaf.Meta, frozen=True, kw_only=True):
    """What is said of the document itself."""

    publisher: Publisher | None = None
    distribution: Distribution | None = None
    license_expression: str = ""
    involvement: dict[str, Any] | None = None
    x_extensions: tuple[Any, ...] = ()


class Cwe(csaf.Cwe, frozen=True, kw_only=True):
    """A weakness, with the version of the catalogue that calls it so."""

    version: str = ""


class Status(csaf.Status, frozen=True, kw_only=True):
    """Which products are how."""

    unknown: tuple[str, ...] = ()


class Content(Node, frozen=True, kw_only=True):
    """What a metric says."""

    cvss_v2: dict[str, Any] | None = None
    cvss_v3: dict[str, Any] | None = None
    cvss_v4: dict[str, Any] | None = None
    epss: dict[str, Any] | None = None
    qualitative_severity_rating: str = ""
    ssvc_v2: dict[str, Any] | None = None
    x_extensions: tuple[Any, ...] = ()


class Metric(Node, frozen=True, kw_only=True):
    """A rating of products, by us or by the `source`."""

    content: Content | None = None
    products: tuple[str, ...] = ()
    source: str = ""


class Vulnerability(csaf.Vulnerability, frozen=True, kw_only=True):
    """One vulnerability."""

    cwes: tuple[Cwe, ...] = ()
    disclosure_date: str = ""
    dl_vuln_id: str = ""
    first_known_exploitation_dates: tuple[dict[str, Any], ...] = ()
    metrics: tuple[Metric, ...] = ()
    product_status: Status | None = None
    x_extensions: tuple[Any, ...] = ()

    def weaknesses(self) -> tuple[tuple[str, csaf.Cwe], ...]:
        """Return each weakness with its place below the vulnerability."""
        return (*((f"cwes/{place}", each) for place, each in enumerate(self.cwes)), *super().weaknesses())

    def ratings(self) -> tuple[csaf.Rated, ...]:
        """Return each rating."""
        found = []
        for place, each in enumerate(self.metrics):
            content = each.content or Content()
            names = ("cvss_v2", "cvss_v3", "cvss_v4")
            more = (content.epss, content.qualitative_severity_rating, content.ssvc_v2, content.x_extensions)
            found.append(
                csaf.Rated(
                    place=f"metrics/{place}",
                    inner=f"metrics/{place}/content",
                    products=each.products,
                    cvss={name: given for name in names if (given := getattr(content, name)) is not None},
                    has_more=any(more),
                    source=each.source,
                )
            )
        return (*found, *super().ratings())

    def disclosed(self) -> tuple[str, str]:
        """Return the member that says since when the flaw is public, and what it says."""
        return "disclosure_date", self.disclosure_date or self.release_date


class CsafDocument(csaf.CsafDocument, frozen=True, kw_only=True):
    """A whole document."""

    schema: str = msgspec.field(default="", name="$schema")
    document: Meta | None = None
    product_tree: Tree | None = None
    vulnerabilities: tuple[Vulnerability, ...] = ()
    x_extensions: tuple[Any, ...] = ()

    edition: ClassVar[csaf.Edition] = csaf.EDITION_21


def read(raw: bytes, *, where: str = "") -> CsafDocument:
    """Return the document that `raw` holds, whatever is wrong in it; raise `DocumentError` if it is no JSON object."""
    return read_node(read_object(raw, where=where), CsafDocument)


def write(document: CsafDocument) -> bytes:
    """Return the bytes of the document, members sorted, the same for the same content."""
    return write_json(write_node(document), is_sorted=True)
