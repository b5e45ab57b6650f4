"""Pages as files. A new one takes the place of the old in one step (rename(2)), with its owner and permissions.

A symbolic link stays: what it leads to is replaced. Everything is first written beside the pages, so that a disk that
fills leaves all of them as they were.
"""

import contextlib
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from midstream.desk.ports import PublishTrouble
from midstream.formats.tree import NewPage


class FilePages:
    """`desk.ports.Pages`, by the file system."""

    def read(self, path: Path, *, limit: int) -> bytes | None:
        """Return what a page holds, at most `limit` + 1 bytes; None when nothing is there."""
        with _told(path):
            try:
                found = path.stat()  # a pipe would make a reader wait for ever
            except FileNotFoundError:
                return None
            if not stat.S_ISREG(found.st_mode):
                raise PublishTrouble(f"{path} is no file", hint="Name a page; nothing was written.")
            with path.open("rb") as file:
                return file.read(limit + 1)

    def write(self, pages: Sequence[NewPage]) -> None:
        """Return nothing, after each page holds its content; raise `PublishTrouble` when none was written."""
        ready: list[tuple[Path, Path]] = []
        try:
            for page in pages:
                with _told(page.path):
                    place = page.path.resolve()
                    ready.append((place.with_name(f".{place.name}.midstream-new"), place))
                    _prepare(page, *ready[-1])
            for page in pages:
                if page.before != self.read(page.path, limit=len(page.before or b"") + 1):
                    raise PublishTrouble(
                        f"{page.path} was changed by somebody else meanwhile", hint="Try again; nothing was written."
                    )
            for new, place in ready:
                with _told(place):
                    new.replace(place)
                    _sync(place.parent)
        finally:
            for new, _ in ready:
                new.unlink(missing_ok=True)


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn an error of the system into one that names the page."""
    try:
        yield
    except OSError as error:
        raise PublishTrouble(
            f"{path}: {error.strerror or error}",
            hint="Check that there is room, and that you may read and write there; the page stands as it stood.",
        ) from error


def _prepare(page: NewPage, new: Path, place: Path) -> None:
    """Return nothing, after the new page is on the disk beside the old one, whose owner and permissions it has."""
    if page.before is not None and not os.access(place, os.W_OK):
        raise PublishTrouble(f"{page.path} may not be written", hint="Change its permissions; nothing was written.")
    new.unlink(missing_ok=True)
    with new.open("xb") as file:
        file.write(page.content)
        if page.before is not None:
            old = place.stat()
            if (old.st_uid, old.st_gid) != (os.geteuid(), os.getegid()):
                with contextlib.suppress(PermissionError):  # whoever may not give files away keeps them
                    os.fchown(file.fileno(), old.st_uid, old.st_gid)
            os.fchmod(file.fileno(), stat.S_IMODE(old.st_mode))
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
