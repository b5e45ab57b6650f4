"""Who asks, looked up with two plain queries: the session by its key, and its account with its second factor.

Both are asked for on every request, so that what is ended or taken away is gone at once. The queries are those that
Django and allauth would make, written once instead of put together each time.
"""

import contextlib
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.flows.logout import logout
from django.contrib.auth.decorators import login_required
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.db import OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

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


SEEN_EVERY = timedelta(minutes=10)
"""How exact a session's last use is known: a write for each page would be one too many."""
_MOST = 10_000
_SEEN: OrderedDict[str, datetime] = OrderedDict()
"""When this process last wrote down that a session was used, by its key."""


def note_seen(key: str, *, now: datetime) -> None:
    """Write down that the session is in use, unless this process did so lately.

    It is a convenience of a list: a store that cannot be written just now does not keep anybody from their page.
    """
    last = _SEEN.get(key)
    if last is not None and now - last < SEEN_EVERY:
        return
    _SEEN[key] = now
    while len(_SEEN) > _MOST:
        _SEEN.popitem(last=False)
    from allauth.usersessions.models import UserSession  # noqa: PLC0415 - settings name this module before any model is there

    with contextlib.suppress(OperationalError):
        UserSession.objects.filter(session_key=key).update(last_seen_at=now)


@login_required
@require_POST
def end_one(request: HttpRequest) -> HttpResponse:
    """Go back to the list, after one of the reader's own sessions was ended; ending this very one signs out."""
    from allauth.usersessions.models import UserSession  # noqa: PLC0415 - as above

    told = request.POST.get("session", "")
    number = int(told) if told.isascii() and told.isdecimal() and len(told) < 18 else 0
    session = UserSession.objects.filter(user_id=request.user.pk, pk=number).first()
    if session is None:
        raise Http404
    if session.is_current():
        logout(request)
        return redirect("account_login")
    session.end()
    return redirect("usersessions_list")
