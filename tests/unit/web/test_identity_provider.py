"""Signing in by an identity provider: who gets in, who does not, and what of its words is not believed."""

import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import jwt
import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.conf import settings
from django.test import Client, override_settings

from midstream.desk.desk import Desk
from midstream.desk.errors import Misuse
from midstream.web.models import Account
from midstream.wiring.accounts import StoredAccounts
from midstream.wiring.web import Oidc, Site, settings_of
from tests.simulators.identity_provider import CLIENT, SECRET, Claims, IdentityProvider, provided
from tests.web import STORE, visitor

CALLBACK = "http://127.0.0.1/accounts/oidc/sso/login/callback/"
LOGIN = "/accounts/oidc/sso/login/?process=login"


@pytest.fixture(scope="module", params=["RS256", "ES256"])
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[IdentityProvider]:
    """A provider for this module."""
    folder = tmp_path_factory.mktemp("provider")
    with pytest.MonkeyPatch.context() as patch, provided(folder, callback=CALLBACK, algorithm=request.param) as made:
        patch.setenv("REQUESTS_CA_BUNDLE", str(folder / "provider.pem"))
        yield made


@pytest.fixture
def provider(running: IdentityProvider, desk: Desk) -> Iterator[IdentityProvider]:
    """The provider as it is by itself, and a desk that people may come to from it; ada has an account."""
    del desk
    kept = dict(vars(running))
    running.asked = []
    site = Site(store=str(STORE), oidc=Oidc(issuer=running.issuer, client=CLIENT, secret=SECRET))
    named = {name: settings_of(site)[name] for name in ("SOCIALACCOUNT_PROVIDERS",)}
    StoredAccounts().add(person="ada", email="ada@example.org")
    with override_settings(**named):
        yield running
    vars(running).update(kept)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        return None


def agree(url: str) -> str:
    """Return where the provider sends a browser that came to it with that address."""
    context = ssl._create_unverified_context()  # noqa: S323 - the browser of a test
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), _Stay)
    try:
        opener.open(url, timeout=10)
    except urllib.error.HTTPError as answer:
        with answer:
            return str(answer.headers["Location"])
    raise AssertionError("it did not send the browser on")


def come(client: Client, *, bend: Callable[[str], str] = lambda url: url) -> Any:  # noqa: ANN401 - Django's test response
    """Return the answer to somebody who went to the provider and came back; `bend` changes the address they come by."""
    away = client.post(LOGIN)
    assert away.status_code == 302, away.content
    return client.get(bend(agree(away["Location"])))


def is_in(client: Client) -> bool:
    """Return whether the browser has a session of an account."""
    return "_auth_user_id" in client.session


def test_a_known_address_that_is_verified_signs_in_and_a_second_factor_is_asked_for(
    provider: IdentityProvider,
) -> None:
    client = visitor("")
    assert come(client)["Location"] == "/"
    assert is_in(client)
    assert client.get("/cases/acme-1/")["Location"] == "/accounts/2fa/"  # none yet: nothing opens
    assert client.get("/accounts/2fa/totp/activate/").status_code == 200  # and one can be set up, without a password
    assert "/userinfo" not in provider.asked
    assert not SocialToken.objects.exists()
    assert [kept.extra_data for kept in SocialAccount.objects.all()] == [{}]


def test_who_has_a_second_factor_gives_it_before_there_is_a_session(provider: IdentityProvider) -> None:
    ada = Account.objects.get(person="ada")
    Authenticator.objects.create(user=ada, type="totp", data={"secret": "x"})
    client = visitor("")
    assert come(client)["Location"].startswith("/accounts/2fa/authenticate/")
    assert not is_in(client)
    assert client.get("/")["Location"].startswith("/accounts/login/")
    assert provider.asked


def test_an_address_that_only_the_userinfo_tells_counts_as_well(provider: IdentityProvider) -> None:
    provider.is_in_token = False
    client = visitor("")
    assert come(client)["Location"] == "/"
    assert is_in(client)


@pytest.mark.parametrize("said", [False, None, "false", "true", 1], ids=repr)
@pytest.mark.parametrize("is_in_token", [True, False])
def test_an_address_that_is_not_verified_opens_nothing(
    provider: IdentityProvider, said: object, *, is_in_token: bool
) -> None:
    provider.person = {"sub": "eve", "email": "ada@example.org", "email_verified": said}
    provider.is_in_token = is_in_token
    client = visitor("")
    answer = come(client)
    assert answer.status_code == 403
    assert "No account here" in answer.content.decode()
    assert not is_in(client)
    assert not SocialAccount.objects.exists()


def test_somebody_unknown_gets_no_account(provider: IdentityProvider) -> None:
    provider.person = {"sub": "eve", "email": "eve@example.org", "email_verified": True}
    client = visitor("")
    assert come(client).status_code == 403
    assert not is_in(client)
    assert [account.person for account in Account.objects.all()] == ["ada"]
    assert client.get("/accounts/3rdparty/signup/").status_code == 404


