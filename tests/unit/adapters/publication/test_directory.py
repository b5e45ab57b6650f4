"""A directory is published whole or not at all, touched only where something changed, and never left."""

import errno
import fcntl
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from midstream.adapters.publication import DirectoryTarget
from midstream.adapters.publication import directory as module
from midstream.desk.ports import Drift, PublishTrouble
from midstream.formats.tree import Part

ONE = {"index.html": b"one", "a/b/c.json": b"{}", "a/d.html": b"d"}


def parts(files: dict[str, bytes], *, key: str = "one", stamp: str = "") -> list[Part]:
    return [Part(key=key, stamp=stamp or str(sorted(files.items())), files=files.items)]


def there(path: Path) -> dict[str, bytes]:
    root = path.resolve()
    return {each.relative_to(root).as_posix(): each.read_bytes() for each in root.rglob("*") if each.is_file()}


def times(path: Path) -> dict[str, int]:
    found = [path.parent, *path.parent.rglob("*"), *path.resolve().rglob("*")]
    return {str(each): each.lstat().st_mtime_ns for each in found if each.name != "lock"}


@pytest.fixture
def target(tmp_path: Path) -> DirectoryTarget:
    return DirectoryTarget(tmp_path / "www" / "site")


def test_what_is_published_stands_there(target: DirectoryTarget) -> None:
    outcome = target.publish(parts(ONE))
    assert set(outcome.written) == ONE.keys()
    assert there(target.path) == ONE
    assert target.drift() == []
    assert target.read("a/d.html") == b"d"
    assert target.read("nothing") is None
    assert len(target.digest("a/d.html")) == 64


def test_a_second_run_with_no_change_writes_nothing(target: DirectoryTarget) -> None:
    target.publish(parts(ONE))
    before = times(target.path)
    outcome = target.publish([Part(key="one", stamp=parts(ONE)[0].stamp, files=lambda: pytest.fail("made again"))])
    assert outcome.is_unchanged
    assert outcome.unchanged == 1
    assert times(target.path) == before


def test_a_part_made_again_with_the_same_files_leaves_them(target: DirectoryTarget) -> None:
    target.publish(parts(ONE))
    before = {each: each.lstat().st_mtime_ns for each in target.path.resolve().rglob("*")}
    assert target.publish(parts(ONE, stamp="new")).is_unchanged
    assert {each: each.lstat().st_mtime_ns for each in target.path.resolve().rglob("*")} == before
    assert target.stamps() == {"one": "new"}


@pytest.mark.parametrize("rounds", range(1, 5))
def test_only_what_changed_is_written(target: DirectoryTarget, rounds: int) -> None:
    files = dict(ONE)
    other = parts({"other.html": b"other"}, key="other")
    target.publish([*parts(files), *other])
    untouched = (target.path / "other.html").stat().st_mtime_ns
    for count in range(rounds):
        files = {**files, "index.html": f"round {count}".encode(), f"new/{count}.html": b"new"}
        files.pop("a/d.html", None)
        outcome = target.publish([*parts(files), *other])
        assert set(outcome.written) == {"index.html", f"new/{count}.html"}
        assert outcome.removed == (("a/d.html",) if count == 0 else ())
        assert there(target.path) == {**files, "other.html": b"other"}
        assert target.drift() == []
    assert (target.path / "other.html").stat().st_mtime_ns == untouched


def test_a_part_that_is_gone_is_removed_with_its_folders(target: DirectoryTarget) -> None:
    target.publish([*parts(ONE), *parts({"x/y/z.html": b"z"}, key="two")])
    assert target.publish(parts(ONE)).removed == ("x/y/z.html",)
    assert not (target.path / "x").exists()
    assert target.publish([*parts(ONE), *parts({"x/y/z.html": b"z"}, key="two")]).written == ("x/y/z.html",)


def test_a_file_may_move_from_one_part_to_another(target: DirectoryTarget) -> None:
    target.publish([*parts({"a.html": b"a"}, key="one"), *parts({"b.html": b"b"}, key="two")])
    target.publish([*parts({"b.html": b"b"}, key="one"), *parts({"c.html": b"c"}, key="two")])
    assert there(target.path) == {"b.html": b"b", "c.html": b"c"}


@pytest.mark.parametrize(
    "place", ["../out", "/etc/x", "a/../../x", "a//b", ".", "..", "", "a\\b", "a/./b", "a\x00b", "a\nb", "x" * 300]
)
def test_nothing_is_written_outside(target: DirectoryTarget, place: str) -> None:
    target.publish(parts(ONE))
    before = there(target.path)
    with pytest.raises(PublishTrouble, match="is no place under the site"):
        target.publish(parts({**ONE, place: b"x"}))
    assert there(target.path) == before
    found = {each.relative_to(target.path.parent).parts[0] for each in target.path.parent.rglob("*")}
    assert found == {"site", ".site.midstream"}


