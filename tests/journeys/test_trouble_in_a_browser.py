"""The store in trouble under a real server: one plain page, nothing lost, and all as before once it is over."""

import contextlib
import os
import resource
import signal
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browsers import Served, context_of, needs_chromium, picture, serving, sign_in_demo

pytestmark = needs_chromium
NOTE = "/cases/tf-m-2/do/note/?f.text=Looked%20at%20it"


@pytest.fixture
def own(tmp_path: Path, demo_folder: Path) -> Iterator[Served]:
    """A copy of the demo of this test alone, served."""
    with serving(tmp_path / "own", copy_of=demo_folder) as desk:
        yield desk


def facts_of(store: Path) -> int:
    """Return how many facts the file holds."""
    with sqlite3.connect(store) as connection:
        (count,) = connection.execute("SELECT count(*) FROM fact").fetchone()
    connection.close()
    return int(count)


def fill_disk(served: Served) -> Callable[[], None]:
    """Let no file of the server grow, as on a full disk; return what makes space again."""
    pids = served.workers()
    before = [resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in pids]
    for pid, (_, most) in zip(pids, before, strict=True):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, most))

    def make_space() -> None:
        for pid, kept in zip(pids, before, strict=True):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, kept)

    return make_space


def test_a_full_disk_is_one_plain_page_and_what_was_typed_is_done_afterwards(own: Served, browser: Browser) -> None:
    context = context_of(browser)
    page = context.new_page()
    sign_in_demo(page, own.url, "yuki")
    page.goto(f"{own.url}{NOTE}")
    before, make_space = facts_of(own.store), fill_disk(own)
    page.locator("button[value=do]").click()
    page.locator("#notice", has_text="othing was recorded").wait_for()
    picture(page, "trouble-box")
    assert page.locator("form.deed [name='f.text']").input_value() == "Looked at it"
    answer = page.goto(f"{own.url}/cases/tf-m-2/")
    assert answer.status == 503
    words = page.inner_text("body")
    assert "The store is in trouble" in words
    assert str(own.store) not in words
    picture(page, "trouble-page")

    make_space()
    page.goto(f"{own.url}{NOTE}")
    page.locator("button[value=do]").click()
    page.wait_for_selector(".receipt")
    assert facts_of(own.store) == before + 1
    own.tell("ledger", "verify")
    context.close()


def test_a_worker_that_dies_is_replaced_and_what_is_sent_twice_is_recorded_once(own: Served, browser: Browser) -> None:
    context = context_of(browser)
    page = context.new_page()
    sign_in_demo(page, own.url, "yuki")
    page.goto(f"{own.url}{NOTE}")
    before = facts_of(own.store)
    (worker,) = own.workers()
    os.kill(worker, signal.SIGKILL)
    for _ in range(60):
        # The receipt may come after the wait for it: then there is no button to click any more.
        with contextlib.suppress(Exception):
            page.locator("button[value=do]").click(timeout=500)
        with contextlib.suppress(Exception):
            page.wait_for_selector(".receipt", timeout=500)
            break
    assert page.locator(".receipt").count()
    assert page.inner_text("details.me summary").strip().endswith("yuki")  # still signed in
    assert facts_of(own.store) == before + 1
    context.close()