def test_a_closed_account_stays_closed(provider: IdentityProvider) -> None:
    assert come(visitor(""))["Location"] == "/"
    StoredAccounts().close("ada")
    client = visitor("")
    come(client)
    assert not is_in(client)
    assert provider.asked


def test_an_account_belongs_to_the_first_person_until_it_is_given_anew(provider: IdentityProvider) -> None:
    come(visitor(""))
    provider.person = {**provider.person, "sub": "somebody-else"}  # the address was given to another one there
    client = visitor("")
    answer = come(client)
    assert answer.status_code == 403
    assert "belongs to another person" in answer.content.decode()
    assert not is_in(client)
    StoredAccounts().add(person="ada", email="")  # a new link for a password changes nothing of it
    assert come(client).status_code == 403
    StoredAccounts().add(person="ada", email="ada@example.org")
    assert come(client)["Location"] == "/"


def test_the_person_counts_and_not_the_address_once_they_are_known(provider: IdentityProvider) -> None:
    come(visitor(""))
    provider.person = {"sub": "u-1", "email": "ada.new@example.org", "email_verified": False}
    client = visitor("")
    assert come(client)["Location"] == "/"
    assert is_in(client)


def test_an_address_belongs_to_one_account(provider: IdentityProvider) -> None:
    with pytest.raises(Misuse, match="has this address"):
        StoredAccounts().add(person="bob", email="Ada@example.org")
    assert not Account.objects.filter(person="bob").exists()
    assert come(visitor(""))["Location"] == "/"
    assert provider.asked


def test_nobody_ties_an_account_to_somebody_else(provider: IdentityProvider) -> None:
    client = visitor("ada")
    provider.person = {"sub": "eve", "email": "eve@example.org", "email_verified": True}
    away = client.post("/accounts/oidc/sso/login/?process=connect")
    assert client.get(agree(away["Location"])).status_code == 403
    assert not SocialAccount.objects.exists()
    assert client.get("/accounts/3rdparty/").status_code == 404


REFUSED: dict[str, Callable[[IdentityProvider, Claims], Claims]] = {
    "another issuer": lambda _, claims: {**claims, "iss": "https://evil.example"},
    "another audience": lambda _, claims: {**claims, "aud": "shop"},
    "no audience": lambda _, claims: {name: value for name, value in claims.items() if name != "aud"},
    "two audiences, and made for the other": lambda _, claims: {**claims, "aud": [CLIENT, "shop"], "azp": "shop"},
    "two audiences, and made for nobody": lambda _, claims: {**claims, "aud": [CLIENT, "shop"]},
    "expired": lambda _, claims: {**claims, "iat": int(time.time()) - 900, "exp": int(time.time()) - 600},
    "no expiry": lambda _, claims: {name: value for name, value in claims.items() if name != "exp"},
    "not yet": lambda _, claims: {**claims, "iat": int(time.time()) + 900, "exp": int(time.time()) + 999},
    "another nonce": lambda _, claims: {**claims, "nonce": "of-another-sign-in"},
    "no nonce": lambda _, claims: {name: value for name, value in claims.items() if name != "nonce"},
    "nobody": lambda _, claims: {**claims, "sub": ""},
    "no subject": lambda _, claims: {name: value for name, value in claims.items() if name != "sub"},
    "a number": lambda _, claims: {**claims, "sub": 7},
}


def check_refused(client: Client, answer: Any) -> None:  # noqa: ANN401 - Django's test response
    """Fail when somebody got in, or was told what only the log may say."""
    text = answer.content.decode()
    assert answer.status_code == 401
    assert "Not signed in" in text
    assert not is_in(client)
    assert not SocialAccount.objects.exists()
    assert client.get("/")["Location"].startswith("/accounts/login/")
    for word in (SECRET, "Traceback", "id_token", "eyJ"):
        assert word not in text


