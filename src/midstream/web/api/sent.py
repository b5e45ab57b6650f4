"""What programs send, described and read by the same types: what the description forbids is refused.

Nothing is turned into what its field needs, as what people type is: a program that sends 0 for no, or text with commas
for a list, has a defect, and is told of it before anything is recorded.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from inspect import signature
from typing import Any, get_args, get_type_hints

import msgspec
from django.http import QueryDict
from ninja.params.models import Query

from midstream.cases.verbs import Verb
from midstream.desk.errors import Misuse
from midstream.desk.fields import FIRST_YEAR, LAST_YEAR, usage
from midstream.formats.toml import nearest
from midstream.policy.filling import fillable

_DAY = r"(19[7-9][0-9]|2[01][0-9]{2})-[0-9]{2}-[0-9]{2}"
_HOUR = r"[0-9]{2}:[0-9]{2}:[0-5][0-9](\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
INSTANT = f"{_DAY}[Tt]{_HOUR}"
"""An instant (RFC 3339, section 5.6) of the years that the desk reckons with; none has a leap second."""

_COUNTED = {"blobs"}
"""What the desk counts and nobody says."""


_WRITTEN = {bool: (r"true|false", "true or false"), int: (r"-?(0|[1-9][0-9]{0,18})", "a whole number")}
"""How JSON writes what is no text, and what that is called."""


def queries(operation: Callable[..., Any]) -> dict[str, type]:
    """Return by name the parameters that the address of an operation may have, each with its type."""
    found = {entry.name: get_args(entry.annotation) for entry in signature(operation).parameters.values()}
    return {name: parts[0] for name, parts in found.items() if parts and isinstance(parts[-1], Query)}


def check_query(query: QueryDict, known: Mapping[str, type]) -> None:
    """Raise `Misuse` for a parameter that there is not, that is there twice, or that is not written as JSON writes it.

    Somebody who mistypes dry_run must not find the verb done.
    """
    for name, values in query.lists():
        if name not in known:
            raise Misuse(f"there is no parameter {name[:40]!r}", hint=nearest(name[:40], set(known)))
        if len(values) > 1:
            raise Misuse(f"{name} is there {len(values)} times", hint="Say it once.")
        pattern, called = _WRITTEN.get(known[name], (r"(?s).*", "text"))
        if not re.fullmatch(pattern, values[0]):
            raise Misuse(f"{name}: {values[0][:40]!r} is not {called}", hint=f"Write {called}.")


def describe_body(verb: Verb) -> dict[str, Any]:
    """Return the request body of a verb as OpenAPI 3.1 describes it: a JSON Schema of the body of its fact."""
    (_,), parts = msgspec.json.schema_components([verb.body], ref_template="#/components/schemas/{name}")
    schema: dict[str, Any] = _as_json_schema(parts[verb.body.__name__])
    schema["properties"] = {name: said for name, said in schema["properties"].items() if name not in _COUNTED}
    schema["required"] = _required(verb)
    schema["additionalProperties"] = False
    return {"required": bool(schema["required"]), "content": {"application/json": {"schema": schema}}}


def _as_json_schema(schema: Any) -> Any:
    """Return the schema with patterns as ECMA 262 writes them, and the years that instants may be of."""
    if isinstance(schema, list):
        return [_as_json_schema(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: _as_json_schema(value) for name, value in schema.items()}
    if "pattern" in made:
        made["pattern"] = made["pattern"].replace(r"\A", "^").replace(r"\Z", "$")
    return made | {"pattern": f"^{INSTANT}$"} if made.get("format") == "date-time" else made


def _required(verb: Verb) -> list[str]:
    filled = fillable(verb)
    return [entry.name for entry in msgspec.structs.fields(verb.body) if entry.required and entry.name not in filled]


def read_body(verb: Verb, raw: bytes) -> dict[str, object]:
    """Return the fields that a request of the verb holds; raise `Misuse` for one that its description forbids.

    So a command sent again is refused like any other when it is not well written, whatever it was the first time.
    """
    try:
        given: dict[str, object] = msgspec.json.decode(raw, type=dict[str, object]) if raw.strip() else {}
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeError, RecursionError):
        raise Misuse("the body is not a JSON object", hint="Send the fields of the verb as a JSON object.") from None
    hints = {
        name: hint for name, hint in get_type_hints(verb.body, include_extras=True).items() if name not in _COUNTED
    }
    if strange := sorted(set(given) - set(hints)):
        raise Misuse(f"{verb.name} has no field {strange[0][:40]!r}", hint=nearest(strange[0][:40], set(hints)))
    if missing := [name for name in _required(verb) if name not in given]:
        raise Misuse(f"{verb.name}: the field is missing: {missing[0]}", hint=usage(verb.body, verb.name))
    return {name: _read(verb, name, given[name], hints) for name in sorted(given)}


def _read(verb: Verb, name: str, value: object, hints: Mapping[str, Any]) -> object:
    what, hint = f"{verb.name}: {name}", hints[name]
    if "datetime" in str(hint) and value is not None:
        return read_instant(value, what=what)
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # 3.0 is an integer (JSON Schema 2020-12, Core, section 4.2.1)
    try:
        return msgspec.convert(value, hint)
    except msgspec.ValidationError as error:
        fault = str(error).replace("`", "")
        raise Misuse(f"{what}: {fault[:200]}", hint=usage(verb.body, verb.name)) from None


def read_instant(value: object, *, what: str) -> datetime:
    """Return the instant that RFC 3339 writes so; raise `Misuse` for anything else, as for one that is too far away."""
    if isinstance(value, str) and re.fullmatch(INSTANT, value):
        try:
            return msgspec.convert(value, datetime)
        except msgspec.ValidationError:
            pass
    hint = f"Write it as in RFC 3339, in the years {FIRST_YEAR} to {LAST_YEAR}: 2026-11-20T09:30:00Z."
    raise Misuse(f"{what}: {str(value)[:40]!r} is no instant", hint=hint)
