"""`CODEOWNERS` as GitHub reads it ("About code owners", CODEOWNERS syntax).

A pattern, then its owners. The last pattern that matches is the one that counts; one without owners says that nobody
owns the path. Patterns are those of gitignore, without ``!`` and ``[ ]``; ``dir/*`` holds for the files right in it.
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
    read_person,
)

_SPLIT = re.compile(r"(?<!\\)[ \t]+")


def read_codeowners(text: str, *, path: str) -> OwnerFile:
    """Return the rules of the file in order. A line GitHub would skip is a fault and says nothing."""
    faults = Faults()
    areas: list[Area] = []
    if len(text) > min(SIZE_LIMIT, 3_000_000):
        faults.add(1, "larger than GitHub reads")
        return OwnerFile(path=path, faults=faults.all(), last_wins=True)
    for number, line in enumerate(text.splitlines(), 1):
        pattern, *names = _SPLIT.split(re.sub(r"(^|[ \t])#.*", "", line).strip())
        if not pattern:
            continue
        if pattern.startswith("[") and pattern.endswith("]"):
            continue  # a section of GitLab: its name is no path
        owners = [read_person(name, "code owner") for name in names]
        if pattern.startswith(("!", "\\#")) or re.search(r"[\[\]]", pattern) or len(pattern) > PATTERN_LIMIT:
            faults.add(number, f"{pattern[:60]!r} is no pattern here")
        elif any(owner is None or owner.name for owner in owners):
            faults.add(number, "an owner is neither @name nor an address")
        else:
            areas.append(_area(pattern.replace("\\ ", " "), [owner for owner in owners if owner], number))
        if len(areas) >= AREA_LIMIT:
            faults.add(number, f"more than {AREA_LIMIT} rules; the rest is left out")
            break
    return OwnerFile(path=path, areas=tuple(areas), faults=faults.all(), last_wins=True)


def _area(pattern: str, owners: list[Owner], line: int) -> Area:
    """Return the rule as an area; a pattern without a slash inside holds at any depth."""
    if pattern in {"*", "**", "/**", "/"}:
        return Area(title=pattern, owners=tuple(owners), files=("**",), line=line)
    inside = "/" in pattern.rstrip("/")
    glob = pattern.removeprefix("/") if inside else f"**/{pattern}"
    if glob.endswith("/*"):
        return Area(title=pattern, owners=tuple(owners), exact=(glob,), line=line)
    below = () if glob.endswith(("/", "**")) else (f"{glob}/**",)
    return Area(title=pattern, owners=tuple(owners), files=(glob, *below), line=line)
