"""OpenVEX documents (OpenVEX Specification 0.2.0): the typed document, its bytes and its rules.

Products are package URLs, one for each release: the format has no ranges of versions.
No package ships the schema; the rules are written here from the specification, each naming its section.
"""

from typing import Any, Final

import msgspec

from midstream.formats.base.fault import Fault
from midstream.formats.base.json_text import read_object, write_json
from midstream.formats.base.moments import read_moment
from midstream.formats.base.node import Node, read_node, repeated_items, write_node, wrong_members

CONTEXT: Final = "https://openvex.dev/ns/v0.2.0"
STATUSES: Final = ("not_affected", "affected", "fixed", "under_investigation")
JUSTIFICATIONS: Final = (
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
)
UNIQUE: Final = frozenset({"/statements", "/statements/products", "/products/subcomponents", "/vulnerability/aliases"})
"""Lists whose items stand once (the schema of 0.2.0: `uniqueItems`)."""
_IDENTIFIERS: Final = ("purl", "cpe22", "cpe23")


class Vulnerability(Node, frozen=True, kw_only=True, rename={"id": "@id"}):
    """What the statement is about; `name` is its id (section Vulnerability Struct Fields)."""

    id: str = ""
    name: str = ""
    description: str = ""
    aliases: tuple[str, ...] = ()


class Product(Node, frozen=True, kw_only=True, rename={"id": "@id"}):
    """One piece of software (section Product Struct); `id` is an IRI, here its package URL."""

    id: str = ""
    identifiers: dict[str, str] = msgspec.field(default_factory=dict)
    hashes: dict[str, str] = msgspec.field(default_factory=dict)
    subcomponents: tuple[dict[str, Any], ...] = ()


class Statement(Node, frozen=True, kw_only=True, rename={"id": "@id"}):
    """One assertion: products, a status, and what the status asks for (section Statement Fields)."""

    id: str = ""
    version: int = 0
    vulnerability: Vulnerability | None = None
    timestamp: str = ""
    last_updated: str = ""
    products: tuple[Product, ...] = ()
    status: str = ""
    supplier: str = ""
    status_notes: str = ""
    justification: str = ""
    impact_statement: str = ""
    action_statement: str = ""
    action_statement_timestamp: str = ""


class Document(Node, frozen=True, kw_only=True, rename={"context": "@context", "id": "@id"}):
    """A whole document (section Document Struct Fields)."""

    context: str = ""
    id: str = ""
    author: str = ""
    role: str = ""
    timestamp: str = ""
    last_updated: str = ""
    version: int = 0
    tooling: str = ""
    statements: tuple[Statement, ...] = ()


def read(raw: bytes, *, where: str = "") -> Document:
    """The document that the bytes hold, unknown keys kept; DocumentError for what is no JSON object."""
    return read_node(read_object(raw, where=where), Document)


def write(document: Document) -> bytes:
    """The bytes of the document, the same for equal documents."""
    return write_json(write_node(document))


def check(document: Document) -> tuple[Fault, ...]:
    """The rules of the specification that the document breaks, in the order of the document."""
    found = [*wrong_members(document), *repeated_items(document, lists=UNIQUE, rule="openvex.repeated")]
    say = _Sayer(found)
    if document.context != CONTEXT:
        say("context", "/@context", f"the context is {document.context!r}, but version 0.2.0 is read here: {CONTEXT!r}")
    if ":" not in document.id:
        say("iri", "/@id", "the document's @id must be an IRI, such as an https address")
    if not document.author.strip():
        say("author", "/author", "the document names no author")
    if document.version < 1:
        say("version", "/version", "the version counts from 1 and grows with each change")
    _check_times(document.timestamp, document.last_updated, path="", say=say, is_needed=True)
    if not document.statements:
        say("statements", "/statements", "the document makes no statement")
    for place, statement in enumerate(document.statements):
        _check_statement(statement, path=f"/statements/{place}", say=say)
    _check_contradictions(document, say=say)
    return tuple(found)


