"""A CycloneDX XML document as a small tree, with entities and document types refused (CWE-611, CWE-776)."""

from xml.parsers import expat

_NAMESPACE = "http://cyclonedx.org/schema/bom/"
DEPTH_LIMIT = 500
"""How deep elements may lie in one another."""


class Element:
    """One element: its name without the namespace, its attributes, its text, and the elements in it."""

    __slots__ = ("attributes", "children", "name", "parts")

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        """Begin an element; its text and children are added while the document is read."""
        self.name = name
        self.attributes = attributes
        self.children: list[Element] = []
        self.parts: list[str] = []

    @property
    def text(self) -> str:
        """Its own text, without what stands around it."""
        return "".join(self.parts).strip()

    def get(self, name: str) -> str:
        """Return an attribute, or an empty text."""
        return self.attributes.get(name, "")

    def every(self, name: str) -> "list[Element]":
        """Return the children of that name, in order."""
        return [child for child in self.children if child.name == name]

    def first(self, name: str) -> "Element | None":
        """Return the first child of that name, or None."""
        return next((child for child in self.children if child.name == name), None)

    def said(self, name: str) -> str:
        """Return the text of the first child of that name, or an empty text."""
        found = self.first(name)
        return found.text if found else ""


def read_tree(*, data: bytes) -> tuple[Element, str]:
    """Return the root ``bom`` and the version its namespace names; raise `ValueError` for anything else.

    Elements of other namespaces are passed over with all that is in them.
    """
    reading = _Reading()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reading.refuse
    parser.EntityDeclHandler = reading.refuse
    parser.ExternalEntityRefHandler = reading.refuse
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.characters
    try:
        parser.Parse(data, True)  # noqa: FBT003 - the standard library's argument has no name
    except expat.ExpatError as error:
        raise ValueError(f"it is no XML: {error}") from None
    if reading.root is None:
        raise ValueError("its root is no CycloneDX bom")
    return reading.root, reading.spec


class _Reading:
    """What is open while a document is read. Only elements of CycloneDX are kept."""

    def __init__(self) -> None:
        self.root: Element | None = None
        self.spec = ""
        self.open: list[Element] = []
        self.foreign = 0

    def refuse(self, *_: object) -> int:
        raise ValueError("it declares a document type or entities, which no bill of materials needs")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, plain = name.rpartition(" ")
        if self.foreign or not namespace.startswith(_NAMESPACE):
            self.foreign += 1
            return
        if len(self.open) >= DEPTH_LIMIT:
            raise ValueError(f"its elements lie more than {DEPTH_LIMIT} deep")
        element = Element(plain, attributes)
        if self.open:
            self.open[-1].children.append(element)
        elif plain == "bom":
            self.root, self.spec = element, namespace.removeprefix(_NAMESPACE)
        else:
            raise ValueError(f"its root is {plain!r}, not bom")
        self.open.append(element)

    def end(self, _: str) -> None:
        if self.foreign:
            self.foreign -= 1
        else:
            self.open.pop()

    def characters(self, text: str) -> None:
        if self.open and not self.foreign:
            self.open[-1].parts.append(text)
