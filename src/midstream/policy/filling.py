"""What of a verb's fields needs not be typed, as the facts say it; and a duty's commands, with blanks for the rest."""

import functools
import shlex
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from msgspec import inspect as types

from midstream.cases.case import Case
from midstream.cases.team import Team
from midstream.ledger.fact import Fact
from midstream.ledger.fact import fields_of as written_in
from midstream.ledger.kinds import Body
from midstream.ledger.kinds.cve import CveAssigned
from midstream.ledger.kinds.disclosure import AdvisoryDrafted
from midstream.ledger.kinds.fix import FixMerged
from midstream.policy.duties import Duty

if TYPE_CHECKING:
    from midstream.cases.verbs import Verb

BLANK = "…"
"""Stands in a command for what a person has to put there; a command that still holds it is refused."""

BY_DESK: Final[Mapping[type[Body], str]] = {CveAssigned: "cve", AdvisoryDrafted: "digest"}
"""The field that the desk fills in at the moment of the command: the next free id, what the advisory then says."""

_OF_ONESELF = {"claim", "claim-role", "release-role"}
"""Verbs that people mostly say of themselves."""

LONG = 1_000
"""From this length a text is a person's own words."""


def commands(duty: Duty, do: Iterable[str], facts: Mapping[int, Fact], case: Case, team: Team) -> tuple[str, ...]:
    """Return what to type after ``midstream do`` for each of the verbs `do` that meet the duty.

    What follows from the duty, and from those of its facts that the reader may see, by their numbers, is filled in,
    each field quoted as a shell needs it; what is needed and does not follow stands as a blank.
    """
    from midstream.cases.verbs import VERBS  # noqa: PLC0415 - reading what was derived needs no verbs

    own = [facts[number] for number in duty.because if number in facts]
    found = []
    for verb in map(VERBS.__getitem__, do):
        asked, filled = asked_for(verb, own), defaults(verb, case, team, by="")
        words = _words(verb, duty.subject, duty.missing, asked=tuple(asked.items()), filled=tuple(filled))
        found.append(f"{duty.case} {words}")
    return tuple(found)


@functools.lru_cache(maxsize=4096)
def _words(
    verb: "Verb", subject: str, missing: tuple[str, ...], *, asked: tuple[tuple[str, str], ...], filled: tuple[str, ...]
) -> str:
    """Return the verb with its fields: those that follow, and a blank for each that is needed and not `filled` in."""
    fields = {**dict(asked), **follows(verb, subject, missing)}
    # Whether an id is free, and what a draft says, is for the moment of the command: the desk knows it then.
    known = {*fields, *filled, BY_DESK.get(verb.body, "")}
    words = [shlex.quote(f"{field}={value}") for field, value in fields.items()]
    words += [f"{field}={BLANK}" for field in needed(verb) if field not in known]
    return " ".join((verb.name, *words))


@functools.cache
def needed(verb: "Verb") -> dict[str, bool]:
    """Return the names of the fields that must be given, and whether each is a text: a person's own words."""
    info = types.type_info(verb.body)
    entries = info.fields if isinstance(info, types.StructType) else ()
    return {
        entry.name: isinstance(entry.type, types.StrType) and (entry.type.max_length or 0) >= LONG
        for entry in entries
        if entry.required
    }


def follows(verb: "Verb", subject: str, missing: tuple[str, ...]) -> dict[str, str]:
    """Return the fields of a verb that follow from what a duty is about and from the events that would meet it."""
    fields: dict[str, str] = {}
    for place in ("branch", "party"):
        if subject and place in verb.body.__struct_fields__:
            fields[place] = subject
    for event in missing:
        kind, *narrowed = event.split()
        if kind == verb.kind:
            pairs = (part.partition("=") for part in narrowed)
            fields |= {field: value.partition("|")[0] for field, _, value in pairs}
    return fields


def asked_for(verb: "Verb", facts: Iterable[Fact]) -> dict[str, str]:
    """Return what the facts of a task already say of the verb's needed fields: until when somebody asked, say.

    Only facts of the same subject as what the verb records count, and no text is taken from them: that one's own words
    are asked for.
    """
    subject = verb.kind.partition(".")[0] + "."
    found: dict[str, str] = {}
    for fact in facts:
        if fact.kind.startswith(subject):
            said = written_in(fact)
            found |= {name: str(said[name]) for name, is_text in needed(verb).items() if not is_text and said.get(name)}
    return found


@functools.cache
def fillable(verb: "Verb") -> tuple[str, ...]:
    """Return the names of the fields that the desk may fill in, as the case and the project are."""
    names = {"reviewer", "cve", BY_DESK.get(verb.body, "")}
    if verb.name in _OF_ONESELF:
        names.add("person")
    if verb.body is FixMerged:
        names.add("into")
    return tuple(name for name in verb.body.__struct_fields__ if name in names)


def defaults(verb: "Verb", case: Case, team: Team, *, by: str) -> dict[str, str]:
    """Return what needs not be typed: oneself, the main line, the next free CVE id, the case's own."""
    found: dict[str, str] = {}
    for name in fillable(verb):
        if name in {"person", "reviewer"}:
            found[name] = by
        elif name == "into" and len(lines := main_lines(team)) == 1:
            found[name] = lines[0]
        elif name == "cve" and (cve := _cve(verb, case, team)):
            found[name] = cve
    return found


def _cve(verb: "Verb", case: Case, team: Team) -> str:
    """Return the id to assign, which is the next free one, or the case's own; empty when there is none."""
    if verb.body is CveAssigned:
        return team.free_cves[0] if team.free_cves else ""
    assigned = case.last(CveAssigned)
    return assigned[1].cve if assigned else ""


def main_lines(team: Team) -> list[str]:
    """Return the branches on which the project develops."""
    return [branch.name for branch in team.project.branches if branch.kind == "development"]
