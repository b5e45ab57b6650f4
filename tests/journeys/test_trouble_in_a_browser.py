"""The store in trouble under a real server: one plain page, nothing lost, and all as before once it is over."""

import contextlib
import os
import resource
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browsers import Served, context_of, needs_chromium, picture, serving, sign_in_demo
from tests.contracts.postgresql_server import Server, Unavailable, running

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


REPORT = {
    "poc": "Send <b>seven</b> bytes to port 9",
    "happens": "It stops. It should go on.",
    "version": "2.1.0 on the emulator",
    "title": "A packet of seven bytes stops the service",
}


def fill_in(page: Page, served: Served) -> None:
    """Fill in the public form."""
    page.goto(f"{served.url}/report/")
    for name, value in REPORT.items():
        page.fill(f"[name={name}]", value)
    page.select_option("[name=who]", index=1)
    page.select_option("[name=gains]", index=1)
    if page.locator("select[name=project]").count():
        page.select_option("[name=project]", "tf-m")


def check_kept_and_sent_again(page: Page, served: Served, *, says: str, over: Callable[[], None]) -> None:
    """Send a report into the trouble, read the plain page, let the trouble be over, and send what was kept."""
    page.get_by_role("button", name="Send the report").click()
    page.get_by_role("heading", name="The store is in trouble").wait_for(timeout=60_000)
    words = page.inner_text("main")
    assert says in words
    assert "othing was recorded" in words
    assert REPORT["poc"] in words
    assert str(served.store.parent) not in words
    assert "127.0.0.1" not in words
    over()
    page.get_by_role("button", name="Send it again").click()
    page.get_by_text("follow it up").first.wait_for()
    served.tell("ledger", "verify")
    assert served.tell("case", "list", "--json").count(REPORT["title"]) == 1


def check_verb_goes_on(page: Page, served: Served, *, says: str, over: Callable[[], None]) -> None:
    """Carry a verb out in the trouble, read the notice beside the form, and carry it out from the same form after."""
    page.locator("button[value=do]").click()
    page.locator("#notice", has_text=says).wait_for(timeout=60_000)
    assert page.locator("form.deed [name='f.text']").input_value() == "Looked at it"
    over()
    page.locator("button[value=do]").click()
    page.wait_for_selector(".receipt")
    served.tell("ledger", "verify")
    assert served.tell("case", "log", "tf-m-2").count("Looked at it") == 1


def test_a_store_that_another_program_holds_is_one_plain_notice_and_nothing_is_lost(
    own: Served, browser: Browser
) -> None:
    context = context_of(browser)
    page = context.new_page()
    sign_in_demo(page, own.url, "yuki")
    page.goto(f"{own.url}{NOTE}")
    holder = sqlite3.connect(own.store, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    check_verb_goes_on(page, own, says="Another program holds the store", over=holder.rollback)
    holder.close()
    context.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with 24 megabytes; only root can make one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small file system; the test with a limit on files stands in")
    mount = ["mount", "-t", "tmpfs", "-o", "size=24M", "tmpfs", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no file system may be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_disk_that_is_really_full_keeps_the_report_until_there_is_space(
    small_disk: Path, demo_folder: Path, browser: Browser
) -> None:
    with serving(small_disk, copy_of=demo_folder) as served:
        context = context_of(browser)
        page = context.new_page()
        fill_in(page, served)
        ballast = small_disk / "ballast"
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as out:
            while True:
                out.write(b"x" * 4096)
        check_kept_and_sent_again(page, served, says="disk that the store is on is full", over=ballast.unlink)
        context.close()


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server of these tests alone."""
    try:
        with running() as server:
            yield server
    except Unavailable as why:
        pytest.skip(str(why))


@pytest.mark.postgres
def test_a_database_server_that_stops_and_starts_again_loses_nothing(
    postgresql: Server, tmp_path: Path, browser: Browser
) -> None:
    served = Served(tmp_path / "store.db", address=postgresql.create())
    served.tell("demo")
    served.start()
    try:
        context = context_of(browser)
        pages = [context.new_page(), context.new_page()]
        sign_in_demo(pages[0], served.url, "yuki")
        pages[0].goto(f"{served.url}{NOTE}")
        fill_in(pages[1], served)
        postgresql.stop()
        answer = pages[0].context.new_page().goto(f"{served.url}/")
        assert answer is not None
        assert answer.status == 503
        gone = "The database of the store does not answer"
        check_verb_goes_on(pages[0], served, says=gone, over=postgresql.start)
        postgresql.stop()
        check_kept_and_sent_again(pages[1], served, says=gone, over=postgresql.start)
        assert postgresql.password not in served.log
        pages[0].goto(f"{served.url}/")
        assert pages[0].inner_text("details.me summary").strip().endswith("yuki")  # still signed in
        context.close()
    finally:
        served.stop()


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
