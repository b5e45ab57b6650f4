"""Pages on paper: dark on white whatever the screen is, nothing cut off, what is folded unfolded."""

import pytest
from playwright.sync_api import Browser

from tests.browsers import Served, context_of, is_too_wide, needs_chromium, picture, sign_in_demo

pytestmark = needs_chromium

PORTRAIT, LANDSCAPE = 688, 1046
"""Pixels between the margins of a sheet of A4."""

CUT_OFF = """all => all
  .filter(part => part.scrollWidth > part.clientWidth + 1 && getComputedStyle(part).overflowX != "visible")
  .map(part => part.outerHTML.slice(0, 80))"""


def lightness(colour: str) -> int:
    """Return how light an opaque ``rgb(…)`` is, from 0 to 255."""
    return sum(int(part) for part in colour.strip("rgb()").split(",")[:3]) // 3


@pytest.mark.parametrize(
    ("page_", "width"),
    [
        ("board/", LANDSCAPE),
        ("cases/tf-m-2/", PORTRAIT),
        ("advisories/", PORTRAIT),
        ("releases/", PORTRAIT),
        ("reports/", PORTRAIT),
        ("evidence/tf-m-2/", PORTRAIT),
    ],
)
def test_a_page_on_paper_is_dark_on_white_and_whole(served: Served, browser: Browser, page_: str, width: int) -> None:
    context = context_of(browser, scheme="dark")
    page = context.new_page()
    sign_in_demo(page, served.url, "yuki")
    page.goto(f"{served.url}/{page_}")
    page.emulate_media(media="print", color_scheme="dark")
    page.set_viewport_size({"width": width, "height": 1000})
    paper, ink = page.evaluate("(s => [s.backgroundColor, s.color])(getComputedStyle(document.body))")
    assert (lightness(paper), lightness(ink) < 60) == (255, True)
    assert not is_too_wide(page)
    assert page.eval_on_selector_all("main *", CUT_OFF) == []
    picture(page, f"print-{page_.replace('/', '-')}")
    context.close()


def test_what_is_folded_is_printed(served: Served, browser: Browser) -> None:
    context = context_of(browser)
    page = context.new_page()
    sign_in_demo(page, served.url, "yuki")
    page.goto(f"{served.url}/releases/")
    shut = page.locator("main details:not([open])")
    count = shut.count()
    assert count
    page.evaluate(
        "addEventListener('beforeprint', () => { were = document.querySelectorAll('main details[open]').length })"
    )
    page.pdf()
    assert page.evaluate("were") == count
    assert shut.count() == count  # and folded again afterwards
    context.close()
