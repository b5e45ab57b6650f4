"""The description of the API as a page: made from the description itself, readable without a script or a network."""

import functools
import re
from typing import Any

import msgspec
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from midstream.web.api.api import API


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is sent or answered: where, its name, its type in words, whether it must be, and what it means."""

    name: str
    where: str
    type: str
    required: bool
    words: str


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One operation: what is sent, and what is answered."""

    id: str
    method: str
    path: str
    summary: str
    words: tuple[str, ...]
    given: tuple[Given, ...]
    answers: tuple[tuple[str, str], ...]


class Chapter(msgspec.Struct, frozen=True, kw_only=True):
    """The operations of one tag."""

    name: str
    operations: tuple[Operation, ...]


@require_safe
@login_not_required
def reference(request: HttpRequest) -> HttpResponse:
    """Return the page. It tells what anybody may know: how to ask, and nothing of what is kept here."""
    schema = _schema()
    intro = [_marked(part) for part in schema["info"]["description"].split("\n\n")]
    context = {"intro": intro, "chapters": chapters(), "shapes": shapes()}
    return render(request, "programs/api.html", context)


def _marked(text: str) -> SafeString:
    """Return a paragraph of our own description, with what stands between backticks as code."""
    return mark_safe(_CODE.sub(r"<code>\1</code>", escape(text)))  # noqa: S308 - our own words, escaped


_CODE = re.compile(r"`([^`]+)`")


@functools.cache
def _schema() -> dict[str, Any]:
    found: dict[str, Any] = API.get_openapi_schema(path_prefix="/api/")
    return found


@functools.cache
def chapters() -> tuple[Chapter, ...]:
    """Return the operations by tag, in the order they are described."""
    by_tag: dict[str, list[Operation]] = {}
    for path, methods in _schema()["paths"].items():
        for method, operation in methods.items():
            by_tag.setdefault(operation["tags"][0], []).append(_operation(path, method, operation))
    return tuple(Chapter(name=name, operations=tuple(found)) for name, found in by_tag.items())


@functools.cache
def shapes() -> tuple[tuple[str, str, tuple[Given, ...]], ...]:
    """Return the answers by name: what each is, and its fields."""
    found = []
    for name, schema in sorted(_schema()["components"]["schemas"].items()):
        fields = _fields(schema, where="")
        if fields:
            found.append((name, schema.get("description", ""), fields))
    return tuple(found)


def _operation(path: str, method: str, operation: dict[str, Any]) -> Operation:
    given = [
        Given(
            name=entry["name"],
            where={"query": "in the address", "header": "as a header", "path": "in the path"}[entry["in"]],
            type=type_in_words(entry.get("schema", {})),
            required=bool(entry.get("required")),
            words=entry.get("description") or entry.get("schema", {}).get("description", ""),
        )
        for entry in operation.get("parameters", [])
    ]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    if "$ref" in body:
        body = _schema()["components"]["schemas"][body["$ref"].rpartition("/")[2]]
    given += _fields(body, where="in the body")
    answers = [
        (status, _answer(answer)) for status, answer in operation["responses"].items() if str(status).startswith("2")
    ]
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        words=tuple(part for part in operation.get("description", "").split("\n\n") if part),
        given=tuple(given),
        answers=tuple((str(status), words) for status, words in answers),
    )


def _answer(answer: dict[str, Any]) -> str:
    content = answer.get("content", {})
    return type_in_words(next(iter(content.values()))["schema"]) if content else "nothing"


def _fields(schema: dict[str, Any], *, where: str) -> tuple[Given, ...]:
    required = set(schema.get("required", ()))
    return tuple(
        Given(
            name=name,
            where=where,
            type=type_in_words(entry),
            required=name in required,
            words=entry.get("description", ""),
        )
        for name, entry in schema.get("properties", {}).items()
    )


def type_in_words(schema: dict[str, Any]) -> str:
    """Return the type that a JSON Schema describes, in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "anyOf" in schema:
        return " or ".join(type_in_words(entry) for entry in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {type_in_words(schema.get('items', {}))}"
    words = {"date-time": "instant"}.get(str(schema.get("format", "")), str(schema.get("type", "anything")))
    return f"{words}, at most {schema['maxLength']} characters" if schema.get("maxLength") else words
