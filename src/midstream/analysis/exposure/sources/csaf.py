"""From CSAF documents to rows: products by their purl or CPE, versions as points or as ``vers:`` ranges."""

from midstream.analysis.exposure.cpes import cpe_parts
from midstream.analysis.exposure.inputs.purls import component_of_purl
from midstream.analysis.exposure.names import name_in
from midstream.analysis.exposure.sources.rows import AdvisoryRow, Collected, ExactRow, RangeRow, UnreadRow, UnsureRow
from midstream.analysis.exposure.vers_ranges import Interval, vers_intervals
from midstream.analysis.exposure.versions import HIGHEST, LOWEST, InvalidVersion, Scheme, key_function, scheme_of
from midstream.formats.csaf.statements import Statement, Statements

_STATES = {
    "affected": "",
    "fixed": "fixed",
    "not_affected": "not-affected",
    "under_investigation": "undetermined: under investigation",
}


def take_document(into: Collected, document: Statements, *, line: str) -> None:
    """Return nothing, after the rows of a CSAF document were added, one advisory for each of its vulnerabilities."""
    into.unread += [UnreadRow(line, fault) for fault in document.faults]
    seen: set[str] = set()
    for statement in document.statements:
        if statement.vulnerability not in seen:
            seen.add(statement.vulnerability)
            row = AdvisoryRow(
                advisory=statement.vulnerability,
                aliases=" ".join(each for each in statement.aliases if " " not in each),
                modified=document.at,
                summary=f"{document.publisher}: {document.id}"[:300],
                line=line,
            )
            into.advisories.append(row)
        _take(into, statement, line)


def _take(into: Collected, statement: Statement, line: str) -> None:
    product = statement.product
    names = product.parts or product.names
    if not names:
        into.unread.append(UnreadRow(line, f"{statement.vulnerability}: a product with neither purl nor CPE"))
    state = _STATES[statement.status]
    if state == "not-affected" and statement.justification:
        state += f": {statement.justification.replace('_', ' ')}"
    for name in names:
        try:
            ecosystem, package, version = _identified(name)
        except ValueError as error:
            into.unread.append(UnreadRow(line, f"{statement.vulnerability}: {name[:200]}: {error}"))
            continue
        if not ecosystem:
            into.unread.append(UnreadRow(line, f"{statement.vulnerability}: {name[:200]} names no ecosystem"))
            continue
        into.ecosystems.add(ecosystem)
        row = RangeRow(ecosystem, package, LOWEST, HIGHEST, statement.vulnerability, state, "0", "", line)
        _put(into, row, product.versions or version)


def _identified(name: str) -> tuple[str, str, str]:
    """Return the ecosystem, the package and the version that a purl or a CPE names."""
    if name.startswith("cpe:"):
        vendor_product, version = cpe_parts(name)
        return "CPE", vendor_product, version
    found = component_of_purl(name)
    package = found.source_name or found.name
    return found.ecosystem, name_in(ecosystem=found.ecosystem, name=package), found.source_version or found.version


def _put(into: Collected, row: RangeRow, versions: str) -> None:
    """Add a row for each interval of the versions; `row` is the one that holds for all versions."""
    if not versions or versions in {"vers:all/*", "*"}:
        into.ranges.append(row)
        return
    try:
        intervals = _intervals(versions, scheme_of(ecosystem=row.ecosystem))
    except ValueError as error:
        if row.state or versions.startswith("vers:"):
            into.unsure.append(UnsureRow(row.ecosystem, row.name, row.advisory, str(error), row.line))
            into.unread.append(UnreadRow(row.line, f"{row.advisory}: {row.name}: {error}"))
        else:
            into.exact.append(ExactRow(row.ecosystem, row.name, versions, row.advisory, row.line))
        return
    for lo, hi, introduced, until in intervals:
        into.ranges.append(row._replace(lo=lo, hi=hi, introduced=introduced, until=until))


def _intervals(versions: str, scheme: Scheme | None) -> list[Interval]:
    if versions.startswith("vers:"):
        return vers_intervals(versions, scheme=scheme)
    if scheme is None:
        raise InvalidVersion("its ecosystem has no known order")
    key = key_function(scheme)(versions)
    return [Interval(key, key + " ", versions, f"<= {versions}")]
