"""The web desk put together: Django's settings, the server's own key, the tables of accounts, the WSGI application."""

import os
import secrets
from pathlib import Path
from typing import Any

import django
import msgspec
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import connections

from midstream.desk.demo import is_demo
from midstream.desk.ports import StoreTrouble
from midstream.store.settings import database
from midstream.store.trouble import reason
from midstream.web.parts import Parts
from midstream.wiring.parts import clock, open_desk
from midstream.wiring.settings import folder_of, mail_settings

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

APPS = (
    "midstream.store.apps.StoreConfig",
    "midstream.web.apps.WebConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "csp",
)

MIDDLEWARE = (
    "django.middleware.security.SecurityMiddleware",
    "midstream.web.middleware.OwnAlone",
    "midstream.web.middleware.Caller",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "midstream.web.middleware.SignedIn",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "midstream.web.middleware.Door",
)


class Oidc(msgspec.Struct, frozen=True, kw_only=True):
    """An identity provider that people may come from (OpenID Connect Core 1.0)."""

    issuer: str
    client: str
    secret: str
    name: str = "your organisation"


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """How the desk is served: over which store, under which address, behind whom.

    `url` is the https origin people use; empty serves plain HTTP to this machine alone.
    """

    store: str
    url: str = ""
    behind_proxy: bool = False
    oidc: Oidc | None = None


def settings_of(site: Site, *, parts: Parts | None = None) -> dict[str, Any]:
    """Return Django's settings for the site; `parts` are those of a test, else they are made from the site."""
    host = site.url.removeprefix("https://").rstrip("/")
    is_https = bool(site.url)
    made = parts or Parts(
        open_desk=lambda: open_desk(site.store), clock=clock, is_demo=is_demo, reason=reason, url=site.url
    )
    return {
        "MIDSTREAM": made,
        "BEHIND_PROXY": site.behind_proxy,
        "SECRET_KEY": secret_key(site.store),
        "DEBUG": False,
        "ALLOWED_HOSTS": [host.partition(":")[0]] if host else list(LOOPBACK),
        "ROOT_URLCONF": "midstream.web.urls",
        "INSTALLED_APPS": list(APPS),
        "MIDDLEWARE": list(MIDDLEWARE),
        "DATABASES": {"default": {**database(site.store), "CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}},
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "TEMPLATES": [_templates()],
        "STATIC_URL": "/static/",
        "STORAGES": {
            "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
            "staticfiles": {"BACKEND": "midstream.web.assets.Assets"},
        },
        "CACHES": {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "throttle"}},
        "LOGGING_CONFIG": None,
        "USE_I18N": False,
        "USE_TZ": True,
        "TIME_ZONE": "UTC",
        # What people type and upload: a report with its proof of concept.
        "DATA_UPLOAD_MAX_MEMORY_SIZE": 2 * 1024 * 1024,
        "DATA_UPLOAD_MAX_NUMBER_FIELDS": 200,
        "DATA_UPLOAD_MAX_NUMBER_FILES": 5,
        "FILE_UPLOAD_HANDLERS": ["midstream.web.uploads.Limited"],
        **mail_settings(),
        **_sign_in(site),
        **_safety(is_https=is_https, site=site),
    }


def _templates() -> dict[str, Any]:
    return {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "midstream.web.context.frame",
            ],
            "builtins": ["django.templatetags.static", "midstream.web.templatetags.desk"],
        },
    }


