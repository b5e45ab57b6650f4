"""Making, opening and copying a store in a file."""

import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from midstream.desk.ports import StoreTrouble
from midstream.store.django_store import DjangoStore
from midstream.store.opening import LATEST
from midstream.store.settings import backend_of
from tests.contracts.conftest import POSTGRESQL, SQLITE
from tests.contracts.examples import add, verified, view

Open = Callable[[str], DjangoStore]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "desk" / "store.db"


def run(code: str, *arguments: object) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_the_store_loads_no_django() -> None:
    code = "import sys, midstream.store, midstream.store.memory; print([m for m in sys.modules if 'django' in m])"
    assert run(code) == "[]"


def test_opening_a_store_that_is_there_loads_no_migrations(path: Path, opened: Open) -> None:
    opened(str(path))
    code = (
        "import sys; from pathlib import Path; from midstream.store import open_store\n"
        "open_store(url=sys.argv[1], key_file=Path('unused')).facts('case/a')\n"
        "print([m for m in sys.modules if m.startswith(('django.db.migrations.', 'cryptography'))])"
    )
    assert run(code, path) == "[]"


def test_a_new_store_is_for_its_owner_alone_and_durable(path: Path, opened: Open) -> None:
    store = opened(str(path))
    add(store, "case/a", "one")
    for file in (path, path.with_name("store.db-wal"), path.with_name("store.db-shm")):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    with store.db.reading() as cursor:
        found = [cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
        assert found == ["wal", 2]
        assert cursor.execute("PRAGMA secure_delete").fetchone()[0] == 1


def test_a_store_is_found_again(address: str, opened: Open) -> None:
    first = opened(address)
    facts = add(first, "case/a", "one", views=[view("a")])
    digest = first.put_blob("a", b"content")
    first.close()
    again = opened(address)
    assert verified(again) == list(facts)
    assert again.view("a") == view("a")
    assert again.blob("a", digest) == b"content"
    add(again, "case/a", "two")


def test_the_migrations_make_what_the_models_say(opened: Open, path: Path) -> None:
    opened(str(path))
    from django.apps import apps  # noqa: PLC0415 - after Django is set up
    from django.db.migrations.autodetector import MigrationAutodetector  # noqa: PLC0415
    from django.db.migrations.loader import MigrationLoader  # noqa: PLC0415
    from django.db.migrations.state import ProjectState  # noqa: PLC0415

    loader = MigrationLoader(None)
    assert loader.graph.leaf_nodes("store") == [("store", LATEST)]
    changes = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps)).changes(graph=loader.graph)
    assert changes == {}


@pytest.mark.parametrize("sort", [SQLITE, POSTGRESQL])
def test_a_store_of_a_newer_version_is_refused_and_left_as_it_is(
    sort: str, new_address: Callable[[str], str], opened: Open
) -> None:
    address = new_address(sort)
    store = opened(address)
    add(store, "case/a", "one")
    try:
        with store.db.writing() as cursor:
            cursor.execute(
                "INSERT INTO django_migrations (app, name, applied) VALUES ('store', '0999_x', '2026-01-01')"
            )
        with pytest.raises(StoreTrouble, match="0999_x") as caught:
            opened(address)
        assert "Upgrade" in caught.value.hint
    finally:
        with store.db.writing() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE name = '0999_x'")
    assert len(verified(opened(address))) == 1


