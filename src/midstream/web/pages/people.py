"""Accounts, for administrators: who may sign in and where they are signed in. No case is named here."""

from collections import Counter
from datetime import datetime

import msgspec
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from midstream.web.context import roles_of
from midstream.web.models import Account
from midstream.web.parts import person_of, the_desk


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """One person of the project files: their roles, and their account if they have one."""

    name: str
    roles: tuple[str, ...]
    has_account: bool
    is_active: bool
    factors: int
    sessions: int
    last_login: datetime | None


def _check(request: HttpRequest) -> None:
    if "administrator" not in roles_of(person_of(request)):
        raise Http404


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Return everybody the project files name, with their accounts."""
    _check(request)
    roles = {
        person.name: roles_of(person.name) for project in the_desk().projects().values() for person in project.people
    }
    accounts = {account.person: account for account in Account.objects.all()}
    factors = Counter(Authenticator.objects.values_list("user_id", flat=True))
    sessions = Counter(UserSession.objects.values_list("user_id", flat=True))
    found = []
    for name in sorted({*roles, *accounts}):
        account = accounts.get(name)
        found.append(
            Person(
                name=name,
                roles=roles.get(name, ()),
                has_account=account is not None,
                is_active=bool(account and account.is_active),
                factors=factors[account.pk] if account else 0,
                sessions=sessions[account.pk] if account else 0,
                last_login=account.last_login if account else None,
            )
        )
    return render(request, "desk/people.html", {"people": found})


@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    """Go back to the list, after all sessions of a person were ended."""
    _check(request)
    for session in UserSession.objects.filter(user__person=request.POST.get("person", "")):
        session.end()
    return redirect("people")
