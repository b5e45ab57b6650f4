"""From what CycloneDX and SPDX 3 documents say of vulnerabilities to the statements that CSAF documents make.

So that all of them become rows by the same rules: `sources.csaf`.
"""

from collections.abc import Iterator

from midstream.formats.csaf.statements import Product, Statement, Statements
from midstream.formats.cyclonedx.analyses import Statement as Analysis
from midstream.formats.cyclonedx.analyses import read_claims
from midstream.formats.cyclonedx.components import Bom, read_json
from midstream.formats.spdx.statements import read_statements


def of_cyclonedx(data: bytes) -> Statements:
    """Return what a document says of its vulnerabilities, also those nobody analysed; raise `ValueError` for others."""
    bom = read_json(data=data)
    held = bom.vulnerabilities
    read = read_claims(held=held if isinstance(held, list) else bytes(held))
    faults = [*bom.faults, *read.faults]
    name = bom.root.name if bom.root else ""
    made = list(_of_analyses(bom, read.statements, faults))
    newest = max((each.at for each in read.statements), default="")
    return Statements(id=name, publisher=f"CycloneDX {bom.spec}", at=newest, statements=made, faults=faults)


def _of_analyses(bom: Bom, said: list[Analysis], faults: list[str]) -> Iterator[Statement]:
    known = {entry.ref: entry for entry in bom.components if entry.ref}
    for each in said:
        ref = each.refs[0].rpartition("#")[2]
        entry = known.get(ref)
        names = [entry.purl or entry.cpe] if entry else [ref] if ref.startswith(("pkg:", "cpe:")) else []
        if not any(names):
            faults.append(f"{each.vulnerability}: {each.refs[0][:200]!r} names no component with a purl or CPE")
            continue
        version = entry.version if entry and "@" not in names[0] else ""
        for versions in each.versions or [each.range or version]:
            product = Product(names=names, versions=versions)
            yield _made(each.vulnerability, each.aliases, product, each.status, each.justification)


def of_spdx(tree: object) -> Statements:
    """Return what a document says; raise `ValueError` when it is none."""
    read = read_statements(tree=tree)
    made: list[Statement] = []
    for each in read.statements:
        package = each.part or each.product
        if not package.names:
            read.faults.append(f"{each.vulnerability}: {package.id[:200]!r} has neither purl nor CPE")
            continue
        # The purls and CPEs of a package are names of one and the same.
        product = Product(names=package.names[:1], versions="" if "@" in package.names[0] else package.version)
        made.append(_made(each.vulnerability, each.aliases, product, each.status, each.justification))
    newest = max((each.at for each in read.statements), default="")
    who = next((each.said_by for each in read.statements if each.said_by), "SPDX 3")
    return Statements(id=read.name, publisher=who, at=newest, statements=made, faults=read.faults)


def _made(vulnerability: str, aliases: list[str], product: Product, status: str, justification: str) -> Statement:
    return Statement(
        vulnerability=vulnerability,
        aliases=aliases,
        product=product,
        status=status,
        justification=justification,
        impact="",
        action="",
    )
