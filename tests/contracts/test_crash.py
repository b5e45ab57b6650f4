"""Processes that are killed, and processes that append to one case at the same time."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bench.crash import complaints, kill_while_appending, together
from midstream.store.django_store import DjangoStore
from tests.contracts.conftest import POSTGRESQL, SQLITE
from tests.contracts.examples import add, verified

KILLS = 8
WORKERS = 8


@pytest.mark.parametrize("sort", [SQLITE, POSTGRESQL])
def test_a_killed_process_loses_nothing_it_acknowledged(
    sort: str, new_address: Callable[[str], str], opened: Callable[[str], DjangoStore], key_file: Path
) -> None:
    address = new_address(sort)
    for turn in range(KILLS):
        # Nobody else has the store open, so that opening it again is what recovers it.
        acknowledged = kill_while_appending(address, key_file, f"c{turn}", within=0.05)
        store = opened(address)
        assert acknowledged >= 1
        assert complaints(store, f"c{turn}", acknowledged=acknowledged) == []
        add(store, f"case/c{turn}", "after")
        store.close()


@pytest.mark.parametrize("sort", [SQLITE, POSTGRESQL])
def test_processes_that_append_to_one_case_lose_and_repeat_nothing(
    sort: str, new_address: Callable[[str], str], opened: Callable[[str], DjangoStore], key_file: Path
) -> None:
    address = new_address(sort)
    count = 8
    told = together(address, key_file, "a", workers=WORKERS, count=count)  # one of them makes the store
    store = opened(address)
    facts = store.facts("case/a")
    assert complaints(store, "a", acknowledged=WORKERS * count) == []
    assert [fact.number for fact in facts] == list(range(1, WORKERS * count + 1))
    assert sorted(number for numbers in told for number in numbers) == [fact.number for fact in facts]
    for worker, numbers in enumerate(told):
        said = [fact.number for fact in facts if fact.said_by == f"worker {worker}"]
        assert said == numbers == sorted(numbers)
    assert len({fact.key for fact in verified(store)}) == WORKERS * count


def test_what_the_driver_looks_for_is_found(
    new_address: Callable[[str], str], opened: Callable[[str], DjangoStore], key_file: Path
) -> None:
    address = new_address("sqlite")
    together(address, key_file, "a", workers=1, count=3)
    store = opened(address)
    assert complaints(store, "a", acknowledged=3) == []
    assert complaints(store, "a", acknowledged=4) == ["fact 4 was acknowledged, 3 are there"]
    add(store, "case/a", "without view and blob")
    assert complaints(store, "a", acknowledged=4) == [
        "the view is not that of fact 4",
        "the messages are not those of the last view",
        "4 facts, but 3 blobs",
    ]
    with store.db.writing() as cursor:
        cursor.execute("UPDATE head SET number = 3")
    assert "a head does not match the facts" in complaints(store, "a", acknowledged=4)
