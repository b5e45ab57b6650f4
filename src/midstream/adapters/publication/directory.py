"""A directory as target of publications.

    site                  a symbolic link to the tree that is served
    .site.midstream/      beside it: tree-a, tree-b, their manifests, and the lock

Of the two trees one is served; the other is brought up to date, and then the link is turned, in one step
(rename(2) replaces it whole). A stop at any moment, a full disk included, leaves the served tree as it was. Files
that did not change are hard links to the same content, so that one changed advisory costs a few files.
"""

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import msgspec

from midstream.adapters.publication.manifest import Held, Manifest, check_place, manifest_bytes, read_manifest
from midstream.desk.ports import Drift, Outcome, PublishTrouble
from midstream.formats.tree import Part

TREES = ("tree-a", "tree-b")
AT_ONCE = 16
"""How many files are waited for at once."""
FEW = 500
"""Up to so many files are brought to the disk one by one; more of them, with all that the machine has to write."""


SETTLED = 2_000_000_000
"""Nanoseconds after which a file that changes again has another time of change, on any file system we know."""


class DirectoryTarget:
    """Publishes to the directory `path`; see the module for how it stands there."""

    def __init__(self, path: Path) -> None:
        """Keep where; nothing is made until something is published."""
        self.path = path.absolute()
        self.home = self.path.parent / f".{self.path.name}.midstream"
        self.name = "site"

    def stamps(self) -> dict[str, str]:
        """Return the stamp of every part that stands there, by key."""
        manifest = self._served_manifest()
        return {} if manifest is None else manifest.stamps

    def digest(self, place: str) -> str:
        """Return the SHA-256 of the file that stands there, read again; empty when there is none."""
        check_place(place)
        return _digest(self.path / place)

    def found(self, place: str) -> bytes:
        """Return what stands at the place, whatever it is; empty when there is nothing."""
        check_place(place)
        try:
            return (self.path / place).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return b""

    def places(self, under: str) -> list[str]:
        """Return every place below the folder at which a file stands, sorted."""
        check_place(under)
        return sorted(path.relative_to(self.path).as_posix() for path in _files(self.path / under))

    def read(self, place: str) -> bytes | None:
        """Return what stands at the place; None when nothing does, or when it is not what was published."""
        check_place(place)
        try:
            content = (self.path / place).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        manifest = self._served_manifest()
        wanted = manifest.digest(place) if manifest else ""
        return content if hashlib.sha256(content).hexdigest() == wanted else None

    def publish(self, parts: Iterable[Part], *, anew: bool = False) -> Outcome:
        """Return what was written, after the tree of exactly these parts is served.

        A part whose stamp is the one that stands there is not made, unless all is made `anew`, as after a drift. When
        nothing changed, nothing is written. Raises `PublishTrouble`, and then the old tree stands as it stood.
        """
        self._check_path()
        before = self._served()
        try:
            self.home.mkdir(mode=0o755, parents=True, exist_ok=True)
            with self._lock():
                return self._publish(parts, anew=anew)
        except OSError as error:
            where = error.filename or self.path
            hint = "Make space, or check that you may write there; what stood there before stands there still."
            if self._served() != before:
                hint = "The new site stands there now, and may be lost when the power fails; look at the disk."
            raise PublishTrouble(f"{where}: {error.strerror or error}", hint=hint) from error

    def drift(self) -> list[Drift]:
        """Return every file that is not as it was published, and every file that nobody published."""
        manifest = self._served_manifest()
        if manifest is None:
            return []
        wanted = manifest.files()
        found = [
            Drift(place=place, wanted=digest, found=there)
            for place, digest in sorted(wanted.items())
            if (there := _digest(self.path / place)) != digest
        ]
        standing = {path.relative_to(self.path).as_posix() for path in _files(self.path)}
        more = sorted(standing - wanted.keys())
        return found + [Drift(place=place, wanted="", found=_digest(self.path / place)) for place in more]

    def mark(self) -> str:
        """Return a digest of name, inode, size and last change of all that stands there; empty if that was just now.

        The last change (st_ctime of stat(2)) counts a file written by hand too, whose time of modification may have
        been set back. Its clock is coarse: what changed within `SETTLED` may change again and look the same.
        """
        found = hashlib.sha256(self._served().encode())
        newest = 0
        for path in (self._manifest_path(self._served()), *_everything(self.path.resolve())):
            try:
                at = path.lstat()
            except FileNotFoundError:
                return ""
            found.update(
                f"{path}\0{at.st_ino} {at.st_size} {at.st_mode} {at.st_ctime_ns}\n".encode("utf-8", "surrogateescape")
            )
            newest = max(newest, at.st_ctime_ns)
        return found.hexdigest() if newest < time.time_ns() - SETTLED else ""

    def _publish(self, parts: Iterable[Part], *, anew: bool) -> Outcome:
        served = self._served()
        now = self._manifest(served) if served and not anew else None
        spare = TREES[1] if served == TREES[0] else TREES[0]
        work = _Work(home=self.home, tree=spare, served=served if now is not None else "", now=now or Manifest())
        try:
            outcome = work.bring(parts)
            if outcome.is_unchanged and served and now is not None:
                if work.stamps != now.stamps:
                    _write(self._manifest_path(served), work.manifest_bytes())
                return outcome
            work.finish()
            self._turn(spare)
        except BaseException:
            if self._served() != spare:  # else it is what everybody reads already
                work.undo()
            raise
        self._prepare(served or TREES[1], spare)
        return outcome

    def _prepare(self, other: str, served: str) -> None:
        """Make the tree for the next publication when there is none. The next one does without, only slower."""
        if (self.home / other).exists():
            return
        try:
            link_tree(self.home / served, self.home / other)
            _write(self._manifest_path(other), self._manifest_path(served).read_bytes())
        except OSError:
            shutil.rmtree(self.home / other, ignore_errors=True)

    def _turn(self, tree: str) -> None:
        new = self.home / "link"
        new.unlink(missing_ok=True)
        new.symlink_to(os.path.relpath(self.home / tree, self.path.parent))
        new.replace(self.path)
        _sync(self.path.parent)

    def _served(self) -> str:
        try:
            name = self.path.readlink().name
        except OSError:
            return ""
        return name if name in TREES and (self.home / name).is_dir() else ""

    def _served_manifest(self) -> Manifest | None:
        served = self._served()
        return self._manifest(served) if served else None

    def _manifest(self, tree: str) -> Manifest | None:
        return read_manifest(self._manifest_path(tree))

    def _manifest_path(self, tree: str) -> Path:
        return self.home / f"{tree}.manifest"

    def _check_path(self) -> None:
        if self.path.is_symlink():
            if self._served() or not self.path.exists():
                return
        elif not self.path.exists():
            return
        elif self.path.is_dir() and not any(self.path.iterdir()):
            self.path.rmdir()
            return
        raise PublishTrouble(
            f"{self.path} is there, and Midstream did not make it",
            hint="Name a new or an empty directory; nothing was written.",
        )

    @contextmanager
    def _lock(self) -> Iterator[None]:
        with (self.home / "lock").open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise PublishTrouble(
                    f"somebody else is publishing to {self.path}", hint="Try again in a minute; nothing was written."
                ) from None
            yield