def test_many_who_open_a_new_store_at_once_make_it_once(path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from midstream.store import open_store\n"
        "print(len(open_store(url=sys.argv[1], key_file=Path('unused')).heads()))"
    )
    said: list[str] = []
    threads = [threading.Thread(target=lambda: said.append(run(code, path))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == ["0"] * 6


@pytest.mark.parametrize(
    "content", [b"not a database, but long enough to be read as one" * 20, b"SQLite", b"\0" * 4096]
)
def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(path: Path, opened: Open, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(StoreTrouble, match=r"store\.db") as caught:
        opened(str(path))
    assert caught.value.hint
    assert path.read_bytes() == content


def test_a_database_of_something_else_is_refused_and_left_as_it_is(path: Path, opened: Open) -> None:
    path.parent.mkdir()
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE fact (x)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(StoreTrouble, match="belongs to something else"):
        opened(str(path))
    assert path.read_bytes() == before


def test_a_folder_is_no_store(tmp_path: Path, opened: Open) -> None:
    with pytest.raises(StoreTrouble, match="cannot be opened"):
        opened(str(tmp_path))
    (tmp_path / "file").touch()
    with pytest.raises(StoreTrouble, match=r"file/store\.db"):
        opened(str(tmp_path / "file" / "store.db"))


AS_SOMEBODY_ELSE = """
import os, sys
from pathlib import Path
from midstream.desk.ports import StoreTrouble
from midstream.store import open_store
from tests.contracts.examples import add
add(open_store(url=sys.argv[2], key_file=Path("unused")), "case/a", "this loads all there is to load")
if os.geteuid() == 0:  # whom no permission stops
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    add(open_store(url=sys.argv[1], key_file=Path("unused")), "case/a", "two")
except StoreTrouble as trouble:
    print(trouble.what, "|", trouble.hint)
"""


@pytest.mark.parametrize(
    ("of_file", "of_folder", "words"),
    [
        (0o000, 0o755, "cannot be opened"),
        (0o444, 0o555, "may not be written"),
        (0o600, 0o000, "cannot be opened"),
    ],
)
def test_a_store_one_may_not_read_or_write(
    opened: Open, tmp_path_factory: pytest.TempPathFactory, of_file: int, of_folder: int, words: str
) -> None:
    with tempfile.TemporaryDirectory() as name:  # one that everybody may enter, unlike pytest's
        Path(name).chmod(0o755)
        path = Path(name) / "desk" / "store.db"
        store = opened(str(path))
        add(store, "case/a", "one")
        store.close()
        path.chmod(of_file)
        path.parent.chmod(of_folder)
        said = run(AS_SOMEBODY_ELSE, path, tmp_path_factory.mktemp("other") / "store.db")
        path.parent.chmod(0o755)
        path.chmod(0o600)
        assert f"{path}: " in said
        assert words in said
        assert "| Allow your user" in said
        assert len(verified(opened(str(path)))) == 1
        opened(str(path)).close()


# Copies


def test_a_copy_is_whole_and_a_store_of_its_own(path: Path, opened: Open, tmp_path: Path) -> None:
    store = opened(str(path))
    facts = add(store, "case/a", "one", "two", views=[view("a", 2)])
    digest = store.put_blob("a", b"content")
    to = tmp_path / "copy.db"
    store.backup(to)
    assert stat.S_IMODE(to.stat().st_mode) == 0o600
    assert sorted(file.name for file in tmp_path.glob("copy*")) == ["copy.db"]
    copy = opened(str(to))
    assert verified(copy) == list(facts)
    assert copy.view("a") == view("a", 2)
    assert copy.blob("a", digest) == b"content"
    add(copy, "case/a", "three")
    assert len(verified(store)) == 2


def test_a_copy_is_of_one_moment_while_others_write(path: Path, opened: Open, tmp_path: Path) -> None:
    store = opened(str(path))
    add(store, "case/a", *["x" * 2000] * 500)
    stop = threading.Event()
    count = 0

    def write() -> None:
        nonlocal count
        while not stop.is_set():
            number = store.head("case/a").number + 1
            add(store, "case/a", "more", views=[view("a", number)])
            count += 1
        store.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copies = []
        for number in range(5):
            copies.append(tmp_path / f"copy-{number}.db")
            store.backup(copies[-1])
    finally:
        stop.set()
        writer.join()
    assert count > 0
    for to in copies:
        copy = opened(str(to))
        facts = verified(copy)
        assert len(facts) >= 500
        kept = copy.view("a")
        assert (kept.number if kept else 500) == len(facts)


def test_a_copy_never_replaces_a_file(path: Path, opened: Open, tmp_path: Path) -> None:
    store = opened(str(path))
    to = tmp_path / "precious"
    to.write_text("mine")
    with pytest.raises(StoreTrouble, match="there is a file already"):
        store.backup(to)
    assert to.read_text() == "mine"
    with pytest.raises(StoreTrouble, match="no/such"):
        store.backup(tmp_path / "no" / "such" / "copy.db")


@pytest.mark.postgres
def test_a_postgresql_store_is_copied_by_its_own_tool(
    new_address: Callable[[str], str], opened: Open, tmp_path: Path
) -> None:
    with pytest.raises(StoreTrouble) as caught:
        opened(new_address("postgresql")).backup(tmp_path / "copy")
    assert "pg_dump" in caught.value.hint
    assert not (tmp_path / "copy").exists()


def test_the_connection_is_made_anew_after_closing(database: DjangoStore) -> None:
    add(database, "case/a", "one")
    database.close()
    assert backend_of(database.db.alias).connection is None
    assert len(database.facts("case/a")) == 1
