"""Packages of Debian control files: dpkg's status, apt's Packages and Sources lists (deb822(5), Debian Policy 5)."""

import re
from collections.abc import Iterator

import msgspec

FIELD_LIMIT = 64 * 1024
"""Characters one wanted field may have; a name or a version stays far below."""

_SOURCE = re.compile(r"(\S+)(?:\s+\((\S+)\))?")
_BINARY_REBUILD = re.compile(r"\+b[0-9]+\Z")
_WANTED = (b"Package:", b"Version:", b"Source:", b"Status:", b"Architecture:", b"Binary:", b"Format:", b"Directory:")


class Package(msgspec.Struct, kw_only=True, frozen=True):
    """One package: its name and version, those of the source it was built from, and where it begins in the file."""

    name: str
    version: str
    source: str
    source_version: str
    architecture: str
    line: int


class Packages(msgspec.Struct, kw_only=True):
    """What a control file lists, and which paragraphs could not be read. `removed` are known to dpkg, not installed."""

    packages: list[Package]
    removed: int
    faults: list[str]


def read_packages(*, data: bytes) -> Packages:
    """Return the packages of a control file; paragraphs without name or version are faults, with their line.

    Of dpkg's status only what is on the disk counts (dpkg(1), "package states"): installed in any degree from
    unpacked on, also when its removal was asked for and did not happen. Raise `ValueError` when no paragraph names a
    package.
    """
    found = Packages(packages=[], removed=0, faults=[])
    named = 0
    for line, fields in _paragraphs(data):
        name = fields.get("Package") or fields.get("Source", "") if "Format" in fields else fields.get("Package", "")
        if not name:
            found.faults.append(f"line {line}: a paragraph names no package")
            continue
        named += 1
        state = fields["Status"].split()[-1:] if "Status" in fields else ["installed"]
        if state in (["not-installed"], ["config-files"], []):
            found.removed += 1
            continue
        if "Version" not in fields:
            found.faults.append(f"line {line}: {name} has no version")
            continue
        version = fields["Version"]
        is_source = "Format" in fields or "Directory" in fields or "Binary" in fields
        source, source_version = (
            (name, version) if is_source else source_of(name=name, version=version, source=fields.get("Source", ""))
        )
        architecture = "source" if is_source else fields.get("Architecture", "")
        found.packages.append(
            Package(
                name=name,
                version=version,
                source=source,
                source_version=source_version,
                architecture=architecture,
                line=line,
            )
        )
    if not named:
        raise ValueError("no paragraph of it names a package")
    return found


def source_of(*, name: str, version: str, source: str) -> tuple[str, str]:
    """Return name and version of the source a binary package was built from.

    `source` is the field as written: empty when both are the same, ``glibc``, or ``linux-signed (6.1.4+1)`` when the
    versions differ. A rebuild without a change of the source adds ``+b1`` to the binary's version only (binNMU).
    """
    said = _SOURCE.match(source)
    if said is None:
        return name, _BINARY_REBUILD.sub("", version)
    return said[1], said[2] or _BINARY_REBUILD.sub("", version)


def _paragraphs(data: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each paragraph's wanted fields with the line (from 1) it begins on."""
    fields: dict[str, str] = {}
    line, begin = 0, 1
    for line, raw in enumerate(data.split(b"\n"), 1):
        if not raw.strip():
            if fields:
                yield begin, fields
                fields = {}
            begin = line + 1
        elif raw.startswith(_WANTED):
            name, _, value = raw[:FIELD_LIMIT].partition(b":")
            fields.setdefault(name.decode("ascii"), value.strip().decode("utf-8", errors="replace"))
    if fields:
        yield begin, fields
