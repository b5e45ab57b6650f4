"""The verbs: one operation each, with the fields of the fact it records."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import msgspec
from django.http import HttpRequest
from ninja import Header, Query, Router, Status

from midstream.cases.verbs import VERBS, Verb
from midstream.desk.do import Order, do
from midstream.desk.errors import Misuse
from midstream.desk.fields import read_moment, usage
from midstream.desk.front.forms import faults_of, meaning
from midstream.desk.front.preview import preview
from midstream.formats.toml import nearest
from midstream.ledger.fact import Fact
from midstream.web.api import shapes
from midstream.web.api.door import person, scope
from midstream.web.api.problems import Problem
from midstream.web.api.reading import ANSWERS, Case
from midstream.web.parts import now, the_desk

router = Router(tags=["Verbs"])

Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        max_length=100,
        description="A key of your own for this command: sent again with it, the command records nothing more.",
    ),
]
Match = Annotated[
    str,
    Header(
        alias="If-Match",
        max_length=40,
        description="The ETag of the case as you saw it: when it moved on since, nothing is recorded (412).",
    ),
]
DryRun = Annotated[bool, Query(description="Answer what would change (200), and record nothing.")]
At = Annotated[
    str,
    Query(
        max_length=60,
        description="When it happened, if not now: RFC 3339 with a zone.",
    ),
]

_ANSWERS: dict[int, type[Problem]] = {**ANSWERS, 409: Problem, 412: Problem}


def add_verbs() -> None:
    """Return nothing, after the router has an operation for every verb."""
    for verb in VERBS.values():
        router.post(
            f"/cases/{{case}}/{verb.name}",
            response={200: shapes.PreviewOut, 201: shapes.ReceiptOut, **_ANSWERS},
            summary=verb.name.replace("-", " ").capitalize(),
            description=f"{meaning(verb)}\n\nRecords `{verb.kind}`.",
            operation_id=f"do_{verb.name.replace('-', '_')}",
            openapi_extra={"requestBody": _body_of(verb)},
        )(scope("write")(_operation(verb)))


def _operation(verb: Verb) -> Callable[..., Any]:
    def operation(  # noqa: PLR0917 - ninja fills them by name
        request: HttpRequest,
        case: Case,
        key: Key = "",
        match: Match = "",
        dry_run: DryRun = False,  # noqa: FBT002 - a parameter of the address
        at: At = "",
    ) -> Any:
        order = Order(
            verb=verb.name,
            case=case,
            fields=_checked(verb, _fields(request)),
            by=person(request),
            key=f"api:{key}" if key else "",
            seen=_seen(match),
            at=_moment(at),
        )
        if dry_run:
            found = preview(the_desk(), order)
            shown = {
                "case": case,
                "facts": [shapes.fact_out(fact) for fact in _own(found.facts, case)],
                "changes": [msgspec.structs.asdict(change) for change in found.changes],
                "makes_public": found.widens,
            }
            return Status(200, shown)
        receipt = do(the_desk(), order)
        facts = [shapes.fact_out(fact) for fact in _own(receipt.facts, case)]
        return Status(201, {"case": case, "repeated": receipt.repeated, "facts": facts})

    return operation


def _own(facts: tuple[Fact, ...], case: str) -> list[Fact]:
    """Return the facts of the case itself; what was recorded beside them is for those who may read it there."""
    return [fact for fact in facts if fact.stream == f"case/{case}"]


def _fields(request: HttpRequest) -> dict[str, object]:
    raw = request.body
    if not raw.strip():
        return {}
    try:
        found: dict[str, object] = msgspec.json.decode(raw, type=dict[str, object])
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeError, RecursionError):
        raise Misuse("the body is not a JSON object", hint="Send the fields of the verb as a JSON object.") from None
    return found


def _checked(verb: Verb, fields: dict[str, object]) -> dict[str, object]:
    """Return the fields, each as its verb takes it; raise `Misuse` for one that is not.

    So a command sent again is refused like any other when it is not well written, whatever it was the first time.
    """
    names = set(verb.body.__struct_fields__) - {"blobs"}
    if strange := sorted(set(fields) - names):
        raise Misuse(f"{verb.name} has no field {strange[0][:40]!r}", hint=nearest(strange[0][:40], names))
    if faults := faults_of(verb.body, fields, now=now()):
        name, fault = next(iter(sorted(faults.items())))
        raise Misuse(f"{verb.name}: {name}: {fault}", hint=usage(verb.body, verb.name))
    return fields


def _seen(match: str) -> int | None:
    if not match or match == "*":
        return None
    number = match.strip().removeprefix("W/").strip('"')
    if not number.isascii() or not number.isdigit() or len(number) > 9:
        raise Misuse("If-Match is no ETag of a case", hint="Send the ETag that reading the case gave you.")
    return int(number)


def _moment(at: str) -> datetime | None:
    return read_moment(at, now=now(), what="at") if at else None


def _body_of(verb: Verb) -> dict[str, Any]:
    """Return the request body of a verb as OpenAPI 3.1 describes it: a JSON Schema of the body of its fact."""
    (_,), parts_ = msgspec.json.schema_components([verb.body], ref_template="#/components/schemas/{name}")
    schema: dict[str, Any] = _plain(parts_[verb.body.__name__])
    schema["properties"].pop("blobs", None)  # counted, not said
    own = {"person", "cve", "into", "reviewer"}  # what is filled in when it is left out
    schema["required"] = [name for name in schema.get("required", []) if name not in own]
    schema["additionalProperties"] = False
    return {"required": bool(schema["required"]), "content": {"application/json": {"schema": schema}}}


def _plain(schema: Any) -> Any:
    """Return the schema with its patterns as ECMA 262 writes them, which is what JSON Schema asks for."""
    if isinstance(schema, dict):
        return {
            name: value.replace(r"\A", "^").replace(r"\Z", "$") if name == "pattern" else _plain(value)
            for name, value in schema.items()
        }
    return [_plain(entry) for entry in schema] if isinstance(schema, list) else schema
