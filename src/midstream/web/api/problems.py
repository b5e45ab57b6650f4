"""Errors as problem+json (RFC 9457): what went wrong, and what to do next."""

from collections.abc import Callable
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


def _plain(entry: dict[str, Any]) -> str:
    place = ".".join(str(part) for part in entry.get("loc", ())[1:])
    return f"{place}: {entry.get('msg', 'is not valid')}".removeprefix(": ")


def _of_desk(status: int) -> Callable[[Any], HttpResponse]:
    """Return what answers an error of the desk, which says itself what went wrong and what to do."""
    return lambda error: problem(status, error.what, hint=error.hint)


def _invalid(error: ValidationError) -> HttpResponse:
    return problem(422, "; ".join(_plain(entry) for entry in error.errors[:10]))


ANSWERS: dict[type[Exception], Callable[[Any], HttpResponse]] = {
    AuthenticationError: lambda _: problem(
        401,
        "no token, or one that is not good",
        hint="Send a token that is good: Authorization: Bearer mst_…",
        headers={"WWW-Authenticate": 'Bearer realm="midstream"'},
    ),
    Forbidden: lambda error: problem(403, str(error), hint=f"Make a token with the scope {error.scope}."),
    NotFound: lambda _: problem(404, NOT_FOUND),
    Stale: lambda error: problem(
        412, error.what, hint="Read the case again, and send its ETag as If-Match. Nothing was recorded."
    ),
    Conflict: lambda _: problem(409, "others worked on it at the same time", hint="Read it again, and repeat."),
    Refused: _of_desk(409),
    Misuse: _of_desk(422),
    StoreTrouble: lambda _: problem(
        503, "the store cannot be reached or written", hint="Try again; nothing was recorded."
    ),
    LedgerError: lambda error: problem(422, str(error)),
    ValidationError: _invalid,
    HttpError: lambda error: problem(error.status_code, str(error)),
}
"""What answers each error; any other is a defect of ours."""


def handle(api: NinjaAPI) -> None:
    """Return nothing, after the API answers each of these errors with a problem."""
    for sort, answer in ANSWERS.items():
        api.add_exception_handler(sort, _handler(answer))


def _handler(answer: Callable[[Any], HttpResponse]) -> Callable[[HttpRequest, Any], HttpResponse]:
    return lambda _, error: answer(error)
