"""What is shown instead of a page: unknown, not allowed, the store in trouble. Nothing here asks the store."""

import sys
from collections.abc import Mapping

import msgspec
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation, TooManyFilesSent
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string

from midstream.desk.ports import Conflict, StoreTrouble
from midstream.web.api.problems import problem
from midstream.web.parts import parts

_OURS = frozenset({"csrfmiddlewaretoken", "key", "seen", "checked", "task", "step"})
"""Fields of forms that nobody typed."""


def plain(
    request: HttpRequest,
    *,
    status: int,
    title: str,
    text: str,
    hint: str = "",
    sent: Mapping[str, str] | None = None,
    again: bool = True,
    way: tuple[str, str] = ("/", "Go to today"),
) -> HttpResponse:
    """Return one plain page with what was `sent`, to be sent `again` or only read, and a `way` on.

    For a part of a page it is one plain box, beside the form that still holds what was typed.

    A program gets a problem, as for all else that goes wrong with its requests.
    """
    if request.path.startswith("/api/"):
        return problem(status, text, hint=hint, headers={"Cache-Control": "no-store"})
    template = "desk/trouble_box.html" if request.headers.get("HX-Request") else "desk/trouble.html"
    context: dict[str, object] = {
        "title": title,
        "text": text,
        "hint": hint,
        "sent": sent,
        "again": again,
        "way": way,
        "address": request.path,
    }
    if sent:
        context["typed"] = [value for name, value in sent.items() if value and name not in _OURS]
        context["has_files"] = bool(request.FILES)
    body = render_to_string(template, context)
    return HttpResponse(body, status=status, headers={"Cache-Control": "no-store"})


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the one answer for what is unknown and for what is not for this person."""
    del exception
    return plain(
        request, status=404, title="Not found", text="There is no such page here, or it is not for you to see."
    )


@login_not_required
def closed(request: HttpRequest) -> HttpResponse:
    """Return that there is no such page."""
    return not_found(request, Http404())


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the answer to a request that cannot be read."""
    if isinstance(exception, RequestDataTooBig | TooManyFilesSent):
        return too_large(request)
    text = "This request cannot be read: it is not as a browser sends it. Nothing was recorded."
    return plain(request, status=400, title="Cannot be read", text=text, hint="Go back; what you typed is still there.")


def too_large(request: HttpRequest) -> HttpResponse:
    """Return the answer to a request that is larger than the desk takes."""
    text = "This is more than the desk takes at once. Nothing was recorded."
    hint = (
        "Go back; what you typed is still there. Shorten the text, or send fewer or smaller files:"
        " at most five, 5 MB each, and 12 MB together."
    )
    return plain(request, status=413, title="Too large", text=text, hint=hint)


def without_length(request: HttpRequest) -> HttpResponse:
    """Return the answer to a request that does not say how long it is: its body would be taken for none."""
    text = "This request does not say how long it is, so that it was not read. Nothing was recorded."
    return plain(
        request, status=411, title="No length", text=text, hint="Send it with a Content-Length, not in chunks."
    )


def too_many(request: HttpRequest) -> HttpResponse:
    """Return the answer to somebody who tried too often."""
    text = "There were too many tries from where you are."
    response = plain(request, status=429, title="Too many tries", text=text, hint="Wait five minutes, then try again.")
    response["Retry-After"] = "300"
    return response


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the answer where somebody may not do what they asked for."""
    del exception
    return plain(request, status=403, title="Not allowed", text="That is not for you to do. Nothing was recorded.")


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return the answer to a form that this desk did not hand out, or handed out before somebody signed in anew.

    A part of a page gets a new mark for its forms, so that they can be sent again. A page of another site cannot ask
    for one, as it cannot send the header of htmx.
    """
    del reason
    if request.headers.get("HX-Request") and request.user.is_authenticated:
        text = f"This form was drawn before you signed in, now as {request.user.get_username()}. Nothing was recorded."
        response = plain(
            request, status=403, title="Not sent yet", text=text, hint="Look at it, and send it once more."
        )
        response["HX-Trigger"] = msgspec.json.encode({"new-mark": get_token(request)}).decode()
        return response
    text = "This form is too old, or was not handed out by this desk. Nothing was recorded."
    hint = "Load the page again, and send it once more."
    return plain(request, status=403, title="Form not taken", text=text, hint=hint, sent=sent_by(request), again=False)


def signed_out(request: HttpRequest) -> HttpResponse:
    """Return the answer to something sent by somebody whose session ended meanwhile: what they typed is kept."""
    way, text = (str(settings.LOGIN_URL), "Sign in"), "You are not signed in any more. Nothing was recorded."
    return plain(request, status=403, title="Signed out", text=text, sent=sent_by(request), again=False, way=way)


_TROUBLE = {
    "full": (
        "The disk that the store is on is full.",
        "Tell who runs the desk. Once there is space, send it again: what is sent twice is recorded once.",
    ),
    "locked": (
        "Another program holds the store, for longer than this desk waits.",
        "Wait until it is done, then send it again: what is sent twice is recorded once.",
    ),
    "lost": (
        "The database of the store does not answer.",
        "Wait a moment and send it again: what is sent twice is recorded once. If it stays so, tell who runs the desk.",
    ),
    "": (
        "The desk cannot reach its store just now, or cannot write to it.",
        "Wait a moment and send it again: what is sent twice is recorded once. If it stays so, tell who runs the desk.",
    ),
}
"""By the word for it, what happened to the store and what to do about it."""


def trouble(request: HttpRequest) -> HttpResponse:
    """Return the answer when something failed: trouble of the store is 503, a defect of ours 500."""
    error = sys.exc_info()[1]
    known = isinstance(error, StoreTrouble | Conflict | Error | OSError)
    sent = sent_by(request)
    if error is None or not known:
        text = "This is a defect of Midstream, and the server's log names it. Nothing was recorded by this request."
        hint = "Go back and try again."
        return plain(request, status=500, title="Something broke", text=text, hint=hint, sent=sent)
    what, hint = _TROUBLE[parts().reason(error)]
    what += " Nothing was recorded, and nothing is lost."
    response = plain(request, status=503, title="The store is in trouble", text=what, hint=hint, sent=sent)
    response["Retry-After"] = "10"
    return response


def sent_by(request: HttpRequest) -> dict[str, str]:
    """Return what a form sent, to be shown and sent again: a page that is not kept loses it when one goes back.

    Nothing of the pages where people sign in, whose fields are secrets, and nothing that another site sent: it would
    speak in our name.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return {}
    if request.method != "POST" or request.path.startswith("/accounts/"):
        return {}
    try:
        return {name: str(value) for name, value in request.POST.items()}
    except (OSError, BadRequest, SuspiciousOperation):  # it did not come whole
        return {}
