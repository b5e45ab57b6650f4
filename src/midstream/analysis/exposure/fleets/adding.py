"""Adding to a fleet: each input read once, each distinct component made once, whoever has it."""

import hashlib
from array import array
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from midstream.analysis.exposure.errors import Unreadable
from midstream.analysis.exposure.fleets.rows import Names, NewInput, Packages, Read, Row, row_of, row_of_purl
from midstream.analysis.exposure.inputs.boms import (
    NO_PARTS,
    SOURCE_PROPERTY,
    component_of_listed,
    release_of_bom,
)
from midstream.analysis.exposure.inputs.inventory import Inventory
from midstream.analysis.exposure.inputs.packages import without_place
from midstream.analysis.exposure.inputs.reading import bytes_of, read_input
from midstream.formats.cyclonedx.components import SPEC_VERSIONS, read_json, read_purls

if TYPE_CHECKING:
    from midstream.analysis.exposure.match import Component
    from midstream.formats.cyclonedx.components import Listed

_NOBODY = -1
"""The number of a purl that does not tell which component it is: what else the entry says has to be looked at."""


def read_inputs(
    inputs: Iterable[str], /, *, release: str, known: set[str], size_limit: int, tick: Callable[[], None]
) -> Read:
    """Return what reading the inputs came to; those whose digest is `known` are passed over.

    One that cannot be read is named, and the others are read all the same. `release` is the ecosystem of distribution
    packages that do not say theirs; an input may have `size_limit` bytes; `tick` is called after each.
    """
    adding = _Adding(release=release, known=known)
    for text in inputs:
        try:
            for entry in adding.read(text, size_limit=size_limit):
                if isinstance(entry, Unreadable):
                    adding.result.unread.append(entry)
                else:
                    adding.result.new.append(entry)
        except OSError as error:
            hint = "Check that the path is right and may be read."
            adding.result.unread.append(Unreadable(error.strerror or str(error), where=text[:200], hint=hint))
        tick()
    adding.result.packages = list(adding.taken.packages)
    adding.result.rows = adding.taken.rows
    return adding.result


class _Taken:
    """The distinct components taken down so far, numbered from 1, and their packages."""

    def __init__(self) -> None:
        self.packages: Packages = {}
        self.rows: list[Row] = []
        self._numbers: dict[Row, int] | None = None

    def compare(self) -> None:
        """Look from now on at every row whether it was met before.

        While all come by their purls, and under one release, a purl that is new is a row that is new.
        """
        if self._numbers is None:
            self._numbers = {row: number for number, row in enumerate(self.rows, start=1)}

    def number(self, row: Row) -> int:
        """Return the number of a component."""
        number = len(self.rows) + 1
        if self._numbers is not None:
            number = self._numbers.setdefault(row, number)
        if number > len(self.rows):
            self.rows.append(row)
        return number


class _Numbers(dict[str, int]):
    """The numbers of components by their purls: one that is new is looked at once."""

    def __init__(self, taken: _Taken, release: str) -> None:
        self._taken = taken
        self._release = release
        self.names = Names()

    def __missing__(self, purl: str) -> int:
        row = row_of_purl(purl, release=self._release, names=self.names, packages=self._taken.packages)
        self[purl] = number = _NOBODY if row is None else self._taken.number(row)
        return number


