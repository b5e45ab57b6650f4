"""From CSAF documents to rows: products by their purl or CPE, versions as points or as ``vers:`` ranges.

A package in a release of a distribution, which is a relationship of a purl and a platform's CPE, belongs to the
ecosystem of that release; one of a module has the module in its name.
"""

from collections.abc import Iterator
from typing import NamedTuple

from midstream.analysis.exposure.cpes import cpe_parts
from midstream.analysis.exposure.inputs.distributions import ecosystem_of_cpe
from midstream.analysis.exposure.inputs.purls import component_of_purl
from midstream.analysis.exposure.names import ANY_MODULE, in_module, module_of, name_in
from midstream.analysis.exposure.sources.rows import AdvisoryRow, Collected, ExactRow, RangeRow, UnreadRow, UnsureRow
from midstream.analysis.exposure.vers_ranges import Interval, vers_intervals
from midstream.analysis.exposure.versions import HIGHEST, LOWEST, InvalidVersion, Scheme, key_function, scheme_of
from midstream.formats.csaf.statements import Product, Statement, Statements
from midstream.formats.purl import read_purl

_STATES = {
    "affected": "",
    "fixed": "fixed",
    "not_affected": "not-affected",
    "under_investigation": "undetermined: under investigation",
}


_UNREPAIRED = {"no_fix_planned", "none_available", "fix_planned", "workaround", "mitigation"}
_DISTRIBUTED = ("pkg:rpm/", "pkg:deb/", "pkg:apk/")


class _Named(NamedTuple):
    """A package as the index has it."""

    ecosystem: str
    name: str
    version: str


def take_document(into: Collected, document: Statements, *, line: str, lists_all: bool = True) -> None:
    """Return nothing, after the rows of a CSAF document were added, one advisory for each of its vulnerabilities.

    `lists_all` says that the single versions the document calls affected are all there are, as the products of a CSAF
    document are; a bill of materials speaks of one version only.
    """
    into.unread += [UnreadRow(line, fault) for fault in document.faults]
    seen: set[str] = set()
    taken: dict[_Of, dict[RangeRow, None]] = {}  # each architecture has a product of its own, and all say the same
    for statement in document.statements:
        name = statement.vulnerability
        if len(name) > 200 or not name.isprintable() or " " in name:
            fault = UnreadRow(line, f"{name[:60]!r} is no id: too long, or with spaces or control characters")
            into.unread += [fault] if into.unread[-1:] != [fault] else []
            continue
        if name not in seen:
            seen.add(name)
            row = AdvisoryRow(
                advisory=name,
                aliases=" ".join(each for each in statement.aliases if " " not in each),
                modified=document.at,
                summary=f"{document.publisher}: {document.id}"[:300],
                line=line,
            )
            into.advisories.append(row)
        for whole, versions in _rows(into, statement, line):
            found = _placed(into, whole, versions)
            taken.setdefault((whole.advisory, whole.ecosystem, whole.name), {}).update(dict.fromkeys(found))
    for rows in filter(None, taken.values()):
        into.ranges += rows
        into.ranges += _left_open(sorted(rows), lists_all=lists_all)


_Of = tuple[str, str, str]
"""Advisory, ecosystem and name."""

_SPEAKS = {"", *_UNREPAIRED}
"""The states that say affected: then the document itself tells which versions are."""


def _left_open(rows: list[RangeRow], *, lists_all: bool) -> Iterator[RangeRow]:
    """Yield what is to be said of the versions of which a document says nothing.

    In a release of a distribution versions follow one another, so what comes before the last fix lacks one. Elsewhere
    nobody knows, unless the document says which versions are affected; and that is what is said.
    """
    speaking = [row for row in rows if row.state.partition(":")[0] in _SPEAKS]
    if speaking and (lists_all or any(row.until != f"<= {row.introduced}" for row in speaking)):
        return
    fixes = [row for row in rows if row.state == "fixed"]
    if fixes and not speaking and ":" in rows[0].ecosystem:
        if fixes[-1].lo > LOWEST:
            until = f"< {fixes[-1].introduced.removeprefix('>= ')}"
            yield fixes[-1]._replace(lo=LOWEST, hi=fixes[-1].lo, state="", introduced="0", until=until)
        return
    state = "undetermined: the source speaks of other versions only"
    lo, introduced = LOWEST, "0"
    for row in rows:
        if lo < row.lo:
            until = f"< {row.introduced.removeprefix('>= ')}"
            yield row._replace(lo=lo, hi=row.lo, state=state, introduced=introduced, until=until)
        if lo < row.hi:
            lo, introduced = row.hi, row.until.replace("<=", ">") if row.until else ""
    if lo < HIGHEST and rows and rows[-1].state != "fixed":
        yield rows[-1]._replace(lo=lo, hi=HIGHEST, state=state, introduced=introduced, until="")


