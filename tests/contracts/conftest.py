"""The stores of the contract suite: in memory, SQLite, and a real PostgreSQL server."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from midstream.desk.ports import Store
from midstream.store import open_store
from midstream.store.django_store import DjangoStore
from midstream.store.memory import MemoryStore
from tests.contracts.postgresql_server import Server, Unavailable, running

SQLITE = pytest.param("sqlite", id="sqlite")
POSTGRESQL = pytest.param("postgresql", id="postgresql", marks=pytest.mark.postgres)
MEMORY = pytest.param("memory", id="memory")


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server of this test process; the tests that need it are skipped when there is none to start."""
    try:
        with running() as server:
            yield server
    except Unavailable as why:
        pytest.skip(str(why))


@pytest.fixture
def new_address(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """Gives the address of an empty store: a path, or the one database of the server that tests share in turn."""

    def address(sort: str) -> str:
        if sort == "sqlite":
            return str(tmp_path / "desk" / "store.db")
        server: Server = request.getfixturevalue("server")
        if not server.kept:
            server.kept = server.create()
            open_store(url=server.kept, key_file=tmp_path / "unused").close()
        # Only the owner of the tables can do this; the store itself is refused it, as another test shows.
        server.run(
            "ALTER TABLE fact DISABLE TRIGGER USER",
            "ALTER TABLE case_read DISABLE TRIGGER USER",
            "TRUNCATE fact, head, case_view, duty, reader, area, told, case_read, message, blob, case_key, token, hook,"
            " run RESTART IDENTITY",
            "ALTER TABLE fact ENABLE ALWAYS TRIGGER fact_stays, ENABLE ALWAYS TRIGGER fact_remains",
            "ALTER TABLE case_read ENABLE ALWAYS TRIGGER read_stays, ENABLE ALWAYS TRIGGER read_remains",
            name=server.kept.rpartition("/")[2],
        )
        return server.kept

    return address


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """The file of the master key of this test's stores."""
    return tmp_path / "keys" / "store.key"


@pytest.fixture
def opened(key_file: Path) -> Iterator[Callable[[str], DjangoStore]]:
    """Opens the store at an address, and closes it when the test ends."""
    stores: list[DjangoStore] = []

    def open_it(address: str) -> DjangoStore:
        stores.append(open_store(url=address, key_file=key_file))
        return stores[-1]

    yield open_it
    for store in stores:
        store.close()


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def address(request: pytest.FixtureRequest, new_address: Callable[[str], str]) -> str:
    """The address of a new store in each database."""
    return new_address(request.param)


@pytest.fixture
def database(address: str, opened: Callable[[str], DjangoStore]) -> DjangoStore:
    """A new store in each database."""
    return opened(address)


@pytest.fixture(params=[MEMORY, SQLITE, POSTGRESQL])
def store(
    request: pytest.FixtureRequest, new_address: Callable[[str], str], opened: Callable[[str], DjangoStore]
) -> Store:
    """A new store of each sort."""
    return MemoryStore() if request.param == "memory" else opened(new_address(request.param))
