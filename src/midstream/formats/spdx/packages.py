"""Packages of an SPDX document: 2.2 and 2.3 as JSON and tag-value, 3.0 as JSON-LD (spdx.github.io/spdx-spec)."""

import re
from typing import Any

import msgspec

FAULT_LIMIT = 100
"""How many faults of one document are told one by one."""

_PURL_TYPES = {"purl", "packageUrl"}
_CPE_TYPES = {"cpe23Type", "cpe22Type", "cpe23", "cpe22"}
_NOTHING = {"NOASSERTION", "NONE"}
_LINE = re.compile(r"\r\n|\r|\n")
_PACKAGES = {"software_Package", "Package", "ai_AIPackage", "dataset_DatasetPackage"}
"""Classes of packages in SPDX 3: those of models and of data are packages of software as well."""


class Package(msgspec.Struct, kw_only=True):
    """One package as the document lists it. What is left out, or said to be unknown, is an empty text."""

    id: str = ""
    name: str = ""
    version: str = ""
    download: str = ""
    purls: list[str] = []
    cpes: list[str] = []


class Document(msgspec.Struct, kw_only=True):
    """What a document lists, and what could not be read of it."""

    spec: str
    name: str
    packages: list[Package]
    faults: list[str]


class _Reference(msgspec.Struct):
    referenceType: str = ""  # noqa: N815 - as the standard spells it
    referenceLocator: str = ""  # noqa: N815 - as the standard spells it


class _Package2(msgspec.Struct):
    SPDXID: str = ""
    name: str = ""
    versionInfo: str = ""  # noqa: N815 - as the standard spells it
    downloadLocation: str = ""  # noqa: N815 - as the standard spells it
    externalRefs: list[_Reference] | None = None  # noqa: N815 - as the standard spells it


class _Document2(msgspec.Struct):
    spdxVersion: str = ""  # noqa: N815 - as the standard spells it
    name: str = ""
    packages: list[_Package2] | None = None


_fast = msgspec.json.Decoder(_Document2)


def read_json(*, data: bytes) -> Document:
    """Return what an SPDX 2 JSON document lists; raise `ValueError` for one that is none."""
    faults: list[str] = []
    try:
        document = _fast.decode(data)
    except msgspec.ValidationError:
        document = _by_hand(_tree(data), faults)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError(_no_json(error)) from None
    if not document.spdxVersion.startswith("SPDX-2"):
        raise ValueError("it does not say spdxVersion: SPDX-2.…")
    packages = [
        _package(
            id=entry.SPDXID,
            name=entry.name,
            version=entry.versionInfo,
            download=entry.downloadLocation,
            references=[(each.referenceType, each.referenceLocator) for each in entry.externalRefs or ()],
        )
        for entry in document.packages or ()
    ]
    return Document(spec=document.spdxVersion, name=document.name, packages=packages, faults=faults)


def read_json_ld(*, data: bytes) -> Document:
    """Return what an SPDX 3 JSON-LD document lists; raise `ValueError` for one that is none.

    Elements may name one another in a circle; nothing is followed but from a package to its own external identifiers.
    """
    tree = _tree(data)
    graph = tree.get("@graph") if isinstance(tree, dict) else None
    if not isinstance(graph, list):
        raise ValueError("it has no @graph, so it is no SPDX 3 document")
    faults: list[str] = []
    elements = [element for element in graph if isinstance(element, dict)]
    if len(elements) < len(graph):
        _add(faults, f"{len(graph) - len(elements)} entries of @graph are no elements")
    by_id = {str(element.get("@id") or element.get("spdxId")): element for element in elements}
    spec, name, packages = "", "", []
    for element in elements:
        kind = kind_of(element)
        if kind == "CreationInfo":
            spec = spec or _text(element, "specVersion", "CreationInfo", faults)
        elif kind == "SpdxDocument":
            name = _text(element, "name", "SpdxDocument", faults)
        elif kind in _PACKAGES:
            packages.append(_package_of_3(element, by_id, faults))
    return Document(spec=f"SPDX-{spec or '3.0'}", name=name, packages=packages, faults=faults)


def kind_of(element: dict[str, Any], /) -> str:
    """Return the type of an element of a graph, "" for none; of a list of types, which JSON-LD allows, the first."""
    value = element.get("type") or element.get("@type")
    first = value[0] if isinstance(value, list) and value else value
    return first if isinstance(first, str) else ""


