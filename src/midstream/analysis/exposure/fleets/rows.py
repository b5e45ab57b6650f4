"""The rows of a fleet: what an input came to, and one distinct component."""

import re
from typing import TYPE_CHECKING

import msgspec

from midstream.analysis.exposure.errors import Unreadable
from midstream.analysis.exposure.inputs.boms import DISTRIBUTED
from midstream.analysis.exposure.inputs.purls import component_of_purl
from midstream.analysis.exposure.match import Component, key_in, single_key
from midstream.analysis.exposure.names import name_in
from midstream.analysis.exposure.statements import Statement
from midstream.formats.purl import decoded

if TYPE_CHECKING:
    from array import array

Package = tuple[str, str]
"""An ecosystem, and a name as an index is asked for it."""

Row = tuple[int, str | None, str]
"""What a component is kept by: the number of its package, its key, and what else there is of it.

The key is that of `single_key`. The last is its purl where that tells everything, else the rest as a JSON array.
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


class Read(msgspec.Struct, kw_only=True):
    """What reading inputs came to: those that are new, the distinct components of all, and what is not read.

    The numbers of components count `rows`, those of packages `packages`, from 1. `known` inputs were there already.
    """

    new: list[NewInput] = []
    packages: list[Package] = []
    rows: list[Row] = []
    known: int = 0
    unread: list[Unreadable] = []


class Added(msgspec.Struct, frozen=True, kw_only=True):
    """What adding came to: how many inputs are new, how many were there already, and what could not be read."""

    new: int
    known: int
    entries: int
    unread: list[Unreadable]


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


_PLAIN_VERSION = re.compile(r"[A-Za-z0-9._~+:-]{1,200}")
_decoder = msgspec.json.Decoder(_Body)
_encode = msgspec.json.Encoder().encode


Packages = dict[Package, int]
"""The packages of a batch, each with its number, from 1."""


def row_of(component: Component, /, *, packages: Packages) -> Row:
    """Return what a component is kept by, after its package was numbered."""
    name = name_in(ecosystem=component.ecosystem, name=component.source_name or component.name)
    purl = component.purl
    is_told = (
        purl
        and component.version
        and not component.source_name
        and not component.source_version
        and not component.commit
        and not component.cpes
        and (f"@{component.version}" in purl or component_of_purl(purl).version == component.version)
    )
    package = packages.setdefault((component.ecosystem, name), len(packages) + 1)
    return package, single_key(component), purl if is_told else _body(component)


class Keys(dict[str, str | None]):
    """The keys of one ecosystem by a version as purls write it; "" for one that is not plain."""

    def __init__(self, ecosystem: str) -> None:
        """Begin with none."""
        self._ecosystem = ecosystem

    def __missing__(self, text: str) -> str | None:
        """Return the key of a new version, after it was remembered."""
        version = _plain_version(text)
        self[text] = key = key_in(self._ecosystem, version) if version else ""
        return key


class Names(dict[str, tuple[int, Keys]]):
    """Package and its keys by a purl without its version: packages come in many versions, and are read once."""

    def __init__(self) -> None:
        """Begin with none."""
        self._keys: dict[str, Keys] = {}
        # Then a document may say elsewhere which release they are of, or which source they were built from.
        self.are_of_distributions = False

    def learn(self, without: str, /, *, package: int, ecosystem: str) -> None:
        """Remember the package of a purl without its version."""
        keys = self._keys.get(ecosystem)
        if keys is None:
            keys = self._keys[ecosystem] = Keys(ecosystem)
        self[without] = package, keys


def row_of_purl(purl: str, /, *, release: str, names: Names, packages: Packages) -> Row | None:
    """Return what the component of a purl is kept by; None when the purl alone does not tell which it is.

    Without a version the purl needs what else its entry says; without an ecosystem the entry's CPE counts. `names` is
    what was learnt from other purls with the same `release`.
    """
    before, _, rest = purl.rpartition("@")
    version, _, query = rest.partition("?")
    without = f"{before}?{query}"
    named = names.get(without)
    if named is not None and (key := named[1][version]) != "":
        return named[0], key, purl
    names.are_of_distributions |= purl.startswith(DISTRIBUTED)
    try:
        component = component_of_purl(purl, release=release)
    except ValueError:
        return None
    if not component.version or component.ecosystem in {"", "GIT"}:
        return None
    row = row_of(component, packages=packages)
    if row[2] == purl and component.version == _plain_version(version):
        names.learn(without, package=row[0], ecosystem=component.ecosystem)
    return row


def _plain_version(text: str) -> str:
    """Return the version that a purl writes so, "" for one that means more than a version, or is none."""
    try:
        version = decoded(text)
    except ValueError:
        return ""
    return version if _PLAIN_VERSION.fullmatch(version) and "+b" not in version else ""


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
