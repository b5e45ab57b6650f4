"""Statements: what somebody says about a vulnerability in a product (VEX), whichever format it was written in."""

import re
from typing import Literal

import msgspec

from midstream.analysis.exposure.match import Component
from midstream.formats.purl import read_purl

Status = Literal["not_affected", "affected", "fixed", "under_investigation"]

_CPE = re.compile(r"(?:\\.|[^:\\])+")


class Statement(msgspec.Struct, kw_only=True, frozen=True):
    """What one document says about one vulnerability in one product.

    `said_by` names who says it and where; `voice` is the one who says it, whose later statement replaces an earlier
    one; `at` is ISO 8601 text. `names` are purls and CPEs of the product; with `parts` it is about these in the
    product. `releases` are the ecosystems of those names that are releases of a distribution. `versions` are the only
    ones meant, `range` says them as ``vers:``. `components` are those of the scanned input the statement stands beside;
    then no name is needed.
    """

    vulnerability: str
    aliases: tuple[str, ...] = ()
    status: Status
    justification: str = ""
    detail: str = ""
    action: str = ""
    said_by: str
    voice: str
    at: str = ""
    names: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    releases: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    range: str = ""
    components: tuple[Component, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The vulnerability's names, the first first."""
        return (self.vulnerability, *self.aliases)


def speaks_of(statement: Statement, component: Component, *, root: Component | None) -> bool:
    """Return whether a statement is about a component.

    A name without a version speaks of every version, and its qualifiers must all be the component's. A statement about
    parts of a product speaks of a component only where the product is what the scanned document is about (`root`), or
    the release of the distribution the component is from: what holds for a library in one firmware need not hold for it
    in another. One about a range of versions that cannot be evaluated speaks of nothing.
    """
    if statement.versions and component.version not in statement.versions:
        return False
    if statement.range and not _is_within(statement.range, component):
        return False
    if statement.components:
        return component in statement.components
    if statement.parts:
        in_product = root is not None and any(_is_name_of(name, root) for name in statement.names)
        in_product = in_product or component.ecosystem in statement.releases
        return in_product and any(_is_name_of(part, component) for part in statement.parts)
    return any(_is_name_of(name, component) for name in statement.names)


def _is_name_of(name: str, component: Component) -> bool:
    if name.startswith("pkg:"):
        return bool(component.purl) and _is_purl_of(name, component)
    if name.startswith("cpe:"):
        return any(_is_cpe_of(name, cpe) for cpe in component.cpes)
    return False


def _is_purl_of(name: str, component: Component) -> bool:
    if name == component.purl:
        return True
    try:
        wide, narrow = read_purl(name), read_purl(component.purl)
    except ValueError:
        return False
    if (wide.type, wide.namespace) != (narrow.type, narrow.namespace):
        return False
    asked = {key: value for key, value in wide.qualifiers.items() if (key, value) != ("epoch", "0")}
    if wide.type == "rpm" and asked.get("arch") == "src":  # about the source, and so about all that is built of it
        source = component.source_name or component.name
        version = (component.source_version or narrow.version).rpartition(":")[2]
        return wide.name == source and wide.version in {"", version}
    return (
        wide.name == narrow.name and wide.version in {"", narrow.version} and asked.items() <= narrow.qualifiers.items()
    )


def _is_cpe_of(name: str, other: str) -> bool:
    """Return whether a CPE 2.3 names another one: the same part, vendor and product, and any version or the same."""
    wide, narrow = _CPE.findall(name)[2:6], _CPE.findall(other)[2:6]
    return len(wide) >= 3 and wide[:3] == narrow[:3] and "*" not in wide[1:3] and wide[3:] in ([], ["*"], narrow[3:])


def _is_within(range_: str, component: Component) -> bool:
    """Return whether a version lies in a ``vers:`` range; False for one that cannot be evaluated."""
    from midstream.analysis.exposure.vers_ranges import is_in_vers  # noqa: PLC0415 - few documents have ranges

    return is_in_vers(range_, version=component.version, ecosystem=component.ecosystem) or False
