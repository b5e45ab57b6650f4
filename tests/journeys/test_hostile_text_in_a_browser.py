"""Hostile text in every field of the report form and of the verbs shows as text, and nothing of it runs."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page

from midstream.cases.verbs import VERBS
from midstream.desk.front.forms import fields_of
from tests.browsers import Served, context_of, needs_chromium, picture, sign_in_demo, watch

pytestmark = needs_chromium

HOSTILE = (
    "<script>window.hurt=1</script><img src=x onerror=window.hurt=1><svg onload=window.hurt=1>"
    "\"'><b id=planted>bold</b> {{7*7}} javascript:window.hurt=1 "
    "\u202egpj.exe\u202c zero\u200bwidth \u2066isolated\u2069"
)
"""What would run, be drawn, or turn other words around, if it were taken for more than text."""
HIDDEN = ("\u202e", "\u202c", "\u200b", "\u2066", "\u2069")
SEEN = "<script>window.hurt=1</script>"
ANSWERS = ("poc", "happens", "version", "holds", "known", "title", "area", "plan", "name")
CHOICES = {"who": "somebody on the network", "gains": "run code"}


def is_harmless(page: Page) -> bool:
    """Return whether nothing ran and nothing was planted in the page."""
    return bool(
        page.evaluate("window.hurt === undefined && !document.querySelector('#planted, main script, main svg')")
    )


@pytest.fixture
def team(served: Served, browser: Browser) -> Iterator[Page]:
    """A page in which yuki is signed in."""
    context = context_of(browser)
    page = context.new_page()
    sign_in_demo(page, served.url, "yuki")
    yield page
    context.close()


def test_every_answer_of_the_form_shows_as_text(served: Served, browser: Browser, team: Page) -> None:
    outside = context_of(browser)
    seen, page = watch(outside), outside.new_page()
    page.goto(f"{served.url}/report/")
    for name in ANSWERS:
        page.fill(f"[name={name}]", HOSTILE[:180] if page.get_attribute(f"[name={name}]", "maxlength") else HOSTILE)
    for name, value in CHOICES.items():
        page.select_option(f"[name={name}]", value)
    page.set_input_files("[name=files]", {"name": "<b>\u202egpj.exe", "mimeType": "text/html", "buffer": SEEN.encode()})
    page.locator("form button.do").click()
    # Lines are short: what is too long comes back beside its field, with nothing of it lost.
    for name in page.eval_on_selector_all("main [aria-invalid]", "all => all.map(one => one.name)"):
        assert page.input_value(f"[name={name}]").startswith(HOSTILE[:60])
        page.fill(f"[name={name}]", HOSTILE[:190])
    if page.locator("[name=poc]").count():
        page.locator("form button.do").click()
    page.wait_for_selector(".receipt .code")
    assert is_harmless(page)
    case = page.locator(".receipt strong").first.inner_text()
    seen.complaints = [said for said in seen.complaints if "422" not in said]  # that a form was sent back
    seen.check(f"{served.url}/")
    watched = watch(team.context)
    for place in (f"/cases/{case}/", f"/cases/{case}/timeline/", "/?whose=team", "/cases/", "/board/", "/releases/"):
        team.goto(f"{served.url}{place}")
        words = team.inner_text("main")
        assert is_harmless(team), place
        assert not any(sign in words for sign in HIDDEN), place
        if case in place:
            assert SEEN in words
    picture(team, "hostile-case")
    watched.check(f"{served.url}/")
    outside.close()


def test_a_megabyte_is_sent_back_with_nothing_lost(served: Served, browser: Browser) -> None:
    context = context_of(browser)
    page = context.new_page()
    page.goto(f"{served.url}/report/")
    line = "<b>hurt</b>&\u202e " * 6 + "\n"
    big = (line * (1_000_000 // len(line) + 1)).strip()
    page.evaluate(
        "text => { const f = document.querySelector('[name=poc]'); f.removeAttribute('maxlength'); f.value = text; }",
        big,
    )
    page.fill("[name=title]", "A long one")
    page.locator("form button.do").click()
    page.wait_for_load_state()
    assert "at most" in page.inner_text("main")
    assert page.input_value("[name=poc]") == big
    assert page.input_value("[name=title]") == "A long one"
    assert is_harmless(page)
    context.close()


def chosen() -> dict[str, list[str]]:
    """Return by verb the fields to type into: as few verbs as show every field of all, in every way it is drawn."""
    found: dict[str, list[str]] = {}
    met: set[tuple[str, str]] = set()
    for verb in sorted(VERBS.values(), key=lambda verb: -len(fields_of(verb))):
        fields = {(field.name, field.input) for field in fields_of(verb) if field.input != "yes"}
        if not fields <= met:
            found[verb.name] = [name for name, _ in sorted(fields)]
            met |= fields
    return found


def test_every_field_of_the_verbs_shows_what_was_typed_as_text(served: Served, team: Page) -> None:
    watched, wrong = watch(team.context), []
    for name, fields in chosen().items():
        typed = {f"f.{field}": HOSTILE for field in fields}
        answer = team.goto(f"{served.url}/cases/tf-m-2/do/{name}/?{urlencode(typed)}")
        shown = team.eval_on_selector_all("main [name^='f.']:not([type=checkbox])", "all => all.map(one => one.value)")
        if answer.status != 200 or not is_harmless(team) or shown != [HOSTILE] * len(typed):
            wrong.append(f"{name}: {answer.status}, {shown}")
    assert not wrong
    watched.check(f"{served.url}/")


def test_a_note_of_hostile_text_is_recorded_and_shows_as_text(served: Served, team: Page) -> None:
    team.goto(f"{served.url}/cases/tf-m-2/do/note/?{urlencode({'f.text': HOSTILE})}")
    team.locator("button[value=do]").click()
    team.wait_for_selector(".receipt")
    assert is_harmless(team)
    team.goto(f"{served.url}/cases/tf-m-2/")
    assert SEEN in team.inner_text("main")
    assert "U+202E" in team.inner_text("main")
    assert is_harmless(team)
