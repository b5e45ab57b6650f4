"""Programs: the tokens with which they come in as oneself, the addresses that are told, and the calendar."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import get_random_string
from django.views.decorators.http import require_http_methods, require_POST

from midstream.desk.errors import Misuse
from midstream.desk.front.hooks import add_hook, remove_hook
from midstream.desk.front.tokens import LONGEST, SCOPES, make_token, revoke_token
from midstream.desk.views import Token
from midstream.web.parts import now, parts, person_of, the_desk

USUAL = timedelta(days=90)
"""For how long a token is good when nobody says otherwise."""


@require_http_methods(["GET", "HEAD"])
def programs(request: HttpRequest) -> HttpResponse:
    """Return what programs may do in one's name."""
    return _page(request)


def _page(request: HttpRequest, *, status: int = 200, **more: object) -> HttpResponse:
    desk, person, moment = the_desk(), person_of(request), now()
    context = {
        "tokens": [(token, _standing(token, moment)) for token in desk.store.tokens(person)],
        "hooks": desk.store.hooks(person),
        "scopes": SCOPES,
        "until": request.POST.get("until", "") or (moment + USUAL).date().isoformat(),
        "latest": (moment + LONGEST).date().isoformat(),
        "typed": request.POST,
        "picked": request.POST.getlist("scope") or ["read"],
        "now": moment,
        **more,
    }
    return render(request, "programs/programs.html", context, status=status)


def _standing(token: Token, moment: datetime) -> str:
    if token.revoked_at:
        return "revoked"
    return "good" if moment < token.expires_at else "expired"


@require_POST
def add_token(request: HttpRequest) -> HttpResponse:
    """Return the page with the new token, which is shown this once; or with what was wrong beside its form."""

    def make() -> dict[str, Any]:
        token, told = make_token(
            the_desk(),
            person=person_of(request),
            label=request.POST.get("label", ""),
            scopes=request.POST.getlist("scope"),
            expires_at=_end_of(request.POST.get("until", "")),
            name=get_random_string(16),
            secret=get_random_string(43),
        )
        feed = f"{_origin(request)}/calendar/{told}.ics" if "calendar" in token.scopes else ""
        return {"made": token, "told": told, "feed": feed, "typed": {}, "picked": ["read"]}

    return _done(request, make, fault="token_fault")


@require_POST
def drop_token(request: HttpRequest) -> HttpResponse:
    """Go back to the page, after the token is good no more."""
    revoke_token(the_desk(), person=person_of(request), name=request.POST.get("name", "")[:100])
    return redirect("programs")


@require_POST
def add_address(request: HttpRequest) -> HttpResponse:
    """Return the page with the secret of the new address, shown this once; or with what was wrong."""

    def make() -> dict[str, Any]:
        secret = get_random_string(43)
        hook = add_hook(
            the_desk(),
            person=person_of(request),
            url=request.POST.get("url", "").strip(),
            kinds=request.POST.get("kinds", "").replace(",", " ").split(),
            name=get_random_string(16),
            secret=secret,
        )
        return {"hook": hook, "secret": secret, "typed": {}}

    return _done(request, make, fault="hook_fault")


@require_POST
def drop_address(request: HttpRequest) -> HttpResponse:
    """Go back to the page, after the address was forgotten."""
    remove_hook(the_desk(), person=person_of(request), name=request.POST.get("name", "")[:100])
    return redirect("programs")


def _done(request: HttpRequest, make: Callable[[], dict[str, Any]], *, fault: str) -> HttpResponse:
    try:
        made = make()
    except Misuse as error:
        return _page(request, status=422, **{fault: error})
    return _page(request, status=200, **made)


def _end_of(day: str) -> datetime:
    """Return the end of a day in UTC, up to the longest a token may be good; raise `Misuse` for no day."""
    try:
        asked = datetime.combine(datetime.fromisoformat(day).date(), time(23, 59), tzinfo=now().tzinfo)
    except ValueError:
        raise Misuse("the token has no last day", hint="Name it as 2027-01-31.") from None
    return min(asked, now() + LONGEST) if asked.date() <= (now() + LONGEST).date() else asked


def _origin(request: HttpRequest) -> str:
    return parts().url or f"{request.scheme}://{request.get_host()}"
