"""Read any input: recognise what it is, and take what it lists."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from midstream.analysis.exposure.errors import Unreadable
from midstream.analysis.exposure.inputs.inventory import Collecting, Inventory
from midstream.formats.digest import sha256_of

SIZE_LIMIT = 512 * 1024 * 1024
"""Bytes an input may have, if nobody says otherwise; reading takes about three times as much memory."""

KINDS = (
    "a CycloneDX or SPDX document, dpkg's status, one of apt's lists, a west manifest, a module.yml, .gitmodules, "
    "or purls, one a line"
)
_HEAD = 4096
_IN_FOLDERS = (".gitmodules", "west.yml", "var/lib/dpkg/status", "zephyr/module.yml")


def read_input(text: str, /, *, release: str = "", size_limit: int = SIZE_LIMIT) -> Iterator[Inventory | Unreadable]:
    """Yield what an input lists: of a file, of each known file in a folder, of a purl, or of "-" for stdin.

    `release` is the ecosystem of Debian packages that do not say theirs. What cannot be read at all comes as an
    `Unreadable`, so that the other inputs are read all the same; `OSError` is raised for what is not there.
    """
    if text.startswith("pkg:"):
        into = Collecting(where=text[:200], kind="purl", release=release)
        yield from _taken(into, text.encode("utf-8", errors="surrogateescape"), None)
        return
    path = Path(text)
    paths = list(_in_folder(path)) if text != "-" and path.is_dir() else [path]
    if not paths:
        hint = f"Looked for {', '.join(_IN_FOLDERS)}. Name the file itself: {KINDS}."
        yield Unreadable("nothing in this folder can be scanned", where=text, hint=hint)
    for each in paths:
        where = text if each == path else str(each)
        data = bytes_of(each, size_limit) if text != "-" else sys.stdin.buffer.read(size_limit + 1)
        if data is None or len(data) > size_limit:
            limit = f"{size_limit // (1024 * 1024)} MiB"
            yield Unreadable(f"it is larger than {limit}", where=where, hint="Allow more with --max-size MIB.")
            continue
        yield from _taken(Collecting(where=where, kind="", release=release), data, each if text != "-" else None)


def _taken(into: Collecting, data: bytes, path: Path | None) -> Iterator[Inventory | Unreadable]:
    try:
        take(into, data, path)
    except ValueError as error:
        where = into.found.where
        yield Unreadable(f"it cannot be scanned: {error}", where=where, hint=f"Give {KINDS}.")
        return
    into.found.digest = sha256_of(data)
    yield into.found


def _in_folder(folder: Path) -> Iterator[Path]:
    for name in _IN_FOLDERS:
        if (folder / name).is_file():
            yield folder / name
    without_dpkg = folder / "var/lib/dpkg/status.d"
    if without_dpkg.is_dir():
        yield from sorted(each for each in without_dpkg.iterdir() if each.is_file() and each.suffix != ".md5sums")


def bytes_of(path: Path | str, size_limit: int) -> bytes | None:
    """Return the whole file, or None when it is larger than the limit; one that does not end is not read to its end."""
    with open(path, "rb") as file:  # noqa: PTH123 - a Path costs more than opening, thousands of times
        size = os.fstat(file.fileno()).st_size
        if size > size_limit:
            return None
        # Asked for as much as the limit allows, Python would set aside as much: for each of thousands of small files.
        data = file.read(size + 1)
        return data if len(data) == size else data + file.read(size_limit + 1 - len(data))


def take(into: Collecting, data: bytes, path: Path | None) -> None:
    """Add what a document lists; raise `ValueError` when it is of no kind that can be scanned, or broken."""
    start = data[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"{"):
        _take_json(into, data.removeprefix(b"\xef\xbb\xbf"))
    elif start.startswith(b"<"):
        from midstream.analysis.exposure.inputs.boms import take_bom  # noqa: PLC0415 - loaded only where it is needed
        from midstream.formats.cyclonedx.components import read_xml  # noqa: PLC0415 - as above

        take_bom(into, read_xml(data=data))
    elif not start:
        raise ValueError("it is empty")
    else:
        _take_text(into, data, start, path)


def _take_json(into: Collecting, data: bytes) -> None:
    kind = _kind_of_json(data)
    if kind == "CycloneDX":
        from midstream.analysis.exposure.inputs.boms import take_bom  # noqa: PLC0415 - as above
        from midstream.formats.cyclonedx.components import read_json  # noqa: PLC0415 - as above

        take_bom(into, read_json(data=data))
    elif kind in {"SPDX 2", "SPDX 3"}:
        from midstream.analysis.exposure.inputs.boms import take_spdx  # noqa: PLC0415 - as above
        from midstream.formats.spdx import packages  # noqa: PLC0415 - as above

        if kind == "SPDX 2":
            take_spdx(into, packages.read_json(data=data))
        else:
            has_statements = b"security_Vex" in data
            take_spdx(into, packages.read_json_ld(data=data), tree=data if has_statements else b"")
    elif kind:
        raise ValueError(f"it is {kind}: statements about products, not what a product consists of; give it with --vex")
    else:
        raise ValueError("it is JSON of no kind that is known")


class _Probe(msgspec.Struct):
    bomFormat: msgspec.Raw = msgspec.Raw(b"")  # noqa: N815 - as the standard spells it
    spdxVersion: msgspec.Raw = msgspec.Raw(b"")  # noqa: N815 - as the standard spells it
    graph: msgspec.Raw = msgspec.field(default=msgspec.Raw(b""), name="@graph")
    context: msgspec.Raw = msgspec.field(default=msgspec.Raw(b""), name="@context")
    document: msgspec.Raw = msgspec.Raw(b"")


def _kind_of_json(data: bytes) -> str:
    head = data[:_HEAD]
    if b'"bomFormat"' in head:
        return "CycloneDX"
    if b'"spdxVersion"' in head:
        return "SPDX 2"
    try:
        probe = msgspec.json.decode(data, type=_Probe)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError(f"it is no JSON: {error}") from None
    kinds = [
        ("CycloneDX", bool(probe.bomFormat)),
        ("SPDX 2", bool(probe.spdxVersion)),
        ("SPDX 3", bool(probe.graph)),
        ("OpenVEX", b"openvex" in bytes(probe.context)),
        ("CSAF", b'"csaf_version"' in bytes(probe.document)),
    ]
    return next((kind for kind, is_it in kinds if is_it), "")


def _take_text(into: Collecting, data: bytes, start: bytes, path: Path | None) -> None:
    from midstream.analysis.exposure.inputs import packages  # noqa: PLC0415 - as above

    if start.startswith(b"SPDXVersion:") or b"\nSPDXVersion:" in start:
        from midstream.analysis.exposure.inputs.boms import take_spdx  # noqa: PLC0415 - as above
        from midstream.formats.spdx.packages import read_tag_value  # noqa: PLC0415 - as above

        take_spdx(into, read_tag_value(data=data))
        return
    if start.startswith((b"Package:", b"Format:")):
        packages.take_debian(into, data, path)
        return
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError("it is no text in UTF-8") from None
    lines = [line.strip() for line in text[:_HEAD].split("\n")]
    lines = [line for line in lines if line and not line.startswith("#")]
    if any(line.startswith("[submodule") for line in lines):
        packages.take_gitmodules(into, text, path)
    elif lines and lines[0].startswith("pkg:"):
        packages.take_purls(into, text)
    elif any(line.startswith("manifest:") for line in lines):
        packages.take_west(into, text, path)
    elif path is not None and path.name in {"module.yml", "module.yaml"}:
        packages.take_module(into, text)
    else:
        raise ValueError("it is of no kind that is known")
