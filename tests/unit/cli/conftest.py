"""Shells over copies of stores that are made once: the demo, the small project with cases, and an empty place."""

import shutil
from pathlib import Path

import pytest

from midstream.desk.demo import DUTY, load_demo
from midstream.desk.desk import Desk
from midstream.store import open_store
from tests.desks import Clock, act, bare_desk, embargoed, equipped, reported
from tests.shells import Shell


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("MIDSTREAM_AS", "MIDSTREAM_STORE", "MIDSTREAM_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def _kept(desk: Desk, folder: Path) -> Path:
    """Return a whole copy of the store, in one file."""
    copy = folder / "copy.db"
    desk.store.backup(copy)
    return copy


@pytest.fixture(scope="session")
def demo_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Is a store with the demo in it."""
    folder = tmp_path_factory.mktemp("demo")
    desk = bare_desk(store=open_store(url=str(folder / "store.db"), key_file=folder / "store.key"))
    load_demo(desk)
    return _kept(desk, folder)


@pytest.fixture(scope="session")
def small_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Is a store with the small project: acme-1 under embargo, acme-2 public, acme-3 just reported."""
    folder = tmp_path_factory.mktemp("small")
    desk = equipped(bare_desk(store=open_store(url=str(folder / "store.db"), key_file=folder / "store.key")))
    embargoed(desk)
    act(desk, reported(desk, "acme-2", title="A public one"), "decline-embargo")
    reported(desk, "acme-3", title="A third one")
    return _kept(desk, folder)


def _shell(copy: Path, folder: Path, person: str) -> Shell:
    store = folder / f"of-{person}.db"
    shutil.copyfile(copy, store)
    return Shell(store, person=person, clock=Clock())


@pytest.fixture
def demo(demo_copy: Path, tmp_path: Path) -> Shell:
    """Runs over a copy of the demo, as who is on duty."""
    return _shell(demo_copy, tmp_path, DUTY)


@pytest.fixture
def shell(small_copy: Path, tmp_path: Path) -> Shell:
    """Runs over a copy of the small project's store, as ada."""
    return _shell(small_copy, tmp_path, "ada")


@pytest.fixture
def empty(tmp_path: Path) -> Shell:
    """Runs where there is no store yet, as ada."""
    return Shell(tmp_path / "new" / "store.db", person="ada", clock=Clock())