def _rows(into: Collected, statement: Statement, line: str) -> Iterator[tuple[RangeRow, str]]:
    """Yield a row that stands for all versions, and the versions that are meant, for each package a product names."""
    product = statement.product
    names = product.parts or product.names
    if not names:
        into.unread.append(UnreadRow(line, f"{statement.vulnerability}: a product with neither purl nor CPE"))
    state = _STATES[statement.status]
    if state == "not-affected" and statement.justification:
        state += f": {statement.justification.replace('_', ' ')}"
    elif not state and statement.remedy in _UNREPAIRED:
        state = f"{statement.remedy}: {' '.join(statement.action.split())[:200]}"
    identified: list[_Named] = []
    for text in names:
        try:
            identified.append(_identified(text, product))
        except ValueError as error:
            into.unread.append(UnreadRow(line, f"{statement.vulnerability}: {text[:200]}: {error}"))
    told = next((named.version for named in identified if named.version), "")
    for named in identified:
        # A CPE often leaves the version to the purl of the same product.
        version = named.version or (told if named.ecosystem == "CPE" else "")
        into.ecosystems.add(named.ecosystem)
        row = RangeRow(named.ecosystem, named.name, LOWEST, HIGHEST, statement.vulnerability, state, "0", "", line)
        yield row, product.versions or version
        module, is_in_module, package = named.name.partition("::")
        if is_in_module and not state.startswith("not-affected"):
            why = f"it is about the module {module}, and the input names none"
            unsure = UnsureRow(named.ecosystem, in_module(ANY_MODULE, package), statement.vulnerability, why, line)
            if into.unsure[-1:] != [unsure]:
                into.unsure.append(unsure)


def _identified(text: str, product: Product) -> _Named:
    """Return the package that a purl or a CPE names, in the release that the product is a part of.

    Raise `ValueError` for one that names none, or a distribution's package of which no release is told.
    """
    if text.startswith("cpe:"):
        vendor_product, version = cpe_parts(text)
        return _Named("CPE", vendor_product, version)
    releases = [release for name in product.names if name.startswith("cpe:") and (release := ecosystem_of_cpe(name))]
    found = component_of_purl(text, release=releases[0] if releases else "")
    if not found.ecosystem:
        raise ValueError("it names no ecosystem")
    if text.startswith(_DISTRIBUTED) and ":" not in found.ecosystem:
        platform = ", ".join(name for name in product.names if name != text)[:200]
        raise ValueError(f"of which release it is, {platform!r} does not tell")
    name = name_in(ecosystem=found.ecosystem, name=found.source_name or found.name)
    module = module_of(purl=text) if "rpmmod=" in text else _module_through(product)
    version = found.source_version or found.version
    return _Named(found.ecosystem, in_module(module, name) if module else name, version)


def _module_through(product: Product) -> str:
    """Return the module a package is a part of: ``httpd:2.4`` for ``pkg:rpmmod/redhat/httpd@2.4:807…``; "" for none."""
    for text in product.through:
        if text.startswith("pkg:rpmmod/"):
            module = read_purl(text)
            return f"{module.name}:{module.version.partition(':')[0]}"
    return ""


def _placed(into: Collected, row: RangeRow, versions: str) -> list[RangeRow]:
    """Return a row for each interval of the versions; `row` is the one that holds for all versions."""
    if not versions and row.state == "fixed":
        reason = "the source says that it is fixed, and in which version it does not say"
        into.unsure.append(UnsureRow(row.ecosystem, row.name, row.advisory, reason, row.line))
        into.unread.append(UnreadRow(row.line, f"{row.advisory}: {row.name}: {reason}"))
        return []
    if not versions or versions in {"vers:all/*", "*"}:
        return [row]
    try:
        intervals = _intervals(versions, scheme_of(ecosystem=row.ecosystem))
    except ValueError as error:
        if row.state or versions.startswith("vers:"):
            into.unsure.append(UnsureRow(row.ecosystem, row.name, row.advisory, str(error), row.line))
            into.unread.append(UnreadRow(row.line, f"{row.advisory}: {row.name}: {error}"))
        else:
            into.exact.append(ExactRow(row.ecosystem, row.name, versions, row.advisory, row.line))
        return []
    return [row._replace(lo=lo, hi=hi, introduced=introduced, until=until) for lo, hi, introduced, until in intervals]


def _intervals(versions: str, scheme: Scheme | None) -> list[Interval]:
    if versions.startswith("vers:"):
        return vers_intervals(versions, scheme=scheme)
    if scheme is None:
        raise InvalidVersion("its ecosystem has no known order")
    key = key_function(scheme)(versions)
    return [Interval(key, key + " ", versions, f"<= {versions}")]