class _Sayer:
    """Adds faults to a list."""

    def __init__(self, found: list[Fault]) -> None:
        self._found = found

    def __call__(self, rule: str, path: str, sentence: str) -> None:
        """Add one fault."""
        self._found.append(Fault(rule=f"openvex.{rule}", path=path, sentence=sentence))


def _check_times(first: str, last: str, *, path: str, say: _Sayer, is_needed: bool) -> None:
    """Section Document Struct Fields: timestamp is RFC 3339; last_updated is not before it."""
    begun, changed = read_moment(first), read_moment(last)
    if (first or is_needed) and begun is None:
        say("time", f"{path}/timestamp", f"the timestamp {first!r} is no date and time of RFC 3339 with a zone")
    if last and changed is None:
        say("time", f"{path}/last_updated", f"last_updated {last!r} is no date and time of RFC 3339 with a zone")
    if begun and changed and changed < begun:
        say("time", f"{path}/last_updated", "last_updated lies before the timestamp")


def _check_statement(statement: Statement, *, path: str, say: _Sayer) -> None:
    """Sections Statement Fields, Status Labels and Status Justifications."""
    if statement.vulnerability is None or not statement.vulnerability.name.strip():
        say("vulnerability", f"{path}/vulnerability", "the statement does not name its vulnerability")
    if statement.status not in STATUSES:
        say("status", f"{path}/status", f"the status {statement.status!r} is none of {', '.join(STATUSES)}")
    _check_times(statement.timestamp, statement.last_updated, path=path, say=say, is_needed=False)
    if not statement.products:
        say("products", f"{path}/products", "the statement names no product, so it is about nothing")
    for place, product in enumerate(statement.products):
        _check_product(product, path=f"{path}/products/{place}", say=say)
    if statement.justification and statement.justification not in JUSTIFICATIONS:
        say("justification", f"{path}/justification", f"{statement.justification!r} is no justification of OpenVEX")
    if statement.status == "not_affected" and not (statement.justification or statement.impact_statement.strip()):
        say("reason", f"{path}/justification", "not_affected needs a justification or an impact statement")
    if statement.status == "affected" and not statement.action_statement.strip():
        say("action", f"{path}/action_statement", "affected needs an action statement: what should users do?")
    if statement.status != "not_affected" and (statement.justification or statement.impact_statement):
        key = "justification" if statement.justification else "impact_statement"
        say("reason", f"{path}/{key}", f"{key} goes only with not_affected, but the status is {statement.status!r}")
    if statement.status != "affected" and statement.action_statement:
        say("action", f"{path}/action_statement", f"an action goes only with affected, not {statement.status!r}")


def _check_product(product: Product, *, path: str, say: _Sayer) -> None:
    """Section Product Struct: an IRI, or at least one software identifier; a package URL names one release."""
    purls = {product.id if product.id.startswith("pkg:") else "", product.identifiers.get("purl", "")} - {""}
    if ":" not in product.id and not product.identifiers:
        say("product", f"{path}/@id", "the product has neither an @id that is an IRI nor an identifier")
    for name in product.identifiers:
        if name not in _IDENTIFIERS:
            say("product", f"{path}/identifiers/{name}", f"{name!r} is none of {', '.join(_IDENTIFIERS)}")
    for purl in sorted(purls):
        if "/" not in purl:
            say("product", f"{path}/@id", f"{purl!r} is no package URL")
        elif "@" not in purl.partition("?")[0]:
            say("release", f"{path}/@id", f"{purl!r} names no release: OpenVEX has no ranges, so each release is named")


def _check_contradictions(document: Document, *, say: _Sayer) -> None:
    """Section Status Labels: one product has one status for one vulnerability at a time."""
    seen: dict[tuple[str, str, str], tuple[str, str]] = {}
    for place, statement in enumerate(document.statements):
        name = statement.vulnerability.name if statement.vulnerability else ""
        for number, product in enumerate(statement.products):
            path = f"/statements/{place}/products/{number}/@id"
            key = (name, product.id, statement.timestamp)
            status, before = seen.setdefault(key, (statement.status, path))
            if status != statement.status:
                say("contradiction", path, f"{product.id} is {statement.status} here and {status} at {before}")
