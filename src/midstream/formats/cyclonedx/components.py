"""Components of a CycloneDX bill of materials, 1.2 to 1.7, JSON and XML (ECMA-424, "components" and "metadata")."""

from collections.abc import Iterator
from operator import attrgetter
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from midstream.formats.cyclonedx.xml_tree import Element

SPEC_VERSIONS = ("1.2", "1.3", "1.4", "1.5", "1.6", "1.7")
"""The versions whose shape is known; another one is read by the same rules, with a note."""

DEPTH_LIMIT = 200
"""How deep components may lie in components: no real assembly comes near it."""

FAULT_LIMIT = 100
"""How many faults of one document are told one by one."""

_TEXTS = ("type", "group", "name", "version", "purl", "cpe", "bom-ref")


class Listed(msgspec.Struct, kw_only=True, gc=False):  # a tree, so nothing in it refers back
    """One component as the document lists it. What is left out is an empty text.

    `properties` is the JSON of the property list, read only when somebody asks `property_of`.
    """

    type: str = ""
    group: str = ""
    name: str = ""
    version: str = ""
    purl: str = ""
    cpe: str = ""
    ref: str = msgspec.field(default="", name="bom-ref")
    properties: msgspec.Raw = msgspec.Raw(b"")
    components: list["Listed"] | None = None


class Bom(msgspec.Struct, kw_only=True):
    """What a document lists: its root, all components flat (the root first), and what could not be read."""

    spec: str
    root: Listed | None
    components: list[Listed]
    vulnerabilities: msgspec.Raw | list["Element"]
    faults: list[str]


class _Metadata(msgspec.Struct):
    component: Listed | None = None


class _Document(msgspec.Struct):
    bomFormat: str = ""  # noqa: N815 - as the standard spells it
    specVersion: str = ""  # noqa: N815 - as above
    metadata: _Metadata | None = None
    components: list[Listed] | None = None
    vulnerabilities: msgspec.Raw = msgspec.Raw(b"")


class _Within(msgspec.Struct, gc=False):
    pass


class _Name(msgspec.Struct, gc=False):
    purl: str = ""
    components: list[_Within] | None = None
    properties: list[_Within] | None = None


class _Names(msgspec.Struct):
    bomFormat: str = ""  # noqa: N815 - as the standard spells it
    specVersion: str = ""  # noqa: N815 - as above
    metadata: _Metadata | None = None
    components: list[_Name] | None = None
    vulnerabilities: msgspec.Raw = msgspec.Raw(b"")


class _Property(msgspec.Struct):
    name: str = ""
    value: str = ""


_within = attrgetter("components")
_said = attrgetter("properties")
_fast = msgspec.json.Decoder(_Document)
_names = msgspec.json.Decoder(_Names)
_purl = attrgetter("purl")
_properties = msgspec.json.Decoder(list[_Property])


