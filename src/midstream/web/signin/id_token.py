"""The signed word of an identity provider about who somebody is: an ID Token, and what makes it one for us."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from typing import Any

import jwt

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures by a key that only the provider has (RFC 7518, section 3.1; RFC 8037)."""

DRIFT = 60
"""Seconds that the provider's clock may differ from ours."""


class NotForUs(Exception):
    """What an identity provider said is not to be believed. Its words are for the log: they hold nothing of it."""


def nonce_of(verifier: str) -> str:
    """Return the nonce that belongs to the secret of one sign-in, its PKCE verifier (RFC 7636).

    The verifier stays in the browser's session here, so that an ID Token fits one sign-in of one browser only (OpenID
    Connect Core 1.0, section 15.5.2).
    """
    return urlsafe_b64encode(hashlib.sha256(b"nonce\0" + verifier.encode()).digest()).rstrip(b"=").decode()


def read(token: object, *, keys: object, issuer: str, client: str, verifier: str) -> dict[str, Any]:
    """Return the claims of an ID Token after every check of OpenID Connect Core 1.0, section 3.1.3.7.

    `keys` is the provider's set of keys (RFC 7517). The signature is always checked. Raises `NotForUs`.
    """
    try:
        if not isinstance(token, str) or not isinstance(keys, dict):
            raise NotForUs("there is no ID Token, or there are no keys")
        claims = jwt.decode(
            token,
            key=_key(token, jwt.PyJWKSet.from_dict(keys)),
            algorithms=list(ALGORITHMS),
            audience=client,
            issuer=issuer,
            leeway=DRIFT,
            options={"require": ["iss", "sub", "aud", "exp", "iat"]},
        )
    except jwt.PyJWTError as error:
        raise NotForUs(f"the ID Token is refused: {type(error).__name__}") from None
    audience = claims["aud"]
    is_for_many = isinstance(audience, list) and len(audience) > 1
    if claims.get("azp", None if is_for_many else client) != client:
        raise NotForUs("the ID Token was made for another program too")
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce_of(verifier).encode()):
        raise NotForUs("the ID Token belongs to another sign-in")
    if not isinstance(claims["sub"], str) or not claims["sub"]:
        raise NotForUs("the ID Token names nobody")
    return dict(claims)


def _key(token: str, keys: jwt.PyJWKSet) -> jwt.PyJWK:
    """Return the key that the token's header names; without a name, the one that there is."""
    name = jwt.get_unverified_header(token).get("kid")
    found = [key for key in keys.keys if name in (None, key.key_id) and key.public_key_use in {None, "sig"}]
    if len(found) != 1:
        raise NotForUs("the ID Token is signed by no key of the provider")
    return found[0]
