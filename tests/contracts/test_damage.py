"""Damage and tampering: whatever was changed in what is stored is found, and named."""

import contextlib
import random
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from midstream.desk.ports import StoreTrouble
from midstream.ledger.chain import Head, head_of, verify
from midstream.ledger.errors import BrokenChain
from midstream.ledger.fact import Fact
from midstream.store.django_store import DjangoStore
from midstream.store.ledger_rows import COLUMNS
from tests.contracts.examples import add, verified, view

Open = Callable[[str], DjangoStore]
TRIGGERS = ("fact_stays", "fact_remains", "fact_is_new")


def filled(store: DjangoStore) -> list[Fact]:
    """Two streams in turn, and what was recorded."""
    facts: list[Fact] = []
    for turn in range(3):
        facts += add(store, "case/a", f"body of a {turn} — Ω", key=f"key {turn}", views=[view("a", turn + 1)])
        facts += add(store, "case/b", f"body of b {turn}", f"more of b {turn}")
    return facts


def complaint(store: DjangoStore) -> str:
    """What a check of the ledger says, as `ledger verify` puts it together; empty when all is well."""
    heads: dict[str, Head] = {}
    try:
        for _ in verify(store.everything(), heads=heads):
            pass
        kept = store.heads()
    except (BrokenChain, StoreTrouble) as error:
        return error.what
    seen = sorted(heads.values(), key=lambda head: head.stream)
    return "" if kept == seen else f"heads differ: {kept} and {seen}"


def tamper(path: Path, *statements: str) -> None:
    """What somebody does who may write the file and takes the triggers away."""
    with contextlib.closing(sqlite3.connect(path)) as raw:
        for name in TRIGGERS:
            raw.execute(f"DROP TRIGGER IF EXISTS {name}")
        for statement in statements:
            raw.execute(statement)
        raw.commit()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("where", ["first", "middle", "last"])
def test_one_changed_byte_in_any_column_of_any_fact_is_found(column: str, where: str, path: Path, opened: Open) -> None:
    store = opened(str(path))
    facts = filled(store)
    place = {"first": 1, "middle": len(facts) // 2, "last": len(facts)}[where]
    store.close()
    raw = sqlite3.connect(path)
    ((value,),) = raw.execute(f"SELECT CAST({column} AS BLOB) FROM fact WHERE position = {place}")
    raw.close()
    assert complaint(opened(str(path))) == ""
    numbers = range(len(value)) if value else [0]
    for at in random.sample(numbers, min(len(numbers), 12)) if len(numbers) > 12 else numbers:
        other = bytearray(value or b"x")
        other[at] ^= 0 if not value else random.choice([1, 2, 4, 8, 16, 32, 64, 128])
        kind = "INTEGER" if column == "number" else "TEXT"
        try:
            tamper(path, f"UPDATE fact SET {column} = CAST(x'{other.hex()}' AS {kind}) WHERE position = {place}")
        except sqlite3.IntegrityError:
            continue  # it would be the number of another fact, which the database itself refuses
        store = opened(str(path))
        said = complaint(store)
        assert said, (column, at, bytes(value), bytes(other))
        if column not in {"stream", "number"}:
            assert f"{facts[place - 1].stream} fact {facts[place - 1].number}" in said
        store.close()
        tamper(path, f"UPDATE fact SET {column} = CAST(x'{value.hex()}' AS {kind}) WHERE position = {place}")
    assert complaint(opened(str(path))) == ""


@pytest.mark.parametrize(
    "spelling",
    [
        "2026-11-20 08:30:00.123456Z",
        "2026-11-20T08:30:00,123456Z",
        "2026-11-20T08:30:00.123456z",
        "20261120T083000.12345678901Z",
    ],
)
def test_another_spelling_of_the_same_instant_is_found(spelling: str, path: Path, opened: Open) -> None:
    filled(opened(str(path)))
    tamper(path, f"UPDATE fact SET happened_at = '{spelling}' WHERE position = 1")
    assert re.match("case/a fact 1: .*not a time", complaint(opened(str(path))))


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM fact WHERE position = 2", "case/b fact 2: it stands at position 3, not 2"),
        ("DELETE FROM fact WHERE position = 9", "heads differ"),
        ("DELETE FROM fact WHERE stream = 'case/a'", "position"),
        ("UPDATE fact SET position = 100 WHERE position = 9", "case/b fact 6: it stands at position 100, not 9"),
        ("UPDATE head SET number = 2 WHERE stream = 'case/a'", "heads differ"),
        ("UPDATE head SET digest = replace(digest, '0', '1')", "heads differ"),
        ("UPDATE head SET recorded_at = '2026-11-20T09:30:00.123457Z'", "heads differ"),
        ("UPDATE head SET recorded_at = 'yesterday'", "the head of case/a is damaged"),
        ("UPDATE head SET stream = 'case/c' WHERE stream = 'case/a'", "heads differ"),
        ("DELETE FROM head WHERE stream = 'case/b'", "heads differ"),
        ("UPDATE fact SET body = 7 WHERE position = 4", "case/a fact 2"),
        ("UPDATE fact SET body = x'7b7d' WHERE position = 4", "case/a fact 2"),
        ("UPDATE fact SET body = '{' WHERE position = 4", "case/a fact 2: the body of note.added is not JSON"),
        ("UPDATE fact SET body = '{}' WHERE position = 4", "case/a fact 2: its content does not match its digest"),
        ("UPDATE fact SET body = CAST(x'7b22c3227d' AS TEXT) WHERE position = 4", "case/a fact 2"),
        ("UPDATE fact SET said_by = x'00' WHERE position = 4", "case/a fact 2"),
        ("UPDATE fact SET recorded_at = 5 WHERE position = 4", "case/a fact 2"),
    ],
)
def test_what_was_taken_away_moved_or_retyped_is_found(statement: str, words: str, path: Path, opened: Open) -> None:
    filled(opened(str(path)))
    tamper(path, statement)
    assert words in complaint(opened(str(path)))


