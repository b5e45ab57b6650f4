"""From Debian's package lists, west manifests, modules, submodules and lists of purls to components."""

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from midstream.analysis.exposure.inputs.boms import git_component, version_of_cpe
from midstream.analysis.exposure.inputs.distributions import (
    ecosystem_of,
    ecosystem_of_os_release,
    release_of_list,
)
from midstream.analysis.exposure.inputs.purls import component_of_purl
from midstream.analysis.exposure.match import Component
from midstream.analysis.exposure.statements import Statement

if TYPE_CHECKING:
    from midstream.analysis.exposure.inputs.inventory import Collecting
    from midstream.formats.west import Module, Project

MODULE_FILES = ("zephyr/module.yml", "zephyr/module.yaml", "module.yml", "module.yaml")


def take_debian(into: "Collecting", data: bytes, path: Path | None) -> None:
    """Add the packages of dpkg's status or of one of apt's lists.

    The release is the one asked for, else that of the ``os-release`` beside the status, else that in the list's name.
    """
    from midstream.formats.deb822 import read_packages  # noqa: PLC0415 - loaded only where it is needed

    read = read_packages(data=data)
    into.found.kind = "Debian package list"
    into.fault(*read.faults)
    ecosystem = into.release or _release_beside(path)
    if not ecosystem:
        ecosystem = "Debian"
        into.fault("which release of Debian these packages are of is not known; say it with --release")
    for package in read.packages:
        component = Component(
            name=package.name,
            version=package.version,
            ecosystem=ecosystem,
            source_name="" if package.source == package.name else package.source,
            source_version="" if package.source_version == package.version else package.source_version,
            purl=_deb_purl(ecosystem, package.name, package.version, package.architecture),
            place=f"line {package.line}",
        )
        into.add(component)


def _deb_purl(ecosystem: str, name: str, version: str, architecture: str) -> str:
    vendor, _, release = ecosystem.partition(":")
    vendor = vendor.lower()
    more = [f"arch={architecture}"] if architecture else []
    more += [f"distro={vendor}-{release.removesuffix(':LTS')}"] if release else []
    version = version.replace("%", "%25").replace("+", "%2B").replace(":", "%3A")
    return f"pkg:deb/{vendor}/{name.replace('+', '%2B')}@{version}" + (f"?{'&'.join(more)}" if more else "")


def _release_beside(path: Path | None) -> str:
    if path is None:
        return ""
    suite = release_of_list(path.name)
    if suite:
        return ecosystem_of(vendor="Debian", version=suite)
    whole = path.resolve()
    # …/var/lib/dpkg/status, and …/var/lib/dpkg/status.d/name of images without dpkg
    for root in whole.parents:
        if whole.is_relative_to(root / "var/lib/dpkg"):
            for name in ("etc/os-release", "usr/lib/os-release"):
                if (root / name).is_file():
                    return ecosystem_of_os_release((root / name).read_text(encoding="utf-8", errors="replace"))
    return ""


def take_west(into: "Collecting", text: str, path: Path | None) -> None:
    """Add the projects of a west manifest, and what the ``module.yml`` of each says where the workspace is there.

    What it imports from its own repository counts too, and comes first, as in west ("Manifest Imports"). A manifest in
    another repository is not fetched: which one is not read is a fault.
    """
    into.found.kind = "west manifest"
    projects: dict[str, Project] = {}
    _read_manifest(into, text, path, projects, imported={path.resolve()} if path else set())
    workspaces = _workspaces(path)
    for project in projects.values():
        place = f"project {project.name}"
        if not project.url:
            into.unidentified(name=project.name, version=project.revision, why="it has no address", place=place)
            continue
        cloned = into.add(git_component(repo=project.url, revision=project.revision, place=place))
        _take_module_of(into, project, cloned, workspaces)


