"""Vulnerability data and software lists of a stated size, drawn from a seed, in the shapes of the public ones."""

import hashlib
import json
import random
import zipfile
from pathlib import Path
from urllib.parse import unquote

ECOSYSTEMS = {"PyPI": 1_500, "npm": 1_500, "Go": 600, "crates.io": 300, "Debian:12": 700, "Maven": 400}
"""How many packages with vulnerabilities each has: with these, 50,000 advisories lie as densely as in public dumps."""

_TYPES = {
    "PyPI": "pypi",
    "npm": "npm",
    "Go": "golang",
    "crates.io": "cargo",
    "Debian:12": "deb/debian",
    "Maven": "maven",
}


def package(ecosystem: str, number: int) -> str:
    """The name of a package by its number."""
    if ecosystem == "Go":
        return f"example.org/group{number % 97}/module{number}"
    if ecosystem == "Maven":
        return f"org.group{number % 97}:artifact{number}"
    return f"{ecosystem.partition(':')[0].lower().replace('.', '-')}-package-{number}"


def version(ecosystem: str, chance: random.Random, *, major: int | None = None) -> str:
    """A version as the ecosystem has them."""
    major = chance.randint(0, 9) if major is None else major
    minor, patch = chance.randint(0, 30), chance.randint(0, 30)
    if ecosystem.startswith("Debian"):
        tail = chance.choice(["-1", "-2", "-3+deb12u1", "+dfsg-1", "-1+deb12u2", "+ds1-2"])
        return f"{major}.{minor}.{patch}{tail}"
    if ecosystem == "PyPI" and chance.random() < 0.15:
        return f"{major}.{minor}{chance.choice(['rc1', 'a2', '.post1', '.dev3'])}"
    if ecosystem in {"npm", "crates.io"} and chance.random() < 0.1:
        return f"{major}.{minor}.{patch}-{chance.choice(['beta.1', 'rc.2', 'alpha'])}"
    if ecosystem == "Go" and chance.random() < 0.05:
        return f"0.0.0-2023{chance.randint(1000, 1230)}000000-{chance.randrange(16**12):012x}"
    return f"{major}.{minor}.{patch}"


def _entry(number: int, chance: random.Random) -> dict[str, object]:
    ecosystem = chance.choices(list(ECOSYSTEMS), weights=list(ECOSYSTEMS.values()))[0]
    affected = []
    for _ in range(1):
        name = package(ecosystem, int(ECOSYSTEMS[ecosystem] * chance.random() ** 2))
        first, last = sorted([chance.randint(0, 8), chance.randint(0, 8)])
        start, end = version(ecosystem, chance, major=first), version(ecosystem, chance, major=min(last, first + 1))
        events = [{"introduced": start if chance.random() < 0.9 else "0"}, {"fixed": end}]
        if chance.random() < 0.005:
            events.pop()
        kind = "ECOSYSTEM" if ecosystem in {"PyPI", "Debian:12", "Maven"} else "SEMVER"
        entry: dict[str, object] = {
            "package": {"ecosystem": ecosystem, "name": name},
            "ranges": [{"type": kind, "events": events}],
        }
        if ecosystem == "PyPI":
            entry["versions"] = [start]
        affected.append(entry)
    return {
        "schema_version": "1.7.0",
        "id": f"BENCH-2026-{number}",
        "modified": f"2026-{number % 12 + 1:02}-01T00:00:00Z",
        "aliases": [f"CVE-2026-{number}"],
        "summary": f"A flaw in {affected[0]['package']['name']}",  # type: ignore[index]
        "details": "What an advisory tells at length. " * 12,
        "affected": affected,
        "references": [{"type": "WEB", "url": f"https://example.org/{number}"}] * 4,
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
    }


def write_feed(path: Path, *, advisories: int, seed: int = 1) -> None:
    """Write a zip of OSV documents, as the public dumps are."""
    chance = random.Random(seed)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(advisories):
            archive.writestr(f"BENCH-2026-{number}.json", json.dumps(_entry(number, chance)))


def purl(ecosystem: str, name: str, text: str) -> str:
    """The purl of a package."""
    path = name.replace(":", "/") if ecosystem == "Maven" else name
    text = text.replace("+", "%2B").replace(":", "%3A")
    return f"pkg:{_TYPES[ecosystem]}/{path}@{text}" + ("?distro=debian-12" if ecosystem == "Debian:12" else "")


_MAJORS = (5, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9)


def purls(count: int, *, seed: int = 2) -> list[str]:
    """Distinct purls: four fifths of packages that have vulnerabilities, the others of packages that have none.

    Most versions are rather new. With the feed of 50,000 advisories 40 of 100 components have a finding, and there are
    0.7 findings for each component; a maintained product has fewer. All figures use this one density.
    """
    chance = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        ecosystem = chance.choices(list(ECOSYSTEMS), weights=list(ECOSYSTEMS.values()))[0]
        name = package(ecosystem, int(ECOSYSTEMS[ecosystem] * chance.random() ** 2 * 1.5 + chance.randint(0, 50)))
        found[purl(ecosystem, name, version(ecosystem, chance, major=chance.choice(_MAJORS)))] = None
    return list(found)


def write_bom(path: Path, chosen: list[str], *, is_full: bool = False, reads_properties: bool = False) -> None:
    """Write a CycloneDX document with these purls; a full one has what generators also write of each component.

    `reads_properties` makes it one that trivy looks up as a whole: it wants an application as the root, the operating
    system as a component, the names of Go modules in full, and the sources of Debian packages as properties.
    """
    components = [_component(each, is_full=is_full, reads_properties=reads_properties) for each in chosen]
    root = {"type": "firmware", "name": "device", "version": "1.0"}
    if reads_properties:
        root["type"] = "application"
        components.append({"type": "operating-system", "bom-ref": "os", "name": "debian", "version": "12"})
    bom = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "metadata": {"component": root}}
    path.write_text(json.dumps({**bom, "components": components}))


def _component(purl: str, *, is_full: bool, reads_properties: bool) -> dict[str, object]:
    before, _, after = purl.partition("@")
    version = after.partition("?")[0]
    component: dict[str, object] = {
        "type": "library",
        "bom-ref": purl,
        "name": before.rpartition("/")[2],
        "version": version,
        "purl": purl,
    }
    if is_full:
        component["licenses"] = [{"license": {"id": "Apache-2.0"}}]
        component["hashes"] = [{"alg": "SHA-256", "content": f"{hash_of(purl):064x}"}]
        component["externalReferences"] = [{"type": "vcs", "url": f"https://example.org/{component['name']}"}]
    if not reads_properties:
        return component
    component["version"] = unquote(version)
    if purl.startswith("pkg:golang/"):
        return {**component, "name": before.removeprefix("pkg:golang/")}
    if purl.startswith("pkg:deb/"):
        told = {"SrcName": component["name"], "SrcVersion": component["version"], "PkgType": "debian"}
        properties = [{"name": f"aquasecurity:trivy:{key}", "value": value} for key, value in told.items()]
        return {**component, "properties": properties}
    return component


def hash_of(text: str) -> int:
    """A number of 256 bits, the same in every run."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
