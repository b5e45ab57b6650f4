"""A disk that is full: a clear error, nothing lost, and work goes on once there is space."""

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from midstream.desk.ports import StoreTrouble
from midstream.store.django_store import DjangoStore
from tests.contracts.examples import add, notes, verified, view

Open = Callable[[str], DjangoStore]
SIZE = 3_000_000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with three megabytes; only root can make one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small file system; the test with a page limit stands in")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no file system may be mounted here: {done.stderr.strip()}; the test with a page limit stands in")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(store: DjangoStore) -> StoreTrouble:
    """Append until the store refuses, and return why."""
    for _ in range(3_000):
        number = store.head("case/a").number + 1
        try:
            add(store, "case/a", "x" * 5_000, views=[view("a", number, title=f"title {number}")])
        except StoreTrouble as trouble:
            return trouble
    raise AssertionError("the disk never filled")


def check_intact(store: DjangoStore, number: int) -> None:
    assert len(verified(store)) == store.head("case/a").number == number
    kept = store.view("a")
    assert kept is not None
    assert (kept.number, kept.title) == (number, f"title {number}")


def test_a_full_disk(small_disk: Path, opened: Open) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 1_000_000)
    store = opened(str(small_disk / "store.db"))
    trouble = fill(store)
    assert "disk" in trouble.what
    assert str(small_disk / "store.db") in trouble.what
    assert trouble.hint == "Make space on that disk, then repeat the command; nothing was recorded."
    number = store.head("case/a").number
    assert number > 10
    check_intact(store, number)
    for _ in range(3):
        with pytest.raises(StoreTrouble, match="disk"):
            store.put_blob("a", b"x" * 500_000)
        with pytest.raises(StoreTrouble, match="disk"):
            store.replace_views(view(f"c{place}", title="x" * 5_000) for place in range(200))
    check_intact(store, number)
    store.close()
    store = opened(str(small_disk / "store.db"))  # a process that starts while the disk is full
    check_intact(store, number)
    ballast.unlink()
    add(store, "case/a", "there is space again", views=[view("a", number + 1, title=f"title {number + 1}")])
    check_intact(store, number + 1)
    assert store.blob_count("a") == 0
    digest = store.put_blob("a", b"content")
    assert store.blob("a", digest) == b"content"


def test_a_copy_to_a_full_disk(small_disk: Path, tmp_path: Path, opened: Open) -> None:
    store = opened(str(tmp_path / "store.db"))
    add(store, "case/a", *["x" * 5_000] * 800)
    with pytest.raises(StoreTrouble, match="the copy was not made") as caught:
        store.backup(small_disk / "copy.db")
    assert "Make space" in caught.value.hint
    assert list(small_disk.iterdir()) == []


def test_a_new_store_on_a_full_disk(small_disk: Path, opened: Open) -> None:
    (small_disk / "ballast").write_bytes(b"x" * (SIZE - 60_000))
    with pytest.raises(StoreTrouble, match="disk"):
        opened(str(small_disk / "store.db"))
    (small_disk / "ballast").unlink()
    add(opened(str(small_disk / "store.db")), "case/a", "one")


def test_a_store_that_may_not_grow(tmp_path: Path, opened: Open) -> None:
    store = opened(str(tmp_path / "store.db"))
    with store.db.reading() as cursor:
        cursor.execute("PRAGMA max_page_count = 200")
        cursor.fetchall()
    trouble = fill(store)
    assert "the disk is full" in trouble.what
    assert "Make space" in trouble.hint
    number = store.head("case/a").number
    check_intact(store, number)
    with pytest.raises(StoreTrouble, match="the disk is full"):
        store.load(notes("case/b", ["x" * 5_000] * 400))
    check_intact(store, number)
    store.close()  # the limit is of the connection
    add(store, "case/a", "there is space again", views=[view("a", number + 1, title=f"title {number + 1}")])
    check_intact(store, number + 1)