def test_one_flipped_byte_of_a_fact_in_the_file_is_found(path: Path, tmp_path: Path, opened: Open) -> None:
    store = opened(str(tmp_path / "first.db"))
    facts = filled(store)
    store.backup(path)  # one file, with nothing in a log beside it
    whole = path.read_bytes()
    spots: list[int] = []
    for fact in facts:
        # The row as it lies in the file: from its stream to its digest, then its header just before.
        at = whole.index(fact.stream.encode() + bytes([fact.number]) + fact.kind.encode()) if fact.number > 1 else -1
        if at < 0:
            at = next(match.start() for match in re.finditer(re.escape(fact.stream.encode()), whole)
                      if whole[match.start() :][:400].find(fact.digest.encode()) > 0)  # fmt: skip
        end = whole.index(fact.digest.encode(), at) + 64
        spots += random.sample(range(at, end), 8) + random.sample(range(at - 12, at), 2)
    assert complaint(opened(str(path))) == ""
    missed = []
    for spot in spots:
        other = bytearray(whole)
        other[spot] ^= 1 << random.randrange(8)
        flipped = tmp_path / f"flipped-{spot}.db"
        flipped.write_bytes(other)
        store = opened(str(flipped))
        # One byte of a row says nothing: the type of the column that only repeats the row's number in the file.
        if not complaint(store) and list(store.everything()) != facts:
            missed.append((spot, whole[spot], other[spot]))
        store.close()
        flipped.unlink()
    assert not missed


def test_damage_in_the_fact_table_of_postgresql_is_found(server_store: DjangoStore) -> None:
    facts = filled(server_store)
    for column in COLUMNS:
        changed = "number + 90" if column == "number" else f"'9' || substr({column}, 2)"
        with server_store.db.writing() as cursor:
            cursor.execute("ALTER TABLE fact DISABLE TRIGGER USER")
            cursor.execute(f"SELECT {column} FROM fact WHERE position = 5")
            (before,) = cursor.fetchone()
            cursor.execute(f"UPDATE fact SET {column} = {changed} WHERE position = 5")
        assert complaint(server_store), column
        with server_store.db.writing() as cursor:
            cursor.execute(f"UPDATE fact SET {column} = %s WHERE position = 5", [before])
    assert verified(server_store) == facts


@pytest.fixture
def server_store(new_address: Callable[[str], str], opened: Open) -> DjangoStore:
    return opened(new_address("postgresql"))


def test_a_damaged_fact_is_named_when_its_case_is_read(path: Path, opened: Open) -> None:
    filled(opened(str(path)))
    tamper(path, "UPDATE fact SET happened_at = 'x' WHERE position = 4")
    store = opened(str(path))
    with pytest.raises(BrokenChain, match="case/a fact 2"):
        store.facts("case/a")
    assert len(store.facts("case/b")) == 6


