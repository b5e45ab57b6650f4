"""The contract of `desk.ports.Ways` and of reading facts by position, on every store."""

from datetime import timedelta

import msgspec

from midstream.desk.ports import Store
from midstream.desk.views import Hook, Token
from tests.contracts.examples import HOUR, NOW, add

TOKEN = Token(
    name="t1",
    person="ada",
    label="Ω laptop",
    digest="ab" * 32,
    scopes=("read", "write"),
    made_at=NOW,
    expires_at=NOW + timedelta(days=30),
)
HOOK = Hook(
    name="h1",
    person="ada",
    url="https://ci.example.org/in",
    kinds=("backport.",),
    secret="cd" * 32,
    made_at=NOW,
    position=3,
)


def test_there_are_none_at_first(store: Store) -> None:
    assert store.token("t1") is None
    assert store.tokens("ada") == store.hooks() == []


def test_a_token_is_kept_whole_and_replaced_by_name(store: Store) -> None:
    store.keep_token(TOKEN)
    assert store.token("t1") == TOKEN
    spent = msgspec.structs.replace(TOKEN, revoked_at=NOW + HOUR, used_at=NOW)
    store.keep_token(spent)
    assert store.tokens("ada") == [spent]
    assert store.tokens("bob") == []
    assert store.token("t2") is None


def test_tokens_are_listed_the_latest_first(store: Store) -> None:
    later = msgspec.structs.replace(TOKEN, name="t0", made_at=NOW + HOUR)
    other = msgspec.structs.replace(TOKEN, name="t9", person="bob")
    for token in (TOKEN, later, other):
        store.keep_token(token)
    assert store.tokens("ada") == [later, TOKEN]


def test_a_hook_is_kept_whole_replaced_and_forgotten(store: Store) -> None:
    store.keep_hook(HOOK)
    moved = msgspec.structs.replace(HOOK, position=9, failures=2, again_at=NOW, trouble="refused")
    other = msgspec.structs.replace(HOOK, name="h0", person="bob", kinds=())
    store.keep_hook(moved)
    store.keep_hook(other)
    assert store.hooks() == [moved, other]
    assert store.hooks("bob") == [other]
    store.remove_hook("h1")
    store.remove_hook("h1")
    assert store.hooks() == [other]


def test_the_last_run_is_kept_by_name(store: Store) -> None:
    assert store.last_run("worker") is None
    store.keep_run("worker", at=NOW)
    store.keep_run("worker", at=NOW + HOUR)
    store.keep_run("another", at=NOW)
    assert store.last_run("worker") == NOW + HOUR


def test_facts_are_read_by_position(store: Store) -> None:
    assert store.since(0, limit=9) == []
    assert store.last_position() == 0
    facts = [*add(store, "case/a", "one", "two"), *add(store, "case/b", "three")]
    read = store.since(0, limit=9)
    assert [fact for _, fact in read] == facts
    assert store.last_position() == read[-1][0]
    assert store.since(0, limit=2) == read[:2]
    assert store.since(read[1][0], limit=9) == read[2:]
    assert store.since(read[2][0], limit=9) == []
