"""From bills of materials to components: CycloneDX and SPDX."""

from operator import attrgetter
from typing import TYPE_CHECKING

import msgspec

from midstream.analysis.exposure.inputs.distributions import ecosystem_of_os_release
from midstream.analysis.exposure.inputs.purls import (
    component_of_purl,
    is_commit,
    split_revision,
)
from midstream.analysis.exposure.match import Component
from midstream.analysis.exposure.names import repository_name

if TYPE_CHECKING:
    from midstream.analysis.exposure.inputs.inventory import Collecting
    from midstream.formats.cyclonedx.components import Bom, Listed
    from midstream.formats.spdx.packages import Document, Package

_type = attrgetter("type")

NO_PARTS = {"file", "operating-system", "data", "cryptographic-asset", "machine-learning-model"}
"""Kinds of CycloneDX components that are no software of their own; without a purl nothing is missed in them."""

SOURCE_PROPERTY = b"aquasecurity:trivy:SrcName"
"""In a document of a scanner that writes source packages into properties, a purl does not tell everything."""

DISTRIBUTED = ("pkg:deb/", "pkg:rpm/", "pkg:apk/")
"""Beginnings of the purls of packages that are built from source packages of other names."""

_NO_NAME = "it has no purl, no CPE and no repository"


def take_bom(into: "Collecting", bom: "Bom") -> None:
    """Add what a CycloneDX document lists: components, its root, what cannot be identified, its own analyses."""
    into.found.kind = f"CycloneDX {bom.spec}"
    into.fault(*bom.faults)
    release = into.release or release_of_bom(bom)
    refs: dict[str, list[Component]] = {}
    wants_refs = bool(bom.vulnerabilities)
    for number, entry in enumerate(bom.components):
        place = f"components[{number}]"
        component = component_of_listed(entry, release=release, place=place)
        if isinstance(component, Component):
            kept = into.add(component)
            if wants_refs:
                refs.setdefault(entry.ref or entry.purl, []).append(kept)
            if entry is bom.root:
                into.found.root = kept
        elif entry is not bom.root and entry.type not in NO_PARTS:
            into.unidentified(name=entry.name, version=entry.version, why=component, place=place)
    into.found.listed = len(bom.components)  # also the root and the files, which need no name elsewhere
    if wants_refs:
        from midstream.analysis.exposure.vex import statements_of_bom  # noqa: PLC0415 - loaded only where it is needed

        statements, faults = statements_of_bom(bom, refs=refs, where=into.found.where)
        into.found.statements += statements
        into.fault(*faults)


def release_of_bom(bom: "Bom") -> str:
    """Return the ecosystem of the operating system that a document lists among its components, or ""."""
    if "operating-system" not in map(_type, bom.components):
        return ""
    entry = next(entry for entry in bom.components if entry.type == "operating-system")
    return ecosystem_of_os_release(f"ID={entry.name}\nVERSION_ID={entry.version}")


def component_of_listed(entry: "Listed", *, release: str, place: str = "") -> Component | str:
    """Return the component that an entry of a CycloneDX document names, or why it cannot be identified."""
    purl, cpe = entry.purl, entry.cpe
    if not purl:
        if not cpe:
            return _NO_NAME
        return Component(name=entry.name, version=entry.version or version_of_cpe(cpe), cpes=(cpe,), place=place)
    try:
        component = component_of_purl(purl, release=release, place=place, cpe=cpe)
    except ValueError as error:
        return f"its purl cannot be read: {error}"
    if not component.version and entry.version and not component.commit:
        component = msgspec.structs.replace(component, version=entry.version)
    if not component.source_name and purl.startswith(DISTRIBUTED):
        return _with_source(component, entry)
    return component


def _with_source(component: Component, entry: "Listed") -> Component:
    """Return the component with the source package that the properties of a scanner's document name."""
    from midstream.formats.cyclonedx.components import property_of  # noqa: PLC0415 - as above

    name = property_of(entry, SOURCE_PROPERTY.decode())
    if not name:
        return component
    version = property_of(entry, "aquasecurity:trivy:SrcVersion")
    release = property_of(entry, "aquasecurity:trivy:SrcRelease")
    epoch = property_of(entry, "aquasecurity:trivy:SrcEpoch")
    whole = f"{epoch}:" if epoch not in {"", "0"} else ""
    whole += f"{version}-{release}" if release else version
    return msgspec.structs.replace(component, source_name=name, source_version=whole if version else "")


def take_spdx(into: "Collecting", document: "Document", *, tree: bytes = b"") -> None:
    """Add what an SPDX document lists. A package may have several names; each is looked up.

    `tree` is the JSON-LD of a document that has statements about its own packages.
    """
    refs: dict[str, list[Component]] = {}
    into.found.kind = document.spec.replace("-", " ", 1)
    into.fault(*document.faults)
    for number, package in enumerate(document.packages):
        place = f"packages[{number}] {package.id}".rstrip()
        components, why = _of_package(package, into.release, place)
        for component in components:
            refs.setdefault(package.id, []).append(into.add(component))
        if not components:
            into.unidentified(name=package.name, version=package.version, why=why, place=place)
    if tree:
        from midstream.analysis.exposure.vex import statements_of_spdx  # noqa: PLC0415 - few documents have any

        statements, faults = statements_of_spdx(msgspec.json.decode(tree), refs=refs, where=into.found.where)
        into.found.statements += statements
        into.fault(*faults)


def _of_package(package: "Package", release: str, place: str) -> tuple[list[Component], str]:
    found: list[Component] = []
    why = _NO_NAME
    for purl in package.purls:
        try:
            component = component_of_purl(purl, release=release, place=place)
        except ValueError as error:
            why = f"its purl cannot be read: {error}"
            continue
        if not component.version and not component.commit and not is_commit(package.version):
            component = msgspec.structs.replace(component, version=package.version)
        found.append(component)
    cloned = of_repository(package.download, place=place)
    if cloned and not any(other.ecosystem == "GIT" and other.commit == cloned.commit for other in found):
        found.append(cloned)
    if package.cpes and found:
        found[0] = msgspec.structs.replace(found[0], cpes=tuple(package.cpes))
    elif package.cpes:
        version = package.version or version_of_cpe(package.cpes[0])
        found.append(Component(name=package.name, version=version, cpes=tuple(package.cpes), place=place))
    return found, why


def of_repository(address: str, /, *, place: str) -> Component | None:
    """Return the component of a download location ``git+https://host/path@commit``; None for any other."""
    if not address.startswith("git+"):
        return None
    repo, revision = split_revision(address.removeprefix("git+").partition("#")[0])
    if not revision:
        return None
    return git_component(repo=repo, revision=revision, place=place)


def git_component(*, repo: str, revision: str, place: str) -> Component:
    """Return the component of a repository at a commit, a tag, or, when it is neither, an unknown version."""
    commit = revision if is_commit(revision) else ""
    name = repository_name(address=repo)
    return Component(
        name=name, version="" if commit else revision, ecosystem="GIT", repo=repo, commit=commit, place=place
    )


def version_of_cpe(cpe: str, /) -> str:
    """Return the version in a CPE 2.3, or "" when it names none (``*`` and ``-``)."""
    parts = cpe.replace("\\:", "\0").split(":")
    version = parts[5].replace("\0", ":").replace("\\", "") if len(parts) > 5 and parts[1] == "2.3" else ""
    return "" if version in {"*", "-"} else version
