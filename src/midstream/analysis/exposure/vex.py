"""VEX documents as statements: OpenVEX, CSAF, SPDX 3, and the analyses of CycloneDX, each with who says it."""

from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import quote

import msgspec

from midstream.analysis.exposure.errors import Unreadable
from midstream.analysis.exposure.statements import Statement, Status

if TYPE_CHECKING:
    from midstream.analysis.exposure.match import Component
    from midstream.formats.cyclonedx.analyses import Statement as Analysis
    from midstream.formats.cyclonedx.components import Bom
    from midstream.formats.spdx.statements import Product as SpdxPackage
    from midstream.formats.spdx.statements import Statement as SpdxStatement

SIZE_LIMIT = 64 * 1024 * 1024
"""Bytes a VEX document may have."""


FAULT_LIMIT = 100
"""How many faults of one document are told one by one."""


class Vex(msgspec.Struct, kw_only=True):
    """What one VEX document says, and what of it could not be read."""

    where: str
    kind: str
    statements: list[Statement]
    faults: list[str]


def read_vex(*, path: Path) -> Vex:
    """Return the statements of a document; raise `Unreadable` for one that is none, `OSError` when it is not there."""
    where = str(path)
    if path.stat().st_size > SIZE_LIMIT:
        raise Unreadable(f"it is larger than {SIZE_LIMIT // 2**20} MiB", where=where, hint="Split it by product.")
    data = path.read_bytes()
    try:
        return _read(data, where)
    except (ValueError, msgspec.DecodeError, RecursionError) as error:
        hint = "Give an OpenVEX, CSAF, CycloneDX or SPDX 3 document."
        raise Unreadable(f"it says nothing about vulnerabilities: {error}", where=where, hint=hint) from None


def _read(data: bytes, where: str) -> Vex:
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        from midstream.formats.cyclonedx.components import read_xml  # noqa: PLC0415 - loaded only where it is needed

        return _of_bom(read_xml(data=data), where)
    tree = msgspec.json.decode(data)
    if isinstance(tree, dict) and tree.get("bomFormat") == "CycloneDX":
        from midstream.formats.cyclonedx.components import read_json  # noqa: PLC0415 - as above

        return _of_bom(read_json(data=data), where)
    if isinstance(tree, dict) and "document" in tree:
        return _of_csaf(tree, where)
    if isinstance(tree, dict) and "@graph" in tree:
        return _of_spdx(tree, where)
    return _of_openvex(tree, where)


def _of_openvex(tree: object, where: str) -> Vex:
    from midstream.formats.openvex.statements import read_statements  # noqa: PLC0415 - as above

    read = read_statements(tree=tree)
    voice = read.author or read.id or where
    made = [
        Statement(
            vulnerability=said.vulnerability,
            aliases=tuple(said.aliases),
            status=cast("Status", said.status),
            justification=said.justification,
            detail=said.impact or said.notes,
            action=said.action,
            said_by=f"{voice} (OpenVEX, {where})",
            voice=voice,
            at=said.at,
            names=tuple(product.names),
            parts=tuple(product.parts),
        )
        for said in read.statements
        for product in said.products
    ]
    return Vex(where=where, kind="OpenVEX", statements=made, faults=read.faults)


def _of_csaf(tree: object, where: str) -> Vex:
    from midstream.formats.csaf.statements import read_statements  # noqa: PLC0415 - as above

    read = read_statements(tree=tree)
    voice = read.publisher or read.id or where
    made = [
        Statement(
            vulnerability=said.vulnerability,
            aliases=tuple(said.aliases),
            status=cast("Status", said.status),
            justification=said.justification,
            detail=said.impact,
            action=said.action,
            said_by=f"{voice} (CSAF {read.id}, {where})",
            voice=voice,
            at=read.at,
            names=tuple(said.product.names),
            parts=tuple(said.product.parts),
            range=said.product.versions,
        )
        for said in read.statements
    ]
    return Vex(where=where, kind="CSAF", statements=made, faults=read.faults)


def _of_spdx(tree: object, where: str) -> Vex:
    """Return what a document beside what is scanned says; purls and CPEs name its packages."""
    from midstream.formats.spdx.statements import read_statements  # noqa: PLC0415 - as above

    read = read_statements(tree=tree)
    made: list[Statement] = []
    for said in read.statements:
        nameless = next((each for each in (said.product, said.part) if each and not each.names), None)
        if nameless:
            read.faults.append(f"{said.vulnerability}: {nameless.id[:200]!r} has neither purl nor CPE")
            continue
        voice = said.said_by or read.name or where
        parts = _names_in_spdx(said.part) if said.part else ()
        who = f"{voice} (SPDX, {where})"
        made.append(_said_in_spdx(said, voice, who, names=_names_in_spdx(said.product), parts=parts))
    return Vex(where=where, kind="SPDX 3", statements=made, faults=read.faults[:FAULT_LIMIT])