def test_two_files_at_one_place_are_refused(target: DirectoryTarget) -> None:
    with pytest.raises(PublishTrouble, match="two files would stand at"):
        target.publish([*parts(ONE), *parts({"index.html": b"other"}, key="two")])
    assert not target.path.exists()


@pytest.mark.parametrize("made", ["folder", "file", "link"])
def test_what_others_made_is_left_alone(target: DirectoryTarget, made: str, tmp_path: Path) -> None:
    target.path.parent.mkdir()
    if made == "folder":
        target.path.mkdir()
        (target.path / "precious").write_text("x")
    elif made == "file":
        target.path.write_text("x")
    else:
        target.path.symlink_to(tmp_path)
    with pytest.raises(PublishTrouble, match="Midstream did not make it"):
        target.publish(parts(ONE))
    assert target.path.exists()


def test_an_empty_folder_is_taken(target: DirectoryTarget) -> None:
    target.path.mkdir(parents=True)
    target.publish(parts(ONE))
    assert there(target.path) == ONE


def test_a_second_publisher_is_told(target: DirectoryTarget) -> None:
    target.publish(parts(ONE))
    with (target.home / "lock").open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(PublishTrouble, match="somebody else is publishing"):
            DirectoryTarget(target.path).publish(parts({"index.html": b"two"}))
    assert there(target.path) == ONE
    target.publish(parts({"index.html": b"two"}))


@pytest.mark.parametrize("step", ["_put", "_remove", "finish", "_turn"])
def test_a_failure_at_any_step_leaves_what_stood_there(
    target: DirectoryTarget, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    target.publish(parts(ONE))
    target.publish(parts({**ONE, "index.html": b"two"}))
    before = there(target.path)
    owner = DirectoryTarget if step == "_turn" else module._Work
    with monkeypatch.context() as patch:

        def fail(*_: object, **__: object) -> None:
            raise OSError(28, "No space left on device", "somewhere")

        patch.setattr(owner, step, fail)
        with pytest.raises(PublishTrouble, match="No space left on device") as caught:
            target.publish(parts({"index.html": b"three", "new.html": b"new"}))
    assert "stands there still" in caught.value.hint
    assert there(target.path) == before
    assert target.drift() == []
    target.publish(parts({"index.html": b"three", "new.html": b"new"}))
    assert there(target.path) == {"index.html": b"three", "new.html": b"new"}


def test_drift_is_found_and_put_right(target: DirectoryTarget) -> None:
    target.publish(parts(ONE))
    target.publish(parts({**ONE, "index.html": b"two"}))
    (target.path / "index.html").write_bytes(b"edited")
    (target.path / "a/d.html").unlink()
    (target.path / "strange.html").write_bytes(b"x")
    found = {each.place: each for each in target.drift()}
    assert found.keys() == {"index.html", "a/d.html", "strange.html"}
    assert found["a/d.html"].found == ""
    assert isinstance(found["strange.html"], Drift)
    assert found["strange.html"].wanted == ""
    assert target.read("index.html") is None
    target.publish(parts({**ONE, "index.html": b"two"}), anew=True)
    assert target.drift() == []
    assert there(target.path) == {**ONE, "index.html": b"two"}


def test_a_damaged_manifest_makes_all_of_it_anew(target: DirectoryTarget) -> None:
    target.publish(parts(ONE))
    for path in target.home.glob("*.manifest"):
        path.write_bytes(path.read_bytes()[:-3])
    assert target.stamps() == {}
    target.publish(parts(ONE))
    assert there(target.path) == ONE
    assert target.drift() == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small file system; the tests of failing steps stand in")
    mount = ["mount", "-t", "tmpfs", "-o", "size=2000000", "tmpfs", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no file system may be mounted here: {done.stderr.strip()}; the tests of failing steps stand in")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_leaves_the_old_site_whole(small_disk: Path) -> None:
    target = DirectoryTarget(small_disk / "site")
    target.publish(parts(ONE))
    with pytest.raises(PublishTrouble, match="No space left on device"):
        target.publish(parts({f"{number}.html": b"x" * 100_000 for number in range(60)}))
    assert there(target.path) == ONE
    assert target.drift() == []
    target.publish(parts({"index.html": b"small"}))  # what was begun takes no room
    assert there(target.path) == {"index.html": b"small"}


WRITES = {
    "pathlib.Path": ("mkdir", "open", "symlink_to", "replace", "rmdir", "unlink"),
    "os": ("link", "fsync", "sync"),
}
"""What a publication asks the operating system to do, at any of which a disk may be full or break."""


class Disk:
    """A disk on which the call of that number fails."""

    def __init__(self, patch: pytest.MonkeyPatch, *, fails: int) -> None:
        self.calls = 0
        self.fails = fails
        for owner, names in WRITES.items():
            held = Path if owner == "pathlib.Path" else os
            for name in names:
                patch.setattr(held, name, self._counted(getattr(held, name), name))

    def _counted(self, real: Callable[..., object], name: str) -> Callable[..., object]:
        def call(*args: object, **options: object) -> object:
            if name == "open" and not {"wb", "xb", "ab"} & set(args):
                return real(*args, **options)
            self.calls += 1
            if self.calls == self.fails:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name)
            return real(*args, **options)

        return call


@pytest.mark.parametrize("rounds", [0, 1, 2, 3])
def test_a_disk_that_is_full_at_any_moment_leaves_one_whole_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rounds: int
) -> None:
    """The old one, or the new one when it was served already: never a part of either, and never none."""
    wanted = {"index.html": b"three", "a/b/c.json": b"{}", "new/deep/x.html": b"new"}
    failed = 0
    for number in range(1, 200):
        target = DirectoryTarget(tmp_path / str(number) / "site")
        before: dict[str, bytes] = {}
        for count in range(rounds):
            before = {**ONE, "index.html": f"round {count}".encode()}
            target.publish(parts(before))
        with monkeypatch.context() as patch:
            disk = Disk(patch, fails=number)
            try:
                target.publish(parts(wanted))
                hint = ""
            except PublishTrouble as trouble:
                failed += 1
                hint = trouble.hint
        if disk.calls < number:
            break  # nothing is left that could fail
        found = there(target.path) if target.path.exists() else {}
        assert found in (before, wanted), number
        assert ("stands there still" in hint) <= (found == before)
        assert ("stands there now" in hint) <= (found == wanted)
        assert target.drift() == []
        target.publish(parts({"index.html": b"after"}))
        assert there(target.path) == {"index.html": b"after"}
    assert failed > 10
    assert number < 199