def _sign_in(site: Site) -> dict[str, Any]:
    """Return the settings of accounts: password and a second factor, or an identity provider and a second factor."""
    provider = (
        {
            "provider_id": "sso",
            "name": site.oidc.name,
            "client_id": site.oidc.client,
            "secret": site.oidc.secret,
            "settings": {"server_url": site.oidc.issuer, "oauth_pkce_enabled": True},
        }
        if site.oidc
        else None
    )
    return {
        "AUTH_USER_MODEL": "web.Account",
        "AUTHENTICATION_BACKENDS": [
            "midstream.web.signin.sessions.Backend",
            "midstream.web.signin.demo.DemoBackend",
        ],
        "AUTH_PASSWORD_VALIDATORS": [
            {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
            {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
            {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
        ],
        "LOGIN_URL": "/accounts/login/",
        "LOGIN_REDIRECT_URL": "/",
        "PASSWORD_RESET_TIMEOUT": 3 * 24 * 3600,
        # What somebody may reach who signed in and has no second factor yet.
        "WITHOUT_SECOND_FACTOR": ("/accounts/",),
        "ACCOUNT_ADAPTER": "midstream.web.signin.adapters.AccountAdapter",
        "ACCOUNT_USER_MODEL_USERNAME_FIELD": "person",
        "ACCOUNT_LOGIN_METHODS": {"username"},
        "ACCOUNT_SIGNUP_FIELDS": ["username*", "password1*", "password2*"],
        "ACCOUNT_EMAIL_VERIFICATION": "none",
        "ACCOUNT_DEFAULT_HTTP_PROTOCOL": "https" if site.url else "http",
        "ACCOUNT_SESSION_REMEMBER": False,
        "ACCOUNT_LOGOUT_REDIRECT_URL": "/accounts/login/",
        "ACCOUNT_REAUTHENTICATION_TIMEOUT": 600,
        "ACCOUNT_RATE_LIMITS": {"login": "30/m/ip", "login_failed": "10/m/ip,5/300s/key"},
        "SOCIALACCOUNT_ADAPTER": "midstream.web.signin.adapters.SocialAdapter",
        "SOCIALACCOUNT_EMAIL_AUTHENTICATION": True,
        "SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT": True,
        "SOCIALACCOUNT_PROVIDERS": {
            "openid_connect": {
                "APPS": [provider] if provider else [],
                "provider_class": "midstream.web.signin.provider.Provider",
            }
        },
        **_second_factor(is_https=bool(site.url)),
    }


def _second_factor(*, is_https: bool) -> dict[str, Any]:
    """Return the settings of second factors and sessions."""
    return {
        "MFA_ADAPTER": "midstream.web.signin.adapters.MfaAdapter",
        "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
        "MFA_PASSKEY_LOGIN_ENABLED": True,
        "MFA_TOTP_ISSUER": "Midstream",
        "MFA_TOTP_TOLERANCE": 1,
        "MFA_RECOVERY_CODES_SHOW_ONCE": True,
        "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": not is_https,
        "USERSESSIONS_TRACK_ACTIVITY": False,
    }


def _safety(*, is_https: bool, site: Site) -> dict[str, Any]:
    """Return what browsers are told: cookies, HSTS, frames, referrers, and that nothing comes from elsewhere."""
    prefix = "__Host-" if is_https else ""
    origin = [_origin(site.oidc.issuer)] if site.oidc else []
    return {
        "SESSION_ENGINE": "midstream.web.signin.sessions",
        "SESSION_COOKIE_NAME": f"{prefix}midstream",
        "SESSION_COOKIE_AGE": 12 * 3600,
        "SESSION_COOKIE_SECURE": is_https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
        "CSRF_COOKIE_NAME": f"{prefix}midstream_csrf",
        "CSRF_COOKIE_SECURE": is_https,
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SAMESITE": "Strict",
        "CSRF_FAILURE_VIEW": "midstream.web.trouble.csrf",
        "CSRF_TRUSTED_ORIGINS": [site.url.rstrip("/")] if is_https else [],
        "SECURE_SSL_REDIRECT": is_https,
        "SECURE_HSTS_SECONDS": 365 * 24 * 3600 if is_https else 0,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": is_https,
        "SECURE_HSTS_PRELOAD": is_https,
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https") if site.behind_proxy else None,
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SECURE_REFERRER_POLICY": "same-origin",
        "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
        "X_FRAME_OPTIONS": "DENY",
        "CONTENT_SECURITY_POLICY": {
            "DIRECTIVES": {
                "default-src": ["'none'"],
                "script-src": ["'self'"],
                "style-src": ["'self'"],
                "img-src": ["'self'", "data:"],
                "connect-src": ["'self'"],
                "form-action": ["'self'", *origin],
                "base-uri": ["'none'"],
                "frame-ancestors": ["'none'"],
            }
        },
    }


def _origin(url: str) -> str:
    return "/".join(url.split("/")[:3])


def secret_key(store: str) -> str:
    """Return the server's own key, made when there is none: for sessions, links, and seals of second factors."""
    file = Path(os.environ.get("MIDSTREAM_WEB_KEY_FILE", "") or folder_of(store) / "web.key")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        text = file.read_text(encoding="ascii").strip()
        if len(text) < 64:
            raise StoreTrouble(
                f"{file}: this is no key of a server", hint="Move it away, and a new one is made; all sign in anew."
            ) from None
        return text
    except OSError as error:
        raise StoreTrouble(f"{file}: {error.strerror}", hint="Allow your user to write its folder.") from None
    key = secrets.token_hex(48)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(key + "\n")
    return key


def set_up(site: Site, *, parts: Parts | None = None) -> None:
    """Return nothing, after Django was set up for the site and every table is there; once in a process.

    Raises `StoreTrouble` when the store cannot be opened.
    """
    if not settings.configured:
        settings.configure(**settings_of(site, parts=parts))
        django.setup()
    made: Parts = settings.MIDSTREAM
    made.open_desk()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)


def application(site: Site) -> WSGIHandler:
    """Return the WSGI application of the site, in a process that serves it."""
    set_up(site)
    connections.close_all()
    return WSGIHandler()
