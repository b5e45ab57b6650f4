"""The rows of a fleet: what an input came to, and one distinct component."""

from typing import TYPE_CHECKING

import msgspec

from midstream.analysis.exposure.errors import Unreadable
from midstream.analysis.exposure.inputs.purls import component_of_purl
from midstream.analysis.exposure.match import Component
from midstream.analysis.exposure.names import name_in
from midstream.analysis.exposure.statements import Statement

if TYPE_CHECKING:
    from array import array

Row = tuple[str, str, str]
"""What a component is kept by: its ecosystem, the name an index is asked for, and what else there is of it.

The last is its purl where that tells everything, else the rest as a JSON array.
"""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """One input of the fleet as it is kept: its number, digest and name, and what it came to."""

    id: int
    digest: str
    name: str
    kind: str
    added_at: str
    listed: int
    components: int
    unidentified: int
    faults: int


class NewInput(msgspec.Struct, frozen=True, kw_only=True):
    """One input as it is added: what it came to, and the numbers of its components within the batch."""

    digest: str
    name: str
    kind: str
    listed: int
    unidentified: int
    faults: int
    components: "array[int]"
    statements: list[Statement] = []


class Added(msgspec.Struct, kw_only=True):
    """What adding came to: how many inputs are new, how many were there already, and what could not be read."""

    new: int = 0
    known: int = 0
    entries: int = 0
    unread: list[Unreadable] = []


class _Body(msgspec.Struct, array_like=True, frozen=True):
    """A component without its place and ecosystem."""

    name: str
    version: str = ""
    purl: str = ""
    source_name: str = ""
    source_version: str = ""
    repo: str = ""
    commit: str = ""
    cpes: tuple[str, ...] = ()


_decoder = msgspec.json.Decoder(_Body)
_encode = msgspec.json.Encoder().encode


def row_of(component: Component, /) -> Row:
    """Return what a component is kept by."""
    name = name_in(ecosystem=component.ecosystem, name=component.source_name or component.name)
    purl = component.purl
    is_told = (
        purl
        and f"@{component.version}" in purl
        and not component.source_name
        and not component.source_version
        and not component.commit
        and not component.cpes
    )
    return component.ecosystem, name, purl if is_told and component.version else _body(component)


def _body(component: Component) -> str:
    body = _Body(
        component.name,
        component.version,
        component.purl,
        component.source_name,
        component.source_version,
        component.repo,
        component.commit,
        component.cpes,
    )
    return _encode(body).decode()


def component_of_row(ecosystem: str, body: str, /) -> Component:
    """Return a component from its row."""
    if body.startswith("pkg:"):
        return component_of_purl(body, release=ecosystem)
    kept = _decoder.decode(body)
    return Component(
        name=kept.name,
        version=kept.version,
        ecosystem=ecosystem,
        purl=kept.purl,
        source_name=kept.source_name,
        source_version=kept.source_version,
        repo=kept.repo,
        commit=kept.commit,
        cpes=kept.cpes,
    )
