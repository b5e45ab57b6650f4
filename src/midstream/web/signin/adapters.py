"""What allauth asks of us: nobody signs up, and secrets of second factors are sealed."""

import base64
import hashlib

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by an administrator alone."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: an account is made at the command line, for a person of a project file."""
        del request
        return False


class SocialAdapter(DefaultSocialAccountAdapter):
    """Who comes from an identity provider gets in only by an account that is there already."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: object) -> bool:
        """Return False, as above."""
        del request, sociallogin
        return False


class MfaAdapter(DefaultMFAAdapter):
    """Seals the secrets of second factors, so that a copy of the database alone signs nobody in."""

    def encrypt(self, text: str) -> str:
        """Return the secret, sealed under the server's own key."""
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret as it was."""
        return _fernet().decrypt(encrypted_text.encode()).decode()


def _fernet() -> Fernet:
    key = hashlib.sha256(b"second factors\0" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
