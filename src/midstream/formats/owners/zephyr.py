"""`MAINTAINERS.yml` as Zephyr writes it (its own head, and ``scripts/get_maintainer.py`` beside it).

Each key is an area: ``maintainers`` and ``collaborators`` are handles, ``files`` and ``files-exclude`` globs in which
``*`` stays within one step. The regular expressions of ``files-regex`` are not followed, and reported.
"""

import re

from midstream.formats.owners.model import (
    AREA_LIMIT,
    PATTERN_LIMIT,
    SIZE_LIMIT,
    Area,
    Faults,
    Owner,
    OwnerFile,
    Role,
)

_KEY = re.compile(r"\"?([^#\s\"][^:\"]*)\"?:")
_ANCHOR = re.compile(r"(?m)^[^#\n]*[\s\[{,:-][&*][A-Za-z0-9_]+\s*$")
_ROLES: tuple[tuple[str, Role], ...] = (("maintainers", "maintainer"), ("collaborators", "reviewer"))


def read_zephyr(text: str, *, path: str) -> OwnerFile:
    """Return the areas of the file; with none, and a fault that says why, when it is no such YAML."""
    import yaml  # noqa: PLC0415 - most boards meet no such file, and it takes as long to load as many answers

    faults = Faults()
    if len(text) > SIZE_LIMIT or _ANCHOR.search(text):
        faults.add(1, "too large" if len(text) > SIZE_LIMIT else "anchors are not followed")
        return OwnerFile(path=path, faults=faults.all())
    try:
        # In C where it is built: Zephyr's file takes a second without.
        tree = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        faults.add(mark.line + 1 if mark else 1, "no YAML")
        return OwnerFile(path=path, faults=faults.all())
    if not isinstance(tree, dict):
        faults.add(1, "no areas")
        return OwnerFile(path=path, faults=faults.all())
    lines = {found[1]: number for number, line in enumerate(text.splitlines(), 1) if (found := _KEY.match(line))}
    areas = [
        area
        for title, entry in list(tree.items())[:AREA_LIMIT]
        if (area := _area(str(title), entry, lines.get(str(title), 1), faults)) is not None
    ]
    return OwnerFile(path=path, areas=tuple(areas), faults=faults.all())


def _area(title: str, entry: object, line: int, faults: Faults) -> Area | None:
    if not isinstance(entry, dict):
        faults.add(line, f"{title[:60]!r} is no area")
        return None
    owners = [
        Owner(handle=handle.removeprefix("@")[:100], role=role)
        for key, role in _ROLES
        for handle in _words(entry.get(key), line, key, faults)
    ]
    if any(key in entry for key in ("files-regex", "files-regex-exclude")):
        faults.add(line, f"{title[:60]!r}: regular expressions of files are not followed")
    return Area(
        title=title,
        owners=tuple(owners),
        files=tuple(_words(entry.get("files"), line, "files", faults)),
        excluded=tuple(_words(entry.get("files-exclude"), line, "files-exclude", faults)),
        line=line,
    )


def _words(value: object, line: int, key: str, faults: Faults) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list):
        faults.add(line, f"{key} is no list")
        return []
    return [entry for entry in value if isinstance(entry, str) and 0 < len(entry) <= PATTERN_LIMIT]
