"""Which vulnerabilities of an index touch which components, with the reason of every answer."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from midstream.analysis.exposure.findings import By, Component, Finding, Told, Verdict
from midstream.analysis.exposure.judging import Group, Groups, judge, judge_repository
from midstream.analysis.exposure.names import in_module, module_of, name_in, repository_name
from midstream.analysis.exposure.package import NOTHING
from midstream.analysis.exposure.versions import InvalidVersion, key_function, scheme_of

if TYPE_CHECKING:
    from midstream.analysis.exposure.index import Index

__all__ = ["Asked", "By", "Component", "Finding", "Told", "Verdict", "key_in", "match", "names_of", "single_key"]

_RANK: dict[str, int] = {
    "affected": 0,
    "unknown version": 1,
    "no data": 2,
    "fixed in this version": 3,
    "not affected": 4,
    "withdrawn": 5,
}
_AT_ONCE = 500
"""Components whose advisories are read at once."""

_QUIET = {"fixed in this version", "not affected"}
_REBUILD = re.compile(r"\+b[0-9]+\Z")


class Asked(msgspec.Struct, frozen=True, gc=False):
    """One question to the index: a name in an ecosystem, and the version that is compared there."""

    ecosystem: str
    name: str
    version: str


def match(
    *, index: "Index", components: Iterable[Component], everything: bool = False, only: str = ""
) -> Iterator[Finding]:
    """Yield the findings of each component in turn, by vulnerability; of one vulnerability when `only` is its first id.

    Without `everything` those that say fixed or not affected are left out; the others always come: affected,
    unknown version, no data, withdrawn. A component without any finding is known to the index and not touched.
    """
    waiting = iter(components)
    while some := list(islice(waiting, _AT_ONCE)):
        judged = (
            _judged(index, some)
            if not everything and not only
            else [(component, *_told(index, component, everything=everything, only=only)) for component in some]
        )
        for component, groups, silence in judged:
            if silence:
                yield Finding(component=component, vulnerability="", verdict="no data", why=silence)
            for name in sorted(groups) if len(groups) > 1 else groups:
                if only and name != only:
                    continue
                group = groups[name]
                first = group.told[0] if len(group.told) == 1 else min(group.told, key=_rank)
                if everything or first.verdict not in _QUIET:
                    yield _finding(component, name, first, group)


def names_of(component: Component, /) -> list[Asked]:
    """Return what the index is asked for a component.

    Debian and Alpine know source packages only; the others of the RPM family name either, so both are asked, and where
    it is of a module, its name has the module in it. A rebuild without changes (``+b1``, Debian Policy 5.6.12) has the
    version of its source.
    """
    ecosystem = component.ecosystem
    if not ecosystem:
        return []
    source = component.source_name or component.name
    version = component.source_version or component.version
    if "+b" in version and not component.source_version and ecosystem.startswith("Debian"):
        version = _REBUILD.sub("", version)
    asked = [Asked(ecosystem, name_in(ecosystem=ecosystem, name=source), version)]
    if scheme_of(ecosystem=ecosystem) == "rpm":
        if source != component.name:
            asked.append(Asked(ecosystem, component.name, component.version))
        if ".module" in component.version:
            module = module_of(purl=component.purl)
            asked = [msgspec.structs.replace(each, name=in_module(module, each.name)) for each in asked]
    return asked


def single_key(component: Component, /) -> str | None:
    """Return the key that answers for a component in every range of its name; None when more has to be looked at.

    More is looked at without a version that has a key, with several names, with CPEs, of modules, and in repositories.
    """
    ecosystem = component.ecosystem
    if not ecosystem or ecosystem == "GIT" or component.cpes or ".module" in component.version:
        return None
    asked = names_of(component)
    return key_in(ecosystem, asked[0].version) if len(asked) == 1 else None


def _judged(index: "Index", components: list[Component]) -> list[tuple[Component, Groups, str]]:
    """Return what the sources tell against each component; the index is asked once for all that are simply named."""
    asked: list[tuple[int, str, str, str, str]] = []
    for number, component in enumerate(components):
        if component.ecosystem in index.ecosystems and component.ecosystem != "GIT" and not component.cpes:
            names = names_of(component)
            key = key_in(component.ecosystem, names[0].version) if len(names) == 1 else None
            if key is not None:
                asked.append((number, names[0].ecosystem, names[0].name, key, names[0].version))
    packages = index.against(asked)
    by_number = {number: (key, version) for number, _, _, key, version in asked}
    judged = []
    for number, component in enumerate(components):
        groups: Groups = {}
        silence = ""
        if number not in by_number:
            groups, silence = _told(index, component, everything=False)
        elif number in packages:
            key, version = by_number[number]
            judge(groups, packages[number], index, version=version, key=key, everything=True)
        judged.append((component, groups, silence))
    return judged


def _told(index: "Index", component: Component, *, everything: bool, only: str = "") -> tuple[Groups, str]:
    """Return what the sources tell by vulnerability, and "" or why they have no data."""
    ecosystem = component.ecosystem
    groups: Groups = {}
    silence = ""
    if ecosystem == "GIT":
        groups, silence = _repository(index, component)
    elif ecosystem not in index.ecosystems:
        silence = _silence(index, ecosystem)
    else:
        for asked in names_of(component):
            package = index.package(ecosystem, asked.name)
            if package is not NOTHING:
                key = key_in(ecosystem, asked.version)
                judge(groups, package, index, version=asked.version, key=key, everything=everything, only=only)
    if component.cpes and (silence or not groups):
        is_known = _by_cpes(index, component, groups, everything=everything)
        silence = "" if is_known else silence
    return groups, silence


@lru_cache(maxsize=1_000)
def _key_function(ecosystem: str) -> Callable[[str], str] | None:
    """Return the function from versions to keys of an ecosystem, if it has one."""
    scheme = scheme_of(ecosystem=ecosystem)
    return key_function(scheme) if scheme else None


def key_in(ecosystem: str, version: str, /) -> str | None:
    """Return the key of a version; None when it has none, or when there is no version."""
    key_of = _key_function(ecosystem)
    if key_of is None or not version:
        return None
    try:
        return key_of(version)
    except InvalidVersion:
        return None


def _silence(index: "Index", ecosystem: str) -> str:
    if not ecosystem:
        return "the input does not say what this is: neither purl nor repository nor release"
    vendor = ecosystem.partition(":")[0]
    others = sorted(name for name in index.ecosystems if name.partition(":")[0] == vendor)
    if others:
        shown = ", ".join(others[:6]) + (", …" if len(others) > 6 else "")
        return f"the index knows nothing about {ecosystem}; of {vendor} it knows {shown}"
    return f"the index knows nothing about {ecosystem}"


def _repository(index: "Index", component: Component) -> tuple[Groups, str]:
    repo = repository_name(address=component.repo or component.name)
    package = index.package("GIT", repo) if "GIT" in index.ecosystems else NOTHING
    if package is NOTHING:
        return {}, f"the index knows nothing about the repository {repo}"
    commit = component.commit.lower()
    commits = index.commits(repo, commit) if commit else []
    key = key_in("GIT", component.version)
    return judge_repository(package, index, commits, commit=commit, version=component.version, key=key), ""


def _by_cpes(index: "Index", component: Component, groups: Groups, *, everything: bool) -> bool:
    """Return whether the index knows any of the declared CPEs, after what it tells by them was added."""
    from midstream.analysis.exposure.cpes import cpe_parts  # noqa: PLC0415 - few components have one

    is_known = False
    for text in component.cpes:
        try:
            name, version = cpe_parts(text)
        except ValueError:
            continue  # a wildcard identifies nothing; the component stays without data
        package = index.package("CPE", name)
        is_known = is_known or package is not NOTHING
        version = version or component.version
        by_cpe: Groups = {}
        judge(by_cpe, package, index, version=version, key=key_in("CPE", version), everything=everything)
        for vulnerability, group in by_cpe.items():
            group.told = [msgspec.structs.replace(each, by="cpe") for each in group.told]
            if vulnerability in groups:
                groups[vulnerability].told += group.told
            else:
                groups[vulnerability] = group
    return is_known


def _rank(told: Told) -> int:
    return _RANK[told.verdict]


def _finding(component: Component, name: str, first: Told, group: Group) -> Finding:
    return Finding(
        component=component,
        vulnerability=name,
        aliases=tuple(group.beside.split()) if group.beside else (),
        verdict=first.verdict,
        why=first.why,
        source=first.source,
        state=first.state,
        fixed=first.fixed,
        told=tuple(group.told),
        summary=group.summary,
        severity=group.severity,
    )