def read_tag_value(*, data: bytes) -> Document:
    """Return what an SPDX 2 tag-value document lists; raise `ValueError` for one that is none."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("it is no text in UTF-8") from None
    reading = _TagValue()
    closed = True
    for number, line in enumerate(_LINE.split(text), 1):
        if not closed:  # inside <text> … </text>, which spans lines
            closed = "</text>" in line
            continue
        tag, colon, value = line.partition(":")
        tag, value = tag.strip(), value.strip()
        if not colon or not tag or tag.startswith("#"):
            continue
        closed = "<text>" not in value or "</text>" in value
        reading.take(tag, value, number)
    reading.finish()
    if not reading.spec.startswith("SPDX-2"):
        raise ValueError("it does not say SPDXVersion: SPDX-2.…")
    return Document(spec=reading.spec, name=reading.name, packages=reading.packages, faults=reading.faults)


class _TagValue:
    """What is known of the package being read."""

    def __init__(self) -> None:
        self.spec = self.name = ""
        self.packages: list[Package] = []
        self.faults: list[str] = []
        self.held: dict[str, str] = {}
        self.references: list[tuple[str, str]] = []
        self.inside = False

    def take(self, tag: str, value: str, number: int) -> None:
        if tag == "SPDXVersion":
            self.spec = value
        elif tag == "DocumentName":
            self.name = value
        elif tag == "PackageName":
            self.finish()
            self.inside, self.held = True, {"name": value}
        elif tag in {"FileName", "SnippetSPDXID", "LicenseID"}:
            self.finish()
        elif self.inside and tag in {"SPDXID", "PackageVersion", "PackageDownloadLocation"}:
            self.held.setdefault(tag, value)
        elif self.inside and tag == "ExternalRef":
            parts = value.split(None, 2)
            if len(parts) == 3:
                self.references.append((parts[1], parts[2]))
            else:
                _add(self.faults, f"line {number}: an ExternalRef has three parts, this one {len(parts)}")

    def finish(self) -> None:
        if self.inside:
            held = self.held
            self.packages.append(
                _package(
                    id=held.get("SPDXID", ""),
                    name=held.get("name", ""),
                    version=held.get("PackageVersion", ""),
                    download=held.get("PackageDownloadLocation", ""),
                    references=self.references,
                )
            )
        self.inside, self.held, self.references = False, {}, []


def _package(*, id: str, name: str, version: str, download: str, references: list[tuple[str, str]]) -> Package:  # noqa: A002 - SPDX's own word
    return Package(
        id=id,
        name=name,
        version="" if version in _NOTHING else version,
        download="" if download in _NOTHING else download,
        # SPDX 2 allows the whole URI of the type as well: http://spdx.org/rdf/references/purl
        purls=[locator for kind, locator in references if kind.rpartition("/")[2] in _PURL_TYPES],
        cpes=[locator for kind, locator in references if kind.rpartition("/")[2] in _CPE_TYPES],
    )


def _package_of_3(element: dict[str, object], by_id: dict[str, dict[str, object]], faults: list[str]) -> Package:
    where = str(element.get("spdxId") or element.get("@id") or "a package")

    def text(*names: str) -> str:
        return next((found for name in names if (found := _text(element, name, where, faults))), "")

    references: list[tuple[str, str]] = (
        [("purl", found)] if (found := text("software_packageUrl", "packageUrl")) else []
    )
    identifiers = element.get("externalIdentifier")
    for entry in identifiers if isinstance(identifiers, list) else [identifiers] if identifiers else []:
        held = by_id.get(entry) if isinstance(entry, str) else entry
        if not isinstance(held, dict):
            _add(faults, f"{where}: an external identifier cannot be read")
            continue
        kind = _text(held, "externalIdentifierType", where, faults)
        references.append((kind, _text(held, "identifier", where, faults)))
    return _package(
        id=where,
        name=text("name"),
        version=text("software_packageVersion", "packageVersion"),
        download=text("software_downloadLocation", "downloadLocation"),
        references=list(dict.fromkeys(("purl" if kind in _PURL_TYPES else kind, held) for kind, held in references)),
    )


def _text(element: dict[str, object], name: str, where: str, faults: list[str]) -> str:
    value = element.get(name)
    if isinstance(value, str):
        return value
    if value is not None:
        _add(faults, f"{where}: {name} is no text")
    return ""


def _add(faults: list[str], fault: str) -> None:
    if len(faults) < FAULT_LIMIT:
        faults.append(fault)
    elif len(faults) == FAULT_LIMIT:
        faults.append("and more")


def _tree(data: bytes) -> object:
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError(_no_json(error)) from None


def _no_json(error: Exception) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else f"it is no JSON: {error}"


def _by_hand(tree: object, faults: list[str]) -> _Document2:
    """Return a document with something of a wrong type in it, as far as it can be read."""
    if not isinstance(tree, dict):
        raise ValueError("it is no JSON object")
    document = _Document2(
        spdxVersion=_text(tree, "spdxVersion", "document", faults), name=_text(tree, "name", "document", faults)
    )
    document.packages = [
        _Package2(
            SPDXID=_text(entry, "SPDXID", where, faults),
            name=_text(entry, "name", where, faults),
            versionInfo=_text(entry, "versionInfo", where, faults),
            downloadLocation=_text(entry, "downloadLocation", where, faults),
            externalRefs=[
                _Reference(
                    referenceType=_text(each, "referenceType", place, faults),
                    referenceLocator=_text(each, "referenceLocator", place, faults),
                )
                for each, place in _objects(entry.get("externalRefs"), f"{where}.externalRefs", faults)
            ],
        )
        for entry, where in _objects(tree.get("packages"), "packages", faults)
    ]
    return document


def _objects(entries: object, path: str, faults: list[str]) -> list[tuple[dict[str, object], str]]:
    if not isinstance(entries, list):
        if entries is not None:
            _add(faults, f"{path} is no list")
        return []
    for place, entry in enumerate(entries):
        if not isinstance(entry, dict):
            _add(faults, f"{path}[{place}] is no object")
    return [(entry, f"{path}[{place}]") for place, entry in enumerate(entries) if isinstance(entry, dict)]
