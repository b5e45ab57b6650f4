"""Which OSV ecosystem the packages of a Linux distribution belong to, with its release."""

import re

_CODENAMES = {
    "jessie": "8",
    "stretch": "9",
    "buster": "10",
    "bullseye": "11",
    "bookworm": "12",
    "trixie": "13",
    "forky": "14",
    "duke": "15",
}
"""Debian's releases by codename. One that is not here keeps its name, under which an index may know it."""

_UBUNTU = {
    "trusty": "14.04",
    "xenial": "16.04",
    "bionic": "18.04",
    "focal": "20.04",
    "jammy": "22.04",
    "noble": "24.04",
    "plucky": "25.04",
    "questing": "25.10",
}
"""Ubuntu's releases by codename; the same holds for those that are not here."""

_VENDORS = {
    "debian": "Debian",
    "ubuntu": "Ubuntu",
    "alpine": "Alpine",
    "wolfi": "Wolfi",
    "chainguard": "Chainguard",
    "almalinux": "AlmaLinux",
    "alma": "AlmaLinux",
    "rocky": "Rocky Linux",
    "rockylinux": "Rocky Linux",
    "redhat": "Red Hat",
    "rhel": "Red Hat",
    "mageia": "Mageia",
    "openeuler": "openEuler",
    "opensuse": "openSUSE",
    "opensuse-leap": "openSUSE",
    "opensuse.leap": "openSUSE",
    "opensuse-tumbleweed": "openSUSE",
    "suse": "SUSE",
    "sles": "SUSE",
    "photon": "Photon OS",
    "azurelinux": "Azure Linux",
    "raspbian": "Raspbian",
}
_IDS = {"Red Hat": "rhel", "Rocky Linux": "rocky", "SUSE": "sles"}
"""What os-release calls them (os-release(5), ID), where it is not the vendor's name."""

_ROLLING = {"Wolfi", "Chainguard"}
_MAJOR_ONLY = {"Debian", "AlmaLinux", "Rocky Linux", "Red Hat", "Mageia", "Raspbian"}
_TUMBLEWEED = re.compile(r"tumbleweed.*|[0-9]{8}")
_LTS = re.compile(r"[0-9]*[02468]\.04")
_PRODUCTS = {
    "almalinux:almalinux": "AlmaLinux",
    "debian:debian_linux": "Debian",
    "opensuse:leap": "openSUSE",
    "rocky:rocky": "Rocky Linux",
    "suse:sles": "SUSE",
}
"""What CPEs call releases, by vendor and product; Red Hat's are not here."""

_REPOSITORY = re.compile(r"rhel-([0-9]+)-for-[a-z0-9_]+-[a-z0-9]+-(?:(eus|e4s|aus|tus)-)?(?:debug-|source-)?rpms")
_NAME = re.compile(r"\s*([A-Z_]+)=(.*)")


def ecosystem_of_distribution(*, namespace: str, distro: str, release: str = "") -> str:
    """Return the ecosystem with its release, such as ``Debian:12``, ``Alpine:v3.18`` or ``Ubuntu:22.04:LTS``.

    `namespace` is that of the purl (the vendor), `distro` its qualifier: ``debian-12.5``, ``bookworm``,
    ``alpine-3.18.4``. Where the qualifier says nothing, `release` counts if it is of the same vendor. Without a release
    only the vendor's name is given back, of which an index knows nothing: that is "no data", not clean.
    """
    vendor = _VENDORS.get(namespace.lower(), namespace.title())
    said = distro.lower()
    for name in (namespace.lower(), _IDS.get(vendor, vendor.lower().replace(" ", ""))):
        said = said.removeprefix(f"{name}-")
    if not said:
        return release if release.partition(":")[0] == vendor else vendor
    return ecosystem_of(vendor=vendor, version=said)


