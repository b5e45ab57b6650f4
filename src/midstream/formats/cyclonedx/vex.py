"""CycloneDX 1.6 and 1.7 documents that tell vulnerabilities (VEX): the typed document and its bytes.

Field names are those of the JSON schema (ECMA-424); `check_vex` has the rules that it does not catch.
"""

from typing import Any, Final

import msgspec

from midstream.formats.base.json_text import read_object, write_json
from midstream.formats.base.node import Node, read_node, write_node

VERSIONS: Final = ("1.6", "1.7")


class Property(Node, frozen=True, kw_only=True):
    """A name and a value that the standard has no field for; names begin with a namespace, as ``midstream:``."""

    name: str = ""
    value: str = ""


class Source(Node, frozen=True, kw_only=True):
    """Where a vulnerability, a reference or a rating comes from."""

    name: str = ""
    url: str = ""


class Reference(Node, frozen=True, kw_only=True):
    """The same vulnerability under another id."""

    id: str = ""
    source: Source | None = None


class Rating(Node, frozen=True, kw_only=True):
    """A severity, by whom and by what method."""

    source: Source | None = None
    score: float | None = None
    severity: str = ""
    method: str = ""
    vector: str = ""


class Link(Node, frozen=True, kw_only=True):
    """A published page about it (schema: advisory)."""

    title: str = ""
    url: str = ""


class Contact(Node, frozen=True, kw_only=True):
    """A person or a way to reach an organisation."""

    name: str = ""
    email: str = ""


class Organization(Node, frozen=True, kw_only=True):
    """An organisation (schema: organizationalEntity)."""

    name: str = ""
    url: tuple[str, ...] = ()
    contact: tuple[Contact, ...] = ()


class Credits(Node, frozen=True, kw_only=True):
    """Who found and reported it."""

    organizations: tuple[Organization, ...] = ()
    individuals: tuple[Contact, ...] = ()


class Analysis(Node, frozen=True, kw_only=True, rename="camel"):
    """The assessment: a state, why, and what is done."""

    state: str = ""
    justification: str = ""
    response: tuple[str, ...] = ()
    detail: str = ""
    first_issued: str = ""
    last_updated: str = ""


class Version(Node, frozen=True, kw_only=True):
    """A version or a range (``vers:``), not both, and whether it is affected, unaffected or unknown."""

    version: str = ""
    range: str = ""
    status: str = ""


class Affects(Node, frozen=True, kw_only=True):
    """Versions of one component; `ref` is its bom-ref."""

    ref: str = ""
    versions: tuple[Version, ...] = ()


class Vulnerability(Node, frozen=True, kw_only=True, rename={"bom_ref": "bom-ref"}):
    """One vulnerability with one assessment; another assessment of it is another entry with the same id."""

    bom_ref: str = ""
    id: str = ""
    source: Source | None = None
    references: tuple[Reference, ...] = ()
    ratings: tuple[Rating, ...] = ()
    cwes: tuple[int, ...] = ()
    description: str = ""
    detail: str = ""
    recommendation: str = ""
    workaround: str = ""
    advisories: tuple[Link, ...] = ()
    created: str = ""
    published: str = ""
    updated: str = ""
    rejected: str = ""
    credits: Credits | None = None
    analysis: Analysis | None = None
    affects: tuple[Affects, ...] = ()
    properties: tuple[Property, ...] = ()


class Component(Node, frozen=True, kw_only=True, rename={"bom_ref": "bom-ref", "external": "externalReferences"}):
    """A component that the vulnerabilities refer to; one entry stands for all of its versions."""

    type: str = ""
    bom_ref: str = ""
    supplier: Organization | None = None
    name: str = ""
    version: str = ""
    cpe: str = ""
    purl: str = ""
    external: tuple[dict[str, Any], ...] = ()
    properties: tuple[Property, ...] = ()


LABEL: Final = "midstream:tlp"
"""The property of the metadata that holds the TLP label in version 1.6."""


class Metadata(Node, frozen=True, kw_only=True, rename={"distribution": "distributionConstraints"}):
    """When it was made, by whom and for whom; `distribution` (TLP) came with 1.7."""

    timestamp: str = ""
    supplier: Organization | None = None
    properties: tuple[Property, ...] = ()
    distribution: dict[str, str] = msgspec.field(default_factory=dict)

    @property
    def label(self) -> tuple[str, str]:
        """The TLP label and its path: of the constraints, else, as 1.6 has none, of the property `LABEL`."""
        if "tlp" in self.distribution:
            return self.distribution["tlp"], "/metadata/distributionConstraints/tlp"
        for place, each in enumerate(self.properties):
            if each.name == LABEL:
                return each.value, f"/metadata/properties/{place}/value"
        return "", ""


class Document(Node, frozen=True, kw_only=True, rename="camel"):
    """A document of vulnerabilities."""

    bom_format: str = ""
    spec_version: str = ""
    serial_number: str = ""
    version: int = 0
    metadata: Metadata | None = None
    components: tuple[Component, ...] = ()
    vulnerabilities: tuple[Vulnerability, ...] = ()


def read(raw: bytes, *, where: str = "") -> Document:
    """The document that the bytes hold, unknown keys kept; DocumentError for what is no JSON object."""
    return read_node(read_object(raw, where=where), Document)


def write(document: Document) -> bytes:
    """The bytes of the document, the same for equal documents."""
    return write_json(write_node(document))
