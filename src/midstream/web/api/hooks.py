"""The addresses that are told of new facts."""

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.crypto import get_random_string
from ninja import Path, Router, Status

from midstream.desk.front.hooks import add_hook, remove_hook
from midstream.web.api import shapes
from midstream.web.api.door import person, scope
from midstream.web.api.reading import ANSWERS
from midstream.web.parts import the_desk

router = Router(tags=["Addresses to tell"])


@router.get("/hooks", response={200: shapes.HookPage, **ANSWERS}, summary="Your addresses")
@scope("hooks")
def hooks(request: HttpRequest) -> dict[str, Any]:
    """Your addresses, with what went wrong when they were told last."""
    return {"items": [shapes.hook_out(hook) for hook in the_desk().store.hooks(person(request))]}


@router.post("/hooks", response={201: shapes.HookOut, **ANSWERS}, summary="Add an address")
@scope("hooks")
def add(request: HttpRequest, hook: shapes.HookIn) -> Status[dict[str, Any]]:
    """Add an address. The answer has the secret of its signatures, which is shown only now."""
    secret = get_random_string(43)
    made = add_hook(
        the_desk(),
        person=person(request),
        url=hook.url,
        kinds=hook.kinds,
        name=get_random_string(16),
        secret=secret,
    )
    return Status(201, shapes.hook_out(made, secret=secret))


@router.delete("/hooks/{name}", response={204: None, **ANSWERS}, summary="Remove an address")
@scope("hooks")
def remove(request: HttpRequest, name: Annotated[str, Path(max_length=100)]) -> Status[None]:
    """Remove an address; its secret is destroyed."""
    remove_hook(the_desk(), person=person(request), name=name)
    return Status(204, None)
