"""Every page of every role in a browser: nothing from elsewhere, no complaint of the policy, readable by everybody.

The rules of accessibility are those of axe-core. Pages are seen in both sizes and both schemes.
"""

import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browsers import Served, context_of, is_too_wide, needs_chromium, picture, sign_in_demo, watch

pytestmark = needs_chromium

WORK = ("/", "/cases/", "/cases/tf-m-2/", "/board/", "/releases/")
OWN = ("/accounts/2fa/", "/accounts/sessions/")
PAGES = {
    "": ("/accounts/login/", "/report/", "/report/follow/", "/accounts/password/reset/", "/no-such-page/"),
    "yuki": (
        *WORK,
        "/cases/tf-m-2/timeline/",
        "/cases/tf-m-1/do/accept/",
        "/cases/tf-m-2/do/draft-advisory/",
        "/cases/tf-m-1/do/end-embargo/?f.reason=agreed",
        "/cases/tfmv-9/",
        "/cases/?q=update",
        "/policy/",
        "/reports/",
        "/evidence/",
        "/evidence/tf-m-2/",
        "/programs/",
        "/api-reference/",
        *OWN,
    ),
    "ines": ("/", "/cases/", "/board/"),
    "tomas": ("/", "/cases/", "/releases/"),
    "lena": ("/cases/", "/cases/tf-m-2/", "/board/"),
    "noor.adler@example.org": ("/cases/",),
    "otto": ("/evidence/", "/evidence/tf-m-2/", "/reports/", "/policy/"),
    "petra": ("/people/",),
}
"""What is walked, by who walks it; the empty name is somebody without an account."""
PICTURES = {"/", "/cases/", "/cases/tf-m-2/", "/board/", "/releases/", "/reports/", "/report/", "/accounts/login/"}
PICTURES |= {"/cases/tf-m-2/do/draft-advisory/"}
# Between the schemes the colours alone differ.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"], "preload": False}
EVERYTHING = {"resultTypes": ["violations"], "preload": False}


def faults_of(page: Page, options: dict[str, Any]) -> list[str]:
    """Return what axe-core finds wrong with the page: the rule, and where."""
    axe = Axe()
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe.axe_script)
    found = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{page.url} {fault['id']}: {' '.join(str(node['target'][0]) for node in fault['nodes'][:3])}"
        for fault in found["violations"]
    ]


def look(page: Page, name: str, *, is_pictured: bool) -> list[str]:
    """Return what is wrong with the page before us, in both schemes and both sizes."""
    faults = []
    for size, scheme, options in ((320, "dark", COLOURS), (1440, "light", EVERYTHING)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": size, "height": 900})
        faults += faults_of(page, options)
        if is_too_wide(page):
            faults.append(f"{page.url} is wider than {size} pixels")
        if page.evaluate("[...document.querySelectorAll('.compare')].some(one => one.scrollWidth > one.clientWidth)"):
            faults.append(f"{page.url}: what would change is not seen whole at {size} pixels")
        if is_pictured:
            picture(page, f"page-{name}-{size}-{scheme}")
    return faults


@pytest.mark.parametrize("person", sorted(PAGES))
def test_the_pages_are_readable_and_come_from_here_alone(served: Served, browser: Browser, person: str) -> None:
    context = context_of(browser)
    page = context.new_page()
    if person:
        sign_in_demo(page, served.url, person)
    seen, faults = watch(context), []
    for place in PAGES[person]:
        answer = page.goto(f"{served.url}{place}")
        expected = 404 if "no-such" in place else 200
        assert answer.status == expected, place
        assert page.url.endswith(place), f"{place} led to {page.url}"
        name = re.sub(r"\W+", "-", place).strip("-") or "today"
        faults += look(page, name, is_pictured=person in {"", "yuki"} and place in PICTURES)
    assert not faults
    seen.complaints = [said for said in seen.complaints if "no-such-page" not in said]  # that it is not there
    seen.check(f"{served.url}/")
    context.close()


def test_an_open_panel_and_the_keys_are_readable(served: Served, browser: Browser) -> None:
    context = context_of(browser)
    page = context.new_page()
    sign_in_demo(page, served.url, "yuki")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.locator("form.deed").wait_for()
    faults = look(page, "panel", is_pictured=True)
    page.keyboard.press("Escape")
    page.locator("form.deed").wait_for(state="detached")
    page.keyboard.press("?")
    page.locator("dialog[open]").wait_for()
    assert not faults + look(page, "keys", is_pictured=True)
    context.close()


def test_the_first_page_is_light_and_stands_still(served: Served, browser: Browser) -> None:
    context = context_of(browser)
    page = context.new_page()
    sign_in_demo(page, served.url, "yuki")
    cold = context_of(browser, storage_state=context.storage_state())
    for place in ("/accounts/login/", "/"):
        page = (context_of(browser) if "login" in place else cold).new_page()
        sizes: list[float] = []
        wire = page.context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.on("Network.loadingFinished", lambda event, sizes=sizes: sizes.append(event["encodedDataLength"]))
        page.goto(f"{served.url}{place}", wait_until="networkidle")
        shift = page.evaluate(
            """() => new Promise(done => {
                 let sum = 0;
                 new PerformanceObserver(list => { for (const one of list.getEntries()) sum += one.value; })
                   .observe({type: "layout-shift", buffered: true});
                 setTimeout(() => done(sum), 300);
               })"""
        )
        assert len(sizes) >= 4, sizes
        assert sum(sizes) <= 60_000, (place, sizes)
        assert shift < 0.01, place
        page.context.close()
    context.close()


@pytest.fixture(scope="module")
def site(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The public site of the demo."""
    folder = tmp_path_factory.mktemp("public") / "site"
    served.tell("advisory", "publish", "--all", "--to", str(folder))
    return folder.resolve()


def test_the_public_site_is_readable_and_comes_from_its_folder_alone(site: Path, browser: Browser) -> None:
    context = context_of(browser)
    seen, page, faults = watch(context), context.new_page(), []
    places = ["index.html", "data.html", "advisories/tfmv-9.html", "tf-m/releases/2.1.5.html"]
    places += [str(path.relative_to(site)) for path in sorted(site.glob("tf-m/branches/*.html"))[:1]]
    for place in places:
        page.goto((site / place).as_uri())
        faults += look(page, f"site-{re.sub(r'[^a-z0-9]+', '-', place)}", is_pictured=True)
    assert not faults
    seen.check(site.as_uri())
    context.close()
