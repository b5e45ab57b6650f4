"""The verbs: one operation each, with the fields of the fact it records."""

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from django.http import HttpRequest
from ninja import Header, Query, Router, Status

from midstream.cases.verbs import VERBS, Verb
from midstream.desk.do import Order, do
from midstream.desk.errors import Misuse
from midstream.desk.fields import parse_fields
from midstream.desk.front.forms import meaning
from midstream.desk.front.preview import preview
from midstream.ledger.fact import Fact, fields_of
from midstream.web.api import shapes
from midstream.web.api.door import person, scope
from midstream.web.api.problems import Problem
from midstream.web.api.reading import ANSWERS, Case
from midstream.web.api.sent import INSTANT, describe_body, read_body, read_instant
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
        pattern=r'^(\*|(W/)?"?[0-9]{1,9}"?)?$',
        description="The ETag of the case as you saw it: when it moved on since, nothing is recorded (412).",
    ),
]
DryRun = Annotated[bool, Query(description="Answer what would change (200), and record nothing.")]
At = Annotated[
    str,
    Query(
        pattern=f"^({INSTANT})?$",
        description="When it happened, if not now: RFC 3339 with a zone.",
    ),
]

_ANSWERS: dict[int, type[Problem]] = {**ANSWERS, 409: Problem, 412: Problem, 413: Problem, 415: Problem}


def add_verbs() -> None:
    """Return nothing, after the router has an operation for every verb."""
    for verb in VERBS.values():
        router.post(
            f"/cases/{{case}}/{verb.name}",
            response={200: shapes.PreviewOut, 201: shapes.ReceiptOut, **_ANSWERS},
            summary=verb.name.replace("-", " ").capitalize(),
            description=f"{meaning(verb)}\n\nRecords `{verb.kind}`.",
            operation_id=f"do_{verb.name.replace('-', '_')}",
            openapi_extra={"requestBody": describe_body(verb)},
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
            fields=_fields(request, verb, case),
            by=person(request),
            key=f"api:{key}" if key else "",
            seen=_seen(match),
            at=read_instant(at, what="at") if at else None,
        )
        if dry_run:
            found = preview(the_desk(), order)
            _check_same(verb, order, found.facts, repeated=found.repeated)
            shown = {
                "case": case,
                "facts": [shapes.fact_out(fact) for fact in _own(found.facts, case)],
                "changes": [msgspec.structs.asdict(change) for change in found.changes],
                "makes_public": found.widens,
            }
            return Status(200, shown)
        receipt = do(the_desk(), order)
        _check_same(verb, order, receipt.facts, repeated=receipt.repeated)
        facts = [shapes.fact_out(fact) for fact in _own(receipt.facts, case)]
        return Status(201, {"case": case, "repeated": receipt.repeated, "facts": facts})

    return operation


def _fields(request: HttpRequest, verb: Verb, case: str) -> dict[str, object]:
    """Return the fields that were sent; what is wrong with them is told to those who may see the case."""
    try:
        return read_body(verb, request.body)
    except Misuse:
        the_desk().case(case, by=person(request))
        raise


def _check_same(verb: Verb, order: Order, facts: tuple[Fact, ...], *, repeated: bool) -> None:
    """Raise `Misuse` when a key came again with other fields: whoever sent them must not take them for recorded."""
    first = next((fact for fact in facts if fact.kind == verb.kind), None)
    if not repeated or first is None:
        return
    known = {name: value for name, value in fields_of(first).items() if name in verb.body.__struct_fields__}
    if parse_fields(verb.body, {**known, **order.fields}, now=now(), what=verb.name) != first.body:
        raise Misuse(
            f"the key was used for {first.kind} with other fields, fact {first.number}",
            hint="Use another key for another command. Nothing was recorded.",
        )


def _own(facts: tuple[Fact, ...], case: str) -> list[Fact]:
    """Return the facts of the case itself; what was recorded beside them is for those who may read it there."""
    return [fact for fact in facts if fact.stream == f"case/{case}"]


def _seen(match: str) -> int | None:
    number = match.removeprefix("W/").strip('"')
    return None if number in {"", "*"} else int(number)