def read_json(*, data: bytes) -> Bom:
    """Return what a CycloneDX JSON document lists; raise `ValueError` for one that is none.

    A component with a wrong type in it is read as far as it goes, and named in the faults; the others are read as ever.
    """
    try:
        document = _fast.decode(data)
    except msgspec.ValidationError:
        return _read_by_hand(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError(_no_json(error)) from None
    if document.bomFormat != "CycloneDX":
        raise ValueError("it does not say bomFormat: CycloneDX")
    root = document.metadata.component if document.metadata else None
    faults = _spec_faults(document.specVersion)
    return Bom(
        spec=document.specVersion,
        root=root,
        components=_flat(root, document.components or [], faults),
        vulnerabilities=document.vulnerabilities,
        faults=faults,
    )


class Purls(msgspec.Struct, kw_only=True):
    """What a plain document lists: its root, the purls of its components, and whether any of all has properties."""

    spec: str
    root: Listed | None
    purls: list[str]
    has_properties: bool


def read_purls(*, data: bytes) -> Purls | None:
    """Return the purls of a plain CycloneDX JSON document, for those who read thousands.

    Plain is one in which no component is within another, and that says nothing of vulnerabilities. None stands for
    any other document, which `read_json` reads or refuses. A component without a purl has an empty one.
    """
    try:
        document = _names.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    components = document.components or []
    root = document.metadata.component if document.metadata else None
    if document.bomFormat != "CycloneDX" or document.vulnerabilities or (root and root.components):
        return None
    if any(map(_within, components)):
        return None
    return Purls(
        spec=document.specVersion,
        root=root,
        purls=list(map(_purl, components)),
        has_properties=any(map(_said, components)) or bool(root and root.properties),
    )


def read_xml(*, data: bytes) -> Bom:
    """Return what a CycloneDX XML document lists; raise `ValueError` for one that is none, or that has a DTD."""
    from midstream.formats.cyclonedx.xml_tree import read_tree  # noqa: PLC0415 - most documents are JSON

    tree, spec = read_tree(data=data)
    faults = _spec_faults(spec)
    metadata = tree.first("metadata")
    held = metadata.first("component") if metadata else None
    root = _from_xml(held) if held else None
    within = tree.first("components")
    listed = [_from_xml(child) for child in within.every("component")] if within else []
    vulnerabilities = tree.first("vulnerabilities")
    return Bom(
        spec=spec,
        root=root,
        components=_flat(root, listed, faults),
        vulnerabilities=vulnerabilities.every("vulnerability") if vulnerabilities else [],
        faults=faults,
    )


def property_of(component: Listed, *names: str) -> str:
    """Return the value of the first property that has one of the names, or an empty text."""
    raw = bytes(component.properties)
    if not raw:
        return ""
    try:
        found = {entry.name: entry.value for entry in _properties.decode(raw)}
    except msgspec.DecodeError:
        return ""
    return next((found[name] for name in names if name in found), "")


def _flat(root: Listed | None, components: list[Listed], faults: list[str]) -> list[Listed]:
    """Return all components in the order of the document, those within others after the one that holds them."""
    if not any(map(_within, components)) and not (root and root.components):
        return [root, *components] if root else components
    flat: list[Listed] = []
    stack = [(component, 0) for component in reversed([root, *components] if root else components)]
    while stack:
        component, depth = stack.pop()
        flat.append(component)
        if component.components and depth >= DEPTH_LIMIT:
            _add(faults, f"components within {component.name!r} lie more than {DEPTH_LIMIT} deep; they were not read")
        elif component.components:
            stack += [(inner, depth + 1) for inner in reversed(component.components)]
    return flat


def _spec_faults(spec: str) -> list[str]:
    if spec in SPEC_VERSIONS:
        return []
    return [f"specVersion is {spec[:20]!r}, read as {SPEC_VERSIONS[-1]}"]


def _add(faults: list[str], fault: str) -> None:
    if len(faults) < FAULT_LIMIT:
        faults.append(fault)
    elif len(faults) == FAULT_LIMIT:
        faults.append("and more")


def _no_json(error: Exception) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else f"it is no JSON: {error}"


# A document with something of a wrong type in it


def _read_by_hand(data: bytes) -> Bom:
    try:
        tree = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError(_no_json(error)) from None
    if not isinstance(tree, dict) or tree.get("bomFormat") != "CycloneDX":
        raise ValueError("it does not say bomFormat: CycloneDX")
    spec = tree.get("specVersion")
    spec = spec if isinstance(spec, str) else ""
    faults = _spec_faults(spec)
    metadata = tree.get("metadata")
    held = metadata.get("component") if isinstance(metadata, dict) else None
    root = next(_by_hand([held], "metadata.component", faults), None) if held is not None else None
    listed = list(_by_hand(tree.get("components"), "components", faults))
    vulnerabilities = tree.get("vulnerabilities")
    raw = msgspec.json.encode(vulnerabilities) if isinstance(vulnerabilities, list) else b""
    flat = _flat(root, listed, faults)
    return Bom(spec=spec, root=root, components=flat, vulnerabilities=msgspec.Raw(raw), faults=faults)


def _by_hand(entries: object, path: str, faults: list[str], depth: int = 0) -> Iterator[Listed]:
    """Yield the components of a list as far as they can be read; what cannot is added to the faults."""
    if entries is None:
        return
    if not isinstance(entries, list) or depth > DEPTH_LIMIT:
        _add(faults, f"{path} is no list of components")
        return
    for place, entry in enumerate(entries):
        where = f"{path}[{place}]"
        if not isinstance(entry, dict):
            _add(faults, f"{where} is no component")
            continue
        texts: dict[str, str] = {}
        for name in _TEXTS:
            value = entry.get(name)
            if isinstance(value, str):
                texts["ref" if name == "bom-ref" else name] = value
            elif value is not None:
                _add(faults, f"{where}.{name} is no text")
        properties = entry.get("properties")
        yield Listed(
            **texts,
            properties=msgspec.Raw(msgspec.json.encode(properties) if isinstance(properties, list) else b""),
            components=list(_by_hand(entry.get("components"), f"{where}.components", faults, depth + 1)),
        )


def _from_xml(element: "Element", depth: int = 0) -> Listed:
    within = element.first("components")
    held = element.first("properties")
    properties = [{"name": entry.get("name"), "value": entry.text} for entry in held.every("property")] if held else []
    inner = within.every("component") if within and depth <= DEPTH_LIMIT else []
    return Listed(
        type=element.get("type"),
        group=element.said("group"),
        name=element.said("name"),
        version=element.said("version"),
        purl=element.said("purl"),
        cpe=element.said("cpe"),
        ref=element.get("bom-ref"),
        properties=msgspec.Raw(msgspec.json.encode(properties)) if properties else msgspec.Raw(b""),
        components=[_from_xml(child, depth + 1) for child in inner] or None,
    )