def _read_manifest(
    into: "Collecting", text: str, path: Path | None, projects: "dict[str, Project]", *, imported: set[Path]
) -> None:
    """Add the projects of a manifest that are not there yet: those it imports from its own repository, then its own."""
    from midstream.formats.west import read_manifest  # noqa: PLC0415 - as above

    manifest = read_manifest(text=text)
    into.fault(*manifest.faults)
    for each in manifest.own:
        found: dict[str, Project] = {}
        for file in _imported_files(into, each.file, path):
            if file in imported:
                into.fault(f"self: import: {each.file}: it is imported more than once; the first time counts")
                continue
            imported.add(file)
            _read_imported(into, file, found, imported)
        for name, project in found.items():
            if each.takes(project):
                placed = f"{each.prefix}/{project.path}" if each.prefix else project.path
                projects.setdefault(name, msgspec.structs.replace(project, path=placed))
    for project in manifest.projects:
        projects.setdefault(project.name, project)
    for project in manifest.imports:
        where = f"{project.url or 'no address'} at {project.revision}"
        into.fault(f"project {project.name}: the manifest it is to be imported from was not read: {where}")


def _read_imported(into: "Collecting", file: Path, found: "dict[str, Project]", imported: set[Path]) -> None:
    from midstream.formats.west import SIZE_LIMIT  # noqa: PLC0415 - as above

    try:
        with file.open(encoding="utf-8") as opened:
            text = opened.read(SIZE_LIMIT + 1)
        _read_manifest(into, text, file, found, imported=imported)
    except (OSError, ValueError) as error:
        into.fault(f"self: import: {file.name}: {error}")


def _imported_files(into: "Collecting", name: str, path: Path | None) -> list[Path]:
    """Return the files an import from the manifest's own repository names: a file, or those in a folder, by name."""
    if path is None:
        into.fault(f"self: import: {name[:200]}: give the manifest as a file, so that what it imports can be found")
        return []
    whole = path.resolve()
    root = next((folder for folder in whole.parents if (folder / ".git").exists()), whole.parent)
    try:
        target = (root / name).resolve()
        is_folder = target.is_relative_to(root) and target.is_dir()
        files = sorted(each.resolve() for each in target.iterdir()) if is_folder else [target]
        return [file for file in files if _is_manifest(into, file, root, name, is_folder=is_folder)]
    except (OSError, ValueError):
        into.fault(f"self: import: {name[:200]!r}: no file can be called this")
        return []


def _is_manifest(into: "Collecting", file: Path, root: Path, name: str, *, is_folder: bool) -> bool:
    if is_folder and file.suffix not in {".yml", ".yaml"}:
        return False
    if not file.is_relative_to(root):
        into.fault(f"self: import: {name[:200]}: it leads out of the repository, and was not read")
        return False
    if not file.is_file():
        into.fault(f"self: import: {name[:200]}: there is no such file")
        return False
    return True


def _workspaces(path: Path | None) -> list[Path]:
    """Return the folders in which the projects of a manifest may lie: west's own, else those around the manifest."""
    if path is None:
        return []
    parents = list(path.resolve().parents)
    marked = [parent for parent in parents if (parent / ".west").is_dir()]
    return marked[:1] or parents[:2]


def _take_module_of(into: "Collecting", project: "Project", cloned: Component, workspaces: list[Path]) -> None:
    for workspace in workspaces:
        try:
            folder = (workspace / project.path).resolve()
            found = next((folder / name for name in MODULE_FILES[:2] if (folder / name).is_file()), None)
        except (OSError, ValueError):
            into.fault(f"project {project.name[:200]}: no folder can be called {project.path[:80]!r}")
            return
        if not folder.is_relative_to(workspace):
            into.fault(f"project {project.name}: its path leads out of the workspace; its module.yml was not read")
            return
        if found:
            _take_module_file(into, found, project.name, cloned)
            return


def _take_module_file(into: "Collecting", path: Path, name: str, cloned: Component) -> None:
    from midstream.formats.west import SIZE_LIMIT, read_module  # noqa: PLC0415 - as above

    try:
        with path.open(encoding="utf-8") as file:
            module = read_module(text=file.read(SIZE_LIMIT + 1))
    except (OSError, ValueError) as error:
        into.fault(f"project {name}: {path.name}: {error}")
        return
    _take_names(into, module, name, [cloned])


def take_module(into: "Collecting", text: str) -> None:
    """Add what one ``module.yml`` says by itself."""
    from midstream.formats.west import read_module  # noqa: PLC0415 - as above

    module = read_module(text=text)
    into.found.kind = "Zephyr module"
    name = module.name or "the module"
    if not module.references:
        into.unidentified(name=name, version="", why="it has no security: external-references", place="module.yml")
    _take_names(into, module, name, [])