class _Work:
    """The spare tree while it is brought up to date. Without its manifest it counts as unfinished."""

    def __init__(self, *, home: Path, tree: str, served: str, now: Manifest) -> None:
        self.root = home / tree
        self.manifest = home / f"{tree}.manifest"
        self.served = home / served if served else None
        self.now = now
        self.spare: Manifest | None = None
        self.has_begun = False
        self.folders: set[Path] = set()
        self.fresh: set[Path] = set()
        self.touched: set[Path] = set()
        self.parts: dict[str, msgspec.Raw] = {}
        self.stamps: dict[str, str] = {}

    def bring(self, parts: Iterable[Part]) -> Outcome:
        """Return what changes from the served tree to one of these parts, after the spare tree has it."""
        written: list[str] = []
        taken: dict[str, str] = {}
        for part in parts:
            if part.key in self.stamps:
                raise PublishTrouble(
                    f"two parts are called {part.key!r}", hint="This is a defect; nothing was published."
                )
            self.stamps[part.key] = part.stamp
            if self.now.stamps.get(part.key) == part.stamp:
                self.parts[part.key] = self.now.parts[part.key]
                continue
            old = self.now.held(part.key).files
            new: dict[str, str] = {}
            for place, content in part.files():
                check_place(place)
                if place in new or place in taken:
                    raise PublishTrouble(f"two files would stand at {place}", hint="Rename one; nothing was published.")
                taken[place] = part.key
                new[place] = hashlib.sha256(content).hexdigest()
                if new[place] != old.get(place):
                    self._begin()
                    self._put(place, content)
                    written.append(place)
            self.parts[part.key] = msgspec.Raw(msgspec.msgpack.encode(Held(stamp=part.stamp, files=new)))
        removed = self._remove()
        changed = {key for key, stamp in self.stamps.items() if self.now.stamps.get(key) != stamp}
        return Outcome(written=tuple(written), removed=removed, unchanged=len(self.stamps) - len(changed))

    def _remove(self) -> tuple[str, ...]:
        """Return the places that are gone, after they are gone from the spare tree."""
        before: dict[str, str] = {}
        after: set[str] = set()
        for key, stamp in self.now.stamps.items():
            if self.stamps.get(key) != stamp:
                before |= self.now.held(key).files
        for key, stamp in self.stamps.items():
            if self.now.stamps.get(key) != stamp:
                after |= msgspec.msgpack.decode(self.parts[key], type=Held).files.keys()
        gone = tuple(sorted(before.keys() - after))
        for place in gone:
            self._begin()
            (self.root / place).unlink(missing_ok=True)
            self._touch((self.root / place).parent)
            for folder in (self.root / place).parents:
                if folder == self.root or any(folder.iterdir()):
                    break
                folder.rmdir()
        return gone

    def _begin(self) -> None:
        """Make the spare tree the same as the served one; from here on it counts as unfinished."""
        if self.has_begun:
            return
        self.has_begun = True
        self.spare = read_manifest(self.manifest)
        self.manifest.unlink(missing_ok=True)
        if self.served is None:
            shutil.rmtree(self.root, ignore_errors=True)
            self.root.mkdir()
        elif self.spare is None or not self.root.is_dir():
            shutil.rmtree(self.root, ignore_errors=True)
            link_tree(self.served, self.root)
        else:
            self._follow(self.served, self.spare)

    def _follow(self, served: Path, spare: Manifest) -> None:
        """Bring the spare tree from where it stood to where the served one stands."""
        old: dict[str, str] = {}
        new: dict[str, str] = {}
        for key in spare.stamps.keys() | self.now.stamps.keys():
            if spare.stamps.get(key) != self.now.stamps.get(key):
                old |= spare.held(key).files
                new |= self.now.held(key).files
        for place in old.keys() - new.keys():
            (self.root / place).unlink(missing_ok=True)
            self._touch((self.root / place).parent)
        for place, digest in new.items():
            if old.get(place) != digest:
                self._room_for(place).unlink(missing_ok=True)
                os.link(served / place, self.root / place)

    def _put(self, place: str, content: bytes) -> None:
        path = self._room_for(place)
        path.unlink(missing_ok=True)  # the other tree may share its content
        with path.open("xb") as file:
            file.write(content)
        self.fresh.add(path)

    def _room_for(self, place: str) -> Path:
        path = self.root / place
        if path.parent not in self.folders:
            path.parent.mkdir(parents=True, exist_ok=True)
            self.folders.add(path.parent)
            self._touch(path.parent)
        return path

    def _touch(self, folder: Path) -> None:
        """Keep a folder that has other names in it than before, and those above it: it may be new, or go."""
        while folder not in self.touched and folder != self.root.parent:
            self.touched.add(folder)
            folder = folder.parent

    def finish(self) -> None:
        """Return nothing, after all of the tree and its manifest are on the disk."""
        self._begin()
        if self.served is None or len(self.fresh) > FEW:
            os.sync()
        else:
            # What did not change is on the disk since the publication that wrote it. Waiting for the whole machine
            # would make one changed advisory wait for everybody's writes.
            # Waiting for all of them at once lets the disk write them together.
            waiting = [*self.fresh, *(folder for folder in self.touched if folder.is_dir())]
            with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
                for done in [pool.submit(_sync, path) for path in waiting]:
                    done.result()
        _write(self.manifest, self.manifest_bytes())

    def manifest_bytes(self) -> bytes:
        """Return the manifest of what was brought."""
        return manifest_bytes(Manifest(parts=self.parts, stamps=self.stamps))

    def undo(self) -> None:
        """Return nothing, after an unfinished tree is away, so that it takes no room."""
        if self.has_begun:
            self.manifest.unlink(missing_ok=True)
            shutil.rmtree(self.root, ignore_errors=True)


def link_tree(source: Path, target: Path) -> None:
    """Return nothing, after `target` is a tree of hard links to the files of `source`, and is on the disk."""
    target.mkdir()
    for folder, folders, files in os.walk(source):
        there = target / Path(folder).relative_to(source)
        for name in folders:
            (there / name).mkdir()
        for name in files:
            os.link(f"{folder}/{name}", f"{there}/{name}")
    os.sync()


def _write(path: Path, content: bytes) -> None:
    new = path.with_name(f"{path.name}.new")
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    """Return nothing, after the file, or the names in the folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return ""


def _files(root: Path) -> Iterator[Path]:
    for folder, _, files in os.walk(root):
        yield from (Path(folder) / name for name in files)


def _everything(root: Path) -> Iterator[Path]:
    yield root
    for folder, folders, files in os.walk(root):
        yield from (Path(folder) / name for name in sorted((*folders, *files)))