def test_a_damaged_text_is_a_trouble_when_its_case_is_read(path: Path, opened: Open) -> None:
    filled(opened(str(path)))
    tamper(path, "UPDATE fact SET body = CAST(x'c328' AS TEXT) WHERE position = 4")
    with pytest.raises(StoreTrouble, match="damaged") as caught:
        opened(str(path)).facts("case/a")
    assert "verify" in caught.value.hint


def test_a_damaged_read_model_can_be_remade(path: Path, opened: Open) -> None:
    filled(opened(str(path)))
    for table, column in (("case_view", "body"), ("duty", "line")):
        tamper(path, f"UPDATE {table} SET {column} = '['")
        store = opened(str(path))
        with pytest.raises(StoreTrouble, match="the read model of a") as caught:
            store.view("a")
        assert "store rebuild" in caught.value.hint
        store.replace_views([view("a", 3)])
        assert store.view("a") == view("a", 3)
        store.close()


def test_a_torn_file_is_a_trouble(path: Path, tmp_path: Path, opened: Open) -> None:
    store = opened(str(tmp_path / "first.db"))
    add(store, "case/a", *["x" * 3000] * 30)
    store.backup(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 3])
    with pytest.raises(StoreTrouble, match=r"store\.db: the store's file is damaged") as caught:
        verified(opened(str(path)))
    assert "backup" in caught.value.hint


# Blobs


def sealed(store: DjangoStore) -> str:
    """A blob of case a, and one of case b."""
    store.put_blob("b", b"the content")
    return store.put_blob("a", b"the content")


@pytest.mark.parametrize(
    ("table", "column"), [("blob", "nonce"), ("blob", "sealed"), ("case_key", "nonce"), ("case_key", "wrapped")]
)
def test_one_changed_byte_of_a_blob_or_its_key_is_found(table: str, column: str, database: DjangoStore) -> None:
    digest = sealed(database)
    with database.db.reading() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} WHERE case_id = 'a'")
        value = bytes(cursor.fetchone()[0])
    for at in range(len(value)):
        other = bytearray(value)
        other[at] ^= 1 << random.randrange(8)
        with database.db.writing() as cursor:
            cursor.execute(f"UPDATE {table} SET {column} = %s WHERE case_id = 'a'", [bytes(other)])
        with pytest.raises(StoreTrouble, match=f"a: its content {digest}") as caught:
            database.blob("a", digest)
        assert caught.value.hint
    with database.db.writing() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE case_id = 'a'", [value])
    assert database.blob("a", digest) == b"the content"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE blob SET sealed = (SELECT sealed FROM blob WHERE case_id = 'b') WHERE case_id = 'a'",
        (
            "UPDATE case_key SET wrapped = (SELECT wrapped FROM case_key WHERE case_id = 'b'),"
            " nonce = (SELECT nonce FROM case_key WHERE case_id = 'b') WHERE case_id = 'a'"
        ),
        "UPDATE blob SET sealed = NULL WHERE case_id = 'a'",
    ],
)
def test_what_was_sealed_for_another_case_does_not_open(statement: str, database: DjangoStore) -> None:
    digest = sealed(database)
    if "NULL" in statement:
        statement = statement.replace("NULL", "''")
    with database.db.writing() as cursor:
        cursor.execute(statement)
    with pytest.raises(StoreTrouble, match=digest):
        database.blob("a", digest)


def test_a_case_cannot_be_given_the_key_and_the_blob_of_another(database: DjangoStore) -> None:
    digest = sealed(database)
    with database.db.writing() as cursor:
        cursor.execute("INSERT INTO case_key SELECT 'c', nonce, wrapped FROM case_key WHERE case_id = 'b'")
        cursor.execute("INSERT INTO blob SELECT 'c', digest, nonce, sealed FROM blob WHERE case_id = 'b'")
    with pytest.raises(StoreTrouble, match=f"c: its content {digest}"):
        database.blob("c", digest)


def test_what_was_sealed_under_another_digest_does_not_open(database: DjangoStore) -> None:
    first, second = database.put_blob("a", b"one"), database.put_blob("a", b"two")
    with database.db.writing() as cursor:
        cursor.execute("DELETE FROM blob WHERE digest = %s", [first])
        cursor.execute("UPDATE blob SET digest = %s WHERE digest = %s", [first, second])
    with pytest.raises(StoreTrouble, match=first):
        database.blob("a", first)


def test_heads_of_an_untouched_store_match(database: DjangoStore) -> None:
    facts = filled(database)
    assert complaint(database) == ""
    assert database.head("case/b") == head_of(facts, stream="case/b")
