"""Signing in as people do in a real store: a password, then a code, a recovery code or a security key; and out again.

The security key is Chromium's own virtual one (WebAuthn, section 11: an authenticator for tests).
"""

import hashlib
import hmac
import re
import struct
import time
from base64 import b32decode
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsers import Served, context_of, needs_chromium, picture, serving, watch
from tests.desks import PROJECT
from tests.journeys.test_every_page_in_a_browser import COLOURS, EVERYTHING, faults_of
from tests.simulators.identity_provider import CLIENT, SECRET, provided

pytestmark = needs_chromium
PASSWORD = "seven brown llamas in a boat"  # noqa: S105 - of a test


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A store that is not the demo, served."""
    folder = tmp_path_factory.mktemp("real")
    (folder / "midstream.toml").write_text(PROJECT.replace('policy = "acme"', 'policy = "tf-m"'))
    served = Served(folder / "store.db")
    served.tell("project", "load", str(folder / "midstream.toml"), by="ada")
    with serving(folder) as desk:
        yield desk


def code_of(secret: str, *, at: float) -> str:
    """Return the six digits of a moment (RFC 6238: HMAC-SHA-1, steps of 30 s; RFC 4226, section 5.3)."""
    padded = secret + "=" * (-len(secret) % 8)
    digest = hmac.digest(b32decode(padded), struct.pack(">Q", int(at) // 30), hashlib.sha1)
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def enter(page: Page, real: Served, person: str) -> None:
    """Give the name and the password."""
    page.goto(f"{real.url}/accounts/login/")
    page.fill("#id_login", person)
    page.fill("#id_password", PASSWORD)
    page.keyboard.press("Enter")


def begin(page: Page, real: Served, person: str) -> None:
    """Make an account as an administrator does, choose its password by the link, and give both."""
    link = real.tell("account", "add", person, "--url", real.url, by="ada").strip()
    page.goto(link)
    for name in ("password1", "password2"):
        page.fill(f"[name={name}]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")
    enter(page, real, person)
    page.wait_for_url("**/accounts/2fa/")  # nothing else opens before there is a second factor


def confirm(page: Page, url: str) -> None:
    """Go to a page that asks for the password once more, as setting up a factor does, and give it when it is asked."""
    page.goto(url)
    if "/reauthenticate/" in page.url:
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(url)


def leave(page: Page, real: Served) -> None:
    """Sign out."""
    page.goto(f"{real.url}/accounts/2fa/")
    page.locator("details.me summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/**")


def test_a_password_then_a_code_then_a_recovery_code(real: Served, browser: Browser) -> None:
    context = context_of(browser)
    seen, page, faults = watch(context), context.new_page(), []
    begin(page, real, "ada")
    confirm(page, f"{real.url}/accounts/2fa/totp/activate/")
    faults += faults_of(page, EVERYTHING)
    picture(page, "signin-totp")
    secret = page.locator("input[disabled], input[readonly]").first.input_value()
    begun = time.time()
    page.fill("[name=code]", code_of(secret, at=begun))
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "activate" not in url)
    confirm(page, f"{real.url}/accounts/2fa/recovery-codes/generate/")
    page.locator("main form [type=submit], main form button").first.click()
    page.wait_for_load_state("networkidle")
    page.goto(f"{real.url}/accounts/2fa/recovery-codes/") if "recovery-codes" not in page.url else None
    faults += faults_of(page, EVERYTHING)
    picture(page, "signin-recovery-codes")
    shown = page.inner_text("main") + "".join(page.eval_on_selector_all("textarea", "all => all.map(e => e.value)"))
    codes = re.findall(r"\b[0-9a-f]{8}\b", shown)
    assert len(codes) >= 8

    leave(page, real)
    enter(page, real, "ada")
    page.wait_for_url("**/accounts/2fa/authenticate/**")
    faults += faults_of(page, EVERYTHING) + faults_of(page, COLOURS)
    picture(page, "signin-second-factor")
    page.fill("[name=code]", "000000")
    page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")
    assert "/accounts/2fa/authenticate/" in page.url
    # A code is good once; the next step's is taken a little early, as the tolerance allows.
    page.fill("[name=code]", code_of(secret, at=begun + 30))
    page.keyboard.press("Enter")
    page.wait_for_url(f"{real.url}/")

    for code, is_good in ((codes[0], True), (codes[0], False)):
        leave(page, real)
        enter(page, real, "ada")
        page.wait_for_url("**/accounts/2fa/authenticate/**")
        page.fill("[name=code]", code)
        page.keyboard.press("Enter")
        page.wait_for_load_state("networkidle")
        assert (page.url == f"{real.url}/") is is_good
        if not is_good:
            break
    assert not faults
    seen.check(f"{real.url}/")
    context.close()


def test_a_security_key_alone_signs_in(real: Served, browser: Browser) -> None:
    # A security key is bound to a name, and an address in digits is none.
    url = real.url.replace("127.0.0.1", "localhost")
    by_name = Served(real.store)
    by_name.url = url
    context = context_of(browser)
    seen, page = watch(context), context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    wire.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    begin(page, by_name, "bob")
    confirm(page, f"{url}/accounts/2fa/webauthn/add/")
    assert not faults_of(page, EVERYTHING)
    picture(page, "signin-security-key")
    if page.locator("[name=name]").count():
        page.fill("[name=name]", "on the key ring")
    if page.locator("[name=passwordless]").count():
        page.check("[name=passwordless]")
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url(lambda reached: "webauthn/add" not in reached)
    page.goto(f"{url}/")
    assert page.url == f"{url}/"

    leave(page, by_name)
    page.click("#passkey_login")
    page.wait_for_url(f"{url}/")
    assert page.inner_text("details.me summary").strip().endswith("bob")
    leave(page, by_name)
    enter(page, by_name, "bob")
    page.wait_for_url("**/accounts/2fa/authenticate/**")
    page.locator("#mfa_webauthn_authenticate").click()
    page.wait_for_url(f"{url}/")
    seen.check(f"{url}/")
    context.close()


def test_sessions_are_listed_and_the_others_ended(served: Served, browser: Browser) -> None:
    first, second = context_of(browser), context_of(browser)
    pages = [first.new_page(), second.new_page()]
    for page in pages:
        page.goto(f"{served.url}/accounts/login/")
        page.get_by_role("button", name="mara", exact=True).click()
        page.wait_for_url(f"{served.url}/")
    pages[0].goto(f"{served.url}/accounts/sessions/")
    assert pages[0].locator("[data-row]").count() >= 2
    picture(pages[0], "sessions")
    pages[0].get_by_role("button", name="End all others").click()
    expect(pages[0].locator("[data-row]")).to_have_count(1)
    pages[1].goto(f"{served.url}/")
    assert "/accounts/login/" in pages[1].url
    pages[0].goto(f"{served.url}/")
    assert pages[0].url == f"{served.url}/"
    for context in (first, second):
        context.close()


def set_up_and_come_again(page: Page, served: Served) -> None:
    """Set up a second factor after coming from the provider, leave, and come once more by both."""
    page.goto(f"{served.url}/accounts/2fa/totp/activate/")
    secret = page.locator("input[disabled], input[readonly]").first.input_value()
    begun = time.time()
    page.fill("[name=code]", code_of(secret, at=begun))
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "activate" not in url)
    leave(page, served)
    page.get_by_role("button", name="Sign in with Acme").click()
    page.wait_for_url("**/accounts/2fa/authenticate/**")
    page.fill("[name=code]", code_of(secret, at=begun + 30))
    page.keyboard.press("Enter")
    page.wait_for_url(f"{served.url}/")
    leave(page, served)


def test_somebody_comes_from_the_identity_provider(tmp_path: Path, browser: Browser) -> None:
    served = Served(tmp_path / "store.db")
    (tmp_path / "midstream.toml").write_text(PROJECT.replace('policy = "acme"', 'policy = "tf-m"'))
    served.tell("project", "load", str(tmp_path / "midstream.toml"), by="ada")
    served.tell("account", "add", "ada", "--email", "ada@example.org", "--url", served.url, by="ada")
    (tmp_path / "secret").write_text(SECRET + "\n")
    callback = f"{served.url}/accounts/oidc/sso/login/callback/"
    with provided(tmp_path, callback=callback) as provider:
        served.add_environment(
            MIDSTREAM_OIDC_ISSUER=provider.issuer,
            MIDSTREAM_OIDC_CLIENT=CLIENT,
            MIDSTREAM_OIDC_SECRET_FILE=str(tmp_path / "secret"),
            MIDSTREAM_OIDC_NAME="Acme",
            REQUESTS_CA_BUNDLE=str(tmp_path / "provider.pem"),
        )
        served.start()
        try:
            context = context_of(browser, any_certificate=True)
            seen, page = watch(context), context.new_page()
            page.goto(f"{served.url}/accounts/login/")
            picture(page, "signin-provider")
            page.get_by_role("button", name="Sign in with Acme").press("Enter")
            page.wait_for_url("**/accounts/2fa/")  # known, but nothing opens before there is a second factor
            assert page.inner_text("details.me summary").strip().endswith("ada")
            set_up_and_come_again(page, served)
            seen.check(f"{served.url}/", f"{provider.issuer}/authorize")

            provider.person = {"sub": "eve", "email": "eve@example.org", "email_verified": True}
            page.get_by_role("button", name="Sign in with Acme").click()
            page.get_by_role("heading", name="Not signed in").wait_for()
            picture(page, "signin-provider-unknown")
            provider.sign = lambda claims: provider.signed(claims, key=provider.other_key)
            page.goto(f"{served.url}/accounts/login/")
            page.get_by_role("button", name="Sign in with Acme").click()
            page.get_by_role("heading", name="Not signed in").wait_for()
            assert "not to be believed" in page.inner_text("main")
            context.close()
        finally:
            served.stop()
    assert "Nobody was signed in by the identity provider: the identity provider: the ID Token is refused" in served.log
    for word in (SECRET, "ada@example.org", "eve@example.org", "eyJ"):
        assert word not in served.log
