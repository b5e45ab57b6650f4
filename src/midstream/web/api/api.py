"""The API put together."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

import midstream
from midstream.web.api import advisory, hooks, reading, verbs
from midstream.web.api.door import Bearer
from midstream.web.api.problems import NOT_FOUND, handle, problem

DESCRIPTION = """What the pages do, for programs, on the same verbs and under the same rule of who may see what.

Send a token with every request: `Authorization: Bearer mst_…`. Lists come in pages: ask again with `cursor` set to the
`next` of the page before. Errors are `application/problem+json` (RFC 9457). What is unknown and what is not for you is
the same answer, 404. Send a verb with an `Idempotency-Key`, so that it can be sent again, and with `If-Match`, so that
nothing is recorded on a case that moved on.
"""


class Api(NinjaAPI):
    """The API, which describes its problems as what they are."""

    def get_openapi_schema(self, **named: Any) -> OpenAPISchema:
        """Return the description, with problems as ``application/problem+json``."""
        schema = super().get_openapi_schema(**named)
        for operation in (entry for methods in schema["paths"].values() for entry in methods.values()):
            for status, answer in operation["responses"].items():
                if int(status) >= 400 and "application/json" in answer.get("content", {}):
                    answer["content"]["application/problem+json"] = answer["content"].pop("application/json")
        return schema


def make_api() -> NinjaAPI:
    """Return the API with all its operations."""
    api = Api(
        title="Midstream",
        version=midstream.__version__,
        description=DESCRIPTION,
        auth=Bearer(),
        docs_url=None,
        openapi_url="/openapi.json",
        urls_namespace="api",
    )
    handle(api)
    verbs.add_verbs()
    for part in (reading, advisory, verbs, hooks):
        api.add_router("", part.router)
    return api


API = make_api()


@csrf_exempt  # a program comes with a token, and gets the one answer whatever it asks for
def no_such_operation(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Return the answer for an address of the API that there is none of."""
    del request, rest
    return problem(404, NOT_FOUND)


Answer = Callable[..., HttpResponse]


def answered(view: Answer) -> Answer:
    """Return the view of an operation, which takes HEAD where it takes GET, and what is no JSON for a problem."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        length, method = int(request.META.get("CONTENT_LENGTH") or 0), request.method
        if request.method == "HEAD":
            request.method = "GET"  # the server leaves the body out
        elif request.method == "POST" and length > (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or length):
            return problem(413, "the body is larger than what is taken", hint="Send at most 2 MB.")
        elif request.method == "POST" and length and request.content_type != "application/json":
            return problem(415, "the body is not said to be JSON", hint="Send it with Content-Type: application/json.")
        response = view(request, *args, **named)
        request.method = method
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED:
            return response
        allowed = response["Allow"].replace("GET", "GET, HEAD")
        return problem(
            405, f"nothing here takes {request.method}", hint=f"It takes {allowed}.", headers={"Allow": allowed}
        )

    return answer


def opened(patterns: list[Any]) -> list[Any]:
    """Return the addresses, each marked as one that checks by itself who comes: with a token, not with a session."""
    for entry in patterns:
        if isinstance(entry, URLResolver):
            opened(entry.url_patterns)
        elif isinstance(entry, URLPattern):
            entry.callback = answered(entry.callback)
            entry.callback.login_required = False
    return patterns
