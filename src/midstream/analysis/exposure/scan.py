"""One scan: inputs and VEX documents in, a report out."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from midstream.analysis.exposure.answers import Answer, answers_of
from midstream.analysis.exposure.errors import Unreadable
from midstream.analysis.exposure.inputs.inventory import Inventory
from midstream.analysis.exposure.inputs.reading import read_input
from midstream.analysis.exposure.match import match
from midstream.analysis.exposure.reports.report import Report, Source, Unread, make_report

if TYPE_CHECKING:
    from midstream.analysis.exposure.index import Index
    from midstream.analysis.exposure.statements import Statement


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be scanned: inputs (paths, purls, "-"), VEX documents, and how.

    `release` is the ecosystem of Debian packages that do not name theirs; `everything` keeps the answers "fixed in this
    version" and "not affected" of the data, too.
    """

    inputs: Sequence[str]
    vex: Sequence[Path] = ()
    release: str = ""
    size_limit: int
    everything: bool = False


def scan(*, index: "Index", asked: Asked, made_at: str, index_name: str) -> Report:
    """Return the report of one scan; what cannot be read is in it, and the rest is scanned all the same."""
    unread: list[Unread] = []
    statements = list(_vex_statements(asked.vex, unread))
    inventories: list[Inventory] = []
    answers: list[Answer] = []
    idle_own: list[Statement] = []
    idle = {id(statement) for statement in statements}
    for inventory in inventories_of(asked, unread):
        spoken = [*inventory.statements, *statements]
        found, still = answers_of(
            where=inventory.where,
            findings=match(index=index, components=inventory.components, everything=asked.everything or bool(spoken)),
            components=inventory.components,
            statements=spoken,
            root=inventory.root,
        )
        answers += found if asked.everything else [answer for answer in found if _is_shown(answer)]
        idle &= {id(statement) for statement in still}
        own = {id(statement) for statement in inventory.statements}
        idle_own += [statement for statement in still if id(statement) in own]
        inventories.append(inventory)
    return make_report(
        made_at=made_at,
        index=index_name,
        sources=_sources(index),
        inventories=inventories,
        unread=unread,
        answers=answers,
        unused=[*idle_own, *(statement for statement in statements if id(statement) in idle)],
    )


def _is_shown(answer: Answer) -> bool:
    """Return whether an answer is told without being asked for: not what the data alone calls harmless."""
    return bool(answer.statements) or answer.verdict not in {"fixed in this version", "not affected"}


def inventories_of(asked: Asked, unread: list[Unread]) -> Iterator[Inventory]:
    """Yield what each input lists; what cannot be read goes to `unread`."""
    for text in asked.inputs:
        try:
            for entry in read_input(text, release=asked.release, size_limit=asked.size_limit):
                if isinstance(entry, Inventory):
                    yield entry
                else:
                    unread.append(Unread(what=entry.what, hint=entry.hint))
        except OSError as error:
            what = f"{text[:200]}: {error.strerror or error}"
            unread.append(Unread(what=what, hint="Check that the path is right and may be read.", is_missing=True))


def _vex_statements(paths: Sequence[Path], unread: list[Unread]) -> "Iterator[Statement]":
    if not paths:
        return
    from midstream.analysis.exposure.vex import read_vex  # noqa: PLC0415 - loaded only where it is needed

    for path in paths:
        try:
            read = read_vex(path=path)
        except Unreadable as error:
            unread.append(Unread(what=error.what, hint=error.hint))
        except OSError as error:
            what = f"{path}: {error.strerror or error}"
            unread.append(Unread(what=what, hint="Check that the path is right and may be read.", is_missing=True))
        else:
            yield from map(_with_releases, read.statements)
            unread.extend(
                Unread(what=f"{path}: {fault}", hint="This statement does not count.", is_part=True)
                for fault in read.faults
            )


def _with_releases(statement: "Statement") -> "Statement":
    """Return a statement about parts of a product with the releases of distributions that its names are."""
    if not statement.parts:
        return statement
    from midstream.analysis.exposure.inputs.distributions import ecosystem_of_cpe  # noqa: PLC0415 - as above

    found = [ecosystem_of_cpe(name) for name in statement.names if name.startswith("cpe:")]
    return msgspec.structs.replace(statement, releases=tuple(filter(None, found)))


def _sources(index: "Index") -> list[Source]:
    return [
        Source(name=each.name, digest=each.digest, newest=each.newest, advisories=each.advisories)
        for each in index.sources
    ]
