"""A source, of whatever kind, into rows."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec

from midstream.analysis.exposure.sources import csaf, debian, osv
from midstream.analysis.exposure.sources.files import Problem, documents_of
from midstream.analysis.exposure.sources.rows import Collected, UnreadRow
from midstream.formats.debian_tracker.notes import Entry, Note
from midstream.formats.osv.feed import Feed, read_entry

READERS = 4
"""Raised when the readers give other rows for the same source: then nothing is taken over from an older index."""

PRIVATE = {"AMBER", "AMBER+STRICT", "RED"}
"""TLP labels (FIRST, Traffic Light Protocol 2.0) of what may not enter a public index."""

BATCH = 20_000
NODES_LIMIT = 1_000_000


class Reading(msgspec.Struct, kw_only=True):
    """One source on its way into rows. `flush` is called when many rows have come together."""

    into: Collected
    flush: Callable[[], None]
    may_hold_private: bool
    kind: str = ""
    newest: str = ""
    has_refused: bool = False  # whether something is not for the public


def read_source(path: Path, reading: Reading) -> None:
    """Return nothing, after everything in the source was read; raise `OSError` when it cannot be opened."""
    if (path / "data" / "CVE" / "list").is_file():
        _read_lists(path, reading)
        return
    for count, found in enumerate(documents_of(path=path), 1):
        if isinstance(found, Problem):
            reading.into.unread.append(UnreadRow(found.place, found.reason))
        else:
            # The name of a single file may be the id of what is in it.
            source = "the file" if found.place == path.name and path.is_file() else path.name
            _take(found.place, found.data, f"{source}: document {count}", reading)
        if reading.into.size() > BATCH:
            reading.flush()


def _take(place: str, data: bytes, shy_place: str, reading: Reading) -> None:
    """Take one document, of any kind. `shy_place` stands for `place` where its name could tell too much."""
    into = reading.into
    try:
        if place.lower().endswith((".yaml", ".yml")):
            data = json_of_yaml(data)
        if data[:64].lstrip()[:1] == b"[":
            for count, raw in enumerate(msgspec.json.decode(data, type=list[msgspec.Raw])):
                _take_json(f"{place}[{count}]", bytes(raw), f"{shy_place}[{count}]", reading)
        else:
            _take_json(place, data, shy_place, reading)
    except (ValueError, msgspec.MsgspecError, RecursionError) as error:
        into.unread.append(UnreadRow(place, str(error)[:300] or "nested too deeply"))


def _take_json(place: str, data: bytes, shy_place: str, reading: Reading) -> None:
    try:
        entry = read_entry(data)
    except ValueError as error:
        if not data.rstrip().endswith(b"}"):
            raise ValueError(f"no whole JSON document: {error}") from None
        why = str(error)
    else:
        if _may_enter(entry.label, shy_place, reading):
            _saw(reading, "OSV", entry.modified)
            _take_osv(entry, place, reading)
        return
    if b'"csaf_version"' in data:
        _take_csaf(place, data, shy_place, reading)
    elif b'"bomFormat"' in data or (b'"@graph"' in data and b"security_Vex" in data):
        _take_vex(place, data, reading)
    elif b'"releases"' in data:
        _take_dump(place, data, reading)
    else:
        raise ValueError(f"neither OSV, CSAF, CycloneDX or SPDX with vulnerabilities, nor Debian's tracker: {why}")


def _take_osv(entry: Feed, place: str, reading: Reading) -> None:
    if len(entry.id) > 200 or not entry.id.isprintable() or " " in entry.id or not entry.id:
        reading.into.unread.append(UnreadRow(place, "its id is empty, too long, or has spaces or control characters"))
        return
    osv.take_entry(reading.into, entry, line=place)


def _take_csaf(place: str, data: bytes, shy_place: str, reading: Reading) -> None:
    from midstream.formats.csaf.statements import read_statements  # noqa: PLC0415 - most feeds have none

    tree = msgspec.json.decode(data)
    document = tree.get("document") if isinstance(tree, dict) else None
    distribution = document.get("distribution") if isinstance(document, dict) else None
    tlp = distribution.get("tlp") if isinstance(distribution, dict) else None
    label = tlp.get("label") if isinstance(tlp, dict) else None
    if _may_enter(str(label or ""), shy_place, reading):
        found = read_statements(tree=tree)
        if not found.statements and not found.faults:
            raise ValueError("a CSAF document that says nothing of vulnerabilities")
        _saw(reading, "CSAF", found.at)
        csaf.take_document(reading.into, found, line=place)


def _take_vex(place: str, data: bytes, reading: Reading) -> None:
    from midstream.analysis.exposure.sources.vex import of_cyclonedx, of_spdx  # noqa: PLC0415 - most feeds have none

    kind: Kind = "CycloneDX" if b'"bomFormat"' in data else "SPDX"
    found = of_cyclonedx(data) if kind == "CycloneDX" else of_spdx(msgspec.json.decode(data))
    if not found.statements and not found.faults:
        raise ValueError(f"a {kind} document that says nothing of vulnerabilities")
    _saw(reading, kind, found.at)
    csaf.take_document(reading.into, found, line=place, lists_all=False)


def _take_dump(place: str, data: bytes, reading: Reading) -> None:
    from midstream.formats.debian_tracker.dump import read_dump  # noqa: PLC0415 - most feeds have none

    _saw(reading, "Debian tracker", "")
    faults: list[str] = []
    for entry in read_dump(data, faults=faults):
        debian.take_entry(reading.into, entry, place=place, releases=(), numbers={})
        if reading.into.size() > BATCH:
            reading.flush()
    reading.into.unread += [UnreadRow(place, fault) for fault in faults]


def _may_enter(label: str, shy_place: str, reading: Reading) -> bool:
    """Return whether a document with this TLP label may enter the index; if not, that is told without naming it."""
    if reading.may_hold_private or label.upper().removeprefix("TLP:") not in PRIVATE:
        return True
    reading.has_refused = True
    reading.into.unread.append(UnreadRow(shy_place, "not for the public; it may only enter an embargoed index"))
    return False


Kind = Literal["OSV", "CSAF", "CycloneDX", "SPDX", "Debian tracker"]


def _saw(reading: Reading, kind: Kind, moment: str) -> None:
    if kind not in reading.kind:
        reading.kind = f"{reading.kind}, {kind}" if reading.kind else kind
    reading.newest = max(reading.newest, moment[:40])


def _read_lists(path: Path, reading: Reading) -> None:
    from midstream.formats.debian_tracker.lists import read_cve_list  # noqa: PLC0415 - as the dump

    _saw(reading, "Debian tracker", "")
    numbers = _release_numbers(path / "data" / "config.json", reading)
    into, place = reading.into, "data/CVE/list"
    said = _published(path, reading)
    releases = [*(numbers or debian.RELEASES), "sid"]
    faults: list[str] = []
    with (path / place).open(encoding="utf-8", errors="replace") as lines:
        for entry in read_cve_list(lines, faults=faults):
            _, notes = said.named.pop(entry.id, (place, []))
            debian.take_entry(into, entry, place=place, releases=releases, numbers=numbers, published=notes)
            for lost in said.missing(entry.advisories):
                into.unread.append(UnreadRow(f"{place}:{entry.line}", f"{entry.id}: what {lost} repaired is not here"))
            if into.size() > BATCH:
                reading.flush()
    into.unread += _at_lines(place, faults)
    for name, (place, notes) in [*said.named.items(), *said.alone.items()]:
        debian.take_entry(into, Entry(id=name), place=place, releases=(), numbers=numbers, published=notes)


class _Published(msgspec.Struct, kw_only=True):
    """What Debian's advisories repair, and where the first of them stands.

    It stands by the vulnerability they name, and by their own id where they name none: now and then an advisory is
    older than the number of what it repairs.
    """

    named: dict[str, tuple[str, list[Note]]] = {}
    alone: dict[str, tuple[str, list[Note]]] = {}
    ids: set[str] = set()
    lists: set[str] = set()  # those that are there: DSA

    def missing(self, names: list[str]) -> list[str]:
        """Return the advisories that a list should have and has not."""
        return [name for name in names if name not in self.ids and name.partition("-")[0] in self.lists]


def _published(path: Path, reading: Reading) -> _Published:
    from midstream.formats.debian_tracker.lists import read_advisory_list  # noqa: PLC0415 - as the dump

    said = _Published()
    for folder in ("DSA", "DLA", "DTSA"):
        name = f"data/{folder}/list"
        if not (path / name).is_file():
            if folder != "DTSA":  # the last one was written in 2008
                reading.into.unread.append(UnreadRow(name, "it is not there, so what it repairs is not known"))
            continue
        said.lists.add(folder)
        faults: list[str] = []
        with (path / name).open(encoding="utf-8", errors="replace") as lines:
            for found in read_advisory_list(lines, faults=faults):
                said.ids.add(found.id)
                notes = [msgspec.structs.replace(note, line=0) for note in found.notes]
                for each in found.vulnerabilities:
                    said.named.setdefault(each, (f"{name}:{found.line}", []))[1].extend(notes)
                if not found.vulnerabilities and notes:
                    said.alone.setdefault(found.id, (f"{name}:{found.line}", []))[1].extend(notes)
        reading.into.unread += _at_lines(name, faults)
    return said


def _at_lines(name: str, faults: list[str]) -> list[UnreadRow]:
    """Return the faults of a list, each of which begins with the number of its line, with the line as the place."""
    split = [fault.partition(": ") for fault in faults]
    return [UnreadRow(f"{name}:{number}", what) for number, _, what in split]


class _Distribution(msgspec.Struct):
    majorversion: int | str | None = None


class _Config(msgspec.Struct):
    distributions: dict[str, _Distribution]


def _release_numbers(path: Path, reading: Reading) -> dict[str, str]:
    """Return the releases and their numbers as the tracker's ``data/config.json`` has them; empty without one."""
    if not path.is_file():
        return {}
    try:
        found = msgspec.json.decode(path.read_bytes(), type=_Config).distributions
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        reading.into.unread.append(UnreadRow("data/config.json", str(error)))
        return {}
    numbers = {name: str(each.majorversion) for name, each in found.items() if each.majorversion is not None}
    return {name: number for name, number in numbers.items() if number.isdigit() and int(number) >= 8}


def json_of_yaml(data: bytes) -> bytes:
    """Return the JSON of a YAML document, scalars as they are written; raise `ValueError` for others."""
    import yaml  # noqa: PLC0415 - most feeds are JSON

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        tree = yaml.load(data, Loader=loader)  # noqa: S506 - it makes nothing but texts, lists and tables
    except (yaml.YAMLError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError(f"no YAML: {' '.join(str(error).split())[:200]}") from None
    _weigh(tree)
    return msgspec.json.encode(tree)


def _weigh(tree: object) -> None:
    """Raise `ValueError` when a tree has too many nodes, counting what aliases repeat, as often as they do."""
    stack = [tree]
    count = 0
    while stack:
        node = stack.pop()
        count += 1
        if count > NODES_LIMIT:
            raise ValueError(f"more than {NODES_LIMIT} nodes once its aliases are written out")
        if isinstance(node, dict):
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)
