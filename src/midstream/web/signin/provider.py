"""The identity provider that people may come from (OpenID Connect Core 1.0, with the code flow and PKCE).

allauth walks the flow. What it leaves open is closed here: signatures are always checked, a nonce binds the answer to
one sign-in of one browser, the provider is the one that was named, and what it says of somebody is about that person.
"""

import hashlib
from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest
from requests import RequestException

from midstream.web.signin.id_token import NotForUs, nonce_of, read

LARGEST = 1024 * 1024
"""Bytes that an answer of the provider may have."""


class Flow(OpenIDConnectOAuth2Adapter):
    """Asks the provider, and believes what is to be believed."""

    def __init__(self, request: HttpRequest, provider_id: str) -> None:
        super().__init__(request, provider_id)
        self._verifier = ""

    @property
    def openid_config(self) -> dict[str, Any]:
        """Where the provider's doors are, as it says itself (OpenID Connect Discovery 1.0, section 4).

        Raises `OAuth2Error` when it cannot be asked, or speaks for another issuer (section 4.3).
        """
        if not hasattr(self, "_openid_config"):
            named = self.get_provider().app.settings["server_url"]
            found = self._ask(named.rstrip("/") + "/.well-known/openid-configuration")
            if str(found.get("issuer", "")).rstrip("/") != named.rstrip("/"):
                raise _refused("it speaks for another issuer")
            doors = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            if not all(str(found.get(door, "")).startswith("https://") for door in doors):
                raise _refused("its discovery document names no https addresses")
            self._openid_config = found
        return self._openid_config

    def get_access_token_data(
        self, request: HttpRequest, app: SocialApp, client: OAuth2Client, pkce_code_verifier: str | None = None
    ) -> dict[str, Any]:
        """Return what the code was exchanged for; `OAuth2Error` when that is not what it should be."""
        self._verifier = pkce_code_verifier or ""
        found = super().get_access_token_data(request, app, client, pkce_code_verifier=pkce_code_verifier)
        if not isinstance(found, dict) or not isinstance(found.get("access_token"), str):
            raise _refused("it gave no access token")
        return {name: found.get(name) for name in ("access_token", "id_token")}

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> SocialLogin:
        """Return who the provider says somebody is; `OAuth2Error` when that is not to be believed."""
        config = self.openid_config
        try:
            said = read(
                kwargs["response"]["id_token"],
                keys=self._ask(config["jwks_uri"]),
                issuer=str(config["issuer"]),
                client=app.client_id,
                verifier=self._verifier,
            )
        except NotForUs as error:
            raise _refused(str(error)) from None
        if "email" not in said and str(config.get("userinfo_endpoint", "")).startswith("https://"):
            more = self._ask(config["userinfo_endpoint"], token=token.token)
            if more.get("sub") != said["sub"]:  # section 5.3.2: an answer about somebody else
                raise _refused("its userinfo is about somebody else")
            said |= {name: more.get(name) for name in ("email", "email_verified")}
        return self.get_provider().sociallogin_from_response(request, said)

    def _ask(self, url: str, *, token: str = "") -> dict[str, Any]:
        """Return the object at an address of the provider; `OAuth2Error` when there is none."""
        from allauth.socialaccount.adapter import get_adapter  # noqa: PLC0415 - it imports what imports this

        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            with get_adapter().get_requests_session() as session:
                answer = session.get(url, headers=headers, allow_redirects=False)
            found = answer.json() if answer.status_code == 200 and len(answer.content) <= LARGEST else None
        except (RequestException, ValueError) as error:
            raise _refused(f"it cannot be asked: {type(error).__name__}") from None
        if not isinstance(found, dict):
            raise _refused("its answer cannot be read")
        return found


def _refused(why: str) -> OAuth2Error:
    return OAuth2Error(f"the identity provider: {why}")


class Provider(OpenIDConnectProvider):
    """What of the provider's words counts: who it is there, and the address it has verified. Nothing else is kept."""

    oauth2_adapter_class = Flow

    def get_pkce_params(self) -> dict[str, str]:
        """Return what is sent along: the challenge, and the nonce that belongs to its verifier."""
        made: dict[str, str] = super().get_pkce_params()
        return {**made, "nonce": nonce_of(made["code_verifier"])}

    def get_auth_params_from_request(self, request: HttpRequest, action: str) -> dict[str, str]:
        """Return what else is sent along: nothing that an address of this desk asks for."""
        del request, action
        return dict(self.get_auth_params())

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        """Return what is asked for: as above."""
        del request
        return list(self.get_scope())

    def get_default_scope(self) -> list[str]:
        """Return what is asked for: who it is, and the address."""
        return ["openid", "email"]

    def extract_uid(self, data: dict[str, Any]) -> str:
        """Return the name of the person there: unique within the issuer, which is part of it, and telling nothing."""
        return issuer_mark(str(data["iss"])) + hashlib.sha256(data["sub"].encode()).hexdigest()

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return what is kept of the person: nothing."""
        del data
        return {}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the address."""
        return {"email": data["email"]} if isinstance(data.get("email"), str) else {}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[EmailAddress]:
        """Return the address, verified only when the provider says so outright: a text that reads "false" is true."""
        email, is_verified = data.get("email"), data.get("email_verified") is True
        return [EmailAddress(email=email, verified=is_verified, primary=True)] if isinstance(email, str) else []


def issuer_mark(issuer: str) -> str:
    """Return what the names of all people of one issuer begin with."""
    return hashlib.sha256(issuer.encode()).hexdigest()[:16] + ":"