def _take_names(into: "Collecting", module: "Module", name: str, held: list[Component]) -> None:
    """Add the components a module is known as elsewhere, and its assessments, which are about all of them."""
    place = f"{name}: module.yml"
    into.fault(*(f"{place}: {fault}" for fault in module.faults))
    for reference in module.references:
        if reference.startswith("cpe:2.3:"):
            component = Component(name=name, version=version_of_cpe(reference), cpes=(reference,), place=place)
        else:
            try:
                component = component_of_purl(reference, place=place)
            except ValueError as error:
                into.fault(f"{place}: {reference[:200]}: {error}")
                continue
        held = [*held, into.add(component)]
    for said in module.assessments:
        into.found.statements.append(
            Statement(
                vulnerability=said.vulnerability,
                status=said.status,  # type: ignore[arg-type] # read_module let no other word through
                justification=said.justification,
                detail=said.impact or said.notes,
                action=said.action,
                said_by=f"module.yml of {name}",
                voice=f"module.yml of {name}",
                components=tuple(held),
            )
        )


def take_gitmodules(into: "Collecting", text: str, path: Path | None) -> None:
    """Add the submodules of a checkout, at the commits its index has; without an index their versions are unknown."""
    from midstream.formats.gitmodules import read_gitmodules, read_index_commits  # noqa: PLC0415 - as above

    into.found.kind = "git submodules"
    folder = git_folder(path.parent) if path else None
    commits: dict[str, str] = {}
    try:
        commits = read_index_commits(data=(folder / "index").read_bytes()) if folder else {}
    except (OSError, ValueError) as error:
        into.fault(f"the index of this checkout cannot be read: {error}")
    for submodule in read_gitmodules(text=text):
        place = f"line {submodule.line}"
        commit = commits.get(submodule.path, "")
        url = _resolved(submodule.url, folder)
        if not url:
            why = f"its address {submodule.url!r} is relative, and this checkout has no remote 'origin'"
            into.unidentified(name=submodule.name, version=commit, why=why, place=place)
            continue
        into.add(git_component(repo=url, revision=commit, place=place))
    if not folder:
        into.fault("there is no git folder beside it, so the commits are not known; give the checkout")


def git_folder(checkout: Path) -> Path | None:
    """Return the git folder of a checkout: ``.git``, or what the file ``.git`` names; None when there is none."""
    there = checkout / ".git"
    if there.is_file():
        said = there.read_text(encoding="utf-8", errors="replace").partition("gitdir:")[2].strip()
        there = (checkout / said).resolve() if said else there
    return there if there.is_dir() else None


def _resolved(url: str, folder: Path | None) -> str:
    """Return the address of a submodule; a relative one is that of the remote ``origin`` and the way from it."""
    if not url.startswith(("./", "../")):
        return url
    origin = ""
    if folder and (folder / "config").is_file():
        inside = False
        for line in (folder / "config").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.strip().startswith("["):
                inside = line.strip() == '[remote "origin"]'
            elif inside and line.partition("=")[0].strip() == "url":
                origin = line.partition("=")[2].strip().rstrip("/")
    if "/" not in origin:
        return ""
    for step in url.split("/"):
        if step == "..":
            origin = origin.rpartition("/")[0]
        elif step not in {"", "."}:
            origin = f"{origin}/{step}"
    return origin


def take_purls(into: "Collecting", text: str) -> None:
    """Add a list of purls, one a line; empty lines and those that begin with # are passed over."""
    into.found.kind = "purls"
    for number, line in enumerate(text.split("\n"), 1):
        purl = line.strip()
        if not purl or purl.startswith("#"):
            continue
        try:
            into.add(component_of_purl(purl, release=into.release, place=f"line {number}"))
        except ValueError as error:
            why = f"its purl cannot be read: {error}"
            into.unidentified(name=purl[:200], version="", why=why, place=f"line {number}")


def without_place(component: Component, /) -> Component:
    """Return the component as it is the same in every document."""
    return msgspec.structs.replace(component, place="")
