"""Whole pages, drawn once and sent again to the same person until a fact is recorded or the minute ends.

What belongs to one request alone is not in what is kept: the token of its forms is put in each time, and a page with
messages on it is drawn for itself.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec
from django.contrib.auth import BACKEND_SESSION_KEY
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template.loader import render_to_string

from midstream.web.context import frame_of
from midstream.web.kept import minute_of
from midstream.web.parts import now, parts, person_of, the_desk


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """What a page shows: what its template is given, and the cases on it that are not public.

    With `leads_to` it shows nothing and leads to another page.
    """

    context: Mapping[str, object] = {}
    cases: tuple[str, ...] = ()
    leads_to: str = ""


class _Drawn(msgspec.Struct, frozen=True):
    """A page as bytes, cut where the token of a form belongs."""

    pieces: tuple[bytes, ...]
    cases: tuple[str, ...]
    leads_to: str

    def size(self) -> int:
        return sum(map(len, self.pieces))


def whole_page(
    request: HttpRequest,
    template: str,
    name: tuple[object, ...],
    make: Callable[[datetime], Content],
    *,
    frame: bool = True,
    keep: bool = True,
) -> HttpResponse:
    """Return the page that the template makes of what `make` returns for this very moment.

    `name` says what of it is asked for; page, person, minute and version of the store are added here. That its private
    cases were shown is recorded each time, before anything is sent. Without `frame` the template is a part of a page.
    Without `keep` it is drawn for this request alone.
    """
    desk, person, moment = the_desk(), person_of(request), now()

    def draw() -> _Drawn:
        frame_of(request)  # whose zone the instants are told in, of a part of a page too
        content = make(moment)
        if content.leads_to:
            return _Drawn((), (), content.leads_to)
        token = get_token(request)  # drawn anew for each request, so that it stands nowhere else on the page
        text = render_to_string(template, {**content.context, "csrf_token": token}, request if frame else None)
        return _Drawn(tuple(text.encode().split(token.encode())), content.cases, "")

    if not keep or (frame and len(get_messages(request))):
        content = make(moment)
        if content.leads_to:
            return redirect(content.leads_to)
        parts().noted.lines(desk, person=person, cases=content.cases, now=moment)
        return render(request, template, content.context)
    door = request.session.get(BACKEND_SESSION_KEY, "")
    whole = (template, request.path, person, door, *name, minute_of(moment))
    drawn = parts().kept.get(whole, version=desk.store.version(), make=draw, weigh=_Drawn.size)
    if drawn.leads_to:
        return redirect(drawn.leads_to)
    parts().noted.lines(desk, person=person, cases=drawn.cases, now=moment)
    token = get_token(request).encode() if len(drawn.pieces) > 1 else b""
    return HttpResponse(token.join(drawn.pieces))
