"""From the public report form to the published advisory, in a browser, by keyboard where a person on duty works."""

import re

import pytest
from playwright.sync_api import Browser, Page

from tests.browsers import Served, context_of, is_too_wide, needs_chromium, picture, sign_in_demo, watch

pytestmark = needs_chromium

REPORT = {
    "poc": "Send a record of 65 bytes to the update service.",
    "happens": "It resets; it should refuse the record.",
    "version": "2.1.4 on an emulator",
    "who": "less privileged software on the device",
    "gains": "stop the device",
    "email": "rosa@example.org",
    "name": "Rosa Lind",
}


@pytest.mark.parametrize(("size", "scheme"), [("desk", "light"), ("phone", "dark")])
def test_from_the_form_to_the_public_page(served: Served, browser: Browser, size: str, scheme: str) -> None:
    name, title = f"{size}-{scheme}", f"The length of a record is not checked, seen by {size}"
    outside = context_of(browser, size=size, scheme=scheme)
    inside = context_of(browser, size=size, scheme=scheme)
    seen = [watch(outside), watch(inside)]
    stranger, yuki = outside.new_page(), inside.new_page()
    case, code = report(stranger, served, title, name)
    assert state_of(stranger, served, code) == ("not yet", case)

    sign_in_demo(yuki, served.url, "yuki")
    picture(yuki, f"today-{name}")
    do_by_keyboard(yuki, case, "acknowledge", name)
    assert state_of(stranger, served, code)[0] != "not yet"
    yuki.goto(f"{served.url}/?whose=team")
    do_by_keyboard(yuki, case, "accept", name)
    for verb, fields in STEPS:
        do_on_its_page(yuki, served, case, verb, {key: value.format(title=title) for key, value in fields.items()})
    yuki.goto(f"{served.url}/cases/{case}/")
    assert "not public" not in yuki.inner_text(".head")
    picture(yuki, f"case-{name}")
    for page in (stranger, yuki):
        assert not is_too_wide(page)
    for each in seen:
        each.check(f"{served.url}/")

    site = served.store.parent / f"site-{size}"
    assert "advisory.confirmed" in served.tell("advisory", "publish", case, "--to", str(site))
    public = context_of(browser, size=size, scheme=scheme)
    watched, reader = watch(public), public.new_page()
    reader.goto((site.resolve() / "index.html").as_uri())
    reader.locator("main a", has_text=re.compile(f"{title}|{case}", re.IGNORECASE)).first.click()
    reader.wait_for_url(lambda url: url.endswith(f"/advisories/{case}.html"))
    words = reader.inner_text("body")
    assert title in words
    assert "copies a record without looking at its length" in words
    assert REPORT["poc"] not in words
    assert "rosa@example.org" not in words
    assert not is_too_wide(reader)
    picture(reader, f"public-{name}")
    watched.check(site.resolve().as_uri())
    assert "yes" in follow(stranger, served, code)
    picture(stranger, f"follow-{name}")
    for context in (outside, inside, public):
        context.close()


STEPS: tuple[tuple[str, dict[str, str]], ...] = (
    ("agree-embargo", {}),
    ("score", {"severity": "high"}),
    ("mark-affected", {"branch": "release/2.1.x", "because": "it has the same code"}),
    (
        "edit-advisory",
        {"title": "{title}", "summary": "The update service copies a record without looking at its length."},
    ),
    ("end-embargo", {"reason": "agreed"}),
)
"""What follows on the case's own page, each verb with what is typed."""


def report(page: Page, served: Served, title: str, name: str) -> tuple[str, str]:
    """Return the case and the code of a report that was typed into the form, moving on by Tab alone."""
    page.goto(f"{served.url}/report/")
    picture(page, f"report-{name}")
    page.locator("#q-poc").focus()
    for _ in range(60):
        field = page.evaluate("document.activeElement.name || document.activeElement.type || ''")
        answers = {**REPORT, "title": title}
        if field in answers:
            page.keyboard.type(answers[field])
        if field == "submit":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".receipt .code")
    picture(page, f"receipt-{name}")
    found = re.search(r"It is (tf-m-\d+)", page.inner_text(".receipt"))
    assert found
    return found[1], page.inner_text(".receipt .code code")


def follow(page: Page, served: Served, code: str) -> str:
    """Return what the page of a report's code says of it."""
    page.goto(f"{served.url}/report/follow/")
    page.get_by_label("code").first.fill(code)
    page.keyboard.press("Enter")
    page.wait_for_selector("dl.known")
    return str(page.inner_text("main"))


def state_of(page: Page, served: Served, code: str) -> tuple[str, str]:
    """Return when a report was acknowledged, as its sender reads it, and its case."""
    words = follow(page, served, code)
    at, case = re.search(r"Acknowledged\s+(.+)", words), re.search(r"tf-m-\d+", words)
    assert at
    assert case
    return at[1].strip(), case[0]


def do_by_keyboard(page: Page, case: str, verb: str, name: str) -> None:
    """Find the task of the case among the rows by j, open it by Enter, and do it by Enter; k goes back up."""
    for _ in range(80):
        page.keyboard.press("j")
        row = page.evaluate(
            "(() => { const a = document.activeElement, r = a.closest('[data-row]');"
            "return [r?.querySelector('[data-open]')?.textContent, a.textContent, r?.id]; })()"
        )
        if row[0] == case and row[1].strip() == verb:
            break
    else:
        raise AssertionError(f"no row offers {verb} for {case}")
    page.keyboard.press("k")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    form = page.locator(f"#p-{row[2]} form.deed")
    form.wait_for()
    assert "What would change" in form.inner_text()
    form.locator("[data-focus]:focus").wait_for()
    picture(page, f"{verb}-{name}")
    page.keyboard.press("Enter")
    receipt = page.locator(f"#d-{row[2]} .receipt")
    receipt.wait_for()
    assert "Recorded." in receipt.inner_text()
    assert "Take it back" in receipt.inner_text()


def do_on_its_page(page: Page, served: Served, case: str, verb: str, fields: dict[str, str]) -> None:
    """Do a verb from the case's own page: its fields, what would change, then doing it."""
    page.goto(f"{served.url}/cases/{case}/")
    page.locator(".verbs a", has_text=re.compile(f"^{verb}$")).press("Enter")
    form = page.locator("#verb-panel form.deed")
    form.wait_for()
    for field, value in fields.items():
        place = form.locator(f"[name='f.{field}']")
        if place.evaluate("element => element.tagName") == "SELECT":
            place.select_option(value)
        else:
            place.fill(value)
    if fields:
        before = form.locator("[name=checked]").input_value()
        form.locator("button[value=check]").press("Enter")
        page.locator(f"#verb-panel [name=checked]:not([value='{before}'])").wait_for(state="attached")
    form.locator("button[value=do]").wait_for()
    form.locator("button[value=do]").press("Enter")
    page.locator("#verb-panel .receipt").wait_for()