def ecosystem_of(*, vendor: str, version: str) -> str:
    """Return the ecosystem of a vendor's release, by number or by Debian's codename."""
    if vendor in _ROLLING or not version:
        return vendor
    version = (_UBUNTU if vendor == "Ubuntu" else _CODENAMES).get(version, version)
    if vendor in _MAJOR_ONLY:
        version = version.partition(".")[0]
    elif vendor == "Alpine":
        version = "v" + ".".join(version.removeprefix("v").split(".")[:2])
    elif vendor == "Ubuntu":
        version = ".".join(version.split(".")[:2])
        version += ":LTS" if _LTS.fullmatch(version) else ""
    elif vendor == "openSUSE":
        is_rolling = _TUMBLEWEED.fullmatch(version)
        version = "Tumbleweed" if is_rolling else f"Leap {version.removeprefix('leap-')}"
    return f"{vendor}:{version}"


def ecosystem_of_release(text: str, /) -> str:
    """Return the ecosystem of what people call a release: ``bookworm``, ``debian-12``, ``Debian:12``, ``alpine:3.18``.

    Raise `ValueError` when it names no vendor that is known.
    """
    vendor, separator, version = text.strip().replace(":", "-", 1).partition("-")
    if vendor.lower() in _CODENAMES and not separator:
        return ecosystem_of(vendor="Debian", version=vendor.lower())
    if vendor.lower() not in _VENDORS or not version:
        raise ValueError(f"{text[:60]!r} is no release; write it as bookworm, debian-12 or alpine-3.20")
    return ecosystem_of(vendor=_VENDORS[vendor.lower()], version=version.removesuffix(":LTS").lower())


def ecosystem_of_cpe(text: str, /) -> str:
    """Return the ecosystem of the release of a distribution that a CPE names, or "": ``Red Hat:9``, ``SUSE:15.5``."""
    prefix = "cpe:2.3:" if text.startswith("cpe:2.3:") else "cpe:/"
    vendor, product, version, update = [*text.removeprefix(prefix).lower().split(":"), "", "", "", "", ""][1:5]
    if not version or version in {"*", "-"}:
        return ""
    if vendor == "redhat":
        return stream_of_red_hat(f"{product}:{version}")
    if product == "sles" and update.startswith("sp"):
        version = f"{version}.{update.removeprefix('sp')}"
    name = _PRODUCTS.get(f"{vendor}:{product}")
    return ecosystem_of(vendor=name, version=version) if name else ""


def stream_of_red_hat(stream: str, /) -> str:
    """Return the ecosystem of ``enterprise_linux:9::appstream`` or ``rhel_eus:9.2``, as OSV and CPEs write it.

    A stream with fixes of its own is an ecosystem of its own: ``Red Hat:rhel_eus:9.2``.
    """
    product, _, rest = stream.partition(":")
    version = rest.partition(":")[0]
    return f"Red Hat:{version.partition('.')[0]}" if product == "enterprise_linux" else f"Red Hat:{product}:{version}"


def ecosystem_of_repository(name: str, /, *, distro: str) -> str:
    """Return the ecosystem of Red Hat's repository of that id, ``rhel-9-for-x86_64-appstream-eus-rpms``; "" for others.

    Those of a stream do not say of which minor release they are; `distro` may: ``rhel-9.2``.
    """
    found = _REPOSITORY.match(name)
    if found is None:
        return ""
    if not found[2]:
        return f"Red Hat:{found[1]}"
    minor = distro.lower().removeprefix("redhat-").removeprefix("rhel-")
    return f"Red Hat:rhel_{found[2]}:{minor}" if minor.startswith(f"{found[1]}.") else "Red Hat"


def ecosystem_of_os_release(text: str, /) -> str:
    """Return the ecosystem that an ``os-release`` file names (os-release(5)), or "" when it names none."""
    fields: dict[str, str] = {}
    for line in text.split("\n"):
        if found := _NAME.match(line):
            fields[found[1]] = found[2].strip().strip("\"'")
    name = fields.get("ID", "").lower()
    version = fields.get("VERSION_ID") or fields.get("VERSION_CODENAME") or ""
    if not name:
        return ""
    return ecosystem_of(vendor=_VENDORS.get(name, name.title()), version=version.lower())


def release_of_list(name: str, /) -> str:
    """Return the suite in the name of one of apt's lists (``…_dists_bookworm-security_main_…_Packages``), or ""."""
    _, marker, rest = name.partition("_dists_")
    suite = rest.partition("_")[0] if marker else ""
    for pocket in ("-security", "-updates", "-backports", "-proposed-updates"):
        suite = suite.removesuffix(pocket)
    return suite
