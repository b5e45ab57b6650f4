"""Where files of owners stand in a repository, and who reads which."""

from collections.abc import Callable
from typing import Protocol

from midstream.formats.owners.codeowners import read_codeowners
from midstream.formats.owners.maintainers import read_maintainers
from midstream.formats.owners.model import SIZE_LIMIT, OwnerFile
from midstream.formats.owners.rst import read_rst
from midstream.formats.owners.zephyr import read_zephyr


class Reader(Protocol):
    """Reads one format."""

    def __call__(self, text: str, *, path: str) -> OwnerFile:
        """Return what the file says."""
        ...


PLACES: tuple[str, ...] = (
    "MAINTAINERS.yml",
    "MAINTAINERS",
    "docs/about/maintainers.rst",
    "docs/contributing/maintainers.rst",
    "maintainers.rst",
    ".github/CODEOWNERS",
    "CODEOWNERS",
    "docs/CODEOWNERS",
)
"""The paths looked for, in the order in which they are asked. Of several CODEOWNERS GitHub reads the first only."""

_READERS: tuple[tuple[Callable[[str], bool], Reader], ...] = (
    (lambda name: name.endswith((".yml", ".yaml")), read_zephyr),
    (lambda name: name.endswith(".rst"), read_rst),
    (lambda name: name == "codeowners", read_codeowners),
    (lambda name: name.startswith("maintainers"), read_maintainers),
)


def read_owners(text: str, *, path: str) -> OwnerFile:
    """Return what a file of owners says, read by its name; one of no known name says nothing, with a fault."""
    name = path.rpartition("/")[2].lower()
    if len(text) > SIZE_LIMIT:
        return OwnerFile(path=path, faults=(f"line 1: {len(text)} characters are more than are read",))
    for is_for, reader in _READERS:
        if is_for(name):
            return reader(text, path=path)
    return OwnerFile(path=path, faults=("line 1: no format of owners has that name",))
