"""Who asks, looked up with two plain queries: the session by its key, and its account with its second factor.

Both are asked for on every request, so that what is ended or taken away is gone at once. The queries are those that
Django and allauth would make, written once instead of put together each time.
"""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.db import connection
from django.utils import timezone

from midstream.web.models import Account

_SESSION = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"
_COLUMNS = ("id", "password", "person", "email", "is_active")
_ACCOUNT = (
    "SELECT id, password, person, email, is_active,"
    " EXISTS (SELECT 1 FROM mfa_authenticator m WHERE m.user_id = a.id) FROM account a WHERE id = %s"
)


def _row(sql: str, *values: object) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: tuple[Any, ...] | None = cursor.fetchone()
    return found


class SessionStore(DatabaseSessions):
    """Django's sessions in the database."""

    def load(self) -> dict[str, Any]:
        """Return what the session holds; nothing, and no key, when it ended or never was."""
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        row = _row(_SESSION, self.session_key, now)
        if row is None:
            self._session_key = None
            return {}
        found: dict[str, Any] = self.decode(row[0])
        return found


class Backend(AuthenticationBackend):
    """Lets in who has a password or comes from an identity provider, as allauth does."""

    def get_user(self, user_id: int) -> Account | None:
        """Return the account of a session, unless it was closed; it knows whether it has a second factor."""
        row = _row(_ACCOUNT, user_id)
        if row is None or not row[4]:
            return None
        account = Account.from_db(connection.alias, _COLUMNS, (*row[:4], True))
        account.has_second_factor = bool(row[5])
        return account
