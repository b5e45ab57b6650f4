"""What holds for every request: a second factor, no copies of pages, one answer for unknown and forbidden."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from csp.constants import HEADER
from csp.utils import build_policy
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from midstream.desk.errors import Misuse, NotFound
from midstream.web.parts import person_of, the_desk
from midstream.web.signin.demo import DEMO
from midstream.web.signin.sessions import note_seen
from midstream.web.trouble import bad_request, signed_out, too_large, without_length

Answer = Callable[[HttpRequest], HttpResponse]


class OwnAlone:
    """Tells browsers to take nothing from elsewhere: the policy of the settings, put into words once.

    django-csp's own middleware writes it anew for each answer, for views that change it. None here does.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self.policy = build_policy()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the answer with the policy, unless it has a stricter one, as a file somebody sent has."""
        response = self.get_response(request)
        response.headers.setdefault(HEADER, self.policy)
        return response


class SignedIn(LoginRequiredMiddleware):
    """Leads whoever is not signed in to the page for that; but nothing that was typed is lost on the way."""

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., HttpResponse]) -> HttpResponse:
        """Return the way to sign in; where something was sent, or a part of a page is asked for, what happened."""
        if request.method == "POST" or request.headers.get("HX-Request"):
            return signed_out(request)
        return super().handle_no_permission(request, view_func)


class Door:
    """Lets nobody with an account on to the desk before they set up a second factor, and keeps pages out of caches."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the answer; unless it says otherwise, nobody may keep a copy."""
        with timezone.override(None):  # the reader's own is known once they are
            response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: object, kwargs: object
    ) -> HttpResponse | None:
        """Return the way to the second factor for somebody who has none, or None to go on."""
        del args, kwargs
        # Views that need no account are open to somebody with half of one: signing in and out, a report.
        if not getattr(view, "login_required", True) or not request.user.is_authenticated:
            return None
        if request.session.session_key:
            note_seen(request.session.session_key, now=timezone.now())
        if request.path.startswith(settings.WITHOUT_SECOND_FACTOR) or has_second_factor(request):
            return None
        if request.headers.get("HX-Request"):
            return HttpResponse(headers={"HX-Redirect": reverse("mfa_index")})
        messages.info(
            request, "Set up a second factor first: an authenticator app or a security key. Then the desk opens."
        )
        return redirect("mfa_index")

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Raise Django's own error for what is unknown or not for this person: one page, whichever it was.

        A case that somebody may see and names by an id of its advisory is shown at its own address.
        """
        if not isinstance(error, NotFound):
            return None
        if own := address_of_case(request):
            return redirect(own)
        raise Http404 from None


def address_of_case(request: HttpRequest) -> str:
    """Return the address of the case that a page was asked for by another of its names; empty when there is none."""
    match = request.resolver_match
    if match is None or request.method not in {"GET", "HEAD"} or not match.route.startswith("cases/<str:name>/"):
        return ""
    asked = match.kwargs["name"]
    try:
        case = the_desk().name_of(asked, by=person_of(request))
    except Misuse:
        return ""  # several: which is not for us to say
    if case == asked:
        return ""
    query = request.META.get("QUERY_STRING", "")
    return reverse(match.view_name, kwargs={**match.kwargs, "name": case}) + (f"?{query}" if query else "")


def has_second_factor(request: HttpRequest) -> bool:
    """Return whether the session rests on a second factor; in the demo there is no first one either."""
    if request.session.get(BACKEND_SESSION_KEY) == DEMO:
        return True
    user: Any = request.user
    known = getattr(user, "has_second_factor", None)  # looked up with the account on this very request
    return bool(is_mfa_enabled(user) if known is None else known)


LARGEST = 12 * 1024 * 1024
"""Bytes a request may have, its files included."""


class Caller:
    """Names the machine that asks, as our proxy saw it; refuses what is too large before it is read."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the answer to somebody whose address is the one they came to our proxy from.

        Only the last entry of X-Forwarded-For is our proxy's own; what stands before it anybody may have written.
        """
        length = request.META.get("CONTENT_LENGTH") or "0"
        if request.META.get("HTTP_TRANSFER_ENCODING"):
            return without_length(request)
        if not length.isdecimal():
            return bad_request(request, ValueError("no length"))
        if int(length) > LARGEST:
            return too_large(request)
        if settings.BEHIND_PROXY:
            told = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
            request.META["REMOTE_ADDR"] = told or request.META.get("REMOTE_ADDR", "")
        request.META.pop("HTTP_X_FORWARDED_FOR", None)
        return self.get_response(request)
