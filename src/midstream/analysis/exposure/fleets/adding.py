"""Adding to a fleet: each input read once, each distinct component made once, whoever has it."""

import hashlib
from array import array
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from midstream.analysis.exposure.errors import Unreadable
from midstream.analysis.exposure.fleets.rows import Added, NewInput, Row, row_of
from midstream.analysis.exposure.inputs.boms import NO_PARTS, SOURCE_PROPERTY, component_of_listed, release_of_bom
from midstream.analysis.exposure.inputs.inventory import Inventory
from midstream.analysis.exposure.inputs.packages import without_place
from midstream.analysis.exposure.inputs.purls import plain_name
from midstream.analysis.exposure.inputs.reading import bytes_of, read_input
from midstream.analysis.exposure.names import name_in
from midstream.formats.cyclonedx.components import SPEC_VERSIONS, read_json, read_purls

if TYPE_CHECKING:
    from midstream.formats.cyclonedx.components import Listed

_NOBODY = -1
"""The number of a purl that does not tell which component it is: what else the entry says has to be looked at."""


class Adding:
    """A batch being read: `rows` are the distinct components by their number in the batch, from 1."""

    def __init__(self, *, release: str, known: set[str]) -> None:
        """Begin with nothing; inputs whose digest is `known` are passed over."""
        self.added = Added()
        self.rows: dict[Row, int] = {}
        self._release = release
        self._known = known
        # By the release of distribution packages: what a purl means may depend on it.
        self._by_purl: dict[str, dict[str, int]] = {}

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

    def _begins(self, digest: str) -> bool:
        """Return whether an input is new."""
        if digest in self._known:
            self.added.known += 1
            return False
        self._known.add(digest)
        return True

    def _number(self, row: Row) -> int:
        return self.rows.setdefault(row, len(self.rows) + 1)

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
            components=array("I", (self._number(row_of(component)) for component in inventory.components)),
        )

    def _quickly(self, text: str, size_limit: int) -> list[NewInput] | None:
        """Return what is new of a CycloneDX document in JSON that says nothing but its components; None for any other.

        A purl that was met before costs one look.
        """
        try:
            data = bytes_of(text, size_limit) if text.endswith(".json") else None
        except IsADirectoryError:
            data = None
        if data is None or b'"bomFormat"' not in data[:4096] or SOURCE_PROPERTY in data:
            return None
        digest = hashlib.sha256(data, usedforsecurity=False).hexdigest()
        if digest in self._known:
            self.added.known += 1
            return []
        made = self._of_purls(data, text, digest) or self._of_bom(data, text, digest)
        self._known |= {digest} if made else set()
        return [made] if made else None

    def _of_purls(self, data: bytes, where: str, digest: str) -> NewInput | None:
        """Return what is new of a document whose every purl was met before; None when it has to be looked at."""
        if b"operating-system" in data:
            return None
        read = read_purls(data=data)
        if read is None:
            return None
        spec, root, purls = read
        by_purl = self._by_purl.setdefault(self._release, {"": _NOBODY})
        numbers = self._numbers(purls, by_purl)
        if numbers is None:
            return None
        own = self._new(root, self._release, by_purl) if root else None
        if own is not None:
            numbers.append(own)
        return NewInput(
            digest=digest,
            name=where,
            kind=f"CycloneDX {spec}",
            listed=len(purls) + (root is not None),
            unidentified=0,
            faults=int(spec not in SPEC_VERSIONS),
            components=numbers,
        )

    def _numbers(self, purls: list[str], by_purl: dict[str, int]) -> "array[int] | None":
        """Return the numbers of plain purls; None when one is not plain, or does not tell which component it is."""
        try:
            return array("I", map(by_purl.__getitem__, purls))  # one look for each, when all were met before
        except KeyError:
            for purl in purls:
                if purl not in by_purl and self._plain(purl, self._release, by_purl) is None:
                    return None
        except OverflowError:  # _NOBODY is no number of this kind
            return None
        return self._numbers(purls, by_purl)

    def _of_bom(self, data: bytes, where: str, digest: str) -> NewInput | None:
        """Return what is new of a document, entry by entry; None for one that is broken or says what is affected."""
        try:
            bom = read_json(data=data)
        except ValueError:
            return None  # the slow way says what is wrong
        if bom.vulnerabilities:
            return None
        release = self._release or release_of_bom(bom)
        by_purl = self._by_purl.setdefault(release, {"": _NOBODY})
        numbers: list[int] = []
        lost = 0
        for entry in bom.components:
            number = by_purl.get(entry.purl)
            if number is None or number == _NOBODY:
                number = self._new(entry, release, by_purl)
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

    def _plain(self, purl: str, release: str, by_purl: dict[str, int]) -> int | None:
        """Return the number of the component of a purl that tells everything about it; None for any other purl."""
        plain = plain_name(purl, release=release)
        if plain is None:
            return None
        ecosystem, name = plain
        by_purl[purl] = number = self._number((ecosystem, name_in(ecosystem=ecosystem, name=name), purl))
        return number

    def _new(self, entry: "Listed", release: str, by_purl: dict[str, int]) -> int | None:
        """Return the number of an entry's component, made when it is new; None when it cannot be identified."""
        number = self._plain(entry.purl, release, by_purl) if entry.purl else None
        if number is not None:
            return number
        component = component_of_listed(entry, release=release)
        if isinstance(component, str):
            return None
        number = self._number(row_of(component))
        # Without a version in it, the purl needs the entry's own; a CPE is the entry's, too.
        by_purl[entry.purl] = number if "@" in entry.purl and not component.cpes and component.version else _NOBODY
        return number
