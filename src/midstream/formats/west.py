"""West manifests (docs.zephyrproject.org, "West Manifests") and Zephyr's ``module.yml`` ("Modules")."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import msgspec
import yaml

SIZE_LIMIT = 4 * 1024 * 1024
"""Bytes a manifest or a module.yml may have; people write them."""

_STATUSES = {"not_affected", "affected", "fixed", "under_investigation"}
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
# Every scalar stays the text people wrote: elsewhere the revision 0123456 is an octal number, and 1.10 is 1.1.


class Project(msgspec.Struct, kw_only=True, frozen=True):
    """One project of a manifest: where it is cloned from, at which revision, and where it lies in the workspace."""

    name: str
    url: str
    revision: str
    path: str


class Import(msgspec.Struct, kw_only=True, frozen=True):
    """A file or folder of the manifest's own repository (``self: import``), and which of its projects count."""

    file: str
    names: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    blocked_names: tuple[str, ...] = ()
    blocked_paths: tuple[str, ...] = ()
    prefix: str = ""

    def takes(self, project: Project) -> bool:
        """Return whether a project is imported: allowlists are for what blocklists hold, and, without any, for all."""
        is_allowed = project.name in self.names or _is_among(project.path, self.paths)
        if project.name in self.blocked_names or _is_among(project.path, self.blocked_paths):
            return is_allowed
        return is_allowed or not (self.names or self.paths)


class Manifest(msgspec.Struct, kw_only=True):
    """The projects of a manifest, and what could not be read. `imports` are projects whose own manifests count too.

    `own` are the imports from the manifest's own repository; their projects come before `projects`.
    """

    projects: list[Project]
    imports: list[Project]
    own: list[Import]
    faults: list[str]


class Assessment(msgspec.Struct, kw_only=True, frozen=True):
    """What a module says about one vulnerability (``security: vulnerability-assessments``)."""

    vulnerability: str
    status: str
    justification: str
    impact: str
    action: str
    notes: str
    references: list[str]


class Module(msgspec.Struct, kw_only=True):
    """What a ``module.yml`` says: its name, what it is known as elsewhere (CPEs, purls), its assessments."""

    name: str
    references: list[str]
    assessments: list[Assessment]
    faults: list[str]


def read_manifest(*, text: str) -> Manifest:
    """Return the projects of a west manifest; raise `ValueError` for a text that is none.

    A project's address is its ``url``, or the ``url-base`` of its remote with its ``repo-path`` or name; its revision
    is its own, or that of the defaults. The first project of a name counts, as in west.
    """
    tree = _load(text)
    manifest = tree.get("manifest") if isinstance(tree, dict) else None
    if not isinstance(manifest, dict):
        raise ValueError("it has no key 'manifest' at its top")
    found = Manifest(projects=[], imports=[], own=[], faults=[])
    remotes = {_text(entry, "name"): _text(entry, "url-base") for entry in _tables(manifest, "remotes", found.faults)}
    defaults = manifest.get("defaults")
    defaults = defaults if isinstance(defaults, dict) else {}
    seen: set[str] = set()
    for entry in _tables(manifest, "projects", found.faults):
        name = _text(entry, "name")
        if not name:
            found.faults.append("a project has no name")
        elif name in seen:
            found.faults.append(f"project {name}: named twice; the first counts")
        else:
            seen.add(name)
            found.projects.append(_project(name, entry, remotes, defaults, found.faults))
            if not _is_off(entry.get("import")):
                found.imports.append(found.projects[-1])
    itself = manifest.get("self")
    if isinstance(itself, dict) and not _is_off(itself.get("import")):
        found.own = list(_own(itself["import"], found.faults))
    return found


def _own(value: object, faults: list[str]) -> Iterator[Import]:
    for each in value if isinstance(value, list) else [value]:
        held = each if isinstance(each, dict) else {"file": each}
        file = _text(held, "file") or ("west.yml" if isinstance(each, dict) and each else "")
        if not file:
            faults.append(f"self: import: {str(each)[:80]!r} is no file")
            continue
        yield Import(
            file=file,
            names=_texts(held, "name-allowlist", "name-whitelist"),
            paths=_texts(held, "path-allowlist", "path-whitelist"),
            blocked_names=_texts(held, "name-blocklist", "name-blacklist"),
            blocked_paths=_texts(held, "path-blocklist", "path-blacklist"),
            prefix=_text(held, "path-prefix"),
        )


