"""A verb as a form: its fields with what each may hold, and what is wrong in each, all at once."""

import functools
import inspect
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal, get_type_hints

import msgspec
from msgspec import inspect as types

from midstream.cases.verbs import Verb
from midstream.desk.derive import Known
from midstream.desk.errors import Misuse
from midstream.desk.fields import read_field
from midstream.ledger.kinds import Body

Input = Literal["line", "text", "choice", "yes", "moment", "number"]

LONG = 1_000
"""From this length a text is written in several lines."""


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One field of a verb: what is typed into it, whether it must be, what it holds now, and what is wrong with it.

    `choices` are all it may hold; `hints` are what it often holds.
    """

    name: str
    input: Input
    required: bool
    value: str = ""
    choices: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    fault: str = ""
    longest: int = 0

    @property
    def label(self) -> str:
        """The name in words."""
        return self.name.replace("_", " ").capitalize()


def meaning(verb: Verb) -> str:
    """Return what the verb records, in the words of the catalogue."""
    return inspect.cleandoc(verb.body.__doc__ or "")


@functools.cache
def fields_of(verb: Verb) -> tuple[Field, ...]:
    """Return the empty fields of a verb, those that must be given first."""
    info = types.type_info(verb.body)
    if not isinstance(info, types.StructType):
        raise TypeError(verb.name)
    found = [_field(entry) for entry in info.fields]
    return tuple(sorted(found, key=lambda field: not field.required))


def _field(entry: types.Field) -> Field:
    kind = entry.type
    if isinstance(kind, types.UnionType):
        kind = next(part for part in kind.types if not isinstance(part, types.NoneType))
    longest = int(getattr(kind, "max_length", None) or 0)
    made: Input = "line"
    choices: tuple[str, ...] = ()
    match kind:
        case types.LiteralType():
            made, choices = "choice", tuple(map(str, kind.values))
        case types.BoolType():
            made = "yes"
        case types.DateTimeType():
            made = "moment"
        case types.IntType():
            made = "number"
        case types.StrType() if longest >= LONG and longest != _URL:
            made = "text"
        case _:
            pass
    return Field(name=entry.name, input=made, required=entry.required, choices=choices, longest=longest)


_URL = 2_000


def form(verb: Verb, typed: Mapping[str, str], *, at: Known, faults: Mapping[str, str]) -> tuple[Field, ...]:
    """Return the fields of a verb with what was typed, what the project knows for them, and what is wrong."""
    return tuple(
        msgspec.structs.replace(
            field,
            value=typed.get(field.name, ""),
            hints=() if field.choices else _hints(field.name, at),
            fault=faults.get(field.name, ""),
        )
        for field in fields_of(verb)
    )


def _hints(name: str, at: Known) -> tuple[str, ...]:
    """Return what a field of that name often holds in this project."""
    project = at.team.project
    branches = [branch.name for branch in project.branches]
    people = [person.name for person in project.people]
    known: dict[str, Iterable[str]] = {
        "branch": branches,
        "into": branches,
        "person": people,
        "to": people,
        "reviewer": people,
        "party": (party.name for party in project.parties),
        "list": (party.list for party in project.parties),
        "area": (area for person in project.people for area in person.areas),
        "task": (duty.key for duty in at.duties if duty.met_at is None),
        "cve": at.team.free_cves[:5],
    }
    return tuple(dict.fromkeys(known.get(name, ())))


def given(verb: Verb, typed: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed of the verb's fields, those left empty left out."""
    names = {field.name for field in fields_of(verb)}
    return {name: value for name, value in typed.items() if name in names and value.strip()}


def faults_of(body: type[Body], typed: Mapping[str, object], *, now: datetime) -> dict[str, str]:
    """Return by field what is wrong with what was typed; a field that is missing is wrong too, unless it has a default.

    What a verb fills in itself (oneself, the next free CVE id) is found missing here, and filled when it is done.
    """
    hints = get_type_hints(body, include_extras=True)
    found: dict[str, str] = {}
    for name, value in typed.items():
        try:
            msgspec.convert(read_field(hints[name], value, now=now, what=name), hints[name], strict=False)
        except Misuse as error:
            found[name] = f"{error.what.removeprefix(f'{name}: ')}. {error.hint}"
        except msgspec.ValidationError as error:
            found[name] = _plain(str(error))
    return found


def _plain(message: str) -> str:
    text = message.partition(" - at ")[0]
    return {
        "Expected `str` matching regex": "It is not written as it must be.",
        "Invalid enum value": "Choose one of the list.",
    }.get(text.partition(" '")[0], f"{text.replace('`', '')}.")
