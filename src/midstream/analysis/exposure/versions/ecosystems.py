"""Which scheme an ecosystem's versions follow; the names are those of the OSV format, "Defined ecosystems"."""

from typing import Literal

Scheme = Literal["deb", "pep440", "semver", "bitnami", "go", "rpm", "apk", "maven", "gem", "nuget", "pub", "git-tag"]

_SCHEMES: dict[str, Scheme] = {
    "AlmaLinux": "rpm",
    "Alpaquita": "apk",
    "Alpine": "apk",
    "Azure Linux": "rpm",
    "BellSoft Hardened Containers": "apk",
    "Bitnami": "bitnami",
    "CPE": "git-tag",
    "Chainguard": "apk",
    "Debian": "deb",
    "Echo": "deb",
    "GIT": "git-tag",
    "GitHub Actions": "semver",
    "Go": "go",
    "Hex": "semver",
    "Linux": "git-tag",
    "Mageia": "rpm",
    "Maven": "maven",
    "MinimOS": "apk",
    "NuGet": "nuget",
    "Photon OS": "rpm",
    "Pub": "pub",
    "PyPI": "pep440",
    "Red Hat": "rpm",
    "Rocky Linux": "rpm",
    "RubyGems": "gem",
    "SUSE": "rpm",
    "SwiftURL": "semver",
    "Ubuntu": "deb",
    "Wolfi": "apk",
    "crates.io": "semver",
    "npm": "semver",
    "openEuler": "rpm",
    "openSUSE": "rpm",
}


def scheme_of(*, ecosystem: str) -> Scheme | None:
    """Return the scheme of an ecosystem, with or without its release ("Debian:12"); None when none is known.

    Two are ours: "GIT", a repository by its address, whose versions are its tags, and "CPE", vendor and product.
    """
    return _SCHEMES.get(ecosystem.partition(":")[0])
