"""What the database itself refuses, whoever asks, and what it is asked again after."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import DatabaseError, OperationalError

from midstream.desk.ports import Conflict, StoreTrouble
from midstream.store import ledger_rows
from midstream.store import settings as store_settings
from midstream.store.database import Database
from midstream.store.django_store import DjangoStore
from midstream.store.settings import backend_of
from tests.contracts.conftest import POSTGRESQL, SQLITE
from tests.contracts.examples import add, notes, verified, view

SAME = (
    "UPDATE fact SET body = '{}'",
    "UPDATE fact SET number = 9 WHERE number = 1",
    "UPDATE fact SET position = 100 WHERE number = 1",
    "DELETE FROM fact",
    "DELETE FROM fact WHERE stream = 'case/a' AND number = 2",
)
NEW_ROW = "(stream, number, kind, said_by, happened_at, recorded_at, key, body, previous, digest)"
VALUES = "('case/a', 1, 'note.added', 'eve', 'x', 'x', '', '{}', 'x', 'x')"
OTHER = VALUES.replace("'case/a', 1", "'case/z', 7")
ONLY = {
    "sqlite": (
        f"INSERT OR REPLACE INTO fact {NEW_ROW} VALUES {VALUES}",
        f"REPLACE INTO fact {NEW_ROW} VALUES {VALUES}",
        f"INSERT INTO fact {NEW_ROW} VALUES {VALUES} ON CONFLICT (stream, number) DO UPDATE SET body = '{{}}'",
        f"REPLACE INTO fact (position, {NEW_ROW[1:]} VALUES (1, {OTHER[1:]}",
        "UPDATE OR REPLACE fact SET number = 2 WHERE number = 1",
        "UPDATE OR IGNORE fact SET number = 2 WHERE number = 1",
    ),
    "postgresql": (
        "TRUNCATE fact",
        "TRUNCATE fact CASCADE",
        f"INSERT INTO fact {NEW_ROW} VALUES {VALUES}",
        f"INSERT INTO fact {NEW_ROW} VALUES {VALUES} ON CONFLICT (stream, number) DO UPDATE SET body = '{{}}'",
        "SET session_replication_role = replica; DELETE FROM fact",
        "MERGE INTO fact USING (SELECT 1 AS one) AS it ON number = 1 WHEN MATCHED THEN DELETE",
    ),
}


@pytest.mark.parametrize("sort", [SQLITE, POSTGRESQL])
def test_the_database_refuses_to_change_or_remove_a_fact(
    sort: str, new_address: Callable[[str], str], opened: Callable[[str], DjangoStore]
) -> None:
    store = opened(new_address(sort))
    facts = add(store, "case/a", "one", "two", "three")
    for recursive in ("OFF", "ON") if sort == "sqlite" else ("",):
        for statement in (*SAME, *ONLY[sort]):
            connection = backend_of(store.db.alias)
            with connection.cursor() as cursor:
                if recursive:
                    cursor.execute(f"PRAGMA recursive_triggers = {recursive}")
                with pytest.raises(DatabaseError, match=r"facts are never|fact_follows|UNIQUE"):
                    cursor.execute(statement)
            connection.close()  # with whatever the statement set
            assert verified(store) == list(facts), statement
    add(store, "case/a", "four")
    assert len(verified(store)) == 4


def test_two_commands_that_begin_one_stream_do_not_both_succeed(
    address: str, opened: Callable[[str], DjangoStore]
) -> None:
    store = opened(address)
    barrier = threading.Barrier(4)
    outcomes: list[str] = []

    def begin(number: int) -> None:
        barrier.wait()
        try:
            store.append(notes("case/a", [f"by {number}"]), views=[view("a")], expect={"case/a": 0, "project/tf-m": 0})
            outcomes.append("recorded")
        except Conflict as conflict:
            outcomes.append(str(conflict))
        finally:
            store.close()

    threads = [threading.Thread(target=begin, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["case/a stands at fact 1, not 0"] * 3 + ["recorded"]
    assert len(verified(store)) == 1


@pytest.mark.parametrize("stands", [0, 1])
def test_a_command_waits_for_another_one_and_then_sees_its_facts(
    stands: int, address: str, opened: Callable[[str], DjangoStore]
) -> None:
    first = opened(address)
    if stands:
        add(first, "case/a", "before")
    facts = notes("case/a", ["mine"], head=first.head("case/a"))
    outcomes: list[object] = []
    second = _beside(first)

    def append() -> None:
        try:
            second.append(facts, views=[], expect={"case/a": stands})
        except (Conflict, StoreTrouble) as error:
            outcomes.append(error)
        second.close()

    other = threading.Thread(target=append)
    with first.db.writing() as cursor:
        ledger_rows.record(first.db, cursor, facts, expect={"case/a": stands})
        other.start()
        other.join(timeout=0.3)
        assert outcomes == []  # it waits
    other.join()
    assert [(type(error), str(error)) for error in outcomes] == [
        (Conflict, f"case/a stands at fact {stands + 1}, not {stands}")
    ]
    assert len(verified(first)) == stands + 1


def test_a_row_the_database_refuses_is_a_trouble_that_names_the_store(database: DjangoStore) -> None:
    first = add(database, "case/a", "one")
    with database.db.writing() as cursor:
        cursor.execute("DELETE FROM head")  # now the store believes that the stream is new
    with pytest.raises(StoreTrouble, match=database.db.place) as caught:
        database.append(notes("case/a", ["again"]), views=[], expect={"case/a": 0})
    assert "ledger verify" in caught.value.hint or "backup" in caught.value.hint
    assert database.facts("case/a") == list(first)


def test_a_store_locked_for_too_long_says_so(address: str, opened: Callable[[str], DjangoStore]) -> None:
    holder = opened(address)
    add(holder, "case/a", "one")
    # Another alias of the same database is another connection to it, as another process has.
    waiting = _beside(holder)
    with holder.db.writing() as cursor:
        cursor.execute("UPDATE head SET number = number WHERE stream = 'case/a'")
        with waiting.db.reading() as other:
            other.execute("SET lock_timeout = 100" if holder.db.is_postgresql else "PRAGMA busy_timeout = 100")
        with pytest.raises(StoreTrouble, match="locked for longer") as caught:
            add(waiting, "case/a", "two")
    assert "repeat" in caught.value.hint
    add(waiting, "case/a", "two")
    waiting.close()
    assert len(verified(holder)) == 2


def _beside(store: DjangoStore) -> DjangoStore:
    from django.db import connections  # noqa: PLC0415 - only when Django is set up

    db = Database(alias=f"beside{len(connections.settings)}")
    connections.settings[db.alias] = connections.settings[store.db.alias]
    return DjangoStore(db=db, vault=type(store.vault)(db=db, key_file=store.vault.key_file))


@pytest.mark.postgres
def test_a_lost_connection_is_a_trouble_and_the_next_command_connects_again(
    new_address: Callable[[str], str], opened: Callable[[str], DjangoStore]
) -> None:
    store = opened(new_address("postgresql"))
    add(store, "case/a", "one")
    other = _beside(store)
    for use in (lambda: add(store, "case/a", "two"), lambda: store.facts("case/a")):
        with other.db.reading() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        with pytest.raises(StoreTrouble, match=r"postgresql://127\.0\.0\.1") as caught:
            use()
        assert "server" in caught.value.hint
        assert len(store.facts("case/a")) == 1
    other.close()
    add(store, "case/a", "two")
    assert len(verified(store)) == 2


@pytest.mark.postgres
def test_postgresql_says_that_it_cannot_keep_nul(
    new_address: Callable[[str], str], opened: Callable[[str], DjangoStore]
) -> None:
    store = opened(new_address("postgresql"))
    with pytest.raises(StoreTrouble, match="NUL"):
        add(store, "case/a", "one", key="a\0b")
    with pytest.raises(StoreTrouble, match="NUL"):
        add(store, "case/a", "one", views=[view("a", message_ids=("<a\0b>",))])
    assert verified(store) == []


@pytest.mark.postgres
def test_addresses_of_postgresql_that_lead_nowhere(
    new_address: Callable[[str], str], opened: Callable[[str], DjangoStore]
) -> None:
    address = new_address("postgresql")
    secret = address.split(":")[2].split("@")[0]
    wrong = {
        address.replace("/store_", "/no_such_"): "no such database|no connection",
        address.replace(secret, "wrong-secret"): "does not take you|no connection",
        address.rpartition(":")[0] + ":1/x": "no connection",
    }
    for url, words in wrong.items():
        with pytest.raises(StoreTrouble, match=words) as caught:
            opened(url)
        assert caught.value.hint
        assert secret not in str(caught.value) + caught.value.hint


def test_a_failure_while_connecting_is_no_raw_error_of_django(tmp_path: Path) -> None:
    assert issubclass(OperationalError, DatabaseError)
    with pytest.raises(StoreTrouble, match="mysql:// is no store"):
        store_settings.database("mysql://localhost/x")
    for url in ("", ":memory:", "sqlite:///", "postgresql://localhost", "postgresql://localhost:port/x"):
        with pytest.raises(StoreTrouble) as caught:
            store_settings.database(url)
        assert caught.value.hint
    assert store_settings.database(f"sqlite:///{tmp_path}/a%20b.db")["NAME"] == f"{tmp_path}/a b.db"
    assert store_settings.database("x.db")["NAME"] == str(Path("x.db").absolute())
    parts = store_settings.database("postgresql://m%40x:p%2Fw@db.example:5433/mid?sslmode=require&options=-c%20a%3Db")
    assert (parts["USER"], parts["PASSWORD"], parts["HOST"], parts["PORT"]) == ("m@x", "p/w", "db.example", "5433")
    assert (parts["NAME"], parts["OPTIONS"]["sslmode"]) == ("mid", "require")
    assert parts["OPTIONS"]["options"] == f"-c lock_timeout={store_settings.PATIENCE}s -c a=b"
    assert store_settings.database("postgresql:///mid?host=/run/postgresql")["HOST"] == "/run/postgresql"
