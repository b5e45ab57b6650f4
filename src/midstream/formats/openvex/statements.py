"""Statements of an OpenVEX document, 0.0.1 to 0.2.0 (openvex.dev, "OpenVEX Specification")."""

import msgspec

STATUSES = ("not_affected", "affected", "fixed", "under_investigation")


class Product(msgspec.Struct, kw_only=True, frozen=True):
    """What a statement is about: the names it has (purls, CPEs, other ids), and the parts of it that are meant."""

    names: list[str]
    parts: list[str]


class Statement(msgspec.Struct, kw_only=True, frozen=True):
    """What somebody says about one vulnerability in some products; `at` is ISO 8601 text as written."""

    vulnerability: str
    aliases: list[str]
    products: list[Product]
    status: str
    justification: str
    impact: str
    action: str
    notes: str
    at: str


class Statements(msgspec.Struct, kw_only=True):
    """A document's statements, who makes them, and which entries could not be read."""

    id: str
    author: str
    statements: list[Statement]
    faults: list[str]


def read_statements(*, tree: object) -> Statements:
    """Return the statements of a decoded OpenVEX document; raise `ValueError` for one that is none.

    A statement without a vulnerability, a product or a known status is a fault, and does not count.
    """
    if not isinstance(tree, dict) or not str(tree.get("@context", "")).startswith("https://openvex.dev/ns"):
        raise ValueError("its @context is not that of OpenVEX")
    found = Statements(id=_text(tree, "@id"), author=_text(tree, "author"), statements=[], faults=[])
    entries = tree.get("statements")
    for place, entry in enumerate(entries if isinstance(entries, list) else []):
        read = _statement(entry, _text(tree, "timestamp")) if isinstance(entry, dict) else "it is no object"
        if isinstance(read, str):
            found.faults.append(f"statements[{place}]: {read}")
        else:
            found.statements.append(read)
    return found


def _statement(entry: dict[str, object], at: str) -> Statement | str:
    vulnerability, aliases = _vulnerability(entry.get("vulnerability"))
    status = _text(entry, "status")
    listed = entry.get("products")
    products = [product for each in (listed if isinstance(listed, list) else []) if (product := _product(each))]
    if not vulnerability:
        return "it names no vulnerability"
    if status not in STATUSES:
        return f"{status[:40]!r} is no status"
    if not products:
        return "it names no product"
    return Statement(
        vulnerability=vulnerability,
        aliases=aliases,
        products=products,
        status=status,
        justification=_text(entry, "justification"),
        impact=_text(entry, "impact_statement"),
        action=_text(entry, "action_statement"),
        notes=_text(entry, "status_notes"),
        at=_text(entry, "last_updated") or _text(entry, "timestamp") or at,
    )


def _vulnerability(value: object) -> tuple[str, list[str]]:
    if isinstance(value, str):
        return value, []  # 0.0.1
    if not isinstance(value, dict):
        return "", []
    aliases = value.get("aliases")
    texts = [each for each in aliases if isinstance(each, str)] if isinstance(aliases, list) else []
    return _text(value, "name") or _text(value, "@id").rpartition("/")[2], texts


def _product(value: object) -> Product | None:
    if isinstance(value, str):
        return Product(names=[value], parts=[])  # 0.0.1
    if not isinstance(value, dict):
        return None
    names = _names(value)
    inner = value.get("subcomponents")
    parts = [name for each in (inner if isinstance(inner, list) else []) for name in _names(each)]
    return Product(names=names, parts=parts) if names else None


def _names(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if not isinstance(value, dict):
        return []
    identifiers = value.get("identifiers")
    others = list(identifiers.values()) if isinstance(identifiers, dict) else []
    return list(dict.fromkeys(each for each in [value.get("@id"), *others] if isinstance(each, str) and each))


def _text(tree: dict[str, object], key: str) -> str:
    value = tree.get(key)
    return value if isinstance(value, str) else ""
