"""`maintainers.rst` of TF-A and of TF-M: reStructuredText with fields under headings.

TF-A: ``:|M|: Name <address>``, ``:|G|: `handle`_``, ``:|F|: path`` (escaped as reStructuredText escapes). TF-M: a name
on a line of its own, ``:email:`` and ``:github:`` indented below it, and no paths at all.
"""

import re

from midstream.formats.owners.model import AREA_LIMIT, PATTERN_LIMIT, Area, Faults, Owner, OwnerFile, read_person

_UNDERLINE = re.compile(r"([=\-~^\"'`#*+.:_])\1{2,}")
_FIELD = re.compile(r":\|?([A-Za-z]{1,20})\|?:\s*(.*)")
_LINK = re.compile(r"`([^`<]*?)\s*(?:<([^`>]*)>)?`_{0,2}")
_GENERAL = re.compile(r"(\w+ )?maintainers", re.IGNORECASE)


class _Open:
    """The area that is being read."""

    def __init__(self, title: str, line: int) -> None:
        self.title, self.line = title, line
        self.owners: list[Owner] = []
        self.files: list[str] = []

    def close(self) -> Area:
        return Area(
            title=self.title,
            owners=tuple(self.owners),
            files=tuple(self.files),
            is_general=_GENERAL.fullmatch(self.title) is not None and not self.files,
            line=self.line,
        )


def read_rst(text: str, *, path: str) -> OwnerFile:
    """Return the areas of the file: each heading with people under it; “Maintainers” speak for everything."""
    faults = Faults()
    areas: list[Area] = []
    current: _Open | None = None
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        below = lines[number] if number < len(lines) else ""
        if line.strip() and not line[0].isspace() and _is_underline(below, line):
            if current is not None and (current.owners or current.files):
                areas.append(current.close())
            current = _Open(line.strip(), number)
        elif current is not None:
            _take(current, number, line, below, faults)
        if len(areas) >= AREA_LIMIT:
            faults.add(number, f"more than {AREA_LIMIT} areas; the rest is left out")
            return OwnerFile(path=path, areas=tuple(areas), faults=faults.all())
    if current is not None and (current.owners or current.files):
        areas.append(current.close())
    return OwnerFile(path=path, areas=tuple(areas), faults=faults.all())


def _is_underline(below: str, title: str) -> bool:
    return _UNDERLINE.fullmatch(below.rstrip()) is not None and _UNDERLINE.fullmatch(title.rstrip()) is None


def _take(area: _Open, number: int, line: str, below: str, faults: Faults) -> None:
    found = _FIELD.fullmatch(line.strip())
    if found is None:
        name = line.strip()
        if name and not line[0].isspace() and re.match(r"\s+:(email|github):", below):
            area.owners.append(Owner(name=name[:200], role="code owner"))
        return
    name, value = found[1].lower(), found[2].strip()
    if name == "m":
        person = read_person(re.sub(r"\\(.)", r"\1", value), "code owner")
        if person is None:
            faults.add(number, f"{value[:60]!r} names nobody")
        else:
            area.owners.append(person)
    elif name == "f":
        glob = re.sub(r"\\(.)", r"\1", value)
        if value and len(glob) <= PATTERN_LIMIT:
            area.files.append(glob)
        else:
            faults.add(number, "a path is missing or too long")
    elif name in {"g", "github", "email"}:
        _add(area, number, name, value, faults)


def _add(area: _Open, number: int, name: str, value: str, faults: Faults) -> None:
    """Add a handle or an address to the person named last."""
    link = _LINK.match(value)
    shown, target = (link[1].strip(), (link[2] or "").strip()) if link else (value, "")
    if not area.owners:
        faults.add(number, f"{shown[:60]!r} belongs to nobody")
        return
    last = area.owners[-1]
    if name == "email":
        area.owners[-1] = Owner(name=last.name, email=(target or shown)[:300], handle=last.handle, role=last.role)
    else:
        handle = target.rstrip("/").rpartition("/")[2] or shown
        area.owners[-1] = Owner(name=last.name, email=last.email, handle=handle[:100], role=last.role)
