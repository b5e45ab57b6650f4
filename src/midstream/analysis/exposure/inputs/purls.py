"""From a package URL to a component: ecosystem, name and version as OSV has them (OSV format, "Defined ecosystems")."""

import re
from functools import lru_cache

import msgspec

from midstream.analysis.exposure.inputs.distributions import ecosystem_of_distribution, ecosystem_of_repository
from midstream.analysis.exposure.match import Component
from midstream.analysis.exposure.names import repository_name
from midstream.analysis.exposure.versions.alphabet import LENGTH_LIMIT
from midstream.formats.purl import Purl, read_purl

VERSION_LIMIT = 1_000
"""Characters a version may have; of what is longer so much is kept that no scheme takes it: an unknown version."""

_ECOSYSTEMS = {
    "bitnami": "Bitnami",
    "cargo": "crates.io",
    "composer": "Packagist",
    "conan": "ConanCenter",
    "cran": "CRAN",
    "gem": "RubyGems",
    "githubactions": "GitHub Actions",
    "golang": "Go",
    "hackage": "Hackage",
    "hex": "Hex",
    "julia": "Julia",
    "maven": "Maven",
    "npm": "npm",
    "nuget": "NuGet",
    "opam": "opam",
    "pub": "Pub",
    "pypi": "PyPI",
    "swift": "SwiftURL",
}
_FORGES = {"github": "github.com", "gitlab": "gitlab.com", "bitbucket": "bitbucket.org"}
_DISTRIBUTED = {"deb", "rpm", "apk"}
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REBUILD = re.compile(r"\+b[0-9]+\Z")
_SOURCE_RPM = re.compile(r"(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm")


def component_of_purl(text: str, /, *, release: str = "", place: str = "", cpe: str = "") -> Component:
    """Return the component that a purl names; raise `ValueError` saying why none can be told.

    `release` is the ecosystem of a distribution's packages that do not name theirs, such as ``Debian:12``. A `cpe`
    counts only where the purl names no ecosystem: in bills of materials made by scanners it is a guess.
    """
    purl = read_purl(text)
    if purl.type == "alpine":  # as scanners wrote until the specification called it apk
        purl = msgspec.structs.replace(purl, type="apk", namespace="alpine", name=purl.name.lower())
    kind, version = purl.type, purl.version
    if len(version) > VERSION_LIMIT:
        version = version.ljust(LENGTH_LIMIT + 1, "…")[: LENGTH_LIMIT + 1]
    ecosystem = _ECOSYSTEMS.get(kind)
    if ecosystem is not None:
        # The common case first, and without the detours of distributions and forges.
        name = _joined(purl, ":" if kind == "maven" else "/")
        return Component(name=name, version=version, ecosystem=ecosystem, purl=text, place=place)
    if kind in _DISTRIBUTED:
        return _of_a_distribution(purl, version, text, release, place)
    repository = _repository(purl)
    if repository:
        address, commit = split_revision(repository)
        commit = version if is_commit(version) else commit if is_commit(commit) else ""
        return Component(
            name=repository_name(address=address),
            version="" if commit == version else version,
            ecosystem="GIT",
            purl=text,
            repo=address,
            commit=commit,
            cpes=(cpe,) if cpe else (),
            place=place,
        )
    return Component(name=_joined(purl, "/"), version=version, purl=text, cpes=(cpe,) if cpe else (), place=place)


def split_revision(address: str, /) -> tuple[str, str]:
    """Return a repository's address and the revision after its last @, if any: ``https://host/a/b@1f2e…``."""
    before, at, revision = address.rpartition("@")
    is_revision = at and "/" in before.partition("://")[2] and ":" not in revision
    return (before, revision) if is_revision else (address, "")


def is_commit(text: str, /) -> bool:
    """Return whether a text is a whole commit id, of SHA-1 or SHA-256."""
    return _COMMIT.fullmatch(text) is not None


def _joined(purl: Purl, separator: str) -> str:
    return f"{purl.namespace}{separator}{purl.name}" if purl.namespace else purl.name


def _of_a_distribution(purl: Purl, version: str, text: str, release: str, place: str) -> Component:
    qualifiers = purl.qualifiers
    epoch = qualifiers.get("epoch", "")
    if epoch.isdecimal() and epoch != "0" and ":" not in version and version:
        version = f"{epoch}:{version}"
    source, source_version = _source(purl.type, qualifiers.get("upstream", ""))
    if purl.type == "rpm" and source_version and ":" in version:  # the name of a source RPM leaves its epoch out
        source_version = f"{version.partition(':')[0]}:{source_version}"
    if purl.type == "deb" and not source_version and version:
        unbuilt = _REBUILD.sub("", version)
        source_version = unbuilt if unbuilt != version or source else ""
    return Component(
        name=purl.name,
        version=version,
        ecosystem=_release(purl.namespace, qualifiers, release),
        purl=text,
        source_name=source,
        source_version=source_version,
        place=place,
    )


def _release(namespace: str, qualifiers: dict[str, str], release: str) -> str:
    distro = qualifiers.get("distro", "")
    repository = qualifiers.get("repository_id", "")
    said = ecosystem_of_repository(repository, distro=distro) if namespace == "redhat" and repository else ""
    return said or _distribution(namespace, distro, release)


@lru_cache(maxsize=1_000)
def _distribution(namespace: str, distro: str, release: str) -> str:
    return ecosystem_of_distribution(namespace=namespace, distro=distro, release=release)


def _source(kind: str, upstream: str) -> tuple[str, str]:
    """Return name and version of the source that ``upstream=`` names: openssl, glibc@2.36-9, bash-5.1-2.src.rpm."""
    if kind == "rpm" and (said := _SOURCE_RPM.fullmatch(upstream)):
        return said[1], said[2]
    name, _, version = upstream.partition("@")
    return name, version


def _repository(purl: Purl) -> str:
    """Return the address of the repository a purl names, with ``@revision`` when it says so; "" when it names none."""
    host = _FORGES.get(purl.type)
    if host or purl.type == "git":
        return "https://" + "/".join(filter(None, (host, purl.namespace, purl.name)))
    address = purl.qualifiers.get("vcs_url", "").removeprefix("git+")
    return address if "://" in address else ""
