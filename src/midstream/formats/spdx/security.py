"""SPDX 3.0.1 documents of the security profile, as JSON-LD: elements in a graph, and the security ones by type.

Vocabulary: SPDX 3.0.1, classes Core/* and Security/*. An element is a JSON object with a `type`; those we know have a
Struct, all others stay as they are.
"""

from typing import Any, Final, TypeAlias

from midstream.formats.base.json_text import read_object, write_json
from midstream.formats.base.node import Node, read_node, write_node

CONTEXT: Final = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
SPEC_VERSION: Final = "3.0.1"


class CreationInfo(Node, frozen=True, kw_only=True, rename={"id": "@id", "spec_version": "specVersion"}):
    """Who made elements, and when (Core/CreationInfo). `id` is a blank node, such as ``_:made``."""

    type: str = ""
    id: str = ""
    created: str = ""
    createdBy: tuple[str, ...] = ()  # noqa: N815 - as the vocabulary has it
    spec_version: str = ""


class ExternalIdentifier(Node, frozen=True, kw_only=True, rename="camel"):
    """An id elsewhere (Core/ExternalIdentifier): cve, cpe23, packageUrl, securityOther and so on."""

    type: str = ""
    external_identifier_type: str = ""
    identifier: str = ""
    identifier_locator: tuple[str, ...] = ()
    issuing_authority: str = ""
    comment: str = ""


class ExternalRef(Node, frozen=True, kw_only=True, rename="camel"):
    """A page elsewhere (Core/ExternalRef): securityAdvisory, securityFix, cwe and so on."""

    type: str = ""
    external_ref_type: str = ""
    locator: tuple[str, ...] = ()
    comment: str = ""


class Entry(
    Node, frozen=True, kw_only=True, rename={"name": "extension_cdxPropName", "value": "extension_cdxPropValue"}
):
    """A name and a value (Extension/CdxPropertyEntry)."""

    type: str = ""
    name: str = ""
    value: str = ""


class Extension(Node, frozen=True, kw_only=True, rename={"entries": "extension_cdxProperty"}):
    """Values the vocabulary has no property for (Extension/CdxPropertiesExtension)."""

    type: str = ""
    entries: tuple[Entry, ...] = ()


class Element(Node, frozen=True, kw_only=True, rename="camel"):
    """What all elements have (Core/Element)."""

    type: str = ""
    spdx_id: str = ""
    creation_info: str = ""
    name: str = ""
    summary: str = ""
    description: str = ""
    comment: str = ""
    external_identifier: tuple[ExternalIdentifier, ...] = ()
    external_ref: tuple[ExternalRef, ...] = ()
    extension: tuple[Extension, ...] = ()


class Agent(Element, frozen=True, kw_only=True, rename="camel"):
    """An organisation or a person (Core/Organization, Core/Person)."""


class SpdxDocument(Element, frozen=True, kw_only=True, rename="camel"):
    """The document itself (Core/SpdxDocument)."""

    profile_conformance: tuple[str, ...] = ()
    root_element: tuple[str, ...] = ()
    element: tuple[str, ...] = ()


_VULNERABILITY: Final = {
    "spdx_id": "spdxId",
    "creation_info": "creationInfo",
    "external_identifier": "externalIdentifier",
    "external_ref": "externalRef",
    "published": "security_publishedTime",
    "modified": "security_modifiedTime",
    "withdrawn": "security_withdrawnTime",
}


class Vulnerability(Element, frozen=True, kw_only=True, rename=_VULNERABILITY):
    """A vulnerability (Security/Vulnerability)."""

    published: str = ""
    modified: str = ""
    withdrawn: str = ""


_PACKAGE: Final = {
    "spdx_id": "spdxId",
    "creation_info": "creationInfo",
    "external_identifier": "externalIdentifier",
    "external_ref": "externalRef",
    "version": "software_packageVersion",
    "purl": "software_packageUrl",
    "download": "software_downloadLocation",
}


class Package(Element, frozen=True, kw_only=True, rename=_PACKAGE):
    """One release of a component (Software/Package)."""

    version: str = ""
    purl: str = ""
    download: str = ""


_RELATIONSHIP: Final = {
    "spdx_id": "spdxId",
    "creation_info": "creationInfo",
    "external_identifier": "externalIdentifier",
    "external_ref": "externalRef",
    "from_": "from",
    "relationship": "relationshipType",
    "published": "security_publishedTime",
    "notes": "security_statusNotes",
    "action": "security_actionStatement",
    "impact": "security_impactStatement",
    "justification": "security_justificationType",
    "score": "security_score",
    "severity": "security_severity",
    "vector": "security_vectorString",
    "supplied_by": "suppliedBy",
}


class Assessment(Element, frozen=True, kw_only=True, rename=_RELATIONSHIP):
    """What is said of a vulnerability and packages (Security/VulnAssessmentRelationship and all classes below it)."""

    from_: str = ""
    to: tuple[str, ...] = ()
    relationship: str = ""
    supplied_by: str = ""
    published: str = ""
    notes: str = ""
    action: str = ""
    impact: str = ""
    justification: str = ""
    score: float | None = None
    severity: str = ""
    vector: str = ""


Known: TypeAlias = CreationInfo | Agent | SpdxDocument | Vulnerability | Package | Assessment | Element
_TYPES: Final[dict[str, type[Node]]] = {
    "CreationInfo": CreationInfo,
    "Organization": Agent,
    "Person": Agent,
    "SpdxDocument": SpdxDocument,
    "security_Vulnerability": Vulnerability,
    "software_Package": Package,
}


class Document(Node, frozen=True, kw_only=True, rename={"context": "@context"}):
    """A graph of elements; those that are no JSON object stay in it as they are."""

    context: str = ""
    graph: tuple[Any, ...] = ()

    def of(self, kind: type) -> tuple[Any, ...]:
        """The elements that are of exactly this Struct, in the order of the graph."""
        return tuple(each for each in self.graph if type(each) is kind)


class _Written(Node, frozen=True, kw_only=True, rename={"context": "@context", "graph": "@graph"}):
    context: str = ""
    graph: tuple[Any, ...] = ()


def read(raw: bytes, *, where: str = "") -> Document:
    """The document that the bytes hold, unknown keys and elements kept; DocumentError for what is no JSON object."""
    written = read_node(read_object(raw, where=where), _Written)
    graph = tuple(read_node(each, type_of(each)) if isinstance(each, dict) else each for each in written.graph)
    return Document(context=written.context, graph=graph, other=written.other)


def write(document: Document) -> bytes:
    """The bytes of the document, the same for equal documents."""
    graph = tuple(write_node(each) if isinstance(each, Node) else each for each in document.graph)
    return write_json(write_node(_Written(context=document.context, graph=graph, other=document.other)))


def type_of(tree: dict[str, Any]) -> type[Node]:
    """The Struct for an element by its `type`; Element for those we do not know."""
    name = tree.get("type")
    if isinstance(name, str) and name.startswith("security_") and name.endswith("VulnAssessmentRelationship"):
        return Assessment
    return _TYPES.get(name, Element) if isinstance(name, str) else Element
