"""What is known of components as one outline, for formats that have one text for it: who depends on what is indented.

Under a heading for each component stand its code, its branches and its releases, in the labelled lines of
:mod:`midstream.advisories.carry.labelled`. Whatever is told of a thing is indented below it, so no text ends it early.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from midstream.advisories.carry import labelled
from midstream.advisories.record import Component

HEADING: Final = "What is known of the code, its branches and its releases:"
_STEP: Final = "  "


def write_outline(components: Sequence[Component]) -> str:
    """Return the outline of the components, its heading first; empty when there is none."""
    found = [HEADING] if components else []
    for component in components:
        found.append(f"Component {component.name}".rstrip())
        things = [(f"Purl {component.purl}", "")] if component.purl else []
        code = labelled.write_code(component)
        things += [("Code", code)] if code else []
        things += [(f"Branch {line.branch}", labelled.write_line(line)) for line in component.line]
        things += [
            (f"Release {each.release or each.range}", labelled.write_statement(each)) for each in component.statement
        ]
        for name, text in things:
            found.append(f"{_STEP}{name}")
            found += [f"{_STEP}{_STEP}{row}" for row in text.split("\n") if text]
    return "\n".join(found)


def without_outline(text: str) -> str:
    """Return what stands in the text before an outline: the words that are not ours to make again."""
    return f"\n{text}".partition(f"\n{HEADING}")[0].strip("\n")


def read_outline(text: str) -> tuple[Component, ...]:
    """Return the components that :func:`write_outline` wrote into the text, after whatever else stands in it."""
    rows = text.split("\n")
    if HEADING not in rows:
        return ()
    begin = len(rows) - rows[::-1].index(HEADING)
    return tuple(_component(name, below) for kind, name, below in _things(rows[begin:]) if kind == "Component")


def _things(rows: Sequence[str]) -> Iterator[tuple[str, str, list[str]]]:
    """Yield the kind and the name of each thing that is not indented, and the rows below it without their indent."""
    found: list[tuple[str, str, list[str]]] = []
    for row in rows:
        if row.startswith(_STEP) and found:
            found[-1][2].append(row.removeprefix(_STEP))
        else:
            kind, _, name = row.partition(" ")
            found.append((kind, name, []))
    yield from found


def _component(name: str, rows: Sequence[str]) -> Component:
    changes: dict[str, Any] = {"name": name}
    lines, statements = [], []
    for kind, value, below in _things(rows):
        text = "\n".join(below)
        if kind == "Purl":
            changes["purl"] = value
        elif kind == "Code":
            changes |= labelled.read_code(text)
        elif kind == "Branch":
            lines.append(labelled.read_line(text, branch=value))
        elif kind == "Release":
            statements.append(labelled.read_statement(text, release=value))
    return msgspec.structs.replace(Component(), **changes, line=tuple(lines), statement=tuple(statements))
