"""Mail to people with accounts, through Django's mail backend. Importing this needs Django set up."""

import smtplib

from django.conf import settings
from django.core.mail import EmailMessage

from midstream.desk.front.digest import Letter
from midstream.desk.ports import StoreTrouble
from midstream.web.models import Account


class DjangoMail:
    """Sends by the mail server that the settings name."""

    def addresses(self) -> dict[str, str]:
        """Return the e-mail address of each person who has one and may sign in."""
        found = Account.objects.filter(is_active=True).exclude(email="")
        return {account.person: account.email for account in found}

    def send(self, letter: Letter, *, to: str) -> None:
        """Send a letter, or raise `StoreTrouble` when the mail server does not take it."""
        if not settings.DEFAULT_FROM_EMAIL:
            raise StoreTrouble(
                "no mail server is named", hint="Set MIDSTREAM_MAIL to smtp://HOST:25 or smtps://USER@HOST:465."
            )
        try:
            EmailMessage(subject=letter.subject, body=letter.text, to=[to]).send()
        except (OSError, smtplib.SMTPException) as error:
            raise StoreTrouble(
                f"the mail server did not take the digest of {letter.person}: {error}",
                hint="See MIDSTREAM_MAIL; who came before got theirs.",
            ) from None
