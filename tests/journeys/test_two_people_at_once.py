"""Two people on one case, a session that ends, a click too many: nothing typed is lost, nothing is recorded twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browsers import Served, context_of, needs_chromium, picture, serving, sign_in_demo

pytestmark = needs_chromium

VERBS = {
    "note": {"text": "Typed before the news"},
    "score": {"severity": "high", "reason": "A second look"},
    "mark-affected": {"branch": "release/2.2.x", "because": "The same loop"},
    "refuse-deferral": {"party": "brook-silicon", "stage": "secondary", "reason": "It is no deployment"},
}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, demo_folder: Path) -> Iterator[Served]:
    """A copy of the demo of these tests alone, served."""
    with serving(tmp_path_factory.mktemp("two"), copy_of=demo_folder) as desk:
        yield desk


def windows(browser: Browser, *, script: bool) -> BrowserContext:
    """Return a set of windows where scripts run, or do not."""
    context = browser.new_context(viewport={"width": 320, "height": 640}, java_script_enabled=script)
    context.set_default_timeout(15_000)
    return context


def open_form(page: Page, served: Served, verb: str) -> None:
    """Open the form of a verb and fill it in."""
    page.goto(f"{served.url}/cases/tf-m-2/do/{verb}/")
    for name, value in VERBS[verb].items():
        field = page.locator(f"form.deed [name='f.{name}']")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def typed(page: Page, verb: str) -> dict[str, str]:
    """Return what the form holds."""
    return {name: page.locator(f"form.deed [name='f.{name}']").input_value() for name in VERBS[verb]}


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("verb", VERBS)
def test_a_stale_form_tells_the_news_keeps_what_was_typed_and_is_done_once(
    own: Served, browser: Browser, verb: str, *, script: bool
) -> None:
    context = windows(browser, script=script)
    page = context.new_page()
    sign_in_demo(page, own.url, "yuki")
    open_form(page, own, verb)
    news = f"Meanwhile: {verb} {script}"
    own.tell("do", "tf-m-2", "note", f"text={news}", by="mara")

    page.locator("button[value=check]").click()
    box = page.locator("form.deed .box.bad")
    box.wait_for()
    assert "note.added by mara" in box.inner_text()
    assert news in box.inner_text()
    assert typed(page, verb) == VERBS[verb]
    picture(page, f"stale-{verb}-{'script' if script else 'plain'}")

    page.get_by_role("button", name="Look again").click()
    page.locator("button[value=do]").wait_for()
    assert not box.count()
    before = own.tell("case", "log", "tf-m-2", "--json").count('"number"')
    page.locator("button[value=do]").dblclick(no_wait_after=True)
    page.locator(".receipt").wait_for()
    assert own.tell("case", "log", "tf-m-2", "--json").count('"number"') == before + 1
    page.reload()  # without a script it is sent again
    if not script:
        assert "Recorded before; nothing was added." in page.inner_text(".receipt")
    assert own.tell("case", "log", "tf-m-2", "--json").count('"number"') == before + 1
    context.close()


def test_a_session_that_ends_while_somebody_types_costs_nothing(own: Served, browser: Browser) -> None:
    context = context_of(browser, size="phone")
    page = context.new_page()
    sign_in_demo(page, own.url, "yuki")
    open_form(page, own, "note")
    context.clear_cookies(name="midstream")
    page.locator("button[value=check]").click()
    page.locator("#notice", has_text="Signed out").wait_for()
    picture(page, "signed-out")
    assert (
        page.evaluate("document.getElementById('notice').getBoundingClientRect().top") >= 0
    )  # in view, from far below
    assert typed(page, "note") == VERBS["note"]

    with context.expect_page() as opened:
        page.locator("#notice a").click()
    opened.value.get_by_role("button", name="yuki", exact=True).click()
    opened.value.wait_for_url(lambda reached: "/accounts/" not in reached)
    page.locator("button[value=check]").click()
    page.locator("#notice", has_text="now as yuki").wait_for()
    page.locator("button[value=check]").click()
    page.locator("button[value=do]").click()
    page.locator(".receipt").wait_for()
    assert VERBS["note"]["text"] in page.inner_text(".receipt")
    assert page.inner_text("#notice") == ""
    context.close()


def test_what_is_typed_without_a_script_until_the_session_ends_is_there_to_be_copied(
    own: Served, browser: Browser
) -> None:
    context = windows(browser, script=False)
    page = context.new_page()
    sign_in_demo(page, own.url, "yuki")
    open_form(page, own, "note")
    context.clear_cookies(name="midstream")
    page.locator("button[value=check]").click()
    assert VERBS["note"]["text"] in page.inner_text("main")
    assert "Signed out" in page.inner_text("main")
    context.close()
