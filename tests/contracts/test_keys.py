"""The master key, the keys of cases, and what is left after an erasure."""

import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from midstream.desk.ports import StoreTrouble
from midstream.store import blobs, open_store
from midstream.store.django_store import DjangoStore
from midstream.store.keys import make_key, read_key
from tests.contracts.examples import add, verified

Open = Callable[[str], DjangoStore]


def test_the_master_key_is_made_with_the_first_blob_and_for_its_owner_alone(
    database: DjangoStore, key_file: Path
) -> None:
    add(database, "case/a", "one")
    assert not key_file.exists()
    database.put_blob("a", b"content")
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert len(bytes.fromhex(key_file.read_text())) == 32
    assert sorted(file.name for file in key_file.parent.iterdir()) == [key_file.name]


def test_the_master_key_and_the_content_are_not_in_the_store(tmp_path: Path, opened: Open, key_file: Path) -> None:
    store = opened(str(tmp_path / "store.db"))
    content = b"a long secret that must not lie open in the file" * 4
    store.put_blob("a", content)
    stored = b"".join(file.read_bytes() for file in tmp_path.glob("store.db*"))
    for part in (content[:20], key_file.read_bytes()[:20], bytes.fromhex(key_file.read_text())[:16]):
        assert part not in stored
    assert key_file.read_text().strip() not in repr(store)
    assert key_file.read_bytes()[:16] not in repr(store.vault).encode()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610])
def test_a_master_key_that_others_may_read_is_refused(mode: int, database: DjangoStore, key_file: Path) -> None:
    digest = database.put_blob("a", b"content")
    key_file.chmod(mode)
    again = DjangoStore(db=database.db, vault=blobs.Vault(db=database.db, key_file=key_file))
    with pytest.raises(StoreTrouble, match="others may read the master key") as caught:
        again.blob("a", digest)
    assert f"chmod 600 {key_file}" in caught.value.hint
    with pytest.raises(StoreTrouble, match="others may read the master key"):
        again.put_blob("b", b"content")
    key_file.chmod(0o600)
    assert again.blob("a", digest) == b"content"


@pytest.mark.parametrize("content", ["", "ab" * 31, "ab" * 33, "zz" * 32, "\0" * 64])
def test_a_file_that_is_no_master_key_is_refused(content: str, database: DjangoStore, key_file: Path) -> None:
    key_file.parent.mkdir()
    key_file.write_text(content)
    key_file.chmod(0o600)
    with pytest.raises(StoreTrouble, match="no master key"):
        database.put_blob("a", b"content")
    assert key_file.read_text() == content
    assert database.blob_count("a") == 0


def test_the_wrong_master_key_is_a_trouble_that_names_case_and_digest(
    database: DjangoStore, key_file: Path, tmp_path: Path
) -> None:
    digest = database.put_blob("a", b"content")
    other = tmp_path / "other.key"
    make_key(other)
    wrong = DjangoStore(db=database.db, vault=blobs.Vault(db=database.db, key_file=other))
    with pytest.raises(StoreTrouble, match=f"a: its content {digest}") as caught:
        wrong.blob("a", digest)
    assert "master key" in caught.value.hint
    with pytest.raises(StoreTrouble, match="does not open"):
        wrong.put_blob("a", b"more")
    assert database.blob("a", digest) == b"content"
    assert key_file.exists()


def test_a_lost_master_key_is_not_made_anew(database: DjangoStore, key_file: Path) -> None:
    digest = database.put_blob("a", b"content")
    kept = key_file.read_text()
    key_file.unlink()
    again = DjangoStore(db=database.db, vault=blobs.Vault(db=database.db, key_file=key_file))
    for use in (lambda: again.blob("a", digest), lambda: again.put_blob("b", b"x"), lambda: again.put_blob("a", b"x")):
        with pytest.raises(StoreTrouble, match="is missing") as caught:
            use()
        assert "Restore" in caught.value.hint
    assert not key_file.exists()
    key_file.write_text(kept)
    key_file.chmod(0o600)
    assert again.blob("a", digest) == b"content"


