"""The accounts of the web desk, for the command line. Importing this needs Django set up."""

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.urls import reverse

from midstream.cli.serving import Kept
from midstream.desk.errors import Misuse
from midstream.web.models import Account


class StoredAccounts:
    """The accounts in the database of the store for which Django is set up."""

    def everybody(self) -> list[Kept]:
        """Return all accounts, by name."""
        factors: dict[int, list[str]] = {}
        for user, kind in Authenticator.objects.order_by("type").values_list("user_id", "type"):
            factors.setdefault(user, []).append(kind)
        return [
            Kept(
                person=account.person,
                email=account.email,
                is_active=account.is_active,
                has_password=account.has_usable_password(),
                factors=tuple(factors.get(account.pk, ())),
            )
            for account in Account.objects.order_by("person")
        ]

    def add(self, *, person: str, email: str) -> str:
        """Return the path of a link by which the person chooses a password; their account is made when it is new.

        With an e-mail address, whoever next comes with it from an identity provider is bound to the account.
        Raises `Misuse` for an address that another account has.
        """
        taken = EmailAddress.objects.filter(email__iexact=email).exclude(user__person=person).first() if email else None
        if taken is not None:
            raise Misuse(f"the account of {taken.user.person} has this address", hint="Name another one.")
        account, is_new = Account.objects.get_or_create(person=person)
        if is_new:
            account.set_unusable_password()
        account.is_active = True
        account.email = email or account.email
        account.save()
        if account.email:  # who makes accounts vouches for it
            EmailAddress.objects.filter(user=account).exclude(email=account.email).delete()
            EmailAddress.objects.update_or_create(
                user=account, email=account.email, defaults={"verified": True, "primary": True}
            )
        if email:
            SocialAccount.objects.filter(user=account).delete()
        uid = user_pk_to_url_str(account)
        key = default_token_generator.make_token(account)
        return str(reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": key}))

    def close(self, person: str) -> bool:
        """Return whether there was such an account; it cannot sign in any more, and its sessions are over."""
        account = Account.objects.filter(person=person).first()
        if account is not None:
            account.is_active = False
            account.save()
            _end_sessions(account)
        return account is not None

    def forget_factors(self, person: str) -> bool:
        """Return whether there was such an account; its second factors are gone and its sessions over."""
        account = Account.objects.filter(person=person).first()
        if account is not None:
            Authenticator.objects.filter(user=account).delete()
            _end_sessions(account)
        return account is not None


def _end_sessions(account: Account) -> None:
    for session in UserSession.objects.filter(user=account):
        session.end()
