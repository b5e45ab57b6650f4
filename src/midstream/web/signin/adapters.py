"""What allauth asks of us: nobody signs up, and secrets of second factors are sealed."""

import base64
import hashlib
import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthError, AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from midstream.web.trouble import plain

LOG = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by an administrator alone."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: an account is made at the command line, for a person of a project file."""
        del request
        return False


class SocialAdapter(DefaultSocialAccountAdapter):
    """Who comes from an identity provider gets in only by an account that is there already.

    The first time, the address that the provider has verified finds the account, and the person there is bound to it.
    From then on the person counts and not the address, which the provider may give to somebody else some day.
    """

    def is_open_for_signup(self, request: HttpRequest, sociallogin: object) -> bool:
        """Raise the page that says so: there is no account for this person."""
        del sociallogin
        text = "No account here has an e-mail address that your identity provider has verified."
        raise ImmediateHttpResponse(_not_signed_in(request, text, "Ask who runs the desk for an account.", status=403))

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Raise the page that says so when the account belongs to another person there, or is to be tied to one."""
        if sociallogin.state.get("process") != AuthProcess.LOGIN:
            text = "An account is tied to a person of the identity provider when that person first signs in."
            raise ImmediateHttpResponse(_not_signed_in(request, text, "Sign out, then sign in that way.", status=403))
        if not sociallogin.is_existing or sociallogin.account.pk:
            return
        mark = sociallogin.account.uid.partition(":")[0] + ":"
        if SocialAccount.objects.filter(user=sociallogin.user, uid__startswith=mark).exists():
            text = "The account with this e-mail address belongs to another person of your identity provider."
            hint = "Ask who runs the desk: giving the account its address anew lets you in."
            raise ImmediateHttpResponse(_not_signed_in(request, text, hint, status=403))

    def on_authentication_error(
        self, request: HttpRequest, provider: object, error: str = "", exception: object = None, **more: Any
    ) -> None:
        """Raise one plain page; the log says why, in our own words alone."""
        del provider, more
        if error == AuthError.CANCELLED:
            text = "You did not let your identity provider say who you are."
            raise ImmediateHttpResponse(_not_signed_in(request, text, "Sign in anew.", status=403))
        why = "the answer belongs to no sign-in of this browser"
        if exception is not None:
            # What the library says of a failure may quote the provider's answer.
            is_ours = isinstance(exception, OAuth2Error) and str(exception).startswith("the identity provider: ")
            why = str(exception) if is_ours else type(exception).__name__
        LOG.warning("Nobody was signed in by the identity provider: %s", why)
        text = "Your identity provider cannot be asked, or its answer is not to be believed."
        hint = "Sign in anew. If it stays so, tell who runs the desk: the server's log says why."
        raise ImmediateHttpResponse(_not_signed_in(request, text, hint, status=401))


def _not_signed_in(request: HttpRequest, text: str, hint: str, *, status: int) -> HttpResponse:
    return plain(
        request, status=status, title="Not signed in", text=text, hint=hint, way=("/accounts/login/", "Sign in")
    )


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
