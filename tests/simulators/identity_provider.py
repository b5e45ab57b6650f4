"""An identity provider on this machine: OpenID Connect Core 1.0 with the code flow, over HTTPS, as strict as real ones.

It signs with a key of its own, takes each code once, and checks client, secret, redirect address and PKCE. A test says
who signs in there, and what of its answers is bent.
"""

import base64
import hashlib
import json
import secrets
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

CLIENT, SECRET = "desk", "sesame-of-the-desk-6b1f"

KEYS: dict[str, Callable[[], Any]] = {
    "RS256": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
}
"""By the name of the signature (RFC 7518, section 3.1), what makes a key."""

Claims = dict[str, Any]


class IdentityProvider:
    """The provider: who is signed in there, and what it says."""

    def __init__(self, *, callback: str, algorithm: str = "RS256") -> None:
        self.callback = callback
        self.algorithm = algorithm
        self.key, self.other_key = KEYS[algorithm](), KEYS[algorithm]()
        self.issuer = ""
        self.person: Claims = {"sub": "u-1", "email": "ada@example.org", "email_verified": True}
        self.bend_claims: Callable[[Claims], Claims] = lambda claims: claims
        self.bend_userinfo: Callable[[Claims], Claims] = lambda claims: claims
        self.bend_discovery: Callable[[Claims], Claims] = lambda found: found
        self.sign: Callable[[Claims], str] = self.signed
        self.is_in_token = True
        self.status = 200
        self.asked: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}
        self._tokens: set[str] = set()

    def signed(self, claims: Claims, *, key: object = None) -> str:
        """Return an ID Token with the claims."""
        return jwt.encode(claims, key or self.key, algorithm=self.algorithm, headers={"kid": "k1"})  # type: ignore[arg-type]

    def discovery(self) -> Claims:
        """Return where everything is (OpenID Connect Discovery 1.0, section 3)."""
        return self.bend_discovery(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/keys",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": [self.algorithm],
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    def keys(self) -> Claims:
        """Return the public keys (RFC 7517)."""
        algorithm = jwt.get_algorithm_by_name(self.algorithm)
        public = json.loads(algorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": "k1", "use": "sig", "alg": self.algorithm}]}

    def authorize(self, asked: dict[str, str]) -> str:
        """Return where the browser goes on, after the person signed in here and agreed."""
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["redirect_uri"] == self.callback, "an address that is not allowed here"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        return f"{self.callback}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, asked: dict[str, str]) -> Claims | None:
        """Return what a code is exchanged for, once; None for whoever may not have it (RFC 6749, RFC 7636)."""
        code = self._codes.pop(asked.get("code", ""), None)
        proof = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
        if code is None or (asked["client_id"], asked["client_secret"]) != (CLIENT, SECRET):
            return None
        if asked["redirect_uri"] != code["redirect_uri"] or challenge != code["code_challenge"]:
            return None
        token, moment = secrets.token_urlsafe(16), int(time.time())
        self._tokens.add(token)
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": moment, "exp": moment + 300, "nonce": code.get("nonce", "")}
        claims |= self.person if self.is_in_token else {"sub": self.person["sub"]}
        return {"access_token": token, "token_type": "Bearer", "id_token": self.sign(self.bend_claims(claims))}

    def userinfo(self, header: str) -> Claims | None:
        """Return what is known of the person, for who has a token; None for others."""
        return self.bend_userinfo(dict(self.person)) if header.removeprefix("Bearer ") in self._tokens else None


def _handler(provider: IdentityProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            provider.asked.append(parts.path)
            if parts.path == "/authorize":
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                self.send_response(302)
                self.send_header("Location", provider.authorize(query))
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            answers: dict[str, Callable[[], Claims | None]] = {
                "/.well-known/openid-configuration": provider.discovery,
                "/keys": provider.keys,
                "/userinfo": lambda: provider.userinfo(self.headers.get("Authorization", "")),
            }
            self._say(answers.get(parts.path, lambda: None)())

        def do_POST(self) -> None:
            provider.asked.append(self.path)
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._say(provider.token({name: values[0] for name, values in parse_qs(text).items()}))

        def _say(self, found: Claims | None) -> None:
            body = json.dumps(found if found is not None else {"error": "invalid_request"}).encode()
            self.send_response(provider.status if found is not None else 400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class names it
            del format, args

    return Handler


@contextmanager
def provided(folder: Path, *, callback: str, algorithm: str = "RS256") -> Iterator[IdentityProvider]:
    """Run a provider whose certificate lies in `folder` as ``provider.pem``."""
    provider = IdentityProvider(callback=callback, algorithm=algorithm)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate(folder))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    # Another name than the desk's, so that the two are as apart for a browser as they are in life.
    provider.issuer = f"https://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def certificate(folder: Path) -> tuple[Path, Path]:
    """Return the files of a certificate for this machine, signed by itself, and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    moment = datetime.now(UTC)
    names: list[x509.GeneralName] = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - timedelta(hours=1))
        .not_valid_after(moment + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "provider.pem", folder / "provider.key"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return files