@pytest.mark.parametrize("how", REFUSED)
def test_a_token_that_is_not_for_us_opens_nothing(
    provider: IdentityProvider, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    provider.bend_claims = lambda claims: REFUSED[how](provider, claims)
    client = visitor("")
    check_refused(client, come(client))
    assert "Nobody was signed in" in caplog.text
    assert SECRET not in caplog.text
    assert "eyJ" not in caplog.text


@pytest.mark.parametrize(
    "how", ["another key", "no signature", "the secret", "the public key", "no such key", "cut", "none"]
)
def test_a_token_that_the_provider_did_not_sign_opens_nothing(provider: IdentityProvider, how: str) -> None:
    public = json.dumps(provider.keys()).encode()
    signs: dict[str, Callable[[Claims], Any]] = {
        "another key": lambda claims: provider.signed(claims, key=provider.other_key),
        "no signature": lambda claims: jwt.encode(claims, None, algorithm="none", headers={"kid": "k1"}),
        "the secret": lambda claims: jwt.encode(claims, SECRET * 2, algorithm="HS256", headers={"kid": "k1"}),
        "the public key": lambda claims: jwt.encode(claims, public, algorithm="HS256", headers={"kid": "k1"}),
        "no such key": lambda claims: jwt.encode(
            claims, provider.other_key, algorithm=provider.algorithm, headers={"kid": "k2"}
        ),
        "cut": lambda claims: provider.signed(claims)[:-20],
        "none": lambda _: None,
    }
    provider.sign = signs[how]
    client = visitor("")
    check_refused(client, come(client))


@pytest.mark.parametrize(
    "bend",
    [
        lambda url: url.replace("state=", "state=x"),
        lambda url: url.partition("&state=")[0],
        lambda url: url.replace("code=", "code=x"),
        lambda url: url.partition("?")[0],
        lambda url: url.partition("?")[0] + "?error=server_error&state=" + url.partition("state=")[2],
    ],
)
def test_an_answer_to_another_sign_in_opens_nothing(provider: IdentityProvider, bend: Callable[[str], str]) -> None:
    client = visitor("")
    check_refused(client, come(client, bend=bend))
    assert provider.asked


def test_the_answer_of_one_browser_is_nothing_in_another_and_nothing_twice(provider: IdentityProvider) -> None:
    mine, theirs = visitor(""), visitor("")
    back = agree(mine.post(LOGIN)["Location"])
    check_refused(theirs, theirs.get(back))
    assert mine.get(back)["Location"] == "/"
    again = visitor("")
    assert again.get(back).status_code == 401
    assert mine.get(back).status_code == 401
    assert provider.asked


def test_a_code_that_was_put_under_another_sign_in_opens_nothing(provider: IdentityProvider) -> None:
    theirs, mine = visitor(""), visitor("")
    stolen = agree(theirs.post(LOGIN)["Location"])
    own = agree(mine.post(LOGIN)["Location"])
    mixed = stolen.partition("&state=")[0] + "&state=" + own.partition("&state=")[2]
    check_refused(mine, mine.get(mixed))
    assert provider.asked


def test_words_about_somebody_else_open_nothing(provider: IdentityProvider) -> None:
    provider.is_in_token = False
    provider.bend_userinfo = lambda claims: {**claims, "sub": "somebody-else"}
    client = visitor("")
    check_refused(client, come(client))


def test_who_does_not_agree_there_reads_so(provider: IdentityProvider) -> None:
    client = visitor("")
    state = agree(client.post(LOGIN)["Location"]).partition("state=")[2]
    answer = client.get(f"{CALLBACK.removeprefix('http://127.0.0.1')}?error=access_denied&state={state}")
    assert answer.status_code == 403
    assert "did not let" in answer.content.decode()
    assert provider.asked


@pytest.mark.parametrize("trouble", ["issuer", "doors", "status", "away"])
def test_a_provider_in_trouble_is_one_plain_page(
    provider: IdentityProvider, trouble: str, caplog: pytest.LogCaptureFixture
) -> None:
    if trouble == "issuer":
        provider.bend_discovery = lambda found: {**found, "issuer": "https://evil.example"}
    elif trouble == "doors":
        provider.bend_discovery = lambda found: {**found, "token_endpoint": "http://localhost/token"}
    elif trouble == "status":
        provider.status = 500
    gone = {"openid_connect": json.loads(json.dumps(settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]))}
    if trouble == "away":
        gone["openid_connect"]["APPS"][0]["settings"]["server_url"] = "https://localhost:9"
    client = visitor("")
    with override_settings(SOCIALACCOUNT_PROVIDERS=gone):
        check_refused(client, client.post(LOGIN))
    assert "the identity provider: " in caplog.text


def test_an_address_of_this_desk_asks_the_provider_for_nothing_more(provider: IdentityProvider) -> None:
    away = visitor("").post(LOGIN + "&scope=admin&auth_params=prompt%3Dnone%26client_id%3Dshop")["Location"]
    assert "admin" not in away
    assert "shop" not in away
    assert "nonce=" in away
    assert "code_challenge=" in away
    assert provider.issuer in away


def test_without_a_provider_there_is_no_such_way(visit: Callable[[str], Client]) -> None:
    assert "/accounts/oidc/" not in visit("").get("/accounts/login/").content.decode()
    assert visit("").post(LOGIN).status_code == 404
    assert visit("").get("/accounts/oidc/sso/login/callback/").status_code == 404


def test_the_secret_is_on_no_page(provider: IdentityProvider) -> None:
    page = visitor("").get("/accounts/login/").content.decode()
    assert "/accounts/oidc/sso/login/" in page
    assert SECRET not in page
    assert provider.issuer not in page