LIMITED = """
import resource, signal, sys
from pathlib import Path
from midstream.adapters.publication import DirectoryTarget
from midstream.desk.ports import PublishTrouble
from midstream.formats.tree import Part

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
files = [("small.html", b"x"), ("large.html", b"x" * 100_000), ("index.html", b"new")]
try:
    DirectoryTarget(Path(sys.argv[1])).publish([Part(key="one", stamp="new", files=lambda: files)])
except PublishTrouble as trouble:
    sys.exit(f"{trouble} {trouble.hint}")
"""


def test_a_file_that_may_not_grow_leaves_the_old_site_whole(target: DirectoryTarget) -> None:
    """A limit of the operating system, which needs no rights to set."""
    target.publish(parts(ONE))
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(target.path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "File too large" in done.stderr
    assert "stands there still" in done.stderr
    assert there(target.path) == ONE
    assert target.drift() == []


PUBLISHER = """
import sys, time
from pathlib import Path
from midstream.adapters.publication import DirectoryTarget
from midstream.desk.ports import PublishTrouble
from midstream.formats.tree import Part

path, name, go = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])

def files():
    for number in range(20):
        yield f"{name}/{number}.html", name.encode()
        if number == 10:
            go.with_name(f"{name} is within").touch()
            while not go.exists():
                time.sleep(0.01)
    yield "index.html", name.encode()

try:
    DirectoryTarget(path).publish([Part(key="one", stamp=name, files=files)])
except PublishTrouble as trouble:
    sys.exit(f"{trouble} {trouble.hint}")
"""


def whole_site(name: str) -> dict[str, bytes]:
    return {"index.html": name.encode()} | {f"{name}/{number}.html": name.encode() for number in range(20)}


def test_of_two_publishers_one_says_so_and_the_other_is_not_disturbed(target: DirectoryTarget, tmp_path: Path) -> None:
    target.publish(parts(ONE))
    go = tmp_path / "go"
    words = [sys.executable, "-c", PUBLISHER, str(target.path)]
    with subprocess.Popen([*words, "first", str(go)], stderr=subprocess.PIPE, text=True) as first:
        while not (tmp_path / "first is within").exists():
            assert first.poll() is None
            time.sleep(0.01)
        second = subprocess.run([*words, "second", str(go)], capture_output=True, text=True, check=False)
        assert second.returncode == 1
        assert "somebody else is publishing" in second.stderr
        assert "Try again in a minute; nothing was written." in second.stderr
        assert there(target.path) == ONE
        go.touch()
        assert first.wait(timeout=60) == 0
    assert there(target.path) == whole_site("first")
    assert subprocess.run([*words, "second", str(go)], check=False).returncode == 0
    assert there(target.path) == whole_site("second")


def test_publishers_that_race_leave_the_site_of_one_of_them(target: DirectoryTarget, tmp_path: Path) -> None:
    go = tmp_path / "go"
    go.touch()
    names = [f"name-{number}" for number in range(4)]
    words = [sys.executable, "-c", PUBLISHER, str(target.path)]
    running = {name: subprocess.Popen([*words, name, str(go)], stderr=subprocess.DEVNULL) for name in names}
    codes = {name: each.wait(timeout=60) for name, each in running.items()}
    assert set(codes.values()) <= {0, 1}
    assert there(target.path) in [whole_site(name) for name, code in codes.items() if code == 0]
    assert target.drift() == []


STOPPED = """
import os, signal, sys
from pathlib import Path
from midstream.adapters.publication import DirectoryTarget
from midstream.formats.tree import Part

def files():
    for number in range(50):
        if number == {stop}:
            os.kill(os.getpid(), signal.SIGKILL)
        yield f"new/{{number}}.html", b"new"
    yield "index.html", b"new"

DirectoryTarget(Path(sys.argv[1])).publish([Part(key="one", stamp="new", files=files)])
"""


@pytest.mark.parametrize("stop", [0, 1, 49])
def test_a_publisher_that_is_killed_leaves_the_old_site_whole(target: DirectoryTarget, stop: int) -> None:
    target.publish(parts(ONE))
    program = textwrap.dedent(STOPPED).format(stop=stop)
    done = subprocess.run([sys.executable, "-c", program, str(target.path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert there(target.path) == ONE
    assert target.drift() == []
    target.publish(parts({"index.html": b"after"}))
    assert there(target.path) == {"index.html": b"after"}


def test_a_change_waits_for_its_own_files_and_folders_only(
    target: DirectoryTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    target.publish(parts(ONE))
    target.publish(parts(ONE | {"index.html": b"two"}))  # from here on the other tree follows by names alone
    synced: set[tuple[int, int]] = set()
    real = os.fsync

    def fsync(handle: int) -> None:
        found = os.fstat(handle)
        synced.add((found.st_dev, found.st_ino))
        real(handle)

    monkeypatch.setattr(module.os, "fsync", fsync)
    monkeypatch.setattr(module.os, "sync", lambda: pytest.fail("waited for the whole machine"))
    target.publish(parts({"index.html": b"two", "a/b/new/x.json": b"x", "a/d.html": b"d"}))
    root = target.path.resolve()
    changed = [
        root,
        root / "a",
        root / "a/b",
        root / "a/b/new",
        root / "a/b/new/x.json",
        root.parent,
        target.path.parent,
    ]
    assert {str(each) for each in changed if (each.stat().st_dev, each.stat().st_ino) not in synced} == set()


CHANGES: dict[str, Callable[[Path], object]] = {
    "another content of the same size, its time set back": lambda root: rewrite(root / "index.html"),
    "a file more": lambda root: (root / "more.html").write_bytes(b"more"),
    "a file less": lambda root: (root / "a/d.html").unlink(),
    "another name": lambda root: (root / "a/d.html").rename(root / "a/e.html"),
    "an empty folder": lambda root: (root / "b").mkdir(),
    "other rights": lambda root: (root / "index.html").chmod(0o600),
}


def rewrite(path: Path) -> None:
    """Write other bytes, as many, and set the time of modification back."""
    before = path.stat()
    path.write_bytes(b"two")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize("change", CHANGES)
def test_the_mark_is_another_one_after_any_change(
    target: DirectoryTarget, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    target.publish(parts(ONE))
    assert target.mark() == ""  # it changed just now: what changes next might not be told
    monkeypatch.setattr(module, "SETTLED", 0)
    before = target.mark()
    assert before == target.mark() != ""
    time.sleep(0.05)  # longer than a tick of any file system's clock
    CHANGES[change](target.path.resolve())
    assert target.mark() != before


def test_the_mark_is_another_one_after_a_publication(target: DirectoryTarget, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SETTLED", 0)
    assert target.mark() == ""  # nothing was published
    marks = set()
    for number in (1, 2, 3):
        target.publish(parts({"index.html": b"%d" % number}))
        marks.add(target.mark())
    assert len(marks) == 3
