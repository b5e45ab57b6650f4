"""`MAINTAINERS` as Linux writes it (its own head: "Descriptions of section entries"), and OP-TEE after it.

A paragraph is a title and lines of a letter and a colon: ``M:`` maintainer, ``R:`` reviewer, ``F:`` files, ``X:``
files left out, ``S:`` status. ``F: dir/`` holds for all below it, ``F: dir/*`` only for the files right in it.
"""

import re

from midstream.formats.owners.model import AREA_LIMIT, PATTERN_LIMIT, Area, Faults, Owner, OwnerFile, Role, read_person

_ENTRY = re.compile(r"([A-Z]):\s*(.*)")
_ROLES: dict[str, Role] = {"M": "maintainer", "R": "reviewer", "P": "maintainer"}
_KNOWN = frozenset("ABCFKLMNPQRSTWX")


def read_maintainers(text: str, *, path: str) -> OwnerFile:
    """Return the areas of the file. A paragraph without entries is prose and says nothing."""
    faults = Faults()
    areas: list[Area] = []
    title, begun, entries = "", 0, list[tuple[int, str, str]]()
    for number, line in enumerate([*text.splitlines(), ""], 1):
        found = _ENTRY.fullmatch(line.strip())
        if found and found[1] in _KNOWN and title:
            entries.append((number, found[1], found[2].strip()))
        elif entries and not found:
            areas.append(_area(title, begun, entries, faults))
            title, entries = line.strip(), []
            begun = number
        elif line.strip() and not found:
            title, begun = line.strip(), number
        elif found:
            faults.add(number, f"{found[1]}: is no entry of an area" if title else "an entry without a title above it")
        if len(areas) >= AREA_LIMIT:
            faults.add(number, f"more than {AREA_LIMIT} areas; the rest is left out")
            break
    return OwnerFile(path=path, areas=tuple(areas), faults=faults.all())


def _area(title: str, begun: int, entries: list[tuple[int, str, str]], faults: Faults) -> Area:
    owners: list[Owner] = []
    files: list[str] = []
    excluded: list[str] = []
    status = ""
    for number, letter, value in entries:
        if letter in _ROLES:
            person = read_person(value, _ROLES[letter])
            if person is None:
                faults.add(number, f"{value[:60]!r} names nobody")
            else:
                owners.append(person)
        elif letter in "FX" and value and len(value) <= PATTERN_LIMIT:
            (files if letter == "F" else excluded).append(value.removeprefix("./"))
        elif letter in "FX":
            faults.add(number, f"{letter}: without a path" if not value else f"{letter}: a path that is too long")
        elif letter == "N":
            faults.add(number, "N: patterns of names are not followed")
        elif letter == "S":
            status = value
    everything = {"*", "*/"} <= set(files)
    return Area(
        title=f"{title} ({status})" if status.lower() in {"orphan", "obsolete"} else title,
        owners=tuple(owners),
        files=() if everything else tuple(files),
        excluded=tuple(excluded),
        is_general=everything,
        line=begun,
    )
