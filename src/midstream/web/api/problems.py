"""Errors as problem+json (RFC 9457): what went wrong, and what to do next."""

from http import HTTPStatus
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from midstream.cases.errors import Refused
from midstream.desk.errors import Misuse, NotFound, Stale
from midstream.desk.ports import Conflict, StoreTrouble
from midstream.ledger.errors import LedgerError


class Problem(Schema):
    """What went wrong. `title` is the same for every problem of its status; `hint` says what to do next."""

    title: str
    status: int
    detail: str
    hint: str = ""


class Forbidden(Exception):
    """The token is not for this: names the scope that is missing."""

    def __init__(self, *, scope: str) -> None:
        super().__init__(f"this token is not for {scope}")
        self.scope = scope


def problem(status: int, detail: str, *, hint: str = "", headers: dict[str, str] | None = None) -> HttpResponse:
    """Return the answer for something that went wrong."""
    body = {"title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    if hint:
        body["hint"] = hint
    return HttpResponse(
        msgspec.json.encode(body), status=status, content_type="application/problem+json", headers=headers
    )


NOT_FOUND = "there is no such thing here, or it is not for you"
"""The one answer for unknown and forbidden."""

_TOKEN = {"WWW-Authenticate": 'Bearer realm="midstream"'}


def answer_for(error: Exception) -> HttpResponse | None:
    """Return the answer for an error of the desk, or None for one that is a defect of ours."""
    match error:
        case AuthenticationError():
            hint = "Send a token that is good: Authorization: Bearer mst_…"
            return problem(401, "no token, or one that is not good", hint=hint, headers=_TOKEN)
        case Forbidden(scope=scope):
            return problem(403, str(error), hint=f"Make a token with the scope {scope}.")
        case NotFound():
            return problem(404, NOT_FOUND)
        case Stale(what=what, hint=hint):
            return problem(412, what, hint=hint)
        case Conflict():
            return problem(409, "others worked on it at the same time", hint="Read it again, and repeat.")
        case Refused(what=what, hint=hint):
            return problem(409, what, hint=hint)
        case Misuse(what=what, hint=hint):
            return problem(422, what, hint=hint)
        case StoreTrouble():
            return problem(503, "the store cannot be reached or written", hint="Try again; nothing was recorded.")
        case LedgerError():
            return problem(422, str(error))
        case ValidationError():
            return problem(422, "; ".join(_plain(entry) for entry in error.errors[:10]))
        case HttpError():
            return problem(error.status_code, str(error))
        case _:
            return None


def _plain(entry: dict[str, Any]) -> str:
    place = ".".join(str(part) for part in entry.get("loc", ())[1:])
    return f"{place}: {entry.get('msg', 'is not valid')}".removeprefix(": ")


HANDLED = (
    AuthenticationError,
    Conflict,
    Forbidden,
    HttpError,
    LedgerError,
    Misuse,
    NotFound,
    Refused,
    Stale,
    StoreTrouble,
    ValidationError,
)


def handle(api: NinjaAPI) -> None:
    """Return nothing, after the API answers each of these errors with a problem."""
    for sort in HANDLED:
        api.add_exception_handler(sort, _handler)


def _handler(request: HttpRequest, error: Any) -> HttpResponse:
    del request
    found = answer_for(error)
    if found is None:
        raise error
    return found