def test_several_who_make_the_master_key_at_once_agree(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "store.key"
    barrier = threading.Barrier(8)
    made: list[bytes] = []

    def make() -> None:
        barrier.wait()
        made.append(make_key(file))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert set(made) == {read_key(file)}


def test_a_folder_for_the_key_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreTrouble, match=r"the master key cannot be kept|Not a directory"):
        make_key(tmp_path / "file" / "store.key")


def test_several_who_put_the_first_blob_of_a_case_agree_on_its_key(address: str, key_file: Path) -> None:
    store = open_store(url=address, key_file=key_file)
    barrier = threading.Barrier(4)
    digests: list[str] = []

    def put(number: int) -> None:
        barrier.wait()
        digests.append(store.put_blob("a", f"content {number}".encode()))
        digests.append(store.put_blob("a", b"the same"))
        store.close()

    threads = [threading.Thread(target=put, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.blob_count("a") == 5
    assert all(store.blob("a", digest) for digest in digests)
    store.close()


def test_each_case_has_its_own_key_and_each_blob_its_own_nonce(database: DjangoStore) -> None:
    for case in ("a", "b"):
        for content in (b"one", b"two"):
            database.put_blob(case, content)
    with database.db.reading() as cursor:
        cursor.execute("SELECT nonce, sealed FROM blob")
        rows = [tuple(map(bytes, row)) for row in cursor.fetchall()]
        cursor.execute("SELECT nonce, wrapped FROM case_key")
        keys = [tuple(map(bytes, row)) for row in cursor.fetchall()]
    assert len({nonce for nonce, _ in rows} | {nonce for nonce, _ in keys}) == 6
    assert len({content for _, content in rows}) == 4
    assert len({wrapped for _, wrapped in keys}) == 2


def test_an_erasure_leaves_nothing_in_the_file(tmp_path: Path, opened: Open) -> None:
    store = opened(str(tmp_path / "store.db"))
    keep = store.put_blob("b", b"kept")
    digests = [store.put_blob("a", bytes([number]) * 9_000) for number in range(20)]
    with store.db.reading() as cursor:
        cursor.execute("SELECT wrapped FROM case_key WHERE case_id = 'a'")
        wrapped = [bytes(row[0]) for row in cursor.fetchall()]
        cursor.execute("SELECT sealed FROM blob WHERE case_id = 'a'")
        pieces = [bytes(row[0])[start : start + 24] for row in cursor.fetchall() for start in (0, 5_000, 8_900)]
    stored = b"".join(file.read_bytes() for file in tmp_path.glob("store.db*"))
    assert all(piece in stored for piece in wrapped + pieces)
    assert store.erase("a") == len(digests)
    stored = b"".join(file.read_bytes() for file in tmp_path.glob("store.db*"))
    assert not [piece for piece in wrapped + pieces if piece in stored]
    again = opened(str(tmp_path / "store.db"))
    assert again.blob("b", keep) == b"kept"


def test_a_blob_whose_key_was_destroyed_is_not_there(database: DjangoStore) -> None:
    digest = database.put_blob("a", b"content")
    with database.db.writing() as cursor:
        cursor.execute("DELETE FROM case_key WHERE case_id = 'a'")
    assert database.blob("a", digest) is None
    assert not database.has_key("a")


def test_a_large_content_is_kept_whole_and_a_larger_one_refused(
    database: DjangoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = bytes(range(256)) * 4096 * 20
    digest = database.put_blob("a", content)
    assert database.blob("a", digest) == content
    monkeypatch.setattr(blobs, "BLOB_LIMIT", 1_000)
    with pytest.raises(StoreTrouble, match="1001 bytes, more than 1000"):
        database.put_blob("a", b"x" * 1_001)
    assert verified(database) == []
