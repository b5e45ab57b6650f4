"""A place for objects that a repository shall not keep: read from it, written beside it, gone afterwards."""

import hashlib
import tempfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

Format = Literal["sha1", "sha256"]

_NOBODY = b"midstream <midstream> 0 +0000"


class Quarantine:
    """A folder of objects in front of a repository's own (git, "GIT_OBJECT_DIRECTORY").

    Whatever git writes with `env` lands in it, and git finds there what `commit` and `put` wrote. The repository
    itself is only read. The folder is removed at the end; only its owner may look into it.
    """

    def __init__(self, *, objects: Path, form: Format) -> None:
        """Prepare a quarantine in front of the folder `objects`, for object ids of the given form."""
        self._objects = objects
        self._form = form

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="midstream-objects-")
        self.path = Path(self._folder.name)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._folder.cleanup()

    @property
    def env(self) -> Mapping[str, str]:
        """The environment in which git writes here and reads both."""
        return {
            "GIT_OBJECT_DIRECTORY": str(self.path),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": quoted(str(self._objects)),
        }

    def put(self, kind: str, content: bytes) -> str:
        """Return the id of the loose object that now holds `content` (gitformat-loose)."""
        whole = f"{kind} {len(content)}".encode() + b"\0" + content
        name = hashlib.new(self._form, whole, usedforsecurity=False).hexdigest()
        folder = self.path / name[:2]
        folder.mkdir(exist_ok=True)
        (folder / name[2:]).write_bytes(zlib.compress(whole, 1))
        return name

    def commit(self, *, tree: str, parent: str = "") -> str:
        """Return the id of a commit by nobody that stands for `tree`, with one parent or none.

        Two children of one parentless commit have just that commit as their merge base: so a merge takes the base
        that is meant, whatever the history says.
        """
        above = f"parent {parent}\n" if parent else ""
        head = f"tree {tree}\n{above}".encode()
        return self.put("commit", head + b"author " + _NOBODY + b"\ncommitter " + _NOBODY + b"\n\n-\n")


def quoted(path: str) -> str:
    """Return a path as one entry of GIT_ALTERNATE_OBJECT_DIRECTORIES, in which a colon separates entries."""
    if ":" not in path and not path.startswith('"'):
        return path
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
