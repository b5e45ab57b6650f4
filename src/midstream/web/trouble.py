"""What is shown instead of a page: unknown, not allowed, the store in trouble. Nothing here asks the store."""

import sys

from django.contrib.auth.decorators import login_not_required
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string

from midstream.desk.ports import Conflict, StoreTrouble


def plain(request: HttpRequest, *, status: int, title: str, text: str, hint: str = "") -> HttpResponse:
    """Return one plain page, or for a part of a page one plain box."""
    template = "desk/trouble_box.html" if request.headers.get("HX-Request") else "desk/trouble.html"
    body = render_to_string(template, {"title": title, "text": text, "hint": hint})
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
    del exception
    text = "This request cannot be read: it is too large, or not as a browser sends it. Nothing was recorded."
    return plain(request, status=400, title="Cannot be read", text=text, hint="Go back; what you typed is still there.")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the answer where somebody may not do what they asked for."""
    del exception
    return plain(request, status=403, title="Not allowed", text="That is not for you to do. Nothing was recorded.")


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return the answer to a form that this desk did not hand out, or handed out before somebody signed in anew."""
    del reason
    text = "This form is too old, or was not handed out by this desk. Nothing was recorded."
    hint = "Go back, load the page again, and send it once more."
    return plain(request, status=403, title="Form not taken", text=text, hint=hint)


def trouble(request: HttpRequest) -> HttpResponse:
    """Return the answer when something failed: trouble of the store is 503, a defect of ours 500."""
    error = sys.exc_info()[1]
    known = isinstance(error, StoreTrouble | Conflict | Error | OSError)
    if not known:
        text = "This is a defect of Midstream, and the server's log names it. Nothing was recorded by this request."
        return plain(request, status=500, title="Something broke", text=text, hint="Go back and try again.")
    what = "The desk cannot reach its store just now, or cannot write to it. Nothing was recorded, and nothing is lost."
    hint = (
        "Wait a moment and send it again: what is sent twice is recorded once. If it stays so, tell who runs the desk."
    )
    response = plain(request, status=503, title="The store is in trouble", text=what, hint=hint)
    response["Retry-After"] = "10"
    return response
