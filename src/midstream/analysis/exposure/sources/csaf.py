"""From CSAF documents to rows: products by their purl or CPE, versions as points or as ``vers:`` ranges."""

from midstream.analysis.exposure.cpes import cpe_parts
from midstream.analysis.exposure.inputs.purls import component_of_purl
from midstream.analysis.exposure.names import name_in
from midstream.analysis.exposure.sources.events import Interval
from midstream.analysis.exposure.sources.rows import AdvisoryRow, Collected, ExactRow, RangeRow, UnreadRow, UnsureRow
from midstream.analysis.exposure.versions import HIGHEST, LOWEST, InvalidVersion, Scheme, key_function, scheme_of
from midstream.formats.csaf.statements import Statement, Statements
from midstream.formats.purl import decoded

_STATES = {
    "affected": "",
    "fixed": "fixed",
    "not_affected": "not-affected",
    "under_investigation": "undetermined: under investigation",
}
_COMPARATORS = (">=", "<=", "!=", ">", "<", "=")


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


def vers_intervals(text: str, /, *, scheme: Scheme | None) -> list[Interval]:
    """Return the intervals of a ``vers:`` range (VERS, "Version range specifier"); raise `ValueError` for others."""
    if scheme is None:
        raise ValueError("its ecosystem has no known order")
    _, slash, rest = text.partition("/")
    if not slash or not rest.strip():
        raise ValueError(f"{text[:80]!r} is no range of versions")
    if rest.strip() == "*":
        return [Interval(LOWEST, HIGHEST, "0", "")]
    constraints = []
    for part in rest.split("|"):
        comparator = next((each for each in _COMPARATORS if part.strip().startswith(each)), "")
        version = decoded(part.strip().removeprefix(comparator).strip())
        constraints.append((key_function(scheme)(version), comparator or "=", version))
    return _between(sorted(constraints))


def _between(constraints: list[tuple[str, str, str]]) -> list[Interval]:
    found = [Interval(key, key + " ", text, f"<= {text}") for key, comparator, text in constraints if comparator == "="]
    cuts = [key for key, comparator, _ in constraints if comparator == "!="]
    bounds = [each for each in constraints if each[1] not in {"=", "!="}]
    starts_low = bounds[0][1][0] == "<" if bounds else bool(cuts)
    lower: tuple[str, str] | None = (LOWEST, "0") if starts_low else None
    spans: list[Interval] = []
    for key, comparator, text in bounds:
        if comparator[0] == ">":
            lower = lower or (key if comparator == ">=" else key + " ", f"{comparator} {text}")
        elif lower is not None:
            spans.append(Interval(lower[0], key + " " if comparator == "<=" else key, lower[1], f"{comparator} {text}"))
            lower = None
    if lower is not None:
        spans.append(Interval(lower[0], HIGHEST, lower[1], ""))
    for cut in cuts:
        spans = [piece for span in spans for piece in _without(span, cut)]
    return found + spans


def _without(span: Interval, cut: str) -> list[Interval]:
    if not span.lo <= cut < span.hi:
        return [span]
    pieces = [span._replace(hi=cut), span._replace(lo=cut + " ")]
    return [piece for piece in pieces if piece.lo < piece.hi]
