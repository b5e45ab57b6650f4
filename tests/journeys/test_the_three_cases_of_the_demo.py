"""The demo as somebody new would try it: its three cases are worked to their next state within five minutes.

One run from *Today*, by its buttons and nothing else: no address is typed, no command is given, no document is open.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.browsers import Served, context_of, is_too_wide, needs_chromium, picture, serving, sign_in_demo, watch

pytestmark = needs_chromium

WITHIN = 5 * 60
"""Seconds that somebody new may need for all three."""

STEPS = (
    ("tf-m-1", "acknowledge", "acknowledge", "unacknowledged"),
    ("tf-m-2", "decide on a secondary deferral", "refuse-deferral", "told brook-silicon deferral asked"),
    ("tf-m-3", "tell the reporter what is new", "update-reporter", ""),
    ("tf-m-3", "remind a silent stakeholder", "record-party", "told brook-silicon told"),
    ("tf-m-1", "triage", "forward", ""),
)
"""What is done: the case, words of its task, the verb of the button, and words of its state that end with it."""
TYPED = {
    "reason": "Deployment is not the reason",
    "to": "the handlers",
    "status": "affected",
    "party": "brook-silicon",
    "about": "The fix is in",
}
"""What is typed or chosen where a form asks for it and has nothing."""


@pytest.fixture
def own(tmp_path: Path, demo_folder: Path) -> Iterator[Served]:
    """A copy of the demo of this test alone, served."""
    with serving(tmp_path / "own", copy_of=demo_folder) as desk:
        yield desk


def row_of(page: Page, case: str, task: str) -> Locator:
    """Return the row of Today with that task of that case."""
    return page.locator("[data-row]", has=page.locator(f"a:text-is('{case}')")).filter(has_text=task).first


def fill_in(form: Locator) -> list[str]:
    """Fill in what the form asks for and is empty; return the names of what was filled in."""
    found = form.evaluate(
        "form => [...form.elements].filter(one => one.name.startsWith('f.') && !one.value)"
        ".filter(one => /needed/.test(one.labels[0]?.innerText))"
        ".map(one => one.name)"
    )
    for name in found:
        place, word = form.locator(f"[name='{name}']"), TYPED[name.removeprefix("f.")]
        if place.evaluate("one => one.tagName") == "SELECT":
            place.select_option(word)
        else:
            place.fill(word)
    return list(found)


def do(page: Page, case: str, task: str, verb: str) -> None:
    """Do a task from its row of Today: its button, what is asked, what would change, then doing it."""
    row = row_of(page, case, task)
    name = row.get_attribute("id")
    row.get_by_role("link", name=verb, exact=True).or_(row.get_by_role("button", name=verb, exact=True)).first.click()
    form = page.locator(f"#p-{name} form.deed")
    form.wait_for()
    if fill_in(form):
        before = form.locator("[name=checked]").input_value()
        form.locator("button[value=check]").click()
        page.locator(f"#p-{name} [name=checked]:not([value='{before}'])").wait_for(state="attached")
    assert "What would change" in page.locator(f"#p-{name}").inner_text()
    page.locator(f"#p-{name} button[value=do]").click()
    receipt = page.locator(f"#d-{name} .receipt")
    receipt.wait_for()
    assert "Recorded." in receipt.inner_text()


@pytest.mark.parametrize(("size", "scheme"), [("desk", "dark"), ("phone", "light")])
def test_the_three_cases_are_worked_to_their_next_state(own: Served, browser: Browser, size: str, scheme: str) -> None:
    begun = time.monotonic()
    for case, _, _, before in STEPS:
        assert before in own.tell("case", "show", case)
    context = context_of(browser, size=size, scheme=scheme)
    seen, page = watch(context), context.new_page()
    sign_in_demo(page, own.url, "yuki")
    for case, task, verb, _ in STEPS:
        if not row_of(page, case, task).count():
            page.locator("select[name=whose]").select_option("team")
            page.get_by_role("button", name="Show").click()
        do(page, case, task, verb)
        picture(page, f"three-{case}-{verb}-{size}-{scheme}")
        assert not is_too_wide(page)
    page.reload()
    for case, task, _, _ in STEPS:
        assert row_of(page, case, task).count() == 0, (case, task)
    assert time.monotonic() - begun < WITHIN
    for case, _, _, before in STEPS:
        assert not before or before not in own.tell("case", "show", case)
    own.tell("ledger", "verify")
    seen.check(f"{own.url}/")
    context.close()
