"""Names that OSV takes from closed lists (OSV 1.7.5, sections "id, modified fields" and "affected[].package field")."""

PREFIXES = frozenset(
    {
        "ASB-A",
        "PUB-A",
        "ALPINE",
        "ALSA",
        "ALBA",
        "ALEA",
        "AZL",
        "BELL",
        "BIT",
        "CGA",
        "CLEANSTART",
        "CLSA",
        "CURL",
        "CVE",
        "DEBIAN",
        "DHI",
        "DRUPAL",
        "DSA",
        "DLA",
        "ELA",
        "DTSA",
        "ECHO",
        "EEF",
        "FreeBSD",
        "GHSA",
        "GO",
        "GSD",
        "HSEC",
        "JLSEC",
        "KUBE",
        "LBSEC",
        "LSN",
        "MAL",
        "MINI",
        "MGASA",
        "OESA",
        "OSEC",
        "OSV",
        "openSUSE-SU",
        "PHSA",
        "PSF",
        "PYSEC",
        "RHBA",
        "RHEA",
        "RHSA",
        "RLSA",
        "RXSA",
        "RSEC",
        "ROOT",
        "RUSTSEC",
        "UBUNTU",
        "USN",
        "V8",
        "SUSE-SU",
        "SUSE-RU",
        "SUSE-FU",
        "SUSE-OU",
    }
)
"""Prefixes of ids, each followed by a hyphen. Ids of a database that OSV does not know begin with ``x_``."""

LOCAL = "x_"
"""The beginning of an id of a local database, which OSV does not gather."""

ECOSYSTEMS = frozenset(
    {
        "AlmaLinux",
        "Alpaquita",
        "Alpine",
        "Android",
        "Azure Linux",
        "BellSoft Hardened Containers",
        "Bioconductor",
        "Bitnami",
        "Chainguard",
        "CleanStart",
        "ConanCenter",
        "CRAN",
        "crates.io",
        "Debian",
        "Docker Hardened Images",
        "Echo",
        "FreeBSD",
        "GHC",
        "GitHub Actions",
        "Go",
        "Hackage",
        "Hex",
        "Julia",
        "Kubernetes",
        "Linux",
        "Mageia",
        "Maven",
        "MinimOS",
        "npm",
        "NuGet",
        "opam",
        "openEuler",
        "openSUSE",
        "OSS-Fuzz",
        "Packagist",
        "Photon OS",
        "Pub",
        "PyPI",
        "Red Hat",
        "Rocky Linux",
        "Root",
        "RubyGems",
        "SUSE",
        "SwiftURL",
        "TuxCare",
        "Ubuntu",
        "VSCode",
        "Wolfi",
    }
)
"""Ecosystems a package can be in; a colon and a release may follow. None of them is for firmware."""

REFERENCES = frozenset(
    {
        "ADVISORY",
        "ARTICLE",
        "DETECTION",
        "DISCUSSION",
        "REPORT",
        "FIX",
        "INTRODUCED",
        "GIT",
        "PACKAGE",
        "EVIDENCE",
        "WEB",
    }
)
"""Types of references (section "references field")."""

CREDITS = frozenset(
    {
        "FINDER",
        "REPORTER",
        "ANALYST",
        "COORDINATOR",
        "REMEDIATION_DEVELOPER",
        "REMEDIATION_REVIEWER",
        "REMEDIATION_VERIFIER",
        "TOOL",
        "SPONSOR",
        "OTHER",
    }
)
"""Types of credits (section "credits[].type field")."""

SEVERITIES = {"CVSS_V3": ("3.0", "3.1"), "CVSS_V4": ("4.0",)}
"""The versions of CVSS a type of severity stands for (section "severity[].type field")."""


def has_known_prefix(identifier: str) -> bool:
    """Return whether the id begins as OSV wants: with a registered prefix and a hyphen, or with ``x_``."""
    return identifier.startswith(LOCAL) or any(identifier.startswith(f"{prefix}-") for prefix in PREFIXES)


def is_ecosystem(name: str) -> bool:
    """Return whether the ecosystem is registered, with or without a release after a colon."""
    return name.partition(":")[0] in ECOSYSTEMS
