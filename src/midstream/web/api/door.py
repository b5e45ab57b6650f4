"""How a program comes in: a bearer token (RFC 6750), and what it is good for."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer

from midstream.desk.errors import NotFound
from midstream.desk.front.tokens import holder
from midstream.desk.views import Token
from midstream.web.api.problems import Forbidden
from midstream.web.api.sent import check_query, queries
from midstream.web.parts import the_desk


class Bearer(HttpBearer):
    """The token of the request; whoever has none that is good gets 401."""

    openapi_description = "A token made on the page Programs: `Authorization: Bearer mst_…`"

    def authenticate(self, request: HttpRequest, token: str) -> Token | None:
        """Return the token, or None when it is not good."""
        del request
        return holder(the_desk(), token)


def person(request: HttpRequest) -> str:
    """Return the person whose token it is."""
    return token_of(request).person


def token_of(request: HttpRequest) -> Token:
    """Return the token the request came in with."""
    found: Token = request.auth
    return found


def scope(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator for an operation that takes a token of that scope."""

    def wrap(operation: Callable[..., Any]) -> Callable[..., Any]:
        known = queries(operation)

        @wraps(operation)
        def checked(request: HttpRequest, *args: Any, **named: Any) -> Any:
            check_query(request.GET, known)
            if name not in token_of(request).scopes:
                raise Forbidden(scope=name)
            try:
                return operation(request, *args, **named)
            except NotFound:
                # A case is looked for by the ids of its advisory once nothing is called so: most requests name it.
                case = the_desk().name_of(str(named.get("case", "")), by=person(request))
                if case in {"", named.get("case")}:
                    raise
                return operation(request, *args, **{**named, "case": case})

        return checked

    return wrap
