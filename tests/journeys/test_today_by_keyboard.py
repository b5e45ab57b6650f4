"""Today without a mouse: the list changes in place after a verb, the focus goes to the receipt, and the keys go on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browsers import Served, context_of, needs_chromium, picture, serving, sign_in_demo, watch
from tests.journeys.test_every_page_in_a_browser import COLOURS, EVERYTHING, faults_of

pytestmark = needs_chromium


@pytest.fixture
def own(tmp_path: Path, demo_folder: Path) -> Iterator[Served]:
    """A copy of the demo of this test alone, served."""
    with serving(tmp_path / "own", copy_of=demo_folder) as desk:
        yield desk


def counts(page: Page) -> dict[str, int]:
    """Return the groups of the page with their counts."""
    heads = page.locator("section.group h2").all_inner_texts()
    return {name: int(count) for name, _, count in (head.rpartition(" ") for head in heads)}


def row_in_focus(page: Page) -> str:
    """Return the name of the row that has the focus."""
    return str(page.evaluate("document.activeElement?.closest('[data-row]')?.id ?? ''"))


def go_to(page: Page, verb: str) -> None:
    """Press j until a button of that verb has the focus."""
    for _ in range(40):
        page.keyboard.press("j")
        if page.evaluate("document.activeElement.innerText") == verb:
            return
    raise AssertionError(f"no row begins with {verb}")


def test_a_task_is_done_by_keys_and_the_list_changes_in_place(own: Served, browser: Browser) -> None:
    context = context_of(browser)
    seen, page = watch(context), context.new_page()
    sign_in_demo(page, own.url, "yuki")
    before = counts(page)
    names = page.eval_on_selector_all("[data-row]", "all => all.map(row => row.id)")
    total = int(page.inner_text("#today-count").split()[0])

    # Something half typed in one row stays while another is done.
    page.locator("[data-row]", has_text="remind a silent stakeholder").locator("a.button").first.click()
    page.wait_for_selector("form.deed")
    half = page.locator("form.deed [name=at]")
    half.fill("now - 2 hours")

    page.keyboard.press("Escape")
    page.locator("[data-row]", has_text="remind a silent stakeholder").locator("a.button").first.click()
    page.wait_for_selector("form.deed")
    page.locator("form.deed [name=at]").fill("now - 3 hours")
    page.evaluate("document.activeElement.blur()")
    go_to(page, "acknowledge")
    acted = row_in_focus(page)
    after_it = names[names.index(acted) + 1]
    page.keyboard.press("Enter")
    button = page.locator(f"#p-{acted} button[value=do]")
    button.wait_for()
    page.wait_for_function("document.activeElement?.value === 'do'")
    page.keyboard.press("Enter")
    page.wait_for_selector(".receipt")
    page.wait_for_function("document.activeElement?.matches('.receipt')")
    assert row_in_focus(page) == f"d-{acted}"
    picture(page, "today-after-a-verb")
    assert not faults_of(page, EVERYTHING) + faults_of(page, COLOURS)
    assert page.locator("form.deed [name=at]").input_value() == "now - 3 hours"  # what was typed elsewhere
    now = counts(page)
    assert now["This week"] == before["This week"] - 1
    assert int(page.inner_text("#today-count").split()[0]) == sum(now.values())
    assert total >= sum(now.values()) - 1

    page.keyboard.press("j")
    assert row_in_focus(page) == after_it
    page.keyboard.press("k")
    assert row_in_focus(page) == f"d-{acted}"
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#keys").is_visible()
    page.reload()
    assert counts(page) == now  # as a new page says it
    seen.check(f"{own.url}/")
    context.close()