def _names_in_spdx(package: "SpdxPackage") -> tuple[str, ...]:
    """Return the names of a package; a purl without a version means the one the package has."""
    version = f"@{quote(package.version, safe='')}" if package.version else ""
    bare = [name.startswith("pkg:") and not set("@?#") & set(name) for name in package.names]
    return tuple(f"{name}{version}" if is_bare else name for name, is_bare in zip(package.names, bare, strict=True))


def statements_of_spdx(
    tree: object, *, refs: "dict[str, list[Component]]", where: str
) -> tuple[list[Statement], list[str]]:
    """Return what a scanned SPDX 3 document says about its own packages, by their ids, and what could not be read."""
    from midstream.formats.spdx.statements import read_statements  # noqa: PLC0415 - as above

    read = read_statements(tree=tree)
    made: list[Statement] = []
    for said in read.statements:
        about = (said.part or said.product).id
        if held := refs.get(about):
            who = (
                f"{said.said_by}, in the document itself, {where}" if said.said_by else f"the document itself, {where}"
            )
            made.append(_said_in_spdx(said, said.said_by or where, who, components=tuple(held)))
        else:
            read.faults.append(f"{said.vulnerability}: {about[:200]!r} is none of its packages that are known")
    return made, read.faults


def _said_in_spdx(
    said: "SpdxStatement",
    voice: str,
    who: str,
    *,
    names: tuple[str, ...] = (),
    parts: tuple[str, ...] = (),
    components: "tuple[Component, ...]" = (),
) -> Statement:
    return Statement(
        vulnerability=said.vulnerability,
        aliases=tuple(said.aliases),
        status=cast("Status", said.status),
        justification=said.justification,
        detail=said.impact or said.notes,
        action=said.action,
        said_by=who,
        voice=voice,
        at=said.at,
        names=names,
        parts=parts,
        components=components,
    )


def _of_bom(bom: "Bom", where: str) -> Vex:
    """Return the analyses of a document beside what is scanned: purls and CPEs name its components."""
    analyses, faults = _analyses(bom)
    names = {entry.ref: tuple(filter(None, (entry.purl, entry.cpe))) for entry in bom.components if entry.ref}
    made: list[Statement] = []
    for said in analyses:
        ref = said.refs[0].rpartition("#")[2]
        known = names.get(ref) or ((ref,) if ref.startswith(("pkg:", "cpe:")) else ())
        if known:
            made.append(_statement(said, where, where, names=known))
        else:
            faults.append(f"{said.vulnerability}: {said.refs[0][:200]!r} names no component with a purl or CPE")
    return Vex(where=where, kind=f"CycloneDX {bom.spec}", statements=made, faults=faults[:FAULT_LIMIT])


def statements_of_bom(
    bom: "Bom", *, refs: "dict[str, list[Component]]", where: str
) -> tuple[list[Statement], list[str]]:
    """Return what a scanned document says about its own components, by their refs, and what could not be read."""
    analyses, faults = _analyses(bom)
    made: list[Statement] = []
    for said in analyses:
        held = refs.get(said.refs[0]) or refs.get(said.refs[0].rpartition("#")[2])
        if held:
            made.append(_statement(said, where, f"the document itself, {where}", components=tuple(held)))
        else:
            faults.append(f"{said.vulnerability}: {said.refs[0][:200]!r} is none of its components that are known")
    return made, faults


def _analyses(bom: "Bom") -> "tuple[list[Analysis], list[str]]":
    from midstream.formats.cyclonedx.analyses import read_statements, read_xml_statements  # noqa: PLC0415 - as above

    held = bom.vulnerabilities
    read = read_xml_statements(entries=held) if isinstance(held, list) else read_statements(raw=bytes(held))
    return read.statements, read.faults


def _statement(
    said: "Analysis", voice: str, who: str, *, names: tuple[str, ...] = (), components: "tuple[Component, ...]" = ()
) -> Statement:
    return Statement(
        vulnerability=said.vulnerability,
        aliases=tuple(said.aliases),
        status=cast("Status", said.status),
        justification=said.justification,
        detail=said.detail,
        said_by=f"{who} (CycloneDX)" if names else who,
        voice=voice,
        at=said.at,
        names=names,
        versions=tuple(said.versions),
        range=said.range,
        components=components,
    )