class _Adding:
    """Inputs being read, and what was taken down of them."""

    def __init__(self, *, release: str, known: set[str]) -> None:
        self.result = Read()
        self.taken = _Taken()
        self._release = release
        self._known = known
        # By the release of distribution packages: what a purl means may depend on it.
        self._by_purl: dict[str, _Numbers] = {}

    def read(self, text: str, *, size_limit: int) -> Iterator[NewInput | Unreadable]:
        """Yield what is new of an input, after its components were taken down, and what cannot be read of it."""
        quick = self._quickly(text, size_limit)
        if quick is not None:
            yield from quick
            return
        for entry in read_input(text, release=self._release, size_limit=size_limit):
            if isinstance(entry, Unreadable):
                yield entry
            elif self._begins(entry.digest):
                yield self._slowly(entry)

    def _number(self, component: "Component") -> int:
        self.taken.compare()
        return self.taken.number(row_of(component, packages=self.taken.packages))

    def _begins(self, digest: str) -> bool:
        """Return whether an input is new."""
        if digest in self._known:
            self.result.known += 1
            return False
        self._known.add(digest)
        return True

    def _numbers_by_purl(self, release: str) -> _Numbers:
        found = self._by_purl.get(release)
        if found is None:
            if self._by_purl:
                self.taken.compare()
            found = self._by_purl[release] = _Numbers(self.taken, release)
        return found

    def _slowly(self, inventory: Inventory) -> NewInput:
        own = [
            msgspec.structs.replace(said, components=tuple(map(without_place, said.components)))
            for said in inventory.statements
        ]
        return NewInput(
            digest=inventory.digest,
            name=inventory.where,
            kind=inventory.kind,
            listed=inventory.listed,
            unidentified=len(inventory.unidentified),
            faults=len(inventory.faults),
            statements=own,
            components=array("I", map(self._number, inventory.components)),
        )

    def _quickly(self, text: str, size_limit: int) -> list[NewInput] | None:
        """Return what is new of a CycloneDX document in JSON that says nothing but its components; None for any other.

        A purl that was met before costs one look.
        """
        try:
            data = bytes_of(text, size_limit) if text.endswith(".json") else None
        except IsADirectoryError:
            data = None
        if data is None or b'"bomFormat"' not in data[:4096]:
            return None
        digest = hashlib.sha256(data, usedforsecurity=False).hexdigest()
        if digest in self._known:
            self.result.known += 1
            return []
        made = self._of_purls(data, text, digest) or self._of_bom(data, text, digest)
        self._known |= {digest} if made else set()
        return [made] if made else None

    def _of_purls(self, data: bytes, where: str, digest: str) -> NewInput | None:
        """Return what is new of a document whose purls tell all there is to know; None for any other."""
        read = read_purls(data=data)
        if read is None:
            return None
        by_purl = self._numbers_by_purl(self._release)
        try:
            numbers = array("I", map(by_purl.__getitem__, read.purls))
        except OverflowError:  # _NOBODY is no number of this kind
            return None
        may_say_more = read.has_properties and SOURCE_PROPERTY in data
        if by_purl.names.are_of_distributions and (may_say_more or b"operating-system" in data):
            return None
        own = self._of_entry(read.root, self._release, by_purl) if read.root else None
        if own is not None:
            numbers.append(own)
        return NewInput(
            digest=digest,
            name=where,
            kind=f"CycloneDX {read.spec}",
            listed=len(read.purls) + (read.root is not None),
            unidentified=0,
            faults=int(read.spec not in SPEC_VERSIONS),
            components=numbers,
        )

    def _of_bom(self, data: bytes, where: str, digest: str) -> NewInput | None:
        """Return what is new of a document, entry by entry; None for one that is broken or says what is affected."""
        try:
            bom = read_json(data=data)
        except ValueError:
            return None  # the slow way says what is wrong
        if bom.vulnerabilities or SOURCE_PROPERTY in data:
            return None
        release = self._release or release_of_bom(bom)
        by_purl = self._numbers_by_purl(release)
        numbers: list[int] = []
        lost = 0
        for entry in bom.components:
            number = self._of_entry(entry, release, by_purl)
            if number is not None:
                numbers.append(number)
            else:
                lost += entry is not bom.root and entry.type not in NO_PARTS
        return NewInput(
            digest=digest,
            name=where,
            kind=f"CycloneDX {bom.spec}",
            listed=len(bom.components),
            unidentified=lost,
            faults=len(bom.faults),
            components=array("I", numbers),
        )

    def _of_entry(self, entry: "Listed", release: str, by_purl: _Numbers) -> int | None:
        """Return the number of an entry's component; None when it cannot be identified."""
        number = by_purl[entry.purl]
        if number != _NOBODY:
            return number
        component = component_of_listed(entry, release=release)
        return None if isinstance(component, str) else self._number(component)
