"""The advisory of a case, in every format, as the token's person may see it."""

import hashlib
from typing import Annotated, Any

import msgspec
from django.http import HttpRequest
from ninja import Path, Query, Router, Schema

from midstream.desk.advisories.preview import Look, document, look
from midstream.web.api.door import person, scope
from midstream.web.api.problems import Problem
from midstream.web.api.reading import ANSWERS, Case
from midstream.web.parts import now, parts, the_desk

router = Router(tags=["Advisories"])

OWN: dict[int, type[Problem]] = {**ANSWERS, 409: Problem}
FormatName = Annotated[str, Path(max_length=40, description="A format, such as `osv`.")]
Public = Annotated[bool, Query(description="Only what anybody would read.")]


class FormatOut(Schema):
    """One format: what the check found, or why there is no document."""

    format: str
    name: str = ""
    size: int | None = None
    sha256: str = ""
    complaints: list[str] = []
    left_out: str = ""


class AdvisoryOut(Schema):
    """The record, and its formats."""

    case: str
    public: bool
    record: dict[str, Any]
    formats: list[FormatOut]


class DocumentOut(FormatOut):
    """One document; `content` is its text, byte for byte in UTF-8."""

    case: str
    public: bool
    content: str


@router.get("/cases/{case}/advisory", response={200: AdvisoryOut, **OWN}, summary="The advisory of a case")
@scope("read")
def advisory(request: HttpRequest, case: Case, public: Public = False) -> dict[str, Any]:  # noqa: FBT002 - a query
    """The record as you may see it, and each format with what is wrong with it. Nothing is published by asking."""
    found = _look(request, case, public=public, how="api advisory")
    return {
        "case": case,
        "public": found.is_all_public,
        "record": msgspec.to_builtins(found.record),
        "formats": [_format(found, each.name) for each in found.formats],
    }


@router.get("/cases/{case}/advisory/{format}", response={200: DocumentOut, **OWN}, summary="One document of it")
@scope("read")
def advisory_document(
    request: HttpRequest,
    case: Case,
    format: FormatName,  # noqa: A002 - the name in the address
    public: Public = False,  # noqa: FBT002 - a query
) -> dict[str, Any]:
    """The advisory in one format, as you may see it, with what is wrong with it."""
    found = _look(request, case, public=public, how=f"api advisory {format[:40]}")
    made = document(found, format)
    return _format(found, format) | {
        "case": case,
        "public": found.is_all_public,
        "content": made.content.decode(),
    }


def _look(request: HttpRequest, case: str, *, public: bool, how: str) -> Look:
    desk, who = the_desk(), person(request)
    found = look(desk, case, by=who, public=public)
    if not found.is_public_case:
        parts().noted.case(desk, person=who, case=case, how=how, number=found.number, now=now())
    return found


def _format(found: Look, name: str) -> dict[str, Any]:
    each = found.format(name)
    if each.document is None:
        return {"format": name, "left_out": each.left_out}
    made = each.document
    return {
        "format": name,
        "name": made.name,
        "size": len(made.content),
        "sha256": hashlib.sha256(made.content).hexdigest(),
        "complaints": list(made.complaints),
    }