def read_module(*, text: str) -> Module:
    """Return what a ``module.yml`` says; raise `ValueError` for a text that is none.

    An assessment that breaks the schema's rules (no vulnerability, an unknown status, "not affected" without a reason)
    is a fault, and does not count.
    """
    tree = _load(text)
    if not isinstance(tree, dict):
        raise ValueError("it is no table")
    security = tree.get("security")
    security = security if isinstance(security, dict) else {}
    found = Module(name=_text(tree, "name"), references=[], assessments=[], faults=[])
    references = security.get("external-references")
    found.references = [entry for entry in references if isinstance(entry, str)] if isinstance(references, list) else []
    for entry in _tables(security, "vulnerability-assessments", found.faults):
        assessment = _assessment(entry)
        fault = _fault_of(assessment)
        if fault:
            found.faults.append(f"assessment of {assessment.vulnerability or 'nothing'}: {fault}")
        else:
            found.assessments.append(assessment)
    return found


def _project(
    name: str, entry: dict[str, Any], remotes: dict[str, str], defaults: dict[str, Any], faults: list[str]
) -> Project:
    url = _text(entry, "url")
    if not url:
        remote = _text(entry, "remote") or _text(defaults, "remote")
        base = remotes.get(remote, "")
        if base:
            url = f"{base.rstrip('/')}/{_text(entry, 'repo-path') or name}"
        else:
            faults.append(f"project {name}: it has neither a url nor a known remote")
    return Project(
        name=name,
        url=url,
        revision=_text(entry, "revision") or _text(defaults, "revision") or "master",
        path=_text(entry, "path") or name,
    )


def _assessment(entry: dict[str, Any]) -> Assessment:
    references = entry.get("references")
    return Assessment(
        vulnerability=_text(entry, "vulnerability"),
        status=_text(entry, "status"),
        justification=_text(entry, "justification"),
        impact=_text(entry, "impact-statement"),
        action=_text(entry, "action-statement"),
        notes=_text(entry, "status-notes"),
        references=[each for each in references if isinstance(each, str)] if isinstance(references, list) else [],
    )


def _fault_of(said: Assessment) -> str:
    if not said.vulnerability:
        return "it names no vulnerability"
    if said.status not in _STATUSES:
        return f"{said.status or 'nothing'} is no status; there are {', '.join(sorted(_STATUSES))}"
    if said.status == "not_affected" and not (said.justification or said.impact):
        return "not_affected needs a justification or an impact-statement"
    if said.status == "affected" and not said.action:
        return "affected needs an action-statement"
    return ""


def _load(text: str) -> object:
    if len(text) > SIZE_LIMIT:
        raise ValueError(f"it has more than {SIZE_LIMIT} characters")
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - it makes nothing but texts, lists and tables
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        problem = " ".join(str(error).split())
        raise ValueError(f"it is no YAML: {problem}") from None


def _tables(tree: dict[str, Any], key: str, faults: list[str]) -> Iterator[dict[str, Any]]:
    entries = tree.get(key)
    if entries is not None and not isinstance(entries, list):
        faults.append(f"{key} is no list")
        return
    for place, entry in enumerate(entries or []):
        if isinstance(entry, dict):
            yield entry
        else:
            faults.append(f"{key}[{place}] is no table")


def _texts(tree: dict[str, Any], *keys: str) -> tuple[str, ...]:
    """Return the texts under the first of the keys that is there; a text alone is a list of one."""
    value: Any = next((tree[key] for key in keys if key in tree), [])
    return tuple(each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str))


def _is_among(path: str, patterns: tuple[str, ...]) -> bool:
    return any(PurePosixPath(path).match(pattern) for pattern in patterns)


def _text(tree: dict[str, Any], key: str) -> str:
    value = tree.get(key)
    return value if isinstance(value, str) and value not in {"null", "~"} else ""


def _is_off(value: object) -> bool:
    return value is None or (isinstance(value, str) and value.lower() in {"", "false", "no", "off", "null", "~"})
